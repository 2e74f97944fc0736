"""Accounts: new users, their one-time links and their sessions."""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from uuid import UUID

from pydantic import Field
from sqlalchemy import delete, update

from taskforce.access import Actor, May, require, rights_of
from taskforce.db import Session
from taskforce.errors import NotFound, Refused
from taskforce.models import Account, AuthSession, OneTimeLink, SignInAttempt
from taskforce.queries import account as accounts
from taskforce.queries.account import SignedIn
from taskforce.services.account_tries import WINDOW
from taskforce.services.command import Command

IDLE = dt.timedelta(minutes=30)
ABSOLUTE = dt.timedelta(hours=12)
LINK_LIFE = dt.timedelta(days=7)
RESET_LIFE = dt.timedelta(hours=24)  # asked for by its reader, who waits for it
SEEN_EVERY = dt.timedelta(minutes=5)  # the session row is not written more often
STEP_UP = dt.timedelta(minutes=15)  # for so long after a password or a code dangerous actions are open


class NewAccount(Command):
    """A user to add."""

    email: str = Field(title="E-mail address", pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)
    title: str = Field(title="Post", min_length=1, max_length=200, description='For example "Secretariat, Tanzania".')
    is_administrator: bool = Field(default=False, title="Administrator")


class EditOwnAccount(Command):
    """What people change of their own account."""

    language: str = Field(title="Language", pattern=r"^[a-z]{2,3}$", description="Its code, like en or sw.")


@dataclass(frozen=True, slots=True)
class Entry:
    """How a session begins: from which address and program, by a link or not, with a second factor or not."""

    address: str
    agent: str
    is_from_link: bool = False
    has_second_factor: bool = False


@dataclass(frozen=True, slots=True)
class Renewed:
    """The new secrets of a session; the one of the cookie is stored nowhere."""

    secret: str
    csrf: str


def new_secret() -> str:
    """32 random bytes that fit into an address; made by us, never taken from a client."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is stored of a random secret; its 32 bytes need no salt."""
    return hashlib.sha256(secret.encode()).digest()


async def open_session(session: Session, account_id: UUID, entry: Entry, *, now: dt.datetime) -> str:
    """A new session; the secret that is returned goes into the cookie and is stored nowhere."""
    secret = new_secret()
    actor = await accounts.actor_of(session, account_id, now.date())
    session.add(
        AuthSession(
            token_hash=digest(secret),
            account_id=account_id,
            csrf_secret=secrets.token_urlsafe(24),
            created_at=now,
            seen_at=now,
            idle_until=now + IDLE,
            absolute_until=now + ABSOLUTE,
            address=entry.address[:100],
            agent=entry.agent[:300],
            verified_at=now,
            second_factor_at=now if entry.has_second_factor else None,
            is_from_link=entry.is_from_link,
            rights=sorted(rights_of(actor)),
        )
    )
    await session.flush()
    return secret


async def renew_session(
    session: Session, found: SignedIn, *, now: dt.datetime, is_verified: bool = False, has_second_factor: bool = False
) -> Renewed | None:
    """Give a session new secrets, since it is worth more than before; the old cookie stops working.

    `is_verified`: a password or a code was given just now. None: the session was ended meanwhile, and stays ended.
    """
    renewed = Renewed(new_secret(), secrets.token_urlsafe(24))
    changes: dict[str, object] = {
        "token_hash": digest(renewed.secret),
        "earlier_token_hash": found.token_hash,
        "csrf_secret": renewed.csrf,
        "rights": sorted(rights_of(found.actor)),
        "seen_at": now,
        "idle_until": now + IDLE,
    }
    changes |= {"verified_at": now} if is_verified else {}
    changes |= {"second_factor_at": now} if has_second_factor else {}
    statement = update(AuthSession).where(AuthSession.token_hash == found.token_hash).values(changes)
    return renewed if await session.scalar(statement.returning(AuthSession.id)) else None


async def note_seen(session: Session, token_hash: bytes, *, now: dt.datetime) -> None:
    """Move the idle limit of a session in use."""
    await session.execute(
        update(AuthSession).where(AuthSession.token_hash == token_hash).values(seen_at=now, idle_until=now + IDLE)
    )


async def end_session(session: Session, token_hash: bytes) -> None:
    """Sign out here, also with a secret that was renewed while the request was on its way."""
    await session.execute(
        delete(AuthSession).where(
            (AuthSession.token_hash == token_hash) | (AuthSession.earlier_token_hash == token_hash)
        )
    )


async def end_sessions(session: Session, account_id: UUID, *, but: UUID | None = None) -> None:
    """Sign an account out everywhere, or everywhere else: `but` is the session that stays."""
    ended = delete(AuthSession).where(AuthSession.account_id == account_id)
    await session.execute(ended if but is None else ended.where(AuthSession.id != but))


async def end_own_session(session: Session, actor: Actor, session_id: UUID) -> None:
    """End one session of the actor's own.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    require(actor, May.OWN_ACCOUNT_EDIT)
    ended = delete(AuthSession).where(AuthSession.id == session_id, AuthSession.account_id == actor.account_id)
    if await session.scalar(ended.returning(AuthSession.id)) is None:
        raise NotFound("session")


async def edit_own_account(session: Session, actor: Actor, command: EditOwnAccount) -> Account:
    """Change what people change of their own account."""
    require(actor, May.OWN_ACCOUNT_EDIT)
    account = await accounts.own(session, actor)
    if account.language != command.language:
        account.language = command.language
        account.version += 1
    await session.flush()
    return account


async def make_link(session: Session, account_id: UUID, purpose: str, *, now: dt.datetime) -> str:
    """The secret of a new one-time link for an account."""
    secret = new_secret()
    life = RESET_LIFE if purpose == "reset" else LINK_LIFE
    session.add(OneTimeLink(token_hash=digest(secret), account_id=account_id, purpose=purpose, expires_at=now + life))
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
    await end_unused_links(session, link.account_id, ("invitation", "reset"))
    return link


async def end_unused_links(session: Session, account_id: UUID, purposes: tuple[str, ...]) -> None:
    """Make links of these purposes that nobody used stop working."""
    await session.execute(
        delete(OneTimeLink).where(
            OneTimeLink.account_id == account_id, OneTimeLink.used_at.is_(None), OneTimeLink.purpose.in_(purposes)
        )
    )


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


async def forget(session: Session, now: dt.datetime) -> None:
    """Delete sessions, links and tries that have run out."""
    await session.execute(delete(AuthSession).where(AuthSession.absolute_until < now))
    await session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < now))
    await session.execute(delete(SignInAttempt).where(SignInAttempt.tried_at < now - WINDOW))
