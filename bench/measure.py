"""CPU time per request, application and PostgreSQL together, read from /proc; wall time here is noisy."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

TICKS = os.sysconf("SC_CLK_TCK")
WARM_UP = 40
REQUESTS = 200


def _fields(pid: str) -> tuple[int, float] | None:
    """The parent of a process and its CPU seconds, children that ended included."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(after_name[1]), sum(int(each) for each in after_name[11:15]) / TICKS


def cpu_seconds(*roots: int) -> float:
    """CPU seconds of these processes and all below them."""
    found = {int(pid): fields for pid in os.listdir("/proc") if pid.isdigit() and (fields := _fields(pid))}
    wanted = set(roots)
    grew = True
    while grew:
        below = {pid for pid, (parent, _) in found.items() if parent in wanted}
        grew = not below <= wanted
        wanted |= below
    return sum(found[pid][1] for pid in wanted if pid in found)


@contextmanager
def serving(target: str, port: int, environment: Mapping[str, str]) -> Iterator[int]:
    """A granian with one worker on a port; gives its process id."""
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port), "--no-log", *target.split()]
    # the log is written, as when it serves, and nobody reads it
    own = {**os.environ, **environment}
    process = subprocess.Popen(command, env=own, stdout=subprocess.DEVNULL)  # noqa: S603 - our own interpreter
    try:
        for _ in range(200):
            try:
                http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
                break
            except OSError:
                time.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        process.wait(10)


def milliseconds(
    port: int,
    path: str,
    headers: Mapping[str, str],
    *roots: int,
    sent: Callable[[], Mapping[str, object]] | None = None,
) -> float:
    """CPU milliseconds of one GET, from many in a row on one connection; of one POST, where `sent` makes its JSON.

    Raises:
        RuntimeError: an answer was neither 200 nor 201.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(count: int) -> None:
        for _ in range(count):
            if sent is None:
                connection.request("GET", path, headers=dict(headers))
            else:
                more = {"content-type": "application/json", "idempotency-key": uuid4().hex}
                connection.request("POST", path, json.dumps(sent()), {**headers, **more})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status not in (200, 201):
                raise RuntimeError(f"{path} answered {answer.status}: {body[:200]!r}")

    ask(WARM_UP)
    before = cpu_seconds(*roots)
    ask(REQUESTS)
    return (cpu_seconds(*roots) - before) / REQUESTS * 1000
