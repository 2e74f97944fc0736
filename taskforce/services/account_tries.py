"""Failed tries: counted in the database, so that limits hold over all workers and for guesses in parallel."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete

from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import SignInAttempt
from taskforce.queries import account as accounts
from taskforce.settings import settings

WINDOW = dt.timedelta(minutes=15)
MOST_TRIES = 10  # on one account name within the window


@dataclass(frozen=True, slots=True)
class Try:
    """A try that was counted, with what it is about to be compared with; None where nobody may sign in."""

    id: UUID
    account_id: UUID | None
    password_hash: str | None


async def begin_try(session: Session, email: str, address: str, *, now: dt.datetime, kind: str = "sign_in") -> Try:
    """Count a try before anything is compared, so that guesses in parallel are counted too: commit, then compare.

    Name and address are locked until the commit, names before addresses, so that nobody waits for each other.
    The same statements run for known and unknown names.

    Raises:
        Refused: this account name or this address must wait.
    """
    name = email.strip().lower()
    await accounts.lock_tries(session, name, address)
    on_account, from_address = await accounts.attempt_count(
        session, since=now - WINDOW, email=name, address=address, kind=kind
    )
    if on_account >= MOST_TRIES or from_address >= settings().most_tries_from_address:
        raise Refused("Too many tries. Wait 15 minutes, or ask the secretariat for a sign-in link.")
    attempt = SignInAttempt(email=name, address=address, tried_at=now, kind=kind)
    session.add(attempt)
    await session.flush()
    known = await accounts.by_email(session, name)
    is_open = known is not None and known.disabled_at is None
    return Try(
        id=attempt.id,
        account_id=known.id if known and is_open else None,
        password_hash=known.password_hash if known and is_open else None,
    )


async def forget_try(session: Session, attempt: Try) -> None:
    """Take a try back that was right."""
    await session.execute(delete(SignInAttempt).where(SignInAttempt.id == attempt.id))
