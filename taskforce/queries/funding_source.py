"""Questions about sources of money: which there are, and what each pays for."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import and_, case, func, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import Activity, Agency, BudgetLine, CostItem, FundingSource, Provenance
from taskforce.queries.budget_line import hidden, readable, seen
from taskforce.queries.visible import visible


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source of money. `source` is the published source of a fact."""

    id: UUID
    code: str
    title: str
    source_class: str
    provider_agency_id: UUID | None
    provider_title: str | None
    agreement_reference: str | None
    starts_on: dt.date | None
    ends_on: dt.date | None
    is_earmarked: bool | None
    budget_channel: str | None
    currency: str | None
    is_start_up: bool
    is_requested: bool
    is_illustrative: bool | None
    source: str | None
    version: int


@dataclass(frozen=True, slots=True)
class PaidRow:
    """What a source pays for a cost in a year, × weight. Names are empty where the reader may not know the activity."""

    fiscal_year: int
    cost_item_id: UUID | None
    code: str | None
    title: str | None
    activity_id: UUID | None
    currency: str
    asked: Decimal
    refused: Decimal
    secured: Decimal
    is_in_kind: bool


async def sources(session: Session, actor: Actor, mechanism_id: UUID, source_id: UUID | None = None) -> list[SourceRow]:
    """The sources of a mechanism in its order, or one of them."""
    statement = (
        select(
            FundingSource.id,
            FundingSource.code,
            FundingSource.title,
            FundingSource.source_class.label("source_class"),
            FundingSource.provider_agency_id,
            Agency.title.label("provider_title"),
            FundingSource.agreement_reference,
            FundingSource.starts_on,
            FundingSource.ends_on,
            FundingSource.is_earmarked,
            FundingSource.budget_channel,
            FundingSource.currency,
            FundingSource.is_start_up,
            FundingSource.is_requested,
            FundingSource.is_illustrative,
            Provenance.reference.label("source"),
            FundingSource.version,
        )
        .outerjoin(Agency, Agency.id == FundingSource.provider_agency_id)
        .outerjoin(
            Provenance,
            and_(Provenance.mechanism_id == FundingSource.mechanism_id, Provenance.id == FundingSource.fact_id),
        )
        .where(visible(actor, FundingSource.mechanism_id), FundingSource.mechanism_id == mechanism_id)
        .order_by(FundingSource.position, FundingSource.code)
    )
    if source_id:
        statement = statement.where(FundingSource.id == source_id)
    return [SourceRow(**row) for row in (await session.execute(statement)).mappings()]


async def paid_items(session: Session, actor: Actor, source: FundingSource, *, most: int) -> list[PaidRow]:
    """What a source pays for, by year, as far as the actor reads its lines one by one; the latest year first."""
    mechanism_id = source.mechanism_id
    is_hidden = hidden()
    weight = BudgetLine.weight
    statement = (
        select(
            BudgetLine.fiscal_year,
            case((~is_hidden, BudgetLine.cost_item_id)).label("cost_item_id"),
            case((~is_hidden, CostItem.code)).label("code"),
            case((~is_hidden, CostItem.title)).label("title"),
            Activity.id.label("activity_id"),
            BudgetLine.currency,
            func.sum(BudgetLine.asked_amount * weight).label("asked"),
            func.sum(BudgetLine.refused_amount * weight).label("refused"),
            func.sum(BudgetLine.secured_amount * weight).label("secured"),
            func.bool_and(BudgetLine.is_in_kind).label("is_in_kind"),
        )
        .join(CostItem, and_(CostItem.mechanism_id == BudgetLine.mechanism_id, CostItem.id == BudgetLine.cost_item_id))
        .outerjoin(Activity, seen(actor))
        .where(
            visible(actor, BudgetLine.mechanism_id),
            BudgetLine.mechanism_id == mechanism_id,
            BudgetLine.source_id == source.id,
            readable(actor, mechanism_id),
        )
        .group_by(
            BudgetLine.fiscal_year,
            BudgetLine.cost_item_id,
            BudgetLine.activity_id,
            CostItem.code,
            CostItem.title,
            CostItem.position,
            Activity.id,
            BudgetLine.currency,
        )
        .order_by(BudgetLine.fiscal_year.desc(), CostItem.position, CostItem.code)
        .limit(most)
    )
    return [PaidRow(**row) for row in (await session.execute(statement)).mappings()]
