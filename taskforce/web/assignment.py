"""The parts that agencies have in a responsibility: add, change, end, dispute, delete."""

import datetime as dt
from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.models import Assignment, Responsibility
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import node
from taskforce.queries import responsibility as queries
from taskforce.queries.agency_choice import agency_choices
from taskforce.services import assignment as service
from taskforce.services.assignment import AddAssignment, DisputeAssignment, EditAssignment, EndAssignment
from taskforce.services.deletion import Deletion
from taskforce.views import responsibility_matrix as matrix
from taskforce.views.mechanism import MechanismHead
from taskforce.views.responsibility import AgencyColumn, AssignmentForm, AssignmentView
from taskforce.web.reply import Reply
from taskforce.web.responsibility import EMPTY_PART
from taskforce.web.route import does, reads


async def _view(session: Session, actor: Actor, assignment: Assignment, today: dt.date) -> AssignmentView:
    mechanism_id, duty_id = assignment.mechanism_id, assignment.responsibility_id
    row = (await queries.duties(session, actor, mechanism_id, duty_id))[0]
    parts = await queries.parts(session, actor, mechanism_id, duty_id)
    return AssignmentView(
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, mechanism_id)),
        id=assignment.id,
        responsibility_id=duty_id,
        agency_id=assignment.agency_id,
        role=assignment.role,
        starts_on=assignment.starts_on,
        ends_on=assignment.ends_on,
        is_disputed=assignment.is_disputed,
        state=matrix.state_of(matrix.duty_of(row, parts), today),
        version=assignment.version,
    )


async def _form(
    session: Session, actor: Actor, responsibility: Responsibility, assignment: Assignment | None, today: dt.date
) -> AssignmentForm:
    mechanism_id = responsibility.mechanism_id
    parts = await queries.parts(session, actor, mechanism_id, responsibility.id)
    agencies = [AgencyColumn.model_validate(each) for each in await agency_choices(session, actor, mechanism_id)]
    own = {part.id: AgencyColumn(id=part.agency_id, code=part.agency_code, title=part.agency_title) for part in parts}
    return AssignmentForm(
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, mechanism_id)),
        responsibility_id=responsibility.id,
        code=responsibility.code,
        statement=responsibility.statement,
        assignment_id=assignment.id if assignment else None,
        agency=own[assignment.id] if assignment else None,
        agencies=agencies,
        accountable=[
            own[part.id]
            for part in parts
            if part.role == "accountable"
            and matrix.part_view(part, today).is_current
            and (assignment is None or part.id != assignment.id)
        ],
    )


async def _stored(
    session: Session, actor: Actor, assignment_id: UUID, today: dt.date
) -> tuple[Assignment, AssignmentForm]:
    assignment = await node.one(session, actor, Assignment, assignment_id)
    require(actor, May.RESPONSIBILITY_EDIT, assignment.mechanism_id)
    responsibility = await node.one(session, actor, Responsibility, assignment.responsibility_id)
    return assignment, await _form(session, actor, responsibility, assignment, today)


async def _stored_form(session: Session, actor: Actor, assignment_id: UUID, today: dt.date) -> Reply[AssignmentForm]:
    assignment, view = await _stored(session, actor, assignment_id, today)
    return Reply(view, template="assignment/form.html", values=service.stored(assignment))


