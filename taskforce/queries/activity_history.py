"""What happened to one activity, as the audit tells it, and the names that stand behind its ids."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Text, cast, select, union_all

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import (
    Account,
    Activity,
    Agency,
    AuditEvent,
    Message,
    Output,
    Place,
    Provenance,
    Responsibility,
    VocabularyTerm,
)
from taskforce.queries import concealment
from taskforce.queries.concealment import Past, why_line
from taskforce.queries.visible import visible, visible_activities
from taskforce.rules.concealment import Why

MOST_EVENTS: Final = 400  # changed rows, the newest; what is older is in the audit export
TABLES: Final = (
    "activity",
    "activity_capability",
    "activity_joint",
    "activity_message",
    "activity_place",
    "activity_responsibility",
    "activity_support",
    "activity_target_group",
)


@dataclass(frozen=True, slots=True)
class Event:
    """One changed row: before and after as the database stored them, who, in which action and transaction.

    Of the line itself it is what the whole transaction changed. `hides_before`, `hides_after`: why this side is cut,
    because the reader could not have read the line then; what is there of the other side is only what changed.
    """

    id: int
    table_name: str
    operation: str
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None
    principal: str
    action: str | None
    reason: str | None
    transaction_id: int
    happened_at: dt.datetime
    hides_before: Why | None = None
    hides_after: Why | None = None


async def events(session: Session, actor: Actor, mechanism_id: UUID, activity_id: UUID) -> tuple[list[Event], bool]:
    """The changes of an activity that the caller found visible, and of its links, the newest first; whether older ones
    are left out.

    What was confidential or in a draft when the reader could not have read it is cut.
    """
    statement: Select[*tuple[Any, ...]] = (
        select(
            AuditEvent.id,
            AuditEvent.table_name,
            AuditEvent.operation,
            AuditEvent.before,
            AuditEvent.after,
            AuditEvent.principal,
            AuditEvent.action,
            AuditEvent.reason,
            AuditEvent.transaction_id,
            AuditEvent.happened_at,
        )
        .where(
            AuditEvent.mechanism_id == mechanism_id,
            AuditEvent.row_id == str(activity_id),
            AuditEvent.table_name.in_(TABLES),
        )
        .order_by(AuditEvent.id.desc())
        .limit(MOST_EVENTS)
    )
    if not (actor.is_system or mechanism_id in actor.row_context.read):
        return [], False
    found = [Event(*row) for row in await session.execute(statement)]
    stood = await concealment.past(session, actor, mechanism_id, [str(activity_id)] if found else [])
    return found if stood.hides_nothing else _cut(found, stood, activity_id), len(found) == MOST_EVENTS


def _cut(found: Sequence[Event], stood: Past, activity_id: UUID) -> list[Event]:
    """The events of each transaction without the sides that the reader could not have read."""
    told: list[Event] = []
    for transaction_id, group in groupby(found, key=lambda each: each.transaction_id):
        rows = list(group)
        at = (rows[-1].id, transaction_id)
        before = why_line(stood, activity_id, at, is_after=False) if _was_there(rows) else None
        after = why_line(stood, activity_id, at, is_after=True)
        if before is None and after is None:
            told += rows
            continue
        lines = [each for each in rows if each.table_name == "activity"]
        links = [each for each in rows if each.table_name != "activity"]
        told += [_without(each, before, after) for each in (*_merged(lines), *links)]
    return told


def _was_there(rows: Sequence[Event]) -> bool:
    return not any(each.table_name == "activity" and each.operation == "insert" for each in rows)


def _merged(lines: Sequence[Event]) -> list[Event]:
    """What all changes of the line together did, as one; they come newest first."""
    return [replace(lines[-1], after=lines[0].after, happened_at=lines[0].happened_at)] if lines else []


def _without(event: Event, before: Why | None, after: Why | None) -> Event:
    old, new = event.before or {}, event.after or {}
    changed = [name for name in {**new, **old} if old.get(name) != new.get(name)]
    is_told = (event.before and before is None) or (event.after and after is None)
    return replace(
        event,
        before={name: old[name] for name in changed if name in old} if event.before and before is None else None,
        after={name: new[name] for name in changed if name in new} if event.after and after is None else None,
        action=event.action if is_told else None,
        reason=event.reason if is_told else None,
        hides_before=before,
        hides_after=after,
    )


async def names(session: Session, actor: Actor, ids: Iterable[str]) -> Mapping[str, str]:
    """What people call the rows with these ids, of whatever table an activity refers to; terms by their label."""
    wanted = set(ids)
    uuids = sorted(each for each in wanted if _is_uuid(each))
    terms = sorted(wanted.difference(uuids))
    asked: list[Select[*tuple[Any, ...]]] = [
        select(cast(model.id, Text), words).where(allowed, model.id.in_([UUID(each) for each in uuids]))
        for model, words, allowed in (
            (Agency, Agency.title, Agency.id.is_not(None)),
            (Account, Account.title, Account.id.is_not(None)),
            (Place, Place.title, visible(actor, Place.mechanism_id)),
            (Responsibility, Responsibility.code, visible(actor, Responsibility.mechanism_id)),
            (Message, Message.code, visible(actor, Message.mechanism_id)),
            (Output, Output.code, visible(actor, Output.mechanism_id)),
            (Provenance, Provenance.reference, visible(actor, Provenance.mechanism_id)),
            (Activity, Activity.code, visible_activities(actor)),
        )
    ]
    asked.append(select(VocabularyTerm.id, VocabularyTerm.label).where(VocabularyTerm.id.in_(terms)))
    return {row[0]: row[1] for row in await session.execute(union_all(*asked))}


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
