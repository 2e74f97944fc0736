"""Questions of people about their own ways in: sessions and tokens of the API."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import ApiToken, ApiTokenUse, AuthSession


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A browser in which somebody is signed in."""

    id: UUID
    agent: str | None
    address: str | None
    created_at: dt.datetime
    seen_at: dt.datetime


@dataclass(frozen=True, slots=True)
class OwnToken:
    """A token of the API, without its secret."""

    id: UUID
    title: str
    scopes: list[str]
    created_at: dt.datetime
    expires_at: dt.datetime
    used_at: dt.datetime | None


async def own_sessions(session: Session, actor: Actor, *, now: dt.datetime) -> Sequence[OwnSession]:
    """The actor's live sessions, the one seen last first."""
    found = await session.execute(
        select(AuthSession.id, AuthSession.agent, AuthSession.address, AuthSession.created_at, AuthSession.seen_at)
        .where(
            AuthSession.account_id == actor.account_id, AuthSession.idle_until > now, AuthSession.absolute_until > now
        )
        .order_by(AuthSession.seen_at.desc(), AuthSession.id)
    )
    return [OwnSession(*row) for row in found]


async def own_tokens(session: Session, actor: Actor) -> Sequence[OwnToken]:
    """The actor's tokens, those that ended too, the newest first."""
    found = await session.execute(
        select(
            ApiToken.id,
            ApiToken.title,
            ApiToken.scopes,
            ApiToken.created_at,
            ApiToken.expires_at,
            ApiTokenUse.used_at,
        )
        .outerjoin(ApiTokenUse, ApiTokenUse.token_id == ApiToken.id)
        .where(ApiToken.account_id == actor.account_id)
        .order_by(ApiToken.created_at.desc(), ApiToken.id)
    )
    return [OwnToken(*row) for row in found]
