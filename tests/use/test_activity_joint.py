"""Which activities of other agencies one is joint with: set in its form and by the API, on both sides the same."""

from typing import Any

import pytest

from taskforce.models import Activity, ActivityJoint, Agency, Membership
from tests.use.questions import set_status
from tests.world import World

UNKNOWN = "There is no activity %s in this plan. Write codes such as 1.2.3, separated by commas."


async def theirs(world: World, code: str = "2.1.1", **values: Any) -> Activity:
    """An activity that the Ministry of Education leads."""
    return await world.line(**{"code": code, "lead_agency_id": world.education.id} | values)


async def link(world: World, one: Activity, other: Activity) -> None:
    """Declare two activities joint, as an import or a decided alert does."""
    low, high = sorted((one.id, other.id))
    await world.add(ActivityJoint(activity_id=low, other_id=high))


async def joint(client: Any, activity: Activity) -> list[str]:
    """The codes that an activity is joint with, as the API gives them to this reader."""
    return [each["code"] for each in (await client.api_get(f"/activities/{activity.id}")).json()["joint_with"]]


def command(world: World, activity: Activity, **values: Any) -> dict[str, Any]:
    """What the API sends to edit a line of the police."""
    stored = {"code": activity.code, "title": activity.title, "lead_agency_id": str(world.police.id), "version": 1}
    return stored | values


async def test_the_form_sets_shows_and_removes_joint_activities_on_both_sides(world: World, visit) -> None:
    """Codes with commas are written once, read back in the form, and gone when they are taken out."""
    first, second = await theirs(world), await theirs(world, "2.1.2")
    client, other = await visit(world.police_focal), await visit(world.education_focal)
    path = f"/activities/{world.activity.id}/edit"

    after = await client.send(await client.get(path), {"joint_with": " 2.1.2,2.1.1 , 2.1.2,"})
    both = (await joint(client, world.activity), await joint(other, first), await joint(other, second))
    form = await client.get(path)
    await client.send(form, {"joint_with": "2.1.1"})
    one = (await joint(client, world.activity), await joint(other, first), await joint(other, second))
    await client.send(await client.get(path), {"joint_with": ""})

    assert after.status == 200
    assert f"/activities/{first.id}" in after.links()
    assert both == (["2.1.1", "2.1.2"], ["A1"], ["A1"])
    assert form.form()["joint_with"] == "2.1.1, 2.1.2"
    assert one == (["2.1.1"], ["A1"], [])
    assert await joint(client, world.activity) == []


async def test_a_new_activity_is_joint_from_the_start(world: World, visit) -> None:
    """The form that adds a line has the field too, and so has the API, which takes a list or a text."""
    other = await theirs(world)
    client = await visit(world.police_focal)
    add = f"/outputs/{world.output.id}/activities/add"

    page = await client.send(await client.get(add), {"code": "B1", "title": "By form", "joint_with": "2.1.1"})
    new = {"lead_agency_id": str(world.police.id), "title": "By API"}
    listed = await client.api(add, code="B2", **new, joint_with=["2.1.1", "2.1.1"])
    typed = await client.api(add, code="B3", **new, joint_with="2.1.1")

    assert page.status == 200
    assert (listed.status_code, typed.status_code) == (201, 201)
    assert await joint(client, other) == ["B1", "B2", "B3"]


