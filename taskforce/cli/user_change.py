"""Users who exist: listed, disabled, enabled, reset."""

import asyncio
import datetime as dt
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from taskforce.access import OPERATOR
from taskforce.cli.database import database, opened
from taskforce.db import Session, transaction
from taskforce.errors import Refused
from taskforce.models import Account
from taskforce.queries.account import by_email
from taskforce.queries.user import User, users
from taskforce.services import user as service
from taskforce.services.account import RESET_LIFE
from taskforce.services.user import ChangeUser
from taskforce.settings import settings

MOST_LISTED = 10_000
REASON = "asked for on the server"
Change = Callable[[Session, Account, ChangeUser, dt.datetime], Awaitable[str | None]]


async def known(session: Session, email: str) -> Account:
    """The account of an address.

    Raises:
        Refused: there is none.
    """
    account = await by_email(session, email)
    if account is None:
        raise Refused("there is no account %(email)s; add it with: taskforce user add", email=email)
    return account


async def _changed(address: str, email: str, reason: str, change: Change, now: dt.datetime) -> str | None:
    async with opened(address) as sessions, transaction(sessions, OPERATOR, action="user:change") as session:
        account = await known(session, email)
        return await change(session, account, ChangeUser(reason=reason, version=account.version), now)


def _run(email: str, reason: str, change: Change) -> str | None:
    with database() as addresses:
        return asyncio.run(_changed(addresses.app, email, reason, change, dt.datetime.now(dt.UTC)))


def _say(email: str, did: str, as_json: bool) -> None:
    click.echo(json.dumps({"email": email, "did": did}) if as_json else f"{email} is {did}.")


async def _listed(address: str, text: str) -> list[User]:
    async with opened(address) as sessions, transaction(sessions, OPERATOR) as session:
        return list((await users(session, OPERATOR, text=text, size=MOST_LISTED))[0])


@click.command("list")
@click.option("--text", default="", help="Only those whose post or address has this text.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_users(text: str, as_json: bool) -> None:
    """List the users of this installation.

    Example: taskforce user list --text police --json
    """
    with database() as addresses:
        found = asyncio.run(_listed(addresses.app, text))
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], default=str, ensure_ascii=False))
        return
    table = Table("Post", "E-mail address", "Password", "Second factor", "Last seen", "State")
    for each in found:
        table.add_row(
            each.title + (" (administrator)" if each.is_administrator else ""),
            each.email,
            "set" if each.has_password else "not yet",
            "set" if each.second_factor_at else "no",
            f"{each.seen_at:%Y-%m-%d %H:%M}" if each.seen_at else "–",
            "disabled" if each.disabled_at else "open",
        )
    Console(highlight=False).print(table)
    click.echo(f"{len(found)} users")


@click.command("disable")
@click.option("--email", required=True, help="Who.")
@click.option("--reason", default=REASON, show_default=True, help="Why; kept in the history.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def disable(email: str, reason: str, as_json: bool) -> None:
    """Close an account: its sessions, links and tokens end at once.

    Example: taskforce user disable --email a@example.org --reason "left the ministry"
    """

    async def change(session: Session, account: Account, command: ChangeUser, now: dt.datetime) -> None:
        await service.disable_user(session, OPERATOR, account.id, command, now=now)

    _run(email, reason, change)
    _say(email, "disabled", as_json)


@click.command("enable")
@click.option("--email", required=True, help="Who.")
@click.option("--reason", default=REASON, show_default=True, help="Why; kept in the history.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def enable(email: str, reason: str, as_json: bool) -> None:
    """Open an account again, with the password and the second factor that it had.

    Example: taskforce user enable --email a@example.org --reason "came back"
    """

    async def change(session: Session, account: Account, command: ChangeUser, now: dt.datetime) -> None:
        await service.enable_user(session, OPERATOR, account.id, command)

    _run(email, reason, change)
    _say(email, "enabled", as_json)


@click.command("reset")
@click.option("--email", required=True, help="Who.")
@click.option("--reason", default=REASON, show_default=True, help="Why; kept in the history.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def reset(email: str, reason: str, as_json: bool) -> None:
    """Take password and second factor away, end all ways in, and print the link that sets a new password.

    Example: taskforce user reset --email a@example.org --reason "lost the phone"
    """

    async def change(session: Session, account: Account, command: ChangeUser, now: dt.datetime) -> str:
        return (await service.reset_user(session, OPERATOR, account.id, command, now=now))[1]

    link = f"{settings().address}/sign-in/{_run(email, reason, change)}"
    hours = RESET_LIFE // dt.timedelta(hours=1)
    words = f"{email} sets a new password here, once, within {hours} hours:\n{link}"
    click.echo(json.dumps({"email": email, "link": link}) if as_json else words)
