"""What of money waits for somebody over all their mechanisms: sources that end, own sources, what the budget takes."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Date, and_, case, extract, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from taskforce.access import Actor
from taskforce.db import Session, adds_up
from taskforce.models import (
    Agency,
    BudgetLine,
    CostItem,
    CostRequirement,
    FundingSource,
    Mechanism,
)
from taskforce.queries.budget_line import counted_anywhere, wanted
from taskforce.queries.time_zone import Today
from taskforce.queries.visible import visible
from taskforce.rules.money import PAYERS

GOVERNMENT = tuple(each for each, payer in PAYERS.items() if payer == "government")


@dataclass(frozen=True, slots=True)
class SourceItem:
    """A source of money, what of it is secured in one currency over all years, and how many costs it carries."""

    id: UUID
    mechanism: str
    code: str
    title: str
    source_class: str
    provider: str | None
    ends_on: dt.date | None
    currency: str | None
    secured_amount: Decimal | None
    item_count: int
    is_illustrative: bool | None


@dataclass(frozen=True, slots=True)
class BudgetYear:
    """What government sources of a mechanism are asked for and have secured in a fiscal year, in its currency."""

    mechanism: str
    fiscal_year: int
    start_month: int
    currency: str
    asked_amount: Decimal
    secured_amount: Decimal
    is_illustrative: bool


@dataclass(frozen=True, slots=True)
class HandoverItem:
    """A cost that passes to another source on a day, and what it needs in the fiscal year of that day."""

    id: UUID
    mechanism: str
    code: str
    title: str
    from_source: str | None
    to_source: str | None
    handover_on: dt.date
    currency: str
    required_amount: Decimal | None
    is_illustrative: bool | None


def _sources(actor: Actor, *conditions: ColumnElement[bool]) -> Sequence[ColumnElement[bool]]:
    return (visible(actor, FundingSource.mechanism_id), Mechanism.status != "dissolved", *conditions)


@adds_up
async def _listed(
    session: Session, actor: Actor, conditions: Sequence[ColumnElement[bool]], most: int
) -> Sequence[SourceItem]:
    pays = and_(
        BudgetLine.mechanism_id == FundingSource.mechanism_id,
        BudgetLine.source_id == FundingSource.id,
        counted_anywhere(actor),
    )
    found = await session.execute(
        select(
            FundingSource.id.label("id"),
            Mechanism.code.label("mechanism"),
            FundingSource.code.label("code"),
            FundingSource.title.label("title"),
            FundingSource.source_class.label("source_class"),
            Agency.title.label("provider"),
            FundingSource.ends_on.label("ends_on"),
            BudgetLine.currency.label("currency"),
            func.sum(BudgetLine.secured_amount * BudgetLine.weight).label("secured_amount"),
            func.count(BudgetLine.cost_item_id.distinct()).label("item_count"),
            FundingSource.is_illustrative.label("is_illustrative"),
        )
        .select_from(FundingSource)
        .join(Mechanism, Mechanism.id == FundingSource.mechanism_id)
        .outerjoin(Agency, Agency.id == FundingSource.provider_agency_id)
        .outerjoin(BudgetLine, pays)
        .where(*conditions)
        .group_by(FundingSource.mechanism_id, FundingSource.id, Mechanism.code, Agency.title, BudgetLine.currency)
        .order_by(FundingSource.ends_on.asc().nulls_last(), Mechanism.code, FundingSource.code, BudgetLine.currency)
        .limit(most)
    )
    return [SourceItem(**row) for row in found.mappings()]


async def ending_sources(
    session: Session, actor: Actor, mechanisms: frozenset[UUID], within: tuple[Today, Today], *, most: int
) -> Sequence[SourceItem]:
    """Sources of these mechanisms that end within two days, both included, the earliest first."""
    ends = FundingSource.ends_on.between(*within)
    conditions = _sources(
        actor, FundingSource.mechanism_id.in_(mechanisms), ends, FundingSource.is_requested.is_(False)
    )
    return await _listed(session, actor, conditions, most)


async def own_sources(
    session: Session, actor: Actor, agencies: frozenset[UUID], *, today: Today, most: int
) -> Sequence[SourceItem]:
    """Sources that these agencies provide and that have not ended, the one that ends first first."""
    goes_on = or_(FundingSource.ends_on.is_(None), FundingSource.ends_on >= today)
    conditions = _sources(actor, FundingSource.provider_agency_id.in_(agencies), goes_on)
    return await _listed(session, actor, conditions, most)


def _year_of(day: InstrumentedAttribute[dt.date | None] | ColumnElement[dt.date]) -> ColumnElement[int]:
    """The fiscal year in which a day lies, named by the year in which it starts."""
    is_before = extract("month", day) < Mechanism.fiscal_year_start_month
    return extract("year", day) - case((is_before, 1), else_=0)


@adds_up
async def budget_years(
    session: Session, actor: Actor, mechanisms: frozenset[UUID], *, today: Today
) -> Sequence[BudgetYear]:
    """What falls on the budget from this fiscal year on: government sources, without cancelled lines, weighted."""
    source = and_(FundingSource.mechanism_id == BudgetLine.mechanism_id, FundingSource.id == BudgetLine.source_id)
    this_year = _year_of(literal(today, Date) if isinstance(today, dt.date) else today)
    found = await session.execute(
        select(
            Mechanism.code,
            BudgetLine.fiscal_year,
            Mechanism.fiscal_year_start_month,
            Mechanism.currency,
            func.sum(wanted() * BudgetLine.weight),
            func.sum(BudgetLine.secured_amount * BudgetLine.weight),
            func.coalesce(func.bool_or(BudgetLine.is_illustrative), False),
        )
        .select_from(BudgetLine)
        .join(Mechanism, Mechanism.id == BudgetLine.mechanism_id)
        .join(FundingSource, source)
        .where(
            visible(actor, BudgetLine.mechanism_id),
            BudgetLine.mechanism_id.in_(mechanisms),
            FundingSource.source_class.in_(GOVERNMENT),
            BudgetLine.currency == Mechanism.currency,
            BudgetLine.fiscal_year >= this_year,
            counted_anywhere(actor),
        )
        .group_by(Mechanism.code, BudgetLine.fiscal_year, Mechanism.fiscal_year_start_month, Mechanism.currency)
        .order_by(Mechanism.code, BudgetLine.fiscal_year)
    )
    return [BudgetYear(*row) for row in found]


async def handovers(
    session: Session, actor: Actor, mechanisms: frozenset[UUID], *, today: Today, most: int
) -> Sequence[HandoverItem]:
    """Costs that pass to another source today or later, the earliest first."""
    giver, taker = aliased(FundingSource), aliased(FundingSource)
    required = (
        select(func.sum(CostRequirement.required_amount))
        .where(
            CostRequirement.mechanism_id == CostItem.mechanism_id,
            CostRequirement.cost_item_id == CostItem.id,
            CostRequirement.fiscal_year == _year_of(CostItem.handover_on),
        )
        .correlate(CostItem, Mechanism)
        .scalar_subquery()
    )
    found = await session.execute(
        select(
            CostItem.id.label("id"),
            Mechanism.code.label("mechanism"),
            CostItem.code.label("code"),
            CostItem.title.label("title"),
            giver.title.label("from_source"),
            taker.title.label("to_source"),
            CostItem.handover_on.label("handover_on"),
            Mechanism.currency.label("currency"),
            required.label("required_amount"),
            CostItem.is_illustrative.label("is_illustrative"),
        )
        .join(Mechanism, Mechanism.id == CostItem.mechanism_id)
        .outerjoin(giver, and_(giver.mechanism_id == CostItem.mechanism_id, giver.id == CostItem.handover_from_id))
        .outerjoin(taker, and_(taker.mechanism_id == CostItem.mechanism_id, taker.id == CostItem.handover_to_id))
        .where(
            visible(actor, CostItem.mechanism_id),
            CostItem.mechanism_id.in_(mechanisms),
            CostItem.handover_on >= today,
        )
        .order_by(CostItem.handover_on, Mechanism.code, CostItem.position)
        .limit(most)
    )
    return [HandoverItem(**row) for row in found.mappings()]
