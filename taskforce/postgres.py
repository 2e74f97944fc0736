"""Finds, starts and stops the embedded PostgreSQL server, which serves when no database address is given."""

import fcntl
import os
import pwd
import shutil
import signal
import socket
import stat
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from taskforce.postgres_programs import ELSEWHERE, HERE, PostgresFailed, binaries, reachable, run, version

__all__ = ["PostgresFailed", "Server", "address", "binaries", "in_use", "is_alive", "start", "stop", "stop_unused"]
__all__ += ["version", "wait_for_end"]

MAJOR = "18"
PORT = 5432  # only names the socket file: the server listens on no network address
PATIENCE = 30.0  # seconds for a server to answer, or to end, before we give up
LAUNCHES = 3  # a server that ends this often while starting has a lasting reason, which its log tells
ROLES = ("postgres", "tf_app")  # the database roles that our OS users may take
SERVER_USERS = ("taskforce", "postgres", "nobody")  # PostgreSQL refuses to run as root; the first that exists runs it
MOVE = "set TASKFORCE_HOME to another folder"
CLUSTER_NAME = "taskforce"  # marks the data folders that we made, and our processes in ps
ACCESS = "local all all peer map=taskforce\nlocal replication postgres peer map=taskforce\n"
INITIAL = ["--username=postgres", "--auth-local=peer", "--auth-host=reject", "--data-checksums", "--no-instructions"]
INITIAL += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST"]
# These go into postgresql.conf, where an operator may change them; what must not change is in ALWAYS.
INITIAL += ["-cshared_buffers=64MB", "-cmax_connections=100", "-ctimezone=UTC", "-clog_timezone=UTC"]
INITIAL += [f"-ccluster_name={CLUSTER_NAME}"]
ALWAYS = ["--listen_addresses=", "--unix_socket_permissions=0700", "--fsync=on", "--full_page_writes=on"]
# Run as the server's OS user, so that root opens no file in a folder that somebody else owns.
LAUNCH = """printf '%s' "$1" >pg_hba.conf && printf '%s' "$2" >pg_ident.conf || exit 1
shift 2
"$@" </dev/null >>log 2>&1 &"""


@dataclass(frozen=True)
class Server:
    """Where one embedded server keeps its data and answers."""

    data: Path
    socket_folder: Path
    port: int


def address(server: Server, *, role: str, database: str) -> str:
    """Write the address for SQLAlchemy's create_async_engine; it holds no secret."""
    folder = quote(str(server.socket_folder), safe="/")
    return f"postgresql+asyncpg://{quote(role, safe='')}@/{quote(database, safe='')}?host={folder}&port={server.port}"


