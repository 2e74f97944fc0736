"""The illustrative money of the demonstration: costs that come every year while donors leave and government grows."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, Literal

from taskforce.exchange.plan_file import FundingSource, PlanFile, activities
from taskforce.exchange.plan_tree import (
    Activity,
    BudgetEntry,
    CostItem,
    Objective,
    Output,
    Requirement,
    Transition,
    changed_outputs,
)

GROWTH: Final = Decimal("1.04")  # what is needed rises by so much a year


@dataclass(frozen=True, slots=True)
class _Cost:
    """A cost that comes every year; `size` is its share of what the plan has secured."""

    title: str
    domain: Literal["leadership", "programming", "service_delivery"]
    cost: str
    is_salaries: bool
    donor: Literal[0, 1]  # which of the two donor sources pays it
    size: Decimal


COSTS: Final = (
    _Cost("Staff of the secretariat", "leadership", "staff", True, 0, Decimal("0.08")),
    _Cost("Counsellors and case workers", "service_delivery", "staff", True, 1, Decimal("0.15")),
    _Cost("Hosting of the reporting system", "programming", "hosting", False, 1, Decimal("0.03")),
)

# For each year from last year on: the share that a donor, and that the government secured, was asked for, refused.
# The first donor's money ends within this year, the second's within the next, so neither pays beyond.
DONOR_SHARES: Final = (
    (Decimal("0.70"), Decimal("0.45"), Decimal(0), Decimal(0)),
    (Decimal("0.70"), Decimal("0.50"), Decimal("0.25"), Decimal(0)),
)
GOVERNMENT_SHARES: Final = (
    (Decimal("0.20"), Decimal("0.20"), Decimal(0)),
    (Decimal("0.35"), Decimal("0.45"), Decimal("0.10")),
    (Decimal("0.45"), Decimal("0.60"), Decimal("0.05")),
    (Decimal("0.55"), Decimal("0.90"), Decimal(0)),
)


def cost_items(file: PlanFile, sources: tuple[FundingSource, ...], year: int, first_month: int) -> tuple[CostItem, ...]:
    """Three costs from the year before `year` to two years after it; part of each stays unfunded.

    `sources` hold at least two of donors and an agreed one of government.
    """
    secured = sum((entry.amount for _, activity in activities(file) for entry in activity.budget), Decimal(0))
    scale = secured or Decimal(1_000_000)
    donors = sorted((s for s in sources if s.kind == "donor"), key=lambda source: not source.start_up)
    government = next(source.code for source in sources if source.kind == "government" and source.status == "agreed")
    return tuple(
        _cost_item(f"C{number}", cost, (donors[cost.donor].code, government), scale, (year, first_month))
        for number, cost in enumerate(COSTS, 1)
    )


def _cost_item(code: str, cost: _Cost, payers: tuple[str, str], scale: Decimal, starts: tuple[int, int]) -> CostItem:
    donor, government = payers
    year, first_month = starts
    needed = [rounded(scale * cost.size * GROWTH**place) for place in range(len(GOVERNMENT_SHARES))]
    lines = []
    for place, amount in enumerate(needed):
        given = DONOR_SHARES[cost.donor][place]
        secured, asked, refused = (rounded(amount * share) for share in GOVERNMENT_SHARES[place])
        if given:
            lines.append(
                BudgetEntry(source=donor, cost=cost.cost, year=year - 1 + place, amount=rounded(amount * given))
            )
        lines.append(
            BudgetEntry(
                source=government, cost=cost.cost, year=year - 1 + place, amount=secured, asked=asked, refused=refused
            )
        )
    return CostItem(
        code=code,
        title=cost.title,
        domain=cost.domain,
        recurrent=True,
        salaries=cost.is_salaries,
        required=tuple(
            Requirement(year=year - 1 + place, cost=cost.cost, amount=amount) for place, amount in enumerate(needed)
        ),
        lines=tuple(lines),
        handover=Transition(from_=donor, to=government, when=date(year + 1, first_month, 1)),
        illustrative=True,
    )


def rounded(amount: Decimal) -> Decimal:
    """An amount to three significant digits and whole units, as budgets are planned."""
    if not amount:
        return Decimal(0)
    digits = max(0, amount.adjusted() - 2)
    step = Decimal(10) ** digits
    return (amount / step).quantize(Decimal(1), rounding=ROUND_HALF_EVEN) * step


def with_second_request(objectives: tuple[Objective, ...], sources: tuple[FundingSource, ...]) -> tuple[Objective, ...]:
    """Let the government have been asked for more than it gave to the first activity that it pays for."""
    government = {source.code for source in sources if source.kind == "government"}
    first = next(
        (
            activity.code
            for objective in objectives
            for output in objective.outputs
            for activity in output.activities
            if any(entry.source in government and entry.amount for entry in activity.budget)
        ),
        None,
    )

    def change(output: Output) -> Output:
        changed = tuple(_asked(one, government) if one.code == first else one for one in output.activities)
        return output.model_copy(update={"activities": changed})

    return changed_outputs(objectives, change)


def _asked(activity: Activity, government: set[str]) -> Activity:
    entries = []
    for entry in activity.budget:
        if entry.source in government and entry.amount:
            asked = rounded(entry.amount * Decimal("1.25"))
            entries.append(entry.model_copy(update={"asked": asked, "refused": asked - entry.amount}))
        else:
            entries.append(entry)
    return activity.model_copy(update={"budget": tuple(entries)})
