"""The parts that agencies have in a responsibility, from when to when, on pages and by the API."""

import datetime as dt
from typing import Any

import pytest

from taskforce.models import Agency, Assignment, Instrument
from taskforce.models import Responsibility as Duty
from tests.world import World


async def give(world: World, duty: Duty, agency: Agency, role: str = "accountable", **values: Any) -> Assignment:
    """A part of an agency in a duty."""
    found: Assignment = await world.add(Assignment(responsibility_id=duty.id, agency_id=agency.id, role=role, **values))
    return found


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("police_focal", 403), ("chair", 403)])
async def test_who_may_not_change_parts(world: World, visit, who: str, status: int) -> None:
    """Only the secretariat gives, ends, contests or deletes the parts of agencies, and edits instruments."""
    duty = await world.responsibility()
    part = await give(world, duty, world.police)
    law = await world.add(Instrument(kind="law", citation="Cybercrimes Act"))
    client = await visit(world.people[who])

    answers = [
        await client.api(f"/responsibilities/{duty.id}/edit", code="R1", statement="x", capability_id="capability:4"),
        await client.api(
            f"/responsibilities/{duty.id}/assignments/add", agency_id=str(world.education.id), role="informed"
        ),
        await client.api(f"/assignments/{part.id}/edit", role="informed", version=1),
        await client.api(f"/assignments/{part.id}/end", ends_on="2026-03-01", version=1),
        await client.api(f"/assignments/{part.id}/dispute", is_disputed=True, version=1),
        await client.api(f"/assignments/{part.id}/delete", version=1),
        await client.api(f"/instruments/{law.id}/edit", kind="law", citation="x", version=1),
        await client.api(f"/instruments/{law.id}/delete", version=1),
        await client.api(f"/responsibilities/{duty.id}/delete", version=1),
    ]

    assert [answer.status_code for answer in answers] == [status] * len(answers)


async def test_a_second_accountable_agency_is_stored_and_said_to_clash(world: World, visit) -> None:
    """The record follows what members claim: both stand, the page warns, and the API says clash."""
    duty = await world.responsibility()
    await give(world, duty, world.police)
    client = await visit(world.secretariat)
    page = await client.get(f"/responsibilities/{duty.id}")

    shown = await client.send(
        page,
        {"agency_id": str(world.education.id), "role": "accountable"},
        action=f"/responsibilities/{duty.id}/assignments/add",
    )

    assert "A second accountable agency is stored and shown as a clash." in page.text
    assert "More than one agency is accountable: Ministry of Education; National Police. That is a clash" in shown.text
    assert (await client.api_get(f"/responsibilities/{duty.id}")).json()["state"] == "clash"


async def test_one_agency_has_one_part_at_a_time(world: World, visit) -> None:
    """A second part of the same agency at the same time is refused with what to do."""
    duty = await world.responsibility()
    await give(world, duty, world.police)
    client = await visit(world.secretariat)
    page = await client.get(f"/responsibilities/{duty.id}/assignments/add")

    again = await client.send(page, {"agency_id": str(world.police.id), "role": "informed"})

    assert again.status == 409
    assert "There is one for the same time already" in again.text


async def test_a_part_ends_on_its_last_day_and_stays_in_the_list(world: World, visit) -> None:
    """Ending keeps who answered when: the duty becomes a gap the day after."""
    duty = await world.responsibility()
    part = await give(world, duty, world.police)
    client = await visit(world.secretariat)
    form = await client.get(f"/assignments/{part.id}/end")

    shown = await client.send(form, {"ends_on": str(world.today - dt.timedelta(days=1))})

    assert form.form()["ends_on"] == str(world.today)
    assert "Nobody is accountable" in shown.text
    assert "9 March 2026" in shown.text


async def test_a_part_does_not_end_before_it_starts(world: World, visit) -> None:
    """The refusal names both dates."""
    duty = await world.responsibility()
    part = await give(world, duty, world.police, starts_on=dt.date(2026, 2, 1))
    client = await visit(world.secretariat)
    form = await client.get(f"/assignments/{part.id}/end")

    again = await client.send(form, {"ends_on": "2026-01-01"})

    assert again.status == 409
    assert "It ends 2026-01-01 before it starts 2026-02-01" in again.text


async def test_a_part_is_contested_and_settled_with_one_button(world: World, visit) -> None:
    """The button on the duty's page marks the part, and the next one takes the mark away."""
    duty = await world.responsibility()
    part = await give(world, duty, world.police)
    client = await visit(world.secretariat)
    page = await client.get(f"/responsibilities/{duty.id}")

    marked = await client.send(page, action=f"/assignments/{part.id}/dispute")
    settled = await client.send(marked, action=f"/assignments/{part.id}/dispute")

    assert "Settled" in marked.text
    assert "Mark disputed" in settled.text
    assert not (await client.api_get(f"/responsibilities/{duty.id}")).json()["parts"][0]["is_disputed"]


async def test_a_stale_part_shows_theirs(world: World, visit) -> None:
    """Whoever saves an old version is shown what somebody else saved; the API answers 412."""
    duty = await world.responsibility()
    part = await give(world, duty, world.police)
    client = await visit(world.secretariat)
    page = await client.get(f"/assignments/{part.id}/edit")
    await client.api(f"/assignments/{part.id}/edit", role="consulted", version=1)

    conflict = await client.send(page, {"role": "informed"})
    api = await client.api(f"/assignments/{part.id}/edit", role="informed", version=1)

    assert conflict.status == 409
    assert "consulted" in conflict.text
    assert (api.status_code, api.json()["theirs"]["role"]) == (412, "consulted")


async def test_a_part_entered_by_mistake_is_deleted(world: World, visit) -> None:
    """The page of the duty is shown without it."""
    duty = await world.responsibility()
    part = await give(world, duty, world.police, starts_on=world.today)
    client = await visit(world.secretariat)
    page = await client.get(f"/assignments/{part.id}/delete")

    shown = await client.send(page)

    assert "No agency holds a part" in shown.text
