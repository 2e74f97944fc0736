"""Questions about indicators."""

from uuid import UUID

from sqlalchemy import select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import Target
from taskforce.queries.visible import visible


async def targets(session: Session, actor: Actor, indicator_id: UUID) -> list[Target]:
    """The targets of an indicator, the earliest year first."""
    found = await session.scalars(
        select(Target)
        .where(visible(actor, Target.mechanism_id), Target.indicator_id == indicator_id)
        .order_by(Target.fiscal_year)
    )
    return list(found)
