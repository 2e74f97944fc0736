"""An illustrative plan of the year after, in consultation: the part of this year's work that goes on, to be edited."""

from datetime import date
from typing import Final

from taskforce.errors import Refused
from taskforce.exchange.plan_file import Plan, PlanFile, fiscal_year_start, plan_year
from taskforce.exchange.plan_tree import Activity, BudgetEntry, Indicator, Objective, Output, asked_amount
from taskforce.rules.periods import fiscal_year_bounds, fiscal_year_label, shift_years

GOES_ON: Final = ("on_track", "constrained", "no_progress", "not_started")


def next_year(file: PlanFile) -> PlanFile:
    """The plan that follows this year's: what is not finished goes on a year later, asked for and not yet paid.

    It belongs to the same mechanism, so its duties, sources and costs are those of this year's file and are left out.

    Raises:
        Refused: the file has no plan to follow.
    """
    year = plan_year(file)
    if file.plan is None or year is None:
        raise Refused(f"{file.mechanism.code} has no plan, so none can follow it")
    first_month = fiscal_year_start(file)
    first, last = fiscal_year_bounds(year + 1, first_month)
    label = fiscal_year_label(year + 1, first_month)
    stem = file.plan.code.removesuffix(fiscal_year_label(year, first_month).replace("/", "-"))
    plan = Plan(
        code=f"{stem}{label.replace('/', '-')}",
        title=f"Annual plan {label}",
        follows=file.plan.code,
        start=first,
        end=last,
        currency=file.plan.currency,
        status="consultation",
        languages=file.plan.languages,
        illustrative=True,
    )
    objectives = tuple(_objective(objective, plan) for objective in file.objectives)
    return file.model_copy(
        update={
            "plan": plan,
            "objectives": tuple(objective for objective in objectives if objective.outputs),
            "cost_items": (),
            "duplication": None,
        }
    )


def _objective(objective: Objective, plan: Plan) -> Objective:
    outputs = tuple(_output(output, plan) for output in objective.outputs)
    return objective.model_copy(update={"outputs": tuple(output for output in outputs if output.activities)})


def _output(output: Output, plan: Plan) -> Output:
    return output.model_copy(
        update={
            "indicators": tuple(_indicator(indicator, plan) for indicator in output.indicators),
            "activities": tuple(_activity(one, plan) for one in output.activities if one.status in GOES_ON),
        }
    )


def _indicator(indicator: Indicator, plan: Plan) -> Indicator:
    """The same indicator with the target that this year's plan has for the next."""
    target = indicator.targets.get(plan.start.year, indicator.target)
    return indicator.model_copy(
        update={
            "baseline": indicator.target,
            "baseline_year": plan.start.year - 1 if indicator.target is not None else None,
            "target": target,
            "targets": {},
        }
    )


def _activity(activity: Activity, plan: Plan) -> Activity:
    return activity.model_copy(
        update={
            "start": _within(activity.start, plan),
            "end": _within(activity.end, plan),
            "status": "not_started",
            "status_reason": None,
            "joint_with": (),
            "carried_over_from": activity.code,
            "transition": None,
            "own_plan": None,
            "budget": tuple(_asked(entry) for entry in activity.budget),
        }
    )


def _within(day: date | None, plan: Plan) -> date | None:
    return day and min(max(shift_years(day, 1), plan.start), plan.end)


def _asked(entry: BudgetEntry) -> BudgetEntry:
    return BudgetEntry(source=entry.source, cost=entry.cost, asked=asked_amount(entry), in_kind=entry.in_kind)
