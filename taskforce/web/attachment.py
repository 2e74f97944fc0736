"""Evidence files: list, add, open, purge."""

import datetime as dt
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Controller
from litestar.connection import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import File

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.errors import NotFound, Refused
from taskforce.exchange import evidence
from taskforce.models import Attachment
from taskforce.queries import attachment as queries
from taskforce.queries import node
from taskforce.queries.attachment import ParentKind
from taskforce.services import attachment as service
from taskforce.services import file_store
from taskforce.services.attachment import AddAttachment, PurgeAttachment
from taskforce.views.attachment import AttachmentList, AttachmentPage, attachment_list, attachment_page
from taskforce.web.afterwards import Afterwards
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads
from taskforce.web.upload import Upload

# A browser that shows a file all the same runs nothing of it and lets it ask for nothing.
SANDBOX = {"content-security-policy": "default-src 'none'; sandbox"}
EMPTY = {"note": "", "file": ""}


async def _all(session: Session, actor: Actor, kind: ParentKind, parent_id: UUID) -> Reply[AttachmentList]:
    thing = await queries.parent(session, actor, kind, parent_id)
    return Reply(await attachment_list(session, actor, thing), template="attachment/all.html")


async def _form(session: Session, actor: Actor, kind: ParentKind, parent_id: UUID) -> Reply[AttachmentList]:
    thing = await service.to_attach(session, actor, kind, parent_id)
    return Reply(await attachment_list(session, actor, thing), template="attachment/form.html", values=EMPTY)


async def _add(
    session: Session, actor: Actor, parent: tuple[ParentKind, UUID], command: AddAttachment, upload: Upload
) -> Reply[AttachmentPage]:
    thing = await service.to_attach(session, actor, *parent)
    new = await evidence.take_in(upload.file, upload.name)
    with new.file:
        attachment = await service.add_attachment(session, actor, thing, command, new)
    view = await attachment_page(session, actor, thing, attachment.id)
    return Reply(view, then=f"{view.parent.path}/attachments", made=True)


async def _found(session: Session, actor: Actor, attachment_id: UUID) -> tuple[Attachment, AttachmentPage]:
    attachment = await node.one(session, actor, Attachment, attachment_id)
    thing = await queries.parent_of(session, actor, attachment)
    return attachment, await attachment_page(session, actor, thing, attachment_id)


