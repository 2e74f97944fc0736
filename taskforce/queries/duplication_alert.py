"""Questions about duplication alerts."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from taskforce.access import ALERTS, Actor
from taskforce.db import Session
from taskforce.errors import NotFound
from taskforce.models import Account, Activity, BudgetLine, DuplicationAlert, Plan
from taskforce.queries.visible import visible, visible_activities

OPEN: Final = ("open", "acknowledged", "proposed", "snoozed")


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts are asked for; "" is any. `state` "" means those that are not settled."""

    plan_id: UUID
    state: str = ""
    band: str = ""
    kind: str = ""
    agency_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert as a list shows it; `first` and `second` are what was compared of the two activities."""

    id: UUID
    kind: str
    band: str | None
    state: str
    resolution: str | None
    raised_at: dt.datetime
    signals: list[dict[str, Any]]
    sides: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class AlertDetail:
    """An alert with its plan and who resolved it."""

    alert: DuplicationAlert
    plan_title: str
    plan_status: str
    resolved_by: str | None


def visible_alerts(actor: Actor) -> ColumnElement[bool]:
    """Alerts of the own agency and where the actor governs; others once both activities are shared."""
    if actor.is_system:
        return visible(actor, DuplicationAlert.mechanism_id)
    context = actor.row_context
    agencies = sorted(context.agencies)
    shared = select(Plan.id).where(visible(actor, Plan.mechanism_id), Plan.status != "draft").correlate(None)
    return and_(
        visible(actor, DuplicationAlert.mechanism_id),
        or_(
            DuplicationAlert.mechanism_id.in_(sorted(context.govern)),
            DuplicationAlert.first_agency_id.in_(agencies),
            DuplicationAlert.second_agency_id.in_(agencies),
            and_(DuplicationAlert.is_confidential.is_(False), DuplicationAlert.plan_id.in_(shared)),
        ),
    )


async def of_plan_for_update(session: Session, plan_id: UUID) -> Sequence[DuplicationAlert]:
    """All alerts of a plan, locked."""
    found = await session.scalars(
        select(DuplicationAlert)
        .where(visible(ALERTS, DuplicationAlert.mechanism_id), DuplicationAlert.plan_id == plan_id)
        .with_for_update()
    )
    return found.all()


async def of_activity_for_update(session: Session, mechanism_id: UUID, activity_id: UUID) -> Sequence[DuplicationAlert]:
    """All alerts on an activity, locked."""
    found = await session.scalars(
        select(DuplicationAlert)
        .where(
            visible(ALERTS, DuplicationAlert.mechanism_id),
            DuplicationAlert.mechanism_id == mechanism_id,
            or_(DuplicationAlert.first_id == activity_id, DuplicationAlert.second_id == activity_id),
        )
        .with_for_update()
    )
    return found.all()


async def one(session: Session, actor: Actor, alert_id: UUID, *, for_update: bool = False) -> DuplicationAlert:
    """An alert by its id, locked where asked.

    Raises:
        NotFound: there is none, or it is not the actor's to see.
    """
    statement = select(DuplicationAlert).where(visible_alerts(actor), DuplicationAlert.id == alert_id)
    found = await session.scalar(statement.with_for_update() if for_update else statement)
    if found is None:
        raise NotFound("alert")
    return found


async def detail(session: Session, actor: Actor, alert_id: UUID) -> AlertDetail:
    """An alert as its page shows it.

    Raises:
        NotFound: as in `one`.
    """
    row = (
        await session.execute(
            select(DuplicationAlert, Plan.title, Plan.status, Account.title)
            .join(Plan, and_(Plan.mechanism_id == DuplicationAlert.mechanism_id, Plan.id == DuplicationAlert.plan_id))
            .outerjoin(Account, Account.id == DuplicationAlert.resolved_by_id)
            .where(visible_alerts(actor), DuplicationAlert.id == alert_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFound("alert")
    return AlertDetail(row[0], row[1], row[2], row[3])


async def lines(session: Session, actor: Actor, wanted: AlertFilter) -> list[AlertLine]:
    """The alerts of a plan that the actor may read, the likeliest first."""
    alert = DuplicationAlert
    states = (wanted.state,) if wanted.state else OPEN
    conditions: list[ColumnElement[bool]] = [visible_alerts(actor), alert.plan_id == wanted.plan_id]
    conditions += [alert.state.in_(states)] if wanted.state != "all" else []
    conditions += [alert.band == wanted.band] if wanted.band else []
    conditions += [alert.kind == wanted.kind] if wanted.kind else []
    if wanted.agency_id:
        conditions.append(or_(alert.first_agency_id == wanted.agency_id, alert.second_agency_id == wanted.agency_id))
    statement = (
        select(
            alert.id, alert.kind, alert.band, alert.state, alert.resolution, alert.raised_at, alert.signals, alert.sides
        )
        .where(*conditions)
        .order_by(alert.score.desc(), alert.id)
    )
    return [AlertLine(*row) for row in await session.execute(statement)]


async def money(session: Session, actor: Actor, activity_ids: Sequence[UUID]) -> dict[UUID, dict[str, Decimal]]:
    """What was asked for or secured for each activity whose lines the actor may read, by currency.

    An activity without money is there with nothing; one that the actor may not read is not there.
    """
    amount = func.greatest(BudgetLine.asked_amount, BudgetLine.secured_amount + BudgetLine.refused_amount)
    statement = (
        select(Activity.id, BudgetLine.currency, func.sum(amount * BudgetLine.weight))
        .outerjoin(
            BudgetLine,
            and_(BudgetLine.mechanism_id == Activity.mechanism_id, BudgetLine.activity_id == Activity.id),
        )
        .where(visible_activities(actor), Activity.id.in_(activity_ids))
        .group_by(Activity.id, BudgetLine.currency)
    )
    found: dict[UUID, dict[str, Decimal]] = {}
    for activity_id, currency, total in await session.execute(statement):
        amounts = found.setdefault(activity_id, {})
        if currency is not None:
            amounts[currency] = total
    return found
