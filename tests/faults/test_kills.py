"""Kill -9 in the middle of work: what was acknowledged is there, nothing is there in part, and it comes back alone."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from taskforce import postgres
from tests.faults.installation import Installation, Note, ask, kill_server, made, server_processes
from tests.faults.writers import Found, Ledger, compared, writing
from tests.processes import Serving, begin, end, is_alive, run, serving, wait_until_ready

MOST_SECONDS_AWAY = {1: 30.0, 5: 10.0}  # by rounds: ten is the pass mark, and one round runs beside other tests
LONG = pytest.mark.faults
ROUNDS = [pytest.param(1, id="one round"), pytest.param(5, id="five rounds", marks=LONG)]


@pytest.fixture(scope="module")
async def installation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """An installation for all of these tests, each with writes of its own; its server is stopped at the end."""
    found = await made(tmp_path_factory.mktemp("kills") / "home")
    yield found
    await asyncio.to_thread(postgres.stop, found.home)


@contextmanager
def probed(address: str) -> Iterator[list[tuple[str, int, str]]]:
    """Ask for both health endpoints all the time, as a load balancer does; gives (path, status, Retry-After)."""
    seen: list[tuple[str, int, str]] = []
    stopping = threading.Event()

    def probe() -> None:
        with httpx.Client(base_url=address, timeout=10) as client:
            while not stopping.wait(0.03):
                for path in ("/health/live", "/health/ready"):
                    answer = client.get(path)
                    seen.append((path, answer.status_code, answer.headers.get("Retry-After", "")))

    thread = threading.Thread(target=probe)
    thread.start()
    try:
        yield seen
    finally:
        stopping.set()
        thread.join()


async def wait_for(condition: Callable[[], bool], seconds: float) -> float:
    """The seconds until something is so."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        await asyncio.sleep(0.02)
    return time.monotonic() - began


async def written(ledger: Ledger, more: int) -> None:
    """Wait until so many more writes are acknowledged."""
    wanted = len(ledger.acknowledged) + more
    await wait_for(lambda: len(ledger.acknowledged) >= wanted, 60)


def note(record: Note, ledger: Ledger, found: Found, away: list[float]) -> None:
    """Put the figures into the report."""
    record("acknowledged", len(ledger.acknowledged))
    record("lost", len(found.lost))
    record("half", len(found.half))
    record("answered 503", ledger.unavailable_count)
    record("longest away", f"{max(away):.1f} s")


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_nothing_is_lost_when_the_database_is_killed(
    installation: Installation, tmp_path: Path, record_property: Note, rounds: int
) -> None:
    """Meanwhile every answer is 503 with Retry-After; then the same application goes on, with all it acknowledged."""
    ledger, away = Ledger(), []
    with serving(installation.home, tmp_path / "log") as served:
        server = postgres.start(installation.home)
        with probed(served.address) as probes, writing(installation, served.address, ledger):
            for _ in range(rounds):
                await written(ledger, 12)
                moment = kill_server(server)
                await wait_for(lambda: ledger.back_after(moment) is not None, 60)  # noqa: B023 -- asked at once
                away.append(ledger.back_after(moment) or 0)
            await written(ledger, 12)
        found = await compared(server, ledger)
        workers = served.workers()
        verified = await asyncio.to_thread(run, installation.home, "audit", "verify")
    note(record_property, ledger, found, away)

    assert (found.lost, found.half, found.twice, ledger.wrong) == ([], [], [], [])
    assert max(away) < MOST_SECONDS_AWAY[rounds]
    assert ledger.unavailable_count > 0
    assert {status for path, status, _ in probes if path == "/health/live"} == {200}
    ready = {(status, retry) for path, status, retry in probes if path == "/health/ready"}
    assert ready == {(200, ""), (503, "10")}
    assert workers
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert installation.token not in served.said()


async def test_without_synchronous_commit_acknowledged_writes_are_lost(
    installation: Installation, tmp_path: Path, record_property: Note
) -> None:
    """The control: the same clients, kill and comparison find losses where a commit does not wait for the disk."""
    ledger = Ledger()
    with serving(installation.home, tmp_path / "log") as served:
        server = postgres.start(installation.home)
        await ask(server, "alter system set synchronous_commit = off")
        await ask(server, "select pg_reload_conf()")
        with writing(installation, served.address, ledger):
            await written(ledger, 20)
            kill_server(server)
        wait_until_ready(served)
        found = await compared(server, ledger)
        await ask(server, "alter system reset synchronous_commit")
        await ask(server, "select pg_reload_conf()")
    record_property("acknowledged", len(ledger.acknowledged))
    record_property("lost", len(found.lost))

    assert found.lost


async def kill_main(served: Serving) -> None:
    """The main process alone; its server processes must end by themselves, and free the port."""
    workers = served.workers()
    served.process.kill()
    served.process.wait()
    assert workers
    await wait_for(lambda: not any(is_alive(worker) for worker in workers), 5)


async def kill_all(served: Serving) -> None:
    """The main process and its server processes."""
    os.killpg(served.process.pid, signal.SIGKILL)
    served.process.wait()


async def kill_worker(served: Serving) -> None:
    """One server process; the main process makes another."""
    os.kill(served.workers()[0], signal.SIGKILL)


KILLS = [kill_main, kill_worker, kill_all, kill_main, kill_worker]


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_nothing_is_lost_when_the_application_is_killed(
    installation: Installation, tmp_path: Path, record_property: Note, rounds: int
) -> None:
    """Killed as a whole it is started again, as a service manager does; a server process is replaced by itself."""
    ledger, away, log = Ledger(), [], tmp_path / "log"
    served = begin(installation.home, log)
    values = {"PORT": served.address.rpartition(":")[2]}
    try:
        wait_until_ready(served)
        with writing(installation, served.address, ledger, may_lose_connection=True):
            for kill in KILLS[:rounds]:
                await written(ledger, 12)
                moment = time.monotonic()
                await kill(served)
                ended = time.monotonic()  # until then an orphan may still have answered
                if served.process.poll() is not None:
                    served = begin(installation.home, log, **values)
                await wait_for(lambda: ledger.back_after(ended) is not None, 60)  # noqa: B023 -- asked at once
                away.append(ended - moment + (ledger.back_after(ended) or 0))
            await written(ledger, 12)
        found = await compared(postgres.start(installation.home), ledger)
    finally:
        end(served)
    note(record_property, ledger, found, away)

    assert (found.lost, found.half, found.twice, ledger.wrong) == ([], [], [], [])
    assert max(away) < MOST_SECONDS_AWAY[rounds]
    assert installation.token not in log.read_text()


@pytest.mark.parametrize("kill", [kill_main, kill_all])
async def test_nothing_outlives_a_killed_application(
    installation: Installation, tmp_path: Path, kill: Callable[[Serving], object]
) -> None:
    """Server processes and the embedded database end by themselves, and the data are whole."""
    with serving(installation.home, tmp_path / "log", TASKFORCE_WORKERS="2") as served:
        server = postgres.start(installation.home)
        workers = served.workers()
        assert len(workers) == 2
        await kill(served)  # type: ignore[misc]
        await wait_for(lambda: not any(is_alive(worker) for worker in workers), 10)
        await wait_for(lambda: not server_processes(server), 20)

    assert "database system is shut down" in (server.data / "log").read_text()
    assert run(installation.home, "doctor").returncode == 0
