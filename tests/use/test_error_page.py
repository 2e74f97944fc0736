"""Pages that say no: they know their reader, say what to do, and speak in words."""

import datetime as dt
from urllib.parse import urlencode

import pytest

from tests.conftest import Visit
from tests.page_client import ADDRESS
from tests.world import World


@pytest.mark.parametrize("path", ["/nowhere", "/mechanisms/{code}/nowhere", "/plans/not-an-id", "/activities/"])
async def test_a_wrong_address_still_knows_who_reads(world: World, visit: Visit, path: str) -> None:
    """An address that no route has keeps the menu and the name of whoever is signed in."""
    client = await visit(world.observer)

    page = await client.get(path.format(code=world.mechanism.code))

    assert page.status == 404
    assert page.title.startswith("Page not found")
    assert f"Signed in as {world.observer.title}." in page.text
    assert "/mechanisms" in page.links()


async def test_a_wrong_address_of_a_visitor(visit: Visit) -> None:
    """A visitor reads the same page, and the way to sign in."""
    client = await visit(None)

    page = await client.get("/mechanisms/NONE/nowhere")

    assert page.status == 404
    assert "You are not signed in." in page.text


async def test_a_command_is_no_page(world: World, visit: Visit) -> None:
    """A command's address that is typed in, and a form sent to a page that takes none, lead nowhere."""
    client = await visit(world.secretariat)
    alert = await world.alert(world.activity, await world.line(lead_agency_id=world.education.id))

    typed = await client.get(f"/alerts/{alert.id}/resolve")
    sent = await client.http.post("/desk", content=urlencode({"a": "b"}), headers={"origin": ADDRESS})
    program = await client.http.get(
        f"/api/v1/alerts/{alert.id}/resolve", headers={"authorization": f"Bearer {client.token}"}
    )

    assert (typed.status, sent.status_code, program.status_code) == (404, 404, 405)
    assert f"Signed in as {world.secretariat.title}." in typed.text
    assert program.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("path", "sends"), [("edit", False), ("edit", True)])
async def test_reading_is_no_change(world: World, visit: Visit, path: str, sends: bool) -> None:
    """Only who sent something is told that nothing was changed."""
    client = await visit(world.observer)
    form = await (await visit(world.secretariat)).get(f"/mechanisms/{world.mechanism.code}/{path}")
    own = (await client.get("/desk")).html.split('name="csrf" value="')[1].split('"')[0]

    address = f"/mechanisms/{world.mechanism.code}/{path}"
    headers = {"origin": ADDRESS, "content-type": "application/x-www-form-urlencoded"}
    body = urlencode(form.form() | {"csrf": own}, doseq=True)
    answer = await (client.http.post(address, content=body, headers=headers) if sends else client.http.get(address))

    assert answer.status_code == 403
    assert "Who can: the secretariat" in answer.text
    assert ("Nothing was changed." in answer.text) is sends


async def test_a_conflict_speaks_in_words(world: World, visit: Visit) -> None:
    """Fields by their labels, agencies by their names, days in words; a box that nobody ticked does not differ."""
    client = await visit(world.secretariat)
    mine, theirs = [await client.get(f"/mechanisms/{world.mechanism.code}/edit") for _ in range(2)]
    first = {"lead_agency_id": str(world.police.id), "established_on": "2020-07-15"}
    await client.send(theirs, first | {"topic": "Abuse online"})

    again = await client.send(mine, {"lead_agency_id": str(world.education.id), "topic": "Safety"})

    assert again.status == 409
    shown = again.text.split("Edit the mechanism")[0]
    assert "Lead agency–National PoliceMinistry of Education" in shown
    assert "Established on–15 July 2020" in shown
    assert "Topic–Abuse onlineSafety" in shown
    assert "year" not in shown
    assert str(world.police.id) not in shown


async def test_errors_stand_in_the_order_of_the_form(world: World, visit: Visit) -> None:
    """The summary names the fields from top to bottom."""
    client = await visit(world.administrator)

    page = await client.send(await client.get("/mechanisms/add"), {"kind": "task_force"})

    assert page.errors == ["Fill in: Name.Fill in: Code.Fill in: Country.Fill in: E-mail address.Fill in: Post."]


async def test_a_chosen_day_is_kept(world: World, visit: Visit) -> None:
    """A refused form holds what was typed."""
    client = await visit(world.secretariat)
    page = await client.get(f"/mechanisms/{world.mechanism.code}/plans/add")

    again = await client.send(page, {"title": "", "starts_on": "2028-02-01"})

    assert again.status == 400
    assert again.form()["starts_on"] == str(dt.date(2028, 2, 1))
