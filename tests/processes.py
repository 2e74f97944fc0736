"""Real processes of the command line, for tests of what only a process shows: exit codes, signals, kills."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[1]
PATIENCE = 300  # seconds, for a machine that runs much beside the tests


def free_port() -> int:
    """A port that nobody serves now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def environment(home: Path, **values: str) -> dict[str, str]:
    """The environment of a program on its own data, with none of the settings of the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TASKFORCE_", "PYTEST_"))}
    own = {"TASKFORCE_HOME": str(home), "PYTHONPATH": str(ROOT), "TASKFORCE_ARGON2_MEMORY_KIB": "32"}
    return kept | own | {"PORT": str(free_port())} | values


def run(home: Path, *arguments: str, answer: str = "", **values: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return python(home, "-m", "taskforce", *arguments, answer=answer, **values)


def python(home: Path, *arguments: str, answer: str = "", **values: str) -> subprocess.CompletedProcess[str]:
    """Run Python on the same data, to its end."""
    return subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, *arguments],
        env=environment(home, **values),
        input=answer,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def done(home: Path, *arguments: str, **values: str) -> str:
    """What a command printed that must succeed."""
    ended = run(home, *arguments, **values)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@dataclass
class Serving:
    """`taskforce serve` as a process and process group of its own; its output is in `log`."""

    process: "subprocess.Popen[bytes]"
    address: str
    log: Path

    def workers(self) -> list[int]:
        """The process ids of its server processes."""
        return [child for child, parent in parents().items() if parent == self.process.pid]

    def said(self) -> str:
        """All that it and its server processes wrote."""
        return self.log.read_text(encoding="utf-8", errors="replace")


def parents() -> dict[int, int]:
    """Every living Python process with its parent."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            name, _, rest = (folder / "stat").read_text().rpartition(")")
            state, parent = rest.split()[:2]
            if state != "Z" and "python" in name:
                found[int(folder.name)] = int(parent)
    return found


def is_alive(process: int) -> bool:
    """Whether a process runs, and is no zombie."""
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def begin(home: Path, log: Path, **values: str) -> Serving:
    """Start to serve, without waiting; what it says is added to the log."""
    chosen = environment(home, **values)
    with log.open("ab") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "taskforce", "serve"],
            env=chosen,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    return Serving(process, f"http://127.0.0.1:{chosen['PORT']}", log)


def wait_until_ready(serving: Serving) -> float:
    """The seconds until it is ready to serve."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        assert serving.process.poll() is None, serving.said()
        with suppress(httpx.TransportError):
            if httpx.get(f"{serving.address}/health/ready", timeout=5).status_code == 200:
                return time.monotonic() - began
        time.sleep(0.02)
    raise AssertionError(f"it does not get ready: {serving.said()}")


@contextmanager
def serving(home: Path, log: Path, **values: str) -> Iterator[Serving]:
    """A server that is ready; ended, with all its processes, if the test did not end it."""
    found = begin(home, log, **values)
    try:
        wait_until_ready(found)
        yield found
    finally:
        end(found)


def end(found: Serving) -> None:
    """Stop a server as a service manager does: first kindly."""
    if found.process.poll() is None:
        found.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            found.process.wait(20)
    with suppress(ProcessLookupError):
        os.killpg(found.process.pid, signal.SIGKILL)
    found.process.wait(5)
