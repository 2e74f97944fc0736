"""Memberships and appointments: joining, ending, inviting people."""

import datetime as dt
from typing import get_args
from uuid import uuid4

import pytest

from taskforce.access import OPERATOR
from taskforce.db import transaction
from taskforce.models import Account, Agency, Membership
from taskforce.models import membership as table
from taskforce.services.appointment import AppointmentRole
from taskforce.services.membership import MembershipRole
from tests.conftest import NOW
from tests.page_client import Client, Page
from tests.use.questions import appointment_of, mails_to, membership_of
from tests.world import World

TODAY = NOW.date()


def _person(**values: str) -> dict[str, str]:
    mark = uuid4().hex[:8]
    return {"email": f"person.{mark}@example.org", "title": f"Post {mark}", "role": "observer"} | values


def _invite(world: World) -> str:
    return f"/mechanisms/{world.mechanism.code}/appointments/add"


def _link(page: Page) -> str:
    return next(field.get("value", "") for field in page.tree.iter("input") if field.get("id") == "link")


@pytest.mark.parametrize(
    ("who", "keeps", "invites"),
    [
        ("stranger", 404, 404),
        ("administrator", 404, 404),
        ("observer", 403, 403),
        ("police_focal", 403, 403),
        ("police_officer", 403, 403),
        ("donor", 403, 403),
        ("treasury", 403, 403),
        ("chair", 403, 201),
        ("secretariat", 200, 201),
    ],
)
async def test_who_may_keep_members_and_invite(world: World, visit, who: str, keeps: int, invites: int) -> None:
    """The secretariat keeps the members; it and the chair invite people."""
    client = await visit(world.people[who])
    membership = await membership_of(world, world.education)
    appointment = await appointment_of(world, "education_focal")

    forms = [
        await client.status(path)
        for path in (
            f"/memberships/{membership.id}/edit",
            f"/memberships/{membership.id}/end",
            f"/memberships/{membership.id}/delete",
        )
    ]
    edited = await client.api(f"/memberships/{membership.id}/edit", role="member", version=1)
    invited = await client.api(_invite(world), **_person())
    ended = await client.api(f"/appointments/{appointment.id}/end", ends_on="2026-12-31", version=1)

    assert forms == [keeps, keeps, keeps]
    assert edited.status_code == keeps
    assert invited.status_code == invites
    assert ended.status_code == (200 if invites == 201 else invites)


async def test_an_invitation_lets_a_new_person_in(world: World, visit) -> None:
    """The link is shown once and mailed; it leads to a password and to the mechanism, and works once."""
    secretariat, guest, thief = await visit(world.secretariat), await visit(None), await visit(None)
    person = _person(role="focal_point", agency_id=str(world.education.id))

    page = await secretariat.send(await secretariat.get(_invite(world)), person)
    link = _link(page)
    opened = await guest.submit(await guest.get(link))
    seen = await guest.get(f"/mechanisms/{world.mechanism.code}")
    stolen = await thief.submit(await thief.get(link))
    [mail] = await mails_to(world, person["email"])

    assert page.title.startswith(f"Send this link to {person['title']}")
    assert opened.headers["location"] == "/password"
    assert seen.status == 200
    assert stolen.status_code == 409
    assert link in mail.body
    assert world.mechanism.title in mail.subject


async def test_an_invitation_sent_twice_appoints_once(world: World, visit) -> None:
    """A second click leads on, without the link, which was shown; on the API it answers 409."""
    client = await visit(world.secretariat)
    form, person = await client.get(_invite(world)), _person()
    await client.submit(form, person)

    again = await client.submit(form, person)
    by_api = _person()
    first = await client.api(_invite(world), key="invited-once", **by_api)
    second = await client.api(_invite(world), key="invited-once", **by_api)

    assert (again.status_code, again.headers["location"]) == (303, f"/mechanisms/{world.mechanism.code}/agencies")
    assert len(await mails_to(world, person["email"])) == 1
    assert (first.status_code, second.status_code) == (201, 409)
    assert "/sign-in/" not in second.text


