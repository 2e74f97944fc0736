"""All that was changed in a mechanism: who may read it, what it says, its filters, and the same list as a file."""

import csv
import io
from typing import Any

import pytest

from tests.world import ROLES, World

GOVERN = {"secretariat", "chair"}


def _events(answer: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer.json()["events"]
    return found


@pytest.mark.parametrize("name", [*ROLES, "stranger", "administrator"])
async def test_who_reads_the_history(world: World, visit, name: str) -> None:
    """Secretariat and chair read it; other members learn that it is not theirs; everybody else that it is not there."""
    client = await visit(world.people[name])
    here = f"/mechanisms/{world.mechanism.code}/history"

    statuses = {(await client.api_get(here)).status_code, await client.status(here), await client.status(f"{here}.csv")}

    assert statuses == {200 if name in GOVERN else 403 if name in ROLES else 404}


async def test_each_change_says_who_what_when_and_from_what_to_what(world: World, visit) -> None:
    """The latest stands first, with the name of the record, its old and new value, and the person behind it."""
    client = await visit(world.secretariat)
    form = await client.get(f"/objectives/{world.objective.id}/edit")
    await client.send(form, {"title": "Children are safer online"})

    page = await client.get(f"/mechanisms/{world.mechanism.code}/history")
    first = _events(await client.api_get(f"/mechanisms/{world.mechanism.code}/history"))[0]

    assert (first["who"], first["table"], first["operation"]) == (world.secretariat.title, "objective", "update")
    assert first["record"] == "O1 Children are safer online"
    assert [change for change in first["changes"] if change["column"] == "title"] == [
        {"column": "title", "before": "Children are safe online", "after": "Children are safer online"}
    ]
    assert "Objective changed: O1 Children are safer online" in page.text
    assert world.secretariat.title in page.text


async def test_it_is_narrowed_by_kind_person_record_and_day(world: World, visit) -> None:
    """Each filter leaves only what it names; the first and the last day belong to it."""
    client = await visit(world.secretariat)
    await client.send(await client.get(f"/objectives/{world.objective.id}/edit"), {"title": "Safer"})
    here = f"/mechanisms/{world.mechanism.code}/history"
    today = _events(await client.api_get(here))[0]["happened_at"][:10]

    async def asked(query: str) -> set[str]:
        return {each["table"] for each in _events(await client.api_get(f"{here}?{query}"))}

    assert await asked("kind=objective") == {"objective"}
    assert await asked(f"person={world.secretariat.id}") == {"objective"}
    assert await asked(f"record={world.activity.id}") == {"activity"}
    assert "mechanism" in await asked(f"starts_on={today}&ends_on={today}")
    assert await asked("ends_on=2020-01-01") == set()
    page = await client.get(f"{here}?kind=objective&ends_on=2020-01-01")
    assert "No change matches this filter" in page.text


async def test_a_file_holds_every_changed_field(world: World, visit) -> None:
    """The CSV tells the same as the page, one line for each field, whatever page the reader is on."""
    client = await visit(world.secretariat)
    for number in range(3):
        await client.send(await client.get(f"/objectives/{world.objective.id}/edit"), {"title": f"Safer {number}"})

    answer = await client.http.get(f"/mechanisms/{world.mechanism.code}/history.csv?kind=objective")

    lines = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    titles = [(line["before"], line["after"]) for line in lines if line["column"] == "title"]
    assert titles[:3] == [("Safer 1", "Safer 2"), ("Safer 0", "Safer 1"), ("Children are safe online", "Safer 0")]
    assert {line["table"] for line in lines} == {"objective"}


async def test_long_histories_come_in_pages(world: World, visit) -> None:
    """Fifty changes a page; nothing is told twice or left out; the seal over all of them is shown."""
    for number in range(60):
        await world.line(code=f"B{number}", title=f"Talk {number}")
    client = await visit(world.chair)
    here = f"/mechanisms/{world.mechanism.code}/history"

    pages = [(await client.api_get(f"{here}?kind=activity&page={number}")).json() for number in (1, 2)]

    records = [each["record"] for page in pages for each in page["events"]]
    assert len(records) == len(set(records)) == pages[0]["event_count"] == 61
    assert (await client.get(f"{here}?page=99")).status == 200
    assert pages[0]["chain"]["digest"] in (await client.get(here)).text


async def test_forms_of_records_lead_to_their_history(world: World, visit) -> None:
    """Who may read it finds it under each form and page of a record; others see no link that would refuse them."""
    output = f"/outputs/{world.output.id}/edit"
    link = f"/mechanisms/{world.mechanism.code}/history?record={world.output.id}"

    secretariat = await visit(world.secretariat)
    observer = await visit(world.observer)

    assert link in (await secretariat.get(output)).links()
    assert "Output added" in (await secretariat.get(link)).text
    assert (
        f"/mechanisms/{world.mechanism.code}/history?record={world.plan.id}"
        in (await secretariat.get(f"/plans/{world.plan.id}")).links()
    )
    assert not [each for each in (await observer.get(f"/plans/{world.plan.id}")).links() if "/history" in each]
