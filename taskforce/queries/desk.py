"""What waits for somebody over all their mechanisms: alerts, unfinished lines, money that ends, invitations."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import (
    Account,
    Activity,
    Agency,
    DuplicationAlert,
    Mechanism,
    Membership,
    Objective,
    Outbox,
    Plan,
)
from taskforce.queries.agency import has_focal_point, in_force
from taskforce.queries.duplication_alert import visible_alerts
from taskforce.queries.mechanism import current_plan_id, live_plans
from taskforce.queries.plan_draft import has_place, has_target_group
from taskforce.queries.time_zone import Today
from taskforce.queries.visible import visible, visible_activities
from taskforce.rules.activity import OPEN_PLANS
from taskforce.rules.states import OPEN_ALERTS


@dataclass(frozen=True, slots=True)
class Reach:
    """For what the desk asks: whole mechanisms, and the agencies that the reader stands for."""

    mechanisms: frozenset[UUID]
    agencies: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class AlertItem:
    """An alert that waits; `sides` is what was compared of the two. `all_count`: how many wait in all.

    `start_month`: of the mechanism's fiscal year, 1 to 12.
    """

    id: UUID
    mechanism: str
    kind: str
    band: str | None
    state: str
    sides: list[dict[str, Any]]
    plan: str
    plan_starts_on: dt.date
    start_month: int
    all_count: int


@dataclass(frozen=True, slots=True)
class UnfinishedLine:
    """A line of an open plan that lacks something. `all_count`: how many do in all."""

    id: UUID
    mechanism: str
    code: str
    title: str
    lead: str | None
    plan: str
    plan_status: str
    has_lead: bool
    has_dates: bool
    has_place: bool
    has_target_group: bool
    has_kind: bool
    is_answered: bool
    all_count: int


@dataclass(frozen=True, slots=True)
class UnansweredPlan:
    """An open plan with lines whose agencies have not said whether they stand in their own plans."""

    mechanism: str
    plan_id: UUID
    title: str
    status: str
    count: int


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A line of the current plan that the reader's agency leads. `all_count`: how many there are in all."""

    id: UUID
    mechanism: str
    code: str
    title: str
    status: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    is_illustrative: bool | None
    all_count: int


@dataclass(frozen=True, slots=True)
class Setup:
    """How far a mechanism has got: its members, who answers for them, and the plan that its pages open with."""

    mechanism_id: UUID
    code: str
    title: str
    status: str
    member_count: int
    silent_count: int
    plan_id: UUID | None
    plan_status: str | None
    objective_count: int
    activity_count: int


@dataclass(frozen=True, slots=True)
class InstallationState:
    """What an administrator looks after; no mechanism's content is in it."""

    account_count: int
    waiting_count: int
    mail_count: int


def _mine(reach: Reach) -> ColumnElement[bool]:
    return or_(Activity.mechanism_id.in_(reach.mechanisms), Activity.lead_agency_id.in_(reach.agencies))


async def alerts(session: Session, actor: Actor, reach: Reach, *, most: int) -> Sequence[AlertItem]:
    """Open alerts of these mechanisms, or on lines of these agencies: likely ones first, by score."""
    found = await session.execute(
        select(
            DuplicationAlert.id,
            Mechanism.code,
            DuplicationAlert.kind,
            DuplicationAlert.band,
            DuplicationAlert.state,
            DuplicationAlert.sides,
            Plan.title,
            Plan.starts_on,
            Mechanism.fiscal_year_start_month,
            func.count().over(),
        )
        .join(Mechanism, Mechanism.id == DuplicationAlert.mechanism_id)
        .join(Plan, and_(Plan.mechanism_id == DuplicationAlert.mechanism_id, Plan.id == DuplicationAlert.plan_id))
        .where(
            visible_alerts(actor),
            DuplicationAlert.state.in_(OPEN_ALERTS),
            DuplicationAlert.kind != "complement",
            DuplicationAlert.plan_id.in_(live_plans(actor)),
            or_(
                DuplicationAlert.mechanism_id.in_(reach.mechanisms),
                DuplicationAlert.first_agency_id.in_(reach.agencies),
                DuplicationAlert.second_agency_id.in_(reach.agencies),
            ),
        )
        .order_by(
            (DuplicationAlert.band == "likely").desc(),
            DuplicationAlert.score.desc(),
            Plan.starts_on,
            DuplicationAlert.id,
        )
        .limit(most)
    )
    return [AlertItem(*row) for row in found]