async def test_who_has_an_account_gets_no_link(world: World, visit) -> None:
    """Whoever invites must not be able to sign in as somebody else: they are told, and sign in with their own."""
    client = await visit(world.secretariat)

    page = await client.send(
        await client.get(_invite(world)), _person(email=world.stranger.email.upper(), title="Another name")
    )
    stranger = await visit(world.stranger)

    assert page.title.startswith(f"{world.stranger.title} can sign in now")
    assert "/sign-in/" not in page.html.replace('href="/sign-in', "")
    assert await stranger.status(f"/mechanisms/{world.mechanism.code}") == 200
    assert "/sign-in/" not in (await mails_to(world, world.stranger.email))[0].body


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"role": "focal_point"}, 409, "This role stands for an agency"),
        ({"role": "donor"}, 409, "This role stands for an agency"),
        ({"role": ""}, 400, "Fill in: Role."),
        ({"role": "emperor"}, 400, "Role must be one of"),
        ({"email": "nobody"}, 400, "Write a whole e-mail address"),
        ({"title": "Focal\npoint"}, 400, "Write this in one line."),
        ({"title": ""}, 400, "Fill in: Post."),
    ],
)
async def test_a_wrong_invitation_is_shown_again(
    world: World, visit, changes: dict[str, str], status: int, says: str
) -> None:
    """Each mistake is named, and nothing that was typed is lost."""
    client = await visit(world.secretariat)
    person = _person(**changes)

    again = await client.send(await client.get(_invite(world)), person)

    assert again.status == status
    assert says in again.text
    assert again.form()["email"] == person["email"]


async def test_only_members_are_stood_for(world: World, visit) -> None:
    """Nobody is appointed for an agency that is not in the mechanism, or has left it."""
    stray = await world.add(Agency(country="TZ", code=f"S-{uuid4().hex[:8]}", title="Stray", sector="ngo"))
    client = await visit(world.secretariat)

    answer = await client.api(_invite(world), **_person(role="focal_point", agency_id=str(stray.id)))

    assert answer.status_code == 409
    assert "not a member" in answer.json()["detail"]


async def test_a_new_link_replaces_the_old_one(world: World, visit) -> None:
    """Who lost the invitation gets another; the first stops working; who has a password gets none."""
    client, guest = await visit(world.secretariat), await visit(None)
    invited = (await client.api(_invite(world), **_person())).json()
    path = f"/appointments/{invited['appointment_id']}/invite-again"

    second = _link(await client.send(await client.get(path)))
    dead = await guest.submit(await guest.get(invited["link"]))
    alive = await guest.submit(await guest.get(second))
    await guest.send(await guest.get("/password"), {"password": "a long enough password"})
    refused = await client.send(await client.get(path))

    assert dead.status_code == 409
    assert alive.headers["location"] == "/password"
    assert refused.status == 409
    assert "can sign in" in refused.text


async def test_no_link_opens_another_mechanism(world: World, visit, sessions) -> None:
    """Somebody invited elsewhere as well gets no new link here: it would open what this secretariat does not govern."""
    other = await World.made(sessions, NOW)
    person = _person()
    await (await visit(other.secretariat)).api(_invite(other), **person)
    client = await visit(world.secretariat)
    here = (await client.api(_invite(world), **person)).json()

    refused = await client.send(await client.get(f"/appointments/{here['appointment_id']}/invite-again"))

    assert here["link"] is None
    assert refused.status == 409
    assert "rights beyond this mechanism" in refused.text


async def test_an_administrator_is_not_taken_over(world: World, visit) -> None:
    """A secretariat that appoints an administrator without a password gets no link for that account."""
    client = await visit(world.secretariat)
    here = (await client.api(_invite(world), **_person(email=world.administrator.email))).json()

    refused = await client.api(f"/appointments/{here['appointment_id']}/invite-again")

    assert here["link"] is None
    assert refused.status_code == 409


