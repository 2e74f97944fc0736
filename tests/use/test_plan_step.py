"""A plan from consultation to the chair and back: who, what stands against it, and what becomes of the lines."""

import asyncio
import datetime as dt
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from taskforce.models import ActivityConfirmation
from taskforce.models.plan import PLAN_STATUSES
from taskforce.rules.plan_step import STEPS, Step
from tests.conftest import NOW
from tests.world import World


async def _ready(world: World) -> None:
    """All that submitting asks for: the line confirmed, the output with an indicator."""
    await world.add(ActivityConfirmation(activity_id=world.activity.id, activity_version=1))
    await world.indicator()


# Where each step is tried, and on which day of the mechanism the year has then.
TRIED = {step: way.begins[0] for step, way in STEPS.items()}
OVER = {"begin_closing", "close"}


async def _stand(world: World, step: Step, **values: object) -> None:
    """The plan where a step begins, with nothing against it."""
    await _ready(world)
    dates = {"starts_on": dt.date(2025, 1, 1), "ends_on": dt.date(2025, 12, 31)} if step in OVER else {}
    await world.change(world.plan, **{"status": TRIED[step], "status_reason": "Because.", **dates, **values})


def _path(world: World, step: Step) -> str:
    return f"/plans/{world.plan.id}/{step.replace('_', '-')}"


def _said(step: Step) -> dict[str, str]:
    return {"reason": "Costs are missing."} if STEPS[step].needs_reason else {}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    ("who", "refused"),
    [
        (None, 401),
        ("stranger", 404),
        ("administrator", 404),
        ("observer", 403),
        ("donor", 403),
        ("treasury", 403),
        ("police_focal", 403),
        ("police_officer", 403),
        ("chair", 403),
        ("secretariat", 403),
    ],
)
async def test_who_takes_which_step(world: World, visit, who: str | None, refused: int, step: Step) -> None:
    """The chair endorses, returns, suspends, resumes and cancels, the secretariat takes the others; nobody else any."""
    await _stand(world, step)
    client = await visit(world.people[who] if who else None)
    is_theirs = who == ("chair" if step in ("endorse", "return", "suspend", "resume", "cancel") else "secretariat")

    taken = await client.api(_path(world, step), version=1, **_said(step))

    assert taken.status_code == (200 if is_theirs else refused), taken.text


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


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("status", PLAN_STATUSES)
async def test_a_step_begins_where_the_table_says(world: World, visit, step: Step, status: str) -> None:
    """From any other state the step is refused with the state that the plan is in, and nothing changes."""
    await _stand(world, step, status=status)
    client = await visit(world.people["chair" if STEPS[step].is_for_chair else "secretariat"])
    begins = status in STEPS[step].begins

    page = await client.get(_path(world, step))
    answer = await client.api(_path(world, step), version=1, **_said(step))
    now = (await client.api_get(f"/plans/{world.plan.id}")).json()["plan"]["status"]

    assert (page.status, answer.status_code) == (200, 200 if begins else 409), answer.text
    assert now == (STEPS[step].to if begins else status)
    if not begins:
        assert status in answer.json()["detail"]


async def test_nobody_endorses_what_they_submitted(world: World, visit) -> None:
    """Neither on the page nor over the API, nor past both in the database."""
    await _stand(world, "endorse", submitted_by_id=world.chair.id)
    chair = await visit(world.chair)

    page = await chair.get(_path(world, "endorse"))
    refused = await chair.api(_path(world, "endorse"), version=1)

    assert "You submitted this plan yourself: somebody else endorses it" in page.text
    assert refused.status_code == 409
    with pytest.raises(IntegrityError, match="ck_plan_is_endorsed_by_another"):
        await world.change(world.plan, endorsed_by_id=world.chair.id)


@pytest.mark.parametrize(
    ("values", "stands_against"),
    [
        ({}, True),
        ({"state": "acknowledged"}, True),
        ({"state": "snoozed"}, True),
        ({"band": "possible"}, False),
        ({"kind": "complement", "band": None}, False),
        ({"state": "stale"}, False),
        ({"state": "resolved", "resolution": "split", "reason": "By place.", "resolved_at": NOW}, False),
    ],
)
async def test_likely_duplicates_are_decided_before_the_chair_endorses(
    world: World, visit, values: dict[str, object], stands_against: bool
) -> None:
    """An undecided one is named with its address; decided, stale and merely possible ones stand in nobody's way."""
    alert = await world.alert(world.activity, await world.line(lead_agency_id=world.education.id), **values)
    await _stand(world, "endorse")
    chair = await visit(world.chair)

    page = await chair.get(_path(world, "endorse"))
    answer = await chair.api(_path(world, "endorse"), version=1)

    assert (f"/alerts/{alert.id}" in page.links()) is stands_against
    assert answer.status_code == (409 if stands_against else 200), answer.text


@pytest.mark.parametrize(
    ("step", "starts_on", "ends_on", "words"),
    [
        ("start", dt.date(2026, 3, 11), dt.date(2026, 12, 31), "The year begins on 11 March 2026"),
        ("begin_closing", dt.date(2025, 4, 1), dt.date(2026, 3, 10), "The year ends on 10 March 2026"),
        ("close", dt.date(2025, 4, 1), dt.date(2026, 3, 10), "The year ends on 10 March 2026"),
    ],
)
async def test_a_year_has_its_days(
    world: World, visit, step: Step, starts_on: dt.date, ends_on: dt.date, words: str
) -> None:
    """A year starts on its first day and closes after its last; before that the page says when."""
    await _stand(world, step, starts_on=starts_on, ends_on=ends_on)
    client = await visit(world.secretariat)

    page = await client.get(_path(world, step))
    answer = await client.api(_path(world, step), version=1)

    assert words in page.text
    assert answer.status_code == 409


async def test_a_plan_runs_from_the_chair_to_its_end(world: World, visit) -> None:
    """Through pages alone, and everybody reads why it rested meanwhile."""
    await _stand(world, "endorse", starts_on=dt.date(2025, 1, 1), ends_on=dt.date(2025, 12, 31))
    chair, secretariat, focal = [await visit(world.people[who]) for who in ("chair", "secretariat", "police_focal")]

    await chair.send(await chair.get(_path(world, "endorse")))
    await secretariat.send(await secretariat.get(_path(world, "start")))
    await chair.send(await chair.get(_path(world, "suspend")), {"reason": "The office moves."})
    resting = await focal.get(f"/plans/{world.plan.id}")
    await chair.send(await chair.get(_path(world, "resume")))
    await secretariat.send(await secretariat.get(_path(world, "begin_closing")))
    await secretariat.send(await secretariat.get(_path(world, "close")))
    view = (await focal.api_get(f"/plans/{world.plan.id}")).json()

    assert "Suspended by the chair:" in resting.text
    assert "The office moves." in resting.text
    assert view["plan"]["status"] == "closed"
    assert view["plan"]["status_reason"] is None


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
