"""The second wall: what the database itself shows and lets change, whatever a query forgets."""

import datetime as dt

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from taskforce.access import ELSEWHERE, NOBODY, OPERATOR
from taskforce.db import CLAIMS, Sessions, create_sessions, transaction
from taskforce.models import TENANT, Activity, Appointment, Mechanism
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


async def test_who_looks_elsewhere_sees_members_and_appointments_alone(sessions: Sessions, world: World) -> None:
    """For the questions whether an agency or an account is in other mechanisms; nothing can be changed by it."""
    async with transaction(sessions, ELSEWHERE) as session:
        counts = {table: text(f"select count(*) from {table}") for table in TABLES}  # noqa: S608 - our table names
        seen = {table for table, count in counts.items() if await session.scalar(count)}
        changed = (await session.execute(text("update membership set ends_on = now() returning id"))).all()

    assert (seen, changed) == ({"membership", "appointment"}, [])


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
    await world.change(world.plan, status=status)
    await world.change(world.activity, is_confidential=is_confidential)

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


def _rewritten(claim: str, value: str) -> str:
    """SQL that sets one of the claims; each is a line of one setting."""
    lines = "(string_to_array(current_setting('taskforce.claims'), chr(10)))"
    line = CLAIMS.index(claim) + 1
    changed = (
        f"array_to_string({lines}[1 : {line - 1}] || cast(({value}) as text) || {lines}[{line + 1} : 99], chr(10))"
    )
    return f"select set_config('taskforce.claims', {changed}, true)"


def _value(claim: str) -> str:
    return f"split_part(current_setting('taskforce.claims'), chr(10), {CLAIMS.index(claim) + 1})"


INJECTED = {
    "sets the ids of another mechanism": _rewritten("read", "'{' || :other || '}'"),
    "calls itself a system principal": _rewritten("principal", "'operator'"),
    "adds a right to write": _rewritten("write", "'{' || :other || '}'"),
    "gives itself agencies": _rewritten("agencies", "'{' || :other || ':' || :other || '}'"),
    "reads all money": _rewritten("money", "'{' || :other || '}'"),
    "moves its ids from one list into another": _rewritten("govern", _value("read")),
    "lives on an old signature": _rewritten("issued", "'1'"),
    "signs by guessing": "select set_config('taskforce.signature', repeat('0', 64), true)",
}


@pytest.mark.parametrize("attack", INJECTED)
async def test_injected_sql_cannot_widen_what_is_seen(world: World, sessions: Sessions, attack: str) -> None:
    """Whoever rewrites a setting from inside a transaction sees nothing more: the database refuses to go on."""
    other = await World.made(sessions, world.now)
    async with sessions() as session:
        session.info["row_context"] = (await world.actor("observer")).row_context
        await session.execute(text(INJECTED[attack].replace(":other", f"'{other.mechanism.id}'")))
        with pytest.raises(ProgrammingError, match="not signed by the application"):
            await session.execute(text("select count(*) from activity"))


async def test_without_a_signature_nothing_is_seen(world: World, sessions: Sessions) -> None:
    """Taking the signature away leaves nobody bound, who sees no row."""
    async with transaction(sessions, await world.actor("secretariat")) as session:
        assert await session.scalar(text("select count(*) from activity")) > 0
        await session.execute(text("select set_config('taskforce.signature', '', true)"))
        assert await session.scalar(text("select count(*) from activity")) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "select inner_pad from context_key",
        "update context_key set inner_pad = outer_pad",
        "update audit_link set digest = null",
        "update audit_link set position = 1",
        "delete from audit_link",
        "truncate audit_event",
        "set role tf_owner",
        "alter table activity disable row level security",
        "drop policy activity_select on activity",
        "create or replace function ctx_ids(name text) returns uuid[] language sql return array[]::uuid[]",
    ],
)
async def test_the_application_cannot_take_the_walls_down(world: World, sessions: Sessions, statement: str) -> None:
    """The role that runs may neither read the key, nor rewrite the chain, nor become or do what the owner may."""
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        async with transaction(sessions, await world.actor("secretariat")) as session:
            await session.execute(text(statement))


async def test_only_triggers_write_events(world: World, sessions: Sessions) -> None:
    """An event that nobody's change made is refused, and so is a seal put on again."""
    actor = await world.actor("secretariat")
    made_up = (
        "insert into audit_event (mechanism_id, table_name, row_id, operation, principal, transaction_id, link_id)"
        " select :m, 'plan', '1', 'update', 'x', 1, id from audit_link where chain = :m limit 1"
    )
    with pytest.raises(ProgrammingError, match="written by the triggers"):
        async with transaction(sessions, actor) as session:
            await session.execute(text(made_up), {"m": world.mechanism.id})
    with pytest.raises(ProgrammingError, match="sealed is never changed"):
        async with transaction(sessions, actor) as session:
            await session.execute(text("update audit_link set sealed_at = now()"))


async def test_the_only_function_with_other_rights_is_the_door(sessions: Sessions, world: World) -> None:
    """tf_enter alone runs as its owner, with a fixed search path; views would go round the policies."""
    async with transaction(sessions, await world.actor("observer")) as session:
        definers = await session.scalars(
            text("select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace")
        )
        assert list(definers) == ["tf_enter"]
        views = await session.scalars(
            text("select relname from pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace")
        )
        assert list(views) == []


async def test_a_large_change_stays_one_link(world: World, sessions: Sessions) -> None:
    """5,000 rows changed in a statement are 5,000 events and one link, sealed when the transaction ends."""
    async with transaction(sessions, await world.actor("secretariat"), action="place:edit") as session:
        await session.execute(
            text(
                "insert into place (mechanism_id, code, title) select :m, 'P' || n, 'Place ' || n"
                " from generate_series(1, 5000) n"
            ),
            {"m": world.mechanism.id},
        )
        of = {"m": world.mechanism.id}
        open_links = await session.scalar(
            text("select count(*) from audit_link where chain = :m and digest is null"), of
        )
        assert open_links == 1
    async with transaction(sessions, await world.actor("secretariat")) as session:
        counts = (
            await session.execute(
                text("select event_count from audit_link where chain = :m order by position desc limit 1"), of
            )
        ).one()
    assert counts == (5000,)
