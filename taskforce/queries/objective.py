"""Questions about objectives."""

from sqlalchemy import func, select

from taskforce.db import Session
from taskforce.models import Objective, ObjectiveCapability, Plan


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


async def next_position(session: Session, plan: Plan) -> int:
    """Where an objective that is added to the plan comes."""
    last = await session.scalar(
        select(func.max(Objective.position)).where(
            Objective.mechanism_id == plan.mechanism_id, Objective.plan_id == plan.id
        )
    )
    return 0 if last is None else last + 1
