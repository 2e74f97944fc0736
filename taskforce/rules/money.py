"""Amounts of money: reading, splitting, converting and adding them up, in decimals only."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Literal, TypeVar

from taskforce.errors import Refused

SourceClass = Literal[
    "government", "local_government", "donor_grant", "loan", "pooled", "ngo_own", "industry", "in_kind"
]
Key = TypeVar("Key", bound=str)
Payer = Literal["government", "donor", "ngo", "industry", "other"]
Certainty = Literal["exact", "at_most", "incomplete"]  # of an amount that nobody pays

PAYERS: Final[Mapping[SourceClass, Payer]] = MappingProxyType(
    {  # who carries the cost, for the way from donor money to government money
        "government": "government",
        "local_government": "government",
        "donor_grant": "donor",
        "loan": "donor",
        "pooled": "donor",
        "ngo_own": "ngo",
        "industry": "industry",
        "in_kind": "other",
    }
)
SHARE_DIGITS: Final = 3
MOST_DIGITS: Final = 15  # before the point; a national budget in the smallest currency has 15
PRECISION: Final = 60  # digits kept while calculating, more than an amount times a rate can have

PLAIN: Final = re.compile(r"[0-9]+(\.[0-9]+)?", re.ASCII)
THOUSANDS: Final = re.compile(r"[0-9]{1,3}(?:([ ,'’_\u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]+)?", re.ASCII)
THOUSANDS_BY_POINT: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+|[0-9]{1,3}(?:\.[0-9]{3}){2,}", re.ASCII)
POINT_BY_COMMA: Final = re.compile(r"[0-9]+,[0-9]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """A budget line of one fiscal year. `weight` is the share of a shared line that counts, 0 to 1.

    `source_class` says who pays, `in_kind` that it is paid in goods, time or rooms. `is_unfunded` marks a line that
    was asked for and not given.
    """

    year: int
    source: str
    source_class: SourceClass
    cost_type: str
    asked: Decimal
    refused: Decimal = Decimal(0)
    secured: Decimal = Decimal(0)
    weight: Decimal = Decimal(1)
    in_kind: bool = False
    is_unfunded: bool = False


@dataclass(frozen=True, slots=True)
class Sums:
    """Weighted sums of lines, not rounded; `in_kind` is the part of `asked` that comes in kind."""

    asked: Decimal = Decimal(0)
    refused: Decimal = Decimal(0)
    secured: Decimal = Decimal(0)
    in_kind: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Totals:
    """What lines add up to; `required` and `unfunded` by fiscal year, in the order of the years."""

    by_year: Mapping[int, Sums] = field(default_factory=dict)
    by_source: Mapping[str, Sums] = field(default_factory=dict)
    by_class: Mapping[SourceClass, Sums] = field(default_factory=dict)
    required: Mapping[int, Decimal] = field(default_factory=dict)
    unfunded: Mapping[int, Decimal] = field(default_factory=dict)


def totals(lines: Iterable[Line], *, required: Mapping[int, Decimal] | None = None) -> Totals:
    """Add lines up by year, source and class, each × its weight.

    `required` is what each fiscal year needs; a year that it does not name needs what its lines ask for. Unfunded is
    required − secured, never below zero: what one year has too much does not pay for another.

    Raises:
        Refused: a weight outside 0..1, an amount below zero, or secured money on a line marked unfunded.
    """
    counted = list(lines)
    for line in counted:
        _check_line(line)
    by_year: dict[int, Sums] = {}
    by_source: dict[str, Sums] = {}
    by_class: dict[SourceClass, Sums] = {}
    for line in counted:
        by_year[line.year] = _plus(by_year.get(line.year, Sums()), line)
        by_source[line.source] = _plus(by_source.get(line.source, Sums()), line)
        by_class[line.source_class] = _plus(by_class.get(line.source_class, Sums()), line)
    years = sorted({*by_year, *(required or {})})
    by_year = {year: by_year.get(year, Sums()) for year in years}
    needed = {year: (required or {}).get(year, by_year[year].asked) for year in years}
    unfunded = {year: max(Decimal(0), needed[year] - by_year[year].secured) for year in years}
    return Totals(by_year, by_source, by_class, needed, unfunded)


def certainty(*, has_secured_apart: bool, has_need_apart: bool) -> Certainty:
    """How well an unfunded amount is known, where money in another currency has no exchange rate.

    `has_secured_apart`: some of it pays for a recorded need, so that less is missing than the amount says.
    `has_need_apart`: some of it says itself what is needed, so that neither the need nor what is missing is whole.
    """
    if has_need_apart:
        return "incomplete"
    return "at_most" if has_secured_apart else "exact"


def by_payer(amounts: Mapping[SourceClass, Decimal]) -> dict[Payer, Decimal]:
    """Add amounts by class up to who carries the cost, without payers that have none."""
    carried: dict[Payer, Decimal] = {}
    for source_class, amount in amounts.items():
        payer = PAYERS[source_class]
        carried[payer] = carried.get(payer, Decimal(0)) + amount
    return carried


def split(total: Decimal, weights: Sequence[Decimal], minor_units: int) -> tuple[Decimal, ...]:
    """Share a total out by weights so that the parts add up to it exactly, to the currency's smallest unit.

    Largest remainder: each part is rounded down and the units left over go to the largest fractions, the earlier first.
    A negative total is shared out like its opposite.

    Raises:
        Refused: no weight above zero, a weight below zero, or a total finer than the currency.
    """
    if any(weight < 0 for weight in weights) or not any(weights):
        raise Refused(f"weights {_listed(weights)}: each must be 0 or more and one above 0; give at least one share")
    exact_units = Fraction(total) * 10**minor_units
    if exact_units.denominator != 1:
        raise Refused(f"{total} has more than {minor_units} decimals; round it first")
    units, counts = abs(exact_units.numerator), _whole_numbers(weights)
    divided = [divmod(units * count, sum(counts)) for count in counts]
    parts = [part for part, _rest in divided]
    by_remainder = sorted(range(len(parts)), key=lambda at: (-divided[at][1], at))
    for at in by_remainder[: units - sum(parts)]:
        parts[at] += 1
    sign = -1 if exact_units < 0 else 1
    return tuple(_in_units(sign * part, minor_units) for part in parts)


def _whole_numbers(weights: Sequence[Decimal]) -> list[int]:
    """Whole numbers that stand to each other exactly as the weights do."""
    ratios = [weight.as_integer_ratio() for weight in weights]
    common = math.lcm(*(denominator for _numerator, denominator in ratios))
    return [numerator * (common // denominator) for numerator, denominator in ratios]


def shares(amounts: Mapping[Key, Decimal], digits: int = SHARE_DIGITS) -> dict[Key, Decimal]:
    """Each amount's share of all, 0..1, adding up to exactly 1 by largest remainder; all 0 where there is no money.

    So that they add up, one share may stand a digit above its nearest value; for a single figure use `share`.

    Raises:
        Refused: an amount below zero.
    """
    if any(amount < 0 for amount in amounts.values()):
        raise Refused(
            f"amounts {_listed(amounts.values())}: a share of an amount below zero says nothing; leave it out"
        )
    if not any(amounts.values()):
        return {key: _in_units(0, digits) for key in amounts}
    return dict(zip(amounts, split(Decimal(1), list(amounts.values()), digits), strict=True))


def share(part: Decimal, whole: Decimal, digits: int = SHARE_DIGITS) -> Decimal:
    """One amount's share of the whole, rounded half to even; 0 where the whole is 0."""
    if not whole:
        return _in_units(0, digits)
    with localcontext(prec=PRECISION):
        return (part / whole).quantize(_in_units(1, digits), ROUND_HALF_EVEN)


