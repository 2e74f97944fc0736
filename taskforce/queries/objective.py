"""Questions about objectives."""

from sqlalchemy import select

from taskforce.db import Session
from taskforce.models import Objective, ObjectiveCapability


async def capability_ids(session: Session, objective: Objective) -> list[str]:
    """The capabilities that an objective works on, in its order."""
    found = await session.scalars(
        select(ObjectiveCapability.capability_id)
        .where(
            ObjectiveCapability.mechanism_id == objective.mechanism_id,
            ObjectiveCapability.objective_id == objective.id,
        )
        .order_by(ObjectiveCapability.position)
    )
    return list(found)
