"""Who signs in: accounts, sessions, one-time links, asked as the principal `sign_in`."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, ScalarSelect, Select, bindparam, exists, func, or_, select

from taskforce.access import Actor, Appointed, Role, actions_of, needs_second_factor, rights_of
from taskforce.db import Session, let_read
from taskforce.errors import NotFound
from taskforce.models import (
    Account,
    ApiToken,
    ApiTokenUse,
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
    """A live session: who acts, its form secret, what it was opened with, and what its account has by now.

    `rights` are the roles when it was opened; `code_at` when a code was given in it.
    """

    id: UUID
    actor: Actor
    email: str
    csrf: str
    seen_at: dt.datetime
    verified_at: dt.datetime
    code_at: dt.datetime | None
    is_from_link: bool
    rights: frozenset[str]
    token_hash: bytes
    has_password: bool
    has_second_factor: bool

    @property
    def lacks_code(self) -> bool:
        """Whether a code of the second factor is still to be given."""
        return self.has_second_factor and self.code_at is None

    @property
    def lacks_second_factor(self) -> bool:
        """Whether a second factor is obligatory by now and not there, nor made up for by a link."""
        return not self.has_second_factor and self.code_at is None and needs_second_factor(self.actor)

    @property
    def lost_rights(self) -> bool:
        """Whether a role of the start is gone."""
        return not self.rights <= rights_of(self.actor)

    @property
    def gained_rights(self) -> bool:
        """Whether there is a role that the start did not have."""
        return not rights_of(self.actor) <= self.rights


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token stands for, and when that was last noted."""

    actor: Actor
    token_id: UUID
    used_at: dt.datetime | None


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
def _signed_in() -> Select[Account, AuthSession, Any]:
    """Every page asks this, so it is built once."""
    now = bindparam("now", type_=DateTime(timezone=True))
    return (
        select(Account, AuthSession, _appointments())
        .join(AuthSession, AuthSession.account_id == Account.id)
        .where(
            AuthSession.token_hash == bindparam("token_hash"),
            AuthSession.idle_until > now,
            AuthSession.absolute_until > now,
            Account.disabled_at.is_(None),
        )
        .execution_options(populate_existing=True)  # it may have been renewed in this very transaction
    )


async def signed_in(session: Session, token_hash: bytes, *, now: dt.datetime) -> SignedIn | None:
    """Who holds this session, unless it ended, idled out, or its account was disabled."""
    asked = {"token_hash": token_hash, "now": now, "today": now.date()}
    row = (await session.execute(_signed_in(), asked)).one_or_none()
    if row is None:
        return None
    account, held, appointments = row
    return SignedIn(
        id=held.id,
        actor=_actor(account, await _current(session, appointments, now.date(), partial(local_day, now))),
        email=account.email,
        csrf=held.csrf_secret,
        seen_at=held.seen_at,
        verified_at=held.verified_at,
        code_at=held.second_factor_at,
        is_from_link=held.is_from_link,
        rights=frozenset(held.rights),
        token_hash=token_hash,
        has_password=account.password_hash is not None,
        has_second_factor=account.second_factor_at is not None,
    )


@cache
def _by_token() -> Select[Account, Any, UUID, list[str], dt.datetime | None]:
    """Every call of the API asks this, so it is built once."""
    return (
        select(Account, _appointments(), ApiToken.id, ApiToken.scopes, ApiTokenUse.used_at)
        .join(ApiToken, ApiToken.account_id == Account.id)
        .outerjoin(ApiTokenUse, ApiTokenUse.token_id == ApiToken.id)
        .where(
            ApiToken.token_hash == bindparam("token_hash"),
            ApiToken.expires_at > bindparam("now"),
            Account.disabled_at.is_(None),
        )
    )


async def by_token(session: Session, token_hash: bytes, *, now: dt.datetime) -> Bearer | None:
    """Who a bearer token of the API stands for, with its scopes, unless it expired or its account was disabled."""
    asked = {"token_hash": token_hash, "now": now, "today": now.date()}
    row = (await session.execute(_by_token(), asked)).one_or_none()
    if row is None:
        return None
    actor = _actor(row[0], await _current(session, row[1], now.date(), partial(local_day, now)))
    return Bearer(replace(actor, allowed=actions_of(row[3])), row[2], row[4])


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


async def lock_tries(session: Session, email: str, address: str) -> None:
    """Let one at a time count the tries on an account name, known or not, and from an address, until the commit.

    Names and addresses have lock numbers of their own, and names come first: nobody waits in a circle.
    """
    for number, text in ((1, email), (2, address)):
        await session.execute(select(func.pg_advisory_xact_lock(number, func.hashtext(text))))


async def attempt_count(
    session: Session, *, since: dt.datetime, email: str, address: str, kind: str
) -> tuple[int, int]:
    """Failed tries of a kind since a moment: on this account name, from this address."""
    row = (
        await session.execute(
            select(
                func.count().filter(SignInAttempt.email == email),
                func.count().filter(SignInAttempt.address == address),
            ).where(
                SignInAttempt.tried_at > since,
                SignInAttempt.kind == kind,
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


async def for_update(session: Session, account_id: UUID) -> Account | None:
    """An account, locked until the transaction ends, as it is now."""
    locked = select(Account).where(Account.id == account_id).with_for_update()
    return await session.scalar(locked.execution_options(populate_existing=True))


async def own(session: Session, actor: Actor, *, for_update: bool = False) -> Account:
    """The actor's own account.

    Raises:
        NotFound: a system principal has none.
    """
    if actor.account_id is None:
        raise NotFound("account")
    statement = select(Account).where(Account.id == actor.account_id)
    locked = statement.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(locked if for_update else statement)).one()


async def token_count(session: Session, account_id: UUID, *, now: dt.datetime) -> int:
    """How many tokens of an account are good."""
    good = select(func.count()).select_from(ApiToken)
    return await session.scalar(good.where(ApiToken.account_id == account_id, ApiToken.expires_at > now)) or 0
