"""Kill -9 in the middle of an import: all of the file is there afterwards, or nothing of it."""

import asyncio
import math
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from bench.generate import plan_of
from taskforce import postgres
from taskforce.exchange.plan_yaml import write
from taskforce.postgres import Server
from tests.faults.installation import Note, ask, kill_server
from tests.processes import PATIENCE, done, environment

LONG = pytest.mark.faults
COUNTED = """
select (select count(*) from mechanism where code = $1) as mechanisms, (select count(*) from plan p
    join mechanism m on m.id = p.mechanism_id where m.code = $1) as plans, count(a.id) as activities,
  (select count(*) from audit_event e join mechanism m on m.id = e.mechanism_id
    where m.code = $1 and e.table_name = 'activity') as events,
  (select count(*) from agency where code = 'AG1') as agencies
from activity a join mechanism m on m.id = a.mechanism_id where m.code = $1
"""
# How far the log of changes is, and whether somebody writes: a transaction that does has a number.
PLACE = """
select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as lsn, exists (select from pg_stat_activity
  where datname = 'taskforce' and backend_xid is not null) as is_writing
"""
IS_THERE = "select exists (select from activity a join mechanism m on m.id = a.mechanism_id where m.code = $1)"


@dataclass(frozen=True)
class Import:
    """A plan file of so many activities, with a mechanism of its own."""

    file: Path
    activities: int

    @property
    def mechanism(self) -> str:
        """The code of its mechanism."""
        return f"BENCH-{self.activities}"


def imported(home: Path, plan: Import) -> "subprocess.Popen[bytes]":
    """Begin an import in a process of its own."""
    return subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, "-m", "taskforce", "plan", "import", str(plan.file), "--yes", "--json"],
        env=environment(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def drawn(folder: Path, activities: int) -> Import:
    """A generated plan as a file."""
    found = Import(folder / f"{activities}.yaml", activities)
    found.file.write_text(write(plan_of(activities)), encoding="utf-8")
    return found


async def watch(server: Server, process: "subprocess.Popen[bytes]", plan: Import, *, until: float) -> float:
    """Wait until the import has written so many bytes of WAL, or all; how many it has written then."""
    connection = await asyncpg.connect(
        host=str(server.socket_folder), port=server.port, user="postgres", database="taskforce"
    )
    start, written, began = None, 0.0, time.monotonic()
    while written < until and not (start and await connection.fetchval(IS_THERE, plan.mechanism)):
        assert process.poll() is None, "it ended before it was seen to write"
        assert time.monotonic() - began < PATIENCE
        [place] = await connection.fetch(PLACE)
        start = start or (place["lsn"] if place["is_writing"] else None)
        written = float(place["lsn"] - start) if start else 0.0
        await asyncio.sleep(0.002)
    await connection.close()
    return written


async def stored(server: Server, plan: Import) -> tuple[int, ...]:
    """Mechanisms, plans, activities and their events of the plan's mechanism."""
    [row] = await ask(server, COUNTED, plan.mechanism)
    return tuple(row)[:4]


@pytest.mark.parametrize(
    ("activities", "shares", "victim"),
    [
        pytest.param(1000, (0.3,), "the database", id="1000 rows, the database"),
        pytest.param(5000, (0.05, 0.25, 0.5, 0.75, 0.9), "the database", id="5000 rows, the database", marks=LONG),
        pytest.param(5000, (0.05, 0.25, 0.5, 0.75, 0.9), "the import", id="5000 rows, the import", marks=LONG),
    ],
)
async def test_an_import_is_whole_or_absent(
    tmp_path: Path, record_property: Note, activities: int, shares: tuple[float, ...], victim: str
) -> None:
    """Whenever it is killed between its first write and its last, and the same file imports afterwards."""
    home, outcomes = tmp_path / "home", []
    done(home, "migrate")
    with postgres.in_use(home) as server:
        first = drawn(tmp_path, activities)
        process = imported(home, first)
        total = await watch(server, process, first, until=math.inf)
        assert process.wait(PATIENCE) == 0
        whole = (1, 1, activities, activities)
        assert await stored(server, first) == whole
        for number, share in enumerate(shares, start=1):
            plan = drawn(tmp_path, activities + number)
            process = imported(home, plan)
            await watch(server, process, plan, until=share * total)
            if victim == "the database":
                kill_server(server)
            else:
                process.kill()
            process.wait(PATIENCE)
            await asyncio.to_thread(postgres.start, home)
            outcomes.append((plan, await stored(server, plan)))
        [last, there] = outcomes[-1]
        done(home, "plan", "import", str(last.file), "--yes")
        after = await stored(server, last)
    nothing = [found for _, found in outcomes if found == (0, 0, 0, 0)]
    record_property("kills", len(shares))
    record_property("at shares of its log", ", ".join(map(str, shares)))
    record_property("nothing there", len(nothing))
    record_property("all there", len([found for _, found in outcomes if found[2]]))

    for plan, found in outcomes:
        assert found in ((0, 0, 0, 0), (1, 1, plan.activities, plan.activities))
    assert nothing, "every import had ended before it was killed: this showed nothing"
    assert after == (1, 1, last.activities, last.activities)
    assert there in ((0, 0, 0, 0), after)
