"""Passwords: hashed and compared in a thread, set, changed, and asked for by mail when they are forgotten."""

import asyncio
import datetime as dt
import secrets
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from pydantic import Field, field_validator
from sqlalchemy import delete, text

from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import ApiToken
from taskforce.models.account import LINK_PURPOSES
from taskforce.queries import account as accounts
from taskforce.rules.password import weakness
from taskforce.services.account import RESET_LIFE, digest, end_sessions, end_unused_links
from taskforce.services.account_tries import Try, forget_try
from taskforce.services.command import Command
from taskforce.settings import settings

# Both change nothing where there is no such account: the same work is done for known and unknown addresses.
_LINK = text(
    "insert into one_time_link (token_hash, account_id, purpose, expires_at)"
    " select :token_hash, id, 'reset', :expires_at from account where email = :email and disabled_at is null"
)
_MAIL = text(
    "insert into outbox (recipient, subject, body)"
    " select email, :subject, :body from account where email = :email and disabled_at is null"
)


class SignIn(Command):
    """What the sign-in form sends."""

    email: str = Field(title="E-mail address", min_length=1, max_length=254)
    password: str = Field(title="Password", min_length=1, max_length=1024)
    next: str = Field(default="/desk", title="Next page", max_length=2000)


class ForgottenPassword(Command):
    """Whose password was forgotten."""

    email: str = Field(title="E-mail address", min_length=1, max_length=254)


class SetPassword(Command):
    """A new password, typed once; browsers offer to show it."""

    password: str = Field(title="Password", min_length=1, max_length=1024)

    @field_validator("password")
    @classmethod
    def is_hard_to_guess(cls, value: str) -> str:
        """Length and a blocklist, no composition rules."""
        found = weakness(value)
        if found:
            raise ValueError(found)
        return value


class ChangePassword(SetPassword):
    """A new password and the one before; whoever comes from a one-time link does not know that."""

    current: str | None = Field(default=None, title="Current password", max_length=1024)


def _hasher() -> PasswordHasher:
    return PasswordHasher(memory_cost=settings().argon2_memory_kib)


@cache
def _nobodys() -> str:
    """A hash that no password fits, of the same cost as all others."""
    return _hasher().hash(secrets.token_urlsafe(32))


async def hash_password(password: str) -> str:
    """An argon2id hash, made in a thread so that other requests go on."""
    return await asyncio.to_thread(_hasher().hash, password)


def _fits(stored: str, password: str) -> bool:
    try:
        return _hasher().verify(stored, password)
    except Argon2Error:
        return False


async def fits(stored: str | None, password: str) -> bool:
    """Whether the password fits; where there is none, it is compared with nobody's: one verification either way."""
    nobodys = await asyncio.to_thread(_nobodys)
    matched = await asyncio.to_thread(_fits, stored or nobodys, password)
    return matched and stored is not None


async def accept_try(session: Session, attempt: Try) -> UUID:
    """Forget a try whose password fitted. The account stays locked until the session that follows is opened.

    Raises:
        Refused: the password was changed, or the account disabled, while it was compared.
    """
    account = await accounts.for_update(session, attempt.account_id) if attempt.account_id else None
    if account is None or account.disabled_at or account.password_hash != attempt.password_hash:
        raise Refused("The e-mail address or the password is wrong. Check both and try again.", field="email")
    await forget_try(session, attempt)
    return account.id


async def set_password(session: Session, account_id: UUID, command: SetPassword) -> None:
    """Store a new password and end all sessions, unused links and API tokens of the account.

    Raises:
        Refused: it is little more than the own e-mail address or post.
    """
    account = await accounts.one(session, account_id)
    name, _, host = account.email.partition("@")
    found = weakness(command.password, known=(account.email, name, host, account.title))
    if found:
        raise Refused(found, field="password")
    account.password_hash = await hash_password(command.password)
    account.version += 1
    await session.flush()  # locks the account first, as using a link does
    await end_sessions(session, account_id)
    await session.execute(delete(ApiToken).where(ApiToken.account_id == account_id))
    await end_unused_links(session, account_id, LINK_PURPOSES)


async def language_of(session: Session, email: str) -> str:
    """The language in which a reset mail would be written; English for whoever is unknown."""
    found = await accounts.by_email(session, email)
    return found.language if found else "en"


async def put_reset(session: Session, email: str, secret: str, words: tuple[str, str], *, now: dt.datetime) -> None:
    """Store the reset link and its mail, subject and text, if there is such an account; say nothing of whether."""
    name, (subject, body) = email.strip().lower(), words
    await session.execute(_LINK, {"token_hash": digest(secret), "email": name, "expires_at": now + RESET_LIFE})
    await session.execute(_MAIL, {"subject": subject, "body": body, "email": name})
