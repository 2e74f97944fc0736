"""The second wall around lines: what hangs on an activity, its money and its past, whatever a query forgets."""

from collections.abc import Mapping

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from taskforce.db import Session, Sessions, adding_up, transaction
from taskforce.models import (
    TENANT,
    Activity,
    ActivityCapability,
    ActivityConfirmation,
    ActivityJoint,
    ActivityMessage,
    ActivityPlace,
    ActivityResponsibility,
    ActivitySupport,
    ActivityTargetGroup,
    Attachment,
    BudgetLine,
    CostItem,
    CostRequirement,
    DuplicationAlert,
    FundingSource,
    Message,
    Place,
)
from tests.world import World

PDF = {"name": "a.pdf", "note": "Signed", "media_type": "application/pdf", "byte_count": 1, "sha256": "0" * 64}
# Tables whose rows hang on a line, by their foreign keys; lines and alerts on them have policies of their own.
PARENTS = {"activity", "cost_item"}
HANGING = {
    model.__tablename__
    for model in TENANT
    if PARENTS & {key.column.table.name for key in model.__table__.foreign_keys}
    and model not in (Activity, DuplicationAlert)
}
# Who reads the police's line in a plan, at the status of the plan, and whether the line is confidential.
READERS = [
    ("secretariat", "draft", True, True),
    ("chair", "draft", False, True),
    ("police_focal", "draft", True, True),
    ("education_focal", "draft", False, False),
    ("education_focal", "active", False, True),
    ("education_focal", "active", True, False),
    ("observer", "draft", False, False),
    ("observer", "active", False, True),
    ("donor", "active", True, False),
    ("donor", "active", False, True),
    ("treasury", "draft", False, False),
    ("treasury", "active", False, True),
    ("stranger", "active", False, False),
    ("administrator", "active", False, False),
]
MONEY = frozenset({"budget_line", "cost_item", "cost_requirement"})
ALL_MONEY = frozenset({"secretariat", "chair", "treasury"})
LINES = ALL_MONEY | {"police_focal", "education_focal", "donor"}  # the donor's own source pays the line


async def _hung(world: World) -> Mapping[str, str]:
    """One row of each table on the police's line: how it is found."""
    activity_id = world.activity.id
    place = await world.add(Place(code="P1", title="North"))
    message = await world.add(Message(code="M1", audience_id="target_group:public", text="Call 116"))
    duty = await world.responsibility()
    other = await world.line(is_confidential=True)
    line = await world.pay(world.activity, "100", source=world.source)
    low, high = sorted((activity_id, other.id))
    for row in (
        ActivityCapability(activity_id=activity_id, capability_id="capability:4"),
        ActivityConfirmation(activity_id=activity_id, activity_version=1),
        ActivityJoint(activity_id=low, other_id=high),
        ActivityMessage(activity_id=activity_id, message_id=message.id),
        ActivityPlace(activity_id=activity_id, place_id=place.id),
        ActivityResponsibility(activity_id=activity_id, responsibility_id=duty.id),
        ActivitySupport(activity_id=activity_id, agency_id=world.education.id),
        ActivityTargetGroup(activity_id=activity_id, target_group_id="target_group:rural"),
        Attachment(activity_id=activity_id, **PDF),
        CostRequirement(
            cost_item_id=line.cost_item_id, cost_type_id="cost_type:training", fiscal_year=2026, required_amount=1
        ),
    ):
        await world.add(row)
    found = {"cost_requirement": f"cost_item_id = '{line.cost_item_id}'"}
    return dict.fromkeys(HANGING, f"activity_id = '{activity_id}'") | {
        "activity_joint": f"'{activity_id}' in (activity_id, other_id)",
        **found,
    }


async def _seen(session: Session, found: Mapping[str, str]) -> set[str]:
    return {
        table
        for table, row in found.items()
        if await session.scalar(text(f"select count(*) from {table} where {row}"))  # noqa: S608 - our table names
    }


@pytest.mark.parametrize(("who", "status", "is_confidential", "reads"), READERS)
async def test_what_hangs_on_a_line_is_read_where_the_line_is(
    world: World, sessions: Sessions, who: str, status: str, is_confidential: bool, reads: bool
) -> None:
    """Places, groups, costs, files: made from the schema. Money of all lines for the treasury, by line for few."""
    found = await _hung(world)
    await world.change(world.plan, status=status)
    await world.change(world.activity, is_confidential=is_confidential)

    async with transaction(sessions, await world.actor(who)) as session:
        seen = await _seen(session, found)

    expected = set(HANGING) if reads else set()
    if who == "treasury":
        expected |= MONEY
    expected -= set() if who in LINES else {"budget_line"}
    assert seen == expected


