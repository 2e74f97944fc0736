"""The demonstration: prepared in the data folder, with a way in for each role, and served."""

import asyncio
import datetime as dt
import os
from time import perf_counter
from typing import Any

import click
from litestar import Litestar
from rich.console import Console

from taskforce.access import OPERATOR, SIGN_IN
from taskforce.app import create_app
from taskforce.cli.database import database, opened, prepare
from taskforce.cli.serve import LOOPBACK, require_free_port, serve_on
from taskforce.db import transaction
from taskforce.exchange.demonstration_load import load
from taskforce.exchange.demonstration_people import DOMAIN
from taskforce.queries import demonstration as questions
from taskforce.queries.demonstration import Person
from taskforce.services.account import make_link
from taskforce.settings import settings

SHOWN_COUNTRY = "TZ"  # whose people get links, unless another country is asked for
FIRST_PAGE = "/sign-in"


async def _prepare(address: str, now: dt.datetime, console: Console) -> None:
    async with opened(address) as sessions:
        with console.status("Loading seven national plans"):
            is_new = await load(sessions, now)
    console.print("Seven national plans are loaded." if is_new else "The demonstration is there already.")


async def _ways_in(address: str, now: dt.datetime, country: str) -> list[tuple[Person, str]]:
    """The people of a country and the administrator, each with the secret of a new one-time link."""
    async with opened(address) as sessions, transaction(sessions, OPERATOR) as session:
        people = await questions.people(session, OPERATOR, email_domain=DOMAIN)
    countries = sorted({person.country for person in people if person.country})
    if country not in countries:
        raise click.UsageError(f"there is nobody in {country}; choose one of {', '.join(countries)}")
    shown = [person for person in people if person.country in (country, "")]
    async with opened(address) as sessions, transaction(sessions, SIGN_IN, action="demonstration:link") as session:
        return [(person, await make_link(session, person.account_id, "sign_in", now=now)) for person in shown]


def _print_ways_in(ways_in: list[tuple[Person, str]]) -> None:
    """Plain lines, since a table would fold the links to the width of the window."""
    click.echo("\nEach of these links signs one person in, once, within a week:")
    width = max(len(person.title) for person, _ in ways_in)
    for person, secret in ways_in:
        click.echo(f"  {person.title:<{width}}  {settings().address}/sign-in/{secret}")
    click.echo(f"\nThe pages are at {settings().address} – Ctrl-C stops the server and its database.")


async def _first_page(app: Litestar) -> tuple[int, bytes]:
    """The status and the body of the first page, asked for without a server."""
    status, body = 0, b""
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": FIRST_PAGE,
        "raw_path": FIRST_PAGE.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", f"localhost:{settings().port}".encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", settings().port),
    }

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status, body
        status = message.get("status", status)
        body += message.get("body", b"")

    async with app.lifespan():
        await app(scope, receive, send)  # type: ignore[arg-type]  # a plain scope, as a server makes it
    return status, body


def _check(address: str, console: Console) -> None:
    """Ask for the first page and say how that went.

    Raises:
        click.ClickException: it is not answered as it should be.
    """
    began = perf_counter()
    status, body = asyncio.run(_first_page(create_app(database_url=address)))
    if status != 200 or b"<h1" not in body:
        raise click.ClickException(f"the first page, {FIRST_PAGE}, answered {status}; look for the reason with --debug")
    console.print(f"[green]✓[/] OK: the first page answered in {(perf_counter() - began) * 1000:.0f} ms.")


@click.command()
@click.option("--check", "is_check", is_flag=True, help="Prepare it, ask for the first page, and end.")
@click.option("--country", default=SHOWN_COUNTRY, show_default=True, help="Whose people get links: KE, KH, PH …")
def demo(is_check: bool, country: str) -> None:
    """Prepare the demonstration in the data folder, print a one-time link for each role, and serve it.

    A second start finds everything in place. Only this machine can reach it.

    Example: PORT=8001 TASKFORCE_HOME=/var/tmp/second taskforce demo --country KE
    """
    console = Console(highlight=False)
    if not is_check:
        require_free_port()
    if settings().host not in LOOPBACK:
        raise click.ClickException(
            f"a demonstration lets anybody in by a link, so it is served on 127.0.0.1, not on {settings().host}"
        )
    now = dt.datetime.now(dt.UTC)
    with database() as addresses:
        asyncio.run(prepare(addresses))
        asyncio.run(_prepare(addresses.app, now, console))
        if is_check:
            _check(addresses.app, console)
            return
        _print_ways_in(asyncio.run(_ways_in(addresses.app, now, country.upper())))
        os.environ.setdefault("TASKFORCE_LOG_LEVEL", "warning")  # a line for each request would push the links away
        serve_on(addresses)
