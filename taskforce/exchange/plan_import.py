"""A plan file as rows by natural keys, which services/plan_import.py compares with what is stored and writes."""

from collections.abc import Iterator
from decimal import Decimal

from taskforce.errors import Refused
from taskforce.exchange.plan_conversion import stored_list, stored_moment, stored_values
from taskforce.exchange.plan_file import (
    Agency,
    Assignment,
    FundingHistory,
    Instrument,
    Mechanism,
    PlanFile,
    Responsibility,
    activities,
    fiscal_year_start,
    plan_year,
)
from taskforce.exchange.plan_money_rows import money_rows
from taskforce.exchange.plan_node import Node
from taskforce.exchange.plan_tree import Activity, Indicator, Output
from taskforce.rules.duplication import NATIONAL
from taskforce.services import plan_columns as columns
from taskforce.services.plan_columns import Noun
from taskforce.services.plan_wanted import Named, PlanRows, Wanted

PAYERS = ("donor", "government", "industry", "ngo", "other")


def rows_of(file: PlanFile) -> PlanRows:
    """Everything that a checked file says, as rows.

    Raises:
        Refused: one instrument is described in two ways, or a target or a line names its year wrongly.
    """
    coded = (
        (columns.FUNDING_SOURCES, file.funding_sources),
        (columns.MESSAGES, file.messages),
    )
    nouns = {noun.name: [_wanted(noun, node, node.code) for node in nodes] for noun, nodes in coded}
    nouns[columns.SOURCES.name] = [_wanted(columns.SOURCES, source, source.id) for source in file.sources]
    nouns[columns.MEMBERS.name] = [_member(agency) for agency in file.agencies]
    nouns[columns.PLACES.name] = [*_places(file)]
    nouns[columns.INSTRUMENTS.name] = _instruments(file)
    nouns[columns.RESPONSIBILITIES.name] = [_responsibility(duty) for duty in file.responsibilities]
    nouns[columns.ASSIGNMENTS.name] = [part for duty in file.responsibilities for part in _assignments(duty)]
    nouns[columns.AGREEMENTS.name] = [_wanted(columns.AGREEMENTS, mou, mou.subject) for mou in file.mous]
    nouns[columns.FUNDING_HISTORY.name] = [row for year in file.funding_history for row in _history(year)]
    if file.plan is not None:
        nouns |= _plan_rows(file)
    nouns |= money_rows(file)
    return PlanRows(
        mechanism=_mechanism(file),
        agencies=[_agency(agency, file.mechanism) for agency in file.agencies],
        nouns=nouns,
        joint=[(activity.code, other) for _, activity in activities(file) for other in activity.joint_with],
        plan_code=file.plan.code if file.plan else None,
    )


def _wanted(noun: Noun, node: Node, name: str, **more: object) -> Wanted:
    """A node as a row; `more` are columns that follow from where it stands."""
    values, given = stored_values(noun, node)
    links = {}
    for each in noun.links:
        if hasattr(node, each.word):
            links[each.word] = stored_list(each, getattr(node, each.word))
            if each.word in node.model_fields_set:
                given.add(each.word)
    is_of_plan = noun.has_plan or noun is columns.PLAN
    return Wanted(name, values | more, frozenset(given | set(more)), links, is_of_plan=is_of_plan)


