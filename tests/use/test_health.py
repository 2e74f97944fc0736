"""What load balancers and service managers ask."""

import os

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import NullPool, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from taskforce import postgres
from taskforce.access import OPERATOR
from taskforce.db import Sessions, is_outage, transaction
from taskforce.settings import newest_revision
from tests.conftest import cloned, running
from tests.page_client import ADDRESS
from tests.use.conftest import Statements


def _anybody(app: Litestar) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ADDRESS)  # type: ignore[arg-type]


async def test_a_process_that_answers_is_live_without_a_database(app: Litestar, statements: Statements) -> None:
    """Whoever restarts dead processes must not do so because the database is away: it is not even asked."""
    async with _anybody(app) as client:
        answer = await client.get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "live"})
    assert statements == []
    assert "set-cookie" not in answer.headers


async def test_ready_means_that_the_database_answers_with_this_schema(app: Litestar, statements: Statements) -> None:
    """It is asked by anybody and often, so it makes no session and writes nothing."""
    async with _anybody(app) as client:
        answer = await client.get("/health/ready")

    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "schema": newest_revision()})
    assert statements
    assert {statement.split()[0].lower() for statement in statements} == {"select"}
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


async def test_another_schema_is_not_ready(server: postgres.Server) -> None:
    """Between a migration and the start of its version nobody is sent there, and the answer says what to do."""
    name = f"health_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    async with cloned(server, name) as address, running(address) as app, _anybody(app) as client:
        engine = create_async_engine(
            postgres.address(server, role="postgres", database=name), poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )
        async with engine.connect() as connection:
            await connection.execute(text("update alembic_version set version_num = '0001'"))
        await engine.dispose()
        answer = await client.get("/health/ready")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert answer.json()["schema"] == "0001"
    assert "taskforce migrate" in answer.json()["reason"]


async def test_health_is_read_only(app: Litestar) -> None:
    """Nothing can be sent there."""
    async with _anybody(app) as client:
        statuses = {(await client.post(f"/health/{name}")).status_code for name in ("live", "ready")}

    assert statuses == {404}  # as at every address that takes nothing


AWAY = ("08006", "25006", "53100", "53200", "53300", "57P01", "57P02", "57P03", "58030")
NOT_AWAY = ("22P02", "22012", "23514", "40001", "42501", "42601", "57014", "P0001", "XX000")


@pytest.mark.parametrize(("code", "is_away"), [*((code, True) for code in AWAY), *((code, False) for code in NOT_AWAY)])
async def test_the_servers_own_codes_say_whether_it_is_away(sessions: Sessions, code: str, is_away: bool) -> None:
    """Full, read-only, stopping, starting: later the same will do. Wrong, forbidden, cancelled: it will not."""
    raises = text(f"do $$ begin raise exception 'as if' using errcode = '{code}'; end $$")
    with pytest.raises(DBAPIError) as broken:
        async with transaction(sessions, OPERATOR) as session:
            await session.execute(raises)

    assert is_outage(broken.value) is is_away


async def test_what_follows_from_an_outage_is_one(sessions: Sessions) -> None:
    """An error while cleaning up, or one of several at once, counts as what began it; a lone mistake does not."""
    lost = ConnectionResetError("gone")
    following = RuntimeError("while rolling back")
    following.__context__ = lost

    assert is_outage(following)
    assert is_outage(ExceptionGroup("two", [ValueError("mine"), lost]))
    assert not is_outage(ExceptionGroup("one", [ValueError("mine")]))
    with pytest.raises(DBAPIError) as wrong:
        async with transaction(sessions, OPERATOR) as session:
            await session.execute(text("select cast(:number as int)"), {"number": "no number"})
    assert not is_outage(wrong.value)
