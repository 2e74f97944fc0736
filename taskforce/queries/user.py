"""Questions of the administrator about users; no mechanism's content is among the answers."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, select

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.errors import NotFound
from taskforce.models import Account, AuthSession

PAGE = 50  # rows


@dataclass(frozen=True, slots=True)
class User:
    """An account as the administrator sees it."""

    id: UUID
    title: str
    email: str
    is_administrator: bool
    has_password: bool
    second_factor_at: dt.datetime | None
    seen_at: dt.datetime | None
    disabled_at: dt.datetime | None
    version: int


_SEEN = (
    select(func.max(AuthSession.seen_at)).where(AuthSession.account_id == Account.id).correlate(Account)
).scalar_subquery()
_USERS = select(
    Account.id,
    Account.title,
    Account.email,
    Account.is_administrator,
    Account.password_hash.is_not(None),
    Account.second_factor_at,
    _SEEN,
    Account.disabled_at,
    Account.version,
)


async def users(
    session: Session, actor: Actor, *, text: str = "", page: int = 1, size: int = PAGE
) -> tuple[Sequence[User], int]:
    """A page of the users whose post or address has this text, by post, and how many there are in all.

    Raises:
        NotAllowed: the actor is not the administrator.
    """
    require(actor, May.USER_READ)
    pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    wanted = or_(
        func.unaccent(Account.title).ilike(func.unaccent(pattern)),
        Account.email.ilike(pattern),
    )
    total = await session.scalar(select(func.count()).select_from(Account).where(wanted))
    found = await session.execute(
        _USERS.where(wanted)
        .order_by(func.lower(func.unaccent(Account.title)), Account.email)
        .limit(size)
        .offset((page - 1) * size)
    )
    return [User(*row) for row in found], total or 0


async def user(session: Session, actor: Actor, user_id: UUID) -> User:
    """One user.

    Raises:
        NotAllowed: the actor is not the administrator.
        NotFound: there is none.
    """
    require(actor, May.USER_READ)
    row = (await session.execute(_USERS.where(Account.id == user_id))).one_or_none()
    if row is None:
        raise NotFound("user")
    return User(*row)


async def lock_administrators(session: Session) -> None:
    """Lock all administrators in one order, so that the last two do not disable each other."""
    await session.execute(
        select(Account.id).where(Account.is_administrator).order_by(Account.id).with_for_update(of=Account)
    )


async def other_administrators(session: Session, *, but: UUID) -> int:
    """How many other administrators there are whose accounts are open."""
    others = select(func.count()).select_from(Account)
    return (
        await session.scalar(others.where(Account.is_administrator, Account.disabled_at.is_(None), Account.id != but))
        or 0
    )
