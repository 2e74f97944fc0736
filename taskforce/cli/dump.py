"""Runs PostgreSQL's own programs on the database of this installation: pg_dump, pg_restore and psql."""

import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, cast

import click
from asyncpg.exceptions import PostgresError
from sqlalchemy import NullPool, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from taskforce import postgres
from taskforce.cli.database import Addresses
from taskforce.db import ROLES
from taskforce.errors import Refused
from taskforce.exchange.archive import CHUNK, Report

# The key that signs row contexts belongs to an installation, not to its data: whoever restores has their own.
LEFT_OUT = "public.context_key"
LOCK_PATIENCE = "30s"  # a backup waits so long for a migration to end, and a restore for a connection that lingers
OURS = (
    "from pg_class join pg_namespace on pg_namespace.oid = relnamespace"
    " where nspname not in ('pg_catalog', 'information_schema') and nspname !~ '^pg_'"
    " and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = pg_class.oid"
    "  and deptype = 'e')"
)
TABLES = text(f"select format('%I.%I', nspname, relname) {OURS} and relkind in ('r', 'p') order by 1")
IS_EMPTY = text(f"select not exists (select {OURS} and relkind in ('r', 'p', 'v', 'm', 'S', 'f'))")
IS_ADMIN = text("select rolsuper or rolbypassrls from pg_roles where rolname = current_user")
OTHERS = text(
    "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    " and backend_type = 'client backend'"
)
CLEAR = """
do $$ declare name text; begin
  for name in select nspname from pg_namespace where nspname <> 'information_schema' and nspname !~ '^pg_' loop
    execute format('drop schema %I cascade', name);
  end loop;
  create schema public authorization pg_database_owner;
  grant usage on schema public to public;
end $$;
"""


@dataclass(frozen=True)
class Snapshot:
    """What is dumped: the state of the database at one moment, which others may go on changing."""

    name: str
    revision: str
    postgres: str
    counts: dict[str, int]


@dataclass(frozen=True)
class Restored:
    """A dump with the rows that it must bring, and whether it takes the place of what is there."""

    dump: Path
    counts: dict[str, int]
    replace: bool


def programs(server_major: int, *, is_embedded: bool) -> Path:
    """The folder of pg_dump, pg_restore and psql: for another server those on PATH, if they are new enough for it.

    Raises:
        Refused: neither those nor ours can read a server of this version.
    """
    found = None if is_embedded else shutil.which("pg_dump")
    for folder in ([Path(found).parent] if found else []) + [postgres.binaries()]:
        said = subprocess.run(  # noqa: S603 -- PostgreSQL's own program
            [folder / "pg_dump", "--version"], capture_output=True, text=True, check=False
        ).stdout
        version = said.split("(PostgreSQL) ")[-1].split(".")[0].split()
        if version and version[0].isdigit() and int(version[0]) >= server_major:
            return folder
    raise Refused("the server is PostgreSQL %(version)s: install its client programs on PATH.", version=server_major)


def _environment(admin_url: str) -> dict[str, str]:
    """Where libpq connects; the password stands in no command line, which others could list."""
    url = make_url(admin_url)
    query = {name: value if isinstance(value, str) else value[0] for name, value in url.query.items()}
    named = {
        "PGHOST": query.get("host") or url.host,
        "PGPORT": query.get("port") or (url.port and str(url.port)),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": query.get("ssl") or query.get("sslmode"),
    }
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME") or name.startswith("PGSSL")}
    return kept | {"LC_ALL": "C", "PGCLIENTENCODING": "UTF8"} | {name: value for name, value in named.items() if value}


@asynccontextmanager
async def administering(admin_url: str) -> AsyncIterator[AsyncConnection]:
    """A connection of the administering role, in one transaction that sees one moment.

    Raises:
        Refused: row-level security binds the role, so that it would save or restore only a part.
        click.ClickException: nothing answers there.
    """
    engine = create_async_engine(admin_url, poolclass=NullPool, isolation_level="REPEATABLE READ")
    connection = engine.connect()
    try:
        await connection.start()
    except (OSError, PostgresError) as broken:
        raise click.ClickException(f"the database does not let us in: {broken}. Try: taskforce doctor") from None
    try:
        if not await connection.scalar(IS_ADMIN):
            raise Refused(
                "the role %(role)s is behind row-level security: let TASKFORCE_ADMIN_DATABASE_URL name a superuser,"
                " or a role with bypassrls.",
                role=make_url(admin_url).username,
            )
        yield connection
    finally:
        await connection.close()
        await engine.dispose()


async def server_major(connection: AsyncConnection) -> int:
    """The major version of the server."""
    return int(await connection.scalar(text("select current_setting('server_version_num')::int / 10000")) or 0)


