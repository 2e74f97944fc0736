"""The records of organisations: an administrator keeps those that several countries share."""

from typing import Annotated, get_args
from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.queries import agency as agencies
from taskforce.render.states import N_
from taskforce.services import agency as service
from taskforce.services.agency import SaveAgency, Sector
from taskforce.services.deletion import Deletion
from taskforce.views.agency_record import RecordForm, RecordList, RecordRow, RecordView
from taskforce.web.filters import plain
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads


class AgencyRecordController(Controller):
    """Organisations of the installation, whatever they are members of; nothing of a mechanism is shown."""

    path = "/"

    @reads("/agencies", May.AGENCY_EDIT)
    async def all(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        text: Annotated[str, QueryParameter(title=N_("Name, short name or code"))] = "",
    ) -> Reply[RecordList]:
        """The organisations that the installation knows."""
        require(actor, May.AGENCY_EDIT)
        found = await agencies.records(session, plain(text))
        rows = [RecordRow.model_validate(each) for each in found]
        view = RecordList(text=plain(text), agencies=rows, is_cut=len(rows) == agencies.MOST_FOUND)
        return Reply(view, template="agency_record/all.html")

    @reads("/agencies/{agency_id:uuid}/edit", May.AGENCY_EDIT, only_page=True)
    async def show_edit(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], agency_id: FromPath[UUID]
    ) -> Reply[RecordForm]:
        """The form with what is stored."""
        require(actor, May.AGENCY_EDIT)
        agency = await agencies.known(session, agency_id)
        view = RecordForm(
            agency_id=agency.id, title=agency.title, country=agency.country, sectors=list(get_args(Sector))
        )
        values = service.stored(agency).model_dump() | {"other_names": "\n".join(agency.other_names)}
        return Reply(view, template="agency_record/form.html", values=values)

    @does("/agencies/{agency_id:uuid}/edit", May.AGENCY_EDIT, SaveAgency)
    async def edit(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        agency_id: FromPath[UUID],
        command: NamedDependency[SaveAgency],
    ) -> Reply[RecordView]:
        """Change the record of an organisation, for all mechanisms that share it."""
        agency = await service.edit_record(session, actor, agency_id, command)
        return Reply(RecordView.model_validate(agency), then="/agencies")

    @reads("/agencies/{agency_id:uuid}/delete", May.AGENCY_EDIT, only_page=True)
    async def show_delete(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], agency_id: FromPath[UUID]
    ) -> Reply[RecordView]:
        """Ask before deleting."""
        require(actor, May.AGENCY_EDIT)
        agency = await agencies.known(session, agency_id)
        values = {"version": agency.version}
        return Reply(RecordView.model_validate(agency), template="agency_record/delete.html", values=values)

    @does("/agencies/{agency_id:uuid}/delete", May.AGENCY_EDIT, Deletion)
    async def delete(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        agency_id: FromPath[UUID],
        command: NamedDependency[Deletion],
    ) -> Reply[RecordView]:
        """Delete the record of an organisation that nothing refers to."""
        agency = await service.delete_record(session, actor, agency_id, command)
        return Reply(RecordView.model_validate(agency), then="/agencies")
