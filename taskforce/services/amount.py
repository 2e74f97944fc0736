"""Amounts of money as people type them, read by the rules of money."""

from decimal import Decimal
from typing import Annotated, Final

from babel.numbers import get_currency_precision
from pydantic import AfterValidator, StringConstraints

from taskforce.errors import Refused
from taskforce.rules.money import parse_amount

MOST_DECIMALS: Final = 2  # what the database keeps; no currency of a mechanism is paid finer


def minor_units(currency: str) -> int:
    """How many decimals an amount in the currency may have."""
    return min(get_currency_precision(currency), MOST_DECIMALS)


def read_amount(typed: str, currency: str, *, field: str) -> Decimal:
    """A typed amount in a currency.

    Raises:
        Refused: not in digits, below zero, or finer than the currency; says what to type.
    """
    return parse_amount(typed, currency=currency, minor_units=minor_units(currency), field=field)


def shown_amount(amount: Decimal) -> str:
    """An amount as its field shows it: plain digits, without decimals that are zero."""
    return format(amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount, "f")


def _in_digits(typed: str) -> str:
    try:
        parse_amount(typed, currency="", minor_units=MOST_DECIMALS)
    except Refused as refused:
        raise ValueError(str(refused)) from None
    return typed


# An amount in digits; how many decimals it may have is known with its currency.
AmountText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40), AfterValidator(_in_digits)]