def is_alive(server: Server) -> bool:
    """Say whether a connection as postgres works now; waits at most 5 seconds for each part of the answer."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as line:
        return _is_let_in(server, line)
    return False


def wait_for_end(server: Server, *, given_up: Callable[[], bool]) -> None:
    """Return when a connection to the server ends, as all do when it dies, or at once if none works.

    `given_up` is asked each half second.
    """
    with suppress(OSError), socket.socket(socket.AF_UNIX) as line:
        if not _is_let_in(server, line):
            return
        line.settimeout(0.5)
        while not given_up():
            with suppress(TimeoutError):
                if not line.recv(8192):
                    return


def _is_let_in(server: Server, line: socket.socket) -> bool:
    wish, answer = b"user\0postgres\0database\0postgres\0\0", b""
    line.settimeout(5)
    line.connect(str(server.socket_folder / f".s.PGSQL.{server.port}"))
    line.sendall(struct.pack("!ii", len(wish) + 8, 196608) + wish)  # protocol 3.0
    while part := line.recv(8192):  # an error, such as "is starting up", ends the connection
        answer += part
        if answer.endswith(b"Z\0\0\0\5I"):  # ready for query
            return True
    return False


def start(home: Path) -> Server:
    """Return a server that answers, making its data under home/postgres and starting it as needed.

    Blocks for up to a minute; call it from asyncio.to_thread inside an event loop. The server outlives
    this process. Locks home/starting meanwhile, so any number of starters gets one server.

    Raises:
        PostgresFailed: with the reason, the end of the server's log, and what to do.
    """
    home = _opened(home)
    data = home / "postgres"
    user = _server_user(data)
    if _is_filled(data):
        _require_ours(data)
        if is_alive(server := _server(data)):
            return server
    with _locked(home / "starting", fcntl.LOCK_EX) as lock:
        programs = reachable(binaries(), user)
        if not _is_filled(data):  # another starter may have made it meanwhile
            _initialise(data, programs, user, lock)
        server = _server(data)
        _bring_up(server, programs, user)
        return server


@contextmanager
def in_use(home: Path) -> Iterator[Server]:
    """Use the server, starting it as needed; the last user to leave stops it.

    Holds a shared lock on home/in-use, which the kernel drops when a user is killed. After a user was killed as
    the last one, the server runs on until the next user leaves.

    Raises:
        PostgresFailed: as start and stop do.
    """
    home = _opened(home)
    with _locked(home / "in-use", fcntl.LOCK_SH) as lock:
        try:
            yield start(home)
        finally:
            # Fails, and drops our share, while others use it. The kernel takes one step at a time, so of several
            # users who leave at once exactly one gets it. Who comes now waits until the server has stopped.
            if _take(lock, fcntl.LOCK_EX):
                stop(home)


def stop(home: Path) -> None:
    """Stop the server if it runs, whoever uses it, and return when all its processes have ended.

    Raises:
        PostgresFailed: a process of it does not end.
    """
    home = _opened(home)
    data = home / "postgres"
    if not _is_filled(data):
        return
    _server_user(data)
    _require_ours(data)
    with _locked(home / "starting", fcntl.LOCK_EX):
        began = time.monotonic()
        while not _is_free(data):
            waited = time.monotonic() - began
            if waited > 2 * PATIENCE:
                raise _failed(data, f"it does not stop: processes {list(_processes(data))} live on, end them by hand")
            # SIGINT: end all connections and write a checkpoint. SIGQUIT: end now, recover at the next start.
            wish = signal.SIGINT if waited < PATIENCE else signal.SIGQUIT
            for process in _postmasters(data):
                with suppress(ProcessLookupError):
                    os.kill(process, wish)
            time.sleep(0.02)
        folder = _server(data).socket_folder
        with suppress(FileNotFoundError):
            if folder.lstat().st_uid == data.stat().st_uid:  # else another user took the name, so it is not ours
                shutil.rmtree(folder)


def stop_unused(home: Path) -> None:
    """Stop the server unless somebody uses it; those who are just ending are waited for, 5 seconds at most.

    Raises:
        PostgresFailed: as stop does.
    """
    with _locked(_opened(home) / "in-use", fcntl.LOCK_SH) as lock:
        deadline = time.monotonic() + 5
        while not _take(lock, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                return
            time.sleep(0.1)
        stop(home)


def _opened(home: Path) -> Path:
    home = home.resolve()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise PostgresFailed(f"{home} cannot be made: {error}; {MOVE}") from error
    owner, ours = home.stat().st_uid, os.geteuid()
    if owner != ours:  # also for root: its lock files would shut the owner out
        raise PostgresFailed(f"{home} belongs to OS user id {owner}, this runs as {ours}; run as the owner, or {MOVE}")
    return home


def _take(lock: int, kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _locked(path: Path, kind: int) -> Iterator[int]:
    """Lock a folder, or a file that is made as needed."""
    flags = os.O_RDONLY | os.O_DIRECTORY if path.is_dir() else os.O_RDWR | os.O_CREAT
    lock = os.open(path, flags | os.O_NOFOLLOW, 0o600)
    try:
        deadline = time.monotonic() + 3 * PATIENCE
        while not _take(lock, kind):
            if time.monotonic() > deadline:
                raise PostgresFailed(f"another process holds {path} for {3 * PATIENCE:.0f} s; find and end it")
            time.sleep(0.02)
        yield lock
    finally:
        os.close(lock)


def _is_filled(data: Path) -> bool:
    """False if it is absent or an empty folder: then the data may be made in its place."""
    try:
        return data.is_symlink() or (data.exists() and (not data.is_dir() or any(data.iterdir())))
    except PermissionError:
        return True


def _server(data: Path) -> Server:
    # The socket folder is named after the identity of the data folder, not its path: short, the same after the home
    # was moved, and never that of a server whose data were deleted, because that one still holds its inode.
    # XDG_RUNTIME_DIR will not do: it differs between a login and a timer of the same user, and ends with the login.
    found = data.stat()
    as_root = os.geteuid() == 0 and os.access("/run", os.W_OK)  # there nobody can take the name first
    folder = Path("/run" if as_root else "/tmp")  # noqa: S108 -- made with 0700, refused if another user owns it
    return Server(data, folder / f"tf-{found.st_uid}-{found.st_dev:x}-{found.st_ino:x}", PORT)


def _server_user(data: Path) -> pwd.struct_passwd:
    """Ourselves; for root the owner of the data if it is one of SERVER_USERS, else the first of them that exists."""
    try:
        ours = pwd.getpwuid(os.geteuid())
    except KeyError as error:
        raise PostgresFailed(
            f"OS user id {os.geteuid()} has no name here, but peer authentication needs one: add it, or {ELSEWHERE}"
        ) from error
    allowed = [ours] if ours.pw_uid else []
    for name in () if allowed else SERVER_USERS:
        with suppress(KeyError):
            allowed.append(pwd.getpwnam(name))
    owner = data.lstat().st_uid if _is_filled(data) else None
    for user in allowed:
        if owner in (None, user.pw_uid):
            return user
    names = " or ".join(user.pw_name for user in allowed) or f"{SERVER_USERS}, who do not exist"
    raise PostgresFailed(
        f"{data} belongs to OS user id {owner}, but a server that {ours.pw_name} starts runs as {names}:"
        f" run this as the owner, or {MOVE}"
    )


def _require_ours(data: Path) -> None:
    """Raise PostgresFailed unless the folder holds finished data of our version that we made; change nothing."""
    mark, settings = data / "PG_VERSION", data / "postgresql.conf"
    reason = ""
    if data.is_symlink() or not data.is_dir():
        reason = "is not a folder of its own"
    elif not mark.is_file():
        names = ", ".join(sorted(entry.name for entry in data.iterdir())[:5])
        reason = f"holds files that are no PostgreSQL data ({names})"
    elif (major := mark.read_text().strip()) != MAJOR:
        reason = f"was made by PostgreSQL {major}, this is {MAJOR}, so dump it with version {major} first"
    elif not settings.is_file() or f"\ncluster_name = {CLUSTER_NAME}" not in settings.read_text().replace("'", ""):
        reason = f"was not made by Taskforce (its postgresql.conf lacks cluster_name = {CLUSTER_NAME})"
    if reason:
        raise PostgresFailed(f"{data} {reason}: nothing was changed; move it away, or {MOVE}")


def _give(folder: Path, user: pwd.struct_passwd) -> None:
    if os.geteuid() == 0:
        os.chown(folder, user.pw_uid, user.pw_gid, follow_symlinks=False)


def _initialise(data: Path, programs: Path, user: pwd.struct_passwd, lock: int) -> None:
    """Make the data beside their place and move them there when complete, so that a kill leaves no half data."""
    unfinished = data.with_name("postgres.unfinished")
    if unfinished.exists():
        shutil.rmtree(unfinished)  # its initdb has ended: it would hold the lock that we hold
    unfinished.mkdir(mode=0o700)
    _give(unfinished, user)
    try:
        run([programs / "initdb", *INITIAL], folder=unfinished, user=user, keep=lock).check_returncode()
        unfinished.rename(data)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", None) or error
        raise PostgresFailed(f"{data} could not be made: {reason}; remedy that, or {ELSEWHERE}") from error
    room = os.open(data.parent, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(room)  # after a power cut under the old name, the next start would delete what was committed since
    os.close(room)


def _bring_up(server: Server, programs: Path, user: pwd.struct_passwd) -> None:
    """Launch the server, again if it ends, until it answers; wait for old processes and recovery, up to PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    launches, pause = 0, 0.01
    while not is_alive(server):
        if _is_free(server.data):
            if launches == LAUNCHES:
                raise _failed(server.data, "it ended while starting; remove the reason and start again")
            time.sleep(launches * 0.5)
            _launch(server, programs, user)
            launches += 1
        elif time.monotonic() > deadline:
            silent = f"processes {list(_processes(server.data))} answer no connection in {server.socket_folder}"
            raise _failed(server.data, f"{silent}; if they recover, wait and start again, otherwise end them")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)  # each try while it recovers writes a line into its log


