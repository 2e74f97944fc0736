"""What is wrong with an installation, and how to mend it."""

import asyncio
import datetime as dt
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

import click
from rich.console import Console

from taskforce.access import SIGN_IN
from taskforce.cli.backup import STATE
from taskforce.cli.database import database, opened
from taskforce.cli.serve import LOOPBACK, require_free_port
from taskforce.db import transaction
from taskforce.models import TENANT
from taskforce.queries.safety import OLDEST_SERVER, clocks, safety
from taskforce.services.outbox import mail_server
from taskforce.settings import project_folder, settings

LEAST_ROOM = 2**30  # bytes; a full disk stops the database
OLDEST_BACKUP = dt.timedelta(hours=26)  # a day, and two hours for a timer that is late
MOST_DIFFERENCE = dt.timedelta(seconds=10)  # the database refuses row contexts that are 5 minutes ahead


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


def _room() -> str:
    free = shutil.disk_usage(settings().home).free
    if free < LEAST_ROOM:
        raise RuntimeError(f"{free // 2**20} MiB are free")
    return f"{free / 2**30:.1f} GiB are free"


def _address() -> str:
    address = urlsplit(settings().address)
    if address.scheme != "https" and address.hostname not in LOOPBACK:
        raise RuntimeError(f"{settings().address} is not https, so cookies and passwords can be read on their way")
    return settings().address


def _backup() -> str:
    state = settings().home / STATE
    if not state.exists():
        return "none was made from here yet"
    last = json.loads(state.read_text(encoding="utf-8"))
    age = dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(last["made_at"])
    words = f"{last['file']}, {age / dt.timedelta(hours=1):.0f} hours old"
    if age > OLDEST_BACKUP:
        raise RuntimeError(f"the last one is {words}")
    return words


def _mail() -> str:
    url = settings().smtp_url
    if url is None:
        return "no mail server is set, so mail waits in the outbox"
    with mail_server(url, patience=5) as server:
        server.noop()
    return f"{urlsplit(url).hostname} lets us in"


def _clock(theirs: dt.datetime, last_job_at: dt.datetime | None) -> Finding:
    """Deadlines, sessions and signatures go by the clock of this machine."""
    ours = dt.datetime.now(dt.UTC)
    difference = abs(ours - theirs)
    detail = f"{difference.total_seconds():.1f} s from the database's"
    is_well = difference < MOST_DIFFERENCE
    if last_job_at and last_job_at - ours > MOST_DIFFERENCE:
        is_well, detail = False, f"it is {ours:%Y-%m-%d %H:%M} UTC, but a job ended at {last_job_at:%Y-%m-%d %H:%M}"
    return Finding("Clock", is_well, detail, "set the clocks of both machines with NTP: timedatectl set-ntp true")


async def _looked_into(address: str) -> list[Finding]:
    async with opened(address) as sessions, transaction(sessions, SIGN_IN) as session:
        found = await safety(session, [model.__tablename__ for model in TENANT])
        theirs, last_job_at = await clocks(session) if found.revision else (dt.datetime.now(dt.UTC), None)
    unprotected = ", ".join(found.unprotected)
    return [
        Finding(
            "PostgreSQL version",
            found.server_version >= OLDEST_SERVER,
            str(found.server_version),
            f"use PostgreSQL {OLDEST_SERVER} or later",
        ),
        Finding(
            "Schema", found.revision == found.wanted, f"{found.revision} of {found.wanted}", "run: taskforce migrate"
        ),
        Finding(
            "Running role",
            not found.powers,
            " ".join([found.role, ", ".join(found.powers)]).strip(),
            "let TASKFORCE_DATABASE_URL name tf_app, and let it be no superuser, owner or member of anything",
        ),
        Finding(
            "Row-level security",
            not unprotected,
            unprotected or "forced, with policies, on every tenant table",
            "run: taskforce migrate",
        ),
        Finding(
            "Durability",
            not found.unsafe_settings,
            ", ".join(found.unsafe_settings) or "fsync, full_page_writes and synchronous_commit are on",
            "switch them on in postgresql.conf (alter role tf_app reset all): a crash would lose what people saved",
        ),
        _clock(theirs, last_job_at),
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
        _found("Disk space", f"keep {LEAST_ROOM // 2**30} GiB free: delete old backups and logs, or move them", _room),
        _found("Backup", "run: taskforce backup FILE, and let a timer do it each day (docs/operator.md)", _backup),
        _found("Port", "stop what serves there, or set PORT to another number", _port),
        _found("Address", "set TASKFORCE_BASE_URL to the https address of your proxy", _address),
        _found("Mail server", "check TASKFORCE_SMTP_URL, and that the firewall lets this machine through", _mail),
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
