"""Posts: handed over from one person to another with their history, and deputies for a while."""

import datetime as dt

import pytest

from tests.use.questions import appointment_of, mails_to
from tests.world import World

WHY = "moved to another ministry"


def _to(**changes: object) -> dict[str, object]:
    new = {"email": "new.focal@example.org", "title": "Focal point, Police, new", "starts_on": "2026-04-01"}
    return {**new, "reason": WHY, "version": 1, **changes}


@pytest.mark.parametrize(
    ("who", "status"),
    [(None, 401), ("stranger", 404), ("observer", 403), ("police_focal", 403), ("secretariat", 201), ("chair", 201)],
)
async def test_who(world: World, visit, who: str | None, status: int) -> None:
    """A stranger is told nothing, a reader is told no, those who invite hand over."""
    client = await visit(world.people[who] if who else None)
    appointment = await appointment_of(world, "police_focal")

    answer = await client.api(f"/appointments/{appointment.id}/hand-over", **_to(email=f"new.{who}@example.org"))

    assert answer.status_code == status


async def test_a_post_is_handed_over_from_a_day(world: World, visit) -> None:
    """The old appointment ends the day before, the new one has role and agency; both are told, the page says why."""
    client = await visit(world.secretariat)
    appointment = await appointment_of(world, "police_focal")
    form = await client.get(f"/appointments/{appointment.id}/hand-over")

    made = await client.send(form, _to(email="handed.over@example.org"))
    listed = (await client.api_get(f"/mechanisms/{world.mechanism.code}/appointments")).json()["appointments"]
    page = await client.get(f"/mechanisms/{world.mechanism.code}/appointments")

    assert "/sign-in/" in made.html
    new, old = [each for each in listed if each["agency"] == world.police.title and each["role"] == "focal_point"]
    assert (old["ends_on"], new["starts_on"], new["ends_on"]) == ("2026-03-31", "2026-04-01", None)
    assert (new["follows"], new["reason"], new["is_deputy"]) == (world.police_focal.title, WHY, False)
    assert WHY in page.text
    assert "31 March 2026" in (await mails_to(world, world.police_focal.email))[-1].body
    assert len(await mails_to(world, "handed.over@example.org")) == 1


async def test_the_reason_is_for_those_who_invite(world: World, visit) -> None:
    """Members see who held a post and when, not why somebody left."""
    client, reader = await visit(world.secretariat), await visit(world.observer)
    appointment = await appointment_of(world, "police_focal")
    await client.api(f"/appointments/{appointment.id}/hand-over", **_to(email="quiet.one@example.org"))

    page = await reader.get(f"/mechanisms/{world.mechanism.code}/appointments")
    answer = (await reader.api_get(f"/mechanisms/{world.mechanism.code}/appointments")).json()

    assert world.police_focal.title in page.text
    assert "Focal point, Police, new" in page.text
    assert WHY not in page.text
    assert {each["reason"] for each in answer["appointments"]} == {None}


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"starts_on": "2026-03-09"}, 409, "The past is not rewritten"),
        ({"starts_on": "2019-12-31"}, 409, "The past is not rewritten"),
        ({"email": "known"}, 409, "They hold the post already"),
        ({"reason": ""}, 400, "Fill in"),
        ({"version": None}, 428, "Read it first"),
        ({"version": 7}, 412, "version"),
    ],
)
async def test_what_is_refused(world: World, visit, changes: dict[str, object], status: int, says: str) -> None:
    """Nothing is rewritten, nobody follows themselves, a reason is given, and the version was read."""
    client = await visit(world.secretariat)
    appointment = await appointment_of(world, "police_focal")
    if changes.get("email") == "known":
        changes = {"email": world.police_focal.email}

    answer = await client.api(f"/appointments/{appointment.id}/hand-over", **_to(**changes))

    assert answer.status_code == status, answer.text
    assert says in answer.text
    assert (await appointment_of(world, "police_focal")).ends_on is None


async def test_it_ends_before_it_would_anyway(world: World, visit) -> None:
    """A post with a last day is handed over until that day, not beyond it."""
    client = await visit(world.secretariat)
    appointment = await appointment_of(world, "police_focal")
    await world.change(appointment, ends_on=dt.date(2026, 6, 30))
    path = f"/appointments/{appointment.id}/hand-over"

    late = await client.api(path, **_to(starts_on="2026-07-01", email="late.one@example.org"))
    made = await client.api(path, **_to(email="in.time@example.org"))
    listed = (await client.api_get(f"/mechanisms/{world.mechanism.code}/appointments")).json()["appointments"]

    assert (late.status_code, made.status_code) == (409, 201)
    assert [each["ends_on"] for each in listed if each["follows"]] == ["2026-06-30"]


async def test_the_only_secretariat_hands_over_to_the_next(world: World, visit) -> None:
    """A mechanism is never without: the next begins the day after."""
    client = await visit(world.chair)
    appointment = await appointment_of(world, "secretariat")

    made = await client.api(f"/appointments/{appointment.id}/hand-over", **_to(email="next.sec@example.org"))

    assert made.status_code == 201


async def test_rights_change_hands_on_the_day(world: World, visit) -> None:
    """Handed over from today, yesterday was the last day: the old person is out, the new one writes."""
    client, old = await visit(world.secretariat), await visit(world.police_focal)
    appointment = await appointment_of(world, "police_focal")
    path = f"/activities/{world.activity.id}"
    before = (await old.api_get(path)).status_code

    await client.api(
        f"/appointments/{appointment.id}/hand-over", **_to(email=world.stranger.email, starts_on=world.today)
    )
    new = await visit(world.stranger)

    assert before == 200
    assert (await old.api_get(path)).status_code == 404
    assert (await new.api(f"{path}/edit")).status_code == 400  # theirs to write; the command was empty


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "status"),
    [
        ("2026-03-01", "2026-03-31", 200),
        ("2026-03-10", "2026-03-10", 200),
        ("2026-02-01", "2026-03-09", 404),
        ("2026-03-11", "2026-04-30", 404),
    ],
)
async def test_a_deputy_has_the_rights_in_the_dates(
    world: World, visit, starts_on: str, ends_on: str, status: int
) -> None:
    """From the first day to the last, both included."""
    client = await visit(world.secretariat)

    invited = await client.api(
        f"/mechanisms/{world.mechanism.code}/appointments/add",
        email=world.stranger.email,
        title="x",
        role="focal_point",
        agency_id=str(world.police.id),
        is_deputy=True,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    deputy = await visit(world.stranger)

    assert invited.status_code == 201, invited.text
    assert (await deputy.api_get(f"/activities/{world.activity.id}")).status_code == status


async def test_an_invitation_that_ends_before_it_begins_is_refused(world: World, visit) -> None:
    """The form says from when it is."""
    client = await visit(world.secretariat)
    form = await client.get(f"/mechanisms/{world.mechanism.code}/appointments/add")
    values = {"email": "never@example.org", "title": "x", "role": "observer", "starts_on": "2026-04-01"}

    again = await client.send(form, {**values, "ends_on": "2026-03-31"})

    assert again.status == 409
    assert "It begins on 2026-04-01" in again.text
