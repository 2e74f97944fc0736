"""The alerts on one activity."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import aliased

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import Activity, Agency, DuplicationAlert
from taskforce.queries.visible import visible, visible_activities


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert. Of the other line only what the reader may see: nothing, if it is not theirs to see."""

    id: UUID
    kind: str
    band: str
    state: str
    resolution: str | None
    raised_at: dt.datetime
    other_id: UUID | None
    other_code: str | None
    other_title: str | None
    other_lead: str | None


async def on_activity(
    session: Session, actor: Actor, mechanism_id: UUID, activity_id: UUID, lead_agency_id: UUID | None
) -> list[AlertRow]:
    """The alerts on a line that the caller found visible, the likeliest first.

    One whose other line the actor does not see counts only for whoever stands for the agency that leads this one.
    """
    other = aliased(Activity)
    is_own = lead_agency_id in actor.row_context.agencies
    statement: Select[*tuple[Any, ...]] = (
        select(
            DuplicationAlert.id,
            DuplicationAlert.kind,
            DuplicationAlert.band,
            DuplicationAlert.state,
            DuplicationAlert.resolution,
            DuplicationAlert.raised_at,
            other.id,
            other.code,
            other.title,
            Agency.title,
            DuplicationAlert.score,
        )
        .outerjoin(
            other,
            and_(
                other.mechanism_id == DuplicationAlert.mechanism_id,
                or_(other.id == DuplicationAlert.first_id, other.id == DuplicationAlert.second_id),
                other.id != activity_id,
                visible_activities(actor, other),
            ),
        )
        .outerjoin(Agency, Agency.id == other.lead_agency_id)
        .where(
            visible(actor, DuplicationAlert.mechanism_id),
            DuplicationAlert.mechanism_id == mechanism_id,
            or_(DuplicationAlert.first_id == activity_id, DuplicationAlert.second_id == activity_id),
        )
        .order_by(DuplicationAlert.score.desc(), DuplicationAlert.id)
    )
    found = [AlertRow(*row[:10]) for row in await session.execute(statement)]
    return [each for each in found if each.other_id is not None or is_own]
