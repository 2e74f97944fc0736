"""An agency that two mechanisms have as a member belongs to neither: the administrator alone keeps its record."""

from uuid import uuid4

from taskforce.models import Agency, Appointment, Membership
from tests.conftest import NOW
from tests.world import World


def _path(world: World, agency_id: object, *parts: str) -> str:
    return "/".join(("/mechanisms", world.mechanism.code, "agencies", str(agency_id), *parts))


async def test_another_mechanisms_agency_is_not_renamed(world: World, visit, sessions) -> None:
    """Whoever joins a neighbour's agency does not get to rename it, nor does the neighbour any longer."""
    other = await World.made(sessions, NOW)
    hers, theirs = await visit(world.secretariat), await visit(other.secretariat)
    alone = await hers.api(_path(world, world.police.id, "edit"), title="Police", sector="police", version=1)
    await other.add(Membership(agency_id=world.police.id, role="member"))

    refused = [
        await client.api(_path(each, world.police.id, "edit"), title="Taken over", sector="ngo", version=2)
        for client, each in ((theirs, other), (hers, world))
    ]
    own = await theirs.api(_path(other, other.police.id, "edit"), title="Our police", sector="police", version=1)

    assert (alone.status_code, own.status_code) == (200, 200)
    assert [answer.status_code for answer in refused] == [409, 409]
    assert "Ask the administrator" in refused[0].json()["detail"]
    assert (await hers.api_get(_path(world, world.police.id))).json()["agency"]["title"] == "Police"


async def test_the_form_of_a_shared_agency_says_so_before_typing(world: World, visit, sessions) -> None:
    """The page tells who can change the record and offers no field; that of an own agency does."""
    other = await World.made(sessions, NOW)
    await other.add(Membership(agency_id=world.police.id, role="member"))
    client = await visit(other.secretariat)

    shared = await client.get(_path(other, world.police.id, "edit"))
    own = await client.get(_path(other, other.police.id, "edit"))

    assert "is also a member elsewhere. Ask the administrator to change it." in shared.text
    assert "Save the agency" not in shared.text
    assert "Save the agency" in own.text


async def test_an_administrator_edits_a_shared_agency(world: World, visit, sessions) -> None:
    """An administrator who is secretariat too is not sent to themselves."""
    other = await World.made(sessions, NOW)
    await other.add(Membership(agency_id=world.police.id, role="member"))
    row = Appointment(account_id=world.administrator.id, role="secretariat", starts_on=world.today)
    await world.add(row)
    client = await visit(world.administrator)

    form = await client.get(_path(world, world.police.id, "edit"))
    edited = await client.api(_path(world, world.police.id, "edit"), title="Police Force", sector="police", version=1)

    assert "Save the agency" in form.text
    assert edited.status_code == 200


async def test_who_deletes_an_organisation(world: World, visit) -> None:
    """The administrator alone deletes a record; a secretariat ends the membership instead."""
    twice = await world.add(Agency(country="TZ", code=f"TWICE-{uuid4().hex[:8].upper()}", title="Twice", sector="ngo"))
    statuses = [
        (await (await visit(who)).api(f"/agencies/{twice.id}/delete", version=1)).status_code
        for who in (world.secretariat, world.chair, world.police_focal, world.donor, world.administrator)
    ]

    assert statuses == [403, 403, 403, 403, 200]


async def test_an_organisation_is_deleted_while_nothing_refers_to_it(world: World, visit) -> None:
    """The page asks first; a member, an old version and a missing one are refused, and nothing is lost."""
    twice = await world.add(Agency(country="TZ", code=f"TWICE-{uuid4().hex[:8].upper()}", title="Twice", sector="ngo"))
    client = await visit(world.administrator)
    asked = await client.get(f"/agencies/{twice.id}/delete")
    member = await client.send(await client.get(f"/agencies/{world.police.id}/delete"))
    none = await client.api(f"/agencies/{twice.id}/delete")
    await world.change(twice, title="Changed", version=2)
    stale = await client.send(asked)
    api = await client.api(f"/agencies/{twice.id}/delete", version=1)
    gone = await client.send(stale)

    assert "Delete the organisation Twice?" in asked.text
    assert (member.status, stale.status, none.status_code) == (409, 409, 428)
    assert "Something else still refers to it." in member.text
    assert "Somebody changed this after you had read it, so nothing was deleted." in stale.text
    assert "Delete the organisation Changed?" in stale.text
    assert "Compare, change what you need, and save again" not in stale.text
    assert (api.status_code, api.json()["theirs"]["title"]) == (412, "Changed")
    assert gone.status == 200
    assert await client.status(f"/agencies/{twice.id}/delete") == 404
    assert await client.status(f"/agencies/{world.police.id}/delete") == 200
