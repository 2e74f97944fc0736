"""Questions about outputs."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, exists, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import Activity, Indicator, Objective, Output
from taskforce.queries.visible import visible, visible_activities


@dataclass(frozen=True, slots=True)
class OutputName:
    """An output of a plan as a form lets choose it."""

    id: UUID
    code: str
    title: str


async def of_plan(session: Session, actor: Actor, plan_id: UUID) -> list[OutputName]:
    """The outputs of a plan in its order."""
    statement = (
        select(Output.id, Output.code, Output.title)
        .join(Objective, and_(Objective.mechanism_id == Output.mechanism_id, Objective.id == Output.objective_id))
        .where(visible(actor, Output.mechanism_id), Output.plan_id == plan_id)
        .order_by(Objective.position, Objective.code, Output.position, Output.code)
    )
    return [OutputName(*row) for row in await session.execute(statement)]


async def has_parts(session: Session, actor: Actor, output: Output) -> tuple[bool, bool]:
    """Whether activities, and whether indicators hang on an output."""
    activities = exists().where(
        visible_activities(actor), Activity.mechanism_id == output.mechanism_id, Activity.output_id == output.id
    )
    indicators = exists().where(Indicator.mechanism_id == output.mechanism_id, Indicator.output_id == output.id)
    found = (await session.execute(select(activities, indicators))).one()
    return found[0], found[1]