@pytest.mark.parametrize(
    ("who", "one_by_one", "in_sum"),
    [
        ("secretariat", 2, 2),
        ("treasury", 2, 2),
        ("education_focal", 2, 2),
        ("donor", 1, 2),
        ("observer", 0, 2),
        ("stranger", 0, 0),
    ],
)
async def test_who_reads_lines_in_sum_only_is_shown_them_for_adding_up_alone(
    world: World, sessions: Sessions, who: str, one_by_one: int, in_sum: int
) -> None:
    """A donor reads the lines of its own sources, an observer none; both learn what all come to."""
    state = await world.add(FundingSource(code="GOV", title="State budget", source_class="government"))
    for source in (world.source, state):
        await world.pay(world.activity, "100", source=source)
    count = text("select count(*) from budget_line")

    async with transaction(sessions, await world.actor(who)) as session:
        before = await session.scalar(count)
        async with adding_up(session):
            within = await session.scalar(count)
        after = await session.scalar(count)

    assert (before, within, after) == (one_by_one, in_sum, one_by_one)


@pytest.mark.parametrize(("who", "status", "is_confidential", "reads"), READERS)
async def test_the_past_of_a_line_is_read_where_the_line_is(
    world: World, sessions: Sessions, who: str, status: str, is_confidential: bool, reads: bool
) -> None:
    """Events of drafts and confidential lines, and of money, are no more open than what they tell of."""
    found = await _hung(world)
    await world.change(world.plan, status=status)
    await world.change(world.activity, is_confidential=is_confidential)
    lines = set(HANGING) | {"activity"}

    async with transaction(sessions, await world.actor(who)) as session:
        told = set(
            await session.scalars(
                text(
                    "select table_name from audit_event where mechanism_id = :here and table_name = any(:tables)"
                    " and (row_id = :line or coalesce(after, before) ->> 'activity_id' = :line"
                    "  or coalesce(after, before) ->> 'cost_item_id' = :item)"
                ),
                {
                    "here": world.mechanism.id,
                    "tables": sorted(lines),
                    "line": str(world.activity.id),
                    "item": found["cost_requirement"].split("'")[1],
                },
            )
        )

    expected = lines - {"activity_joint"} if reads else set()
    expected |= MONEY if who in ALL_MONEY else set()
    expected -= MONEY if who in ("donor", "observer") else set()
    assert told - {"activity_joint"} == expected


async def test_an_event_tells_nothing_of_another_mechanism(world: World, sessions: Sessions) -> None:
    """With WHERE forgotten, members and secretariats read the past of their own mechanism alone."""
    await World.made(sessions, world.now)

    for who in ("secretariat", "police_focal", "observer", "treasury"):
        async with transaction(sessions, await world.actor(who)) as session:
            told = await session.scalars(text("select distinct mechanism_id from audit_event"))
        assert set(told) - {None} == {world.mechanism.id}


@pytest.mark.parametrize("table", sorted(HANGING - {"attachment"}))
async def test_an_agency_changes_nothing_of_another_agencys_line(world: World, sessions: Sessions, table: str) -> None:
    """An UPDATE and a DELETE by whoever does not lead the line touch no row; its lead's UPDATE does."""
    found = await _hung(world)
    row = f"where {found[table]} returning 1"
    changing = text(f"update {table} set mechanism_id = mechanism_id {row}")  # noqa: S608 - our table names
    deleting = text(f"delete from {table} {row}")  # noqa: S608 - our table names

    async with transaction(sessions, await world.actor("education_focal")) as session:
        by_another = [*(await session.execute(changing)).all(), *(await session.execute(deleting)).all()]
    async with transaction(sessions, await world.actor("police_focal")) as session:
        by_lead = (await session.execute(changing)).all()

    assert (len(by_another), len(by_lead)) == (0, 1)


async def test_an_agency_adds_nothing_to_another_agencys_line(world: World, sessions: Sessions) -> None:
    """Neither a budget line nor a place; the database says no."""
    line = await world.pay(world.activity, "100", source=world.source)
    place = await world.add(Place(code="P1", title="North"))
    item = await world.add(CostItem(code="C-9", title="More", activity_id=world.activity.id))
    rows = (
        ActivityPlace(mechanism_id=world.mechanism.id, activity_id=world.activity.id, place_id=place.id),
        BudgetLine(
            mechanism_id=world.mechanism.id,
            cost_item_id=item.id,
            activity_id=world.activity.id,
            source_id=line.source_id,
            cost_type_id="cost_type:training",
            fiscal_year=2026,
            currency="TZS",
        ),
    )

    for row in rows:
        with pytest.raises(ProgrammingError, match="row-level security"):
            async with transaction(sessions, await world.actor("education_focal")) as session:
                session.add(row)