async def unfinished(session: Session, actor: Actor, reach: Reach, *, most: int) -> Sequence[UnfinishedLine]:
    """Lines of open plans that lack what a consultation asks for, and own lines that do not say if they are planned.

    Those that lack more come first.
    """
    has_dates = and_(Activity.starts_on.is_not(None), Activity.ends_on.is_not(None))
    has_lead, has_kind = Activity.lead_agency_id.is_not(None), Activity.kind_id.is_not(None)
    is_answered = Activity.own_plan.is_not(None)
    is_whole = and_(has_lead, has_dates, has_place(), has_target_group(), has_kind)
    found = await session.execute(
        select(
            Activity.id.label("id"),
            Mechanism.code.label("mechanism"),
            Activity.code.label("code"),
            Activity.title.label("title"),
            Agency.title.label("lead"),
            Plan.title.label("plan"),
            Plan.status.label("plan_status"),
            has_lead.label("has_lead"),
            has_dates.label("has_dates"),
            has_place().label("has_place"),
            has_target_group().label("has_target_group"),
            has_kind.label("has_kind"),
            is_answered.label("is_answered"),
            func.count().over().label("all_count"),
        )
        .select_from(Activity)
        .join(Plan, and_(Plan.mechanism_id == Activity.mechanism_id, Plan.id == Activity.plan_id))
        .join(Mechanism, Mechanism.id == Activity.mechanism_id)
        .outerjoin(Agency, Agency.id == Activity.lead_agency_id)
        .where(
            visible_activities(actor),
            Plan.status.in_(OPEN_PLANS),
            Activity.status != "cancelled",
            or_(and_(_mine(reach), ~is_whole), and_(Activity.lead_agency_id.in_(reach.agencies), ~is_answered)),
        )
        .order_by(is_whole, Plan.starts_on, Mechanism.code, Activity.position, Activity.code)
        .limit(most)
    )
    return [UnfinishedLine(**row) for row in found.mappings()]


async def unanswered(session: Session, actor: Actor, mechanisms: frozenset[UUID]) -> Sequence[UnansweredPlan]:
    """Open plans of these mechanisms in which agencies still have to say whether they plan their lines themselves."""
    found = await session.execute(
        select(Mechanism.code, Plan.id, Plan.title, Plan.status, func.count())
        .select_from(Activity)
        .join(Plan, and_(Plan.mechanism_id == Activity.mechanism_id, Plan.id == Activity.plan_id))
        .join(Mechanism, Mechanism.id == Activity.mechanism_id)
        .where(
            visible_activities(actor),
            Activity.mechanism_id.in_(mechanisms),
            Plan.status.in_(OPEN_PLANS),
            Activity.status != "cancelled",
            Activity.own_plan.is_(None),
        )
        .group_by(Mechanism.code, Plan.mechanism_id, Plan.id)
        .order_by(Plan.starts_on, Mechanism.code)
    )
    return [UnansweredPlan(row[0], row[1], row[2], row[3], row[4]) for row in found]


async def own_lines(
    session: Session, actor: Actor, agencies: frozenset[UUID], *, today: Today, most: int
) -> Sequence[OwnLine]:
    """Lines that the reader's agencies lead in current plans: those that need care first, then by when they end."""
    care = Activity.status.in_(("no_progress", "constrained"))
    found = await session.execute(
        select(
            Activity.id,
            Mechanism.code,
            Activity.code,
            Activity.title,
            Activity.status,
            Activity.starts_on,
            Activity.ends_on,
            Activity.is_illustrative,
            func.count().over(),
        )
        .join(Mechanism, Mechanism.id == Activity.mechanism_id)
        .where(
            visible_activities(actor),
            Activity.lead_agency_id.in_(agencies),
            Activity.plan_id == current_plan_id(today),
            Activity.status.not_in(("cancelled", "met")),
        )
        .order_by(care.desc(), Activity.ends_on.asc().nulls_last(), Activity.code)
        .limit(most)
    )
    return [OwnLine(*row) for row in found]


async def setups(session: Session, actor: Actor, mechanisms: frozenset[UUID], *, today: dt.date) -> Sequence[Setup]:
    """How far these mechanisms have got, by code; dissolved ones are left out."""
    members = (
        select(func.count())
        .select_from(Membership)
        .where(Membership.mechanism_id == Mechanism.id, in_force(Membership, today))
        .scalar_subquery()
    )
    silent = (
        select(func.count())
        .select_from(Membership)
        .where(
            Membership.mechanism_id == Mechanism.id,
            Membership.role.not_in(("donor", "treasury", "observer")),
            in_force(Membership, today),
            ~has_focal_point(today),
        )
        .scalar_subquery()
    )
    found = await session.execute(
        select(
            Mechanism.id.label("mechanism_id"),
            Mechanism.code,
            Mechanism.title,
            Mechanism.status,
            members.label("member_count"),
            silent.label("silent_count"),
            Plan.id.label("plan_id"),
            Plan.status.label("plan_status"),
            _in_plan(Objective).label("objective_count"),
            _in_plan(Activity).label("activity_count"),
        )
        .select_from(Mechanism)
        .outerjoin(Plan, and_(Plan.mechanism_id == Mechanism.id, Plan.id == current_plan_id(today)))
        .where(visible(actor, Mechanism.id), Mechanism.id.in_(mechanisms), Mechanism.status != "dissolved")
        .order_by(Mechanism.code)
    )
    return [Setup(**row) for row in found.mappings()]


def _in_plan(model: type[Objective | Activity]) -> ColumnElement[int]:
    return (
        select(func.count())
        .select_from(model)
        .where(model.mechanism_id == Plan.mechanism_id, model.plan_id == Plan.id)
        .correlate(Plan)
        .scalar_subquery()
    )


async def installation(session: Session) -> InstallationState:
    """Accounts, those who have not chosen a password yet, and mails that wait to be sent."""
    row = (
        await session.execute(
            select(
                select(func.count()).select_from(Account).scalar_subquery(),
                select(func.count()).select_from(Account).where(Account.password_hash.is_(None)).scalar_subquery(),
                select(func.count()).select_from(Outbox).where(Outbox.sent_at.is_(None)).scalar_subquery(),
            )
        )
    ).one()
    return InstallationState(*row)
