"""Today is the day where the clocks of a mechanism hang: on its pages, in its rules, in who is appointed."""

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from litestar import Litestar
from sqlalchemy import text

from taskforce.access import OPERATOR
from taskforce.db import Sessions, transaction
from taskforce.models import Account, Appointment, Mechanism
from tests.conftest import running
from tests.page_client import Client
from tests.use.money_world import cost, line, source
from tests.world import World

VisitAt = Callable[[Account, str], Awaitable[Client]]


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{text}+00:00")


@pytest.fixture(scope="module")
async def clocked(database_url: str) -> AsyncIterator[tuple[Litestar, list[dt.datetime]]]:
    """One application for all tests of this file, and what its clock shows, which each of them sets."""
    shown = [_moment("2026-03-10T09:00:00")]
    async with running(database_url, clock=lambda: shown[0]) as app:
        yield app, shown


@pytest.fixture
async def visit_at(clocked: tuple[Litestar, list[dt.datetime]], sessions: Sessions) -> AsyncIterator[VisitAt]:
    """Opens the site as somebody at a moment, in UTC; the clock then stands until the next visit."""
    app, shown = clocked
    opened: list[Client] = []

    async def open_at(account: Account, moment: str) -> Client:
        shown[0] = _moment(moment)
        opened.append(await Client.opened(app, sessions, account, shown[0]))
        return opened[-1]

    yield open_at
    for each in opened:
        await each.http.aclose()


async def _in_zone(world: World, zone: str, **values: Any) -> None:
    await world.change(world.mechanism, time_zone=zone, **values)


@pytest.mark.parametrize(
    ("zone", "moment", "today"),
    [
        ("UTC", "2026-06-30T23:59:59", "2026-06-30"),
        ("Asia/Phnom_Penh", "2026-06-30T16:59:59", "2026-06-30"),
        ("Asia/Phnom_Penh", "2026-06-30T17:00:00", "2026-07-01"),
        ("Pacific/Tongatapu", "2026-06-30T11:00:00", "2026-07-01"),  # 13 hours ahead
        ("Pacific/Pago_Pago", "2026-07-01T10:59:59", "2026-06-30"),  # 11 hours behind
        ("Asia/Beirut", "2026-03-28T22:00:00", "2026-03-29"),  # there is no midnight between these days
        ("Africa/Nairobi", "2028-02-28T21:00:00", "2028-02-29"),
    ],
)
async def test_a_page_shows_the_day_of_its_mechanism(
    world: World, visit_at: VisitAt, zone: str, moment: str, today: str
) -> None:
    """Whatever an address names, the mechanism by its code or something in it, the day is that of the mechanism."""
    await _in_zone(world, zone)
    duty = await world.responsibility()
    client = await visit_at(world.secretariat, moment)

    shown = [
        (await client.api_get(f"/activities/{world.activity.id}")).json()["today"],
        (await client.api_get(f"/mechanisms/{world.mechanism.code}/responsibilities")).json()["on"],
        (await client.api_get(f"/responsibilities/{duty.id}")).json()["on"],
        (await client.api_get("/desk")).json()["today"],
    ]

    assert shown == [today] * 4


@pytest.mark.parametrize(
    ("moment", "status"), [("2026-06-14T16:59:59", 409), ("2026-06-14T17:00:00", 200), ("2026-06-14T23:00:00", 200)]
)
async def test_a_day_comes_when_it_comes_there(world: World, visit_at: VisitAt, moment: str, status: int) -> None:
    """What began on the 15th is told from the first second of that day in Phnom Penh on, when it is still the 14th
    in Greenwich, and not a second earlier."""
    await _in_zone(world, "Asia/Phnom_Penh")
    client = await visit_at(world.secretariat, moment)
    path = f"/activities/{world.activity.id}/edit"

    answer = await client.api(
        path,
        output_id=str(world.output.id),
        code="A1",
        title="Train desk officers",
        lead_agency_id=str(world.police.id),
        actual_starts_on="2026-06-15",
        status="on_track",
        version=1,
    )

    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("zone", "moment", "reads"),
    [
        ("Asia/Phnom_Penh", "2026-06-30T16:59:59", 200),
        ("Asia/Phnom_Penh", "2026-06-30T17:00:00", 404),
        ("Pacific/Tongatapu", "2026-06-30T10:59:59", 200),
        ("Pacific/Tongatapu", "2026-06-30T11:00:00", 404),
        ("Pacific/Pago_Pago", "2026-07-01T10:59:59", 200),
        ("Pacific/Pago_Pago", "2026-07-01T11:00:00", 404),
        ("Pacific/Pago_Pago", "2026-06-28T10:59:59", 404),
        ("Pacific/Pago_Pago", "2026-06-28T11:00:00", 200),
        ("Pacific/Tongatapu", "2026-06-27T10:59:59", 404),
        ("Pacific/Tongatapu", "2026-06-27T11:00:00", 200),
    ],
)
async def test_an_appointment_holds_from_its_first_day_there_to_its_last(
    world: World, visit_at: VisitAt, zone: str, moment: str, reads: int
) -> None:
    """From 28 June to 30 June somebody reads the mechanism: from the first second of the first day there to the last
    of the last, with cookie and with token."""
    await _in_zone(world, zone)
    first, last = dt.date(2026, 6, 28), dt.date(2026, 6, 30)
    await world.add(Appointment(account_id=world.stranger.id, role="observer", starts_on=first, ends_on=last))
    client = await visit_at(world.stranger, moment)

    path = f"/mechanisms/{world.mechanism.code}"
    answers = await client.http.get(path), await client.api_get(path)

    assert answers[1].status_code == reads
    # a page sends whoever has just lost the role to the sign-in, since the session ends with it
    assert answers[0].status_code in ((200,) if reads == 200 else (404, 303))


