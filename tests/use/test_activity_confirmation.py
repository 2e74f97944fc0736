"""Confirming lines: who, when, what a later change does, and what everybody sees of it."""

import asyncio

import pytest

from taskforce.models import Activity
from tests.use.conftest import Statements
from tests.world import World


def _here(activity: Activity) -> str:
    return f"/activities/{activity.id}/confirm"


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (None, 401),
        ("stranger", 404),
        ("administrator", 404),
        ("observer", 403),
        ("donor", 403),
        ("treasury", 403),
        ("police_focal", 403),
        ("education_focal", 403),
        ("chair", 403),
        ("police_officer", 200),
        ("secretariat", 200),
    ],
)
async def test_who_confirms_a_line(world: World, visit, who: str | None, status: int) -> None:
    """The officer of the lead agency, and the secretariat on behalf of it; a focal point prepares."""
    client = await visit(world.people[who] if who else None)

    answer = await client.api(_here(world.activity), version=1)

    assert answer.status_code == status, answer.text


async def test_it_is_told_who_confirmed_and_for_whom(world: World, visit) -> None:
    """The officer speaks for the own agency; the secretariat is recorded as speaking on behalf."""
    other = await world.line(code="A2")
    officer, secretariat = await visit(world.police_officer), await visit(world.secretariat)

    own = (await officer.api(_here(world.activity), version=1)).json()["line"]
    behalf = (await secretariat.api(_here(other), version=1)).json()["line"]
    view = (await secretariat.api_get(f"/plans/{world.plan.id}/confirmations")).json()
    page = await secretariat.get(f"/plans/{world.plan.id}/confirmations")

    assert (own["is_confirmed"], own["is_on_behalf"], own["confirmed_by"]) == (True, False, world.police_officer.title)
    assert (behalf["is_confirmed"], behalf["is_on_behalf"]) == (True, True)
    assert (view["confirmed_count"], view["line_count"]) == (2, 2)
    assert page.title.startswith("2 of 2 lines are confirmed by their agencies")
    assert f"for the agency by {world.secretariat.title}" in page.text


async def test_a_change_asks_for_another_confirmation(world: World, visit) -> None:
    """What was confirmed is one version of the line; the page tells that it changed since."""
    officer, focal = await visit(world.police_officer), await visit(world.police_focal)
    await officer.api(_here(world.activity), version=1)

    form = await focal.get(f"/activities/{world.activity.id}/edit")
    await focal.send(form, {"title": "Train all desk officers"})
    changed = await officer.get(f"/plans/{world.plan.id}/confirmations")
    again = await officer.api(_here(world.activity), version=2)

    assert changed.title.startswith("0 of 1 line")
    assert "changed since" in changed.text
    assert again.json()["line"]["is_confirmed"] is True


async def test_a_line_is_confirmed_as_it_was_read(world: World, visit) -> None:
    """Who read an older version is shown what the line says now, and nothing is confirmed; no version is no answer."""
    client = await visit(world.police_officer)
    page = await client.get(f"/plans/{world.plan.id}/confirmations")
    await world.change(world.activity, title="Train everybody", version=2)

    stale = await client.send(page, {}, action=_here(world.activity))
    over_api = await client.api(_here(world.activity), version=1)
    unread = await client.api(_here(world.activity))

    assert stale.status == 409
    assert (over_api.status_code, over_api.json()["theirs"]["title"]) == (412, "Train everybody")
    assert unread.status_code == 428
    assert (await client.api_get(f"/plans/{world.plan.id}/confirmations")).json()["confirmed_count"] == 0


@pytest.mark.parametrize("status", ["draft", "submitted", "endorsed", "active", "closed"])
async def test_lines_are_confirmed_during_consultation(world: World, visit, status: str) -> None:
    """Neither before all members read them nor once the plan is submitted; the refusal says how the plan stands."""
    await world.change(world.plan, status=status)
    client = await visit(world.police_officer)

    answer = await client.api(_here(world.activity), version=1)

    assert answer.status_code == 409
    assert f"{world.plan.code} is {status}" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"lead_agency_id": None}, "has no lead agency"),
        ({"status": "cancelled", "status_reason": "No money"}, "was cancelled"),
    ],
)
async def test_what_nobody_stands_by_is_not_confirmed(
    world: World, visit, values: dict[str, object], words: str
) -> None:
    """A line that nobody leads, or that was cancelled."""
    line = await world.line(code="A2")
    await world.change(line, **values)
    client = await visit(world.secretariat)

    answer = await client.api(_here(line), version=(await client.api_get(f"/activities/{line.id}")).json()["version"])

    assert (answer.status_code, words in answer.json()["detail"]) == (409, True)


async def test_what_is_not_theirs_to_read_is_not_counted(world: World, visit) -> None:
    """A confidential line of another agency stands on nobody else's list."""
    await world.line(code="A2", title="Undercover", lead_agency_id=world.education.id, is_confidential=True)
    client = await visit(world.police_officer)

    view = (await client.api_get(f"/plans/{world.plan.id}/confirmations")).json()

    assert (view["line_count"], [each["title"] for each in view["agencies"]]) == (1, [world.police.title])


async def test_ten_clicks_confirm_once(world: World, visit) -> None:
    """Each with a key of its own: one row stands, and each is answered."""
    client = await visit(world.police_officer)

    answers = await asyncio.gather(*(client.api(_here(world.activity), version=1) for _ in range(10)))

    assert {answer.status_code for answer in answers} == {200}
    assert (await client.api_get(f"/plans/{world.plan.id}/confirmations")).json()["confirmed_count"] == 1


async def test_buttons_are_for_those_who_may(world: World, visit) -> None:
    """The officer has a button for each own line, others read; the plan leads here while it is in consultation."""
    await world.line(code="A2", lead_agency_id=world.education.id)
    pages = {
        who: await (await visit(world.people[who])).get(f"/plans/{world.plan.id}/confirmations")
        for who in ("police_officer", "police_focal", "observer", "secretariat")
    }
    plan = await (await visit(world.observer)).get(f"/plans/{world.plan.id}")

    buttons = {who: page.html.count('/confirm"') for who, page in pages.items()}
    assert buttons == {"police_officer": 1, "police_focal": 0, "observer": 0, "secretariat": 2}
    assert f"/plans/{world.plan.id}/confirmations" in plan.links()


async def test_the_list_asks_as_often_for_many_as_for_one(world: World, visit, statements: Statements) -> None:
    """The number of statements does not grow with lines."""
    client = await visit(world.secretariat)
    path = f"/plans/{world.plan.id}/confirmations"
    await client.api_get(path)
    statements.clear()
    await client.api_get(path)
    for_one = len(statements)
    for number in range(8):
        await world.line(code=f"B{number}")

    statements.clear()
    view = (await client.api_get(path)).json()

    assert view["line_count"] == 9
    assert len(statements) == for_one
