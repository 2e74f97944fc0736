"""Migrations run up and down, and what they make is what the models say."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from taskforce import postgres
from taskforce.db import migrate
from taskforce.models import Base
from tests.conftest import admin


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata))


async def test_up_down_and_up_again(server: postgres.Server) -> None:
    """The schema of the migrations is the schema of the models, and taking it down leaves no table."""
    await admin(server, "create database migrations")
    address = postgres.address(server, role="postgres", database="migrations")
    engine = create_async_engine(address, poolclass=NullPool)
    try:
        await migrate(address)
        async with engine.connect() as connection:
            assert await connection.run_sync(_differences) == []
        await migrate(address, "base")
        async with engine.connect() as connection:
            left = await connection.scalars(text("select tablename from pg_tables where schemaname = 'public'"))
            assert set(left) <= {"alembic_version"}
        await migrate(address)
        await migrate(address)
    finally:
        await engine.dispose()
        await admin(server, "drop database migrations with (force)")
