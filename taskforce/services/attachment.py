"""Evidence files: add one to a thing, purge one, and let bytes go that nothing needs."""

import asyncio
import datetime as dt
from typing import Final
from uuid import UUID

from pydantic import Field
from sqlalchemy import text

from taskforce.access import JOBS, Actor, May, require
from taskforce.db import Session, Sessions, explain, transaction
from taskforce.errors import Refused
from taskforce.models import Attachment
from taskforce.queries import attachment as attachments
from taskforce.queries import node
from taskforce.queries.attachment import Parent, ParentKind
from taskforce.services import file_store
from taskforce.services.command import Command, check_version
from taskforce.services.field_types import OneLine
from taskforce.services.file_store import NewFile

_LOCK: Final = text("select pg_advisory_xact_lock(:key)")


class AddAttachment(Command):
    """What is sent beside the file."""

    note: OneLine = Field(title="What it shows", min_length=1, max_length=200, description="In a few words.")


class PurgeAttachment(Command):
    """Why the bytes must go."""

    reason: str = Field(title="Reason", min_length=1, max_length=500, description="It stays in the record.")
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


def require_to_attach(actor: Actor, thing: Parent) -> None:
    """Let pass who may change the thing: its evidence is part of it.

    Raises:
        NotAllowed: the actor may not.
    """
    action, agencies = attachments.change_of(thing)
    require(actor, May.ATTACHMENT_ADD, thing.mechanism_id, *agencies)
    require(actor, action, thing.mechanism_id, *agencies)


async def to_attach(session: Session, actor: Actor, kind: ParentKind, parent_id: UUID) -> Parent:
    """The thing to which the actor may add evidence; asked before the file is looked at.

    Raises:
        NotFound, NotAllowed: it is not the actor's to see, or to change.
    """
    thing = await attachments.parent(session, actor, kind, parent_id)
    require_to_attach(actor, thing)
    return thing


async def add_attachment(
    session: Session, actor: Actor, thing: Parent, command: AddAttachment, new: NewFile
) -> Attachment:
    """Keep a file that was looked at; its bytes are on disk before the row is committed.

    Raises:
        NotAllowed: the thing is not the actor's to change.
    """
    require_to_attach(actor, thing)
    attachment = Attachment(
        mechanism_id=thing.mechanism_id,
        name=new.name,
        note=command.note,
        media_type=new.media_type,
        byte_count=new.byte_count,
        sha256=new.sha256,
        added_by_id=actor.account_id,
        **{f"{attachments.kind_of(thing)}_id": thing.id},
    )
    session.add(attachment)
    await session.flush()
    await _lock(session, new.sha256)
    await asyncio.to_thread(file_store.keep, new)
    return attachment


async def purge_attachment(
    session: Session, actor: Actor, attachment_id: UUID, command: PurgeAttachment, *, now: dt.datetime
) -> Attachment:
    """Mark a file as gone, for ever; let_bytes_go takes the bytes once this is committed.

    Raises:
        NotFound, NotAllowed: it is not the actor's to see, or to purge.
        Refused: it is purged already.
        Stale: somebody changed the record meanwhile.
    """
    attachment = await node.one(session, actor, Attachment, attachment_id, for_update=True)
    await attachments.parent_of(session, actor, attachment)
    require(actor, May.ATTACHMENT_PURGE, attachment.mechanism_id)
    if attachment.purged_at is not None:
        raise Refused("%(name)s was purged before. Nothing is left to do.", name=attachment.name)
    await explain(session, May.ATTACHMENT_PURGE, command.reason)
    check_version(attachment, command.version, PurgeAttachment(reason=command.reason))
    attachment.purged_at, attachment.purged_by_id = now, actor.account_id
    attachment.purge_reason = command.reason
    await session.flush()
    return attachment


async def let_bytes_go(sessions: Sessions, sha256: str) -> bool:
    """Take bytes off the disk that no record of any mechanism keeps; whether they went.

    The lock is held while a second transaction looks, which begins after it: so that it knows of every mechanism.
    """
    async with transaction(sessions, JOBS, action=May.ATTACHMENT_PURGE) as holding:
        await _lock(holding, sha256)
        async with transaction(sessions, JOBS) as looking:
            is_needed = await attachments.is_needed(looking, sha256)
        if not is_needed:
            await asyncio.to_thread(file_store.remove, sha256)
    return not is_needed


async def sweep(session: Session, now: dt.datetime) -> None:
    """Take bytes off the disk that nothing has kept for a day: of changes that failed, and of purges cut short."""
    for sha256 in await asyncio.to_thread(lambda: list(file_store.stored())):
        if not file_store.is_old(sha256) or await attachments.is_needed(session, sha256):
            continue
        await _lock(session, sha256)
        # whoever kept the same bytes again before the lock was ours has made the file young
        if file_store.is_old(sha256) and not await attachments.is_needed(session, sha256):
            await asyncio.to_thread(file_store.remove, sha256)


async def _lock(session: Session, sha256: str) -> None:
    """Let nobody else keep or remove these bytes until the transaction ends."""
    await session.execute(_LOCK, {"key": int.from_bytes(bytes.fromhex(sha256[:16]), signed=True)})
