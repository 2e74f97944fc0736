"""While the database is away every route says so, and the application needs no restart when it is back."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from taskforce import postgres
from taskforce.access import OPERATOR
from taskforce.db import create_engine, create_sessions, migrate, transaction
from taskforce.postgres import Server
from taskforce.services.vocabulary_term import load_vocabularies
from tests.conftest import NOW, admin, running
from tests.faults.installation import kill_server
from tests.page_client import ADDRESS, Client
from tests.world import World

NAME = "outage"


@dataclass(frozen=True)
class Running:
    """An application on a server of its own, and a secretariat that is signed in and has a token."""

    app: Litestar
    home: Path
    server: Server
    client: Client
    world: World

    async def desk(self) -> int:
        """The status of a page that asks the database much."""
        return (await self.client.http.get("/desk")).status_code


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Running]:
    """A site whose server may be killed."""
    home = tmp_path / "home"
    server = await asyncio.to_thread(postgres.start, home)
    await admin(server, f"create database {NAME}")
    await migrate(postgres.address(server, role="postgres", database=NAME))
    address = postgres.address(server, role="tf_app", database=NAME)
    engine = create_engine(address, pool_size=1)
    async with transaction(create_sessions(engine), OPERATOR) as session:
        await load_vocabularies(session)
    await engine.dispose()
    async with running(address) as app:
        world = await World.made(app.state.sessions, NOW)
        client = await Client.opened(app, app.state.sessions, world.secretariat, NOW)
        yield Running(app, home, server, client, world)
        await client.http.aclose()
    await asyncio.to_thread(postgres.stop, home)


def _requests(app: Litestar) -> list[tuple[str, str]]:
    """Every method and path of the application, with something in each place of a parameter."""
    found = set()
    for route in app.routes:
        if isinstance(route, HTTPRoute) and not route.path_format.startswith("/static"):
            path = re.sub(r"\{[^}]*\}", str(uuid4()), route.path_format)
            found |= {(method, path) for method in route.methods if method in ("GET", "POST")}
    return sorted(found)


async def _ask(site: Running, method: str, path: str) -> tuple[int, str]:
    if path.startswith("/api/"):
        headers = {"authorization": f"Bearer {site.client.token}", "content-type": "application/json"}
        headers["idempotency-key"] = str(uuid4())
        answer = await site.client.http.request(
            method, path, headers=headers, content=b"{}" if method == "POST" else None
        )
    elif method == "POST":
        answer = await site.client.http.post(path, data={"idempotency_key": str(uuid4())}, headers={"origin": ADDRESS})
    else:
        answer = await site.client.http.get(path)
    return answer.status_code, answer.headers.get("Retry-After", "")


# Answered without the database: whether the process lives, and the description of the API.
WITHOUT_DATABASE = ("/health/live", "/api/v1/schema")


async def test_every_route_says_when_to_come_back(site: Running) -> None:
    """503 with Retry-After on each method of each route of both mounts; afterwards the same routes answer again."""
    requests = _requests(site.app)
    kill_server(site.server)
    away = {request: await _ask(site, *request) for request in requests}
    await asyncio.to_thread(postgres.start, site.home)
    first = await site.desk()
    back = {request: await _ask(site, *request) for request in requests if request[0] == "GET"}

    assert len(requests) > 150
    wrong = {
        request: answer
        for request, answer in away.items()
        if answer != (503, "10") and not request[1].startswith(WITHOUT_DATABASE)
    }
    assert wrong == {}
    assert first == 200
    assert {status for status, _ in back.values()} <= {200, 302, 303, 403, 404}


async def test_an_outage_that_nobody_saw_costs_nobody_anything(site: Running) -> None:
    """The server died and came back between two requests: the second one works, on whatever connection."""
    assert await asyncio.gather(*(site.desk() for _ in range(4))) == [200] * 4
    kill_server(site.server)
    await asyncio.to_thread(postgres.start, site.home)

    assert await asyncio.gather(*(site.desk() for _ in range(4))) == [200] * 4


END = "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'outage'"


async def end_connections(site: Running) -> None:
    """As an administrator does (57P01), in the middle of what they do."""
    for _ in range(10):
        await admin(site.server, END)
        await asyncio.sleep(0.02)


async def kill_one_backend(site: Running) -> None:
    """The server ends all others (57P02), and recovers (57P03)."""
    connection = await asyncpg.connect(
        host=str(site.server.socket_folder), port=site.server.port, user="postgres", database="postgres"
    )
    [victim] = await connection.fetch("select pid from pg_stat_activity where datname = $1 limit 1", NAME)
    os.kill(victim["pid"], signal.SIGKILL)
    with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        await connection.close()
    await asyncio.sleep(0.5)


async def shut_down_fast(site: Running) -> None:
    """As a package upgrade does; then it is started again."""
    await asyncio.to_thread(postgres.stop, site.home)
    await asyncio.to_thread(postgres.start, site.home)


async def shut_down_smart(site: Running) -> None:
    """It lets nobody in any more (57P03) while it waits for those who are in."""
    postmaster = int((site.server.data / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGTERM)
    await asyncio.sleep(0.3)
    await shut_down_fast(site)


async def kill_it(site: Running) -> None:
    """As a loss of power does."""
    kill_server(site.server)
    await asyncio.to_thread(postgres.start, site.home)


async def take_all_connections(site: Running) -> None:
    """Another program takes what the server has to give (53300), and the application has to make new ones."""
    taken: list[asyncpg.Connection[Any]] = []
    await end_connections(site)
    with suppress(asyncpg.PostgresError, OSError):
        while True:
            taken.append(
                await asyncpg.connect(
                    host=str(site.server.socket_folder), port=site.server.port, user="postgres", database="postgres"
                )
            )
    await taken[0].execute(END)
    await asyncio.sleep(0.5)
    for connection in taken:
        await connection.close()


async def _answered(statuses: list[int], more: int) -> None:
    """Wait until so many more pages were read and changes made."""
    wanted = {status: statuses.count(status) + more for status in (200, 201)}
    async with asyncio.timeout(30):
        while any(statuses.count(status) < count for status, count in wanted.items()):  # noqa: ASYNC110 -- a list
            await asyncio.sleep(0.01)


FAULTS = [end_connections, kill_one_backend, shut_down_fast, shut_down_smart, kill_it, take_all_connections]
SHORT = {kill_one_backend, kill_it}  # of each `make test`; `make faults` has all


@pytest.mark.parametrize(
    "fault",
    [pytest.param(fault, id=fault.__name__, marks=() if fault in SHORT else pytest.mark.faults) for fault in FAULTS],
)
async def test_no_fault_of_the_database_is_an_error_of_ours(
    site: Running, record_property: Callable[[str, object], None], fault: Callable[[Running], Coroutine[Any, Any, None]]
) -> None:
    """Readers and writers that are hit in the middle get 503 and never 500; the first request afterwards works."""
    stopping, statuses = asyncio.Event(), []

    async def work(ask: Callable[[], Awaitable[int]]) -> None:
        while not stopping.is_set():
            statuses.append(await ask())
            await asyncio.sleep(0)

    async def write() -> int:
        code, lead = f"K{uuid4().hex[:10].upper()}", str(site.world.police.id)
        path = f"/outputs/{site.world.output.id}/activities/add"
        return (await site.client.api(path, code=code, title=f"Work {code}", lead_agency_id=lead)).status_code

    workers = [asyncio.create_task(work(ask)) for ask in (site.desk, site.desk, site.desk, write, write)]
    await _answered(statuses, 5)
    await fault(site)
    await _answered(statuses, 5)
    stopping.set()
    await asyncio.gather(*workers)
    counts = {status: statuses.count(status) for status in sorted(set(statuses))}
    record_property("answers", counts)

    assert set(counts) <= {200, 201, 503}, counts
    assert await site.desk() == 200
