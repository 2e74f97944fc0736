"""The numbers under a chart of shares: who pays how much in which year, in the order and the colours of the picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import groupby

from taskforce.render.wording import gettext

# (fill, text on it): told apart with every common form of colour blindness, and by lightness where they are neighbours;
# the text on each has a contrast of at least 4.5 to 1.
PALETTE = (
    ("#0f6e84", "#ffffff"),
    ("#b7abd6", "#0b0c0c"),
    ("#d99a5b", "#0b0c0c"),
    ("#b0551c", "#ffffff"),
    ("#8fb8c4", "#0b0c0c"),
    ("#7a4a9e", "#ffffff"),
    ("#e3c75f", "#0b0c0c"),
    ("#3d464b", "#ffffff"),
)
GAP = ("#ffffff", "#0b0c0c")


@dataclass(frozen=True)
class Year:
    """One year of a chart: amounts by payer in the chart's currency, none below zero.

    `note` says what kind of figures they are ("spent", "planned"); `mark` draws a line with these words at the year.
    `is_share_only`: the amounts are parts of 1 of which no money is known, so none is written.
    """

    year: int
    amounts: Mapping[str, Decimal]
    note: str = ""
    mark: str = ""
    is_share_only: bool = False


@dataclass(frozen=True)
class Series:
    """One payer with its colour, the colour of text upon it, and whether it is money that nobody pays."""

    label: str
    colour: str
    ink: str
    is_gap: bool = False


@dataclass(frozen=True)
class Stack:
    """Years in order, and their payers from the bottom up."""

    years: tuple[Year, ...]
    series: tuple[Series, ...]
    currency: str
    known_until: int | None
    totals: tuple[Decimal, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Add up each year once."""
        sums = tuple(sum(year.amounts.values(), Decimal(0)) for year in self.years)
        object.__setattr__(self, "totals", sums)

    def total(self, index: int) -> Decimal:
        """All money of a year, by its place in `years`."""
        return self.totals[index]

    def amount(self, label: str, index: int) -> Decimal:
        """What a payer pays in a year."""
        return self.years[index].amounts.get(label, Decimal(0))

    def share(self, label: str, index: int) -> Decimal | None:
        """The share of 0 to 1 that a payer has in a year; None in a year without money."""
        return self.amount(label, index) / self.totals[index] if self.totals[index] else None

    def edges(self, index: int) -> list[float]:
        """The shares at which the bands of a year begin and end, from 0 at the bottom to 1."""
        found = [0.0]
        for series in self.series:
            found.append(found[-1] + float(self.share(series.label, index) or 0))
        return found

    def runs(self) -> list[list[int]]:
        """The places of years with money, in unbroken rows."""
        grouped = groupby(range(len(self.years)), key=lambda index: self.totals[index] > 0)
        return [list(indexes) for has_money, indexes in grouped if has_money]


def _largest(years: Sequence[Year], labels: Sequence[str], gap: str) -> set[str]:
    """The payers that keep a colour of their own: the bottom one, the gap, and the largest of the rest."""
    sums = {label: sum((year.amounts.get(label, Decimal(0)) for year in years), Decimal(0)) for label in labels}
    rest = sorted((label for label in labels[1:] if label != gap), key=lambda label: sums[label], reverse=True)
    return {*labels[:1], gap, *rest[: len(PALETTE) - 2]}


def stacked(years: Sequence[Year], *, currency: str, known_until: int | None, gap: str) -> Stack:
    """The years in order with a colour for each payer; more payers than colours share one band, the smallest of them.

    Raises:
        ValueError: there is no year, a year stands twice, or an amount is below zero.
    """
    ordered = sorted(years, key=lambda year: year.year)
    if not ordered or len({year.year for year in ordered}) < len(ordered):
        raise ValueError(f"a chart needs years that differ, not {[year.year for year in ordered]}")
    for year in ordered:
        for label, amount in year.amounts.items():
            if amount < 0:
                raise ValueError(f"{label} in {year.year} is {amount}: a share cannot be drawn of an amount below zero")
    paying = {label for year in ordered for label, amount in year.amounts.items() if amount}
    labels = [label for label in dict.fromkeys(label for year in ordered for label in year.amounts) if label in paying]
    payers = [label for label in labels if label != gap]
    if len(payers) > len(PALETTE):
        kept = _largest(ordered, labels, gap)
        ordered = [_merged(year, kept) for year in ordered]
        payers = [label for label in payers if label in kept] + [gettext("Other payers")]
    colours = [Series(label, *PALETTE[place]) for place, label in enumerate(payers)]
    hollow = [Series(gap, *GAP, is_gap=True)] if gap and gap in labels else []
    return Stack(tuple(ordered), tuple(colours + hollow), currency, known_until)


def _merged(year: Year, kept: set[str]) -> Year:
    others = sum((amount for label, amount in year.amounts.items() if label not in kept), Decimal(0))
    own = {label: amount for label, amount in year.amounts.items() if label in kept}
    return replace(year, amounts=own | {gettext("Other payers"): others})