async def test_who_is_ended_is_out_after_the_last_day(world: World, visit) -> None:
    """The next request after the last day finds nothing; the history keeps who it was."""
    client, police = await visit(world.secretariat), await visit(world.police_focal)
    appointment = await appointment_of(world, "police_focal")
    path = f"/appointments/{appointment.id}/end"

    before = await police.status(f"/mechanisms/{world.mechanism.code}")
    await client.submit(await client.get(path), {"ends_on": str(TODAY - dt.timedelta(days=1))})
    after = await police.status(f"/mechanisms/{world.mechanism.code}")
    program = (await police.api_get(f"/mechanisms/{world.mechanism.code}")).status_code
    agency = await client.get(f"/mechanisms/{world.mechanism.code}/agencies/{world.police.id}")

    assert (before, after, program) == (200, 303, 404)  # the browser is signed out, a program finds nothing
    assert world.police_focal.title in agency.text
    assert "9 March 2026" in agency.text


@pytest.mark.parametrize(
    ("who", "day", "says"),
    [
        ("secretariat", "2026-03-09", "the only secretariat"),
        ("observer", "2019-12-31", "It began on 2020-01-01"),
    ],
)
async def test_endings_that_are_refused(world: World, visit, who: str, day: str, says: str) -> None:
    """Nobody ends before they began, and a mechanism keeps a secretariat."""
    client = await visit(world.secretariat)
    appointment = await appointment_of(world, who)

    again = await client.send(await client.get(f"/appointments/{appointment.id}/end"), {"ends_on": day})

    assert again.status == 409
    assert says in again.text


async def test_of_two_secretariats_one_may_go(world: World, visit) -> None:
    """With a second secretariat appointed, the first can be ended."""
    client = await visit(world.secretariat)
    await client.api(_invite(world), **_person(role="secretariat"))
    appointment = await appointment_of(world, "secretariat")

    ended = await client.api(f"/appointments/{appointment.id}/end", ends_on="2026-03-09", version=1)

    assert ended.status_code == 200
    assert (await client.api_get(f"/mechanisms/{world.mechanism.code}")).status_code == 404


async def test_only_a_fresh_appointment_is_deleted(world: World, visit) -> None:
    """A mistake of today is taken back; what has been used for a day is history and is ended."""
    client = await visit(world.secretariat)
    fresh = (await client.api(_invite(world), **_person())).json()["appointment_id"]
    old = await appointment_of(world, "observer")

    taken_back = await client.submit(await client.get(f"/appointments/{fresh}/delete"))
    refused = await client.send(await client.get(f"/appointments/{old.id}/delete"))

    assert taken_back.status_code == 303
    assert await client.status(f"/appointments/{fresh}/end") == 404
    assert refused.status == 409
    assert "End it with a date" in refused.text


async def test_a_stale_ending_is_shown_theirs(world: World, visit) -> None:
    """Two who end the same appointment: the second sees the first one's day."""
    client = await visit(world.secretariat)
    appointment = await appointment_of(world, "observer")
    path = f"/appointments/{appointment.id}/end"
    form = await client.get(path)
    await client.api(path, ends_on="2026-06-30", version=1)

    conflict = await client.send(form, {"ends_on": "2026-09-30"})

    assert conflict.status == 409
    assert "30 June 2026" in conflict.text


async def test_an_agency_that_leaves_takes_its_people_along(world: World, visit) -> None:
    """Ending a membership ends its appointments on the same day; the agency stands among those that left."""
    client, police = await visit(world.secretariat), await visit(world.police_focal)
    membership = await membership_of(world, world.police)
    form = await client.get(f"/memberships/{membership.id}/end")

    await client.submit(form, {"ends_on": "2026-03-09"})
    left = await client.get(f"/mechanisms/{world.mechanism.code}/agencies?past=yes")

    assert "2 people who stand for it lose access" in form.text
    assert (await police.api_get(f"/mechanisms/{world.mechanism.code}")).status_code == 404
    assert "left on 9 March 2026" in left.text
    assert "It is no member any more" in (await client.get(left.links()[_at(left, world.police)])).text


