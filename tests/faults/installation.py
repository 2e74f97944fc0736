"""An installation of the fault tests: a small open plan, and somebody with a token who may write it."""

import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from taskforce import postgres
from taskforce.postgres import Server
from tests.plan_text import GOOD
from tests.processes import done

MECHANISM = "XX-1"
EMAIL = "writer@example.org"
# The WAL writer would soon write what a commit did not wait for; asleep it shows whether the commit waited.
SLEEPY_WRITER = "alter system set wal_writer_delay = '10s'"

Note = Callable[[str, object], None]  # record_property: what stands beside a test in the report


@dataclass(frozen=True)
class Installation:
    """Where it lives, and what its writers need."""

    home: Path
    token: str
    output_id: str
    agency_id: str
    source_id: str


async def ask(server: Server, statement: str, *values: object) -> list[asyncpg.Record]:
    """Rows, as the superuser; statements of the server's settings work too."""
    connection = await asyncpg.connect(
        host=str(server.socket_folder), port=server.port, user="postgres", database="taskforce"
    )
    try:
        return await connection.fetch(statement, *values)
    finally:
        await connection.close()


async def made(home: Path) -> Installation:
    """A new installation; its server is stopped again."""
    plan = home.with_name(f"{home.name}.yaml")
    plan.write_text(GOOD.replace("status: active", "status: draft"), encoding="utf-8")
    done(home, "plan", "import", str(plan), "--yes")
    done(home, "user", "add", "--email", EMAIL, "--title", "Writer", "--mechanism", MECHANISM, "--role", "secretariat")
    scopes = [each for scope in ("read", "write_plan", "write_money") for each in ("--scope", scope)]
    token = json.loads(done(home, "user", "token", "--email", EMAIL, *scopes, "--json"))["token"]
    with postgres.in_use(home) as server:
        await ask(server, SLEEPY_WRITER)
        [ids] = await ask(
            server,
            "select (select id from output limit 1)::text as output, (select id from agency where code = 'MOE')::text"
            " as agency, (select id from funding_source where code = 'STATE')::text as source",
        )
    return Installation(home, token, ids["output"], ids["agency"], ids["source"])


def server_processes(server: Server) -> list[int]:
    """The processes whose working directory is the data folder: the postmaster and all its children."""
    here, found = server.data.stat(), []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.path.samestat((folder / "cwd").stat(), here) and "(postgres" in (folder / "stat").read_text():
                found.append(int(folder.name))
    return found


def kill_server(server: Server) -> float:
    """Kill -9 every process of the server at once, as a loss of power ends them; returns the moment."""
    victims = server_processes(server)
    moment = time.monotonic()
    for process in victims:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return moment
