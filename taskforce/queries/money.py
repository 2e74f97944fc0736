"""What the money of a mechanism adds up to: by year and source, what is needed and nobody pays, earlier shares."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Numeric,
    Select,
    Subquery,
    Text,
    Uuid,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)

from taskforce.access import Actor
from taskforce.db import Session, adds_up
from taskforce.models import (
    Activity,
    BudgetLine,
    CostItem,
    CostRequirement,
    ExchangeRate,
    FundingHistory,
    Mechanism,
    Objective,
    Plan,
)
from taskforce.queries.budget_line import MoneyFilter, chosen_lines, counted, under_objective, wanted
from taskforce.queries.mechanism import current_plan_id
from taskforce.queries.visible import visible, visible_activities

MOST_SHORTFALLS: Final = 40  # costs and years in the list of what nobody pays


@dataclass(frozen=True, slots=True)
class SumRow:
    """Lines of one year, source and currency, in cash or in kind, added up × weight, not rounded.

    `rate`: what one unit of the currency was worth in the mechanism's on the first day of the fiscal year; 1 for its
    own currency, None where no rate of that day is recorded.
    """

    fiscal_year: int
    source_id: UUID
    currency: str
    is_in_kind: bool
    rate: Decimal | None
    asked: Decimal
    refused: Decimal
    secured: Decimal
    line_count: int
    illustrative_count: int


@dataclass(frozen=True, slots=True)
class NeedRow:
    """What a fiscal year needs and what of it nobody secured, in the mechanism's currency, not rounded.

    `has_secured_apart`, `has_need_apart`: whether lines without an exchange rate pay for a recorded need, or say
    themselves what is needed; these are in neither amount.
    """

    fiscal_year: int
    needed: Decimal
    unfunded: Decimal
    has_secured_apart: bool = False
    has_need_apart: bool = False


@dataclass(frozen=True, slots=True)
class ShortfallRow:
    """A cost item that is not paid for in a year. `activity_id`: whose own cost it is, where the reader sees it."""

    cost_item_id: UUID
    code: str
    title: str
    activity_id: UUID | None
    fiscal_year: int
    missing: Decimal
    has_secured_apart: bool
    has_need_apart: bool
    all_count: int


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """The share of one class of payers in an earlier year, 0 to 1."""

    fiscal_year: int
    payer: str
    share: Decimal
    note: str | None
    is_illustrative: bool | None


@dataclass(frozen=True, slots=True)
class ObjectiveChoice:
    """An objective to filter by."""

    id: UUID
    code: str
    title: str
    plan_title: str


@dataclass(frozen=True, slots=True)
class Basis:
    """In what a mechanism counts: its currency, the first month of its fiscal year, when its current plan starts."""

    mechanism_id: UUID
    currency: str
    start_month: int
    plan_starts_on: dt.date | None


def _rate(basis: Basis) -> ColumnElement[Decimal]:
    first_day = func.make_date(BudgetLine.fiscal_year, basis.start_month, 1)
    known = (
        select(ExchangeRate.rate)
        .where(
            ExchangeRate.currency == BudgetLine.currency,
            ExchangeRate.base_currency == basis.currency,
            ExchangeRate.rate_on == first_day,
        )
        .order_by(ExchangeRate.source)
        .limit(1)
        .correlate(BudgetLine)
        .scalar_subquery()
    )
    return case((BudgetLine.currency == basis.currency, literal(1, Numeric)), else_=known)


async def basis(session: Session, actor: Actor, mechanism_id: UUID, today: dt.date) -> Basis:
    """In what a mechanism counts."""
    statement = (
        select(Mechanism.id, Mechanism.currency, Mechanism.fiscal_year_start_month, Plan.starts_on)
        .outerjoin(Plan, and_(Plan.mechanism_id == Mechanism.id, Plan.id == current_plan_id(today)))
        .where(visible(actor, Mechanism.id), Mechanism.id == mechanism_id)
    )
    return Basis(*(await session.execute(statement)).one())


@adds_up
async def sums(session: Session, actor: Actor, basis: Basis, chosen: MoneyFilter) -> list[SumRow]:
    """The lines that count for the actor, filtered, added up by year, source and currency; the earliest year first."""
    weight = BudgetLine.weight
    mechanism_id = basis.mechanism_id
    statement = (
        select(
            BudgetLine.fiscal_year,
            BudgetLine.source_id,
            BudgetLine.currency,
            BudgetLine.is_in_kind,
            _rate(basis).label("rate"),
            func.sum(wanted() * weight).label("asked"),
            func.sum(BudgetLine.refused_amount * weight).label("refused"),
            func.sum(BudgetLine.secured_amount * weight).label("secured"),
            func.count().label("line_count"),
            func.count().filter(_is_made_up(mechanism_id)).label("illustrative_count"),
        )
        .where(
            visible(actor, BudgetLine.mechanism_id),
            counted(actor, mechanism_id),
            chosen_lines(chosen, mechanism_id),
        )
        .group_by(BudgetLine.fiscal_year, BudgetLine.source_id, BudgetLine.currency, BudgetLine.is_in_kind)
        .order_by(BudgetLine.fiscal_year)
    )
    return [SumRow(**row) for row in (await session.execute(statement)).mappings()]


def _is_made_up(mechanism_id: UUID) -> ColumnElement[bool]:
    """The same as `is_made_up`; few costs are, so looking a line up among them is cheaper than joining all."""
    costs = select(CostItem.id).where(CostItem.mechanism_id == mechanism_id, CostItem.is_illustrative.is_(True))
    activities = select(Activity.id).where(Activity.mechanism_id == mechanism_id, Activity.is_illustrative.is_(True))
    return or_(
        BudgetLine.is_illustrative.is_(True),
        BudgetLine.cost_item_id.in_(costs),
        BudgetLine.activity_id.in_(activities),
    )


def _needs(
    actor: Actor, basis: Basis, chosen: MoneyFilter, items: Sequence[UUID] | None = None
) -> Select[UUID, int, Decimal, Decimal, bool, bool]:
    """For each cost item, cost type and year: what it needs, and what of that nobody secured.

    Where nobody recorded a need, its lines need what they ask for. What one item has too much pays for no other.
    Lines in another currency without a rate are in no amount, and the last two columns say so.
    """
    mechanism_id = basis.mechanism_id
    anyone = replace(chosen, source_id=None)
    value = BudgetLine.weight * _rate(basis)
    paid = (
        select(
            BudgetLine.cost_item_id,
            BudgetLine.cost_type_id,
            BudgetLine.fiscal_year,
            func.sum(BudgetLine.secured_amount * value).label("secured"),
            func.sum(wanted() * value).label("wanted"),
            func.bool_or(and_(value.is_(None), BudgetLine.secured_amount > 0)).label("secured_apart"),
            func.bool_or(and_(value.is_(None), wanted() > 0)).label("wanted_apart"),
        )
        .where(
            visible(actor, BudgetLine.mechanism_id),
            counted(actor, mechanism_id),
            chosen_lines(anyone, mechanism_id),
            true() if items is None else BudgetLine.cost_item_id.in_(items),
        )
        .group_by(BudgetLine.cost_item_id, BudgetLine.cost_type_id, BudgetLine.fiscal_year)
        .subquery()
    )
    required = _requirements(actor, mechanism_id, anyone, items)
    same = and_(
        paid.c.cost_item_id == required.c.cost_item_id,
        paid.c.cost_type_id == required.c.cost_type_id,
        paid.c.fiscal_year == required.c.fiscal_year,
    )
    needed = func.coalesce(required.c.required_amount, paid.c.wanted, 0)
    return select(
        func.coalesce(required.c.cost_item_id, paid.c.cost_item_id).label("cost_item_id"),
        func.coalesce(required.c.fiscal_year, paid.c.fiscal_year).label("fiscal_year"),
        needed.label("needed"),
        func.greatest(needed - func.coalesce(paid.c.secured, 0), 0).label("missing"),
        and_(required.c.required_amount.is_not(None), func.coalesce(paid.c.secured_apart, False)).label(
            "has_secured_apart"
        ),
        and_(required.c.required_amount.is_(None), func.coalesce(paid.c.wanted_apart, False)).label("has_need_apart"),
    ).select_from(required.join(paid, same, full=True))


def _requirements(actor: Actor, mechanism_id: UUID, chosen: MoneyFilter, items: Sequence[UUID] | None) -> Subquery:
    statement = (
        select(
            CostRequirement.cost_item_id,
            CostRequirement.cost_type_id,
            CostRequirement.fiscal_year,
            CostRequirement.required_amount,
        )
        .join(
            CostItem,
            and_(CostItem.mechanism_id == CostRequirement.mechanism_id, CostItem.id == CostRequirement.cost_item_id),
        )
        .where(
            visible(actor, CostRequirement.mechanism_id),
            CostRequirement.mechanism_id == mechanism_id,
            counted(actor, mechanism_id, CostItem.activity_id),
        )
    )
    if items is not None:
        statement = statement.where(CostRequirement.cost_item_id.in_(items))
    if chosen.cost_type_id:
        statement = statement.where(CostRequirement.cost_type_id == chosen.cost_type_id)
    if chosen.fiscal_year is not None:
        statement = statement.where(CostRequirement.fiscal_year == chosen.fiscal_year)
    if chosen.objective_id:
        statement = statement.where(CostItem.activity_id.in_(under_objective(chosen.objective_id, mechanism_id)))
    return statement.subquery()


@adds_up
async def needs(
    session: Session, actor: Actor, basis: Basis, chosen: MoneyFilter, *, since: int
) -> tuple[list[NeedRow], list[ShortfallRow]]:
    """What each year needs and what nobody secured; and the costs with the most missing from the year `since` on.

    As far as it counts for the actor; a source does not narrow it. Both are read off one pass over the lines.
    """
    each = _needs(actor, basis, chosen).cte("each")
    by_year = select(
        each.c.fiscal_year,
        func.sum(each.c.needed).label("needed"),
        func.sum(each.c.missing).label("missing"),
        *_apart(each),
        *(cast(null(), kind).label(name) for name, kind in _COST.items()),
    ).group_by(each.c.fiscal_year)
    by_cost = _shortfalls(actor, basis.mechanism_id, each, since)
    found = (await session.execute(union_all(by_year, select(by_cost)))).mappings().all()
    years = [
        NeedRow(row["fiscal_year"], row["needed"], row["missing"], row["has_secured_apart"], row["has_need_apart"])
        for row in found
        if row["code"] is None
    ]
    costs = [
        ShortfallRow(**{name: row[name] for name in ("fiscal_year", "missing", *APART, *_COST)})
        for row in found
        if row["code"] is not None
    ]
    costs.sort(key=lambda row: (row.fiscal_year, -row.missing, row.code))
    return sorted(years, key=lambda row: row.fiscal_year), costs


APART: Final = ("has_secured_apart", "has_need_apart")


def _apart(each: CTE | Subquery) -> list[ColumnElement[bool]]:
    """Whether any of a group has money without a rate."""
    return [func.bool_or(each.c[name]).label(name) for name in APART]


_COST = {"cost_item_id": Uuid, "code": Text, "title": Text, "activity_id": Uuid, "all_count": BigInteger}


def _shortfalls(actor: Actor, mechanism_id: UUID, each: CTE, since: int) -> Subquery:
    short = (
        select(each.c.cost_item_id, each.c.fiscal_year, func.sum(each.c.missing).label("missing"), *_apart(each))
        .where(each.c.fiscal_year >= since, each.c.missing > 0)
        .group_by(each.c.cost_item_id, each.c.fiscal_year)
        .subquery()
    )
    return (
        select(
            short.c.fiscal_year,
            literal(0, Numeric).label("needed"),
            short.c.missing,
            *(short.c[name] for name in APART),
            CostItem.id.label("cost_item_id"),
            CostItem.code,
            CostItem.title,
            CostItem.activity_id,
            func.count().over().label("all_count"),
        )
        .join(CostItem, and_(CostItem.mechanism_id == mechanism_id, CostItem.id == short.c.cost_item_id))
        .outerjoin(Activity, and_(Activity.mechanism_id == CostItem.mechanism_id, Activity.id == CostItem.activity_id))
        .where(or_(CostItem.activity_id.is_(None), visible_activities(actor)))
        .order_by(short.c.fiscal_year, short.c.missing.desc(), CostItem.code)
        .limit(MOST_SHORTFALLS)
        .subquery()
    )


@adds_up
async def needs_of_items(
    session: Session, actor: Actor, basis: Basis, items: Sequence[UUID], *, year: int
) -> dict[UUID, NeedRow]:
    """What these cost items need in a year, and what of it nobody secured; unknown ones are left out."""
    each = _needs(actor, basis, MoneyFilter(fiscal_year=year), items).subquery()
    found = await session.execute(
        select(each.c.cost_item_id, func.sum(each.c.needed), func.sum(each.c.missing), *_apart(each)).group_by(
            each.c.cost_item_id
        )
    )
    return {row[0]: NeedRow(year, *row[1:]) for row in found}


@adds_up
async def needs_of_item(session: Session, actor: Actor, item: CostItem, basis: Basis) -> list[NeedRow]:
    """What a cost item needs in each year, and what of it nobody secured."""
    each = _needs(actor, basis, MoneyFilter(), [item.id]).subquery()
    found = await session.execute(
        select(each.c.fiscal_year, func.sum(each.c.needed), func.sum(each.c.missing), *_apart(each))
        .group_by(each.c.fiscal_year)
        .order_by(each.c.fiscal_year)
    )
    return [NeedRow(*row) for row in found]


async def history(session: Session, actor: Actor, mechanism_id: UUID) -> list[HistoryRow]:
    """The shares of earlier years, the earliest first."""
    found = await session.execute(
        select(
            FundingHistory.fiscal_year,
            FundingHistory.payer,
            FundingHistory.share,
            FundingHistory.note,
            FundingHistory.is_illustrative,
        )
        .where(visible(actor, FundingHistory.mechanism_id), FundingHistory.mechanism_id == mechanism_id)
        .order_by(FundingHistory.fiscal_year, FundingHistory.payer)
    )
    return [HistoryRow(*row) for row in found]


async def objectives(session: Session, actor: Actor, mechanism_id: UUID) -> list[ObjectiveChoice]:
    """The objectives of all plans, the latest plan first."""
    found = await session.execute(
        select(Objective.id, Objective.code, Objective.title, Plan.title)
        .join(Plan, and_(Plan.mechanism_id == Objective.mechanism_id, Plan.id == Objective.plan_id))
        .where(visible(actor, Objective.mechanism_id), Objective.mechanism_id == mechanism_id)
        .order_by(Plan.starts_on.desc(), Objective.position, Objective.code)
    )
    return [ObjectiveChoice(*row) for row in found]
