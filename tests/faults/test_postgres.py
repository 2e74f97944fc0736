"""The embedded server keeps its promises when processes die and files are stale."""

import fcntl
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from taskforce import postgres, postgres_programs
from taskforce.postgres import PostgresFailed, Server
from tests.faults.servers import ROOT, ask, kill, postmaster, python, starts

HOLD = """
import signal, sys, time
from pathlib import Path
from taskforce import postgres
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that runs the tests in the background ignores it
with postgres.in_use(Path(sys.argv[1])) as server:
    try:
        print("in", flush=True)
        time.sleep(20)
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


def test_four_starters_at_once_make_one_server(new_home: Path) -> None:
    """Four processes that start the same new home at the same moment all get the one server."""
    starters = [python(START, new_home) for _ in range(4)]
    said = {starter.communicate(timeout=60)[0] for starter in starters}
    server = postgres.start(new_home)

    assert [starter.returncode for starter in starters] == [0] * 4
    assert said == {f"{server.socket_folder}\n"}
    assert starts(server) == 1


@pytest.mark.parametrize("initdb_too", [True, False])
def test_an_interrupted_first_start_is_done_again(new_home: Path, initdb_too: bool) -> None:
    """After a kill -9 in the middle of initdb, whether that survives or not, the next start makes the data."""
    starter = python(START, new_home)
    unfinished = new_home / "postgres.unfinished"
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
    assert not (new_home / "postgres").exists()
    server = postgres.start(new_home)

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


def test_a_truncated_pid_file_does_not_matter(home: Path) -> None:
    """A postmaster.pid that was cut short by a crash, or holds anything else, is no obstacle."""
    server = postgres.start(home)
    for written in ("", "12", "not a number\n", "\0" * 40):
        kill(server)
        (server.data / "postmaster.pid").write_text(written)
        assert ask(postgres.start(home), "select 1") == "1", written


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
