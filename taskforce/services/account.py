"""Accounts: signing in and out, one-time links, tokens of the API, new users."""

import asyncio
import datetime as dt
import hashlib
import secrets
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from pydantic import Field, field_validator
from sqlalchemy import delete, update

from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import Account, ApiToken, AuthSession, OneTimeLink, SignInAttempt
from taskforce.models.account import LINK_PURPOSES
from taskforce.queries import account as accounts
from taskforce.services.command import Command
from taskforce.settings import settings

IDLE = dt.timedelta(minutes=30)
ABSOLUTE = dt.timedelta(hours=12)
LINK_LIFE = dt.timedelta(days=7)
SEEN_EVERY = dt.timedelta(minutes=5)  # the session row is not written more often
TRIES_WINDOW = dt.timedelta(minutes=15)
MOST_TRIES = 10  # on one account name within the window
MOST_TRIES_FROM_ADDRESS = 50  # an office shares an address
SHORTEST_PASSWORD = 12
COMMON_PASSWORDS = frozenset({"password1234", "123456789012", "qwertyuiopas", "taskforce123", "administrator"})


class SignIn(Command):
    """What the sign-in form sends."""

    email: str = Field(title="E-mail address", min_length=1, max_length=254)
    password: str = Field(title="Password", min_length=1, max_length=1024)
    next: str = Field(default="/desk", title="Next page", max_length=2000)


class SetPassword(Command):
    """A new password, typed once; browsers offer to show it."""

    password: str = Field(title="Password", min_length=1, max_length=1024)

    @field_validator("password")
    @classmethod
    def is_hard_to_guess(cls, value: str) -> str:
        """Length and a blocklist, no composition rules. Source: NIST SP 800-63B section 5.1.1.2."""
        if len(value) < SHORTEST_PASSWORD:
            raise ValueError(f"The password must have {SHORTEST_PASSWORD} characters or more. Use a few words.")
        if value.lower() in COMMON_PASSWORDS or len(set(value)) < 5:
            raise ValueError("This password is easy to guess. Use a few words that do not belong together.")
        return value


class NewAccount(Command):
    """A user to add."""

    email: str = Field(title="E-mail address", pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)
    title: str = Field(title="Post", min_length=1, max_length=200, description='For example "Secretariat, Tanzania".')
    is_administrator: bool = Field(default=False, title="Administrator")


def _hasher() -> PasswordHasher:
    return PasswordHasher(memory_cost=settings().argon2_memory_kib)


def digest(secret: str) -> bytes:
    """What is stored of a random secret; its 32 bytes need no salt."""
    return hashlib.sha256(secret.encode()).digest()


async def hash_password(password: str) -> str:
    """An argon2id hash, made in a thread so that other requests go on."""
    return await asyncio.to_thread(_hasher().hash, password)


async def _matches(stored: str | None, password: str) -> bool:
    """Whether the password fits; an unknown account costs the same work as a known one."""
    try:
        if stored is None:
            await hash_password(password)
            return False
        return await asyncio.to_thread(_hasher().verify, stored, password)
    except Argon2Error:
        return False


async def begin_try(session: Session, email: str, address: str, *, now: dt.datetime) -> UUID:
    """Note a try before its password is compared, so that guesses in parallel are counted too: commit, then compare.

    Raises:
        Refused: this account name or this address must wait.
    """
    name = email.strip().lower()
    await accounts.lock_name(session, name)
    on_account, from_address = await accounts.attempt_count(
        session, since=now - TRIES_WINDOW, email=name, address=address
    )
    if on_account >= MOST_TRIES or from_address >= MOST_TRIES_FROM_ADDRESS:
        raise Refused("Too many tries. Wait 15 minutes, or ask the secretariat for a sign-in link.")
    attempt = SignInAttempt(email=name, address=address, tried_at=now)
    session.add(attempt)
    await session.flush()
    return attempt.id


async def check_password(session: Session, command: SignIn, attempt_id: UUID) -> UUID | None:
    """The account whose password this is, whose try is then forgotten, or None. The same work either way."""
    account = await accounts.by_email(session, command.email)
    usable = account is not None and account.disabled_at is None
    fits = await _matches(account.password_hash if account and usable else None, command.password)
    if account is None or not fits:
        return None
    await session.execute(delete(SignInAttempt).where(SignInAttempt.id == attempt_id))
    return account.id


