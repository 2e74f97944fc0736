"""Serving, migrating, and the version."""

import asyncio
import importlib
import os
import socket
import sys
from contextlib import ExitStack

import click
from granian import Granian
from granian.constants import Interfaces

from taskforce import __version__
from taskforce.access import SIGN_IN
from taskforce.cli.database import Addresses, database, opened, prepare
from taskforce.cli.keeper import kept_up, swept
from taskforce.db import transaction
from taskforce.models import TENANT
from taskforce.queries.account import is_demonstration
from taskforce.queries.safety import safety
from taskforce.settings import settings

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def require_free_port() -> None:
    """Refuse a port that somebody serves already: two servers could share it without a word.

    Raises:
        click.ClickException: the port is taken, or not ours to take.
    """
    named = settings()
    with socket.socket(socket.AF_INET6 if ":" in named.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((named.host, named.port))
        except OSError as taken:
            raise click.ClickException(
                f"port {named.port} on {named.host} cannot be used ({taken.strerror}). "
                f"Choose another: PORT={named.port + 1} make run"
            ) from None


async def refuse_unsafe(address: str) -> None:
    """Serve from no database that could show rows to the wrong reader, or forget what people saved.

    Raises:
        click.ClickException: with every reason and its remedy.
    """
    async with opened(address) as sessions, transaction(sessions, SIGN_IN) as session:
        found = await safety(session, [model.__tablename__ for model in TENANT])
        if found.faults:
            raise click.ClickException("\n".join(["this database is not safe to serve from:", *found.faults]))
        if await is_demonstration(session) and settings().host not in LOOPBACK:
            raise click.ClickException(
                f"this installation is a demonstration, where a link signs anybody in: serve it on 127.0.0.1, "
                f"not on {settings().host}, or set TASKFORCE_HOME to another folder"
            )


def serve_on(addresses: Addresses) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Raises:
        click.ClickException: the database is not safe to serve from, or a demonstration would be open to others.
    """
    named = settings()
    asyncio.run(refuse_unsafe(addresses.app))
    os.environ["TASKFORCE_DATABASE_URL"] = addresses.app
    settings.cache_clear()  # workers may be forks of this process, with what it had read
    importlib.import_module("taskforce.app")  # once for all server processes, which are forks, and for their successors
    with ExitStack() as held:
        if addresses.server:
            home = named.home.resolve()
            held.enter_context(swept(home))
            held.enter_context(kept_up(home, addresses.server))
        Granian(
            "taskforce.app:serve_app",
            factory=True,
            interface=Interfaces.ASGI,
            address=named.host,
            port=named.port,
            workers=named.workers,
            respawn_failed_workers=True,
            workers_kill_timeout=5,
            log_enabled=False,
            websockets=False,
        ).serve()


@click.command()
def serve() -> None:
    """Serve the pages and the API until Ctrl-C.

    Example: PORT=8001 taskforce serve
    """
    require_free_port()
    with database() as addresses:
        if not settings().database_url:
            asyncio.run(prepare(addresses))
        click.echo(f"Serving on {settings().address} – Ctrl-C stops it.")
        serve_on(addresses)


@click.command()
def migrate() -> None:
    """Bring the database to the schema of this version, with the vocabularies.

    Example: TASKFORCE_ADMIN_DATABASE_URL=postgresql+asyncpg://admin@db/taskforce taskforce migrate
    """
    with database() as addresses:
        asyncio.run(prepare(addresses))
    click.echo("The database has the schema of this version.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def version(as_json: bool) -> None:
    """Print the version.

    Example: taskforce version --json
    """
    python = ".".join(str(part) for part in sys.version_info[:3])
    click.echo(f'{{"taskforce": "{__version__}", "python": "{python}"}}' if as_json else f"taskforce {__version__}")
