"""Who answered for a duty, and when, stays: what was held is ended with a date and never deleted."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest

from taskforce.models import Assignment
from taskforce.models import Responsibility as Duty
from tests.world import World


def _added(day: dt.date) -> UUID:
    """An id as PostgreSQL makes it on a day: version 7, which begins with the time."""
    moment = dt.datetime.combine(day, dt.time(12), dt.UTC)
    return UUID(int=(int(moment.timestamp() * 1000) << 80) | (7 << 76) | (uuid4().int & ((1 << 76) - 1)))


async def _give(world: World, duty: Duty, **values: Any) -> Assignment:
    part = Assignment(responsibility_id=duty.id, agency_id=world.police.id, role="accountable", **values)
    found: Assignment = await world.add(part)
    return found


PARTS = [
    ("held since 2019", {"starts_on": dt.date(2019, 1, 1)}, 409),
    ("held and ended", {"starts_on": dt.date(2019, 1, 1), "ends_on": dt.date(2020, 1, 1)}, 409),
    ("always, added yesterday", {"id": _added(dt.date(2026, 3, 9))}, 409),
    ("always, added today", {"id": _added(dt.date(2026, 3, 10))}, 200),
    ("from today", {"starts_on": dt.date(2026, 3, 10), "id": _added(dt.date(2026, 3, 1))}, 200),
    ("from next month", {"starts_on": dt.date(2026, 4, 1)}, 200),
]


@pytest.mark.parametrize(("case", "values", "status"), PARTS)
async def test_only_a_part_that_was_not_held_is_deleted(
    world: World, visit, case: str, values: dict[str, Any], status: int
) -> None:
    """A part that was in force before today is history; the refusal says to end it."""
    duty = await world.responsibility()
    part = await _give(world, duty, **values)
    client = await visit(world.secretariat)

    answer = await client.api(f"/assignments/{part.id}/delete", version=1)
    parts = (await client.api_get(f"/responsibilities/{duty.id}")).json()["parts"]

    assert answer.status_code == status, case
    assert len(parts) == (1 if status == 409 else 0)
    assert status == 200 or "End it with a date" in answer.json()["detail"]


@pytest.mark.parametrize(("case", "values", "status"), PARTS)
async def test_a_duty_that_was_held_is_not_deleted(
    world: World, visit, case: str, values: dict[str, Any], status: int
) -> None:
    """Its parts would go with it, and who answered for it would be forgotten."""
    duty = await world.responsibility()
    await _give(world, duty, **values)
    client = await visit(world.secretariat)

    answer = await client.api(f"/responsibilities/{duty.id}/delete", version=1)

    assert answer.status_code == status, case
    assert (await client.api_get(f"/responsibilities/{duty.id}")).status_code == (404 if status == 200 else 200)


async def test_the_page_of_a_held_duty_says_what_to_do(world: World, visit) -> None:
    """The refused form comes back with the reason."""
    duty = await world.responsibility()
    await _give(world, duty, starts_on=dt.date(2019, 1, 1))
    client = await visit(world.secretariat)

    again = await client.send(await client.get(f"/responsibilities/{duty.id}/delete"))

    assert again.status == 409
    assert "End their parts with a date" in again.text


async def test_a_mechanism_that_is_forming_still_tidies_up(world: World, visit) -> None:
    """Before it works, its list of duties is a draft: a duty goes with the parts written into it."""
    await world.change(world.mechanism, status="forming")
    duty = await world.responsibility()
    await _give(world, duty, starts_on=dt.date(2019, 1, 1))
    client = await visit(world.secretariat)

    answer = await client.api(f"/responsibilities/{duty.id}/delete", version=1)

    assert answer.status_code == 200
