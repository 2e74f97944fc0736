"""A mechanism keeps a secretariat that works, whoever ends whom at the same time."""

import asyncio
import datetime as dt
from uuid import uuid4

import pytest

from taskforce.models import Account, Appointment
from tests.use.questions import appointment_of
from tests.world import World


async def _second(world: World, *, starts_on: dt.date, is_closed: bool = False) -> Appointment:
    mark = uuid4().hex[:8]
    account = Account(email=f"second.{mark}@example.org", title=f"Second {mark}")
    account.disabled_at = world.now if is_closed else None
    await world.add(account)
    found: Appointment = await world.add(Appointment(account_id=account.id, role="secretariat", starts_on=starts_on))
    return found


async def test_two_who_end_the_last_two_at_once(world: World, visit) -> None:
    """One succeeds, the other is told that theirs is the last; neither waits for the other for ever."""
    chair = await visit(world.chair)
    first = await appointment_of(world, "secretariat")
    second = await _second(world, starts_on=dt.date(2021, 1, 1))
    answers = []

    for day in ("2026-12-31", "2026-06-30", "2026-03-09"):
        ends = [(first, 1), (second, 1)]
        answers = await asyncio.gather(
            *(chair.api(f"/appointments/{each.id}/end", ends_on=day, version=version) for each, version in ends)
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409], [each.text for each in answers]
        await world.change(first, ends_on=None, version=1)
        await world.change(second, ends_on=None, version=1)

    refused = next(answer for answer in answers if answer.status_code == 409)
    assert "only secretariat" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("starts_in", "is_closed", "ends_in", "status"),
    [
        (-30, False, -1, 200),
        (0, False, -1, 200),
        (1, False, -1, 409),
        (1, False, 0, 200),
        (30, False, 0, 409),
        (0, False, -60, 200),
        (-30, True, -1, 409),
    ],
)
async def test_who_counts_as_the_other_secretariat(
    world: World, visit, starts_in: int, is_closed: bool, ends_in: int, status: int
) -> None:
    """Only somebody who can sign in and has begun on the day after; days are counted from today."""
    chair = await visit(world.chair)
    appointment = await appointment_of(world, "secretariat")
    await _second(world, starts_on=world.today + dt.timedelta(days=starts_in), is_closed=is_closed)

    day = world.today + dt.timedelta(days=ends_in)
    answer = await chair.api(f"/appointments/{appointment.id}/end", ends_on=day, version=1)

    assert answer.status_code == status


async def test_who_has_left_since_does_not_count(world: World, visit) -> None:
    """An ending in the past is measured by who is secretariat today."""
    chair = await visit(world.chair)
    appointment = await appointment_of(world, "secretariat")
    other = await _second(world, starts_on=dt.date(2021, 1, 1))
    await world.change(other, ends_on=dt.date(2025, 12, 31))

    answer = await chair.api(f"/appointments/{appointment.id}/end", ends_on="2025-06-30", version=1)

    assert answer.status_code == 409