def convert(amount: Decimal, rate: Decimal, minor_units: int) -> Decimal:
    """An amount × rate, rounded once, half to even, to the smallest unit of the currency it becomes.

    Raises:
        Refused: a rate that is not above zero.
    """
    if not rate.is_finite() or rate <= 0:
        raise Refused(f"the exchange rate is {rate}; it must be above 0: how much one unit is worth in the other money")
    with localcontext(prec=PRECISION):
        return (amount * rate).quantize(_in_units(1, minor_units), ROUND_HALF_EVEN)


def parse_amount(text: str, *, currency: str, minor_units: int, field: str | None = None) -> Decimal:
    """Read an amount that a person typed: digits, and a point before the decimals if there are any.

    Nothing is guessed: 1,200 is twelve hundred in one country and one and a fifth in another.

    Raises:
        Refused: empty, in words, with a separator or a currency, below zero, too long, or finer than the currency.
    """
    typed = text.strip()
    if not typed:
        raise Refused("the amount is empty; write it in digits, for example 1200.50, or 0 for none", field=field)
    if not PLAIN.fullmatch(typed):
        raise Refused(_why_not_plain(typed, currency), field=field)
    whole, _, decimals = typed.partition(".")
    if len(whole.lstrip("0")) > MOST_DIGITS:
        raise Refused(f"{typed} has more than {MOST_DIGITS} digits before the point; check the amount", field=field)
    if len(decimals) > minor_units:
        raise Refused(_too_fine(typed, decimals, currency, minor_units), field=field)
    return Decimal(typed)


