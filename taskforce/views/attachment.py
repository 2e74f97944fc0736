"""Evidence files as pages and the API show them."""

import datetime as dt
from dataclasses import asdict
from typing import Final
from uuid import UUID

from taskforce.access import Actor, May, may
from taskforce.db import Session
from taskforce.models import Activity, CostItem
from taskforce.queries import attachment as queries
from taskforce.queries import mechanism as mechanisms
from taskforce.queries.attachment import AttachmentRow, Parent
from taskforce.views.base import View
from taskforce.views.mechanism import MechanismHead

_HOMES: Final = {"activity": "activities", "cost_item": "cost-items", "instrument": "instruments"}


class AttachmentView(View):
    """An evidence file. A purged one has no bytes any more; what it was, and who purged it why, stays."""

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
    may: list[str]


class AttachmentParent(View):
    """The thing on which evidence hangs, and the path of its page."""

    kind: str
    id: UUID
    title: str
    path: str


class AttachmentList(View):
    """The evidence of one thing, the latest first."""

    mechanism: MechanismHead
    parent: AttachmentParent
    attachments: list[AttachmentView]
    may: list[str]


class AttachmentPage(View):
    """One evidence file and the thing on which it hangs."""

    mechanism: MechanismHead
    parent: AttachmentParent
    attachment: AttachmentView


async def attachment_list(session: Session, actor: Actor, thing: Parent) -> AttachmentList:
    """The evidence of a thing that the caller found visible."""
    return AttachmentList(
        mechanism=await _head(session, actor, thing),
        parent=_parent(thing),
        attachments=[_view(actor, thing, row) for row in await queries.rows_of(session, actor, thing)],
        may=["add"] if may_attach(actor, thing) else [],
    )


async def attachment_page(session: Session, actor: Actor, thing: Parent, attachment_id: UUID) -> AttachmentPage:
    """One evidence file of a thing that the caller found visible."""
    [row] = await queries.rows_of(session, actor, thing, attachment_id)
    return AttachmentPage(
        mechanism=await _head(session, actor, thing), parent=_parent(thing), attachment=_view(actor, thing, row)
    )


def may_attach(actor: Actor, thing: Parent) -> bool:
    """Whether the actor may add evidence to the thing."""
    action, agencies = queries.change_of(thing)
    return all(may(actor, each, thing.mechanism_id, *agencies) for each in (May.ATTACHMENT_ADD, action))


async def _head(session: Session, actor: Actor, thing: Parent) -> MechanismHead:
    return MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, thing.mechanism_id))


def _parent(thing: Parent) -> AttachmentParent:
    kind = queries.kind_of(thing)
    title = f"{thing.code} {thing.title}" if isinstance(thing, Activity | CostItem) else thing.citation
    return AttachmentParent(kind=kind, id=thing.id, title=title, path=f"/{_HOMES[kind]}/{thing.id}")


def _view(actor: Actor, thing: Parent, row: AttachmentRow) -> AttachmentView:
    may_purge = row.purged_at is None and may(actor, May.ATTACHMENT_PURGE, thing.mechanism_id)
    return AttachmentView(may=["purge"] if may_purge else [], **asdict(row))
