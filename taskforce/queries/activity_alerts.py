"""The alerts on one activity."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, or_, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import DuplicationAlert
from taskforce.queries.duplication_alert import visible_alerts


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert, with what was compared of the other line."""

    id: UUID
    kind: str
    band: str | None
    state: str
    resolution: str | None
    raised_at: dt.datetime
    other_code: str
    other_title: str
    other_lead: str


async def on_activity(session: Session, actor: Actor, mechanism_id: UUID, activity_id: UUID) -> list[AlertRow]:
    """The alerts on a line that the actor may read, the likeliest first."""
    alert = DuplicationAlert
    other = case((alert.first_id == activity_id, alert.sides[1]), else_=alert.sides[0])
    statement: Select[*tuple[Any, ...]] = (
        select(
            alert.id,
            alert.kind,
            alert.band,
            alert.state,
            alert.resolution,
            alert.raised_at,
            other["code"].astext,
            other["title"].astext,
            other["agency"].astext,
        )
        .where(
            visible_alerts(actor),
            alert.mechanism_id == mechanism_id,
            or_(alert.first_id == activity_id, alert.second_id == activity_id),
        )
        .order_by(alert.score.desc(), alert.id)
    )
    return [AlertRow(*row) for row in await session.execute(statement)]