@pytest.mark.parametrize(
    ("zone", "first"), [("Pacific/Tongatapu", dt.date(2026, 7, 1)), ("Pacific/Pago_Pago", dt.date(2026, 6, 30))]
)
async def test_who_is_invited_in_the_evening_comes_in_at_once(
    world: World, visit_at: VisitAt, sessions: Sessions, zone: str, first: dt.date
) -> None:
    """An appointment without a first day begins on the day that it is there, and so does the right to read."""
    await _in_zone(world, zone)
    client = await visit_at(world.secretariat, "2026-06-30T13:00:00")
    path = f"/mechanisms/{world.mechanism.code}"

    answer = await client.api(
        f"{path}/appointments/add", email=world.stranger.email, title=world.stranger.title, role="observer"
    )

    assert answer.status_code == 201, answer.text
    stranger = await visit_at(world.stranger, "2026-06-30T13:00:00")
    assert (await stranger.api_get(path)).status_code == 200
    async with transaction(sessions, OPERATOR) as session:
        asked = text("select starts_on from appointment where account_id = :id")
        assert await session.scalar(asked, {"id": world.stranger.id}) == first


async def test_a_new_year_of_money_begins_there(world: World, visit_at: VisitAt) -> None:
    """At noon of New Year's Eve in Greenwich, Tonga is in the next fiscal year."""
    item = await cost(world)
    await line(world, item, world.source, 30)
    await line(world, item, world.source, 40, fiscal_year=2027)
    found = []
    for zone in ("UTC", "Pacific/Tongatapu"):
        await _in_zone(world, zone)
        client = await visit_at(world.secretariat, "2026-12-31T12:00:00")
        view = (await client.api_get(f"/mechanisms/{world.mechanism.code}/money")).json()
        found.append([year["year"] for year in view["years"] if year["is_current"]])

    assert found == [[2026], [2027]]


async def test_a_desk_over_two_zones_counts_each_day_by_itself(
    world: World, sessions: Sessions, visit_at: VisitAt
) -> None:
    """A source that ends on 30 June still pays in Samoa and has ended in Tonga; the desk says which day it is where."""
    other = await World.made(sessions, world.now)
    await other.add(Appointment(account_id=world.chair.id, role="chair", starts_on=dt.date(2020, 1, 1)))
    await _in_zone(world, "Pacific/Pago_Pago")
    await _in_zone(other, "Pacific/Tongatapu")
    for each in (world, other):
        ending = await source(each, "ENDS", "donor_grant", ends_on=dt.date(2026, 6, 30))
        await line(each, await cost(each), ending, 30)
        far = await source(each, "FAR", "donor_grant", ends_on=dt.date(2028, 1, 1))  # 18 months after 1 July
        await line(each, await cost(each, "C2"), far, 30)
    client = await visit_at(world.chair, "2026-06-30T12:00:00")

    desk = (await client.api_get("/desk")).json()
    page = await client.get("/desk")
    listed = await client.api_get("/mechanisms")

    days = {each["code"]: each["today"] for each in desk["mechanisms"]}
    assert days == {world.mechanism.code: "2026-06-30", other.mechanism.code: "2026-07-01"}
    assert desk["today"] is None
    assert "there it is 1 July 2026" in page.text
    assert {(each["mechanism"], each["code"]) for each in desk["ending"]} == {
        (world.mechanism.code, "ENDS"),
        (other.mechanism.code, "FAR"),
    }
    assert listed.status_code == 200


async def test_the_first_secretariat_comes_in_whatever_zone_it_chooses(
    world: World, visit_at: VisitAt, sessions: Sessions
) -> None:
    """Who founds a mechanism west of Greenwich in the evening and names its time zone is not locked out."""
    administrator = await visit_at(world.administrator, "2026-06-30T02:00:00")
    code = f"{world.mechanism.code}-W"
    made = await administrator.api(
        "/mechanisms/add",
        code=code,
        title="Western",
        country="PE",
        email=world.stranger.email,
        post=world.stranger.title,
    )
    assert made.status_code == 201, made.text
    stored = (await (await visit_at(world.stranger, "2026-06-30T02:00:00")).api_get(f"/mechanisms/{code}")).json()
    await world.change(Mechanism(id=stored["mechanism"]["id"]), time_zone="America/Lima")

    client = await visit_at(world.stranger, "2026-06-30T02:00:00")

    assert (await client.api_get(f"/mechanisms/{code}")).status_code == 200
