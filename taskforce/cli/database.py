"""The database of a command: the one that settings name, or the embedded server for as long as the command runs."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import asyncpg
import click
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from taskforce import postgres
from taskforce.access import OPERATOR
from taskforce.db import Sessions, create_engine, create_sessions, migrate, share_key, transaction
from taskforce.services.vocabulary_term import load_vocabularies
from taskforce.settings import newest_revision, settings

NAME = "taskforce"


@dataclass(frozen=True)
class Addresses:
    """Where the application and where migrations connect; `server` is the embedded one, if that is used."""

    app: str
    admin: str
    server: postgres.Server | None = None


async def _make_if_missing(server: postgres.Server) -> None:
    engine = create_async_engine(
        postgres.address(server, role="postgres", database="postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    async with engine.connect() as connection:
        found = await connection.scalar(text("select 1 from pg_database where datname = :name"), {"name": NAME})
        if not found:
            await connection.execute(text(f"create database {NAME}"))
    await engine.dispose()


@contextmanager
def database() -> Iterator[Addresses]:
    """The addresses of the database; an embedded server is started, and stopped when nobody uses it any more."""
    named = settings()
    if named.database_url:
        yield Addresses(app=named.database_url, admin=named.admin_database_url or named.database_url)
        return
    with postgres.in_use(named.home) as server:
        asyncio.run(_make_if_missing(server))
        yield Addresses(
            app=postgres.address(server, role="tf_app", database=NAME),
            admin=postgres.address(server, role="postgres", database=NAME),
            server=server,
        )


async def _is_current(address: str) -> bool:
    """Whether the schema is that of this version; asked first, since looking through migrations takes longer."""
    engine = create_async_engine(address, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            stored = await connection.scalar(text("select to_regclass('alembic_version')::text"))
            if stored is None:
                return False
            stored = await connection.scalar(text("select version_num from alembic_version"))
            return bool(stored == newest_revision())
    finally:
        await engine.dispose()


async def prepare(addresses: Addresses) -> None:
    """Bring the schema to this version, and add the vocabulary terms that are missing."""
    if not await _is_current(addresses.admin):
        await migrate(addresses.admin)
    elif addresses.admin != addresses.app:
        await share_key(addresses.admin)
    async with opened(addresses.app) as sessions, transaction(sessions, OPERATOR, action="vocabulary:load") as session:
        await load_vocabularies(session)


@asynccontextmanager
async def opened(address: str) -> AsyncIterator[Sessions]:
    """Sessions on the database, for one command.

    Raises:
        click.ClickException: nothing answers there, or it lets nobody in.
    """
    engine = create_engine(address, statement_cache_size=settings().statement_cache_size, pool_size=2)
    try:
        yield create_sessions(engine)
    except (OSError, asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as broken:
        raise click.ClickException(f"the database does not let us in: {broken}. Try: taskforce doctor") from None
    finally:
        await engine.dispose()
