"""An illustrative plan of the current year made from a national plan that is past, so that no desk is empty."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from taskforce.errors import Refused
from taskforce.exchange.demonstration_money import cost_items, with_second_request
from taskforce.exchange.plan_file import (
    Agency,
    Assignment,
    FundingSource,
    Plan,
    PlanFile,
    Responsibility,
    activities,
    fiscal_year_start,
    plan_year,
)
from taskforce.exchange.plan_tree import Activity, ActivityStatus, Indicator, Objective, Output, changed_outputs
from taskforce.exchange.plan_works import works
from taskforce.rules.duplication import find
from taskforce.rules.periods import add_months, fiscal_year, fiscal_year_bounds, fiscal_year_label, shift_years

MONTHS_OF_FIRST_DONOR: Final = 5
MONTHS_OF_SECOND_DONOR: Final = 14
MONTHS_OF_OTHER_DONORS: Final = 26
STATUSES: Final[tuple[ActivityStatus, ...]] = ("met", "on_track", "constrained", "no_progress", "not_started")
REASONS: Final[dict[str, str]] = {
    "constrained": "the second part waits for money that has not arrived",
    "no_progress": "the post of the person in charge is vacant",
}
# Duties that few mechanisms have given to anybody; each becomes a gap where the plan does not hold it yet.
OPEN_DUTIES: Final[dict[int, str]] = {
    6: "supervise people who were convicted of online abuse of children",
    10: "obtain compensation for children who were abused, and hear complaints",
    15: "offer help to people who fear that they may offend",
    7: "give investigators access to collections of known abuse images",
    18: "keep up with new technical means of protection",
}
OUTSIDE: Final = ("donor", "treasury", "observer")  # roles that lead no activity and claim no duty
CONTESTED: Final = (13, 16, 17, 12, 11, 1)  # capabilities over which two agencies may well both claim the lead


def current_year(file: PlanFile, today: date) -> PlanFile:
    """The illustrative plan of the fiscal year in which `today` lies, following the plan of the file.

    It begins at the earliest one year after that plan. It has activities in every status, cost items over four years,
    donor money that ends, two gaps, one clash, and at least one alert if the old plan has an activity at a place.

    Raises:
        Refused: the file has no plan to follow.
    """
    old_year = plan_year(file)
    if file.plan is None or old_year is None:
        raise Refused(f"{file.mechanism.code} has no plan: a demonstration of the current year needs one to follow")
    first_month = fiscal_year_start(file)
    year = max(fiscal_year(today, first_month), old_year + 1)
    plan = _plan(file.plan, year, first_month)
    sources = _sources(_with_donor_and_treasury(file), today)
    shifted = tuple(_objective(objective, plan, year - old_year) for objective in file.objectives)
    made = file.model_copy(
        update={
            "plan": plan,
            "agencies": _agencies(file),
            "funding_sources": sources,
            "responsibilities": (*_with_clash(file), *_gaps(file)),
            "objectives": with_second_request(_with_statuses(shifted), sources),
            "cost_items": cost_items(file, sources, year, first_month),
            "duplication": None,
        }
    )
    return _with_alert(made)


def _plan(old: Plan, year: int, first_month: int) -> Plan:
    label = fiscal_year_label(year, first_month)
    first, last = fiscal_year_bounds(year, first_month)
    strategy = re.search(r"(\d{4})-(\d{4})$", old.parent or "")
    return Plan(
        code=f"{re.sub(r'-?[0-9]{4}(-[0-9]{2})?$', '', old.code) or 'PLAN'}-{label.replace('/', '-')}",
        title=f"Annual plan {label}",
        parent=old.parent if strategy and int(strategy[2]) >= year else None,
        follows=old.code,
        start=first,
        end=last,
        currency=old.currency,
        status="active",
        languages=old.languages,
        illustrative=True,
    )


def _agencies(file: PlanFile) -> tuple[Agency, ...]:
    """The same agencies, and a donor and a treasury where none has that role."""
    roles = {agency.role for agency in file.agencies}
    added = []
    if "donor" not in roles:
        added.append(
            Agency(
                code="DONOR",
                name="A donor",
                sector="donor",
                role="donor",
                country="international",
                illustrative=True,
            )
        )
    if "treasury" not in roles:
        added.append(
            Agency(code="TREASURY", name="The treasury", sector="government", role="treasury", illustrative=True)
        )
    return (*file.agencies, *added)


def _with_donor_and_treasury(file: PlanFile) -> tuple[FundingSource, ...]:
    """The same sources, with at least two of donors and one of government."""
    agencies = _agencies(file)
    donor = next(agency.code for agency in agencies if agency.role == "donor")
    treasury = next(agency.code for agency in agencies if agency.role == "treasury")
    kinds = [source.kind for source in file.funding_sources]
    added = [
        FundingSource(
            code=f"GRANT-{number}", name=f"Grant {number}", kind="donor", provider=donor, on_budget="off_budget"
        )
        for number in range(kinds.count("donor") + 1, 3)
    ]
    if not any(source.kind == "government" and source.status == "agreed" for source in file.funding_sources):
        added.append(FundingSource(code="STATE-BUDGET", name="State budget", kind="government", provider=treasury))
    return (*file.funding_sources, *(source.model_copy(update={"illustrative": True}) for source in added))


def _sources(sources: tuple[FundingSource, ...], today: date) -> tuple[FundingSource, ...]:
    """Let the money of donors end one after the other, the one that paid for the start first."""
    donors = sorted((s for s in sources if s.kind == "donor"), key=lambda source: not source.start_up)
    months = [MONTHS_OF_FIRST_DONOR, MONTHS_OF_SECOND_DONOR, *[MONTHS_OF_OTHER_DONORS] * len(donors)]
    ends = {donor.code: _end_of_month(add_months(today, after)) for donor, after in zip(donors, months, strict=False)}
    return tuple(
        source.model_copy(update={"end": ends[source.code], "illustrative": True, "fact": None})
        if source.code in ends
        else source
        for source in sources
    )


def _end_of_month(day: date) -> date:
    return add_months(day.replace(day=1), 1) - timedelta(days=1)


def _with_clash(file: PlanFile) -> tuple[Responsibility, ...]:
    """The same responsibilities, one of them claimed by a second agency."""
    held = [duty for duty in file.responsibilities if duty.agency is not None]
    ranked = sorted(held, key=lambda duty: CONTESTED.index(duty.mnr) if duty.mnr in CONTESTED else len(CONTESTED))
    members = [agency.code for agency in file.agencies if agency.role not in OUTSIDE]
    contested = next(iter(ranked), None)
    rival = next((code for code in members if contested and code != contested.agency), None)
    if contested is None or contested.agency is None or rival is None:
        return file.responsibilities
    parts = (
        Assignment(agency=contested.agency, role="accountable"),
        Assignment(agency=rival, role="accountable", disputed=True),
    )
    clash = contested.model_copy(
        update={"agency": None, "assignments": parts, "illustrative": True, "fact": None},
    )
    return tuple(clash if duty is contested else duty for duty in file.responsibilities)


def _gaps(file: PlanFile) -> list[Responsibility]:
    """Two duties that nobody holds."""
    held = {duty.mnr for duty in file.responsibilities}
    codes = {duty.code for duty in file.responsibilities}
    free = (code for number in range(1, 10_000) if (code := f"R{number}") not in codes)
    wanted = sorted(OPEN_DUTIES, key=lambda capability: capability in held)[:2]
    return [
        Responsibility(code=next(free), assignments=(), mnr=capability, text=OPEN_DUTIES[capability], illustrative=True)
        for capability in wanted
    ]


def _objective(objective: Objective, plan: Plan, years: int) -> Objective:
    return objective.model_copy(
        update={
            "outputs": tuple(_output(output, plan, years) for output in objective.outputs),
            "illustrative": True,
            "fact": None,
        }
    )


def _output(output: Output, plan: Plan, years: int) -> Output:
    return output.model_copy(
        update={
            "indicators": tuple(_indicator(indicator, plan) for indicator in output.indicators),
            "activities": tuple(_activity(activity, plan, years) for activity in output.activities),
            "illustrative": True,
            "fact": None,
        }
    )


def _indicator(indicator: Indicator, plan: Plan) -> Indicator:
    """The same indicator, its baseline last year, and a target for next year where it is no share."""
    targets = {}
    if indicator.target is not None and indicator.unit != "percent":
        targets = {plan.start.year + 1: (indicator.target * Decimal("1.25")).quantize(Decimal(1))}
    return indicator.model_copy(
        update={
            "baseline_year": plan.start.year - 1 if indicator.baseline is not None else None,
            "targets": targets,
            "fact_target": None,
            "illustrative": True,
            "fact": None,
        }
    )


def _activity(activity: Activity, plan: Plan, years: int) -> Activity:
    """The same activity so many years later, within the plan; what was left over is carried over."""
    is_left_over = activity.status in ("constrained", "no_progress")
    transition = activity.transition
    return activity.model_copy(
        update={
            "start": _within(activity.start, plan, years),
            "end": _within(activity.end, plan, years),
            "actual_start": None,
            "actual_end": None,
            "carried_over_from": activity.code if is_left_over else None,
            "transition": transition and transition.model_copy(update={"when": shift_years(transition.when, years)}),
            "budget": tuple(
                entry.model_copy(update={"year": None, "illustrative": None, "fact": None}) for entry in activity.budget
            ),
            "illustrative": True,
            "fact": None,
        }
    )


def _within(day: date | None, plan: Plan, years: int) -> date | None:
    return day and min(max(shift_years(day, years), plan.start), plan.end)


def _with_statuses(objectives: tuple[Objective, ...]) -> tuple[Objective, ...]:
    """Give the activities every status, the early ones the good ones, and answers about the lead's own plan."""
    found = [activity for objective in objectives for output in objective.outputs for activity in output.activities]
    ordered = sorted(found, key=lambda activity: activity.start or date.max)
    standing = {
        activity.code: STATUSES[place * len(STATUSES) // len(ordered)] for place, activity in enumerate(ordered)
    }
    answers = {activity.code: _own_plan(place, activity) for place, activity in enumerate(ordered)}

    def change(output: Output) -> Output:
        return output.model_copy(
            update={
                "activities": tuple(
                    one.model_copy(
                        update={
                            "status": standing[one.code],
                            "status_reason": REASONS.get(standing[one.code]),
                            "own_plan": answers[one.code],
                        }
                    )
                    for one in output.activities
                )
            }
        )

    return changed_outputs(objectives, change)


def _own_plan(place: int, activity: Activity) -> bool | str | None:
    """Yes, its reference, no, yes and so on; the third is not answered."""
    answers: tuple[bool | str, ...] = (True, f"operational plan of {activity.lead}, line {place + 1}", True, False)
    return None if place == 2 else answers[place % 4]


def _with_alert(file: PlanFile) -> PlanFile:
    """The same plan; where no two activities look alike, one gets a twin led by another agency."""
    if any(alert.kind in ("duplicate", "overlap") for alert in find(works(file))):
        return file
    original = next((activity for _, activity in activities(file) if _can_have_a_twin(activity)), None)
    rival = next((agency.code for agency in file.agencies if original and _may_lead(agency, original)), None)
    if original is None or rival is None:
        return file
    taken = {activity.code for _, activity in activities(file)}
    changes = {
        "code": next(code for number in range(1, len(taken) + 2) if (code := f"A{number}") not in taken),
        "title": f"{original.title} (second organiser)",
        "lead": rival,
        "support": (),
        "joint_with": (),
        "carried_over_from": None,
        "transition": None,
        "budget": (),
    }

    def change(output: Output) -> Output:
        if original not in output.activities:
            return output
        return output.model_copy(update={"activities": (*output.activities, original.model_copy(update=changes))})

    return file.model_copy(update={"objectives": changed_outputs(file.objectives, change)})


def _can_have_a_twin(activity: Activity) -> bool:
    return bool(activity.districts and activity.target_groups and activity.kind and activity.start and activity.end)


def _may_lead(agency: Agency, activity: Activity) -> bool:
    return agency.role not in OUTSIDE and agency.code != activity.lead
