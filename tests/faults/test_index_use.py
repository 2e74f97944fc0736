"""With 120,000 activities of 120 mechanisms, the pages of one read by index and never the whole of a large table."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from taskforce import postgres
from taskforce.db import create_engine, create_sessions
from tests.conftest import NOW, cloned, running
from tests.page_client import Client
from tests.world import World

MECHANISMS, LINES = 120, 1_000
READERS = ("secretariat", "police_focal", "observer", "donor", "treasury")
LARGE = ("activity", "cost_item", "budget_line")
# Row triggers and keys are not what is shown, and would take minutes: the rows are made as the superuser, past them.
ROWS = (
    "set session_replication_role = replica",
    """insert into mechanism (id, code, title, country, kind, currency)
    select uuidv7(), 'XX-' || n, 'Mechanism ' || n, 'TZ', 'task_force', 'TZS' from generate_series(1, :mechanisms) n""",
    """insert into plan (id, mechanism_id, code, title, starts_on, ends_on, status, currency)
    select uuidv7(), id, 'PLAN', 'Plan', '2026-01-01', '2026-12-31', 'active', 'TZS' from mechanism
    where code like 'XX-%'""",
    """insert into activity
      (id, mechanism_id, plan_id, output_id, code, title, lead_agency_id, starts_on, ends_on, position)
    select uuidv7(), p.mechanism_id, p.id, o.id, 'L' || n, 'Line ' || n, o.lead, '2026-02-01', '2026-06-30', n
    from plan p cross join generate_series(1, :lines) n
    cross join (select output_id as id, lead_agency_id as lead from activity limit 1) o where p.code = 'PLAN'""",
    """insert into cost_item (id, mechanism_id, activity_id, code, title)
    select uuidv7(), mechanism_id, id, 'C-' || code, 'Costs' from activity where code like 'L%'""",
    """insert into budget_line (id, mechanism_id, cost_item_id, activity_id, source_id, cost_type_id, fiscal_year,
      currency, asked_amount, secured_amount)
    select uuidv7(), c.mechanism_id, c.id, c.activity_id, s.id, 'cost_type:training', 2026, 'TZS', 100, 100
    from cost_item c cross join (select id from funding_source limit 1) s where c.code like 'C-L%'""",
    "analyze",
)


async def _seen(connection: AsyncConnection) -> dict[str, tuple[int, int]]:
    """Reads of each large table since the beginning: of the whole, and by index."""
    rows = await connection.execute(
        text("select relname, seq_scan, idx_scan from pg_stat_user_tables where relname = any(:names)"),
        {"names": list(LARGE)},
    )
    return {name: (whole, by_index) for name, whole, by_index in rows}


@pytest.mark.faults
async def test_pages_read_large_tables_by_index(server: postgres.Server, record_property: Any) -> None:
    """Plan, list, money, alerts, desk and mechanisms, for each kind of reader: no large table is read whole."""
    name = "index_use"
    async with cloned(server, name) as address, running(address) as app:
        engine = create_engine(address)
        world = await World.made(create_sessions(engine), NOW)
        for number in range(200):
            await world.line(code=f"W{number}", title=f"Own line {number}")
        admin = create_async_engine(
            postgres.address(server, role="postgres", database=name), poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )
        async with admin.connect() as connection:
            for statement in ROWS:
                values = {"mechanisms": MECHANISMS, "lines": LINES}
                await connection.execute(text(statement), {k: v for k, v in values.items() if f":{k}" in statement})
            assert await connection.scalar(text("select count(*) from activity")) >= MECHANISMS * LINES
            found = {}
            for who in READERS:
                client = await Client.opened(app, create_sessions(engine), world.people[who], NOW)
                await asyncio.sleep(1.5)  # seconds until the backends have told what they read so far
                before = await _seen(connection)
                await _look(client, world)
                after = await _told(connection, before)
                found[who] = {
                    table: (after[table][0] - before[table][0], after[table][1] - before[table][1]) for table in LARGE
                }
                await client.http.aclose()
        await admin.dispose()
        await engine.dispose()

    assert {who: {table: whole for table, (whole, _) in each.items()} for who, each in found.items()} == {
        who: dict.fromkeys(LARGE, 0) for who in READERS
    }
    for each in found.values():
        assert each["activity"][1] > 0
        assert each["budget_line"][1] > 0
    record_property("reads of activity by index", sum(each["activity"][1] for each in found.values()))


async def _told(connection: AsyncConnection, before: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """What was read, once the backends tell of it: on a busy machine an idle one does so after ten seconds."""
    for _ in range(15):
        await asyncio.sleep(1)
        after = await _seen(connection)
        if all(after[table][1] > before[table][1] for table in ("activity", "budget_line")):
            await asyncio.sleep(1.5)
            break
    return await _seen(connection)


async def _look(client: Client, world: World) -> None:
    for path in ("plan", "money", "alerts"):
        assert await client.status(f"/mechanisms/{world.mechanism.code}/{path}") in (200, 303, 403)
    for path in (f"/plans/{world.plan.id}", f"/activities/{world.activity.id}", "/desk", "/mechanisms"):
        assert await client.status(path) == 200
    assert (await client.api_get(f"/plans/{world.plan.id}/activities")).status_code == 200
