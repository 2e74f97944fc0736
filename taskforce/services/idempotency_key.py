"""Keys of changes that were made, so that the same change sent twice is made once."""

import datetime as dt
from typing import Any

from sqlalchemy import delete, text, update

from taskforce.db import Session
from taskforce.models import IdempotencyKey

KEPT_FOR = dt.timedelta(days=2)

_TAKE = text(
    "insert into idempotency_key (principal, key, request_hash) values (:principal, :key, :digest)"
    " on conflict do nothing returning key"
)


async def take(session: Session, principal: str, key: str, digest: str) -> IdempotencyKey | None:
    """Take a key; whoever finds it taken gets the earlier record, after waiting for its transaction to end."""
    taken = await session.scalar(_TAKE, {"principal": principal, "key": key, "digest": digest})
    return None if taken else await session.get(IdempotencyKey, (principal, key))


async def keep(session: Session, principal: str, key: str, answer: dict[str, Any]) -> None:
    """Store the answer beside its key, in the transaction that made the change."""
    own = (IdempotencyKey.principal == principal, IdempotencyKey.key == key)
    await session.execute(update(IdempotencyKey).where(*own).values(answer=answer))


async def forget(session: Session, now: dt.datetime) -> None:
    """Delete the keys that nobody will send again."""
    await session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEPT_FOR))
