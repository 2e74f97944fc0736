"""Responsibilities: who must do what, the gaps and clashes of it, on pages and by the API."""

import datetime as dt
from typing import Any

import pytest

from taskforce.models import Activity, ActivityResponsibility, Agency, Assignment, Instrument, ObjectiveCapability
from taskforce.models import Responsibility as Duty
from tests.world import World


async def give(world: World, duty: Duty, agency: Agency, role: str = "accountable", **values: Any) -> Assignment:
    """A part of an agency in a duty."""
    found: Assignment = await world.add(Assignment(responsibility_id=duty.id, agency_id=agency.id, role=role, **values))
    return found


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
    """A stranger is told nothing, members read, the secretariat keeps the list."""
    client = await visit(world.people[who])
    duty = await world.responsibility()

    listed = await client.api_get(f"/mechanisms/{world.mechanism.code}/responsibilities")
    read = await client.api_get(f"/responsibilities/{duty.id}")
    added = await client.api(
        f"/mechanisms/{world.mechanism.code}/responsibilities/add",
        code="R2",
        statement="prosecute",
        capability_id="capability:5",
    )

    assert (listed.status_code, read.status_code, added.status_code) == (reads, reads, adds)


async def test_the_title_states_gaps_and_clashes(world: World, visit) -> None:
    """The page says first how many duties nobody answers for and how many are claimed twice, and names them."""
    await world.responsibility(code="R1", statement="investigate abuse")
    claimed = await world.responsibility(code="R2", statement="run the hotline", capability_id="capability:12")
    fine = await world.responsibility(code="R3", statement="teach online safety", capability_id="capability:13")
    await give(world, claimed, world.police)
    await give(world, claimed, world.education)
    await give(world, fine, world.education)
    client = await visit(world.observer)

    page = await client.get(f"/mechanisms/{world.mechanism.code}/responsibilities")
    view = (await client.api_get(f"/mechanisms/{world.mechanism.code}/responsibilities")).json()

    assert page.title.startswith("1 gap: nobody is accountable, and 1 duty is claimed by several agencies")
    assert [gap["duty_code"] for gap in view["gaps"]] == ["R1"]
    assert [[duty["code"] for duty in clash["duties"]] for clash in view["clashes"]] == [["R2"]]
    assert "Accountable: Ministry of Education; National Police." in page.text or (
        "Accountable: National Police; Ministry of Education." in page.text
    )


async def test_an_empty_mechanism_says_what_to_do(world: World, visit) -> None:
    """Without duties the page asks the secretariat for the first one, and tells others who adds it."""
    secretariat, observer = await visit(world.secretariat), await visit(world.observer)

    own = await secretariat.get(f"/mechanisms/{world.mechanism.code}/responsibilities")
    others = await observer.get(f"/mechanisms/{world.mechanism.code}/responsibilities")

    assert own.title.startswith("No responsibilities are recorded yet")
    assert f"/mechanisms/{world.mechanism.code}/responsibilities/add" in own.links()
    assert "The secretariat adds each duty" in others.text
    assert f"/mechanisms/{world.mechanism.code}/responsibilities/add" not in others.links()


async def test_the_matrix_shows_parts_as_words(world: World, visit) -> None:
    """Each cell says the part as a word for who listens, a contested one says so; ended parts are gone."""
    duty = await world.responsibility(capability_id="capability:4")
    await give(world, duty, world.police, is_disputed=True)
    await give(world, duty, world.education, role="consulted")
    await give(world, duty, world.fund, role="informed", ends_on=world.today - dt.timedelta(days=1))
    client = await visit(world.observer)

    view = (await client.api_get(f"/mechanisms/{world.mechanism.code}/responsibilities")).json()
    page = await client.get(f"/mechanisms/{world.mechanism.code}/responsibilities")

    row = next(row for group in view["groups"] for row in group["capabilities"] if row["id"] == "capability:4")
    by_agency = {cell["agency_id"]: (cell["roles"], cell["is_disputed"]) for cell in row["cells"]}
    assert by_agency == {
        str(world.police.id): (["accountable"], True),
        str(world.education.id): (["consulted"], False),
    }
    assert "Accountable" in page.text
    assert "Consulted" in page.text


