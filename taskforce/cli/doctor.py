"""What is wrong with an installation, and how to mend it."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import click
from rich.console import Console

from taskforce.access import SIGN_IN
from taskforce.cli.database import database, newest_revision, opened
from taskforce.cli.serve import require_free_port
from taskforce.db import transaction
from taskforce.models import TENANT
from taskforce.queries import installation
from taskforce.settings import project_folder, settings

OLDEST_SERVER = 18


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `fix` says what to do where it is not well."""

    what: str
    is_well: bool
    detail: str
    fix: str


def _found(what: str, fix: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, look(), "")
    except Exception as broken:  # whatever is wrong is the finding
        return Finding(what, False, str(broken).splitlines()[0] if str(broken) else type(broken).__name__, fix)


def _home() -> str:
    home = settings().home
    home.mkdir(parents=True, exist_ok=True)
    if not os.access(home, os.W_OK):
        raise RuntimeError(f"{home} cannot be written")
    return str(home.resolve())


def _port() -> str:
    require_free_port()
    return f"{settings().port} is free"


def _folders() -> str:
    return ", ".join(project_folder(name).name for name in ("templates", "alembic", "plans"))


async def _looked_into(address: str) -> list[Finding]:
    async with opened(address) as sessions, transaction(sessions, SIGN_IN) as session:
        state = await installation.state(session, [model.__tablename__ for model in TENANT])
    wanted = newest_revision()
    unprotected = ", ".join(state.unprotected)
    return [
        Finding(
            "PostgreSQL version",
            state.server_version >= OLDEST_SERVER,
            str(state.server_version),
            f"use PostgreSQL {OLDEST_SERVER} or later",
        ),
        Finding("Schema", state.revision == wanted, f"{state.revision} of {wanted}", "run: taskforce migrate"),
        Finding(
            "Running role",
            not state.is_privileged,
            state.role,
            "let TASKFORCE_DATABASE_URL name tf_app, which is no superuser and bypasses no row-level security",
        ),
        Finding(
            "Row-level security", not unprotected, unprotected or "on every tenant table", "run: taskforce migrate"
        ),
        Finding(
            "Durability",
            not state.unsafe_settings,
            ", ".join(state.unsafe_settings) or "fsync, full_page_writes and synchronous_commit are on",
            "switch them on in postgresql.conf: without them a crash loses what people saved",
        ),
    ]


def _database() -> Iterator[Finding]:
    try:
        with database() as addresses:
            yield Finding("Database", True, "answers", "")
            yield from asyncio.run(_looked_into(addresses.app))
    except Exception as broken:  # whatever is wrong is the finding
        fix = "look at TASKFORCE_DATABASE_URL, or unset it to use the embedded server; then run: taskforce migrate"
        yield Finding("Database", False, str(broken).splitlines()[0], fix)


def findings() -> list[Finding]:
    """All that is looked at, in order."""
    return [
        Finding("Python", True, ".".join(str(part) for part in sys.version_info[:3]), ""),
        _found("Data folder", "set TASKFORCE_HOME to a folder that you may write", _home),
        _found("Port", "stop what serves there, or set PORT to another number", _port),
        _found("Templates, migrations, plans", "install taskforce again", _folders),
        *_database(),
    ]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Look at this installation: ticks and crosses, with the fix for each cross.

    Example: taskforce doctor --json
    """
    found = findings()
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found]))
    else:
        console = Console(highlight=False)
        for each in found:
            mark = "[green]✓[/]" if each.is_well else "[red]✗[/]"
            console.print(f"{mark} {each.what}: {each.detail}")
            if not each.is_well:
                console.print(f"  → {each.fix}")
    ctx.exit(0 if all(each.is_well for each in found) else 1)
