"""Two people with one form: who saves later sees base, theirs and own, and undoes nobody's work without knowing it."""

import re
from typing import Any

import pytest

from tests.page_client import Client, Page
from tests.use.test_activity import line_of
from tests.world import World


async def _opened(client: Client, world: World) -> Page:
    return await client.get(f"/activities/{world.activity.id}/edit")


async def _theirs(client: Client, world: World, **changes: Any) -> None:
    """Somebody else saves the line with these changes."""
    page = await _opened(client, world)
    answer = await client.submit(page, changes)
    assert answer.status_code == 303


def _summary(page: Page) -> str:
    """The words above the form, with a space between the cells of a row."""
    above = page.html[page.html.index("govuk-error-summary__title") : page.html.index("govuk-caption-m")]
    return " ".join(re.sub("<[^>]*>", " ", above).split())


async def test_a_field_that_both_changed_shows_all_three(world: World, visit) -> None:
    """Base, theirs and yours stand side by side; yours stays in the form, and saving again keeps it."""
    client, other = await visit(world.secretariat), await visit(world.chair)
    page = await _opened(client, world)
    await _theirs(await visit(world.secretariat), world, title="Theirs")

    conflict = await client.send(page, {"title": "Mine"})
    again = await client.submit(conflict)

    assert conflict.status == 409
    assert f"{world.activity.title} Theirs Mine" in _summary(conflict)
    assert conflict.form()["title"] == "Mine"
    assert again.status_code == 303
    assert "Mine" in (await other.get(f"/activities/{world.activity.id}")).text


async def test_different_fields_are_joined(world: World, visit) -> None:
    """What only they changed is taken over into the form and said; saving again undoes neither."""
    client = await visit(world.secretariat)
    kilifi = await client.api(f"/mechanisms/{world.mechanism.code}/places/add", code="KIL", title="Kilifi")
    assert kilifi.status_code == 201
    page = await _opened(client, world)
    await _theirs(await visit(world.secretariat), world, description="What they wrote", ends_on="2026-07-31")

    conflict = await client.send(page, {"title": "Mine"})
    saved = await client.submit(conflict)

    assert conflict.status == 409
    assert "both changes stand in the form below" in _summary(conflict)
    assert "What they wrote" in _summary(conflict)
    assert "Mine" not in _summary(conflict)
    assert (conflict.form()["title"], conflict.form()["ends_on"]) == ("Mine", "2026-07-31")
    assert saved.status_code == 303
    stored = (await client.api_get(f"/activities/{world.activity.id}")).json()
    assert (stored["title"], stored["ends_on"]) == ("Mine", "2026-07-31")


async def test_after_an_error_the_form_still_knows_what_it_was_opened_with(world: World, visit) -> None:
    """A typing mistake between opening and saving does not make their change look like one's own."""
    client = await visit(world.secretariat)
    page = await _opened(client, world)
    refused = await client.send(page, {"title": "Mine", "starts_on": "soon"})
    await _theirs(await visit(world.secretariat), world, description="What they wrote")

    conflict = await client.send(refused, {"starts_on": "2026-02-01"})

    assert (refused.status, conflict.status) == (400, 409)
    assert conflict.form()["description"] == "What they wrote"
    assert conflict.form()["title"] == "Mine"


async def test_a_second_conflict_is_compared_with_the_first(world: World, visit) -> None:
    """Whoever is overtaken twice compares with what was stored the last time."""
    client = await visit(world.secretariat)
    page = await _opened(client, world)
    await _theirs(await visit(world.secretariat), world, title="Theirs")
    first = await client.send(page, {"title": "Mine"})
    await _theirs(await visit(world.secretariat), world, title="Theirs again")

    second = await client.send(first)

    assert second.status == 409
    assert "Theirs Theirs again Mine" in _summary(second)


@pytest.mark.parametrize("opened", ["", "[]", "{", '"x"', '{"title": 1}', "[" * 10_000, '{"title": ["a", 1]}'])
async def test_a_form_that_lies_about_its_past_is_compared_without(world: World, visit, opened: str) -> None:
    """The page works as it did for forms that do not know: theirs and yours, nothing taken over, no error of ours."""
    client = await visit(world.secretariat)
    page = await _opened(client, world)
    await _theirs(await visit(world.secretariat), world, title="Theirs", description="What they wrote")

    conflict = await client.send(page, {"title": "Mine", "opened": opened})

    assert conflict.status == 409
    assert "Theirs Mine" in _summary(conflict)
    assert "When you opened it" not in _summary(conflict)
    assert conflict.form()["title"] == "Mine"


async def test_the_api_tells_what_is_stored(world: World, visit) -> None:
    """A program gets theirs with its version, and can read again."""
    client = await visit(world.secretariat)
    await _theirs(client, world, title="Theirs")

    answer = await client.api(f"/activities/{world.activity.id}/edit", **line_of(world, code="A1", version=1))

    assert answer.status_code == 412
    assert (answer.json()["theirs"]["title"], answer.json()["theirs"]["version"]) == ("Theirs", 2)
