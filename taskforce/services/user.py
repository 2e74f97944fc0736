"""What the administrator does with users: disable, enable, and reset those who lost their way in."""

import datetime as dt
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import delete

from taskforce.access import Actor, May, require
from taskforce.db import Session, explain
from taskforce.errors import NotFound, Refused
from taskforce.models import Account, ApiToken
from taskforce.models.account import LINK_PURPOSES
from taskforce.queries import account as accounts
from taskforce.queries import user as users
from taskforce.services.account import end_sessions, end_unused_links, make_link
from taskforce.services.account_second_factor import forget_second_factor
from taskforce.services.command import Command, check_version


class ChangeUser(Command):
    """Why a user is disabled, enabled or reset."""

    reason: str = Field(title="Reason", min_length=1, max_length=1000)
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


class StoredUser(BaseModel):
    """What a stale sender is shown."""

    disabled_at: dt.datetime | None


async def disable_user(
    session: Session, actor: Actor, user_id: UUID, command: ChangeUser, *, now: dt.datetime
) -> Account:
    """Close an account: its sessions, links and tokens end at once; its history and appointments stay.

    Raises:
        NotFound, NotAllowed: there is none, or it is not the actor's to close.
        Refused: it is the actor's own, is closed already, or is the last administrator.
        Stale: somebody changed it meanwhile.
    """
    account = await _to_change(session, actor, user_id, command, "user:disable")
    if account.id == actor.account_id:
        raise Refused("You cannot disable yourself. Ask another administrator.")
    if account.disabled_at is not None:
        raise Refused("%(post)s is disabled already.", post=account.title)
    if account.is_administrator and not await users.other_administrators(session, but=account.id):
        raise Refused("This is the only administrator. Add another one first.")
    account.disabled_at = now
    await session.flush()
    await _close_ways_in(session, account.id)
    return account


async def enable_user(session: Session, actor: Actor, user_id: UUID, command: ChangeUser) -> Account:
    """Open an account again. Password and second factor are as before; sessions and tokens do not come back.

    Raises:
        NotFound, NotAllowed, Stale: as in disabling.
        Refused: it is open.
    """
    account = await _to_change(session, actor, user_id, command, "user:enable")
    if account.disabled_at is None:
        raise Refused("%(post)s is not disabled.", post=account.title)
    account.disabled_at = None
    await session.flush()
    return account


async def reset_user(
    session: Session, actor: Actor, user_id: UUID, command: ChangeUser, *, now: dt.datetime
) -> tuple[Account, str]:
    """Take password and second factor away and end all ways in; returns the secret of the link that sets a new one.

    The password goes too, since whoever knows it could otherwise set up a second factor of their own.

    The link is for the user's own mailbox: whoever resets must not be able to sign in as somebody else.

    Raises:
        NotFound, NotAllowed, Stale: as in disabling.
        Refused: the account is disabled, or the actor's own.
    """
    account = await _to_change(session, actor, user_id, command, "user:reset")
    if account.disabled_at is not None:
        raise Refused("%(post)s is disabled. Enable the account first.", post=account.title)
    if account.id == actor.account_id:
        raise Refused("Change your own password and second factor under My account.")
    account.password_hash = None
    await forget_second_factor(session, account)
    await _close_ways_in(session, account.id)
    return account, await make_link(session, account.id, "reset", now=now)


async def _close_ways_in(session: Session, account_id: UUID) -> None:
    await end_sessions(session, account_id)
    await session.execute(delete(ApiToken).where(ApiToken.account_id == account_id))
    await end_unused_links(session, account_id, LINK_PURPOSES)


async def _to_change(session: Session, actor: Actor, user_id: UUID, command: ChangeUser, action: str) -> Account:
    """The account, locked; administrators before it, so that of two who disable each other one waits."""
    require(actor, May.USER_EDIT)
    await users.lock_administrators(session)
    account = await accounts.for_update(session, user_id)
    if account is None:
        raise NotFound("user")
    await explain(session, action, command.reason)  # before the first change, which it is to explain
    check_version(account, command.version, StoredUser(disabled_at=account.disabled_at))
    return account
