"""The archive of a backup: whatever was changed, left out, added or cut is seen before anything is touched."""

import datetime as dt
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from taskforce.errors import Refused
from taskforce.exchange.archive import DUMP, MANIFEST, Facts, unpack, write_archive


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive of a dump and two files, apart from where the tests work."""
    folder = tmp_path.with_name(f"{tmp_path.name}-archive")
    folder.mkdir()
    contents = {DUMP: b"PGDMP" * 5_000, "files/ab/abc": b"minutes" * 1_000, "files/cd/cde": b""}
    for name, content in contents.items():
        (folder / name.replace("/", "-")).write_bytes(content)
    paths = {name: folder / name.replace("/", "-") for name in contents}
    counts = {"public.activity": 120}
    facts = Facts(taskforce="1.0", revision="0001", postgres="18.6", made_at=dt.datetime.now(dt.UTC), counts=counts)
    write_archive(folder / "archive.tar", facts, paths, lambda _bytes: None)
    return folder / "archive.tar"


def members(archive: Path) -> dict[str, bytes]:
    """The content of each member, in order."""
    with tarfile.open(archive) as tar:
        return {entry.name: tar.extractfile(entry).read() for entry in tar}  # type: ignore[union-attr]


def packed(target: Path, members: list[tuple[tarfile.TarInfo | str, bytes]]) -> None:
    """Write an archive with these members."""
    with tarfile.open(target, "w") as tar:
        for name, content in members:
            entry = tarfile.TarInfo(name) if isinstance(name, str) else name
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


def _flipped(content: bytes) -> bytes:
    return content[: len(content) // 2] + bytes([content[len(content) // 2] ^ 1]) + content[len(content) // 2 + 1 :]


def change_dump(members: dict[str, bytes]) -> list[tuple[tarfile.TarInfo | str, bytes]]:
    """One bit of the dump is another."""
    return [(name, _flipped(content) if name == DUMP else content) for name, content in members.items()]


def _change_file(members: dict[str, bytes]) -> list[tuple[tarfile.TarInfo | str, bytes]]:
    return [(name, content + b"x" if name.startswith("files/") else content) for name, content in members.items()]


def _change_count(members: dict[str, bytes]) -> list[tuple[tarfile.TarInfo | str, bytes]]:
    manifest = json.loads(members[MANIFEST])
    manifest["counts"]["public.activity"] += 1
    return [*list(members.items())[:-1], (MANIFEST, json.dumps(manifest).encode())]


def _leave_out(members: dict[str, bytes]) -> list[tuple[tarfile.TarInfo | str, bytes]]:
    gone = next(name for name in members if name.startswith("files/"))
    return [(name, content) for name, content in members.items() if name != gone]


def _add(members: dict[str, bytes]) -> list[tuple[tarfile.TarInfo | str, bytes]]:
    return [("files/ab/more", b"more"), *members.items()]


def _escape(members: dict[str, bytes]) -> list[tuple[tarfile.TarInfo | str, bytes]]:
    return [("files/../../escaped", b"out"), *members.items()]


def _absolute(members: dict[str, bytes]) -> list[tuple[tarfile.TarInfo | str, bytes]]:
    return [("/tmp/escaped", b"out"), *members.items()]  # noqa: S108 -- what must be refused


def _link(members: dict[str, bytes]) -> list[tuple[tarfile.TarInfo | str, bytes]]:
    entry = tarfile.TarInfo("files/ab/link")
    entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return [(entry, b""), *members.items()]


def _twice(members: dict[str, bytes]) -> list[tuple[tarfile.TarInfo | str, bytes]]:
    return [(DUMP, members[DUMP]), *members.items()]


def _after_the_manifest(members: dict[str, bytes]) -> list[tuple[tarfile.TarInfo | str, bytes]]:
    return [*members.items(), ("files/ab/after", b"after")]


def _no_manifest(members: dict[str, bytes]) -> list[tuple[tarfile.TarInfo | str, bytes]]:
    return [(name, content) for name, content in members.items() if name != MANIFEST]


def _nested_manifest(members: dict[str, bytes]) -> list[tuple[tarfile.TarInfo | str, bytes]]:
    return [(name, b"[" * 100_000 if name == MANIFEST else content) for name, content in members.items()]


CHANGES: list[Callable[[dict[str, bytes]], list[tuple[tarfile.TarInfo | str, bytes]]]] = [
    change_dump,
    _change_file,
    _change_count,
    _leave_out,
    _add,
    _escape,
    _absolute,
    _link,
    _twice,
    _after_the_manifest,
    _no_manifest,
    _nested_manifest,
]


@pytest.mark.parametrize("change", CHANGES, ids=[change.__name__.strip("_") for change in CHANGES])
def test_a_changed_archive_is_refused(archive: Path, tmp_path: Path, change: Callable[..., object]) -> None:
    """Whatever was changed, left out, added or put somewhere else is seen before anything is touched."""
    changed, stage = tmp_path / "changed.tar", tmp_path / "stage" / "below"
    packed(changed, change(members(archive)))  # type: ignore[arg-type]
    stage.mkdir(parents=True)

    with pytest.raises(Refused, match=r"no backup that can be trusted.*Nothing was changed"):
        unpack(changed, stage, lambda _bytes: None)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["changed.tar", "stage"]
    assert [path.name for path in (tmp_path / "stage").iterdir()] == ["below"]


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9, 0.999])
def test_an_archive_that_was_cut_is_refused(archive: Path, tmp_path: Path, share: float) -> None:
    """A copy that broke off, at the start, in a member or before the manifest, is never taken for a backup."""
    cut, stage = tmp_path / "cut.tar", tmp_path / "stage"
    content = archive.read_bytes().rstrip(b"\0")
    cut.write_bytes(content[: int(len(content) * share)])
    stage.mkdir()

    with pytest.raises(Refused, match="no backup that can be trusted"):
        unpack(cut, stage, lambda _bytes: None)


def test_a_whole_archive_is_taken(archive: Path, tmp_path: Path) -> None:
    """The same check lets pass what was not changed: else the refusals above would show nothing."""
    manifest = unpack(archive, tmp_path, lambda _bytes: None)

    assert (tmp_path / DUMP).stat().st_size == manifest.members[0].size > 10_000
    assert manifest.counts == {"public.activity": 120}
    assert {member.name: (tmp_path / member.name).read_bytes() for member in manifest.members} == {
        name: content for name, content in members(archive).items() if name != MANIFEST
    }