def _why_not_plain(typed: str, currency: str) -> str:
    bare = typed.upper().removeprefix(currency).removesuffix(currency).strip()
    if typed[0] in "-−–(" and typed.strip("-−–() ")[:1].isdigit():
        return f"{typed} is below zero; an amount is 0 or more. A correction is an adjustment, not a negative amount"
    if bare != typed and PLAIN.fullmatch(bare):
        return f"{typed} names the currency, which stands in its own field; write {bare}"
    if THOUSANDS.fullmatch(bare):
        return f"{typed} has separators between the thousands; write {re.sub('[^0-9.]', '', bare)}"
    if THOUSANDS_BY_POINT.fullmatch(bare):
        return f"{typed} has separators between the thousands; write {bare.replace('.', '').replace(',', '.')}"
    if POINT_BY_COMMA.fullmatch(bare):
        return f"{typed} has a comma; write {bare.replace(',', '.')} with a point before the decimals"
    return f"“{typed}” is not a number in digits; write digits only, for example 1200 or 1200.50, no words or signs"


def _too_fine(typed: str, decimals: str, currency: str, minor_units: int) -> str:
    thousands = f", or {typed.replace('.', '')} if the point stood between the thousands" if len(decimals) == 3 else ""
    allowed = "no decimals" if minor_units == 0 else f"at most {minor_units} decimals"
    rounded = Decimal(typed).quantize(_in_units(1, minor_units), ROUND_HALF_EVEN)
    return f"{typed} has {len(decimals)} decimals; {currency} takes {allowed}: write {rounded}{thousands}"


def _check_line(line: Line) -> None:
    name = f"budget line {line.source} {line.year} {line.cost_type}"
    if not 0 <= line.weight <= 1:
        raise Refused(f"{name}: weight {line.weight} is outside 0 to 1; write the share of the line that counts")
    lowest = min(line.asked, line.refused, line.secured)
    if lowest < 0:
        raise Refused(f"{name}: {lowest} is below zero; write 0 or more")
    if line.is_unfunded and line.secured:
        raise Refused(f"{name} is marked unfunded and has {line.secured} secured; take away the mark or the amount")


def _plus(sums: Sums, line: Line) -> Sums:
    return Sums(
        sums.asked + line.asked * line.weight,
        sums.refused + line.refused * line.weight,
        sums.secured + line.secured * line.weight,
        sums.in_kind + (line.asked * line.weight if line.in_kind else 0),
    )


def _in_units(units: int, minor_units: int) -> Decimal:
    return Decimal(units).scaleb(-minor_units)


def _listed(amounts: Iterable[Decimal]) -> str:
    return ", ".join(map(str, amounts)) or "(none)"