async def test_work_without_a_mandate_and_mandates_without_work(world: World, visit) -> None:
    """Who leads without any part is named, and so is who answers for a capability and leads nothing on it."""
    await world.add(ObjectiveCapability(objective_id=world.objective.id, capability_id="capability:4"))
    duty = await world.responsibility(capability_id="capability:13")
    await give(world, duty, world.education)
    client = await visit(world.secretariat)

    view = (await client.api_get(f"/mechanisms/{world.mechanism.code}/responsibilities")).json()

    assert [each["code"] for each in view["unmandated"]] == ["A1"]
    assert [each["agency"]["id"] for each in view["idle"]] == [str(world.education.id)]
    assert [gap["capability_id"] for gap in view["gaps"]] == ["capability:4"]
    assert view["gaps"][0]["objectives"] == ["O1"]


async def test_a_confidential_activity_is_not_named_to_others(world: World, visit) -> None:
    """The findings about leads name only activities that the reader may see."""
    await world.add(ObjectiveCapability(objective_id=world.objective.id, capability_id="capability:4"))
    await world.add(
        Activity(
            plan_id=world.plan.id,
            output_id=world.output.id,
            code="A2",
            title="Secret operation",
            lead_agency_id=world.police.id,
            is_confidential=True,
        )
    )
    education, police = await visit(world.education_focal), await visit(world.police_focal)
    path = f"/mechanisms/{world.mechanism.code}/responsibilities"

    theirs = [each["code"] for each in (await education.api_get(path)).json()["unmandated"]]
    own = [each["code"] for each in (await police.api_get(path)).json()["unmandated"]]

    assert (theirs, own) == (["A1"], ["A1", "A2"])


async def test_the_form_adds_a_duty_with_a_new_law_and_its_agency(world: World, visit) -> None:
    """One form without scripts: the duty, the law it rests on, and who is accountable from the start."""
    client = await visit(world.secretariat)
    page = await client.get(f"/mechanisms/{world.mechanism.code}/responsibilities/add?capability=capability%3A12")

    shown = await client.send(
        page,
        {
            "code": "R9",
            "statement": "run the hotline",
            "citation": "Cybercrimes Act 2015",
            "article": "s 12",
            "is_seen": "yes",
            "link": "https://example.org/act",
            "agency_id": str(world.police.id),
        },
    )

    assert page.form()["capability_id"] == "capability:12"
    assert shown.title.startswith("R9 run the hotline")
    assert "Cybercrimes Act 2015, s 12 Text seen" in shown.text
    assert "National Police" in shown.text
    assert "Part of an agency added" in shown.text


async def test_an_existing_instrument_is_chosen_and_kept(world: World, visit) -> None:
    """The form lists the instruments of the mechanism; editing keeps what is ticked and drops what is not."""
    duty = await world.responsibility()
    first = await world.add(Instrument(kind="law", citation="First Act"))
    second = await world.add(Instrument(kind="decree", citation="Second Decree"))
    client = await visit(world.secretariat)
    await client.api(
        f"/responsibilities/{duty.id}/edit",
        code="R1",
        statement="investigate abuse",
        capability_id="capability:4",
        instruments=[str(first.id)],
        version=1,
    )
    page = await client.get(f"/responsibilities/{duty.id}/edit")

    await client.send(page, {"instruments": [str(second.id)]})

    view = (await client.api_get(f"/responsibilities/{duty.id}")).json()
    assert page.form()["instruments"] == str(first.id)
    assert [law["citation"] for law in view["instruments"]] == ["Second Decree"]
    assert view["version"] == 3


