"""Objectives of a plan: add, edit, delete."""

from uuid import UUID

from pydantic import Field
from sqlalchemy import delete, insert

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.models import Objective, ObjectiveCapability
from taskforce.queries import node
from taskforce.queries import objective as objectives
from taskforce.services.command import Command, check_version
from taskforce.services.deletion import Deletion, check_deletion
from taskforce.services.open_plan import open_plan


class SaveObjective(Command):
    """What the form of an objective and the API send."""

    code: str = Field(title="Code", min_length=1, max_length=40, description="Unique in its plan, like O1.")
    title: str = Field(title="Title", min_length=1, max_length=300)
    capabilities: list[str] = Field(default=[], title="Capabilities", description="Ids like capability:13.")
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


async def stored(session: Session, objective: Objective) -> SaveObjective:
    """The command that would write what is stored now."""
    return SaveObjective(
        code=objective.code,
        title=objective.title,
        capabilities=await objectives.capability_ids(session, objective),
        version=objective.version,
    )


async def add_objective(session: Session, actor: Actor, plan_id: UUID, command: SaveObjective) -> Objective:
    """Add an objective at the end of the plan.

    Raises:
        NotFound, NotAllowed: the plan is not the actor's to see, or to change.
        Refused: the plan is past consultation.
    """
    plan = await open_plan(session, actor, plan_id)
    require(actor, May.OBJECTIVE_EDIT, plan.mechanism_id)
    objective = Objective(
        mechanism_id=plan.mechanism_id,
        plan_id=plan.id,
        code=command.code,
        title=command.title,
        position=node.place_after(Objective, mechanism_id=plan.mechanism_id, plan_id=plan.id),
    )
    session.add(objective)
    await session.flush()
    await _add_capabilities(session, objective, command)
    return objective


async def edit_objective(session: Session, actor: Actor, objective_id: UUID, command: SaveObjective) -> Objective:
    """Change an objective.

    Raises:
        NotFound, NotAllowed, Refused: as in adding.
        Stale: somebody saved it meanwhile.
    """
    objective = await node.one(session, actor, Objective, objective_id, for_update=True)
    require(actor, May.OBJECTIVE_EDIT, objective.mechanism_id)
    await open_plan(session, actor, objective.plan_id)
    check_version(objective, command.version, await stored(session, objective))
    objective.code, objective.title = command.code, command.title
    await session.flush()
    await session.execute(
        delete(ObjectiveCapability).where(
            ObjectiveCapability.mechanism_id == objective.mechanism_id,
            ObjectiveCapability.objective_id == objective.id,
        )
    )
    await _add_capabilities(session, objective, command)
    return objective


async def delete_objective(session: Session, actor: Actor, objective_id: UUID, command: Deletion) -> Objective:
    """Delete an objective that has no outputs; the database refuses others. Raises as in editing."""
    objective = await node.one(session, actor, Objective, objective_id, for_update=True)
    require(actor, May.OBJECTIVE_EDIT, objective.mechanism_id)
    await open_plan(session, actor, objective.plan_id)
    await check_deletion(session, actor, objective, command, await stored(session, objective))
    await session.delete(objective)
    await session.flush()
    return objective


async def _add_capabilities(session: Session, objective: Objective, command: SaveObjective) -> None:
    key = {"mechanism_id": objective.mechanism_id, "objective_id": objective.id}
    rows = [key | {"capability_id": each, "position": place} for place, each in enumerate(command.capabilities)]
    if rows:
        await session.execute(insert(ObjectiveCapability), rows)
