"""Looks at, asks and kills the embedded servers of the fault tests, also as other processes and OS users."""

import fcntl
import os
import pwd
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from taskforce import postgres, postgres_programs
from taskforce.postgres import Server

ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="only root can act as several OS users: run the tests as root once")
CHECKOUT = Path(postgres.__file__).parents[1]
ORDINARY = "daemon"  # an OS user of every Linux who is neither root nor one that runs the server


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
    """The one answer of a statement that must succeed."""
    answer = psql(server, statement, role=role, os_user=os_user)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def postmaster(server: Server) -> int:
    """The process id of the server."""
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
    """Every file of a folder with its mode and bytes."""
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
