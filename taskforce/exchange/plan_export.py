"""What is stored of a mechanism and one of its plans, as a plan file."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.errors import NotFound
from taskforce.exchange.plan_conversion import written_values
from taskforce.exchange.plan_export_money import Money, budget_of, items_of
from taskforce.exchange.plan_export_rows import Row, Stored, read_stored
from taskforce.exchange.plan_file import SCHEMA, PlanFile
from taskforce.models import Plan
from taskforce.queries import plan_row
from taskforce.rules.duplication import NATIONAL
from taskforce.rules.periods import fiscal_year
from taskforce.services import plan_columns as columns
from taskforce.services.plan_columns import Noun

Words = dict[str, object]  # a mapping of the file

DEFAULT_REPORTING: Final = ("quarterly", 15, None, None)


async def export_plan(session: Session, actor: Actor, code: str, plan_code: str | None = None) -> PlanFile:
    """A mechanism with one plan: the named one, else the one that starts last, else none.

    Raises:
        NotFound: there is no such mechanism or plan for this actor.
    """
    mechanism, plans = await _mechanism_and_plans(session, actor, code)
    stored = await read_stored(session, actor, mechanism, _chosen(mechanism, plans, plan_code), plans)
    return PlanFile.model_validate(_file(stored))


async def chosen_plan(session: Session, actor: Actor, code: str, plan_code: str | None = None) -> Row | None:
    """The plan that `export_plan` would write. Raises as it."""
    return _chosen(*await _mechanism_and_plans(session, actor, code), plan_code)


async def _mechanism_and_plans(session: Session, actor: Actor, code: str) -> tuple[Row, list[Row]]:
    mechanism = await plan_row.mechanism_by_code(session, actor, code.upper())
    if mechanism is None:
        raise NotFound(f"mechanism {code}")
    return mechanism, await plan_row.rows(session, actor, Plan, UUID(str(mechanism["id"])))


def _chosen(mechanism: Row, plans: list[Row], plan_code: str | None) -> Row | None:
    if plan_code is None:
        return max(plans, key=lambda row: str(row["starts_on"]), default=None)
    plan = next((row for row in plans if row["code"] == plan_code), None)
    if plan is None:
        known = ", ".join(str(row["code"]) for row in plans) or "none"
        raise NotFound(f"plan {plan_code} of {mechanism['code']}, whose plans are: {known}")
    return plan


def _file(stored: Stored) -> Words:
    found: Words = {
        "schema": SCHEMA,
        "sources": _all(stored, columns.SOURCES),
        "mechanism": _mechanism(stored),
        "agencies": _members(stored),
        "places": _places(stored),
        "funding_sources": _all(stored, columns.FUNDING_SOURCES),
        "responsibilities": _responsibilities(stored),
        "objectives": _objectives(stored),
        "cost_items": items_of(_money(stored)),
        "messages": _with_lists(stored, columns.MESSAGES),
        "mous": _all(stored, columns.AGREEMENTS),
        "funding_history": _history(stored.rows[columns.FUNDING_HISTORY.name]),
    }
    if stored.plan is not None:
        found["plan"] = written_values(columns.PLAN, stored.plan, stored.codes)
        if stored.plan["pair_labels"] is not None:
            found["duplication"] = stored.plan["pair_labels"]
    return found


def _money(stored: Stored) -> Money:
    start = stored.mechanism["fiscal_year_start_month"]
    begins = stored.plan["starts_on"] if stored.plan else None
    is_known = isinstance(begins, date) and isinstance(start, int)
    return Money(
        plan_code=str(stored.plan["code"]) if stored.plan else "",
        year=fiscal_year(begins, start) if is_known else None,  # type: ignore[arg-type]  # both were checked
        items=stored.rows[columns.COST_ITEMS.name],
        required=stored.rows[columns.REQUIREMENTS.name],
        lines=stored.rows[columns.LINES.name],
        codes=stored.codes,
    )


def _all(stored: Stored, noun: Noun) -> list[Words]:
    return [written_values(noun, row, stored.codes) for row in stored.rows[noun.name]]


def _with_lists(stored: Stored, noun: Noun) -> list[Words]:
    return [_listed(stored, noun, row) for row in stored.rows[noun.name]]


def _listed(stored: Stored, noun: Noun, row: Row) -> Words:
    found = written_values(noun, row, stored.codes)
    return found | {each.word: value for each in noun.links if (value := stored.linked(noun, each.word, row))}


def _mechanism(stored: Stored) -> Words:
    """The mechanism, without what its plan implies: such words stand only in files that say something else."""
    row, plan = stored.mechanism, stored.plan
    found = written_values(columns.MECHANISM, row, stored.codes)
    for word in ("established", "ended"):
        day = row[f"{word}_on"]
        if isinstance(day, date):
            found[word] = day.year if row[f"{word}_is_year_only"] else day
    if row["legal_basis"] is not None:
        found["legal_basis"] = {"text": row["legal_basis"], "seen": row["legal_basis_is_seen"] or False}
    reporting = tuple(row[f"reporting_{name}"] for name in ("frequency", "due_days", "is_illustrative", "fact"))
    if reporting != DEFAULT_REPORTING:
        words = ("frequency", "due_days_after_period", "illustrative", "fact")
        found["reporting"] = {word: value for word, value in zip(words, reporting, strict=True) if value is not None}
    begins = plan["starts_on"] if plan else None
    implied = {
        "currency": ("currency", plan["currency"] if plan else None),
        "languages": ("languages", plan["languages"] if plan else []),
        "fiscal_year_start_month": ("fiscal_year_start", begins.month if isinstance(begins, date) else 1),
    }
    for column, (word, value) in implied.items():
        if row[column] != value:
            found[word] = row[column]
    return found


def _members(stored: Stored) -> list[Words]:
    """Agencies with what this mechanism says of them; of several memberships of one the latest."""
    latest: dict[object, Row] = {}
    for row in sorted(stored.rows[columns.MEMBERS.name], key=lambda row: str(row["starts_on"] or "")):
        latest[row["agency_id"]] = row
    found = []
    for agency_id, agency in stored.agencies.items():
        words = written_values(columns.AGENCIES, agency, stored.codes)
        if agency["country"] != stored.mechanism["country"]:
            words["country"] = agency["country"] or "international"
        if agency_id in latest:
            words |= written_values(columns.MEMBERS, latest[agency_id], stored.codes)
        found.append(words)
    return found


def _places(stored: Stored) -> list[Words]:
    """The places that a file lists: all but those that say no more than the activities that name them."""
    rows = stored.rows[columns.PLACES.name]
    above = {row["parent_id"] for row in rows}
    used = (
        {place for places in stored.links["activities", "districts"].values() for place in places}
        if (stored.plan is not None)
        else set()
    )
    return [
        written_values(columns.PLACES, row, stored.codes)
        for row in rows
        if row["position"] is not None
        or row["parent_id"] is not None
        or row["code"] != row["title"]
        or row["id"] in above
        or row["id"] not in used
    ]


def _responsibilities(stored: Stored) -> list[Words]:
    instruments = {row["id"]: row for row in stored.rows[columns.INSTRUMENTS.name]}
    parts = _grouped(stored.rows[columns.ASSIGNMENTS.name], "responsibility_id")
    found = []
    for row in stored.rows[columns.RESPONSIBILITIES.name]:
        words = written_values(columns.RESPONSIBILITIES, row, stored.codes)
        assignments = [written_values(columns.ASSIGNMENTS, part, stored.codes) for part in parts[row["id"]]]
        if [set(part) - {"disputed"} for part in assignments] == [{"agency", "role"}] and (
            assignments[0]["role"] == "accountable" and not assignments[0]["disputed"]
        ):
            words["agency"] = assignments[0]["agency"]
        else:
            words["assignments"] = assignments
        named = [instruments[each] for each in stored.links["responsibilities", "instruments"].get(row["id"], [])]
        if len(named) == 1 and (named[0]["kind"], named[0]["article"], named[0]["link"]) == ("other", None, None):
            words["legal_basis"] = {"text": named[0]["citation"], "seen": named[0]["is_seen"]}
        elif named:
            words["instruments"] = [written_values(columns.INSTRUMENTS, each, stored.codes) for each in named]
        found.append(words)
    return found


def _grouped(rows: Iterable[Row], column: str) -> defaultdict[object, list[Row]]:
    found: defaultdict[object, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def _history(rows: Iterable[Row]) -> list[Words]:
    """One mapping a year; the note and the mark stand on each of its rows."""
    found: dict[object, Words] = {}
    for row in rows:
        words = found.setdefault(row["fiscal_year"], {"year": row["fiscal_year"]})
        words[str(row["payer"])] = row["share"]
        for word, column in (("note", "note"), ("illustrative", "is_illustrative")):
            if row[column] is not None:
                words[word] = row[column]
    return list(found.values())


def _objectives(stored: Stored) -> list[Words]:
    outputs = _grouped(stored.rows[columns.OUTPUTS.name], "objective_id")
    indicators = _grouped(stored.rows[columns.INDICATORS.name], "output_id")
    activities = _grouped(stored.rows[columns.ACTIVITIES.name], "output_id")
    targets = _grouped(stored.rows[columns.TARGETS.name], "indicator_id")
    money, joint = _money(stored), _joint(stored)
    found = []
    for objective in stored.rows[columns.OBJECTIVES.name]:
        below = []
        for output in outputs[objective["id"]]:
            words = written_values(columns.OUTPUTS, output, stored.codes)
            words["indicators"] = [
                written_values(columns.INDICATORS, one, stored.codes) | _targets(targets[one["id"]], money.year)
                for one in indicators[output["id"]]
            ]
            words["activities"] = [_activity(stored, one, money, joint) for one in activities[output["id"]]]
            below.append(words)
        found.append(_listed(stored, columns.OBJECTIVES, objective) | {"outputs": below})
    return found


def _targets(rows: Sequence[Row], year: int | None) -> Words:
    by_year = {row["fiscal_year"]: row["value"] for row in rows}
    found: Words = {"target": by_year.pop(year)} if year in by_year else {}
    return found | ({"targets": {str(each): value for each, value in by_year.items()}} if by_year else {})


def _joint(stored: Stored) -> dict[object, list[str]]:
    """The partners of each activity, each pair once."""
    found: defaultdict[object, list[str]] = defaultdict(list)
    for row in stored.joint:
        if row["activity_id"] in stored.codes and row["other_id"] in stored.codes:
            found[row["activity_id"]].append(stored.codes[row["other_id"]])
    return found


def _activity(stored: Stored, row: Row, money: Money, joint: Mapping[object, list[str]]) -> Words:
    words = _listed(stored, columns.ACTIVITIES, row)
    if row["is_national"]:
        places = words.get("districts", [])
        words["districts"] = [NATIONAL, *(places if isinstance(places, list) else [])]
    if row["own_plan"] is not None:
        words["own_plan"] = row["own_plan_reference"] or row["own_plan"] == "yes"
    if row["id"] in joint:
        words["joint_with"] = joint[row["id"]]
    return words | budget_of(money, row)