async def open_session(session: Session, account_id: UUID, *, now: dt.datetime, address: str, agent: str) -> str:
    """A new session; the secret that is returned goes into the cookie and is stored nowhere."""
    secret = secrets.token_urlsafe(32)
    session.add(
        AuthSession(
            token_hash=digest(secret),
            account_id=account_id,
            csrf_secret=secrets.token_urlsafe(24),
            created_at=now,
            seen_at=now,
            idle_until=now + IDLE,
            absolute_until=now + ABSOLUTE,
            address=address[:100],
            agent=agent[:300],
            verified_at=now,
        )
    )
    await session.flush()
    return secret


async def note_seen(session: Session, token_hash: bytes, *, now: dt.datetime) -> None:
    """Move the idle limit of a session in use."""
    await session.execute(
        update(AuthSession).where(AuthSession.token_hash == token_hash).values(seen_at=now, idle_until=now + IDLE)
    )


async def end_session(session: Session, token_hash: bytes) -> None:
    """Sign out here."""
    await session.execute(delete(AuthSession).where(AuthSession.token_hash == token_hash))


async def make_link(session: Session, account_id: UUID, purpose: str, *, now: dt.datetime) -> str:
    """The secret of a new one-time link for an account."""
    secret = secrets.token_urlsafe(32)
    session.add(
        OneTimeLink(token_hash=digest(secret), account_id=account_id, purpose=purpose, expires_at=now + LINK_LIFE)
    )
    await session.flush()
    return secret


async def use_link(session: Session, secret: str, *, now: dt.datetime) -> OneTimeLink:
    """Use up a one-time link; other invitations and resets of the account that nobody used end with it.

    Raises:
        Refused: there is no such link, it was used, or it expired; which of them, nobody learns.
    """
    link = await accounts.link_for_update(session, digest(secret))
    account = await accounts.one(session, link.account_id) if link else None
    if link is None or link.used_at is not None or link.expires_at <= now or account is None or account.disabled_at:
        raise Refused("This link was used already, or has expired. Ask the secretariat for a new one.")
    link.used_at = now
    await session.flush()
    await _end_unused_links(session, link.account_id, ("invitation", "reset"))
    return link


async def _end_unused_links(session: Session, account_id: UUID, purposes: tuple[str, ...]) -> None:
    await session.execute(
        delete(OneTimeLink).where(
            OneTimeLink.account_id == account_id, OneTimeLink.used_at.is_(None), OneTimeLink.purpose.in_(purposes)
        )
    )


async def set_password(session: Session, account_id: UUID, command: SetPassword) -> None:
    """Store a new password and end all sessions, unused links and API tokens of the account."""
    account = await accounts.one(session, account_id)
    account.password_hash = await hash_password(command.password)
    account.version += 1
    await session.flush()  # locks the account first, as using a link does
    await session.execute(delete(AuthSession).where(AuthSession.account_id == account_id))
    await session.execute(delete(ApiToken).where(ApiToken.account_id == account_id))
    await _end_unused_links(session, account_id, LINK_PURPOSES)


async def add_account(session: Session, command: NewAccount) -> Account:
    """A new user without a password; a one-time link lets them set one.

    Raises:
        Refused: the address belongs to an account already.
    """
    email = command.email.strip().lower()
    if await accounts.by_email(session, email):
        raise Refused("%(email)s has an account already: appoint it instead", field="email", email=email)
    account = Account(email=email, title=command.title, is_administrator=command.is_administrator)
    session.add(account)
    await session.flush()
    return account


async def make_token(session: Session, account_id: UUID, title: str, *, now: dt.datetime, life: dt.timedelta) -> str:
    """A bearer token for the API; the secret that is returned is shown once and stored nowhere."""
    secret = secrets.token_urlsafe(32)
    session.add(
        ApiToken(token_hash=digest(secret), account_id=account_id, title=title, created_at=now, expires_at=now + life)
    )
    await session.flush()
    return secret


async def forget(session: Session, now: dt.datetime) -> None:
    """Delete sessions, links and tries that have run out."""
    await session.execute(delete(AuthSession).where(AuthSession.absolute_until < now))
    await session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < now))
    await session.execute(delete(SignInAttempt).where(SignInAttempt.tried_at < now - TRIES_WINDOW))
