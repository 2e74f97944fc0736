"""Tokens of the API: made with a part of the maker's rights, shown once, stored as a hash, ended by themselves."""

import datetime as dt
import secrets
from uuid import UUID

from pydantic import Field
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from taskforce.access import Actor, May, TokenScope, actions_of, require
from taskforce.access.policy import may_somewhere
from taskforce.db import Session
from taskforce.errors import NotFound, Refused
from taskforce.models import ApiToken, ApiTokenUse
from taskforce.queries import account as accounts
from taskforce.services.account import SEEN_EVERY, digest
from taskforce.services.command import Command
from taskforce.services.field_types import OneLine

LONGEST_DAYS = 366
MOST_TOKENS = 50  # of one account at a time


class MakeToken(Command):
    """A token to make."""

    title: OneLine = Field(title="What it is for", min_length=1, max_length=200)
    scopes: list[TokenScope] = Field(title="What it may do", min_length=1, max_length=len(TokenScope))
    days: int = Field(default=90, title="Days until it ends", ge=1, le=LONGEST_DAYS)


def offered_scopes(actor: Actor) -> list[TokenScope]:
    """The scopes of which the actor may do at least one action somewhere, beyond what anybody may."""
    anybodys = actions_of([])
    return [
        each for each in TokenScope if any(may_somewhere(actor, action) for action in actions_of([each]) - anybodys)
    ]


async def make_own_token(
    session: Session, actor: Actor, command: MakeToken, *, now: dt.datetime
) -> tuple[ApiToken, str]:
    """A token for the actor's own programs, with the secret that is shown once.

    Raises:
        Refused: a scope is not the actor's to give, or there are too many tokens.
    """
    require(actor, May.TOKEN_EDIT)
    account = await accounts.own(session, actor, for_update=True)
    beyond = set(command.scopes) - set(offered_scopes(actor))
    # a token makes no token that may do more than itself, even where its owner may
    if actor.allowed is not None:
        beyond |= {scope for scope in command.scopes if not actions_of([scope]) <= actor.allowed | actions_of([])}
    if beyond:
        raise Refused("You may not give: %(scopes)s.", field="scopes", scopes=", ".join(sorted(beyond)))
    if await accounts.token_count(session, account.id, now=now) >= MOST_TOKENS:
        raise Refused("You have %(count)s tokens. Revoke those that nothing uses.", count=MOST_TOKENS)
    return await _made(session, account.id, command, now=now)


async def make_token(session: Session, account_id: UUID, command: MakeToken, *, now: dt.datetime) -> str:
    """A bearer token for the API, made on the server; the secret that is returned is shown once and stored nowhere."""
    return (await _made(session, account_id, command, now=now))[1]


async def _made(session: Session, account_id: UUID, command: MakeToken, *, now: dt.datetime) -> tuple[ApiToken, str]:
    secret = secrets.token_urlsafe(32)
    token = ApiToken(
        token_hash=digest(secret),
        account_id=account_id,
        title=command.title,
        scopes=sorted(set(command.scopes)),
        created_at=now,
        expires_at=now + dt.timedelta(days=command.days),
    )
    session.add(token)
    await session.flush()
    return token, secret


async def revoke_token(session: Session, actor: Actor, token_id: UUID) -> None:
    """End a token of the actor's own at once.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    require(actor, May.TOKEN_EDIT)
    ended = delete(ApiToken).where(ApiToken.id == token_id, ApiToken.account_id == actor.account_id)
    if await session.scalar(ended.returning(ApiToken.id)) is None:
        raise NotFound("token")


async def note_used(session: Session, token_id: UUID, *, used_at: dt.datetime | None, now: dt.datetime) -> None:
    """Note that a token is used, at most every five minutes. `used_at` is what is noted already."""
    if used_at is not None and now - used_at <= SEEN_EVERY:
        return
    statement = insert(ApiTokenUse).values(token_id=token_id, used_at=now)
    await session.execute(statement.on_conflict_do_update(index_elements=["token_id"], set_={"used_at": now}))
