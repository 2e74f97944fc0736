"""The state machines and the frozen lines of the database are those of the rules."""

from collections.abc import Mapping
from itertools import product

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from taskforce.db import Sessions, transaction
from taskforce.models import TENANT
from taskforce.models.plan import PLAN_STATUSES
from taskforce.rules.activity import OPEN_PLANS
from taskforce.rules.states import MACHINES, Machine, Move
from tests.world import World

GUARDED: Mapping[str, Machine] = {"plan": "plan", "duplication_alert": "alert", "activity": "activity"}
# What stands in a plan and is changed with it. Alerts are decided past consultation too; shared messages, joint links
# and evidence belong to the running year.
LINES = {
    "objective",
    "output",
    "indicator",
    "target",
    "activity",
    "activity_support",
    "activity_place",
    "activity_target_group",
    "activity_capability",
    "activity_responsibility",
    "budget_line",
}
BESIDE = {
    "activity_confirmation",
    "activity_joint",
    "activity_message",
    "attachment",
    "baseline",
    "baseline_record",
    "duplication_alert",
    "objective_capability",
    "provenance",
}


def _pairs(machine: Mapping[str, tuple[Move, ...]]) -> set[tuple[str, str]]:
    return {(state, move.to) for state, moves in machine.items() for move in moves}


@pytest.mark.parametrize("table", GUARDED)
async def test_the_database_knows_the_same_moves(world: World, sessions: Sessions, table: str) -> None:
    """The table of moves that the guard of a table asks is the machine of the rules, move by move."""
    async with transaction(sessions, await world.actor("observer")) as session:
        rows = await session.execute(
            text("select before, after from state_moves() where machine = :table"), {"table": table}
        )

    assert {(before, after) for before, after in rows} == _pairs(MACHINES[GUARDED[table]])


async def test_every_machine_with_a_table_is_guarded(world: World, sessions: Sessions) -> None:
    """A machine that gets a table gets its guard; the reports have none yet."""
    async with transaction(sessions, await world.actor("observer")) as session:
        guarded = set(
            await session.scalars(text("select tgrelid::regclass::text from pg_trigger where tgname = 'guard_state'"))
        )

    assert guarded == set(GUARDED)
    assert set(MACHINES) - set(GUARDED.values()) == {"report"}
    assert "progress_report" not in {model.__tablename__ for model in TENANT}


@pytest.mark.parametrize(
    ("before", "after"), [pair for pair in product(PLAN_STATUSES, repeat=2) if len(set(pair)) == 2]
)
async def test_a_plan_moves_only_as_the_rules_say(world: World, sessions: Sessions, before: str, after: str) -> None:
    """Past all services, for whoever is not the operator: what the rules do not have the database refuses, by name."""
    await world.change(world.plan, status=before, status_reason="As agreed.")
    move = text("update plan set status = :after where id = :id")

    async def moved() -> None:
        async with transaction(sessions, await world.actor("secretariat")) as session:
            await session.execute(move, {"after": after, "id": world.plan.id})

    if (before, after) in _pairs(MACHINES["plan"]):
        await moved()
    else:
        with pytest.raises(DBAPIError, match=f"{before} cannot become {after}"):
            await moved()


@pytest.mark.parametrize("status", PLAN_STATUSES)
async def test_lines_stand_still_past_consultation(world: World, sessions: Sessions, status: str) -> None:
    """The database lets a line change in the same states of its plan as the rules do."""
    await world.change(world.plan, status=status, status_reason="As agreed.")

    async def changed() -> None:
        async with transaction(sessions, await world.actor("secretariat")) as session:
            await session.execute(text("update activity set title = 'Other' where id = :id"), {"id": world.activity.id})

    if status in OPEN_PLANS:
        await changed()
    else:
        with pytest.raises(DBAPIError, match="its lines stand still"):
            await changed()


async def test_every_table_of_a_plan_is_guarded_or_named(world: World, sessions: Sessions) -> None:
    """A new table that hangs on plans, lines or indicators is frozen with them, or said here to change past that."""
    async with transaction(sessions, await world.actor("observer")) as session:
        guarded = set(
            await session.scalars(
                text("select distinct tgrelid::regclass::text from pg_trigger where tgname like 'guard_lines_%'")
            )
        )
    parents = {"plan_id", "activity_id", "objective_id", "indicator_id"}
    hanging = {model.__tablename__ for model in TENANT if parents & set(model.__table__.columns.keys())}

    assert guarded == LINES
    assert hanging - guarded - BESIDE == {"cost_item", "cost_requirement"} & hanging
