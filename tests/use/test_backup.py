"""Backup and restore, through real processes on servers of their own: all comes back, or nothing changes."""

import asyncio
import hashlib
import json
import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from taskforce import postgres
from taskforce.exchange.archive import Facts, stored_files, unpack, write_archive
from tests.processes import done, python, run
from tests.use.test_archive import change_dump, members, packed

# All plans of an installation as files of a folder, by the command that users have.
EXPORT_ALL = """
import asyncio, sys
from sqlalchemy import text
from taskforce.access import OPERATOR
from taskforce.cli import main
from taskforce.cli.database import database, opened
from taskforce.db import transaction

async def plans(address):
    async with opened(address) as sessions, transaction(sessions, OPERATOR) as session:
        asked = "select m.code, p.code from plan p join mechanism m on m.id = p.mechanism_id"
        return (await session.execute(text(asked))).all()

with database() as addresses:
    for mechanism, plan in asyncio.run(plans(addresses.app)):
        target = f"{sys.argv[1]}/{mechanism}-{plan}.yaml"
        main(["plan", "export", mechanism, plan, "--output", target], standalone_mode=False)
"""
EVIDENCE = {hashlib.sha256(content).hexdigest(): content for content in (b"minutes", b"", b"\0\xff" * 100_000)}


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An installation with the demonstration and three evidence files."""
    home = tmp_path_factory.mktemp("origin") / "home"
    done(home, "demo", "--check")
    for name, content in EVIDENCE.items():
        path = home / "files" / name[:2] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (home / "files" / ".unfinished").write_bytes(b"an upload that never ended")
    yield home
    postgres.stop(home)


@pytest.fixture(scope="module")
def archive(origin: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it."""
    target = tmp_path_factory.mktemp("archive") / "backup.tar"
    done(origin, "backup", str(target))
    return target


