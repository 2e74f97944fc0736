"""The places of a mechanism, on pages and by the API."""

import csv
from io import StringIO

import pytest

from taskforce.models import ActivityPlace, Place
from tests.world import World


@pytest.mark.parametrize(
    ("who", "reads", "changes"),
    [
        ("stranger", 404, 404),
        ("administrator", 404, 404),
        ("observer", 200, 403),
        ("police_focal", 200, 403),
        ("donor", 200, 403),
        ("chair", 200, 403),
        ("secretariat", 200, 200),
    ],
)
async def test_who_may_read_add_edit_and_delete(world: World, visit, who: str, reads: int, changes: int) -> None:
    """Whoever is appointed reads the list, the secretariat keeps it."""
    client = await visit(world.people[who])
    place = await world.add(Place(code="Kilifi", title="Kilifi"))
    code = world.mechanism.code

    answers = [
        await client.api_get(f"/mechanisms/{code}/places"),
        await client.api_get(f"/mechanisms/{code}/places.csv"),
        await client.api_get(f"/places/{place.id}"),
        await client.api(f"/mechanisms/{code}/places/add", title="Kwale"),
        await client.api(f"/places/{place.id}/edit", title="Kilifi County", version=1),
        await client.api(f"/places/{place.id}/delete", version=2),
    ]

    added = 201 if changes == 200 else changes
    assert [answer.status_code for answer in answers] == [reads, reads, reads, added, changes, changes]


async def test_the_list_shows_what_lies_in_what_and_how_much_happens(world: World, visit) -> None:
    """A district stands under its region; drafts of others are not counted; page, API and file say the same."""
    coast = await world.add(Place(code="KE-C", title="Coast"))
    kilifi = await world.add(Place(code="KE-14", title="=Kilifi", parent_id=coast.id))
    await world.add(Place(code="A", title="Arusha"))
    secret = await world.line(code="A2", is_confidential=True)
    for line in (world.activity, secret):
        await world.add(ActivityPlace(activity_id=line.id, place_id=kilifi.id))
    client = await visit(world.observer)

    page = await client.get(f"/mechanisms/{world.mechanism.code}/places")
    view = (await client.api_get(f"/mechanisms/{world.mechanism.code}/places")).json()
    file = await client.http.get(f"/mechanisms/{world.mechanism.code}/places.csv")

    assert [(each["title"], each["depth"], each["activity_count"]) for each in view["places"]] == [
        ("Arusha", 0, 0),
        ("Coast", 0, 0),
        ("=Kilifi", 1, 1),
    ]
    assert page.title.startswith("3 places")
    rows = list(csv.reader(StringIO(file.text.removeprefix("\ufeff"))))
    assert rows[3] == ["KE-14", "'=Kilifi", "Coast", "1"]


async def test_adding_and_editing_on_pages(world: World, visit) -> None:
    """Without a code the name is the code; the form shows what is stored; a place may lie in another."""
    client = await visit(world.secretariat)
    coast = await world.add(Place(code="KE-C", title="Coast"))
    page = await client.get(f"/mechanisms/{world.mechanism.code}/places/add")

    await client.send(page, {"title": "Kilifi", "parent_id": str(coast.id)})
    view = (await client.api_get(f"/mechanisms/{world.mechanism.code}/places")).json()
    form = await client.get(f"/places/{view['places'][1]['id']}/edit")
    await client.send(form, {"code": "KE-14"})

    assert form.form() | {"title": "Kilifi", "code": "Kilifi", "parent_id": str(coast.id)} == form.form()
    stored = (await client.api_get(f"/places/{view['places'][1]['id']}")).json()
    assert (stored["code"], stored["title"], stored["version"]) == ("KE-14", "Kilifi", 2)


@pytest.mark.parametrize(
    ("values", "status", "said"),
    [
        ({"title": ""}, 400, "Fill in: Name."),
        ({"title": "National"}, 409, "The whole country is no place of this list."),
        ({"title": "coast"}, 409, "There is a place called coast already."),
        ({"parent_id": "{kilifi}"}, 409, "A place cannot lie in itself"),
        ({"parent_id": "{kilifi_town}"}, 409, "A place cannot lie in itself"),
        ({"parent_id": "0198a000-0000-7000-8000-000000000000"}, 409, "This place is not in the mechanism's list."),
        ({"code": "KE-C"}, 409, "There is one with this code or name already."),
    ],
)
async def test_bad_input_is_refused(world: World, visit, values: dict[str, str], status: int, said: str) -> None:
    """Names are unique, nothing lies in itself, and the whole country is no place; the form says what to do."""
    await world.add(Place(code="KE-C", title="Coast"))
    kilifi = await world.add(Place(code="KE-14", title="Kilifi"))
    town = await world.add(Place(code="KE-14-1", title="Kilifi town", parent_id=kilifi.id))
    client = await visit(world.secretariat)
    page = await client.get(f"/places/{kilifi.id}/edit")
    values = {name: value.format(kilifi=kilifi.id, kilifi_town=town.id) for name, value in values.items()}

    again = await client.send(page, values)

    assert again.status == status
    assert said in again.text


async def test_a_place_of_another_mechanism_is_no_parent(world: World, visit, sessions) -> None:
    """Neither its id nor its page is known here."""
    other = await World.made(sessions, world.now)
    foreign = await other.add(Place(code="X", title="Elsewhere"))
    client = await visit(world.secretariat)

    added = await client.api(f"/mechanisms/{world.mechanism.code}/places/add", title="Y", parent_id=str(foreign.id))

    assert added.status_code == 409
    assert (await client.api_get(f"/places/{foreign.id}")).status_code == 404


async def test_a_used_place_stays(world: World, visit) -> None:
    """A place where something happens, or in which another lies, is not deleted; the refusal names what is there."""
    coast = await world.add(Place(code="KE-C", title="Coast"))
    kilifi = await world.add(Place(code="KE-14", title="Kilifi", parent_id=coast.id))
    await world.add(ActivityPlace(activity_id=world.activity.id, place_id=kilifi.id))
    client = await visit(world.secretariat)

    used = await client.send(await client.get(f"/places/{kilifi.id}/delete"))
    parent = await client.api(f"/places/{coast.id}/delete", version=1)

    assert used.status == 409
    assert "Activities that happen in Kilifi: 1." in used.text
    assert "Kilifi lies in Coast" in parent.json()["detail"]


async def test_a_stale_version_is_compared(world: World, visit) -> None:
    """Nobody overwrites what somebody else saved meanwhile."""
    place = await world.add(Place(code="K", title="Kilifi"))
    client = await visit(world.secretariat)
    page = await client.get(f"/places/{place.id}/edit")
    await client.api(f"/places/{place.id}/edit", title="Theirs", version=1)

    conflict = await client.send(page, {"title": "Yours"})

    assert conflict.status == 409
    assert "Theirs" in conflict.text


async def test_statements_do_not_grow_with_the_places(world: World, visit, statements) -> None:
    """The list asks as often for 30 places as for one."""
    client = await visit(world.secretariat)
    await world.add(Place(code="P", title="P"))
    counts = []
    for round_number in range(2):
        statements.clear()
        await client.get(f"/mechanisms/{world.mechanism.code}/places")
        counts.append(len(statements))
        for number in range(29 if round_number == 0 else 0):
            await world.add(Place(code=f"P{number}", title=f"P{number}"))

    assert counts[0] == counts[1]
