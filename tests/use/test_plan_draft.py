"""A plan from its first page to its consultation."""

import pytest

from taskforce.models import ActivityTargetGroup
from tests.use.questions import complete_line, set_status
from tests.world import World

PLAN = {
    "code": "P-2027",
    "title": "Annual action plan 2027",
    "starts_on": "2027-01-01",
    "ends_on": "2027-12-31",
    "currency": "TZS",
}


def _add(world: World) -> str:
    return f"/mechanisms/{world.mechanism.code}/plans/add"


@pytest.mark.parametrize(
    ("who", "form", "adds"),
    [
        ("stranger", 404, 404),
        ("administrator", 404, 404),
        ("observer", 403, 403),
        ("police_focal", 403, 403),
        ("donor", 403, 403),
        ("treasury", 403, 403),
        ("chair", 403, 403),
        ("secretariat", 200, 201),
    ],
)
async def test_who_may_add_and_open(world: World, visit, who: str, form: int, adds: int) -> None:
    """The secretariat alone makes plans and opens them to the members."""
    client = await visit(world.people[who])

    shown = [
        await client.status(path)
        for path in (_add(world), f"/plans/{world.plan.id}/edit", f"/plans/{world.plan.id}/open-consultation")
    ]
    added = await client.api(_add(world), **PLAN)
    edited = await client.api(f"/plans/{world.plan.id}/edit", **PLAN | {"code": "P", "starts_on": "2026-01-01"})
    opened = await client.api(f"/plans/{world.plan.id}/open-consultation", version=2)

    assert shown == [form] * 3
    assert added.status_code == adds
    assert edited.status_code == (428 if adds == 201 else adds)
    assert opened.status_code == (412 if adds == 201 else adds)


async def test_the_form_suggests_the_year_without_a_plan(world: World, visit) -> None:
    """Opened, it holds the fiscal year after the last plan, in the mechanism's currency; saved, it is a draft."""
    client = await visit(world.secretariat)
    form = await client.get(_add(world))

    answer = await client.submit(form)

    assert (form.form()["starts_on"], form.form()["ends_on"]) == ("2027-01-01", "2027-12-31")
    assert form.form()["currency"] == "TZS"
    assert answer.status_code == 303
    plans = (await client.api_get(f"/mechanisms/{world.mechanism.code}")).json()["plans"]
    assert [(plan["code"], plan["status"]) for plan in plans] == [
        ("TZ-2027", "draft"),
        (world.plan.code, "consultation"),
    ]


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"title": ""}, 400, "Fill in: Title."),
        ({"currency": "XYZ"}, 400, "XYZ is no currency"),
        ({"starts_on": "1 January"}, 400, "First day must be a real date"),
        ({"ends_on": "2027-01-01"}, 409, "must come after the first day"),
        ({"ends_on": "2029-06-30"}, 409, "about one year"),
        ({"starts_on": "2026-07-01", "ends_on": "2027-06-30"}, 409, "for the same time already"),
    ],
)
async def test_a_plan_that_cannot_be_is_refused(
    world: World, visit, changes: dict[str, str], status: int, says: str
) -> None:
    """One plan a year, about a year long, in a real currency; what was typed stays."""
    client = await visit(world.secretariat)

    again = await client.send(await client.get(_add(world)), PLAN | changes)

    assert again.status == status
    assert says in again.text
    assert again.form()["code"] == "P-2027"


async def test_lines_stay_inside_the_plan(world: World, visit) -> None:
    """The frame of a plan does not move away from its lines; they are named."""
    client = await visit(world.secretariat)
    form = await client.get(f"/plans/{world.plan.id}/edit")

    again = await client.send(form, {"ends_on": "2026-04-30"})

    assert again.status == 409
    assert "These lines would lie outside the plan: A1." in again.text


async def test_a_plan_past_consultation_keeps_its_frame(world: World, visit) -> None:
    """What was endorsed changes by an amendment only."""
    client = await visit(world.secretariat)
    await set_status(world, "endorsed")

    answer = await client.api(f"/plans/{world.plan.id}/edit", **PLAN)

    assert answer.status_code == 409