@pytest.fixture(scope="module")
def back(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An installation that was made from the backup, which tests may change and restore again."""
    home = tmp_path_factory.mktemp("back") / "home"
    with postgres.in_use(home):  # so that its server runs on between commands
        done(home, "restore", str(archive))
        yield home


def _exports(home: Path, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    ended = python(home, "-c", EXPORT_ALL, str(folder))
    assert ended.returncode == 0, ended.stderr
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _files(home: Path) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in stored_files(home / "files").items()}


def _ask(home: Path, statement: str) -> list[tuple[object, ...]]:
    """Rows, as the superuser."""
    with postgres.in_use(home) as server:

        async def ask() -> list[tuple[object, ...]]:
            connection = await asyncpg.connect(
                host=str(server.socket_folder), port=server.port, user="postgres", database="taskforce"
            )
            rows = [tuple(row.values()) for row in await connection.fetch(statement)]
            await connection.close()
            return rows

        return asyncio.run(ask())


COUNTS = (
    "select (select count(*) from activity), (select count(*) from budget_line), (select count(*) from audit_event),"
    " (select count(*) from account)"
)


def test_everything_comes_back_on_a_fresh_server(origin: Path, archive: Path, tmp_path: Path) -> None:
    """All plans export byte for byte as before, the files are equal, the server is healthy and works on.

    Row-level security is forced on both sides, and the new installation signs with a key of its own.
    """
    fresh = tmp_path / "fresh"

    report = json.loads(done(fresh, "restore", str(archive), "--json"))

    before, after = _exports(origin, tmp_path / "before"), _exports(fresh, tmp_path / "after")
    assert len(before) >= 7
    assert after == before
    assert _files(fresh) == _files(origin)
    assert set(_files(fresh).values()) == set(EVIDENCE.values())
    assert report["file_count"] == 3
    assert _ask(fresh, COUNTS) == _ask(origin, COUNTS)
    assert (fresh / "secret").read_bytes() != (origin / "secret").read_bytes()
    assert all(finding["is_well"] for finding in json.loads(done(fresh, "doctor", "--json")))
    done(fresh, "user", "add", "--email", "new@example.net", "--title", "New", "--administrator")
    postgres.stop(fresh)


def test_a_restored_database_is_protected_as_before(origin: Path, back: Path) -> None:
    """Policies, grants, triggers, owners and constraints are those of the origin, one by one."""
    questions = (
        "select polrelid::regclass::text, polname, polcmd::text, pg_get_expr(polqual, polrelid),"
        " pg_get_expr(polwithcheck, polrelid) from pg_policy order by 1, 2",
        "select relname, relrowsecurity, relforcerowsecurity, relowner::regrole::text, relacl::text from pg_class"
        " where relnamespace = 'public'::regnamespace order by 1",
        "select tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal"
        " order by 1, 2",
        "select conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated from pg_constraint"
        " where connamespace = 'public'::regnamespace order by 1, 2",
        "select proname, prosecdef, proacl::text, md5(prosrc) from pg_proc where proowner = 'tf_owner'::regrole"
        " order by 1, 4",
    )

    for question in questions:
        there = _ask(back, question)

        assert there
        assert there == _ask(origin, question)


def test_a_backup_is_its_owners_alone_and_replaces_none(origin: Path, archive: Path) -> None:
    """Only its owner reads it, a second one needs another name, and doctor knows when the last was made."""
    again = run(origin, "backup", str(archive))
    findings = {finding["what"]: finding for finding in json.loads(done(origin, "doctor", "--json"))}

    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert again.returncode == 1
    assert "name another file" in again.stderr
    assert sorted(path.name for path in archive.parent.iterdir()) == [archive.name]
    assert str(archive) in findings["Backup"]["detail"]


def test_an_old_backup_is_a_finding(origin: Path, archive: Path) -> None:
    """Whoever relies on a timer that stopped learns it from doctor."""
    state = origin / "backup.json"
    kept = state.read_text()
    state.write_text(json.dumps(json.loads(kept) | {"made_at": "2026-01-01T00:00:00+00:00"}))
    ended = run(origin, "doctor", "--json")
    state.write_text(kept)

    [cross] = [finding for finding in json.loads(ended.stdout) if not finding["is_well"]]
    assert (ended.returncode, cross["what"]) == (1, "Backup")
    assert "taskforce backup" in cross["fix"]


def test_only_an_empty_installation_takes_a_backup_without_replace(origin: Path, archive: Path) -> None:
    """A restore by mistake changes nothing."""
    before = _ask(origin, COUNTS)

    ended = run(origin, "restore", str(archive))

    assert ended.returncode == 1
    assert "give --replace" in ended.stderr
    assert _ask(origin, COUNTS) == before


def test_replace_takes_away_what_the_backup_does_not_know(origin: Path, archive: Path, back: Path) -> None:
    """Rows and files that came after the backup are gone, and those that were lost are back."""
    home, before = back, _ask(origin, COUNTS)
    done(home, "user", "add", "--email", "later@example.net", "--title", "Later", "--administrator")
    _ask(home, "create table later as select 1 as id")
    later = home / "files" / "aa" / "later"
    later.parent.mkdir(exist_ok=True)
    later.write_bytes(b"later")
    lost = next(path for name, path in stored_files(home / "files").items() if not name.endswith("later"))
    lost.unlink()
    assert _ask(home, COUNTS) != before

    done(home, "restore", str(archive), "--replace")

    assert _ask(home, COUNTS) == before
    assert _ask(home, "select to_regclass('later') is null") == [(True,)]
    assert not later.exists()
    assert set(_files(home).values()) == set(EVIDENCE.values())


def test_nobody_is_cut_off(origin: Path, archive: Path) -> None:
    """While somebody is connected a restore is refused, with the remedy."""
    with postgres.in_use(origin) as server:

        async def hold() -> str:
            connection = await asyncpg.connect(
                host=str(server.socket_folder), port=server.port, user="postgres", database="taskforce"
            )
            ended = await asyncio.to_thread(run, origin, "restore", str(archive), "--replace")
            await connection.close()
            return ended.stderr

        said = asyncio.run(hold())

    assert "stop `taskforce serve` first" in said


def test_who_is_behind_row_level_security_makes_no_half_backup(origin: Path, tmp_path: Path) -> None:
    """As tf_app, or any role that sees some rows only, backup says no instead of saving a part."""
    with postgres.in_use(origin) as server:
        address = postgres.address(server, role="tf_app", database="taskforce")
        ended = run(origin, "backup", str(tmp_path / "half.tar"), TASKFORCE_DATABASE_URL=address)

    assert ended.returncode == 1
    assert "TASKFORCE_ADMIN_DATABASE_URL" in ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.faults
def test_a_server_of_ones_own_is_saved_by_its_address(origin: Path, tmp_path: Path) -> None:
    """With both addresses set, nothing embedded is used, and the backup restores into another database there."""
    target = tmp_path / "own.tar"
    with postgres.in_use(origin) as server:
        addresses = {
            "TASKFORCE_DATABASE_URL": postgres.address(server, role="tf_app", database="taskforce"),
            "TASKFORCE_ADMIN_DATABASE_URL": postgres.address(server, role="postgres", database="taskforce"),
        }
        home = tmp_path / "elsewhere"
        saved = json.loads(done(home, "backup", str(target), "--json", **addresses))
        _ask(origin, "create database second")
        others = {name: address.replace("/taskforce?", "/second?") for name, address in addresses.items()}
        back = json.loads(done(home, "restore", str(target), "--json", **others))
        found = run(home, "doctor", "--json", **others)
        _ask(origin, "drop database second")

    assert saved["row_count"] == back["row_count"] > 1000
    assert all(finding["is_well"] for finding in json.loads(found.stdout)), found.stdout
    assert not (home / "postgres").exists()


@pytest.mark.faults
def test_the_role_of_the_guide_is_enough(tmp_path: Path) -> None:
    """A role that is no superuser, made as docs/operator.md says, migrates, saves and restores."""
    home, target = tmp_path / "home", tmp_path / "guide.tar"
    with postgres.in_use(home) as server:
        said = _psql(
            server,
            "create role tf_admin login createrole bypassrls",
            "create database first owner tf_admin",
            "create database second owner tf_admin",
        )
        assert said == [], said
        with (server.data / "pg_ident.conf").open("a") as names:  # this test's OS user may come as that role
            names.write(f'taskforce "{pwd.getpwuid(os.geteuid()).pw_name}" tf_admin\n')
        assert _psql(server, "select pg_reload_conf()") == []

        def addresses(database: str) -> dict[str, str]:
            return {
                "TASKFORCE_DATABASE_URL": postgres.address(server, role="tf_app", database=database),
                "TASKFORCE_ADMIN_DATABASE_URL": postgres.address(server, role="tf_admin", database=database),
            }

        done(home, "migrate", **addresses("first"))
        done(home, "user", "add", "--email", "a@example.net", "--title", "A", "--administrator", **addresses("first"))
        done(home, "backup", str(target), **addresses("first"))
        done(home, "restore", str(target), **addresses("second"))
        done(home, "restore", str(target), "--replace", **addresses("second"))
        found = run(home, "doctor", "--json", **addresses("second"))
        people = json.loads(done(home, "user", "list", "--json", **addresses("second")))

    assert found.returncode == 0, found.stdout
    assert "a@example.net" in json.dumps(people)


def _psql(server: postgres.Server, *statements: str) -> list[str]:
    """What the superuser is told of errors, statement by statement."""

    async def ask() -> list[str]:
        connection = await asyncpg.connect(
            host=str(server.socket_folder), port=server.port, user="postgres", database="postgres"
        )
        errors = []
        for statement in statements:
            try:
                await connection.execute(statement)
            except asyncpg.PostgresError as broken:
                errors.append(str(broken))
        await connection.close()
        return errors

    return asyncio.run(ask())


def _made_again(archive: Path, folder: Path, **facts: object) -> Path:
    """The same content with other facts and a right digest, as a forger or another version would make it."""
    stage = folder / "stage"
    stage.mkdir()
    manifest = unpack(archive, stage, lambda _bytes: None)
    told = Facts.model_validate({name: getattr(manifest, name) for name in Facts.model_fields} | facts)
    target = folder / "again.tar"
    write_archive(target, told, {member.name: stage / member.name for member in manifest.members}, lambda _bytes: None)
    return target


def test_nothing_changes_where_a_restore_is_refused(archive: Path, back: Path, tmp_path: Path) -> None:
    """With --replace, each kind of bad archive leaves rows and files as they were, and no rubbish beside them."""
    home = back
    done(home, "user", "add", "--email", "other@example.net", "--title", "Other", "--administrator")
    before, files = _ask(home, COUNTS), _files(home)
    inside = sorted(path.name for path in home.iterdir())
    bad = {}
    for name, facts in (
        ("of a later version", {"revision": "9999"}),
        ("with rows that do not come", {"counts": {"public.activity": 999_999}}),
    ):
        (tmp_path / name).mkdir()
        bad[name] = _made_again(archive, tmp_path / name, **facts)
    bad["tampered"] = tmp_path / "tampered.tar"
    packed(bad["tampered"], change_dump(members(archive)))

    said = {name: run(home, "restore", str(path), "--replace") for name, path in bad.items()}

    assert {ended.returncode for ended in said.values()} == {1}
    assert "install that version or a later one" in said["of a later version"].stderr
    assert "activity has" in said["with rows that do not come"].stderr
    assert "differs from its digest" in said["tampered"].stderr
    assert _ask(home, COUNTS) == before
    assert _files(home) == files
    assert sorted(path.name for path in home.iterdir()) == inside
    assert os.listdir(home / "files")
