"""Which mail is next, asked as the principal `outbox`."""

import datetime as dt

from sqlalchemy import select

from taskforce.db import Session
from taskforce.models import Outbox


async def next_due(session: Session, *, now: dt.datetime) -> Outbox | None:
    """The mail that has waited longest and is due, locked; what another worker is sending is passed over."""
    return await session.scalar(
        select(Outbox)
        .where(Outbox.sent_at.is_(None), Outbox.failed_at.is_(None), Outbox.next_try_at <= now)
        .order_by(Outbox.next_try_at, Outbox.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
