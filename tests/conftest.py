"""One real PostgreSQL for the whole run, a database for each worker, the application on it, and the cast."""

import asyncio
import datetime as dt
import fcntl
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

os.environ["TASKFORCE_ARGON2_MEMORY_KIB"] = "32"  # before settings are read: hashing strength is not what tests show
os.environ["PORT"] = "8000"
os.environ["TASKFORCE_SECRET"] = "signs the row contexts of all tests"
os.environ["TASKFORCE_LOG_LEVEL"] = "warning"  # a line for each request would hide what failed

from taskforce import postgres
from taskforce.access import OPERATOR
from taskforce.app import create_app
from taskforce.db import Sessions, create_engine, create_sessions, migrate, transaction
from taskforce.models import Account
from taskforce.services.vocabulary_term import load_vocabularies
from tests.data_folder import once
from tests.page_client import Client
from tests.world import World

Visit = Callable[[Account | None], Awaitable[Client]]
NOW = dt.datetime(2026, 3, 10, 9, 0, tzinfo=dt.UTC)  # inside the fiscal year of every factory's plan
TEMPLATE = "taskforce_template"
ROOT = Path(__file__).parents[1]


@pytest.hookimpl(tryfirst=True)  # before pytest-socket reads them
def pytest_configure(config: pytest.Config) -> None:
    """No test reaches anything but this machine."""
    config.option.allow_hosts, config.option.allow_unix_socket = "127.0.0.1,::1,localhost", True


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that all workers of this run share."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if os.environ.get("PYTEST_XDIST_WORKER") else folder


@pytest.fixture(scope="session")
def server(run_folder: Path) -> Iterator[postgres.Server]:
    """The embedded server, shared by all workers of this run."""
    with postgres.in_use(run_folder / "taskforce") as found:
        yield found


def _demonstrate(home: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TASKFORCE_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-m", "taskforce", "demo", "--check"],
        env=kept | {"TASKFORCE_HOME": str(home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,  # seconds, for a machine that runs much beside the tests
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "OK: the first page answered" in done.stdout


@pytest.fixture(scope="session")
def demonstration(run_folder: Path) -> Path:
    """A data folder as `taskforce demo --check` leaves it, loaded and at rest; each user of it takes a copy."""
    return once(run_folder / "demonstration", _demonstrate)


async def admin(server: postgres.Server, *statements: str) -> None:
    """Run statements as the superuser, outside a transaction."""
    address = postgres.address(server, role="postgres", database="postgres")
    engine = create_async_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


async def _make_template(server: postgres.Server) -> None:
    """A migrated database with vocabularies, made once by the first worker; the others clone it."""
    address = postgres.address(server, role="postgres", database="postgres")
    engine = create_async_engine(address, poolclass=NullPool)
    async with engine.connect() as connection:
        exists = await connection.scalar(text("select 1 from pg_database where datname = :name"), {"name": TEMPLATE})
    await engine.dispose()
    if exists:
        return
    # No test cuts this server's power, so no commit need wait for the disk.
    await admin(server, "alter system set synchronous_commit = off", "select pg_reload_conf()")
    await admin(server, "create database being_made")
    await migrate(postgres.address(server, role="postgres", database="being_made"))
    app_engine = create_engine(postgres.address(server, role="tf_app", database="being_made"), pool_size=1)
    async with transaction(create_sessions(app_engine), OPERATOR) as session:
        await load_vocabularies(session)
    await app_engine.dispose()
    await admin(server, f"alter database being_made rename to {TEMPLATE}")


@asynccontextmanager
async def cloned(server: postgres.Server, name: str, template: str = TEMPLATE) -> AsyncIterator[str]:
    """The address, as tf_app, of a fresh database, or of a copy of another to which nobody is connected."""
    lock = Path(server.data).parent / "tests.lock"
    with lock.open("w") as held:
        await asyncio.to_thread(fcntl.flock, held, fcntl.LOCK_EX)
        await _make_template(server)
        # The other strategy, file_copy, waits for two checkpoints, and lets the drop wait long for another.
        await admin(server, f'create database "{name}" template "{template}" strategy wal_log')
    yield postgres.address(server, role="tf_app", database=name)
    await admin(server, f'drop database "{name}" with (force)')


@asynccontextmanager
async def running(database_url: str, clock: Callable[[], dt.datetime] = lambda: NOW) -> AsyncIterator[Litestar]:
    """The application with its lifespan entered and left in one task, as its connections require."""
    app = create_app(database_url=database_url, clock=clock)
    started, stopping = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await stopping.wait()

    task = asyncio.create_task(live())
    await asyncio.wait([task, asyncio.create_task(started.wait())], return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        task.result()
    yield app
    stopping.set()
    await task


@pytest.fixture(scope="session")
async def database_url(server: postgres.Server) -> AsyncIterator[str]:
    """This worker's database; tests share it, each with mechanisms of its own."""
    async with cloned(server, f"tests_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}") as address:
        yield address


@pytest.fixture(scope="session")
async def app(database_url: str) -> AsyncIterator[Litestar]:
    """The application on this worker's database."""
    async with running(database_url) as app:
        yield app


@pytest.fixture(scope="session")
async def sessions(app: Litestar) -> Sessions:
    """The application's own maker of sessions."""
    found: Sessions = app.state.sessions
    return found


@pytest.fixture
async def world(sessions: Sessions) -> World:
    """A new mechanism with a cast: see tests/world.py."""
    return await World.made(sessions, NOW)


@pytest.fixture
async def visit(app: Litestar, sessions: Sessions) -> AsyncIterator[Visit]:
    """Opens the site as somebody: `client = await visit(world.secretariat)`, or `await visit(None)`."""
    opened: list[httpx.AsyncClient] = []

    async def open_as(account: Account | None) -> Client:
        client = await Client.opened(app, sessions, account, NOW)
        opened.append(client.http)
        return client

    yield open_as
    for each in opened:
        await each.aclose()
