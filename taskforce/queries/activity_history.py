"""What happened to one activity, as the audit tells it, and the names that stand behind its ids."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
from taskforce.queries.visible import visible, visible_activities

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
    """One changed row: before and after as the database stored them, who, in which action and transaction."""

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


async def events(session: Session, actor: Actor, mechanism_id: UUID, activity_id: UUID) -> list[Event]:
    """The changes of an activity that the caller found visible, and of its links, the newest first."""
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
        return []
    return [Event(*row) for row in await session.execute(statement)]


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
