"""The second wall: what the database itself shows and lets change, whatever a query forgets."""

import datetime as dt

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from taskforce.access import NOBODY, OPERATOR
from taskforce.db import Sessions, create_sessions, transaction
from taskforce.models import TENANT, Activity, Appointment, Mechanism, Plan
from tests.world import World

TABLES = sorted(model.__tablename__ for model in TENANT if model is not Mechanism)


@pytest.mark.parametrize("table", TABLES)
async def test_no_row_of_another_mechanism_is_read(world: World, sessions: Sessions, table: str) -> None:
    """With WHERE forgotten, a secretariat still sees only its own mechanism's rows."""
    await World.made(sessions, world.now)

    async with transaction(sessions, await world.actor("secretariat")) as session:
        seen = await session.scalars(text(f"select distinct mechanism_id from {table}"))  # noqa: S608 - our table names

    assert set(seen) <= {world.mechanism.id}


async def test_no_row_of_another_mechanism_is_changed(world: World, sessions: Sessions) -> None:
    """An UPDATE and a DELETE without WHERE touch own rows only."""
    other = await World.made(sessions, world.now)

    async with transaction(sessions, await world.actor("secretariat")) as session:
        await session.execute(text("update activity set title = 'overwritten'"))
    async with transaction(sessions, await other.actor("secretariat")) as session:
        kept = await session.scalar(text("select title from activity where id = :id"), {"id": other.activity.id})

    assert kept == "Train desk officers"


async def test_nobody_sees_nothing(sessions: Sessions, world: World) -> None:
    """A visitor's transaction shows no tenant row at all."""
    async with transaction(sessions, NOBODY) as session:
        counts = [await session.scalar(text(f"select count(*) from {table}")) for table in TABLES]  # noqa: S608

    assert set(counts) == {0}


async def test_a_transaction_without_a_principal_fails(sessions: Sessions) -> None:
    """Forgetting to bind somebody is an error at once, not an open door."""
    async with sessions() as session:
        with pytest.raises(RuntimeError, match="no principal"):
            await session.execute(text("select 1"))


@pytest.mark.parametrize(
    ("who", "status", "is_confidential", "seen"),
    [
        ("secretariat", "draft", False, 1),
        ("chair", "draft", True, 1),
        ("police_focal", "draft", False, 1),
        ("police_focal", "draft", True, 1),
        ("education_focal", "draft", False, 0),
        ("education_focal", "consultation", False, 1),
        ("education_focal", "consultation", True, 0),
        ("observer", "draft", False, 0),
        ("observer", "active", False, 1),
        ("donor", "active", True, 0),
        ("treasury", "active", False, 1),
        ("stranger", "active", False, 0),
        ("administrator", "active", False, 0),
    ],
)
async def test_who_sees_a_line(
    world: World, sessions: Sessions, who: str, status: str, is_confidential: bool, seen: int
) -> None:
    """Drafts are their agency's and the secretariat's; from consultation on members see what is not confidential."""
    async with transaction(sessions, await world.actor("secretariat")) as session:
        plan = await session.get_one(Plan, (world.mechanism.id, world.plan.id))
        plan.status = status
        line = await session.get_one(Activity, (world.mechanism.id, world.activity.id))
        line.is_confidential = is_confidential

    async with transaction(sessions, await world.actor(who)) as session:
        found = await session.scalar(text("select count(*) from activity where id = :id"), {"id": world.activity.id})

    assert found == seen


async def test_an_agency_writes_its_own_lines_only(world: World, sessions: Sessions) -> None:
    """The database refuses a focal point who gives a line to another agency, and ignores one who edits theirs."""
    async with transaction(sessions, await world.actor("education_focal")) as session:
        changed = await session.execute(text("update activity set title = 'ours now' returning id"))
        assert changed.all() == []
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with transaction(sessions, await world.actor("police_focal")) as session:
            await session.execute(text("update activity set lead_agency_id = :other"), {"other": world.education.id})


@pytest.mark.parametrize("statement", ["update audit_event set reason = 'x'", "delete from audit_event"])
async def test_the_audit_is_only_added_to(world: World, sessions: Sessions, statement: str) -> None:
    """Not even a secretariat's transaction may rewrite what happened."""
    with pytest.raises(DBAPIError, match="permission denied"):
        async with transaction(sessions, await world.actor("secretariat")) as session:
            await session.execute(text(statement))


async def test_one_event_for_each_changed_row(world: World, sessions: Sessions) -> None:
    """Events carry table, row, old and new values, who and which action; an update that changes nothing leaves none."""
    async with transaction(
        sessions, await world.actor("secretariat"), action="plan:edit", reason="as agreed"
    ) as session:
        await session.execute(text("update plan set title = 'Plan of the year', version = version + 1"))
        await session.execute(text("update plan set title = title"))
        events = (
            await session.execute(
                text(
                    "select operation, before ->> 'title', after ->> 'title', principal, action, reason"
                    " from audit_event where row_id = :id and operation = 'update'"
                ),
                {"id": str(world.plan.id)},
            )
        ).all()

    assert [tuple(event) for event in events] == [
        ("update", "Annual action plan 2026", "Plan of the year", str(world.secretariat.id), "plan:edit", "as agreed")
    ]


async def test_no_secret_enters_the_audit(world: World, sessions: Sessions) -> None:
    """A password's hash stays in its own table."""
    async with transaction(sessions, await world.actor("secretariat")) as session:
        await session.execute(
            text("update account set password_hash = 'hush', version = version + 1 where id = :id"),
            {"id": world.secretariat.id},
        )
    async with create_sessions(sessions.kw["bind"])() as raw:
        raw.info["row_context"] = (await world.actor("secretariat")).row_context
        leaked = await raw.scalar(text("select count(*) from audit_event where cast(after as text) like '%hush%'"))

    assert leaked == 0


async def test_an_agency_of_one_mechanism_gives_no_right_in_another(world: World, sessions: Sessions, visit) -> None:
    """Who stands for the police in one mechanism and observes another reads no hidden police line there."""
    other = await World.made(sessions, world.now)
    await world.add(
        Appointment(
            mechanism_id=world.mechanism.id,
            account_id=other.police_focal.id,
            role="observer",
            starts_on=dt.date(2020, 1, 1),
        )
    )
    async with transaction(sessions, OPERATOR) as session:
        line = await session.get_one(Activity, (world.mechanism.id, world.activity.id))
        line.is_confidential, line.lead_agency_id = True, other.police.id

    async with transaction(sessions, await other.actor("police_focal")) as session:
        seen = await session.scalar(text("select count(*) from activity where id = :id"), {"id": world.activity.id})
    client = await visit(other.police_focal)

    assert seen == 0
    assert (await client.api_get(f"/activities/{world.activity.id}")).status_code == 404
