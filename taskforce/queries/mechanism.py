"""Questions about mechanisms."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, bindparam, case, extract, func, select
from sqlalchemy.orm import aliased

from taskforce.access import Actor
from taskforce.db import Session, adds_up
from taskforce.errors import NotFound
from taskforce.models import (
    Activity,
    Agency,
    BudgetLine,
    DuplicationAlert,
    FundingSource,
    Mechanism,
    Plan,
    Provenance,
)
from taskforce.queries import node
from taskforce.queries.budget_line import counted_anywhere
from taskforce.queries.duplication_alert import visible_alerts
from taskforce.queries.time_zone import Today
from taskforce.queries.visible import Reader, reader, scope, takes_part, visible, visible_activities
from taskforce.rules.money import PAYERS, SourceClass
from taskforce.rules.states import OPEN_ALERTS

_CLASSES: dict[str, SourceClass] = {each: each for each in PAYERS}


@dataclass(frozen=True, slots=True)
class Summary:
    """A mechanism in a list, with the plan that its pages open with and what may need attention."""

    id: UUID
    code: str
    title: str
    country: str
    kind: str
    status: str
    plan_id: UUID | None
    plan_title: str | None
    plan_status: str | None
    plan_starts_on: dt.date | None
    plan_ends_on: dt.date | None
    plan_is_illustrative: bool | None
    activity_count: int
    open_alert_count: int | None


@dataclass(frozen=True, slots=True)
class Details:
    """What a mechanism says of itself. A date that is known to the year only is its first day."""

    kind: str
    topic: str | None
    legal_basis: str | None
    legal_basis_is_seen: bool | None
    established_on: dt.date | None
    established_is_year_only: bool
    ended_on: dt.date | None
    ended_is_year_only: bool
    predecessor: str | None
    lead_agency_id: UUID | None
    lead_agency: str | None
    chair_agency_id: UUID | None
    chair_agency: str | None
    secretariat_agency_id: UUID | None
    secretariat_agency: str | None
    start_up_funder: str | None
    fiscal_year_start_month: int
    time_zone: str
    languages: list[str]
    reporting_frequency: str
    reporting_due_days: int
    reporting_is_illustrative: bool | None
    is_illustrative: bool | None
    fact: str | None
    version: int


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """A plan in the list of its mechanism; `fact` is the source that it cites."""

    id: UUID
    code: str
    title: str
    starts_on: dt.date
    ends_on: dt.date
    status: str
    activity_count: int
    is_illustrative: bool | None
    fact: str | None


@dataclass(frozen=True, slots=True)
class Citation:
    """A source that rows of a mechanism cite."""

    code: str
    reference: str
    statement: str


@dataclass(frozen=True, slots=True)
class Head:
    """What every page of a mechanism carries on top."""

    id: UUID
    code: str
    title: str
    country: str
    status: str
    currency: str
    open_alert_count: int | None


async def head(session: Session, actor: Actor, code: str) -> Head:
    """The head of a mechanism by its code.

    Raises:
        NotFound: there is no such mechanism for this actor.
    """
    return await _one_head(session, _head_by_code(reader(actor)), scope(actor) | {"mechanism_code": code.upper()})


async def head_by_id(session: Session, actor: Actor, mechanism_id: UUID) -> Head:
    """The same by id."""
    return await _one_head(session, _head_by_id(reader(actor)), scope(actor) | {"mechanism_id": mechanism_id})


async def _one_head(session: Session, statement: Select[*tuple[Any, ...]], asked: Mapping[str, object]) -> Head:
    found = (await session.execute(statement, asked)).one_or_none()
    if found is None:
        raise NotFound("mechanism")
    return Head(*found)


@cache
def _head_by_code(reader: Reader) -> Select[*tuple[Any, ...]]:
    return _head(reader, Mechanism.code == bindparam("mechanism_code"))


@cache
def _head_by_id(reader: Reader) -> Select[*tuple[Any, ...]]:
    return _head(reader, Mechanism.id == bindparam("mechanism_id"))


def _head(reader: Reader, condition: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return select(
        Mechanism.id,
        Mechanism.code,
        Mechanism.title,
        Mechanism.country,
        Mechanism.status,
        Mechanism.currency,
        _open_alert_count(reader),
    ).where(visible(reader, Mechanism.id), condition)


async def one(session: Session, actor: Actor, mechanism_id: UUID, *, for_update: bool = False) -> Mechanism:
    """A mechanism, locked for a change where asked.

    Raises:
        NotFound: there is no such mechanism for this actor.
        NotAllowed: the actor sees it, but writes nothing there, so that the database does not let it be locked.
    """
    statement = select(Mechanism).where(visible(actor, Mechanism.id), Mechanism.id == mechanism_id)
    return await node.only(session, statement, for_update=for_update)


def current_plan_id(today: Today) -> ScalarSelect[UUID]:
    """The plan with which a mechanism's pages open: the one that runs, else the last, else the next; none cancelled.

    Correlates with Mechanism.
    """
    has_begun = Plan.starts_on <= today
    return (
        select(Plan.id)
        .where(Plan.mechanism_id == Mechanism.id, Plan.status != "cancelled")
        .order_by(and_(has_begun, Plan.ends_on >= today).desc(), has_begun.desc(), func.abs(Plan.starts_on - today))
        .limit(1)
        .correlate(Mechanism)
        .scalar_subquery()
    )


def live_plans(actor: Actor | Reader) -> Select[UUID]:
    """Plans that are neither closed nor cancelled: only there does an open alert wait for anybody."""
    return (
        select(Plan.id)
        .where(visible(actor, Plan.mechanism_id), Plan.status.not_in(("closed", "cancelled")))
        .correlate(None)
    )


def _activity_count(actor: Actor) -> ScalarSelect[int]:
    """How many lines of a plan the actor sees; correlates with Plan."""
    return (
        select(func.count())
        .select_from(Activity)
        .where(Activity.mechanism_id == Plan.mechanism_id, Activity.plan_id == Plan.id, visible_activities(actor))
        .correlate(Plan)
        .scalar_subquery()
    )


def _open_alert_count(actor: Actor | Reader) -> ColumnElement[int | None]:
    """How many alerts wait in a mechanism; none, not zero, for whoever reads no alerts there."""
    count = (
        select(func.count())
        .select_from(DuplicationAlert)
        .where(
            visible_alerts(actor),
            DuplicationAlert.mechanism_id == Mechanism.id,
            DuplicationAlert.state.in_(OPEN_ALERTS),
            DuplicationAlert.kind != "complement",
            DuplicationAlert.plan_id.in_(live_plans(actor)),
        )
        .correlate(Mechanism)
        .scalar_subquery()
    )
    return case((takes_part(actor, Mechanism.id), count))


async def summaries(session: Session, actor: Actor, *, today: Today) -> list[Summary]:
    """The mechanisms in which the actor is appointed, by country and title; dissolved ones last."""
    plan = and_(Plan.mechanism_id == Mechanism.id, Plan.id == current_plan_id(today))
    found = await session.execute(
        select(
            Mechanism.id,
            Mechanism.code,
            Mechanism.title,
            Mechanism.country,
            Mechanism.kind,
            Mechanism.status,
            Plan.id.label("plan_id"),
            Plan.title.label("plan_title"),
            Plan.status.label("plan_status"),
            Plan.starts_on.label("plan_starts_on"),
            Plan.ends_on.label("plan_ends_on"),
            Plan.is_illustrative.label("plan_is_illustrative"),
            _activity_count(actor).label("activity_count"),
            _open_alert_count(actor).label("open_alert_count"),
        )
        .select_from(Mechanism)
        .outerjoin(Plan, plan)
        .where(visible(actor, Mechanism.id))
        .order_by(Mechanism.status == "dissolved", Mechanism.country, func.lower(func.unaccent(Mechanism.title)))
    )
    return [Summary(**row) for row in found.mappings()]


@adds_up
async def secured_by_class(session: Session, actor: Actor, *, today: Today) -> dict[UUID, dict[SourceClass, Decimal]]:
    """Mechanism → class of source → what is secured for the fiscal year of the current plan.

    Weighted, in the mechanism's currency. Left out: lines in another currency, costs of cancelled activities, and, but
    for those who read all money, costs of activities that the reader does not see.
    """
    started = extract("year", Plan.starts_on)
    is_before = extract("month", Plan.starts_on) < Mechanism.fiscal_year_start_month
    found = await session.execute(
        select(Mechanism.id, FundingSource.source_class, func.sum(BudgetLine.secured_amount * BudgetLine.weight))
        .join(Plan, and_(Plan.mechanism_id == Mechanism.id, Plan.id == current_plan_id(today)))
        .join(
            BudgetLine,
            and_(
                BudgetLine.mechanism_id == Mechanism.id,
                BudgetLine.fiscal_year == started - case((is_before, 1), else_=0),
                BudgetLine.currency == Mechanism.currency,
                counted_anywhere(actor),
            ),
        )
        .join(
            FundingSource,
            and_(FundingSource.mechanism_id == Mechanism.id, FundingSource.id == BudgetLine.source_id),
        )
        .where(visible(actor, Mechanism.id))
        .group_by(Mechanism.id, FundingSource.source_class)
    )
    secured: dict[UUID, dict[SourceClass, Decimal]] = {}
    for mechanism_id, source_class, amount in found:
        secured.setdefault(mechanism_id, {})[_CLASSES[source_class]] = amount
    return secured


_OWN = (
    Mechanism.kind,
    Mechanism.topic,
    Mechanism.legal_basis,
    Mechanism.legal_basis_is_seen,
    Mechanism.established_on,
    Mechanism.established_is_year_only,
    Mechanism.ended_on,
    Mechanism.ended_is_year_only,
    Mechanism.predecessor,
    Mechanism.fiscal_year_start_month,
    Mechanism.time_zone,
    Mechanism.languages,
    Mechanism.reporting_frequency,
    Mechanism.reporting_due_days,
    Mechanism.reporting_is_illustrative,
    Mechanism.is_illustrative,
    Mechanism.version,
)


async def details(session: Session, actor: Actor, mechanism_id: UUID) -> Details:
    """What a mechanism says of itself, with the names of the agencies that it rests on.

    Raises:
        NotFound: there is no such mechanism for this actor.
    """
    lead, chair, secretariat = aliased(Agency), aliased(Agency), aliased(Agency)
    cited = and_(Provenance.mechanism_id == Mechanism.id, Provenance.code == Mechanism.fact)
    # a plan file names the source by its code, a person by its name
    paid = and_(FundingSource.mechanism_id == Mechanism.id, FundingSource.code == Mechanism.start_up_funder)
    statement = (
        select(
            *_OWN,
            func.coalesce(FundingSource.title, Mechanism.start_up_funder).label("start_up_funder"),
            lead.id.label("lead_agency_id"),
            lead.title.label("lead_agency"),
            chair.id.label("chair_agency_id"),
            chair.title.label("chair_agency"),
            secretariat.id.label("secretariat_agency_id"),
            secretariat.title.label("secretariat_agency"),
            Provenance.reference.label("fact"),
        )
        .select_from(Mechanism)
        .outerjoin(lead, lead.id == Mechanism.lead_agency_id)
        .outerjoin(chair, chair.id == Mechanism.chair_agency_id)
        .outerjoin(secretariat, secretariat.id == Mechanism.secretariat_agency_id)
        .outerjoin(Provenance, cited)
        .outerjoin(FundingSource, paid)
        .where(visible(actor, Mechanism.id), Mechanism.id == mechanism_id)
    )
    found = (await session.execute(statement)).mappings().one_or_none()
    if found is None:
        raise NotFound("mechanism")
    return Details(**found)


async def plans(session: Session, actor: Actor, mechanism_id: UUID) -> Sequence[PlanSummary]:
    """The plans of a mechanism, the newest first."""
    return await _plans(session, actor, Plan.mechanism_id == mechanism_id)


async def current_plan(session: Session, actor: Actor, mechanism_id: UUID, *, today: dt.date) -> PlanSummary | None:
    """The plan with which the pages of a mechanism open; None where there is no plan yet."""
    current = select(current_plan_id(today)).select_from(Mechanism).where(Mechanism.id == mechanism_id)
    found = await _plans(session, actor, Plan.mechanism_id == mechanism_id, Plan.id == current.scalar_subquery())
    return found[0] if found else None


async def _plans(session: Session, actor: Actor, *conditions: ColumnElement[bool]) -> Sequence[PlanSummary]:
    cited = and_(Provenance.mechanism_id == Plan.mechanism_id, Provenance.id == Plan.fact_id)
    found = await session.execute(
        select(
            Plan.id,
            Plan.code,
            Plan.title,
            Plan.starts_on,
            Plan.ends_on,
            Plan.status,
            _activity_count(actor),
            Plan.is_illustrative,
            Provenance.reference,
        )
        .outerjoin(Provenance, cited)
        .where(visible(actor, Plan.mechanism_id), *conditions)
        .order_by(Plan.starts_on.desc(), Plan.code)
    )
    return [PlanSummary(*row) for row in found]


async def citations(session: Session, actor: Actor, mechanism_id: UUID) -> Sequence[Citation]:
    """The sources that a mechanism's rows cite, in their order."""
    found = await session.execute(
        select(Provenance.code, Provenance.reference, Provenance.statement)
        .where(visible(actor, Provenance.mechanism_id), Provenance.mechanism_id == mechanism_id)
        .order_by(Provenance.position, Provenance.code)
    )
    return [Citation(*row) for row in found]
