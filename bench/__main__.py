"""`make bench`: our pages against the two floors over 10,000 activities, in one run on this machine."""

import asyncio
import datetime as dt
import itertools
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from bench.context import context_cost
from bench.generate import plan_of
from bench.measure import cpu_seconds, milliseconds, serving
from taskforce import postgres
from taskforce.access import OPERATOR, SIGN_IN, TokenScope
from taskforce.db import create_engine, create_sessions, migrate, transaction
from taskforce.exchange.plan_import import rows_of
from taskforce.models import Account, Appointment
from taskforce.queries.account import actor_of
from taskforce.services import account as accounts
from taskforce.services import plan_import
from taskforce.services.account import Entry
from taskforce.services.account_token import MakeToken, make_token
from taskforce.services.vocabulary_term import load_vocabularies
from taskforce.web.session_cookie import cookie_name

ACTIVITIES = 10_000
FLOOR_PORT, OUR_PORT = 8791, 8792
GOALS = {"list": 2.0, "detail": 2.5, "json": 1.5, "create": 3.0}  # times the ORM floor
ROLES = ("secretariat", "focal_point", "observer", "donor", "treasury")


@dataclass(frozen=True)
class Made:
    """What the measured requests name."""

    mechanism: UUID
    plan: UUID
    output: UUID
    activity: UUID
    agency: UUID
    days: tuple[str, str]
    cookies: dict[str, str]
    token: str
    import_seconds: float
    context_milliseconds: float