def _launch(server: Server, programs: Path, user: pwd.struct_passwd) -> None:
    """Start a process that holds a lock on the data; call only under home/starting and when the data are free."""
    _prepare_socket_folder(server.socket_folder, user)
    (server.data / "postmaster.pid").unlink(missing_ok=True)  # whatever these say: nothing runs here
    for stale in server.socket_folder.glob(".s.PGSQL.*"):
        stale.unlink(missing_ok=True)
    users = sorted({pwd.getpwuid(os.geteuid()).pw_name, user.pw_name})
    names = "".join(f'taskforce "{name}" {role}\n' for name in users for role in ROLES)
    command: list[str | Path] = ["/bin/sh", "-c", LAUNCH, "taskforce", ACCESS, names]
    command += [programs / "postgres", *ALWAYS]
    command += [f"--port={server.port}", f"--unix_socket_directories={server.socket_folder}"]
    with _locked(server.data, fcntl.LOCK_EX) as lock:
        begun = run(command, folder=server.data, user=user, keep=lock)
    if begun.returncode:
        raise _failed(server.data, f"its settings cannot be written: {begun.stderr.strip()}; is the disk full?")


def _prepare_socket_folder(folder: Path, user: pwd.struct_passwd) -> None:
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    # Owned by root: a starter was killed before the next step.
    if found.st_uid not in (user.pw_uid, os.geteuid()) or found.st_mode != stat.S_IFDIR | 0o700:
        raise PostgresFailed(
            f"{folder} is not a folder of {user.pw_name} alone ({stat.filemode(found.st_mode)}, "
            f"OS user id {found.st_uid}); remove it and start again"
        )
    _give(folder, user)


