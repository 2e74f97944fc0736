"""Who signs in: accounts, sessions, one-time links, asked as the principal `sign_in`."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, ScalarSelect, Select, bindparam, exists, func, or_, select

from taskforce.access import Actor, Appointed, Role
from taskforce.db import Session, let_read
from taskforce.models import (
    Account,
    ApiToken,
    Appointment,
    AuthSession,
    Installation,
    Mechanism,
    OneTimeLink,
    SignInAttempt,
)
from taskforce.rules.periods import local_day


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live session: who acts, with its form secret, and when it was last noted as seen."""

    actor: Actor
    csrf: str
    seen_at: dt.datetime
    token_hash: bytes


def _appointments() -> ScalarSelect[Any]:
    """An account's appointments of `today`, or of the day before or after, as JSON.

    Which of the three days it is depends on the mechanism. The policy of the table lets the principal `sign_in` read.
    """
    held = Appointment.__table__.c
    today = bindparam("today", type_=Date)
    row = func.json_build_array(held.mechanism_id, held.role, held.agency_id, held.starts_on, held.ends_on)
    return (
        select(func.json_agg(row))
        .where(
            held.account_id == Account.id,
            held.starts_on <= today + 1,
            or_(held.ends_on.is_(None), held.ends_on >= today - 1),
        )
        .correlate(Account)
        .scalar_subquery()
    )


Held = tuple[str, str, str | None, str, str | None]  # mechanism, role, agency, first day, last day
DayIn = Callable[[str], dt.date]  # the day that it is in a time zone


async def _current(session: Session, held: list[Held] | None, today: dt.date, day_in: DayIn) -> list[Appointed]:
    """Those that are in force on the day that it is in their mechanism; `today`: the day in UTC.

    Only for one that begins or ends these days is it asked where the clocks of its mechanism hang.
    """
    rows = [
        (*each[:3], dt.date.fromisoformat(each[3]), each[4] and dt.date.fromisoformat(each[4])) for each in held or ()
    ]
    close = frozenset(UUID(row[0]) for row in rows if row[3] >= today or (row[4] and row[4] <= today))
    days: dict[str, dt.date] = {}
    if close:
        await let_read(session, close)
        zones = await session.execute(select(Mechanism.id, Mechanism.time_zone).where(Mechanism.id.in_(close)))
        days = {str(row[0]): day_in(row[1]) for row in zones}
    return [
        Appointed(UUID(mechanism), Role(role), UUID(agency) if agency else None)
        for mechanism, role, agency, starts_on, ends_on in rows
        if starts_on <= days.get(mechanism, today) and (not ends_on or ends_on >= days.get(mechanism, today))
    ]


def _actor(account: Account, appointments: list[Appointed]) -> Actor:
    return Actor(
        principal=str(account.id),
        title=account.title,
        account_id=account.id,
        is_administrator=account.is_administrator,
        language=account.language,
        appointments=tuple(appointments),
    )


async def by_email(session: Session, email: str) -> Account | None:
    """The account of an address, whether disabled or not."""
    return await session.scalar(select(Account).where(Account.email == email.strip().lower()))


async def actor_of(session: Session, account_id: UUID, today: dt.date) -> Actor:
    """An account as an actor, with its appointments of today."""
    statement = select(Account, _appointments()).where(Account.id == account_id)
    row = (await session.execute(statement, {"today": today})).one()
    return _actor(row[0], await _current(session, row[1], today, lambda _zone: today))


@cache
def _signed_in() -> Select[Account, str, dt.datetime, Any]:
    """Every page asks this, so it is built once."""
    now = bindparam("now", type_=DateTime(timezone=True))
    return (
        select(Account, AuthSession.csrf_secret, AuthSession.seen_at, _appointments())
        .join(AuthSession, AuthSession.account_id == Account.id)
        .where(
            AuthSession.token_hash == bindparam("token_hash"),
            AuthSession.idle_until > now,
            AuthSession.absolute_until > now,
            Account.disabled_at.is_(None),
        )
    )


async def signed_in(session: Session, token_hash: bytes, *, now: dt.datetime) -> SignedIn | None:
    """Who holds this session, unless it ended, idled out, or its account was disabled."""
    asked = {"token_hash": token_hash, "now": now, "today": now.date()}
    row = (await session.execute(_signed_in(), asked)).one_or_none()
    if row is None:
        return None
    return SignedIn(
        actor=_actor(row[0], await _current(session, row[3], now.date(), partial(local_day, now))),
        csrf=row[1],
        seen_at=row[2],
        token_hash=token_hash,
    )


@cache
def _by_token() -> Select[Account, Any]:
    """Every call of the API asks this, so it is built once."""
    return (
        select(Account, _appointments())
        .join(ApiToken, ApiToken.account_id == Account.id)
        .where(
            ApiToken.token_hash == bindparam("token_hash"),
            ApiToken.expires_at > bindparam("now"),
            Account.disabled_at.is_(None),
        )
    )


async def by_token(session: Session, token_hash: bytes, *, now: dt.datetime) -> Actor | None:
    """Who a bearer token of the API stands for, unless it expired or its account was disabled."""
    asked = {"token_hash": token_hash, "now": now, "today": now.date()}
    row = (await session.execute(_by_token(), asked)).one_or_none()
    if row is None:
        return None
    return _actor(row[0], await _current(session, row[1], now.date(), partial(local_day, now)))


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
