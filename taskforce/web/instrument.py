"""Instruments, the laws and agreements on which duties rest: read, edit, delete."""

from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.models import Instrument
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import node
from taskforce.queries import responsibility as queries
from taskforce.services import instrument as service
from taskforce.services.deletion import Deletion
from taskforce.services.instrument import SaveInstrument
from taskforce.views.mechanism import MechanismHead
from taskforce.views.responsibility import DutyLink, InstrumentForm
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads


async def _view(session: Session, actor: Actor, instrument: Instrument) -> InstrumentForm:
    mechanism_id = instrument.mechanism_id
    resting = {
        basis.responsibility_id
        for basis in await queries.bases(session, actor, mechanism_id)
        if basis.id == instrument.id
    }
    return InstrumentForm(
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, mechanism_id)),
        id=instrument.id,
        kind=instrument.kind,
        citation=instrument.citation,
        article=instrument.article,
        is_seen=instrument.is_seen,
        link=instrument.link,
        version=instrument.version,
        duties=[
            DutyLink(id=row.id, code=row.code, statement=row.statement)
            for row in await queries.duties(session, actor, mechanism_id)
            if row.id in resting
        ],
    )


class InstrumentController(Controller):
    """By what right."""

    path = "/"

    @reads("/instruments/{instrument_id:uuid}", May.RESPONSIBILITY_READ)
    async def one(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], instrument_id: FromPath[UUID]
    ) -> Reply[InstrumentForm]:
        """One instrument; on the page mount the responsibilities show it."""
        view = await _view(session, actor, await node.one(session, actor, Instrument, instrument_id))
        return Reply(view, then=f"/mechanisms/{view.mechanism.code}/responsibilities")

    @reads("/instruments/{instrument_id:uuid}/edit", May.RESPONSIBILITY_EDIT, only_page=True)
    async def show_edit(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], instrument_id: FromPath[UUID]
    ) -> Reply[InstrumentForm]:
        """The form with what is stored."""
        instrument = await node.one(session, actor, Instrument, instrument_id)
        require(actor, May.RESPONSIBILITY_EDIT, instrument.mechanism_id)
        view = await _view(session, actor, instrument)
        return Reply(view, template="instrument/form.html", values=service.stored(instrument))

    @does("/instruments/{instrument_id:uuid}/edit", May.RESPONSIBILITY_EDIT, SaveInstrument)
    async def edit(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        instrument_id: FromPath[UUID],
        command: NamedDependency[SaveInstrument],
    ) -> Reply[InstrumentForm]:
        """Change an instrument for all duties that rest on it."""
        instrument = await service.edit_instrument(session, actor, instrument_id, command)
        view = await _view(session, actor, instrument)
        return Reply(view, then=f"/mechanisms/{view.mechanism.code}/responsibilities")

    @reads("/instruments/{instrument_id:uuid}/delete", May.RESPONSIBILITY_EDIT, only_page=True)
    async def show_delete(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], instrument_id: FromPath[UUID]
    ) -> Reply[InstrumentForm]:
        """Ask before deleting."""
        instrument = await node.one(session, actor, Instrument, instrument_id)
        require(actor, May.RESPONSIBILITY_EDIT, instrument.mechanism_id)
        view = await _view(session, actor, instrument)
        return Reply(view, template="instrument/delete.html", values={"version": view.version})

    @does("/instruments/{instrument_id:uuid}/delete", May.RESPONSIBILITY_EDIT, Deletion)
    async def delete(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        instrument_id: FromPath[UUID],
        command: NamedDependency[Deletion],
    ) -> Reply[InstrumentForm]:
        """Delete an instrument on which nothing rests."""
        view = await _view(session, actor, await node.one(session, actor, Instrument, instrument_id))
        await service.delete_instrument(session, actor, instrument_id, command)
        return Reply(view, then=f"/mechanisms/{view.mechanism.code}/responsibilities")