class AttachmentController(Controller):
    """What shows that it was done."""

    path = "/"

    @reads("/activities/{activity_id:uuid}/attachments", May.ATTACHMENT_READ)
    async def of_activity(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], activity_id: FromPath[UUID]
    ) -> Reply[AttachmentList]:
        """The evidence of an activity."""
        return await _all(session, actor, "activity", activity_id)

    @reads("/cost-items/{cost_item_id:uuid}/attachments", May.ATTACHMENT_READ)
    async def of_cost_item(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], cost_item_id: FromPath[UUID]
    ) -> Reply[AttachmentList]:
        """The evidence of a cost item."""
        return await _all(session, actor, "cost_item", cost_item_id)

    @reads("/instruments/{instrument_id:uuid}/attachments", May.ATTACHMENT_READ)
    async def of_instrument(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], instrument_id: FromPath[UUID]
    ) -> Reply[AttachmentList]:
        """The texts of an instrument."""
        return await _all(session, actor, "instrument", instrument_id)

    @reads("/activities/{activity_id:uuid}/attachments/add", May.ATTACHMENT_ADD, only_page=True)
    async def show_add_to_activity(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], activity_id: FromPath[UUID]
    ) -> Reply[AttachmentList]:
        """The empty form."""
        return await _form(session, actor, "activity", activity_id)

    @reads("/cost-items/{cost_item_id:uuid}/attachments/add", May.ATTACHMENT_ADD, only_page=True)
    async def show_add_to_cost_item(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], cost_item_id: FromPath[UUID]
    ) -> Reply[AttachmentList]:
        """The empty form."""
        return await _form(session, actor, "cost_item", cost_item_id)

    @reads("/instruments/{instrument_id:uuid}/attachments/add", May.ATTACHMENT_ADD, only_page=True)
    async def show_add_to_instrument(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], instrument_id: FromPath[UUID]
    ) -> Reply[AttachmentList]:
        """The empty form."""
        return await _form(session, actor, "instrument", instrument_id)

    @does("/activities/{activity_id:uuid}/attachments/add", May.ATTACHMENT_ADD, AddAttachment, takes_file=True)
    async def add_to_activity(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        activity_id: FromPath[UUID],
        command: NamedDependency[AddAttachment],
        upload: NamedDependency[Upload],
    ) -> Reply[AttachmentPage]:
        """Keep a file as evidence of an activity."""
        return await _add(session, actor, ("activity", activity_id), command, upload)

    @does("/cost-items/{cost_item_id:uuid}/attachments/add", May.ATTACHMENT_ADD, AddAttachment, takes_file=True)
    async def add_to_cost_item(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        cost_item_id: FromPath[UUID],
        command: NamedDependency[AddAttachment],
        upload: NamedDependency[Upload],
    ) -> Reply[AttachmentPage]:
        """Keep a file as evidence of a cost item."""
        return await _add(session, actor, ("cost_item", cost_item_id), command, upload)

    @does("/instruments/{instrument_id:uuid}/attachments/add", May.ATTACHMENT_ADD, AddAttachment, takes_file=True)
    async def add_to_instrument(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        instrument_id: FromPath[UUID],
        command: NamedDependency[AddAttachment],
        upload: NamedDependency[Upload],
    ) -> Reply[AttachmentPage]:
        """Keep a file as the text of an instrument."""
        return await _add(session, actor, ("instrument", instrument_id), command, upload)

    @reads("/attachments/{attachment_id:uuid}", May.ATTACHMENT_READ)
    async def one(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], attachment_id: FromPath[UUID]
    ) -> Reply[AttachmentPage]:
        """One file's record; on the page mount it stands in the list."""
        _attachment, view = await _found(session, actor, attachment_id)
        return Reply(view, then=f"{view.parent.path}/attachments")

    @reads("/attachments/{attachment_id:uuid}/file", May.ATTACHMENT_READ, sends_file=True)
    async def open(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], attachment_id: FromPath[UUID]
    ) -> File:
        """The bytes, to be saved and not to be shown."""
        attachment, _view = await _found(session, actor, attachment_id)
        if attachment.purged_at is not None:
            raise NotFound("its bytes were purged")
        path = file_store.path_of(attachment.sha256)
        if not path.is_file():
            raise Refused("The server has lost the bytes of %(name)s. Tell its operator.", name=attachment.name)
        return File(path, filename=attachment.name, media_type=attachment.media_type, headers=SANDBOX)

    @reads("/attachments/{attachment_id:uuid}/purge", May.ATTACHMENT_PURGE, only_page=True)
    async def show_purge(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], attachment_id: FromPath[UUID]
    ) -> Reply[AttachmentPage]:
        """Ask before purging."""
        attachment, view = await _found(session, actor, attachment_id)
        require(actor, May.ATTACHMENT_PURGE, attachment.mechanism_id)
        values = {"reason": "", "version": attachment.version}
        return Reply(view, template="attachment/purge.html", values=values)

    @does("/attachments/{attachment_id:uuid}/purge", May.ATTACHMENT_PURGE, PurgeAttachment, step_up=True)
    async def purge(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[dt.datetime],
        attachment_id: FromPath[UUID],
        command: NamedDependency[PurgeAttachment],
    ) -> Reply[AttachmentPage]:
        """Take the bytes off the disk once this is committed; the record, the hash and the reason stay."""
        attachment = await service.purge_attachment(session, actor, attachment_id, command, now=now)
        _attachment, view = await _found(session, actor, attachment_id)
        work = partial(service.let_bytes_go, request.app.state.sessions, attachment.sha256)
        return Afterwards(view, work, then=f"{view.parent.path}/attachments")
