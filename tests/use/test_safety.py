"""A database from which must not be served: each fault is found by `serve` and `doctor`, with its remedy."""

import asyncio
import datetime as dt
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import click
import pytest

from taskforce import postgres
from taskforce.cli import doctor
from taskforce.cli.serve import refuse_unsafe
from taskforce.db import migrate
from taskforce.postgres import Server
from taskforce.settings import settings
from tests.conftest import admin
from tests.processes import run

NAME = "taskforce"


@dataclass(frozen=True)
class Own:
    """A server of its own, since roles and settings belong to the whole server."""

    server: Server
    home: Path

    @property
    def address(self) -> str:
        """Where the application connects."""
        return postgres.address(self.server, role="tf_app", database=NAME)

    async def ask(self, *statements: str) -> None:
        """Run statements as the superuser; settings are in force when this returns."""
        connection = await asyncpg.connect(
            host=str(self.server.socket_folder), port=self.server.port, user="postgres", database=NAME
        )
        for statement in statements:
            await connection.execute(statement)
        await connection.execute("select pg_reload_conf()")
        await connection.close()
        await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Own]:
    """A migrated database on a server whose settings may be made unsafe."""
    home = tmp_path_factory.mktemp("safety") / "home"
    with pytest.MonkeyPatch.context() as patch:  # what the launcher insists on, nobody could break
        patch.setattr(postgres, "ALWAYS", [flag for flag in postgres.ALWAYS if "=on" not in flag])
        server = await asyncio.to_thread(postgres.start, home)
    await admin(server, f"create database {NAME}")
    await migrate(postgres.address(server, role="postgres", database=NAME))
    yield Own(server, home)
    await asyncio.to_thread(postgres.stop, home)


