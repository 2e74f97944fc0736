"""A stored value of the history as its page shows it: an amount with its currency, a day, a name, a word."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from taskforce.rules.periods import fiscal_year_label
from taskforce.views.base import View
from taskforce.views.money_years import in_units

DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
SHARES: Final = frozenset({"weight"})
NUMBERS: Final = frozenset({"baseline", "value"})  # of indicators and targets


class Amount(View):
    """Money, in the smallest units of its currency."""

    amount: Decimal
    currency: str


# Yes and no, a moment, a day, money, a number or a share from 0 to 1, or words; a state is its code, which pages
# translate.
Value = bool | dt.datetime | dt.date | Amount | Decimal | str | None


@dataclass(frozen=True, slots=True)
class Counted:
    """In what amounts are, and in which month fiscal years begin, 1 to 12."""

    currency: str = ""
    start_month: int = 1


NOTHING_COUNTED: Final = Counted()


def value_of(column: str, value: object, names: Mapping[str, str], counted: Counted = NOTHING_COUNTED) -> Value:
    """A stored value of a column. `names`: what ids stand for."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, list):
        return ", ".join(names.get(str(each), str(each)) for each in value)
    text = str(value)
    if column.endswith("_amount"):
        return Amount(amount=in_units(Decimal(text), counted.currency), currency=counted.currency)
    if column in SHARES | NUMBERS:
        return Decimal(text)
    if column == "fiscal_year":
        return fiscal_year_label(int(text), counted.start_month)
    if column.endswith("_on") and DAY.fullmatch(text):
        return dt.date.fromisoformat(text)
    if column.endswith("_at") and DAY.match(text):
        return dt.datetime.fromisoformat(text)
    return names.get(text, text)