async def test_either_side_removes_the_link_that_the_other_wrote(world: World, visit) -> None:
    """The link has no owner: whichever line is edited, and whichever is older."""
    other = await theirs(world)
    await link(world, world.activity, other)
    client = await visit(world.education_focal)

    await client.send(await client.get(f"/activities/{other.id}/edit"), {"joint_with": ""})

    assert await joint(client, other) == []
    assert await joint(client, world.activity) == []


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("9.9.9", UNKNOWN % "9.9.9"),
        (
            "2.1.1, 9.9.9, 8.8.8",
            "There are no activities 9.9.9, 8.8.8 in this plan. Write codes such as 1.2.3, separated by commas.",
        ),
        ("2.1.1 and 2.1.2", UNKNOWN % "2.1.1 and 2.1.2"),
        ("X" * 60, UNKNOWN % ("X" * 40 + "…")),
        ("A1", "A1 is this activity itself. Name activities of other agencies."),
        ("SECRET", UNKNOWN % "SECRET"),
        ("LAST", UNKNOWN % "LAST"),
        ("A2", "A2 has the same lead agency. Name activities of other agencies."),
        ("GONE", "GONE is cancelled. Leave it out, or ask its lead agency to take it up again."),
        (", ".join(f"C{number}" for number in range(101)), "These are 101 activities. Name at most 100."),
    ],
)
async def test_what_is_no_other_agencys_activity_is_refused_at_the_field(
    world: World, visit, typed: str, says: str
) -> None:
    """Unknown, hidden, of another plan, itself, the own agency's or cancelled: each code is named, nothing is saved."""
    await theirs(world)
    await theirs(world, "SECRET", is_confidential=True)
    await theirs(world, "GONE", status="cancelled", status_reason="No money")
    await world.line(code="A2")
    earlier = await world.add_plan("P25", 2025)
    await theirs(world, "LAST", plan_id=earlier.id, output_id=(await world.add_output(earlier)).id)
    client = await visit(world.police_focal)

    again = await client.send(
        await client.get(f"/activities/{world.activity.id}/edit"), {"joint_with": typed, "title": "Not saved"}
    )
    api = await client.api(
        f"/activities/{world.activity.id}/edit", **command(world, world.activity, joint_with=typed.split(","))
    )

    assert again.status in (400, 409)
    assert says in again.errors[0]
    assert again.form()["joint_with"] == typed
    assert (api.json()["errors"][0]["field"], api.json()["errors"][0]["detail"]) == ("joint_with", says)
    after = (await client.api_get(f"/activities/{world.activity.id}")).json()
    assert (after["title"], after["joint_with"]) == ("Train desk officers", [])


async def test_a_link_that_stands_is_kept_when_its_other_line_is_cancelled(world: World, visit) -> None:
    """What was declared stays through a save: new links are checked, old ones are history."""
    other = await theirs(world, status="cancelled", status_reason="No money")
    await link(world, world.activity, other)
    client = await visit(world.police_focal)

    after = await client.send(await client.get(f"/activities/{world.activity.id}/edit"), {"title": "Saved"})

    assert after.status == 200
    assert await joint(client, world.activity) == ["2.1.1"]


async def test_a_link_that_the_editor_does_not_see_stays(world: World, visit) -> None:
    """Who may not know of a confidential line neither reads its code in the form nor cuts it off by saving."""
    secret, seen = await theirs(world, "SECRET", is_confidential=True), await theirs(world)
    await link(world, world.activity, secret)
    await link(world, world.activity, seen)
    client = await visit(world.police_focal)

    form = await client.get(f"/activities/{world.activity.id}/edit")
    await client.send(form, {"joint_with": ""})

    assert form.form()["joint_with"] == "2.1.1"
    assert "SECRET" not in form.html
    assert await joint(await visit(world.secretariat), world.activity) == ["SECRET"]


async def test_a_program_that_does_not_name_them_leaves_them_alone(world: World, visit) -> None:
    """A command without the field changes no link, one with an empty list removes all."""
    other = await theirs(world)
    await link(world, world.activity, other)
    client = await visit(world.police_focal)
    path = f"/activities/{world.activity.id}/edit"

    silent = await client.api(path, **command(world, world.activity))
    kept = await joint(client, world.activity)
    await client.api(path, **command(world, world.activity, version=2, joint_with=[]))

    assert silent.status_code == 200
    assert kept == ["2.1.1"]
    assert await joint(client, world.activity) == []


