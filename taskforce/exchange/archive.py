"""A backup as one file: a plain tar of the dump, the evidence files and, as its last member, the manifest."""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Literal, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from taskforce.errors import Refused

DUMP = "database.dump"
FILES = "files"
MANIFEST = "manifest.json"
MOST_MANIFEST_BYTES = 64 * 2**20  # 200 bytes a file: 300,000 files
CHUNK = 2**20
# A dump, or a file below files/; no part of a name begins with a dot, so none leads out of the folder.
NAME = re.compile(r"database\.dump|files(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,127})+")
Report = Callable[[int], None]  # is told of each so many bytes that are done


class Member(BaseModel):
    """One file of the archive. `size` in bytes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    size: int
    sha256: str


class Facts(BaseModel):
    """What a backup says of itself. `counts` are the rows of each table at the moment of the dump."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    taskforce: str
    revision: str
    postgres: str
    made_at: datetime
    counts: dict[str, int]


class Manifest(Facts):
    """The facts and every member with its digest; `digest` covers all of it."""

    format: Literal["taskforce.backup/1"]
    members: tuple[Member, ...]
    digest: str


def _digest(content: dict[str, object]) -> str:
    kept = {name: value for name, value in content.items() if name != "digest"}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class _Hashed:
    """What a tar is written to: passes on, hashes and reports."""

    def __init__(self, target: IO[bytes], report: Report) -> None:
        self.target, self.report, self.sha256 = target, report, hashlib.sha256()

    def write(self, content: bytes) -> int:
        self.sha256.update(content)
        self.report(len(content))
        return self.target.write(content)


class _Read:
    """One file on its way into the tar, hashed as it is read, so that what is stored is what was hashed."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.sha256 = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        content = self.source.read(size)
        self.sha256.update(content)
        return content


def stored_files(folder: Path) -> dict[str, Path]:
    """The evidence files of an installation by their names in an archive; hidden ones are unfinished uploads.

    Raises:
        Refused: a name there is none that an archive takes.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_symlink() or not path.is_file() or any(part.startswith(".") for part in parts):
            continue
        name = "/".join((FILES, *parts))
        if not NAME.fullmatch(name):
            raise Refused("%(path)s has a name that no file of ours has: move it away.", path=path)
        found[name] = path
    return found


def write_archive(target: Path, facts: Facts, members: dict[str, Path], report: Report) -> str:
    """Write an archive that only its owner reads, and return its sha256; it has its name only when it is complete.

    A file that is purged meanwhile is left out. `report` is told of bytes.

    Raises:
        Refused: there is a file of that name already.
    """
    if target.exists():
        raise Refused("%(path)s exists: name another file, so that no backup is lost.", path=target)
    unfinished = target.with_name(f".{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            hashed = _Hashed(stream, report)
            with tarfile.open(fileobj=cast("IO[bytes]", hashed), mode="w|", format=tarfile.PAX_FORMAT) as tar:
                written = tuple(member for name, path in members.items() if (member := _add(tar, name, path)))
                _add_manifest(tar, facts, written)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(unfinished, target)  # unlike a rename it replaces nothing that came meanwhile
        fsync_folder(target.parent)
    finally:
        unfinished.unlink(missing_ok=True)
    return hashed.sha256.hexdigest()


def _add(tar: tarfile.TarFile, name: str, path: Path) -> Member | None:
    try:
        source = path.open("rb")
    except FileNotFoundError:
        return None
    with source:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = os.fstat(source.fileno()).st_size, 0o600
        read = _Read(source)
        tar.addfile(entry, cast("IO[bytes]", read))
    return Member(name=name, size=entry.size, sha256=read.sha256.hexdigest())


def _add_manifest(tar: tarfile.TarFile, facts: Facts, members: tuple[Member, ...]) -> None:
    content = facts.model_dump(mode="json") | {
        "format": "taskforce.backup/1",
        "members": [member.model_dump() for member in members],
    }
    text = json.dumps(content | {"digest": _digest(content)}, indent=1, ensure_ascii=False).encode()
    entry = tarfile.TarInfo(MANIFEST)
    entry.size, entry.mode = len(text), 0o600
    tar.addfile(entry, io.BytesIO(text))


def fsync_folder(folder: Path) -> None:
    """Make sure that the names in a folder outlive a power cut."""
    room = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(room)
    finally:
        os.close(room)


def unpack(archive: Path, stage: Path, report: Report) -> Manifest:
    """Copy the members into an empty folder, and compare each with the manifest; nothing else is touched.

    Raises:
        Refused: it is no whole archive of ours, or was changed since it was made.
    """
    found: dict[str, Member] = {}
    manifest: Manifest | None = None
    with _entries(archive) as tar:
        for entry in tar:
            if manifest is not None:
                raise _changed(archive, f"{entry.name} follows the manifest, which is the last")
            if entry.name == MANIFEST:
                manifest = _manifest(archive, tar, entry)
                continue
            if not entry.isreg() or not NAME.fullmatch(entry.name) or entry.name in found:
                raise _changed(archive, f"{entry.name!r} does not belong there, or is there twice")
            found[entry.name] = _copied(tar, entry, stage / entry.name, report)
    if manifest is None:
        raise _changed(archive, "its end is missing, the manifest with it")
    for member in manifest.members:
        if found.pop(member.name, None) != member:
            raise _changed(archive, f"{member.name} is missing or differs from its digest")
    if found:
        raise _changed(archive, f"{next(iter(found))} is not in the manifest")
    if not (stage / DUMP).is_file():
        raise _changed(archive, f"{DUMP} is missing")
    return manifest


@contextmanager
def _entries(archive: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(archive, "r:") as tar:
            yield tar
    except (tarfile.TarError, EOFError) as broken:
        raise _changed(archive, str(broken)) from broken


def _changed(archive: Path, what: str) -> Refused:
    return Refused(
        "%(archive)s is no backup that can be trusted: %(what)s. Nothing was changed; take another backup.",
        archive=archive,
        what=what,
    )


def _manifest(archive: Path, tar: tarfile.TarFile, entry: tarfile.TarInfo) -> Manifest:
    stream = tar.extractfile(entry) if entry.isreg() and entry.size <= MOST_MANIFEST_BYTES else None
    try:
        content: dict[str, object] = json.loads(stream.read()) if stream else {}
        manifest = Manifest.model_validate(content)
    except (ValueError, ValidationError, RecursionError) as broken:
        raise _changed(archive, "its manifest cannot be read") from broken
    if manifest.digest != _digest(content):
        raise _changed(archive, "its manifest differs from its digest")
    return manifest


def _copied(tar: tarfile.TarFile, entry: tarfile.TarInfo, target: Path, report: Report) -> Member:
    """Copy one member out and onto the disk."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    stream, sha256, size = tar.extractfile(entry), hashlib.sha256(), 0
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
        while stream and (chunk := stream.read(CHUNK)):
            sha256.update(chunk)
            size += len(chunk)
            copy.write(chunk)
            report(len(chunk))
        copy.flush()
        os.fsync(copy.fileno())
    return Member(name=entry.name, size=size, sha256=sha256.hexdigest())
