"""Questions about evidence files: those of a thing, and which bytes are still needed."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from taskforce.access import Actor, May
from taskforce.db import Session
from taskforce.models import Account, Activity, Attachment, CostItem, Instrument
from taskforce.queries import cost_item as cost_items
from taskforce.queries import node
from taskforce.queries.visible import visible

Parent = Activity | Instrument | CostItem
ParentKind = Literal["activity", "instrument", "cost_item"]
COLUMNS: Final = {
    "activity": Attachment.activity_id,
    "instrument": Attachment.instrument_id,
    "cost_item": Attachment.cost_item_id,
}
_ADDED_BY: Final = aliased(Account)
_PURGED_BY: Final = aliased(Account)


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """An evidence file with the posts of who added and who purged it."""

    id: UUID
    name: str
    note: str
    media_type: str
    byte_count: int
    sha256: str
    added_at: dt.datetime
    added_by: str | None
    purged_at: dt.datetime | None
    purged_by: str | None
    purge_reason: str | None
    version: int


def kind_of(parent: Parent) -> ParentKind:
    """What evidence hangs on, as its table is called."""
    return "activity" if isinstance(parent, Activity) else "cost_item" if isinstance(parent, CostItem) else "instrument"


def change_of(thing: Parent) -> tuple[May, tuple[UUID | None, ...]]:
    """The action that changes the thing itself, and the agencies whose own it is: evidence is a part of it."""
    if isinstance(thing, Activity):
        return May.ACTIVITY_EDIT, (thing.lead_agency_id,)
    return (May.COST_ITEM_EDIT if isinstance(thing, CostItem) else May.RESPONSIBILITY_EDIT), ()


async def parent(session: Session, actor: Actor, kind: ParentKind, parent_id: UUID) -> Parent:
    """The thing on which evidence hangs.

    Raises:
        NotFound: there is none, or it is not the actor's to see.
    """
    if kind == "cost_item":
        return await cost_items.one(session, actor, parent_id)
    if kind == "activity":
        return await node.one(session, actor, Activity, parent_id)
    return await node.one(session, actor, Instrument, parent_id)


async def parent_of(session: Session, actor: Actor, attachment: Attachment) -> Parent:
    """The thing on which this evidence hangs; whoever may not see that sees no evidence.

    Raises:
        NotFound: it is not the actor's to see.
    """
    if attachment.activity_id:
        return await parent(session, actor, "activity", attachment.activity_id)
    if attachment.cost_item_id:
        return await parent(session, actor, "cost_item", attachment.cost_item_id)
    return await parent(session, actor, "instrument", attachment.instrument_id or attachment.id)


async def rows_of(
    session: Session, actor: Actor, thing: Parent, attachment_id: UUID | None = None
) -> list[AttachmentRow]:
    """The evidence of a thing that the caller found visible, the latest first, or one of it."""
    statement: Select[*tuple[Any, ...]] = (
        select(
            Attachment.id,
            Attachment.name,
            Attachment.note,
            Attachment.media_type,
            Attachment.byte_count,
            Attachment.sha256,
            Attachment.added_at,
            _ADDED_BY.title,
            Attachment.purged_at,
            _PURGED_BY.title,
            Attachment.purge_reason,
            Attachment.version,
        )
        .outerjoin(_ADDED_BY, _ADDED_BY.id == Attachment.added_by_id)
        .outerjoin(_PURGED_BY, _PURGED_BY.id == Attachment.purged_by_id)
        .where(
            visible(actor, Attachment.mechanism_id),
            Attachment.mechanism_id == thing.mechanism_id,
            COLUMNS[kind_of(thing)] == thing.id,
        )
        .order_by(Attachment.added_at.desc(), Attachment.id.desc())
    )
    if attachment_id:
        statement = statement.where(Attachment.id == attachment_id)
    return [AttachmentRow(*row) for row in await session.execute(statement)]


async def is_needed(session: Session, sha256: str) -> bool:
    """Whether a record of any mechanism still keeps these bytes; asked as a named system principal."""
    found = await session.scalar(
        select(Attachment.id).where(Attachment.sha256 == sha256, Attachment.purged_at.is_(None)).limit(1)
    )
    return found is not None
