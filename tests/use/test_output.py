"""Outputs of an objective, on pages and by the API."""

import pytest

from tests.use.questions import set_status
from tests.world import World


@pytest.mark.parametrize(
    ("who", "reads", "changes"),
    [
        ("stranger", 404, 404),
        ("administrator", 404, 404),
        ("observer", 200, 403),
        ("police_focal", 200, 403),
        ("donor", 200, 403),
        ("treasury", 200, 403),
        ("chair", 200, 403),
        ("secretariat", 200, 200),
    ],
)
async def test_who_may_read_add_edit_and_delete(world: World, visit, who: str, reads: int, changes: int) -> None:
    """A stranger is told nothing, a reader is told no, the secretariat keeps the plan's structure."""
    client = await visit(world.people[who])

    read = await client.api_get(f"/outputs/{world.output.id}")
    added = await client.api(f"/objectives/{world.objective.id}/outputs/add", code="O1.2", title="More")
    edited = await client.api(f"/outputs/{world.output.id}/edit", code="O1.1", title="Better", version=1)
    deleted = await client.api(f"/outputs/{world.output.id}/delete", version=2)
    forms = [
        await client.status(path)
        for path in (f"/objectives/{world.objective.id}/outputs/add", f"/outputs/{world.output.id}/edit")
    ]

    assert read.status_code == reads
    assert added.status_code == (201 if changes == 200 else changes)
    assert edited.status_code == changes
    assert deleted.status_code == (409 if changes == 200 else changes)
    assert forms == [changes, changes]


async def test_adding_and_editing_on_pages(world: World, visit) -> None:
    """A new output comes at the end of its objective; the form shows what is stored and writes what is typed."""
    client = await visit(world.secretariat)
    page = await client.get(f"/objectives/{world.objective.id}/outputs/add")

    plan = await client.send(page, {"code": "O1.2", "title": "Schools reached"})
    view = (await client.api_get(f"/plans/{world.plan.id}")).json()
    output = view["objectives"][0]["outputs"][1]
    form = await client.get(f"/outputs/{output['id']}/edit")
    await client.send(form, {"title": "Schools and clubs reached"})

    assert "Output O1.2: Schools reached" in plan.text
    assert form.form()["title"] == "Schools reached"
    stored = (await client.api_get(f"/outputs/{output['id']}")).json()
    assert (stored["title"], stored["version"], stored["may"]) == ("Schools and clubs reached", 2, ["edit", "delete"])


@pytest.mark.parametrize(
    ("values", "status", "said"),
    [
        ({"title": ""}, 400, "Fill in: Title."),
        ({"code": "O1 1"}, 400, "The code may have letters"),
        ({"code": "O1.2"}, 409, "There is one with this code or name already."),
    ],
)
async def test_bad_input_shows_the_form_again(
    world: World, visit, values: dict[str, object], status: int, said: str
) -> None:
    """What is wrong is said at the top and at the field, and nothing that was typed is lost."""
    client = await visit(world.secretariat)
    await client.api(f"/objectives/{world.objective.id}/outputs/add", code="O1.2", title="Taken")
    page = await client.get(f"/outputs/{world.output.id}/edit")

    again = await client.send(page, values)

    assert again.status == status
    assert said in again.text
    assert again.form() | values == again.form()


async def test_a_second_click_makes_one_output(world: World, visit) -> None:
    """The same form sent twice adds one."""
    client = await visit(world.secretariat)
    page = await client.get(f"/objectives/{world.objective.id}/outputs/add")

    answers = [await client.submit(page, {"code": "O1.7", "title": "Once"}) for _ in range(2)]

    view = (await client.api_get(f"/plans/{world.plan.id}")).json()
    assert [answer.status_code for answer in answers] == [303, 303]
    assert [each["code"] for each in view["objectives"][0]["outputs"]] == ["O1.1", "O1.7"]


async def test_a_stale_version_is_compared(world: World, visit) -> None:
    """Nobody overwrites what somebody else saved meanwhile."""
    client = await visit(world.secretariat)
    page = await client.get(f"/outputs/{world.output.id}/edit")
    await client.api(f"/outputs/{world.output.id}/edit", code="O1.1", title="Theirs", version=1)

    conflict = await client.send(page, {"title": "Yours"})
    api = await client.api(f"/outputs/{world.output.id}/edit", code="O1.1", title="Yours", version=1)

    assert (conflict.status, api.status_code) == (409, 412)
    assert "Theirs" in conflict.text


async def test_an_output_with_activities_stays(world: World, visit) -> None:
    """A delete is refused while activities hang on the output, then while indicators do, and then goes through."""
    client = await visit(world.secretariat)
    indicator = await world.indicator()
    page = await client.get(f"/outputs/{world.output.id}/delete")

    refused = await client.send(page)
    await world.remove(world.activity)
    still = await client.api(f"/outputs/{world.output.id}/delete", version=1)
    await world.remove(indicator)
    gone = await client.api(f"/outputs/{world.output.id}/delete", version=1)

    assert refused.status == 409
    assert "Output O1.1 has activities, so it stays." in refused.text
    assert "has indicators" in still.json()["detail"]
    assert gone.status_code == 200
    assert (await client.api_get(f"/outputs/{world.output.id}")).status_code == 404


async def test_past_consultation_nothing_changes(world: World, visit) -> None:
    """What was endorsed stays as it is."""
    await set_status(world, "endorsed")
    client = await visit(world.secretariat)

    answers = [
        await client.api(f"/objectives/{world.objective.id}/outputs/add", code="O1.2", title="Late"),
        await client.api(f"/outputs/{world.output.id}/edit", code="O1.1", title="Late", version=1),
        await client.api(f"/outputs/{world.output.id}/delete", version=1),
    ]

    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert "What was agreed stays as it is" in answers[0].json()["detail"]