def _processes(data: Path) -> dict[int, int]:
    """The PostgreSQL processes whose working directory is the data folder, with their parents; empty without /proc."""
    found, here = {}, data.stat()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is another user's and so not our server's
            if os.path.samestat((process / "cwd").stat(), here):
                name, _, rest = (process / "stat").read_text().rpartition(")")
                if name.endswith("(postgres"):
                    found[int(process.name)] = int(rest.split()[1])
    return found


def _postmasters(data: Path) -> list[int]:
    """Those of the processes that no other one started; postmaster.pid may be cut short or gone."""
    if HERE.exists():
        processes = _processes(data)
        return [process for process, parent in processes.items() if parent not in processes]
    with suppress(OSError, ValueError, IndexError):
        return [int((data / "postmaster.pid").read_text().split()[0])]
    return []


def _is_free(data: Path) -> bool:
    """Say whether no server process is left. Each holds a lock on the folder, which also tells of another
    container's and needs no /proc; a working directory there tells of a server that was started by hand."""
    folder = os.open(data, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        return _take(folder, fcntl.LOCK_EX) and not _processes(data)
    finally:
        os.close(folder)


def _failed(data: Path, reason: str) -> PostgresFailed:
    log, tail = data / "log", ["(no log)"]
    if log.is_file():
        with log.open("rb") as stream:
            stream.seek(-min(log.stat().st_size, 4000), os.SEEK_END)
            tail = stream.read(4000).decode(errors="replace").splitlines()[-12:]
    return PostgresFailed("\n".join([f"the database server of {data} failed: {reason}", f"end of {log}:", *tail]))
