"""Outputs: add, read, edit, delete."""

from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath

from taskforce.access import Actor, May, may, require
from taskforce.db import Session
from taskforce.models import Objective, Output
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import node
from taskforce.services import output as service
from taskforce.services.deletion import Deletion
from taskforce.services.open_plan import open_plan
from taskforce.services.output import SaveOutput
from taskforce.views.mechanism import MechanismHead
from taskforce.views.output import OutputForm, OutputView
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads


async def _view(session: Session, actor: Actor, output: Output) -> OutputView:
    return OutputView(
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, output.mechanism_id)),
        id=output.id,
        plan_id=output.plan_id,
        objective_id=output.objective_id,
        may=["edit", "delete"] if may(actor, May.OUTPUT_EDIT, output.mechanism_id) else [],
        **service.stored(output).model_dump(),
    )


async def _form(session: Session, actor: Actor, objective: Objective, output_id: UUID | None) -> OutputForm:
    plan = await open_plan(session, actor, objective.plan_id)
    return OutputForm(
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, plan.mechanism_id)),
        plan_id=plan.id,
        plan_title=plan.title,
        objective_id=objective.id,
        objective=f"{objective.code} {objective.title}",
        output_id=output_id,
    )


def _in_plan(output: Output) -> str:
    return f"/plans/{output.plan_id}#output-{output.id}"


class OutputController(Controller):
    """What activities together produce."""

    path = "/"

    @reads("/objectives/{objective_id:uuid}/outputs/add", May.OUTPUT_EDIT, only_page=True)
    async def show_add(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], objective_id: FromPath[UUID]
    ) -> Reply[OutputForm]:
        """The empty form."""
        objective = await node.one(session, actor, Objective, objective_id)
        require(actor, May.OUTPUT_EDIT, objective.mechanism_id)
        view = await _form(session, actor, objective, None)
        return Reply(view, template="output/form.html", values={"code": "", "title": ""})

    @does("/objectives/{objective_id:uuid}/outputs/add", May.OUTPUT_EDIT, SaveOutput)
    async def add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        objective_id: FromPath[UUID],
        command: NamedDependency[SaveOutput],
    ) -> Reply[OutputView]:
        """Add an output to an objective."""
        output = await service.add_output(session, actor, objective_id, command)
        return Reply(await _view(session, actor, output), then=_in_plan(output), made=True)

    @reads("/outputs/{output_id:uuid}", May.PLAN_READ)
    async def one(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], output_id: FromPath[UUID]
    ) -> Reply[OutputView]:
        """One output; on the page mount the plan shows it."""
        output = await node.one(session, actor, Output, output_id)
        return Reply(await _view(session, actor, output), then=_in_plan(output))

    @reads("/outputs/{output_id:uuid}/edit", May.OUTPUT_EDIT, only_page=True)
    async def show_edit(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], output_id: FromPath[UUID]
    ) -> Reply[OutputForm]:
        """The form with what is stored."""
        output = await node.one(session, actor, Output, output_id)
        require(actor, May.OUTPUT_EDIT, output.mechanism_id)
        objective = await node.one(session, actor, Objective, output.objective_id)
        view = await _form(session, actor, objective, output.id)
        return Reply(view, template="output/form.html", values=service.stored(output))

    @does("/outputs/{output_id:uuid}/edit", May.OUTPUT_EDIT, SaveOutput)
    async def edit(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        output_id: FromPath[UUID],
        command: NamedDependency[SaveOutput],
    ) -> Reply[OutputView]:
        """Change an output."""
        output = await service.edit_output(session, actor, output_id, command)
        return Reply(await _view(session, actor, output), then=_in_plan(output))

    @reads("/outputs/{output_id:uuid}/delete", May.OUTPUT_EDIT, only_page=True)
    async def show_delete(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], output_id: FromPath[UUID]
    ) -> Reply[OutputView]:
        """Ask before deleting."""
        output = await node.one(session, actor, Output, output_id)
        require(actor, May.OUTPUT_EDIT, output.mechanism_id)
        view = await _view(session, actor, output)
        return Reply(view, template="output/delete.html", values={"version": view.version})

    @does("/outputs/{output_id:uuid}/delete", May.OUTPUT_EDIT, Deletion)
    async def delete(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        output_id: FromPath[UUID],
        command: NamedDependency[Deletion],
    ) -> Reply[OutputView]:
        """Delete an output on which nothing hangs."""
        output = await node.one(session, actor, Output, output_id)
        view = await _view(session, actor, output)
        await service.delete_output(session, actor, output_id, command)
        return Reply(view, then=f"/plans/{view.plan_id}")
