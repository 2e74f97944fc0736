"""Clocked jobs: whoever runs them, however often the clock ticks, a slot's work is done once."""

import asyncio
import datetime as dt

from sqlalchemy import text

from taskforce import jobs
from taskforce.access import JOBS, SIGN_IN
from taskforce.db import Sessions, transaction
from taskforce.services import account as accounts
from taskforce.services.account import Entry
from tests.world import World

NOON = dt.datetime(2031, 5, 4, 12, 34, 56, tzinfo=dt.UTC)
CLEAN = jobs.JOBS_LIST[0]


async def test_four_workers_do_a_slot_once(sessions: Sessions) -> None:
    """Four ticks at once: one of them works; within the same hour nobody works again, in the next hour one does."""
    ran = await asyncio.gather(*(jobs.run(sessions, CLEAN, NOON) for _ in range(4)))

    assert sorted(ran) == [False, False, False, True]
    assert await jobs.run(sessions, CLEAN, NOON + dt.timedelta(minutes=20)) is False
    assert await jobs.run(sessions, CLEAN, NOON + dt.timedelta(minutes=30)) is True


def test_a_slot_is_the_start_of_its_hour() -> None:
    """Every worker computes the same slot from its own clock."""
    assert jobs.slot_of(CLEAN, NOON) == NOON.replace(minute=0, second=0)


async def test_cleaning_removes_what_has_run_out_and_nothing_else(world: World, sessions: Sessions) -> None:
    """Old sessions and links go, live ones stay."""
    later = NOON + dt.timedelta(days=400)
    async with transaction(sessions, SIGN_IN) as session:
        await accounts.open_session(session, world.chair.id, Entry(address="a", agent="old"), now=NOON)
        await accounts.open_session(session, world.chair.id, Entry(address="a", agent="live"), now=later)

    await jobs.run(sessions, CLEAN, later)

    async with transaction(sessions, JOBS) as session:
        left = await session.scalars(
            text("select agent from auth_session where account_id = :id"), {"id": world.chair.id}
        )
    assert list(left) == ["live"]


async def test_a_job_that_fails_leaves_its_slot_free(sessions: Sessions) -> None:
    """The slot and the work are one transaction: after a failure the next tick tries again."""

    async def broken(_session: object, _now: dt.datetime) -> None:
        raise ValueError("broken")

    job = jobs.Job("broken", dt.timedelta(hours=1), broken)
    for _ in range(2):
        try:
            await jobs.run(sessions, job, NOON)
        except ValueError:
            continue
        raise AssertionError("the job did not fail")
