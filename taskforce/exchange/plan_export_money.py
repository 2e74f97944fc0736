"""The stored money of a plan as a plan file writes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from taskforce.exchange.plan_conversion import written_value, written_values
from taskforce.exchange.plan_money_rows import own_item_code
from taskforce.services.plan_columns import COST_ITEMS, HANDOVER, LINES, REQUIREMENTS

Row = Mapping[str, object]
Words = dict[str, object]


@dataclass(frozen=True)
class Money:
    """Cost items with what they need and what pays them; `year` is the plan's fiscal year."""

    plan_code: str
    year: int | None
    items: Sequence[Row]
    required: Sequence[Row]
    lines: Sequence[Row]
    codes: Mapping[object, str]

    @cached_property
    def items_by_code(self) -> dict[str, Row]:
        """Cost items by their code."""
        return {str(row["code"]): row for row in self.items}

    @cached_property
    def lines_by_item(self) -> dict[object, list[Row]]:
        """The lines of each cost item, in their order."""
        found: dict[object, list[Row]] = {}
        for row in self.lines:
            found.setdefault(row["cost_item_id"], []).append(row)
        return found


def budget_of(money: Money, activity: Row) -> Words:
    """The budget and the transition of an activity, from the cost item that its own costs form."""
    item = money.items_by_code.get(own_item_code(money.plan_code, str(activity["code"])))
    if item is None:
        return {}
    found: Words = {}
    handover = _handover(money, item)
    if handover:
        found["transition"] = handover
    lines = money.lines_by_item.get(item["id"])
    return found | ({"budget": [_entry(money, row) for row in lines]} if lines else {})


def items_of(money: Money) -> list[Words]:
    """The cost items that are wider than one activity's own costs."""
    required: dict[object, list[Row]] = {}
    for row in money.required:
        required.setdefault(row["cost_item_id"], []).append(row)
    found = []
    for item in money.items:
        if ":" in str(item["code"]):
            continue
        words = written_values(COST_ITEMS, item, money.codes)
        handover = _handover(money, item)
        if handover:
            words["handover"] = handover
        words["required"] = [written_values(REQUIREMENTS, row, money.codes) for row in required.get(item["id"], ())]
        words["lines"] = [_line(money, row) for row in money.lines_by_item.get(item["id"], ())]
        found.append(words)
    return found


def _handover(money: Money, item: Row) -> Words:
    found = {field.word: written_value(field, item[field.column], money.codes) for field in HANDOVER}
    return found if all(value is not None for value in found.values()) else {}


def _line(money: Money, row: Row) -> Words:
    """A budget line; what was secured and refused together need not be written as asked."""
    words = written_values(LINES, row, money.codes)
    if row["asked_amount"] == Decimal(str(row["secured_amount"])) + Decimal(str(row["refused_amount"])):
        del words["asked"]
    return words


def _entry(money: Money, row: Row) -> Words:
    """A line of an activity's budget; the plan's own year goes without saying."""
    words = _line(money, row)
    if row["fiscal_year"] == money.year:
        del words["year"]
    return words
