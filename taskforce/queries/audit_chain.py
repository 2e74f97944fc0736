"""Questions about the chains over the audit events: their heads, what does not fit, every event in order."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql import distinct_on

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import AuditEvent, AuditLink, Mechanism
from taskforce.models.audit_event import INSTALLATION_CHAIN
from taskforce.queries.visible import visible

# A link fits when it follows from the one before and its digest is that of the events that are stored now.
FAULTS = text("""
select link.position,
  case
    when link.digest is null then 'a transaction was kept whose changes were never sealed'
    when link.position <> coalesce(link.before_position, 0) + 1 then 'links before this one are missing'
    when link.previous <> coalesce(link.before_digest, ''::bytea) then 'it does not follow from the link before'
    when link.event_count <> found.event_count then
      format('%s events were sealed, and %s are stored', link.event_count, found.event_count)
    else 'its events are not those that were sealed'
  end
from (
  select *, lag(position) over chain as before_position, lag(digest) over chain as before_digest
  from audit_link where chain = :chain window chain as (order by position)
) as link
cross join lateral audit_digest(link.id, link.chain, link.position, link.previous) as found
where link.digest is null
  or link.position <> coalesce(link.before_position, 0) + 1
  or link.previous <> coalesce(link.before_digest, ''::bytea)
  or link.digest <> found.digest
order by link.position
""")


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain reaches. `code` names its mechanism, or is INSTALLATION; `digest`, in hex, covers all before."""

    chain: UUID
    code: str
    position: int
    digest: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A link of a chain that does not fit what is stored. `position` is None for one that was never sealed."""

    code: str
    position: int | None
    text: str


async def heads(session: Session, actor: Actor) -> list[Head]:
    """The last sealed link of each chain that the actor may read, by the code of its mechanism."""
    may_read = visible(actor, AuditLink.chain)
    if actor.row_context.installation:
        may_read = or_(may_read, AuditLink.chain == INSTALLATION_CHAIN)
    found = await session.execute(
        select(AuditLink.chain, Mechanism.code, AuditLink.position, AuditLink.digest)
        .outerjoin(Mechanism, Mechanism.id == AuditLink.chain)
        .where(AuditLink.digest.is_not(None), may_read)
        .ext(distinct_on(AuditLink.chain))
        .order_by(AuditLink.chain, AuditLink.position.desc())
    )
    rows = [
        Head(chain, code or "INSTALLATION", position or 0, (digest or b"").hex())
        for chain, code, position, digest in found
    ]
    return sorted(rows, key=lambda head: head.code)


async def faults(session: Session, head: Head) -> list[Fault]:
    """Every link of one chain that does not fit, with what is wrong; reads all events of the chain."""
    found = await session.execute(FAULTS, {"chain": head.chain})
    return [Fault(head.code, position, what) for position, what in found]


async def digest_at(session: Session, chain: UUID, position: int) -> str | None:
    """The digest, in hex, of one link of a chain; None where the chain does not reach so far."""
    found = await session.scalar(
        select(AuditLink.digest).where(AuditLink.chain == chain, AuditLink.position == position)
    )
    return found.hex() if found else None


async def event_count(session: Session, chains: Sequence[UUID]) -> int:
    """How many events the chains hold."""
    counted = select(func.sum(AuditLink.event_count)).where(AuditLink.chain.in_(chains))
    return int(await session.scalar(counted) or 0)


async def every_event(session: Session, head: Head) -> AsyncIterator[dict[str, Any]]:
    """The events of a chain in the order in which they were sealed, each with the position and digest of its link."""
    rows = await session.stream(
        select(
            AuditLink.position,
            AuditLink.digest,
            AuditEvent.id,
            AuditEvent.happened_at,
            AuditEvent.table_name,
            AuditEvent.row_id,
            AuditEvent.operation,
            AuditEvent.before,
            AuditEvent.after,
            AuditEvent.principal,
            AuditEvent.action,
            AuditEvent.reason,
            AuditEvent.transaction_id,
        )
        .join(AuditEvent, AuditEvent.link_id == AuditLink.id)
        .where(AuditLink.chain == head.chain, AuditLink.position <= head.position)
        .order_by(AuditLink.position, AuditEvent.id)
        .execution_options(yield_per=500)
    )
    async for row in rows.mappings():
        yield dict(row) | {"chain": head.code, "digest": row["digest"].hex()}
