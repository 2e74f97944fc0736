"""The chain over the audit: whatever somebody with all rights on the server does to it is found and named."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from taskforce import postgres
from taskforce.access import OPERATOR
from taskforce.cli import main
from taskforce.db import Sessions, create_engine, create_sessions, transaction
from taskforce.queries import audit_chain
from taskforce.queries.audit_chain import Fault
from taskforce.settings import settings
from tests.conftest import NOW, cloned
from tests.world import World

NOBODY_LOOKS = "alter table {0} disable trigger user"


@pytest.fixture(scope="module")
async def tampered(server: postgres.Server) -> AsyncIterator[tuple[AsyncConnection, Sessions, World]]:
    """A database with a mechanism and some changes, and a connection as the superuser."""
    name = f"audit_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    async with cloned(server, name) as address:
        engine = create_engine(address, pool_size=2)
        sessions = create_sessions(engine)
        world = await World.made(sessions, NOW)
        for number in range(4):
            async with transaction(sessions, await world.actor("secretariat"), action="plan:edit") as session:
                await session.execute(
                    text("update plan set title = :t, version = version + 1"), {"t": f"Plan {number}"}
                )
        admin = create_async_engine(postgres.address(server, role="postgres", database=name), poolclass=NullPool)
        async with admin.connect() as connection:
            yield connection, sessions, world
        await admin.dispose()
        await engine.dispose()


async def _faults(sessions: Sessions) -> list[Fault]:
    async with transaction(sessions, OPERATOR) as session:
        return [
            fault
            for head in await audit_chain.heads(session, OPERATOR)
            for fault in await audit_chain.faults(session, head)
        ]


async def test_what_nobody_touched_verifies(tampered: tuple[AsyncConnection, Sessions, World]) -> None:
    """A chain of real changes has no fault, one link for each transaction, positions without a gap."""
    _, sessions, world = tampered

    assert await _faults(sessions) == []
    async with transaction(sessions, OPERATOR) as session:
        heads = {head.code: head.position for head in await audit_chain.heads(session, OPERATOR)}
    assert heads[world.mechanism.code] >= 5
    assert heads["INSTALLATION"] >= 1


LAST = "(select id from audit_link where chain = :m order by position desc limit 1)"
CASES = {
    "an event was edited": (
        'update audit_event set after = after || \'{"title": "Another"}\' where id = '
        "(select max(id) from audit_event where mechanism_id = :m)",
        "its events are not those",
    ),
    "who did it was edited": (
        "update audit_event set principal = 'somebody' where id = "
        "(select max(id) from audit_event where mechanism_id = :m)",
        "its events are not those",
    ),
    "when it happened was edited": (
        "update audit_event set happened_at = happened_at - interval '1 day' where id = "
        "(select max(id) from audit_event where mechanism_id = :m)",
        "its events are not those",
    ),
    "an event was deleted": (
        "delete from audit_event where id = (select max(id) from audit_event where mechanism_id = :m)",
        "1 events were sealed, and 0 are stored",
    ),
    "an event was added": (
        "insert into audit_event (mechanism_id, table_name, row_id, operation, principal, transaction_id, link_id)"
        f" select :m, 'plan', '1', 'update', 'somebody', 1, {LAST}",
        "1 events were sealed, and 2 are stored",
    ),
    "an event was moved to another link": (
        "update audit_event set link_id = (select id from audit_link where chain = :m and position = 1)"
        " where id = (select max(id) from audit_event where mechanism_id = :m)",
        "are stored",
    ),
    "two links changed places": (
        "update audit_link set position = case position when 2 then 1003 else 1002 end"
        " where chain = :m and position in (2, 3);"
        "update audit_link set position = position - 1000 where chain = :m and position > 1000",
        "it does not follow from the link before",
    ),
    "a link in the middle was deleted": (
        "delete from audit_event where link_id = (select id from audit_link where chain = :m and position = 2);"
        "delete from audit_link where chain = :m and position = 2",
        "links before this one are missing",
    ),
    "a change was kept without a seal": (
        "insert into audit_link (chain, transaction_id) values (:m, 1)",
        "never sealed",
    ),
}


@pytest.mark.parametrize("case", CASES)
async def test_tampering_is_found(tampered: tuple[AsyncConnection, Sessions, World], case: str) -> None:
    """The superuser, with the guards taken off, edits, deletes, adds, reorders: the chain names the place."""
    connection, _, world = tampered
    statements, expected = CASES[case]
    async with connection.begin() as undone:
        for table in ("audit_event", "audit_link"):
            await connection.execute(text(NOBODY_LOOKS.format(table)))
        for statement in statements.split(";"):
            done = await connection.execute(text(statement), {"m": world.mechanism.id})
            assert done.rowcount > 0
        found = (await connection.execute(audit_chain.FAULTS, {"chain": world.mechanism.id})).all()
        await undone.rollback()

    assert any(expected in what for _, what in found), found


async def test_a_cut_tail_shows_against_a_kept_head(
    tampered: tuple[AsyncConnection, Sessions, World],
    server: postgres.Server,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """The command line passes what is whole, prints heads and exports them; after a cut it fails and says where."""
    connection, _, world = tampered
    name = (await connection.execute(text("select current_database()"))).scalar_one()
    await connection.rollback()
    monkeypatch.setattr(settings(), "database_url", postgres.address(server, role="tf_app", database=name))
    run = CliRunner()
    whole = await asyncio.to_thread(run.invoke, main, ["audit", "verify", "--json"])
    head = next(each for each in json.loads(whole.stdout)["heads"] if each["code"] == world.mechanism.code)
    kept = f"{head['code']}:{head['position']}:{head['digest']}"
    export = tmp_path / "audit.jsonl"
    exported = await asyncio.to_thread(run.invoke, main, ["audit", "export", str(export)])

    assert (whole.exit_code, exported.exit_code) == (0, 0), whole.output + exported.output
    lines = [json.loads(line) for line in export.read_text().splitlines()]
    assert {"head": head["code"], "position": head["position"], "digest": head["digest"]} in lines
    assert sum("row_id" in line for line in lines) == json.loads(whole.stdout)["event_count"]
    async with connection.begin():
        for table in ("audit_event", "audit_link"):
            await connection.execute(text(NOBODY_LOOKS.format(table)))
        of = {"m": world.mechanism.id}
        await connection.execute(text(f"delete from audit_event where link_id = {LAST}"), of)  # noqa: S608 - our own text
        await connection.execute(text(f"delete from audit_link where id = {LAST}"), of)  # noqa: S608 - our own text
    blind = await asyncio.to_thread(run.invoke, main, ["audit", "verify"])
    against = await asyncio.to_thread(run.invoke, main, ["audit", "verify", "--head", kept])

    assert blind.exit_code == 0
    assert against.exit_code == 1
    assert "the tail was cut" in against.stdout
