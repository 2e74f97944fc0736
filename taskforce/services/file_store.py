"""Where the bytes of evidence lie: one file for each content, named by its SHA-256, in the home of the installation."""

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import Final

from taskforce.settings import settings

_UNFINISHED: Final = ".incoming-"
LEFT_ALONE: Final = 86_400  # seconds in which a file may belong to a change that is being made


@dataclass(frozen=True)
class NewFile:
    """Bytes that were looked at and may be kept, with what was found out about them; open for reading."""

    file: BufferedRandom
    name: str
    media_type: str
    byte_count: int
    sha256: str


def folder() -> Path:
    """The folder of all evidence, which only the user of this process reads."""
    found = settings().home / "files"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def unnamed_file() -> BufferedRandom:
    """A file on the same disk that has no name, so that nothing is left of it when it is closed or the server dies."""
    return TemporaryFile(dir=folder())


def path_of(sha256: str) -> Path:
    """Where the bytes with this hash lie, or would lie."""
    return folder() / sha256[:2] / sha256


def keep(new: NewFile) -> None:
    """Have the bytes on disk, for good, when this returns; the same bytes are stored once.

    Whoever calls this holds the lock of the hash, so that nobody removes them before the row is committed.
    """
    target = path_of(new.sha256)
    if not target.parent.exists():
        target.parent.mkdir(mode=0o700, exist_ok=True)
        _sync(folder())
    if target.exists():
        os.utime(target)  # a sweep leaves young files alone
        return
    new.file.seek(0)
    with NamedTemporaryFile(dir=target.parent, prefix=_UNFINISHED, delete=False) as written:
        shutil.copyfileobj(new.file, written)
        written.flush()
        os.fsync(written.fileno())
    Path(written.name).rename(target)
    _sync(target.parent)


def remove(sha256: str) -> None:
    """Take the bytes with this hash off the disk, if they are there."""
    path = path_of(sha256)
    path.unlink(missing_ok=True)
    if path.parent.exists():
        _sync(path.parent)


def is_old(sha256: str) -> bool:
    """Whether nobody kept these bytes for a day."""
    path = path_of(sha256)
    return path.exists() and time.time() - path.stat().st_mtime > LEFT_ALONE


def stored() -> Iterator[str]:
    """The hashes of all bytes on disk; what a dying server left half written is removed on the way."""
    for path in sorted(folder().glob("??/*")):
        if not path.name.startswith(_UNFINISHED):
            yield path.name
        elif time.time() - path.stat().st_mtime > LEFT_ALONE:
            path.unlink(missing_ok=True)


def _sync(place: Path) -> None:
    """A new name in a folder is on disk only when the folder is."""
    opened = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