async def test_an_instrument_of_another_mechanism_is_refused(world: World, visit, sessions) -> None:
    """A duty rests on instruments of its own mechanism only, and the form says so at the field."""
    other = await World.made(sessions, dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC))
    foreign = await other.add(Instrument(kind="law", citation="Foreign Act"))
    client = await visit(world.secretariat)

    answer = await client.api(
        f"/mechanisms/{world.mechanism.code}/responsibilities/add",
        code="R1",
        statement="x",
        capability_id="capability:4",
        instruments=[str(foreign.id)],
    )

    assert answer.status_code == 409
    assert "not of this mechanism" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"statement": ""}, 400, "Fill in: What must be done."),
        ({"code": ""}, 400, "Fill in: Code."),
        ({"capability_id": ""}, 400, "Fill in: Capability of the national response."),
        ({"capability_id": "kind:training"}, 409, "is not a capability"),
        ({"citation": "Act", "link": "javascript:alert(1)"}, 409, "is not a web address"),
        ({"citation": "", "article": "s 3"}, 409, "Write the citation of the new instrument too"),
    ],
)
async def test_bad_input_shows_the_form_again(
    world: World, visit, changes: dict[str, str], status: int, words: str
) -> None:
    """A refused form keeps what was typed and says what to do."""
    client = await visit(world.secretariat)
    page = await client.get(f"/mechanisms/{world.mechanism.code}/responsibilities/add")
    typed = {"code": "R5", "statement": "answer calls", "capability_id": "capability:11"} | changes

    again = await client.send(page, typed)

    assert again.status == status
    assert words in again.text
    assert again.form()["statement"].strip() == typed["statement"]


async def test_a_code_is_used_once(world: World, visit) -> None:
    """Two duties of one mechanism do not share a code."""
    await world.responsibility(code="R1")
    client = await visit(world.secretariat)

    answer = await client.api(
        f"/mechanisms/{world.mechanism.code}/responsibilities/add",
        code="R1",
        statement="again",
        capability_id="capability:4",
    )

    assert answer.status_code == 409


async def test_a_duty_that_work_carries_out_is_not_deleted(world: World, visit) -> None:
    """An activity keeps the duty it carries out; without one it goes, with the parts of agencies."""
    duty = await world.responsibility()
    await give(world, duty, world.police)
    link = await world.add(ActivityResponsibility(activity_id=world.activity.id, responsibility_id=duty.id))
    client = await visit(world.secretariat)
    page = await client.get(f"/responsibilities/{duty.id}/delete")

    refused = await client.send(page)
    shown = await client.get(f"/responsibilities/{duty.id}")

    assert refused.status == 409
    assert "1 activity carries it out" in shown.text
    assert link.activity_id == world.activity.id


async def test_a_free_duty_is_deleted(world: World, visit) -> None:
    """Nothing refers to it: it is gone, and the list is shown."""
    duty = await world.responsibility()
    client = await visit(world.secretariat)
    page = await client.get(f"/responsibilities/{duty.id}/delete")

    shown = await client.send(page)

    assert shown.title.startswith("No responsibilities are recorded yet")
    assert (await client.api_get(f"/responsibilities/{duty.id}")).status_code == 404


async def test_an_instrument_is_marked_as_seen_for_all_its_duties(world: World, visit) -> None:
    """The form of the law changes it once for every duty that rests on it."""
    law = await world.add(Instrument(kind="law", citation="Cybercrimes Act"))
    client = await visit(world.secretariat)
    for code in ("R1", "R2"):
        await client.api(
            f"/mechanisms/{world.mechanism.code}/responsibilities/add",
            code=code,
            statement=f"duty {code}",
            capability_id="capability:4",
            instruments=[str(law.id)],
        )
    page = await client.get(f"/instruments/{law.id}/edit")

    shown = await client.send(page, {"is_seen": "yes"})

    assert "2 duties rest on it" in page.text
    assert "2 of 2" in shown.text


async def test_a_duty_of_another_mechanism_is_not_found(world: World, visit, sessions) -> None:
    """Foreign and missing answer alike."""
    other = await World.made(sessions, dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC))
    duty = await other.responsibility()
    client = await visit(world.secretariat)

    assert (await client.api_get(f"/responsibilities/{duty.id}")).status_code == 404
    assert (await client.api(f"/responsibilities/{duty.id}/delete", version=1)).status_code == 404


async def test_the_matrix_asks_once_however_many_duties(world: World, visit, statements) -> None:
    """The number of statements does not grow with duties, parts and activities."""
    client = await visit(world.secretariat)
    path = f"/mechanisms/{world.mechanism.code}/responsibilities"
    first = await world.responsibility(code="R0")
    await give(world, first, world.police)
    statements.clear()
    await client.get(path)
    few = len(statements)
    for number in range(1, 25):
        duty = await world.responsibility(code=f"R{number}", capability_id=f"capability:{number % 21 + 1}")
        await give(world, duty, world.police)
        await give(world, duty, world.education, role="informed")
    statements.clear()

    await client.get(path)

    assert len(statements) == few
