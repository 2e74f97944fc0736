"""Data folders of the embedded server for tests: made once for a run, and copied for each use."""

import fcntl
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path


def once(folder: Path, make: Callable[[Path], None]) -> Path:
    """Return a folder that the first worker of this run makes; the others wait for it."""
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    with folder.with_name(f"{folder.name}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            unfinished.rename(folder)
    return folder


def copied(source: Path, target: Path) -> Path:
    """Copy a data folder whose server is stopped, with owners and modes; the copy's server has a socket of its own."""
    subprocess.run(["/bin/cp", "-a", source, target], check=True)  # noqa: S603 -- our own folders
    return target
