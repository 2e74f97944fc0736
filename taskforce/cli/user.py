"""Users: adding one, and the first administrator of an empty installation."""

import asyncio
import datetime as dt
import json
from dataclasses import asdict, dataclass
from uuid import UUID

import click

from taskforce.access import OPERATOR, SIGN_IN, TokenScope
from taskforce.cli import LazyGroup
from taskforce.cli.database import database, opened, prepare
from taskforce.cli.user_change import known
from taskforce.db import Session, transaction
from taskforce.errors import Refused
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import time_zone
from taskforce.queries.agency import members_by_code
from taskforce.rules.periods import local_day
from taskforce.services import account as accounts
from taskforce.services import first_steps
from taskforce.services.account import NewAccount
from taskforce.services.account_token import LONGEST_DAYS, MakeToken, make_token
from taskforce.services.appointment import AppointmentRole, Invite, invite
from taskforce.settings import settings

ROLES: tuple[AppointmentRole, ...] = (
    "secretariat",
    "chair",
    "focal_point",
    "authorised_officer",
    "donor",
    "treasury",
    "observer",
)
SCOPES = tuple(scope.value for scope in TokenScope)


@dataclass(frozen=True)
class NewUser:
    """What `user add` was told."""

    email: str
    title: str
    is_administrator: bool
    mechanism: str | None
    role: AppointmentRole | None
    agency: str | None


async def _agency_id(session: Session, mechanism_id: UUID, code: str, today: dt.date) -> UUID:
    members = await members_by_code(session, OPERATOR, mechanism_id, today=today)
    if code.upper() not in members:
        raise Refused(
            "agency %(code)s is no member today; members are: %(members)s",
            code=code,
            members=", ".join(sorted(members)),
        )
    return members[code.upper()]


async def _added(session: Session, new: NewUser, now: dt.datetime) -> str | None:
    """The secret of the new user's link; None where the account has a password already."""
    if new.mechanism is None or new.role is None:
        account = await accounts.add_account(
            session, NewAccount(email=new.email, title=new.title, is_administrator=new.is_administrator)
        )
        return await accounts.make_link(session, account.id, "invitation", now=now)
    head = await mechanisms.head(session, OPERATOR, new.mechanism)
    today = local_day(now, await time_zone.of_mechanism(session, OPERATOR, head.id) or "UTC")
    agency_id = await _agency_id(session, head.id, new.agency, today) if new.agency else None
    command = Invite(email=new.email, title=new.title, role=new.role, agency_id=agency_id)
    return (await invite(session, OPERATOR, head.id, command, now=now)).secret


async def _add(address: str, new: NewUser, now: dt.datetime) -> str | None:
    async with opened(address) as sessions, transaction(sessions, OPERATOR, action="user:add") as session:
        return await _added(session, new, now)


@click.group(
    cls=LazyGroup,
    places={
        "add": "taskforce.cli.user:add",
        "disable": "taskforce.cli.user_change:disable",
        "enable": "taskforce.cli.user_change:enable",
        "list": "taskforce.cli.user_change:list_users",
        "reset": "taskforce.cli.user_change:reset",
        "token": "taskforce.cli.user:token",
    },
)
def user() -> None:
    """Keep the users of this installation.

    Example: taskforce user list --text police
    """


@click.command("add")
@click.option("--email", required=True, help="The address with which they sign in.")
@click.option("--title", required=True, help='Their post, like "Focal point, Police".')
@click.option("--administrator", "is_administrator", is_flag=True, help="Runs the installation; sees no mechanism.")
@click.option("--mechanism", help="Code of the mechanism in which they get a role.")
@click.option("--role", type=click.Choice(ROLES), help="Their role there.")
@click.option("--agency", help="Code of the member agency for which they stand.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def add(
    email: str,
    title: str,
    is_administrator: bool,
    mechanism: str | None,
    role: AppointmentRole | None,
    agency: str | None,
    as_json: bool,
) -> None:
    """Add a user and print the link, good once, with which they set their password.

    \b
    Example: taskforce user add --email a@example.org --title "Secretariat, Kenya" \\
        --mechanism KE-COPTWG --role secretariat
    """
    if (mechanism is None) != (role is None):
        raise click.UsageError("--mechanism and --role go together: give both, or neither.")
    new = NewUser(email, title, is_administrator, mechanism, role, agency)
    with database() as addresses:
        secret = asyncio.run(_add(addresses.app, new, dt.datetime.now(dt.UTC)))
    link = f"{settings().address}/sign-in/{secret}" if secret else None
    if as_json:
        click.echo(json.dumps(asdict(new) | {"link": link}))
    elif link:
        click.echo(f"{title} sets a password here, once, within {accounts.LINK_LIFE.days} days:\n{link}")
    else:
        click.echo(f"{email} had an account already, and has the new role now.")


async def _token(address: str, email: str, command: MakeToken, now: dt.datetime) -> str:
    async with opened(address) as sessions, transaction(sessions, SIGN_IN, action="user:token") as session:
        return await make_token(session, (await known(session, email)).id, command, now=now)


@click.command("token")
@click.option("--email", required=True, help="Whose rights the token has.")
@click.option("--title", default="made on the server", show_default=True, help="What it is for.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), help="What it may do; without it: read.")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, LONGEST_DAYS), help="Days until it ends.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def token(email: str, title: str, scopes: tuple[str, ...], days: int, as_json: bool) -> None:
    """Print a bearer token for the API. It is shown once, stored as a hash, and ends by itself.

    \b
    Example: taskforce user token --email a@example.org --days 30 \\
        --scope read --scope write_plan
    """
    chosen = [TokenScope(scope) for scope in scopes or (TokenScope.READ,)]
    command = MakeToken(title=title, scopes=chosen, days=days)
    with database() as addresses:
        secret = asyncio.run(_token(addresses.app, email, command, dt.datetime.now(dt.UTC)))
    made = {"email": email, "title": title, "scopes": chosen, "days": days, "token": secret}
    click.echo(json.dumps(made) if as_json else secret)


async def _begin(address: str, now: dt.datetime) -> str:
    async with opened(address) as sessions, transaction(sessions, SIGN_IN, action="installation:begin") as session:
        return await first_steps.begin(session, now)


@click.command()
def init() -> None:
    """Prepare an empty installation and print the link to the first administrator's page.

    Example: taskforce init && taskforce serve
    """
    with database() as addresses:
        asyncio.run(prepare(addresses))
        secret = asyncio.run(_begin(addresses.app, dt.datetime.now(dt.UTC)))
    click.echo("Start the server (taskforce serve), then open this link, good once, within a day:")
    click.echo(f"{settings().address}/first-steps/{secret}")
