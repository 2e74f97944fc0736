"""Questions about a plan on its way to its members."""

import datetime as dt
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import Activity, ActivityPlace, ActivityTargetGroup, Objective, Plan
from taskforce.queries.visible import visible, visible_activities
from taskforce.rules.activity import Essentials, Span
from taskforce.rules.consultation import Line


async def plan_before(session: Session, actor: Actor, mechanism_id: UUID, starts_on: dt.date) -> UUID | None:
    """The plan that ended last before a day, which a new one follows."""
    return await session.scalar(
        select(Plan.id)
        .where(
            visible(actor, Plan.mechanism_id),
            Plan.mechanism_id == mechanism_id,
            Plan.ends_on < starts_on,
            Plan.status != "cancelled",
        )
        .order_by(Plan.ends_on.desc())
        .limit(1)
    )


async def lines_outside(session: Session, actor: Actor, plan: Plan, starts_on: dt.date, ends_on: dt.date) -> list[str]:
    """Codes of the lines of a plan that would begin or end outside these days."""
    found = await session.scalars(
        select(Activity.code)
        .where(
            visible_activities(actor),
            Activity.mechanism_id == plan.mechanism_id,
            Activity.plan_id == plan.id,
            or_(Activity.starts_on < starts_on, Activity.ends_on > ends_on),
        )
        .order_by(Activity.position, Activity.code)
    )
    return list(found)


def has_place() -> ColumnElement[bool]:
    """Lines that happen in the whole country or name a place."""
    return or_(
        Activity.is_national,
        exists().where(ActivityPlace.mechanism_id == Activity.mechanism_id, ActivityPlace.activity_id == Activity.id),
    )


def has_target_group() -> ColumnElement[bool]:
    """Lines that say for whom they are."""
    return exists().where(
        ActivityTargetGroup.mechanism_id == Activity.mechanism_id, ActivityTargetGroup.activity_id == Activity.id
    )


async def lines_to_consult(session: Session, actor: Actor, plan: Plan) -> tuple[int, list[Line]]:
    """How many objectives a plan has, and what of its lines is given."""
    objectives = await session.scalar(
        select(func.count())
        .select_from(Objective)
        .where(visible(actor, Objective.mechanism_id), Objective.plan_id == plan.id)
    )
    found = await session.execute(
        select(
            Activity.code,
            Activity.lead_agency_id.is_not(None),
            and_(Activity.starts_on.is_not(None), Activity.ends_on.is_not(None)),
            has_place(),
            has_target_group(),
            Activity.kind_id.is_not(None),
            Activity.starts_on,
            Activity.ends_on,
        )
        .where(
            visible_activities(actor),
            Activity.mechanism_id == plan.mechanism_id,
            Activity.plan_id == plan.id,
            Activity.status != "cancelled",
        )
        .order_by(Activity.position, Activity.code)
    )
    lines = [Line(row[0], Essentials(*row[1:6]), Span(row[6], row[7])) for row in found]
    return objectives or 0, lines


async def first_day_without_plan(session: Session, actor: Actor, mechanism_id: UUID, today: dt.date) -> dt.date:
    """Today, or the day after the last plan that runs today or begins later."""
    last = await session.scalar(
        select(func.max(Plan.ends_on)).where(
            visible(actor, Plan.mechanism_id),
            Plan.mechanism_id == mechanism_id,
            Plan.ends_on >= today,
            Plan.status != "cancelled",
        )
    )
    return today if last is None else last + dt.timedelta(days=1)
