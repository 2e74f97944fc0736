"""From nothing to the first administrator: a link made on the server, used once, only while there is no account."""

import datetime as dt
import hmac
import secrets

from pydantic import Field

from taskforce.db import Session
from taskforce.errors import NotFound, Refused
from taskforce.models import Account, Installation
from taskforce.queries import account as accounts
from taskforce.queries import first_steps as questions
from taskforce.services.account import NewAccount, add_account, digest
from taskforce.services.account_password import SetPassword, set_password
from taskforce.services.field_types import Email, OneLine

LINK_LIFE = dt.timedelta(hours=24)  # whoever has a shell can make another


class FirstAdministrator(SetPassword):
    """What the page of the first steps sends; one password field, which browsers can show."""

    email: Email = Field(title="E-mail address", min_length=1, max_length=254)
    title: OneLine = Field(
        title="Post", min_length=1, max_length=200, description='For example "Administrator, Dodoma".'
    )


async def begin(session: Session, now: dt.datetime) -> str:
    """The secret of a new setup link, whose page is /first-steps/SECRET; an earlier link stops working.

    Raises:
        Refused: somebody set this installation up already.
    """
    installation = await questions.installation_for_update(session)
    if await accounts.account_count(session):
        raise Refused("This installation has accounts already. Make more with: taskforce user add")
    secret = secrets.token_urlsafe(32)
    installation.setup_token_hash, installation.setup_until = digest(secret), now + LINK_LIFE
    await session.flush()
    return secret


async def is_open(session: Session, secret: str, *, now: dt.datetime) -> bool:
    """Whether this setup link still works."""
    return _fits(await questions.installation(session), secret, now) and not await accounts.account_count(session)


async def add_first_administrator(
    session: Session, secret: str, command: FirstAdministrator, *, now: dt.datetime
) -> Account:
    """Make the first account, an administrator with a password, and use the link up.

    The row of the installation is locked, so that two who open the link at once do not both become administrator.

    Raises:
        NotFound: the link is wrong, used or run out, or there is an account already.
    """
    installation = await questions.installation_for_update(session)
    if not _fits(installation, secret, now) or await accounts.account_count(session):
        raise NotFound("this setup link was used or has run out")
    installation.setup_token_hash = installation.setup_until = None
    new = NewAccount(email=command.email, title=command.title, is_administrator=True)
    account = await add_account(session, new)
    await set_password(session, account.id, SetPassword(password=command.password))
    return account


def _fits(installation: Installation, secret: str, now: dt.datetime) -> bool:
    stored, until = installation.setup_token_hash, installation.setup_until
    return stored is not None and until is not None and until > now and hmac.compare_digest(stored, digest(secret))
