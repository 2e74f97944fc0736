"""What keeps the embedded server up while `serve` runs, and ends it when `serve` was killed."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog

from taskforce import postgres
from taskforce.postgres import Server

log = structlog.get_logger()
PAUSE = 5.0  # seconds between tries to start a server that fails, say because the disk is full
# A shell of one megabyte waits at a pipe that only ends with all processes of ours; a word on it is a farewell.
# Two seconds later: who starts again at once, as a service manager does, finds the database running.
WAIT_FOR_END = 'read -r word || { sleep 2; exec "$@"; }'
SWEEP = "import pathlib, sys; from taskforce import postgres; postgres.stop_unused(pathlib.Path(sys.argv[1]))"
START = """import pathlib, sys
from taskforce import postgres
try:
    postgres.start(pathlib.Path(sys.argv[1]))
except postgres.PostgresFailed as failed:
    sys.exit(str(failed))
"""


@contextmanager
def kept_up(home: Path, server: Server) -> Iterator[None]:
    """Start the embedded server again whenever it dies, until the block is left.

    Nothing else does: after kill -9 the postmaster stays down by itself. Recovery takes what was committed last.
    """
    leaving = threading.Event()

    def keep() -> None:
        while not leaving.is_set():
            postgres.wait_for_end(server, given_up=leaving.is_set)
            if leaving.is_set():
                return
            # In a process of its own: a server process forked from this one meanwhile would keep the lock for ever.
            begun = subprocess.run(  # noqa: S603 -- our own program
                [sys.executable, "-c", START, str(home)], capture_output=True, text=True, check=False
            )
            if begun.returncode:
                log.error("database server cannot be started", error=begun.stderr.strip())
                leaving.wait(PAUSE)

    thread = threading.Thread(target=keep, name="keeper", daemon=True)
    thread.start()
    try:
        yield
    finally:
        leaving.set()
        thread.join()


@contextmanager
def swept(home: Path) -> Iterator[None]:
    """Have the embedded server stopped if all our processes are killed: nobody else would.

    The pipe is inherited by the server processes that are forked from this one, so the sweeper begins when the last of
    them has ended; in its own session it outlives a kill of our process group.
    """
    reader, writer = os.pipe()
    command = ["/bin/sh", "-c", WAIT_FOR_END, "taskforce-sweeper", sys.executable, "-c", SWEEP, str(home)]
    sweeper = subprocess.Popen(  # noqa: S603 -- our own programs
        command, stdin=reader, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    os.close(reader)
    try:
        yield
    finally:
        with suppress(BrokenPipeError):
            os.write(writer, b"farewell\n")
        os.close(writer)
        sweeper.wait()
