"""Objectives: add, read, edit, delete."""

from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath

from taskforce.access import Actor, May, may, require
from taskforce.db import Session
from taskforce.models import Objective, Plan
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import node
from taskforce.queries.vocabulary_term import terms
from taskforce.services import objective as service
from taskforce.services.deletion import Deletion
from taskforce.services.objective import SaveObjective
from taskforce.services.open_plan import open_plan
from taskforce.views.base import Choice
from taskforce.views.mechanism import MechanismHead
from taskforce.views.objective import ObjectiveForm, ObjectiveView
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads


async def _view(session: Session, actor: Actor, objective: Objective) -> ObjectiveView:
    command = await service.stored(session, objective)
    return ObjectiveView(
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, objective.mechanism_id)),
        id=objective.id,
        plan_id=objective.plan_id,
        may=["edit", "delete"] if may(actor, May.OBJECTIVE_EDIT, objective.mechanism_id) else [],
        **command.model_dump(),
    )


async def _form(session: Session, actor: Actor, plan: Plan, objective_id: UUID | None) -> ObjectiveForm:
    return ObjectiveForm(
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, plan.mechanism_id)),
        plan_id=plan.id,
        plan_title=plan.title,
        objective_id=objective_id,
        capabilities=[Choice(id=term.id, label=term.label) for term in await terms(session, "capability")],
    )


class ObjectiveController(Controller):
    """What the plan wants to reach."""

    path = "/"

    @reads("/plans/{plan_id:uuid}/objectives/add", May.OBJECTIVE_EDIT, only_page=True)
    async def show_add(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], plan_id: FromPath[UUID]
    ) -> Reply[ObjectiveForm]:
        """The empty form."""
        plan = await open_plan(session, actor, plan_id)
        require(actor, May.OBJECTIVE_EDIT, plan.mechanism_id)
        empty = {"code": "", "title": "", "capabilities": []}
        return Reply(await _form(session, actor, plan, None), template="objective/form.html", values=empty)

    @does("/plans/{plan_id:uuid}/objectives/add", May.OBJECTIVE_EDIT, SaveObjective)
    async def add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        plan_id: FromPath[UUID],
        command: NamedDependency[SaveObjective],
    ) -> Reply[ObjectiveView]:
        """Add an objective to a plan."""
        objective = await service.add_objective(session, actor, plan_id, command)
        return Reply(await _view(session, actor, objective), then=f"/plans/{plan_id}#{objective.code}", made=True)

    @reads("/objectives/{objective_id:uuid}/edit", May.OBJECTIVE_EDIT, only_page=True)
    async def show_edit(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], objective_id: FromPath[UUID]
    ) -> Reply[ObjectiveForm]:
        """The form with what is stored."""
        objective = await node.one(session, actor, Objective, objective_id)
        require(actor, May.OBJECTIVE_EDIT, objective.mechanism_id)
        plan = await open_plan(session, actor, objective.plan_id)
        view = await _form(session, actor, plan, objective.id)
        return Reply(view, template="objective/form.html", values=await service.stored(session, objective))

    @does("/objectives/{objective_id:uuid}/edit", May.OBJECTIVE_EDIT, SaveObjective)
    async def edit(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        objective_id: FromPath[UUID],
        command: NamedDependency[SaveObjective],
    ) -> Reply[ObjectiveView]:
        """Change an objective."""
        objective = await service.edit_objective(session, actor, objective_id, command)
        return Reply(await _view(session, actor, objective), then=f"/plans/{objective.plan_id}#{objective.code}")

    @reads("/objectives/{objective_id:uuid}", May.PLAN_READ)
    async def one(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], objective_id: FromPath[UUID]
    ) -> Reply[ObjectiveView]:
        """One objective; on the page mount the plan shows it."""
        objective = await node.one(session, actor, Objective, objective_id)
        return Reply(await _view(session, actor, objective), then=f"/plans/{objective.plan_id}#{objective.code}")

    @reads("/objectives/{objective_id:uuid}/delete", May.OBJECTIVE_EDIT, only_page=True)
    async def show_delete(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], objective_id: FromPath[UUID]
    ) -> Reply[ObjectiveView]:
        """Ask before deleting."""
        objective = await node.one(session, actor, Objective, objective_id)
        require(actor, May.OBJECTIVE_EDIT, objective.mechanism_id)
        view = await _view(session, actor, objective)
        return Reply(view, template="objective/delete.html", values={"version": view.version})

    @does("/objectives/{objective_id:uuid}/delete", May.OBJECTIVE_EDIT, Deletion)
    async def delete(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        objective_id: FromPath[UUID],
        command: NamedDependency[Deletion],
    ) -> Reply[ObjectiveView]:
        """Delete an objective that has no outputs."""
        objective = await node.one(session, actor, Objective, objective_id)
        view = await _view(session, actor, objective)
        await service.delete_objective(session, actor, objective_id, command)
        return Reply(view, then=f"/plans/{view.plan_id}")