async def test_two_who_edit_at_once(world: World, visit) -> None:
    """The second sees both texts."""
    client = await visit(world.secretariat)
    path = f"/plans/{world.plan.id}/edit"
    first, second = await client.get(path), await client.get(path)
    await client.submit(first, {"title": "Theirs"})

    conflict = await client.send(second, {"title": "Yours"})

    assert conflict.status == 409
    assert "Theirs" in conflict.text


async def test_a_consultation_needs_whole_lines(world: World, visit) -> None:
    """What is missing is listed before and refused after; once whole, all members read the plan."""
    secretariat, observer = await visit(world.secretariat), await visit(world.observer)
    await set_status(world, "draft")
    path = f"/plans/{world.plan.id}/open-consultation"

    asked = await secretariat.get(path)
    refused = await secretariat.api(path, version=1)
    await complete_line(world)
    await world.add(ActivityTargetGroup(activity_id=world.activity.id, target_group_id="target_group:police"))
    hidden = (await observer.api_get(f"/mechanisms/{world.mechanism.code}")).json()["plans"][0]["activity_count"]
    opened = await secretariat.submit(await secretariat.get(path))
    shown = (await observer.api_get(f"/mechanisms/{world.mechanism.code}")).json()["plans"][0]

    assert asked.title.startswith("1 thing is missing before consultation")
    assert "A1: place, target group" in asked.text
    assert refused.status_code == 409
    assert "A1: place, target group" in refused.json()["detail"]
    assert opened.status_code == 303
    assert (hidden, shown["activity_count"], shown["status"]) == (0, 1, "consultation")
    assert (await secretariat.get(path)).title.startswith("This plan is past its draft")


async def test_an_empty_draft_is_not_opened(world: World, visit) -> None:
    """A plan without an objective has nothing to consult about."""
    client = await visit(world.secretariat)
    plan = (await client.api(_add(world), **PLAN)).json()

    refused = await client.api(f"/plans/{plan['id']}/open-consultation", version=1)

    assert refused.status_code == 409
    assert "an objective" in refused.json()["detail"]


async def test_a_first_plan_from_a_starter_plan(world: World, visit) -> None:
    """A mechanism without a plan is filled from a starter plan; one with a plan is not."""
    administrator, client = await visit(world.administrator), await visit(world.stranger)
    code = f"KE-S-{id(visit) % 100_000}"
    new = {"code": code, "title": "Council", "country": "KE", "email": world.stranger.email, "post": "Secretariat"}
    await administrator.api("/mechanisms/add", **new)
    path = f"/mechanisms/{code}/plans/start"
    form = await client.get(f"/mechanisms/{code}/plans/add")

    unchosen = await client.send(await client.get(path))
    started = await client.submit(await client.get(path), {"starter": "anti-trafficking"})
    again = await client.send(await client.get(path), {"starter": "child-online-safety"})

    assert path in form.links()
    assert (unchosen.status, started.status_code, again.status) == (400, 303, 409)
    assert "has a plan already" in again.text
    plans = (await client.api_get(f"/mechanisms/{code}")).json()["plans"]
    assert [plan["status"] for plan in plans] == ["draft"]
    assert plans[0]["activity_count"] > 3


async def test_a_dissolved_mechanism_begins_no_plan(world: World, visit) -> None:
    """Neither by hand nor from a starter plan; once the chair has taken the dissolution back, it can."""
    secretariat, chair = await visit(world.secretariat), await visit(world.chair)
    path = f"/mechanisms/{world.mechanism.code}/edit"
    await chair.submit(await chair.get(path), {"status": "dissolved", "ended_on": "2026-02-28"})

    refused = [
        (await secretariat.api(_add(world), **PLAN)).status_code,
        (await secretariat.api(f"{_add(world)[:-3]}start", starter="anti-trafficking")).status_code,
    ]
    await chair.submit(await chair.get(path), {"status": "active"})

    assert refused == [409, 409]
    assert (await secretariat.api(_add(world), **PLAN)).status_code == 201
