"""The alerts on one activity."""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, case, or_, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import DuplicationAlert
from taskforce.queries.duplication_alert import visible_alerts
from taskforce.queries.visible import Reader, reader, scope


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
    asked = scope(actor) | {"mechanism_id": mechanism_id, "activity_id": activity_id}
    return [AlertRow(*row) for row in await session.execute(_on_activity(reader(actor)), asked)]


@cache
def _on_activity(reader: Reader) -> Select[*tuple[Any, ...]]:
    alert = DuplicationAlert
    activity_id = bindparam("activity_id", type_=Uuid)
    other = case((alert.first_id == activity_id, alert.sides[1]), else_=alert.sides[0])
    return (
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
            visible_alerts(reader),
            alert.mechanism_id == bindparam("mechanism_id"),
            or_(alert.first_id == activity_id, alert.second_id == activity_id),
        )
        .order_by(alert.score.desc(), alert.id)
    )