def _mechanism(file: PlanFile) -> Wanted:
    mechanism, plan = file.mechanism, file.plan
    values, given = stored_values(columns.MECHANISM, mechanism)
    reporting, basis = mechanism.reporting, mechanism.legal_basis
    established_on, established_is_year_only = stored_moment(mechanism.established, is_end=False)
    ended_on, ended_is_year_only = stored_moment(mechanism.ended, is_end=True)
    parts: dict[str, dict[str, object]] = {
        "established": {"established_on": established_on, "established_is_year_only": established_is_year_only},
        "ended": {"ended_on": ended_on, "ended_is_year_only": ended_is_year_only},
        "legal_basis": {
            "legal_basis": basis.text if basis else None,
            "legal_basis_is_seen": basis.seen if basis else None,
        },
        "fiscal_year_start": {"fiscal_year_start_month": fiscal_year_start(file)},
        "currency": {"currency": mechanism.currency or (plan.currency if plan else None)},
        "languages": {"languages": list(mechanism.languages or (plan.languages if plan else ()))},
        "reporting": {
            "reporting_frequency": reporting.frequency if reporting else "quarterly",
            "reporting_due_days": reporting.due_days_after_period if reporting else 15,
            "reporting_is_illustrative": reporting.illustrative if reporting else None,
            "reporting_fact": reporting.fact if reporting else None,
        },
    }
    for word, stored in parts.items():
        values |= stored
        if word in mechanism.model_fields_set:
            given |= set(stored)
    return Wanted(mechanism.code, values, frozenset(given))


def _agency(agency: Agency, mechanism: Mechanism) -> Wanted:
    values, given = stored_values(columns.AGENCIES, agency)
    country = agency.country or mechanism.country
    values["country"] = None if country == "international" else country
    return Wanted(agency.code, values, frozenset(given))


def _member(agency: Agency) -> Wanted:
    values, given = stored_values(columns.MEMBERS, agency)
    return Wanted(agency.code, values | {"agency_id": Named("agencies", agency.code)}, frozenset(given))


def _places(file: PlanFile) -> Iterator[Wanted]:
    """The listed places, then those that activities name and that stand in no list: their code is their name."""
    known = {place.code for place in file.places}
    for place in file.places:
        yield _wanted(columns.PLACES, place, place.code)
    for _, activity in activities(file):
        for code in activity.districts:
            if code != NATIONAL and code not in known:
                known.add(code)
                values: dict[str, object] = {"code": code, "title": code, "parent_id": None}
                yield Wanted(code, values, frozenset(), has_position=False)


def _instrument_nodes(duty: Responsibility) -> tuple[Instrument, ...]:
    basis = duty.legal_basis
    if basis is None:
        return duty.instruments
    return (Instrument.model_construct({"citation", "seen"}, citation=basis.text, seen=basis.seen),)


def _instrument_name(instrument: Instrument) -> str:
    return instrument.citation if instrument.article is None else f"{instrument.citation}, {instrument.article}"


def _instruments(file: PlanFile) -> list[Wanted]:
    found: dict[str, tuple[Instrument, str, Wanted]] = {}
    for duty in file.responsibilities:
        for instrument in _instrument_nodes(duty):
            name = _instrument_name(instrument)
            earlier, code, _ = found.get(name, (instrument, "", None))
            if earlier != instrument:
                raise Refused(
                    "“%(name)s” is described in two ways, in %(first)s and in %(second)s: write the same in both",
                    name=name,
                    first=code,
                    second=duty.code,
                )
            found.setdefault(name, (instrument, duty.code, _wanted(columns.INSTRUMENTS, instrument, name)))
    return [wanted for _, _, wanted in found.values()]


def _responsibility(duty: Responsibility) -> Wanted:
    values, given = stored_values(columns.RESPONSIBILITIES, duty)
    names: list[object] = [Named(columns.INSTRUMENTS.name, _instrument_name(each)) for each in _instrument_nodes(duty)]
    if {"legal_basis", "instruments"} & duty.model_fields_set:
        given.add("instruments")
    return Wanted(duty.code, values, frozenset(given), {"instruments": names})


def _assignments(duty: Responsibility) -> Iterator[Wanted]:
    parts = duty.assignments or ()
    if duty.agency is not None:
        parts = (Assignment(agency=duty.agency, role="accountable"),)
    for number, part in enumerate(parts, 1):
        more = {"responsibility_id": Named(columns.RESPONSIBILITIES.name, duty.code)}
        yield _wanted(columns.ASSIGNMENTS, part, f"{duty.code} {part.agency} {number}", **more)


