"""The money of a plan file as rows: cost items, what they need, the lines that pay them."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from taskforce.errors import Refused
from taskforce.exchange.plan_conversion import attribute, stored_value, stored_values
from taskforce.exchange.plan_file import PlanFile, activities, plan_year
from taskforce.exchange.plan_tree import Activity, BudgetEntry, CostItem, Transition, asked_amount
from taskforce.services.plan_columns import COST_ITEMS, HANDOVER, LINES, REQUIREMENTS
from taskforce.services.plan_wanted import Named, Wanted

AMOUNTS: Final = frozenset({"secured_amount", "asked_amount", "refused_amount"})
CENT: Final = Decimal("0.01")


def own_item_code(plan_code: str, activity_code: str) -> str:
    """The code of the cost item that an activity's own one-year costs form; no file can use a colon in a code."""
    return f"{plan_code}:{activity_code}"


def money_rows(file: PlanFile) -> dict[str, list[Wanted]]:
    """Cost items, requirements and lines, the file's own items first.

    An activity's `budget` and `transition` become a cost item of its own; what its lines ask for is what it needs.

    Raises:
        Refused: a line has no year, and there is no plan whose year it could be.
    """
    items, required, lines = list[Wanted](), list[Wanted](), list[Wanted]()
    for item in file.cost_items:
        items.append(_item(item))
        required += _required(item)
        lines += _lines(file, item.code, item.activity, item.lines)
    if file.plan is not None:
        for _, activity in activities(file):
            if activity.budget or activity.transition:
                code = own_item_code(file.plan.code, activity.code)
                items.append(_own_item(code, activity))
                required += _needed_by_lines(file, code, activity.budget)
                lines += _lines(file, code, activity.code, activity.budget)
    return {COST_ITEMS.name: items, REQUIREMENTS.name: required, LINES.name: lines}


def _item(item: CostItem) -> Wanted:
    values, given = stored_values(COST_ITEMS, item)
    values |= _handover(item.handover)
    if "handover" in item.model_fields_set:
        given |= {field.column for field in HANDOVER}
    return Wanted(item.code, values, frozenset(given), is_of_plan=item.activity is not None)


def _own_item(code: str, activity: Activity) -> Wanted:
    values: dict[str, object] = {
        "code": code,
        "title": activity.title,
        "domain": "programming",
        "is_recurrent": False,
        "is_salaries": False,
        "activity_id": Named("activities", activity.code),
        "fact_id": None,
        "is_illustrative": None,
        **_handover(activity.transition),
    }
    given = {"title", "activity_id"}
    if "transition" in activity.model_fields_set:
        given |= {field.column for field in HANDOVER}
    return Wanted(code, values, frozenset(given), is_of_plan=True)


def _handover(transition: Transition | None) -> dict[str, object]:
    return {field.column: stored_value(field, getattr(transition, attribute(field.word), None)) for field in HANDOVER}


def _required(item: CostItem) -> list[Wanted]:
    found = []
    for one in item.required:
        values, given = stored_values(REQUIREMENTS, one)
        values["cost_item_id"] = Named(COST_ITEMS.name, item.code)
        name = f"{item.code} {one.cost} {one.year}"
        found.append(Wanted(name, values, frozenset(given), is_of_plan=item.activity is not None))
    return found


def _needed_by_lines(file: PlanFile, code: str, budget: Sequence[BudgetEntry]) -> list[Wanted]:
    needed: defaultdict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for entry in budget:
        needed[entry.cost, _year(file, code, entry)] += asked_amount(entry) * entry.weight
    return [
        Wanted(
            f"{code} {cost} {year}",
            {
                "cost_item_id": Named(COST_ITEMS.name, code),
                "cost_type_id": f"cost_type:{cost}",
                "fiscal_year": year,
                "required_amount": amount.quantize(CENT, rounding=ROUND_HALF_EVEN),
            },
            frozenset({"required_amount"}),
            is_of_plan=True,
        )
        for (cost, year), amount in needed.items()
    ]


def _lines(file: PlanFile, code: str, activity: str | None, budget: Sequence[BudgetEntry]) -> list[Wanted]:
    found = []
    for entry in budget:
        year = _year(file, code, entry)
        values, given = stored_values(LINES, entry)
        values |= {
            "cost_item_id": Named(COST_ITEMS.name, code),
            "activity_id": None if activity is None else Named("activities", activity),
            "fiscal_year": year,
            "asked_amount": asked_amount(entry),
            "currency": file.plan.currency if file.plan else file.mechanism.currency,
        }
        name = f"{code} {entry.source} {entry.cost} {year}" + (" in kind" if entry.in_kind else "")
        # The three amounts say one thing together: money that was only asked for is no longer secured.
        found.append(Wanted(name, values, frozenset(given | AMOUNTS | {"currency"}), is_of_plan=activity is not None))
    return found


def _year(file: PlanFile, code: str, entry: BudgetEntry) -> int:
    year = entry.year if entry.year is not None else plan_year(file)
    if year is None:
        raise Refused("the line %(source)s of %(item)s has no year: add year", source=entry.source, item=code)
    return year
