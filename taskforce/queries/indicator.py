"""Questions about indicators."""

from uuid import UUID

from sqlalchemy import func, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import Indicator, Output, Target
from taskforce.queries.visible import visible


async def next_position(session: Session, output: Output) -> int:
    """Where an indicator that is added to the output comes."""
    last = await session.scalar(
        select(func.max(Indicator.position)).where(
            Indicator.mechanism_id == output.mechanism_id, Indicator.output_id == output.id
        )
    )
    return 0 if last is None else last + 1


async def targets(session: Session, actor: Actor, indicator_id: UUID) -> list[Target]:
    """The targets of an indicator, the earliest year first."""
    found = await session.scalars(
        select(Target)
        .where(visible(actor, Target.mechanism_id), Target.indicator_id == indicator_id)
        .order_by(Target.fiscal_year)
    )
    return list(found)
