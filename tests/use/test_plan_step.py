"""A plan from consultation to the chair and back: who, what stands against it, and what becomes of the lines."""

import asyncio
from uuid import uuid4

import pytest

from taskforce.models import ActivityConfirmation
from tests.world import World


async def _ready(world: World) -> None:
    """All that submitting asks for: the line confirmed, the output with an indicator."""
    await world.add(ActivityConfirmation(activity_id=world.activity.id, activity_version=1))
    await world.indicator()


@pytest.mark.parametrize(
    ("who", "submits", "returns", "reworks"),
    [
        (None, 401, 401, 401),
        ("stranger", 404, 404, 404),
        ("administrator", 404, 404, 404),
        ("observer", 403, 403, 403),
        ("donor", 403, 403, 403),
        ("treasury", 403, 403, 403),
        ("police_focal", 403, 403, 403),
        ("police_officer", 403, 403, 403),
        ("chair", 403, 200, 403),
        ("secretariat", 200, 403, 200),
    ],
)
async def test_who_takes_which_step(
    world: World, visit, who: str | None, submits: int, returns: int, reworks: int
) -> None:
    """The secretariat submits and takes up again, the chair returns; nobody else takes a step."""
    await _ready(world)
    client = await visit(world.people[who] if who else None)
    path = f"/plans/{world.plan.id}"

    submitted = await client.api(f"{path}/submit", version=1)
    await world.change(world.plan, status="submitted", version=2)
    returned = await client.api(f"{path}/return", reason="Costs are missing.", version=2)
    await world.change(world.plan, status="returned", status_reason="Costs are missing.", version=3)
    reworked = await client.api(f"{path}/rework", version=3)

    assert (submitted.status_code, returned.status_code, reworked.status_code) == (submits, returns, reworks)


async def test_what_stands_against_it_is_listed_with_links(world: World, visit) -> None:
    """Each guard is named with its count, each thing leads to where it is mended, and the refusal names them too."""
    second = await world.line(code="A2")
    await world.change(await world.line(code="A3"), lead_agency_id=None)
    client = await visit(world.secretariat)
    path = f"/plans/{world.plan.id}/submit"

    page, view = await client.get(path), (await client.api_get(path)).json()
    refused = await client.api(path, version=1)

    assert "2 activities are not confirmed by their agencies" in page.text
    assert "1 activity has no lead agency" in page.text
    assert "1 output has no indicator" in page.text
    for link in (f"/activities/{second.id}", f"/outputs/{world.output.id}/edit"):
        assert link in page.links()
    assert {each["guard"]: [thing["code"] for thing in each["things"]] for each in view["lacking"]} == {
        "has_no_lead": ["A3"],
        "is_not_confirmed": ["A1", "A2"],
        "has_no_indicator": ["O1.1"],
    }
    assert refused.status_code == 409
    assert "is not confirmed: A1, A2" in refused.json()["detail"]


async def test_from_consultation_to_the_chair_and_back(world: World, visit) -> None:
    """Through pages alone: submitted lines stand still, the reason is read, and confirmations survive the way back."""
    await _ready(world)
    secretariat, chair, officer = [await visit(world.people[who]) for who in ("secretariat", "chair", "police_officer")]
    path = f"/plans/{world.plan.id}"

    await secretariat.send(await secretariat.get(f"{path}/submit"))
    stands = await officer.api(f"/activities/{world.activity.id}/delete", version=1)
    await chair.send(await chair.get(f"{path}/return"), {"reason": "Add the cost of the helpline."})
    told = await officer.get(path)
    asked = await secretariat.get(f"{path}/rework")
    await secretariat.send(asked)
    view = (await secretariat.api_get(path)).json()
    confirmed = (await secretariat.api_get(f"{path}/confirmations")).json()

    assert stands.status_code == 409
    assert "Add the cost of the helpline." in told.text
    assert "Add the cost of the helpline." in asked.text
    assert view["plan"]["status"] == "draft"
    assert confirmed["confirmed_count"] == 1


@pytest.mark.parametrize(
    ("step", "allowed"), [("submit", "consultation"), ("return", "submitted"), ("rework", "returned")]
)
@pytest.mark.parametrize(
    "status", ["draft", "consultation", "submitted", "returned", "endorsed", "active", "suspended", "cancelled"]
)
async def test_a_step_begins_where_the_table_says(world: World, visit, step: str, allowed: str, status: str) -> None:
    """From any other state the step is refused with the states that may come next, and nothing changes."""
    await _ready(world)
    await world.change(world.plan, status=status, status_reason="Because.")
    client = await visit(world.people["chair" if step == "return" else "secretariat"])
    reason = {"reason": "More."} if step == "return" else {}

    answer = await client.api(f"/plans/{world.plan.id}/{step}", version=1, **reason)

    assert answer.status_code == (200 if status == allowed else 409), answer.text
    if status != allowed:
        assert status in answer.json()["detail"]


async def test_a_return_says_why(world: World, visit) -> None:
    """Without a reason the form comes again; the reason stands in the audit."""
    await _ready(world)
    await world.change(world.plan, status="submitted")
    client, secretariat = await visit(world.chair), await visit(world.secretariat)
    path = f"/plans/{world.plan.id}/return"

    again = await client.send(await client.get(path), {"reason": " "})
    await client.send(await client.get(path), {"reason": "Costs are missing."})
    history = await secretariat.get(f"/mechanisms/{world.mechanism.code}/history?record={world.plan.id}")

    assert again.status == 400
    assert "Costs are missing." in history.text


async def test_a_stale_step_is_shown_what_was_saved(world: World, visit) -> None:
    """Who opened an older version of the plan submits nothing."""
    await _ready(world)
    client = await visit(world.secretariat)
    page = await client.get(f"/plans/{world.plan.id}/submit")
    await world.change(world.plan, title="Another title", version=2)

    stale = await client.send(page)

    assert stale.status == 409
    assert (await client.api_get(f"/plans/{world.plan.id}")).json()["plan"]["status"] == "consultation"


async def test_many_clicks_take_a_step_once(world: World, visit) -> None:
    """With one key all get the same answer; with keys of their own the later ones are told how the plan stands."""
    await _ready(world)
    client = await visit(world.secretariat)
    path, key = f"/plans/{world.plan.id}/submit", uuid4().hex

    same = await asyncio.gather(*(client.api(path, key=key, version=1) for _ in range(5)))
    others = await asyncio.gather(*(client.api(path, version=2) for _ in range(5)))

    assert [answer.status_code for answer in same] == [200] * 5
    assert {answer.text for answer in same} == {same[0].text}
    assert {answer.status_code for answer in others} == {409}