async def test_a_link_that_the_other_side_made_meanwhile_is_not_cut_off_unseen(world: World, visit) -> None:
    """The other line's save does not change this one's version; the form still notices, shows it, and asks again."""
    other = await theirs(world)
    client, education = await visit(world.police_focal), await visit(world.education_focal)
    form = await client.get(f"/activities/{world.activity.id}/edit")
    await education.send(await education.get(f"/activities/{other.id}/edit"), {"joint_with": "A1"})

    conflict = await client.send(form, {"title": "Yours"})
    kept = await joint(client, world.activity)
    saved = await client.send(conflict, {"joint_with": "2.1.1"})

    summary = conflict.text[: conflict.text.index("Annual action plan 2026")]
    assert conflict.status == 409
    assert "Joint with" in summary
    assert "2.1.1" in summary
    assert "joint opened" not in summary.lower()
    assert kept == ["2.1.1"]
    assert saved.status == 200
    assert await joint(client, world.activity) == ["2.1.1"]


async def test_the_history_tells_the_link(world: World, visit) -> None:
    """Who declared it, and who took it back, with the other line's code."""
    await theirs(world)
    client = await visit(world.police_focal)
    path = f"/activities/{world.activity.id}/edit"

    await client.send(await client.get(path), {"joint_with": "2.1.1"})
    await client.send(await client.get(path), {"joint_with": ""})

    removed, declared, *_ = (await client.api_get(f"/activities/{world.activity.id}")).json()["history"]
    told = [
        [(each["name"], each["before"], each["after"]) for each in entry["changes"]] for entry in (declared, removed)
    ]
    assert told == [[("joint_with", None, "2.1.1")], [("joint_with", "2.1.1", None)]]
    assert declared["who"] == world.police_focal.title


async def test_what_is_joint_is_no_duplicate(world: World, visit) -> None:
    """Declaring two lines joint settles the open alert between them."""
    dates = {"starts_on": world.activity.starts_on, "ends_on": world.activity.ends_on}
    other = await theirs(world, "2.1.1", title=world.activity.title, kind_id="kind:training", **dates)
    await world.alert(world.activity, other)
    client = await visit(world.police_focal)

    await client.send(await client.get(f"/activities/{world.activity.id}/edit"), {"joint_with": "2.1.1"})

    alerts = (await client.api_get(f"/activities/{world.activity.id}")).json()["alerts"]
    assert [each["state"] for each in alerts] in ([], ["stale"])


async def test_the_form_asks_as_many_statements_with_many_activities(world: World, visit, statements) -> None:
    """The field is a text, so the form of a large plan is no longer than that of a small one."""
    client = await visit(world.police_focal)
    path = f"/activities/{world.activity.id}/edit"
    statements.clear()
    few = await client.get(path)
    asked = len(statements)
    for number in range(20):
        await theirs(world, f"3.1.{number}")
    statements.clear()
    many = await client.get(path)

    assert len(statements) == asked
    assert abs(len(many.html) - len(few.html)) < 100


@pytest.mark.parametrize(("status", "seen"), [("draft", False), ("consultation", True)])
async def test_a_draft_of_another_agency_is_not_named(world: World, visit, status: str, seen: bool) -> None:
    """Before consultation a code of another agency answers as if it were none."""
    await theirs(world)
    await set_status(world, status)
    client = await visit(world.police_focal)

    answer = await client.api(
        f"/activities/{world.activity.id}/edit", **command(world, world.activity, joint_with=["2.1.1"])
    )

    assert answer.status_code == (200 if seen else 409)
    assert seen or answer.json()["detail"] == UNKNOWN % "2.1.1"


async def test_three_agencies_on_one_activity(world: World, visit) -> None:
    """A line is joint with lines of several agencies, each of which shows the one link that it has."""
    third = await world.add(Agency(country="TZ", code=f"THIRD-{world.plan.code}", title="Third", sector="government"))
    await world.add(Membership(agency_id=third.id, role="member"))
    one, two = await theirs(world), await theirs(world, "3.1.1", lead_agency_id=third.id)
    client = await visit(world.secretariat)

    await client.send(await client.get(f"/activities/{world.activity.id}/edit"), {"joint_with": "2.1.1, 3.1.1"})

    assert [await joint(client, each) for each in (world.activity, one, two)] == [["2.1.1", "3.1.1"], ["A1"], ["A1"]]