class AssignmentController(Controller):
    """Who holds which part, from when to when."""

    path = "/"

    @reads("/responsibilities/{responsibility_id:uuid}/assignments/add", May.RESPONSIBILITY_EDIT, only_page=True)
    async def show_add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        responsibility_id: FromPath[UUID],
    ) -> Reply[AssignmentForm]:
        """The empty form."""
        responsibility = await node.one(session, actor, Responsibility, responsibility_id)
        require(actor, May.RESPONSIBILITY_EDIT, responsibility.mechanism_id)
        view = await _form(session, actor, responsibility, None, today)
        return Reply(view, template="assignment/form.html", values=EMPTY_PART)

    @does("/responsibilities/{responsibility_id:uuid}/assignments/add", May.RESPONSIBILITY_EDIT, AddAssignment)
    async def add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        responsibility_id: FromPath[UUID],
        command: NamedDependency[AddAssignment],
    ) -> Reply[AssignmentView]:
        """Give an agency a part in a responsibility."""
        assignment = await service.add_assignment(session, actor, responsibility_id, command)
        view = await _view(session, actor, assignment, today)
        return Reply(view, then=f"/responsibilities/{responsibility_id}", made=True)

    @reads("/assignments/{assignment_id:uuid}/edit", May.RESPONSIBILITY_EDIT, only_page=True)
    async def show_edit(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        assignment_id: FromPath[UUID],
    ) -> Reply[AssignmentForm]:
        """The form with what is stored."""
        return await _stored_form(session, actor, assignment_id, today)

    @does("/assignments/{assignment_id:uuid}/edit", May.RESPONSIBILITY_EDIT, EditAssignment)
    async def edit(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        assignment_id: FromPath[UUID],
        command: NamedDependency[EditAssignment],
    ) -> Reply[AssignmentView]:
        """Change a part."""
        assignment = await service.edit_assignment(session, actor, assignment_id, command)
        view = await _view(session, actor, assignment, today)
        return Reply(view, then=f"/responsibilities/{view.responsibility_id}")

    @reads("/assignments/{assignment_id:uuid}/end", May.RESPONSIBILITY_EDIT, only_page=True)
    async def show_end(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        assignment_id: FromPath[UUID],
    ) -> Reply[AssignmentForm]:
        """Ask for the last day; today is offered."""
        assignment, view = await _stored(session, actor, assignment_id, today)
        values = {"ends_on": assignment.ends_on or today, "version": assignment.version}
        return Reply(view, template="assignment/end.html", values=values)

    @does("/assignments/{assignment_id:uuid}/end", May.RESPONSIBILITY_EDIT, EndAssignment)
    async def end(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        assignment_id: FromPath[UUID],
        command: NamedDependency[EndAssignment],
    ) -> Reply[AssignmentView]:
        """End a part on a day."""
        assignment = await service.end_assignment(session, actor, assignment_id, command)
        view = await _view(session, actor, assignment, today)
        return Reply(view, then=f"/responsibilities/{view.responsibility_id}")

    @reads("/assignments/{assignment_id:uuid}/dispute", May.RESPONSIBILITY_EDIT, only_page=True)
    async def show_dispute(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        assignment_id: FromPath[UUID],
    ) -> Reply[AssignmentForm]:
        """The whole form: here arrives who marked a part that somebody else changed meanwhile."""
        return await _stored_form(session, actor, assignment_id, today)

    @does("/assignments/{assignment_id:uuid}/dispute", May.RESPONSIBILITY_EDIT, DisputeAssignment)
    async def dispute(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        assignment_id: FromPath[UUID],
        command: NamedDependency[DisputeAssignment],
    ) -> Reply[AssignmentView]:
        """Mark a part as contested, or as settled."""
        assignment = await service.dispute_assignment(session, actor, assignment_id, command)
        view = await _view(session, actor, assignment, today)
        return Reply(view, then=f"/responsibilities/{view.responsibility_id}")

    @reads("/assignments/{assignment_id:uuid}/delete", May.RESPONSIBILITY_EDIT, only_page=True)
    async def show_delete(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        assignment_id: FromPath[UUID],
    ) -> Reply[AssignmentForm]:
        """Ask before deleting."""
        assignment, view = await _stored(session, actor, assignment_id, today)
        return Reply(view, template="assignment/delete.html", values={"version": assignment.version})

    @does("/assignments/{assignment_id:uuid}/delete", May.RESPONSIBILITY_EDIT, Deletion)
    async def delete(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        assignment_id: FromPath[UUID],
        command: NamedDependency[Deletion],
    ) -> Reply[AssignmentView]:
        """Delete a part that was entered by mistake."""
        view = await _view(session, actor, await node.one(session, actor, Assignment, assignment_id), today)
        await service.delete_assignment(session, actor, assignment_id, command, today=today)
        return Reply(view, then=f"/responsibilities/{view.responsibility_id}")