def _at(page: Page, agency: Agency) -> int:
    return next(place for place, link in enumerate(page.links()) if link.endswith(str(agency.id)))


async def test_a_membership_is_edited_with_its_version(world: World, visit) -> None:
    """Role and dates are kept, a stale form is shown theirs, and an end before the start is refused."""
    client = await visit(world.secretariat)
    membership = await membership_of(world, world.education)
    path = f"/memberships/{membership.id}/edit"
    first, second = await client.get(path), await client.get(path)

    saved = await client.submit(first, {"role": "chair", "starts_on": "2021-02-03"})
    conflict = await client.send(second, {"role": "lead"})
    backwards = await client.send(await client.get(path), {"ends_on": "2020-01-01"})

    assert saved.status_code == 303
    assert (conflict.status, backwards.status) == (409, 409)
    assert "chair" in conflict.text
    assert "It began on 2021-02-03" in backwards.text
    stored = (await client.api_get(f"/memberships/{membership.id}")).json()
    assert (stored["role"], stored["starts_on"], stored["ends_on"]) == ("chair", "2021-02-03", None)


async def test_an_agency_is_a_member_once_at_a_time(world: World, visit) -> None:
    """The database refuses a second membership for the same days."""
    client = await visit(world.secretariat)

    answer = await client.api(f"/mechanisms/{world.mechanism.code}/agencies/{world.police.id}/join", role="observer")

    assert answer.status_code == 409
    assert "same time" in answer.json()["detail"]


async def test_only_a_mistake_is_deleted(world: World, visit) -> None:
    """A membership whose agency nothing names is deleted; another is ended, and the page says so."""
    stray = await world.add(Agency(country="TZ", code=f"S-{uuid4().hex[:8]}", title="By mistake", sector="ngo"))
    mistake = await world.add(Membership(agency_id=stray.id, role="member"))
    police = await membership_of(world, world.police)
    client = await visit(world.secretariat)

    gone = await client.submit(await client.get(f"/memberships/{mistake.id}/delete"))
    refused = await client.send(await client.get(f"/memberships/{police.id}/delete"))

    assert gone.status_code == 303
    assert "By mistake" not in (await client.get(f"/mechanisms/{world.mechanism.code}/agencies")).text
    assert refused.status == 409
    assert "End its membership with a date instead" in refused.text


async def test_another_mechanisms_rows_answer_as_missing(world: World, visit, sessions) -> None:
    """A secretariat reaches neither memberships nor appointments of another mechanism."""
    other = await World.made(sessions, NOW)
    membership, appointment = await membership_of(other, other.police), await appointment_of(other, "observer")
    client: Client = await visit(world.secretariat)

    statuses = [
        (await client.api(f"/memberships/{membership.id}/end", ends_on="2026-03-09", version=1)).status_code,
        (await client.api(f"/memberships/{membership.id}/delete", version=1)).status_code,
        (await client.api(f"/appointments/{appointment.id}/end", ends_on="2026-03-09", version=1)).status_code,
        (await client.api(f"/appointments/{appointment.id}/delete", version=1)).status_code,
        (await client.api(f"/appointments/{appointment.id}/invite-again")).status_code,
        await client.status(f"/appointments/{appointment.id}/end"),
    ]

    assert statuses == [404] * 6


async def test_a_closed_account_is_not_invited(world: World, visit, sessions) -> None:
    """An account that was closed is not opened again by an invitation."""
    closed = Account(email=f"closed.{uuid4().hex[:8]}@example.org", title="Closed", disabled_at=NOW)
    async with transaction(sessions, OPERATOR) as session:
        session.add(closed)
    client = await visit(world.secretariat)

    answer = await client.api(_invite(world), **_person(email=closed.email))

    assert answer.status_code == 409
    assert "was closed" in answer.json()["detail"]


def test_roles_of_the_forms_are_those_of_the_tables() -> None:
    """What the forms offer is what the database takes."""
    assert set(get_args(AppointmentRole)) == set(table.APPOINTMENT_ROLES)
    assert get_args(MembershipRole) == table.MEMBERSHIP_ROLES
