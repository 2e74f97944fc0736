"""Runs commands as processes of their own, forked from one that has imported what they need: no start is paid twice."""

import multiprocessing
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from taskforce.cli import main

PATIENCE = 60  # seconds, for a machine that runs much beside the tests
IMPORTED = [f"taskforce.cli.{name}" for name in ("demo", "doctor", "plan_check", "plan_store", "serve", "user")]
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__, *IMPORTED])


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


def _become(folder: str, arguments: tuple[str, ...], environment: dict[str, str]) -> None:
    """Be the command: with its own environment, input and output, and the exit code that it asks for."""
    os.environ.clear()
    os.environ.update(environment)
    for number, (name, mode) in enumerate((("stdin", os.O_RDONLY), ("stdout", os.O_WRONLY), ("stderr", os.O_WRONLY))):
        os.dup2(os.open(Path(folder) / name, mode), number)
    sys.stdin = os.fdopen(0)
    sys.argv = ["taskforce", *arguments]
    main(prog_name="taskforce")


def run(*arguments: str, environment: dict[str, str], answer: str = "") -> Done:
    """Run `taskforce ARGUMENTS…` to its end in exactly this environment, with what a user answers.

    Raises:
        AssertionError: it does not end within PATIENCE.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "stdin").write_text(answer)
        (folder / "stdout").touch()
        (folder / "stderr").touch()
        process = FORKS.Process(target=_become, args=(name, arguments, environment))
        process.start()
        process.join(PATIENCE)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise AssertionError(f"taskforce {' '.join(arguments)} did not end within {PATIENCE} s")
        done = Done(process.exitcode, (folder / "stdout").read_text(), (folder / "stderr").read_text())
        process.close()
    return done
