"""Questions about one agency in a mechanism: its duties, its lines, its messages, its money."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select

from taskforce.access import Actor
from taskforce.db import Session, adds_up
from taskforce.models import (
    Activity,
    ActivitySupport,
    Adoption,
    Assignment,
    BudgetLine,
    FundingSource,
    Instrument,
    Message,
    Responsibility,
    ResponsibilityInstrument,
    VocabularyTerm,
)
from taskforce.queries.budget_line import counted, wanted
from taskforce.queries.visible import visible, visible_activities


@dataclass(frozen=True, slots=True)
class Duty:
    """An agency's part in a responsibility; `basis` are the instruments it rests on, `is_seen` if all were read."""

    responsibility_id: UUID
    code: str
    statement: str
    capability: str
    role: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    is_disputed: bool
    basis: list[str] | None
    is_seen: bool | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a plan. `is_led`: the agency leads it; else it supports."""

    id: UUID
    code: str
    title: str
    status: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    is_illustrative: bool | None
    is_led: bool


@dataclass(frozen=True, slots=True)
class Adopted:
    """A shared message that the agency uses."""

    id: UUID
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class YearMoney:
    """What the lines that an agency leads ask for and have secured in a fiscal year, weighted, in one currency."""

    fiscal_year: int
    currency: str
    asked_amount: Decimal
    secured_amount: Decimal
    is_illustrative: bool


@dataclass(frozen=True, slots=True)
class Provided:
    """A source of money that the agency provides, and what of it is secured in all years, in one currency."""

    id: UUID
    code: str
    title: str
    source_class: str
    ends_on: dt.date | None
    currency: str | None
    secured_amount: Decimal | None
    is_illustrative: bool | None


async def duties(session: Session, actor: Actor, mechanism_id: UUID, agency_id: UUID) -> Sequence[Duty]:
    """Every part that the agency has or had, present ones first."""
    held = and_(
        ResponsibilityInstrument.mechanism_id == Responsibility.mechanism_id,
        ResponsibilityInstrument.responsibility_id == Responsibility.id,
        Instrument.mechanism_id == ResponsibilityInstrument.mechanism_id,
        Instrument.id == ResponsibilityInstrument.instrument_id,
    )
    citation = func.concat_ws(", ", Instrument.citation, Instrument.article)
    found = await session.execute(
        select(
            Responsibility.id,
            Responsibility.code,
            Responsibility.statement,
            VocabularyTerm.label,
            Assignment.role,
            Assignment.starts_on,
            Assignment.ends_on,
            Assignment.is_disputed,
            select(func.array_agg(citation)).where(held).correlate(Responsibility).scalar_subquery(),
            select(func.bool_and(Instrument.is_seen)).where(held).correlate(Responsibility).scalar_subquery(),
        )
        .join(
            Assignment,
            and_(
                Assignment.mechanism_id == Responsibility.mechanism_id,
                Assignment.responsibility_id == Responsibility.id,
            ),
        )
        .join(VocabularyTerm, VocabularyTerm.id == Responsibility.capability_id)
        .where(
            visible(actor, Responsibility.mechanism_id),
            Responsibility.mechanism_id == mechanism_id,
            Assignment.agency_id == agency_id,
        )
        .order_by(Assignment.ends_on.desc().nulls_first(), Responsibility.position, Responsibility.code)
    )
    return [Duty(*row) for row in found]


def _rounded(amount: Decimal) -> Decimal:
    """A weighted sum to two decimals, once, half to even."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def _leads(agency_id: UUID) -> ColumnElement[bool]:
    return func.coalesce(Activity.lead_agency_id == agency_id, False)


async def lines(
    session: Session, actor: Actor, mechanism_id: UUID, agency_id: UUID, plan_id: UUID | None
) -> Sequence[Line]:
    """The lines of a plan that the agency leads or supports, as far as the reader sees them; led ones first."""
    supports = exists().where(
        ActivitySupport.mechanism_id == Activity.mechanism_id,
        ActivitySupport.activity_id == Activity.id,
        ActivitySupport.agency_id == agency_id,
    )
    found = await session.execute(
        select(
            Activity.id,
            Activity.code,
            Activity.title,
            Activity.status,
            Activity.starts_on,
            Activity.ends_on,
            Activity.is_illustrative,
            _leads(agency_id),
        )
        .where(
            visible_activities(actor),
            Activity.mechanism_id == mechanism_id,
            Activity.plan_id == plan_id,
            _leads(agency_id) | supports,
        )
        .order_by(_leads(agency_id).desc(), Activity.position, Activity.code)
    )
    return [Line(*row) for row in found]


async def messages(session: Session, actor: Actor, mechanism_id: UUID, agency_id: UUID) -> Sequence[Adopted]:
    """The shared messages that the agency adopted."""
    found = await session.execute(
        select(Message.id, Message.code, Message.text)
        .join(Adoption, and_(Adoption.mechanism_id == Message.mechanism_id, Adoption.message_id == Message.id))
        .where(
            visible(actor, Message.mechanism_id), Message.mechanism_id == mechanism_id, Adoption.agency_id == agency_id
        )
        .order_by(Message.position, Message.code)
    )
    return [Adopted(*row) for row in found]


@adds_up
async def money(session: Session, actor: Actor, mechanism_id: UUID, agency_id: UUID) -> Sequence[YearMoney]:
    """What its lines cost by fiscal year: totals, which every reader of the mechanism may see."""
    found = await session.execute(
        select(
            BudgetLine.fiscal_year,
            BudgetLine.currency,
            func.sum(wanted() * BudgetLine.weight),
            func.sum(BudgetLine.secured_amount * BudgetLine.weight),
            func.coalesce(func.bool_or(BudgetLine.is_illustrative), False),
        )
        .join(Activity, and_(Activity.mechanism_id == BudgetLine.mechanism_id, Activity.id == BudgetLine.activity_id))
        .where(
            visible(actor, BudgetLine.mechanism_id),
            counted(actor, mechanism_id),
            BudgetLine.mechanism_id == mechanism_id,
            Activity.lead_agency_id == agency_id,
        )
        .group_by(BudgetLine.fiscal_year, BudgetLine.currency)
        .order_by(BudgetLine.fiscal_year, BudgetLine.currency)
    )
    return [YearMoney(row[0], row[1], _rounded(row[2]), _rounded(row[3]), row[4]) for row in found]


@adds_up
async def provided(session: Session, actor: Actor, mechanism_id: UUID, agency_id: UUID) -> Sequence[Provided]:
    """The sources of money that the agency provides, by when they end."""
    pays = and_(
        BudgetLine.mechanism_id == FundingSource.mechanism_id,
        BudgetLine.source_id == FundingSource.id,
        counted(actor, mechanism_id),
    )
    found = await session.execute(
        select(
            FundingSource.id,
            FundingSource.code,
            FundingSource.title,
            FundingSource.source_class,
            FundingSource.ends_on,
            BudgetLine.currency,
            func.sum(BudgetLine.secured_amount * BudgetLine.weight),
            FundingSource.is_illustrative,
        )
        .outerjoin(BudgetLine, pays)
        .where(
            visible(actor, FundingSource.mechanism_id),
            FundingSource.mechanism_id == mechanism_id,
            FundingSource.provider_agency_id == agency_id,
        )
        .group_by(FundingSource.mechanism_id, FundingSource.id, BudgetLine.currency)
        .order_by(FundingSource.ends_on.asc().nulls_last(), FundingSource.position, BudgetLine.currency)
    )
    return [Provided(*row[:6], None if row[6] is None else _rounded(row[6]), row[7]) for row in found]
