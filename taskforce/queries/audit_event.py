"""Questions about what changed: the audit events of a few rows."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import String, cast, func, select

from taskforce.access import SYSTEM_PRINCIPALS, Actor
from taskforce.db import Session
from taskforce.models import Account, AuditEvent, Mechanism
from taskforce.queries.visible import visible


@dataclass(frozen=True, slots=True)
class EventRow:
    """One changed row. `who` is the post of a person, or the name of a system principal."""

    happened_at: dt.datetime
    who: str
    table_name: str
    operation: str
    before: dict[str, object] | None
    after: dict[str, object] | None
    reason: str | None


async def events(
    session: Session, actor: Actor, mechanism_id: UUID, rows: Sequence[UUID], *, most: int = 50
) -> list[EventRow]:
    """What happened to these rows, the latest first; link rows count to the row that they belong to."""
    found = await session.execute(
        select(
            AuditEvent.happened_at,
            func.coalesce(Account.title, AuditEvent.principal).label("who"),
            AuditEvent.table_name,
            AuditEvent.operation,
            AuditEvent.before,
            AuditEvent.after,
            AuditEvent.reason,
        )
        .join(Mechanism, Mechanism.id == AuditEvent.mechanism_id)
        .outerjoin(Account, cast(Account.id, String) == AuditEvent.principal)
        .where(
            visible(actor, Mechanism.id),
            AuditEvent.mechanism_id == mechanism_id,
            AuditEvent.row_id.in_([str(row) for row in rows]),
        )
        .order_by(AuditEvent.id.desc())
        .limit(most)
    )
    posts = {each.principal: each.title for each in SYSTEM_PRINCIPALS}
    return [EventRow(**(row | {"who": posts.get(row["who"], row["who"])})) for row in map(dict, found.mappings())]