async def _empty_database(server: postgres.Server) -> None:
    engine = create_async_engine(
        postgres.address(server, role="postgres", database="postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    async with engine.connect() as connection:
        await connection.execute(text("create database bench"))
    await engine.dispose()
    admin_url = postgres.address(server, role="postgres", database="bench")
    await migrate(admin_url)
    engine = create_async_engine(admin_url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text("create schema floor"))
        await connection.execute(text("create table floor.activity (like activity including all)"))
    await engine.dispose()


async def _filled(app_url: str, now: dt.datetime) -> Made:
    """The generated plan imported, and somebody of each role signed in."""
    engine = create_engine(app_url)
    sessions = create_sessions(engine)
    async with transaction(sessions, OPERATOR) as session:
        await load_vocabularies(session)
    plan_file = plan_of(ACTIVITIES)
    started = time.perf_counter()
    async with transaction(sessions, OPERATOR) as session:
        await plan_import.apply(session, OPERATOR, rows_of(plan_file), reason="bench")
    seconds = time.perf_counter() - started
    async with transaction(sessions, OPERATOR) as session:
        plan, mechanism, *days = (
            await session.execute(text("select id, mechanism_id, starts_on, ends_on from plan"))
        ).one()
        activity, agency, output = (
            await session.execute(
                text("select id, lead_agency_id, output_id from activity order by position offset 5000 limit 1")
            )
        ).one()
        people = {role: Account(email=f"{role}@example.org", title=role) for role in ROLES}
        session.add_all(people.values())
        await session.flush()
        values = {"mechanism_id": mechanism, "starts_on": dt.date(2020, 1, 1)}
        for role, person in people.items():
            agency_id = agency if role in ("focal_point", "donor") else None
            session.add(Appointment(account_id=person.id, role=role, agency_id=agency_id, **values))
        account = people["secretariat"]
    entry = Entry(address="bench", agent="bench", has_second_factor=True)
    everything = MakeToken(title="bench", scopes=list(TokenScope), days=1)
    async with transaction(sessions, SIGN_IN) as session:
        cookies = {role: await accounts.open_session(session, each.id, entry, now=now) for role, each in people.items()}
        token = await make_token(session, account.id, everything, now=now)
        actor = await actor_of(session, account.id, now.date())
    context = await context_cost(engine, sessions, actor)
    await engine.dispose()
    return Made(
        mechanism, plan, output, activity, agency, (str(days[0]), str(days[1])), cookies, token, seconds, context
    )


async def _analysed(server: postgres.Server) -> None:
    """What autovacuum does within a minute or two; whether it came in time is not what is measured."""
    engine = create_async_engine(postgres.address(server, role="postgres", database="bench"), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text("analyze"))
    await engine.dispose()


def _postmaster(server: postgres.Server) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def _measured(server: postgres.Server, made: Made) -> dict[str, dict[str, float]]:
    database = _postmaster(server)
    admin = {"BENCH_ADMIN_URL": postgres.address(server, role="postgres", database="bench")}
    ours = {
        "TASKFORCE_DATABASE_URL": postgres.address(server, role="tf_app", database="bench"),
        "PORT": str(OUR_PORT),
    }
    found: dict[str, dict[str, float]] = {name: {} for name in GOALS}
    numbers = itertools.count()

    def new() -> dict[str, object]:
        return {"code": f"NEW-{next(numbers)}", "title": uuid4().hex}

    def for_floor() -> dict[str, object]:
        ids = {name: str(getattr(made, name.removesuffix("_id"))) for name in ("mechanism_id", "plan_id", "output_id")}
        days = {"starts_on": made.days[0], "ends_on": made.days[1]}
        return {**ids, "lead_agency_id": str(made.agency), **days, **new()}

    with serving("bench.floor:app", FLOOR_PORT, admin) as process:
        for floor in ("raw", "orm"):
            paths = {
                "list": f"/{floor}/list?agency={made.agency}",
                "detail": f"/{floor}/detail/{made.activity}",
                "json": f"/{floor}/json",
            }
            for name, path in paths.items():
                found[name][floor] = milliseconds(FLOOR_PORT, path, {}, process, database)
            found["create"][floor] = milliseconds(FLOOR_PORT, f"/{floor}/create", {}, process, database, sent=for_floor)
    with serving("--factory taskforce.app:serve_app", OUR_PORT, ours) as process:
        pages = {role: {"Cookie": f"{cookie_name()}={cookie}"} for role, cookie in made.cookies.items()}
        page = pages["secretariat"]
        api = {"Authorization": f"Bearer {made.token}"}
        for name, path, headers in (
            ("list", f"/plans/{made.plan}?lead={made.agency}", page),
            ("detail", f"/activities/{made.activity}", page),
            ("json", f"/api/v1/plans/{made.plan}/activities?limit=100", api),
        ):
            found[name]["ours"] = milliseconds(OUR_PORT, path, headers, process, database)
        # not an activity: that is compared with all others after it is saved, which has figures of its own
        objectives = f"/api/v1/plans/{made.plan}/objectives/add"
        found["create"]["ours"] = milliseconds(OUR_PORT, objectives, api, process, database, sent=new)
        for role in ROLES[1:]:
            for name, path in (
                ("list", f"/plans/{made.plan}?lead={made.agency}"),
                ("detail", f"/activities/{made.activity}"),
            ):
                found[name][role] = milliseconds(OUR_PORT, path, pages[role], process, database)
    return found


def _printed(found: dict[str, dict[str, float]], made: Made) -> None:
    write = sys.stdout.write
    write(f"import of {ACTIVITIES:,} activities: {made.import_seconds:.1f} s\n")
    write(f"signed context: {made.context_milliseconds:.2f} ms a transaction (goal 0.40)\n")
    write("CPU ms a request (application + PostgreSQL), one worker\n")
    write(f"{'':10}{'raw':>8}{'ORM':>8}{'ours':>8}{'ours/ORM':>10}{'goal':>7}\n")
    for name, row in found.items():
        ratio = row["ours"] / row["orm"]
        write(f"{name:10}{row['raw']:8.2f}{row['orm']:8.2f}{row['ours']:8.2f}{ratio:10.2f}{GOALS[name]:7.1f}\n")
    for name in ("list", "detail"):
        write(f"{name} by role: {', '.join(f'{role} {found[name][role]:.2f}' for role in ROLES[1:])}\n")
    write(json.dumps(found) + "\n")


def main() -> None:
    """Measure and print; the numbers judge, nothing fails."""
    os.environ["PORT"] = str(OUR_PORT)
    now = dt.datetime.now(dt.UTC)
    with tempfile.TemporaryDirectory() as folder, postgres.in_use(Path(folder) / "home") as server:
        asyncio.run(_empty_database(server))
        made = asyncio.run(_filled(postgres.address(server, role="tf_app", database="bench"), now))
        asyncio.run(_analysed(server))
        _printed(_measured(server, made), made)


if __name__ == "__main__":
    cpu_seconds(os.getpid())
    main()
