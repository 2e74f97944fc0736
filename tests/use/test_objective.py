"""Objectives of a plan, on pages and by the API."""

import pytest

from tests.world import World


@pytest.mark.parametrize(
    ("who", "reads", "adds"),
    [
        ("stranger", 404, 404),
        ("administrator", 404, 404),
        ("observer", 200, 403),
        ("police_focal", 200, 403),
        ("donor", 200, 403),
        ("treasury", 200, 403),
        ("chair", 200, 403),
        ("secretariat", 200, 201),
    ],
)
async def test_who_may_read_and_add(world: World, visit, who: str, reads: int, adds: int) -> None:
    """A stranger is told nothing, a reader is told no, the secretariat keeps the plan's structure."""
    client = await visit(world.people[who])

    read = await client.api_get(f"/objectives/{world.objective.id}")
    added = await client.api(f"/plans/{world.plan.id}/objectives/add", code="O2", title="More")

    assert (read.status_code, added.status_code) == (reads, adds)


async def test_a_visitor_is_sent_to_the_sign_in_page(world: World, visit) -> None:
    """Whoever has not signed in signs in first and then arrives; a program is told to send a token."""
    client = await visit(None)

    page = await client.get(f"/objectives/{world.objective.id}/edit")

    assert page.title.startswith("Sign in")
    assert (await client.api_get(f"/objectives/{world.objective.id}")).status_code == 401


async def test_the_form_edits_what_is_stored(world: World, visit) -> None:
    """The page shows the stored values, and saving writes the new ones with their capabilities."""
    client = await visit(world.secretariat)
    page = await client.get(f"/objectives/{world.objective.id}/edit")

    answer = await client.submit(page, {"title": "Children are safer online", "capabilities": ["capability:13"]})

    assert answer.status_code == 303
    stored = (await client.api_get(f"/objectives/{world.objective.id}")).json()
    assert (stored["title"], stored["capabilities"], stored["version"]) == (
        "Children are safer online",
        ["capability:13"],
        2,
    )


async def test_an_empty_title_shows_the_form_again_with_all_that_was_typed(world: World, visit) -> None:
    """A refused form loses nothing and says at the top and at the field what to do."""
    client = await visit(world.secretariat)
    page = await client.get(f"/objectives/{world.objective.id}/edit")

    again = await client.send(page, {"code": "O1-new", "title": ""})

    assert again.status == 400
    assert again.form()["code"] == "O1-new"
    assert "Fill in: Title." in again.text


async def test_a_second_click_changes_nothing_more(world: World, visit) -> None:
    """The same form sent twice makes one objective, and both senders arrive at the same page."""
    client = await visit(world.secretariat)
    page = await client.get(f"/plans/{world.plan.id}/objectives/add")

    first = await client.submit(page, {"code": "O7", "title": "Once"})
    second = await client.submit(page, {"code": "O7", "title": "Once"})

    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]


async def test_a_stale_version_shows_theirs_and_yours(world: World, visit) -> None:
    """Nobody overwrites what somebody else saved meanwhile: the page shows both, the API answers 412."""
    client = await visit(world.secretariat)
    page = await client.get(f"/objectives/{world.objective.id}/edit")
    await client.api(f"/objectives/{world.objective.id}/edit", code="O1", title="Theirs", version=1)

    conflict = await client.send(page, {"title": "Yours"})
    api = await client.api(f"/objectives/{world.objective.id}/edit", code="O1", title="Yours", version=1)

    assert conflict.status == 409
    assert "Theirs" in conflict.text
    assert conflict.form()["title"] == "Yours"
    assert (api.status_code, api.json()["theirs"]["title"]) == (412, "Theirs")


async def test_an_objective_with_outputs_is_not_deleted(world: World, visit) -> None:
    """What something else hangs on stays, and the refusal says so."""
    client = await visit(world.secretariat)
    page = await client.get(f"/objectives/{world.objective.id}/delete")

    again = await client.send(page)

    assert again.status == 409
    assert "Something else still refers to it" in again.text


async def test_the_same_page_sent_again_with_other_text_is_no_second_click(world: World, visit) -> None:
    """Going back and sending other text is refused in words, not swallowed as if it were the first."""
    client = await visit(world.secretariat)
    page = await client.get(f"/plans/{world.plan.id}/objectives/add")
    await client.submit(page, {"code": "O8", "title": "First text"})

    again = await client.send(page, {"code": "O8", "title": "Second text"})

    assert again.status == 409
    assert "You sent this page before, with other text." in again.text
    assert again.form()["title"] == "Second text"