async def snapshot(connection: AsyncConnection) -> Snapshot:
    """Hold the present moment for a dump, and count its rows; good as long as the transaction lasts.

    Raises:
        Refused: there is no schema of ours.
    """
    tables = [str(name) for name in await connection.scalars(TABLES)]
    if "public.alembic_version" not in tables:
        raise Refused("the database holds nothing of ours: there is nothing to back up.")
    counted = [name for name in tables if name != LEFT_OUT]
    counts = {name: await connection.scalar(text(f"select count(*) from {name}")) or 0 for name in counted}  # noqa: S608
    return Snapshot(
        name=str(await connection.scalar(text("select pg_export_snapshot()"))),
        revision=str(await connection.scalar(text("select version_num from public.alembic_version"))),
        postgres=str(await connection.scalar(text("select current_setting('server_version')"))),
        counts=counts,
    )


def dump(admin_url: str, folder: Path, found: Snapshot, target: Path, report: Report) -> None:
    """Write the snapshot to a file in pg_dump's custom format, while its transaction is held open elsewhere.

    Raises:
        click.ClickException: pg_dump says no.
    """
    command: list[str | Path] = [folder / "pg_dump", "--format=custom", f"--snapshot={found.name}", "--no-password"]
    command += [f"--exclude-table-data={LEFT_OUT}", f"--lock-wait-timeout={LOCK_PATIENCE}", f"--file={target}"]
    seen = 0
    with TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 -- PostgreSQL's own program
            command, env=_environment(admin_url), stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        while process.poll() is None:
            time.sleep(0.05)
            size = target.stat().st_size if target.exists() else 0
            report(size - seen)
            seen = size
        if process.returncode:
            raise click.ClickException(f"pg_dump failed, so no backup was made: {_words(said)}")


def _words(said: IO[bytes]) -> str:
    said.seek(0)
    return said.read().decode(errors="replace").strip()


async def require_room(connection: AsyncConnection, *, replace: bool) -> None:
    """Refuse to restore over something, or under somebody's feet.

    Raises:
        Refused: the database is in use, or holds something and is not to be replaced.
    """
    if others := await connection.scalar(OTHERS):
        raise Refused("%(count)s connections use the database: stop `taskforce serve` first.", count=others)
    if not replace and not await connection.scalar(IS_EMPTY):
        raise Refused("the database holds something already: restore into an empty one, or give --replace.")


def _check(counts: dict[str, int]) -> str:
    """SQL that fails where a table has not the rows that the manifest counts."""
    rows = ", ".join("('{}', {})".format(name.replace("'", "''"), int(count)) for name, count in counts.items())
    return f"""
do $check$ declare wanted record; there bigint; begin
  for wanted in select name, count from (values {rows}) as manifest (name, count) loop
    execute format('select count(*) from %s', to_regclass(wanted.name)) into there;
    if there is distinct from wanted.count then
      raise exception '% has % rows and not %', wanted.name, there, wanted.count;
    end if;
  end loop;
end $check$;
"""  # noqa: S608 -- quoted above


def restore_dump(addresses: Addresses, folder: Path, source: Restored, report: Report) -> None:
    """Run a dump in one transaction: either all of it is there afterwards, or what was there before.

    `report` is told of bytes of SQL.

    Raises:
        click.ClickException: with what PostgreSQL said; nothing was changed.
    """
    environment = _environment(addresses.admin)
    command: list[str | Path] = [folder / "psql", "-X", "-q", "--no-password", "-v", "ON_ERROR_STOP=1", "-f", "-"]
    with TemporaryFile() as read_said, TemporaryFile() as write_said:
        reading = subprocess.Popen(  # noqa: S603 -- PostgreSQL's own program
            [folder / "pg_restore", "--file=-", source.dump],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=read_said,
        )
        writing = subprocess.Popen(  # noqa: S603 -- PostgreSQL's own program
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=write_said
        )
        _feed(reading, cast("IO[bytes]", writing.stdin), source, report)
        if writing.wait() or reading.wait():
            reason = _words(write_said) or _words(read_said)
            raise click.ClickException(f"the backup cannot be restored, and nothing was changed: {reason}")


def _feed(reading: "subprocess.Popen[bytes]", script: IO[bytes], source: Restored, report: Report) -> None:
    """Pass the dump's SQL on inside a transaction; without a commit at its end psql rolls back."""
    sql = cast("IO[bytes]", reading.stdout)
    clear = CLEAR if source.replace else ""
    with suppress(BrokenPipeError), script:  # psql ends at the first error, and says which
        script.write(f"begin; set local lock_timeout = '{LOCK_PATIENCE}';\n{clear}{ROLES};\n".encode())
        while chunk := sql.read(CHUNK):
            script.write(chunk)
            report(len(chunk))
        if reading.wait() == 0:
            script.write(f"{_check(source.counts)}commit;\n".encode())
    sql.close()