# What is broken, how it is mended, and what is said.
FAULTS = {
    "superuser": ("alter role tf_app superuser", "alter role tf_app nosuperuser", "tf_app is a superuser.*name tf_app"),
    "bypassing": ("alter role tf_app bypassrls", "alter role tf_app nobypassrls", "bypasses row-level security"),
    "makes roles": ("alter role tf_app createrole", "alter role tf_app nocreaterole", "may create roles"),
    "replicates": ("alter role tf_app replication", "alter role tf_app noreplication", "may replicate"),
    "is the owner": ("grant tf_owner to tf_app", "revoke tf_owner from tf_app", "is a member of tf_owner"),
    "reads all": ("grant pg_read_all_data to tf_app", "revoke pg_read_all_data from tf_app", "member of pg_read_all"),
    "owns a table": ("alter table outbox owner to tf_app", "alter table outbox owner to tf_owner", "owns outbox"),
    "not enabled": (
        "alter table activity disable row level security",
        "alter table activity enable row level security",
        "missing on activity: run taskforce migrate",
    ),
    "not forced": (
        "alter table budget_line no force row level security",
        "alter table budget_line force row level security",
        "missing on budget_line: run taskforce migrate",
    ),
    "a forgotten table": (
        "create table forgotten (mechanism_id uuid)",
        "drop table forgotten",
        "missing on forgotten: run taskforce migrate",
    ),
    "no policy": (
        "create table closed (mechanism_id uuid); alter table closed enable row level security;"
        " alter table closed force row level security",
        "drop table closed",
        "missing on closed: run taskforce migrate",
    ),
    "no table": (
        "alter table adoption rename to gone",
        "alter table gone rename to adoption",
        "missing on adoption: run taskforce migrate",
    ),
    "fsync": ("alter system set fsync = off", "alter system reset fsync", "fsync off, so a crash loses"),
    "pages": ("alter system set full_page_writes = off", "alter system reset full_page_writes", "full_page_writes off"),
    "commit": (
        "alter system set synchronous_commit = off",
        "alter system reset synchronous_commit",
        "synchronous_commit off",
    ),
    "commit of the role": (
        "alter role tf_app set synchronous_commit = off",
        "alter role tf_app reset synchronous_commit",
        "synchronous_commit off.*alter role tf_app reset all",
    ),
    "an old schema": (
        "create table kept as table alembic_version; update alembic_version set version_num = '0001'",
        "update alembic_version set version_num = (select version_num from kept); drop table kept",
        "the schema is 0001 and not .*run taskforce migrate",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_nobody_is_served_from_an_unsafe_database(own: Own, name: str) -> None:
    """The start is refused with the reason and the remedy, and goes on once it is mended."""
    broken, mended, said = FAULTS[name]
    await own.ask(broken)
    try:
        with pytest.raises(click.ClickException) as refused:
            await refuse_unsafe(own.address)
    finally:
        await own.ask(mended)

    assert re.search(said, refused.value.message, re.DOTALL), refused.value.message
    await refuse_unsafe(own.address)


async def test_serve_refuses_and_doctor_says_why(own: Own, tmp_path: Path) -> None:
    """Both programs, as an operator starts them: every fault is told at once, each cross with its fix."""
    address = {"TASKFORCE_DATABASE_URL": own.address}
    await own.ask(
        "alter role tf_app bypassrls",
        "alter role tf_app set synchronous_commit = off",
        "alter table activity no force row level security",
    )
    try:
        served = await asyncio.to_thread(run, tmp_path, "serve", **address)
        looked = await asyncio.to_thread(run, tmp_path, "doctor", "--json", **address)
    finally:
        await own.ask(
            "alter role tf_app nobypassrls",
            "alter role tf_app reset synchronous_commit",
            "alter table activity force row level security",
        )

    crosses = {finding["what"]: finding for finding in json.loads(looked.stdout) if not finding["is_well"]}
    assert served.returncode == 1
    for reason in ("not safe to serve", "bypasses row-level security", "missing on activity", "synchronous_commit off"):
        assert reason in served.stderr
    assert "Traceback" not in served.stderr
    assert set(crosses) == {"Running role", "Row-level security", "Durability"}
    assert all(finding["fix"] for finding in crosses.values())


# What doctor looks at besides


def _finding(monkeypatch: pytest.MonkeyPatch, what: str, home: Path, **values: str) -> doctor.Finding:
    for name, value in ({"TASKFORCE_HOME": str(home)} | values).items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    try:
        with monkeypatch.context() as patch:
            patch.setattr(doctor, "_database", lambda: iter(()))  # looked into above
            return next(finding for finding in doctor.findings() if finding.what == what)
    finally:
        monkeypatch.undo()
        settings.cache_clear()


@pytest.mark.parametrize(
    ("address", "is_well"),
    [
        ("https://plans.example.org", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:9000", True),
        ("http://plans.example.org", False),
        ("http://10.0.0.5:8000", False),
    ],
)
def test_an_address_without_tls_is_for_this_machine_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str, is_well: bool
) -> None:
    """Elsewhere passwords and cookies could be read on their way."""
    found = _finding(monkeypatch, "Address", tmp_path, TASKFORCE_BASE_URL=address)

    assert found.is_well is is_well
    assert ("TASKFORCE_BASE_URL" in found.fix) is not is_well


def test_little_room_on_the_disk_is_a_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Before it is full, since a full disk stops the database."""
    assert _finding(monkeypatch, "Disk space", tmp_path).is_well
    monkeypatch.setattr(doctor, "LEAST_ROOM", 2**60)
    found = _finding(monkeypatch, "Disk space", tmp_path)

    assert not found.is_well
    assert "MiB are free" in found.detail


def test_a_mail_server_that_does_not_answer_is_a_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And none at all is said, but is no fault: mail then waits."""
    none = _finding(monkeypatch, "Mail server", tmp_path)
    found = _finding(monkeypatch, "Mail server", tmp_path, TASKFORCE_SMTP_URL="smtp://127.0.0.1:1")

    assert none.is_well
    assert "outbox" in none.detail
    assert not found.is_well
    assert "TASKFORCE_SMTP_URL" in found.fix


@pytest.mark.parametrize(("seconds", "is_well"), [(0, True), (5, True), (60, False), (-60, False)])
def test_a_clock_that_differs_from_the_databases_is_a_finding(seconds: int, is_well: bool) -> None:
    """Deadlines, sessions and signatures go by it."""
    theirs = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)

    assert doctor._clock(theirs, None).is_well is is_well


def test_a_clock_that_was_set_back_is_a_finding() -> None:
    """Work that ended in the future shows it, even where database and application share the clock."""
    now = dt.datetime.now(dt.UTC)

    assert doctor._clock(now, now - dt.timedelta(hours=1)).is_well
    assert not doctor._clock(now, now + dt.timedelta(hours=1)).is_well
