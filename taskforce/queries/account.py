"""Who signs in: accounts, sessions, one-time links, asked as the principal `sign_in`."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, exists, func, or_, select

from taskforce.access import Actor, Appointed, Role, actions_of, needs_second_factor, rights_of
from taskforce.db import Session
from taskforce.errors import NotFound
from taskforce.models import (
    Account,
    ApiToken,
    ApiTokenUse,
    Appointment,
    AuthSession,
    Installation,
    OneTimeLink,
    SignInAttempt,
)


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
            select(Account, AuthSession, _appointments(now.date()))
            .join(AuthSession, AuthSession.account_id == Account.id)
            .where(
                AuthSession.token_hash == token_hash,
                AuthSession.idle_until > now,
                AuthSession.absolute_until > now,
                Account.disabled_at.is_(None),
            )
            .execution_options(populate_existing=True)  # it may have been renewed in this very transaction
        )
    ).one_or_none()
    if row is None:
        return None
    account, held, appointments = row
    return SignedIn(
        id=held.id,
        actor=_actor(account, appointments),
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


async def by_token(session: Session, token_hash: bytes, *, now: dt.datetime) -> Bearer | None:
    """Who a bearer token of the API stands for, with its scopes, unless it expired or its account was disabled."""
    row = (
        await session.execute(
            select(Account, _appointments(now.date()), ApiToken.id, ApiToken.scopes, ApiTokenUse.used_at)
            .join(ApiToken, ApiToken.account_id == Account.id)
            .outerjoin(ApiTokenUse, ApiTokenUse.token_id == ApiToken.id)
            .where(ApiToken.token_hash == token_hash, ApiToken.expires_at > now, Account.disabled_at.is_(None))
        )
    ).one_or_none()
    if row is None:
        return None
    return Bearer(replace(_actor(row[0], row[1]), allowed=actions_of(row[3])), row[2], row[4])


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
