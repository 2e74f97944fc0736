"""Responsibilities: the matrix with its gaps and clashes, one duty, add, edit, delete."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from taskforce.access import Actor, May, may, require
from taskforce.db import Session
from taskforce.models import Responsibility
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import node
from taskforce.queries import responsibility as queries
from taskforce.queries.agency_choice import agency_choices
from taskforce.queries.audit_event import events
from taskforce.queries.vocabulary_term import terms
from taskforce.render.states import N_
from taskforce.services import responsibility as service
from taskforce.services.deletion import Deletion
from taskforce.services.responsibility import AddResponsibility, EditResponsibility
from taskforce.views import responsibility_matrix as matrix
from taskforce.views.audit_event import history_of
from taskforce.views.base import Choice
from taskforce.views.mechanism import MechanismHead
from taskforce.views.responsibility import (
    ActivityLink,
    AgencyColumn,
    InstrumentView,
    ResponsibilitiesView,
    ResponsibilityForm,
    ResponsibilityView,
)
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads

EMPTY_PART = {"agency_id": "", "role": "accountable", "starts_on": "", "ends_on": "", "is_disputed": ""}
EMPTY = {
    "code": "",
    "statement": "",
    "capability_id": "",
    "instruments": [],
    "kind": "law",
    "citation": "",
    "article": "",
    "is_seen": "",
    "link": "",
    "agency_id": "",
    "starts_on": "",
}


async def _sheet(session: Session, actor: Actor, mechanism_id: UUID, today: dt.date) -> tuple[matrix.Sheet, str]:
    """What the matrix of a mechanism is made of, and the title of the plan whose work counts, empty without one."""
    plan = await queries.current_plan(session, actor, mechanism_id, today)
    sheet = matrix.Sheet(
        on=today,
        terms=await terms(session, "capability"),
        duties=await queries.duties(session, actor, mechanism_id),
        parts=await queries.parts(session, actor, mechanism_id),
        bases=await queries.bases(session, actor, mechanism_id),
        leads=await queries.leads(session, actor, mechanism_id, plan.id) if plan else [],
        worked_on=await queries.worked_on(session, actor, mechanism_id, plan.id) if plan else {},
    )
    return sheet, plan.title if plan else ""


async def _all(session: Session, actor: Actor, code: str, today: dt.date) -> ResponsibilitiesView:
    head = MechanismHead.model_validate(await mechanisms.head(session, actor, code))
    sheet, plan_title = await _sheet(session, actor, head.id, today)
    found = matrix.read(sheet)
    shown = matrix.columns(found)
    return ResponsibilitiesView(
        mechanism=head,
        on=today,
        plan_title=plan_title or None,
        duty_count=len(sheet.duties),
        agencies=shown,
        groups=matrix.groups(found, shown),
        gaps=matrix.gap_views(found),
        clashes=matrix.clash_views(found),
        idle=matrix.idle_views(found),
        unmandated=matrix.unmandated_views(found),
        may=["add"] if may(actor, May.RESPONSIBILITY_EDIT, head.id) else [],
    )


async def responsibility_view(
    session: Session, actor: Actor, responsibility: Responsibility, today: dt.date
) -> ResponsibilityView:
    """One duty with all that hangs on it."""
    mechanism_id = responsibility.mechanism_id
    row = (await queries.duties(session, actor, mechanism_id, responsibility.id))[0]
    parts = await queries.parts(session, actor, mechanism_id, responsibility.id)
    agencies = await agency_choices(session, actor, mechanism_id)
    labels = {term.id: f"{term.code} {term.label}" for term in await terms(session, "capability")}
    laws = await queries.instruments(session, actor, mechanism_id)
    names = labels | {str(each.id): each.title for each in agencies} | {str(each.id): each.citation for each in laws}
    rows = await events(session, actor, mechanism_id, [responsibility.id, *(part.id for part in parts)])
    views = [matrix.part_view(part, today) for part in parts]
    return ResponsibilityView(
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, mechanism_id)),
        id=row.id,
        code=row.code,
        statement=row.statement,
        capability_id=row.capability_id,
        capability=labels.get(row.capability_id, row.capability_id),
        state=matrix.state_of(matrix.duty_of(row, parts), today),
        on=today,
        accountable=matrix.accountable(views),
        instruments=[
            InstrumentView.model_validate(basis) for basis in await queries.bases(session, actor, mechanism_id, row.id)
        ],
        parts=views,
        activities=[
            ActivityLink.model_validate(each) for each in await queries.carried_out_by(session, actor, responsibility)
        ],
        history=history_of(rows, names, silent=frozenset({"responsibility_id"})),
        agencies=[AgencyColumn.model_validate(each) for each in agencies],
        is_illustrative=row.is_illustrative,
        source=row.source,
        version=responsibility.version,
        may=["edit", "delete", "assign"] if may(actor, May.RESPONSIBILITY_EDIT, mechanism_id) else [],
    )


async def _form(
    session: Session, actor: Actor, head: mechanisms.Head, responsibility_id: UUID | None
) -> ResponsibilityForm:
    laws = await queries.instruments(session, actor, head.id)
    return ResponsibilityForm(
        mechanism=MechanismHead.model_validate(head),
        responsibility_id=responsibility_id,
        capabilities=[
            Choice(id=term.id, label=f"{term.code} {term.label}") for term in await terms(session, "capability")
        ],
        instruments=[
            Choice(id=str(law.id), label=f"{law.citation}, {law.article}" if law.article else law.citation)
            for law in laws
        ],
        agencies=[AgencyColumn.model_validate(each) for each in await agency_choices(session, actor, head.id)],
    )


class ResponsibilityController(Controller):
    """Who must do what, by what right."""

    path = "/"

    @reads("/mechanisms/{code:str}/responsibilities", May.RESPONSIBILITY_READ)
    async def all(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
    ) -> Reply[ResponsibilitiesView]:
        """The matrix of capabilities and agencies, with its gaps and clashes."""
        return Reply(await _all(session, actor, code, today), template="responsibility/all.html")

    @reads("/mechanisms/{code:str}/responsibilities/add", May.RESPONSIBILITY_EDIT, only_page=True)
    async def show_add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        code: FromPath[str],
        capability: Annotated[str, QueryParameter(title=N_("Capability"))] = "",
    ) -> Reply[ResponsibilityForm]:
        """The empty form, with a capability chosen where a gap led here."""
        head = await mechanisms.head(session, actor, code)
        require(actor, May.RESPONSIBILITY_EDIT, head.id)
        values = EMPTY | {"capability_id": capability}
        return Reply(await _form(session, actor, head, None), template="responsibility/form.html", values=values)

    @does("/mechanisms/{code:str}/responsibilities/add", May.RESPONSIBILITY_EDIT, AddResponsibility)
    async def add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
        command: NamedDependency[AddResponsibility],
    ) -> Reply[ResponsibilityView]:
        """Add a responsibility."""
        responsibility = await service.add_responsibility(session, actor, code, command)
        view = await responsibility_view(session, actor, responsibility, today)
        return Reply(view, then=f"/responsibilities/{responsibility.id}", made=True)

    @reads("/responsibilities/{responsibility_id:uuid}", May.RESPONSIBILITY_READ)
    async def one(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        responsibility_id: FromPath[UUID],
    ) -> Reply[ResponsibilityView]:
        """One responsibility, who holds it, what carries it out."""
        responsibility = await node.one(session, actor, Responsibility, responsibility_id)
        view = await responsibility_view(session, actor, responsibility, today)
        return Reply(view, template="responsibility/one.html", values=EMPTY_PART)

    @reads("/responsibilities/{responsibility_id:uuid}/edit", May.RESPONSIBILITY_EDIT, only_page=True)
    async def show_edit(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], responsibility_id: FromPath[UUID]
    ) -> Reply[ResponsibilityForm]:
        """The form with what is stored."""
        responsibility = await node.one(session, actor, Responsibility, responsibility_id)
        require(actor, May.RESPONSIBILITY_EDIT, responsibility.mechanism_id)
        head = await mechanisms.head_by_id(session, actor, responsibility.mechanism_id)
        view = await _form(session, actor, head, responsibility.id)
        return Reply(view, template="responsibility/form.html", values=await service.stored(session, responsibility))

    @does("/responsibilities/{responsibility_id:uuid}/edit", May.RESPONSIBILITY_EDIT, EditResponsibility)
    async def edit(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        responsibility_id: FromPath[UUID],
        command: NamedDependency[EditResponsibility],
    ) -> Reply[ResponsibilityView]:
        """Change a responsibility."""
        responsibility = await service.edit_responsibility(session, actor, responsibility_id, command)
        view = await responsibility_view(session, actor, responsibility, today)
        return Reply(view, then=f"/responsibilities/{responsibility_id}")

    @reads("/responsibilities/{responsibility_id:uuid}/delete", May.RESPONSIBILITY_EDIT, only_page=True)
    async def show_delete(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        responsibility_id: FromPath[UUID],
    ) -> Reply[ResponsibilityView]:
        """Ask before deleting."""
        responsibility = await node.one(session, actor, Responsibility, responsibility_id)
        require(actor, May.RESPONSIBILITY_EDIT, responsibility.mechanism_id)
        view = await responsibility_view(session, actor, responsibility, today)
        return Reply(view, template="responsibility/delete.html", values={"version": view.version})

    @does("/responsibilities/{responsibility_id:uuid}/delete", May.RESPONSIBILITY_EDIT, Deletion)
    async def delete(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        responsibility_id: FromPath[UUID],
        command: NamedDependency[Deletion],
    ) -> Reply[ResponsibilityView]:
        """Delete a responsibility that no activity carries out and no agency has held."""
        responsibility = await node.one(session, actor, Responsibility, responsibility_id)
        view = await responsibility_view(session, actor, responsibility, today)
        await service.delete_responsibility(session, actor, responsibility_id, command, today=today)
        return Reply(view, then=f"/mechanisms/{view.mechanism.code}/responsibilities")