def _history(year: FundingHistory) -> Iterator[Wanted]:
    for payer in PAYERS:
        share: Decimal | None = getattr(year, payer)
        if share is not None:
            values: dict[str, object] = {
                "fiscal_year": year.year,
                "payer": payer,
                "share": share,
                "note": year.note,
                "is_illustrative": year.illustrative,
            }
            given = {"share"} | ({"note"} & year.model_fields_set)
            given |= {"is_illustrative"} if "illustrative" in year.model_fields_set else set()
            yield Wanted(f"{year.year} {payer}", values, frozenset(given))


def _plan_rows(file: PlanFile) -> dict[str, list[Wanted]]:
    plan, labels = file.plan, file.duplication
    if plan is None:
        return {}
    more: dict[str, object] = {}
    if labels is not None:
        more["pair_labels"] = labels.model_dump(mode="json", by_alias=True)
    wanted = _wanted(columns.PLAN, plan, plan.code, **more)
    wanted.values["is_imported"] = True
    nouns: dict[str, list[Wanted]] = {columns.PLAN.name: [wanted], columns.OBJECTIVES.name: []}
    nouns |= {noun.name: [] for noun in (columns.OUTPUTS, columns.INDICATORS, columns.TARGETS, columns.ACTIVITIES)}
    for objective in file.objectives:
        nouns[columns.OBJECTIVES.name].append(_wanted(columns.OBJECTIVES, objective, objective.code))
        for output in objective.outputs:
            above = Named(columns.OBJECTIVES.name, objective.code)
            nouns[columns.OUTPUTS.name].append(_wanted(columns.OUTPUTS, output, output.code, objective_id=above))
            for noun, found in _below_output(file, output).items():
                nouns[noun] += found
    return nouns


def _below_output(file: PlanFile, output: Output) -> dict[str, list[Wanted]]:
    above = Named(columns.OUTPUTS.name, output.code)
    return {
        columns.INDICATORS.name: [
            _wanted(columns.INDICATORS, indicator, indicator.code, output_id=above) for indicator in output.indicators
        ],
        columns.TARGETS.name: [
            target for indicator in output.indicators for target in _targets(indicator, plan_year(file))
        ],
        columns.ACTIVITIES.name: [_activity(activity, above) for activity in output.activities],
    }


def _targets(indicator: Indicator, year: int | None) -> Iterator[Wanted]:
    """The target of the plan's year, then those of other years."""
    values = dict(indicator.targets)
    if indicator.target is not None and year is not None:
        if year in values:
            raise Refused("%(code)s has two targets for %(year)s: keep target", code=indicator.code, year=year)
        values = {year: indicator.target, **values}
    for each, value in values.items():
        stored: dict[str, object] = {
            "indicator_id": Named(columns.INDICATORS.name, indicator.code),
            "fiscal_year": each,
            "value": value,
        }
        yield Wanted(f"{indicator.code} {each}", stored, frozenset({"value"}), is_of_plan=True)


def _activity(activity: Activity, above: Named) -> Wanted:
    own_plan = activity.own_plan
    more: dict[str, object] = {
        "is_national": NATIONAL in activity.districts,
        "own_plan": None if own_plan is None else "no" if own_plan is False else "yes",
        "own_plan_reference": own_plan if isinstance(own_plan, str) else None,
    }
    wanted = _wanted(columns.ACTIVITIES, activity, activity.code, output_id=above)
    districts = columns.DISTRICTS
    places = tuple(code for code in activity.districts if code != NATIONAL)
    given = set(wanted.given)
    given |= {"is_national"} if "districts" in activity.model_fields_set else set()
    given |= {"own_plan", "own_plan_reference"} if "own_plan" in activity.model_fields_set else set()
    links = wanted.links | {districts.word: stored_list(districts, places)}
    return Wanted(activity.code, wanted.values | more, frozenset(given), links, is_of_plan=True)
