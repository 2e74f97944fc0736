"""Questions about all that happened in a mechanism: its audit events, narrowed and page by page."""

import datetime as dt
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, cast, func, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import Account, AuditEvent, AuditLink, Mechanism
from taskforce.queries import audit_event
from taskforce.queries.audit_event import EventRow
from taskforce.queries.visible import visible

PAGE_SIZE: Final = 50
BATCH: Final = 500  # changes of a file that are read at once
# Kinds of record that a reader narrows to, each with the tables of its parts and links.
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "activity": (
        "activity",
        "activity_capability",
        "activity_confirmation",
        "activity_joint",
        "activity_message",
        "activity_place",
        "activity_responsibility",
        "activity_support",
        "activity_target_group",
    ),
    "alert": ("duplication_alert",),
    "appointment": ("appointment",),
    "budget_line": ("budget_line",),
    "cost_item": ("cost_item", "cost_requirement"),
    "evidence": ("attachment",),
    "funding_source": ("funding_source", "funding_history", "agreement"),
    "indicator": ("indicator", "target"),
    "mechanism": ("mechanism", "provenance"),
    "membership": ("membership",),
    "message": ("message", "adoption"),
    "objective": ("objective", "objective_capability"),
    "output": ("output",),
    "place": ("place",),
    "plan": ("plan", "baseline"),
    "responsibility": ("responsibility", "responsibility_instrument", "assignment", "instrument"),
}


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """What a reader narrows the history to. `kind`: one of KINDS, or empty; the days are inclusive, in `zone`."""

    kind: str = ""
    person_id: UUID | None = None
    row_id: UUID | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Chain:
    """How far the chain over a mechanism's history reaches: sealed transactions, and the digest of the last, in hex."""

    position: int
    digest: str


def _which(mechanism_id: UUID, chosen: HistoryFilter) -> list[ColumnElement[bool]]:
    found = [AuditEvent.mechanism_id == mechanism_id]
    if chosen.kind:
        found.append(AuditEvent.table_name.in_(KINDS[chosen.kind]))
    if chosen.person_id:
        found.append(AuditEvent.principal == str(chosen.person_id))
    if chosen.row_id:
        found.append(AuditEvent.row_id == str(chosen.row_id))
    zone = ZoneInfo(chosen.zone)
    if chosen.starts_on:
        found.append(AuditEvent.happened_at >= dt.datetime.combine(chosen.starts_on, dt.time(), zone))
    if chosen.ends_on:
        following = chosen.ends_on + dt.timedelta(days=1)
        found.append(AuditEvent.happened_at < dt.datetime.combine(following, dt.time(), zone))
    return found


async def count(session: Session, actor: Actor, mechanism_id: UUID, chosen: HistoryFilter) -> int:
    """How many changes the filter leaves."""
    asked = (
        select(func.count())
        .select_from(AuditEvent)
        .join(Mechanism, Mechanism.id == AuditEvent.mechanism_id)
        .where(visible(actor, Mechanism.id), *_which(mechanism_id, chosen))
    )
    return int(await session.scalar(asked) or 0)


async def page(
    session: Session, actor: Actor, mechanism_id: UUID, chosen: HistoryFilter, number: int
) -> list[EventRow]:
    """One page of the changes, the latest first; pages count from 1."""
    return await audit_event.of_mechanism(
        session, actor, mechanism_id, _which(mechanism_id, chosen), ((number - 1) * PAGE_SIZE, PAGE_SIZE)
    )


async def every(
    session: Session, actor: Actor, mechanism_id: UUID, chosen: HistoryFilter
) -> AsyncIterator[list[EventRow]]:
    """All changes that the filter leaves, the latest first, a few hundred at a time."""
    which, older = _which(mechanism_id, chosen), list[ColumnElement[bool]]()
    while rows := await audit_event.of_mechanism(session, actor, mechanism_id, [*which, *older], (0, BATCH)):
        yield rows
        older = [AuditEvent.id < rows[-1].id]


async def people(session: Session, actor: Actor, mechanism_id: UUID) -> list[tuple[UUID, str]]:
    """Everybody with an account who ever changed something in the mechanism, by name."""
    principals = (
        select(AuditEvent.principal)
        .distinct()
        .join(Mechanism, Mechanism.id == AuditEvent.mechanism_id)
        .where(visible(actor, Mechanism.id), AuditEvent.mechanism_id == mechanism_id)
    )
    asked = select(Account.id, Account.title).where(cast(Account.id, String).in_(principals)).order_by(Account.title)
    return [(row[0], row[1]) for row in await session.execute(asked)]


async def chain(session: Session, actor: Actor, mechanism_id: UUID) -> Chain | None:
    """The last sealed link over this mechanism; None before the first change."""
    asked = (
        select(AuditLink.position, AuditLink.digest)
        .where(visible(actor, AuditLink.chain), AuditLink.chain == mechanism_id, AuditLink.digest.is_not(None))
        .order_by(AuditLink.position.desc())
        .limit(1)
    )
    found = (await session.execute(asked)).one_or_none()
    return Chain(found[0] or 0, (found[1] or b"").hex()) if found else None
