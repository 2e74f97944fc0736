"""Who signs in: accounts, sessions, one-time links, asked as the principal `sign_in`."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, exists, func, or_, select

from taskforce.access import Actor, Appointed, Role
from taskforce.db import Session
from taskforce.models import Account, ApiToken, Appointment, AuthSession, Installation, OneTimeLink, SignInAttempt


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live session: who acts, with its form secret, and when it was last noted as seen."""

    actor: Actor
    csrf: str
    seen_at: dt.datetime
    token_hash: bytes


def _appointments(today: dt.date) -> ScalarSelect[Any]:
    """An account's appointments of a day as JSON; the policy of the table lets the principal `sign_in` read them."""
    held = Appointment.__table__.c
    return (
        select(func.json_agg(func.json_build_array(held.mechanism_id, held.role, held.agency_id)))
        .where(
            held.account_id == Account.id,
            held.starts_on <= today,
            or_(held.ends_on.is_(None), held.ends_on >= today),
        )
        .correlate(Account)
        .scalar_subquery()
    )


def _actor(account: Account, appointments: list[tuple[str, str, str | None]] | None) -> Actor:
    return Actor(
        principal=str(account.id),
        title=account.title,
        account_id=account.id,
        is_administrator=account.is_administrator,
        language=account.language,
        appointments=tuple(
            Appointed(UUID(mechanism_id), Role(role), UUID(agency_id) if agency_id else None)
            for mechanism_id, role, agency_id in appointments or ()
        ),
    )


async def by_email(session: Session, email: str) -> Account | None:
    """The account of an address, whether disabled or not."""
    return await session.scalar(select(Account).where(Account.email == email.strip().lower()))


async def actor_of(session: Session, account_id: UUID, today: dt.date) -> Actor:
    """An account as an actor, with its appointments of today."""
    row = (await session.execute(select(Account, _appointments(today)).where(Account.id == account_id))).one()
    return _actor(row[0], row[1])


async def signed_in(session: Session, token_hash: bytes, *, now: dt.datetime) -> SignedIn | None:
    """Who holds this session, unless it ended, idled out, or its account was disabled."""
    row = (
        await session.execute(
            select(
                Account,
                AuthSession.csrf_secret,
                AuthSession.seen_at,
                _appointments(now.date()),
            )
            .join(AuthSession, AuthSession.account_id == Account.id)
            .where(
                AuthSession.token_hash == token_hash,
                AuthSession.idle_until > now,
                AuthSession.absolute_until > now,
                Account.disabled_at.is_(None),
            )
        )
    ).one_or_none()
    if row is None:
        return None
    return SignedIn(
        actor=_actor(row[0], row[3]),
        csrf=row[1],
        seen_at=row[2],
        token_hash=token_hash,
    )


async def by_token(session: Session, token_hash: bytes, *, now: dt.datetime) -> Actor | None:
    """Who a bearer token of the API stands for, unless it expired or its account was disabled."""
    row = (
        await session.execute(
            select(Account, _appointments(now.date()))
            .join(ApiToken, ApiToken.account_id == Account.id)
            .where(ApiToken.token_hash == token_hash, ApiToken.expires_at > now, Account.disabled_at.is_(None))
        )
    ).one_or_none()
    return None if row is None else _actor(row[0], row[1])


async def link_for_update(session: Session, token_hash: bytes) -> OneTimeLink | None:
    """A one-time link, locked, so that two who open it at once do not both get in.

    Its account is locked first: using a link ends others, and two that do so at once must not wait for each other.
    """
    await session.execute(
        select(Account.id)
        .join(OneTimeLink, OneTimeLink.account_id == Account.id)
        .where(OneTimeLink.token_hash == token_hash)
        .with_for_update(of=Account)
    )
    return await session.get(OneTimeLink, token_hash, with_for_update=True)


async def was_used(session: Session, account_id: UUID) -> bool:
    """Whether somebody came in by the account, as far as its links and sessions are still stored."""
    links, seen = OneTimeLink.account_id == account_id, AuthSession.account_id == account_id
    asked = select(exists().where(links, OneTimeLink.used_at.is_not(None)) | exists().where(seen))
    return bool(await session.scalar(asked))


async def lock_name(session: Session, email: str) -> None:
    """Let one at a time count the tries on an account name, known or not, until the transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(email))))


async def attempt_count(session: Session, *, since: dt.datetime, email: str, address: str) -> tuple[int, int]:
    """Failed tries since a moment: on this account name, from this address."""
    row = (
        await session.execute(
            select(
                func.count().filter(SignInAttempt.email == email),
                func.count().filter(SignInAttempt.address == address),
            ).where(
                SignInAttempt.tried_at > since,
                (SignInAttempt.email == email) | (SignInAttempt.address == address),
            )
        )
    ).one()
    return row[0], row[1]


async def is_demonstration(session: Session) -> bool:
    """Whether this installation shows invented data."""
    return bool(await session.scalar(select(Installation.is_demonstration)))


async def account_count(session: Session) -> int:
    """How many accounts there are; none means an installation that nobody has set up yet."""
    return await session.scalar(select(func.count()).select_from(Account)) or 0


async def one(session: Session, account_id: UUID) -> Account:
    """An account by its id."""
    return await session.get_one(Account, account_id)
