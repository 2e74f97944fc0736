"""Saving the whole installation in one file, and bringing it back."""

import asyncio
import datetime as dt
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from taskforce import __version__
from taskforce.cli.database import Addresses, database
from taskforce.cli.dump import (
    Restored,
    administering,
    dump,
    programs,
    require_room,
    restore_dump,
    server_major,
    snapshot,
)
from taskforce.db import share_key
from taskforce.errors import Refused
from taskforce.exchange.archive import (
    DUMP,
    FILES,
    Facts,
    Manifest,
    Report,
    fsync_folder,
    stored_files,
    unpack,
    write_archive,
)
from taskforce.settings import newest_revision, settings

STATE = "backup.json"  # in the data folder: when and where the last backup was made, for `doctor`


@dataclass(frozen=True)
class Saved:
    """What was saved or brought back. `row_count` over all tables, `bytes` of the archive."""

    file: str
    revision: str
    row_count: int
    file_count: int
    bytes: int
    sha256: str
    made_at: str


@contextmanager
def _progress() -> Iterator[Progress]:
    """Bars on stderr, so that stdout stays clean for --json; gone when the work is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield progress


def _bar(progress: Progress, what: str, total: int | None) -> Report:
    task = progress.add_task(what, total=total)
    return lambda done: progress.advance(task, done)


async def _dumped(addresses: Addresses, target: Path, report: Report, now: dt.datetime) -> Facts:
    async with administering(addresses.admin) as connection:
        folder = programs(await server_major(connection), is_embedded=addresses.server is not None)
        found = await snapshot(connection)
        await asyncio.to_thread(dump, addresses.admin, folder, found, target, report)
    return Facts(
        taskforce=__version__, revision=found.revision, postgres=found.postgres, made_at=now, counts=found.counts
    )


def _save(addresses: Addresses, target: Path, now: dt.datetime) -> Saved:
    """The dump first, then the files: whatever row of the dump names a file, it is there to be copied."""
    with TemporaryDirectory(dir=target.parent, prefix=".taskforce-backup-") as stage, _progress() as progress:
        dumped = Path(stage) / DUMP
        facts = asyncio.run(_dumped(addresses, dumped, _bar(progress, "Dumping the database", None), now))
        members = {DUMP: dumped} | stored_files(settings().home / FILES)
        total = sum(path.stat().st_size for path in members.values() if path.exists())
        sha256 = write_archive(target, facts, members, _bar(progress, "Writing the archive", total))
    return Saved(
        file=str(target),
        revision=facts.revision,
        row_count=sum(facts.counts.values()),
        file_count=len(members) - 1,
        bytes=target.stat().st_size,
        sha256=sha256,
        made_at=now.isoformat(timespec="seconds"),
    )


def _note(saved: Saved) -> None:
    """Remember the backup, so that `doctor` can tell when the last one was made."""
    state = settings().home / STATE
    state.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = state.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(asdict(saved)), encoding="utf-8")
    unfinished.replace(state)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def backup(file: Path, as_json: bool) -> None:
    """Save the database and the evidence files in one new file, while everybody goes on working.

    It holds all that the installation knows, so keep it as safe as the installation, and on another machine.

    Example: taskforce backup /var/backups/taskforce/monday.tar
    """
    target = file.resolve()
    if target.exists():  # before minutes of work
        raise Refused("%(path)s exists: name another file, so that no backup is lost.", path=target)
    with database() as addresses:
        saved = _save(addresses, target, dt.datetime.now(dt.UTC))
    _note(saved)
    if as_json:
        click.echo(json.dumps(asdict(saved)))
    else:
        click.echo(
            f"{saved.file}: {saved.bytes / 1e6:.1f} MB, {saved.row_count:,} rows, {saved.file_count} files, "
            f"schema {saved.revision}\nsha256 {saved.sha256}"
        )


def _require_known(manifest: Manifest) -> None:
    if manifest.revision > newest_revision():
        raise Refused(
            "the backup has schema %(theirs)s of Taskforce %(version)s, and this version knows %(ours)s: install that"
            " version or a later one first. Nothing was changed.",
            theirs=manifest.revision,
            version=manifest.taskforce,
            ours=newest_revision(),
        )


async def _programs_for(addresses: Addresses, *, replace: bool) -> Path:
    async with administering(addresses.admin) as connection:
        await require_room(connection, replace=replace)
        return programs(await server_major(connection), is_embedded=addresses.server is not None)


@contextmanager
def _files_in_place(stage: Path, *, replace: bool) -> Iterator[None]:
    """Put the files beside what is there, which harms nothing; take them away again if the database says no.

    They are named after their content, so one that is there already is the same. On success those that the backup
    does not know are removed; where a kill prevents that, nothing refers to them.
    """
    folder, arrived = settings().home / FILES, stored_files(stage / FILES)
    before = stored_files(folder)
    if before and not replace:
        raise Refused("%(folder)s holds files already: restore into an empty one, or give --replace.", folder=folder)
    added = [name for name in arrived if name not in before]
    try:
        for name, path in arrived.items():
            target = settings().home / name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.replace(path, target)
            fsync_folder(target.parent)
        yield
    except BaseException:
        for name in added:
            (settings().home / name).unlink(missing_ok=True)
        raise
    for name in before.keys() - arrived.keys():
        (settings().home / name).unlink(missing_ok=True)


def _bring_back(addresses: Addresses, archive: Path, *, replace: bool) -> Manifest:
    home, size = settings().home, archive.stat().st_size
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if shutil.disk_usage(home).free < 2 * size:
        raise Refused(
            "%(home)s has not twice the room of the backup (%(size)s bytes): make room.", home=home, size=size
        )
    with TemporaryDirectory(dir=home, prefix=".restoring-") as stage, _progress() as progress:
        manifest = unpack(archive, Path(stage), _bar(progress, "Checking the archive", size))
        _require_known(manifest)
        folder = asyncio.run(_programs_for(addresses, replace=replace))
        with _files_in_place(Path(stage), replace=replace):
            source = Restored(Path(stage) / DUMP, manifest.counts, replace)
            restore_dump(addresses, folder, source, _bar(progress, "Restoring the database", None))
    if manifest.revision == newest_revision():  # else the migration does it
        asyncio.run(share_key(addresses.admin))
    return manifest


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--replace", is_flag=True, help="Put it in the place of all that is there now.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def restore(file: Path, replace: bool, as_json: bool) -> None:
    """Bring a backup back into an empty installation: all of it, or nothing.

    The archive is checked against its manifest before anything is touched. Stop the server first.

    Example: TASKFORCE_HOME=/var/tmp/drill taskforce restore /var/backups/taskforce/monday.tar
    """
    with database() as addresses:
        manifest = _bring_back(addresses, file.resolve(), replace=replace)
    rows, files = sum(manifest.counts.values()), len(manifest.members) - 1
    if as_json:
        facts = {"made_at": manifest.made_at.isoformat(), "taskforce": manifest.taskforce}
        click.echo(json.dumps(facts | {"revision": manifest.revision, "row_count": rows, "file_count": files}))
        return
    click.echo(f"Back is what was saved on {manifest.made_at:%Y-%m-%d %H:%M} UTC: {rows:,} rows, {files} files.")
    if manifest.revision < newest_revision():
        click.echo(f"Its schema is {manifest.revision}: run taskforce migrate before you serve.")
