"""Outputs of a plan: add, edit, delete."""

from uuid import UUID

from pydantic import Field

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import Objective, Output
from taskforce.queries import node
from taskforce.queries import output as outputs
from taskforce.services.command import Command, check_version
from taskforce.services.deletion import Deletion, check_deletion
from taskforce.services.field_types import Code, OneLine
from taskforce.services.open_plan import open_plan


class SaveOutput(Command):
    """What the form of an output and the API send."""

    code: Code = Field(title="Code", description="Unique in its plan, like O1.1.")
    title: OneLine = Field(title="Title", min_length=1, max_length=500)
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


def stored(output: Output) -> SaveOutput:
    """The command that would write what is stored now."""
    return SaveOutput.model_construct(code=output.code, title=output.title, version=output.version)


async def add_output(session: Session, actor: Actor, objective_id: UUID, command: SaveOutput) -> Output:
    """Add an output at the end of an objective.

    Raises:
        NotFound, NotAllowed: the objective is not the actor's to see, or its plan's structure not theirs to change.
        Refused: the plan is past consultation.
    """
    objective = await node.one(session, actor, Objective, objective_id)
    require(actor, May.OUTPUT_EDIT, objective.mechanism_id)
    await open_plan(session, actor, objective.plan_id)
    output = Output(
        mechanism_id=objective.mechanism_id,
        plan_id=objective.plan_id,
        objective_id=objective.id,
        code=command.code,
        title=command.title,
        position=node.place_after(Output, mechanism_id=objective.mechanism_id, objective_id=objective.id),
    )
    session.add(output)
    await session.flush()
    return output


async def edit_output(session: Session, actor: Actor, output_id: UUID, command: SaveOutput) -> Output:
    """Change an output.

    Raises:
        NotFound, NotAllowed, Refused: as in adding.
        Stale: somebody saved it meanwhile.
    """
    output = await node.one(session, actor, Output, output_id, for_update=True)
    require(actor, May.OUTPUT_EDIT, output.mechanism_id)
    await open_plan(session, actor, output.plan_id)
    check_version(output, command.version, stored(output))
    output.code, output.title = command.code, command.title
    await session.flush()
    return output


async def delete_output(session: Session, actor: Actor, output_id: UUID, command: Deletion) -> Output:
    """Delete an output on which nothing hangs.

    Raises:
        NotFound, NotAllowed, Stale: as in editing.
        Refused: the plan is past consultation, or activities or indicators hang on the output.
    """
    output = await node.one(session, actor, Output, output_id, for_update=True)
    require(actor, May.OUTPUT_EDIT, output.mechanism_id)
    await open_plan(session, actor, output.plan_id)
    await check_deletion(session, actor, output, command, stored(output))
    has_activities, has_indicators = await outputs.has_parts(session, actor, output)
    if has_activities:
        raise Refused(
            "Output %(code)s has activities, so it stays. Move or delete them first, then delete it.", code=output.code
        )
    if has_indicators:
        raise Refused("Output %(code)s has indicators, so it stays. Delete them first.", code=output.code)
    await session.delete(output)
    await session.flush()
    return output
