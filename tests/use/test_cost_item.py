"""Costs of several years, what they need and who pays them, on pages and by the API."""

import datetime as dt
from typing import Any

import pytest

from taskforce.models import Activity, CostItem
from tests.world import World

NEED = {"cost_type_id": "cost_type:staff", "first_year": 2026, "last_year": 2028, "required_amount": "120"}


async def made(world: World, client: Any, **values: Any) -> dict[str, Any]:
    """A cost item, added by the API."""
    command = {"code": "C1", "title": "Helpline staff", "domain": "service_delivery", **NEED, **values}
    answer = await client.api(f"/mechanisms/{world.mechanism.code}/cost-items/add", **command)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("who", "reads", "changes"),
    [
        ("stranger", 404, 404),
        ("administrator", 404, 404),
        ("observer", 200, 403),
        ("police_focal", 200, 403),
        ("donor", 200, 403),
        ("treasury", 200, 403),
        ("chair", 200, 403),
        ("secretariat", 200, 200),
    ],
)
async def test_who_may_read_and_change(world: World, visit, who: str, reads: int, changes: int) -> None:
    """A stranger is told nothing, a reader is told no, the secretariat keeps the costs of several years."""
    item = await made(world, await visit(world.secretariat))
    client = await visit(world.people[who])

    read = await client.api_get(f"/cost-items/{item['id']}")
    added = await client.api(f"/mechanisms/{world.mechanism.code}/cost-items/add", code="C2", title="Hosting")
    edited = await client.api(f"/cost-items/{item['id']}/edit", code="C1", title="Staff", version=1)
    needed = await client.api(f"/cost-items/{item['id']}/require", **NEED, version=2)
    deleted = await client.api(f"/cost-items/{item['id']}/delete", version=3)

    assert read.status_code == reads
    assert [answer.status_code for answer in (added, edited, needed, deleted)] == [
        201 if changes == 200 else changes,
        changes,
        changes,
        changes,
    ]


async def test_a_focal_point_does_not_pay_into_it(world: World, visit) -> None:
    """Lines of a cost that no agency leads are the secretariat's."""
    item = await made(world, await visit(world.secretariat))
    client = await visit(world.police_focal)

    answer = await client.api(
        f"/cost-items/{item['id']}/budget-lines/add",
        source_id=str(world.source.id),
        cost_type_id="cost_type:staff",
        fiscal_year=2026,
        secured_amount="10",
    )

    assert answer.status_code == 403


async def test_the_form_adds_a_cost_with_its_need_for_years_ahead(world: World, visit) -> None:
    """One form says what is paid and what each year needs; the page names the first year that lacks money."""
    client = await visit(world.secretariat)
    page = await client.get(f"/mechanisms/{world.mechanism.code}/cost-items/add")

    shown = await client.send(page, {"code": "C1", "title": "Helpline staff", **{k: str(v) for k, v in NEED.items()}})

    assert shown.title.startswith("“Helpline staff” lacks TZS 120 in 2026")
    assert all(year in shown.text for year in ("2026", "2027", "2028"))


async def test_lines_pay_the_need_until_they_end(world: World, visit) -> None:
    """With this year paid the page speaks of the next; the line is reached from the page and back."""
    client = await visit(world.secretariat)
    item = await made(world, client)
    form = await client.get(f"/cost-items/{item['id']}/budget-lines/add")

    shown = await client.send(
        form, {"source_id": str(world.source.id), "cost_type_id": "cost_type:staff", "secured_amount": "120"}
    )

    assert form.form()["fiscal_year"] == "2026"
    assert shown.url.endswith(f"/cost-items/{item['id']}")
    assert shown.title.startswith("“Helpline staff” lacks TZS 120 in 2027")
    assert "Budget line added" in shown.text


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"required_amount": "lots"}, 400, "is not a number in digits"),
        ({"first_year": ""}, 400, "Fill in: From fiscal year."),
        ({"cost_type_id": "kind:training"}, 409, "is not a cost type"),
        ({"last_year": "2024"}, 409, "Write a last year that is not before the first"),
        ({"first_year": "1950", "last_year": "2100"}, 409, "at most 30 years"),
        ({"required_amount": "79"}, 409, "TZS 80 would be secured, more than the TZS 79 that are required"),
    ],
)
async def test_bad_needs_are_refused(world: World, visit, changes: dict[str, str], status: int, words: str) -> None:
    """A need is an amount in digits for years in order, and no less than what is secured already."""
    client = await visit(world.secretariat)
    item = await made(world, client)
    await client.api(
        f"/cost-items/{item['id']}/budget-lines/add",
        source_id=str(world.source.id),
        cost_type_id="cost_type:staff",
        fiscal_year=2026,
        secured_amount="80",
    )
    page = await client.get(f"/cost-items/{item['id']}/require")

    again = await client.send(page, {key: str(value) for key, value in NEED.items()} | changes)

    assert again.status == status
    assert words in again.text
    after = (await client.api_get(f"/cost-items/{item['id']}")).json()
    assert after["needs"][0]["required_amount"] == "120.00"


async def test_an_incomplete_need_of_a_new_cost_is_refused(world: World, visit) -> None:
    """An amount without its cost type or year says nothing."""
    client = await visit(world.secretariat)

    answer = await client.api(
        f"/mechanisms/{world.mechanism.code}/cost-items/add", code="C1", title="Staff", required_amount="10"
    )

    assert answer.status_code == 409
    assert "Say of which cost type" in answer.json()["detail"]


async def test_zero_takes_the_need_away(world: World, visit) -> None:
    """What is no longer needed is written as 0."""
    client = await visit(world.secretariat)
    item = await made(world, client)

    answer = await client.api(f"/cost-items/{item['id']}/require", **{**NEED, "required_amount": "0"}, version=1)

    assert answer.json()["needs"] == []


async def test_an_old_need_does_not_overwrite_a_newer_one(world: World, visit) -> None:
    """Two people say what the same cost needs: the second sees what the first said, and decides again."""
    client = await visit(world.secretariat)
    item = await made(world, client)
    path = f"/cost-items/{item['id']}/require"
    page = await client.get(path)
    theirs = await client.api(path, **{**NEED, "last_year": 2026, "required_amount": "300"}, version=1)

    yours = {key: str(value) for key, value in NEED.items()} | {"required_amount": "200"}
    conflict = await client.send(page, yours)
    api = await client.api(path, **{**NEED, "required_amount": "200"}, version=1)
    kept = (await client.api_get(f"/cost-items/{item['id']}")).json()
    saved = await client.send(conflict)

    assert (page.form()["version"], theirs.json()["version"]) == ("1", 2)
    assert conflict.status == 409
    assert "2026: 300, 2027: 120, 2028: 120" in conflict.text
    assert (conflict.form()["required_amount"], conflict.form()["version"]) == ("200", "2")
    assert (api.status_code, api.json()["theirs"]["version"]) == (412, 2)
    assert [need["required_amount"] for need in kept["needs"]] == ["300.00", "120.00", "120.00"]
    assert saved.status == 200
    assert [
        need["required_amount"] for need in (await client.api_get(f"/cost-items/{item['id']}")).json()["needs"]
    ] == ["200.00"] * 3


async def test_a_need_without_a_version_is_refused(world: World, visit) -> None:
    """Whoever has not read what a cost needs does not set it."""
    client = await visit(world.secretariat)
    item = await made(world, client)

    answer = await client.api(f"/cost-items/{item['id']}/require", **{**NEED, "required_amount": "1"})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (428, "version")
    after = (await client.api_get(f"/cost-items/{item['id']}")).json()
    assert [need["required_amount"] for need in after["needs"]] == ["120.00"] * 3


async def test_a_need_that_follows_its_lines_makes_an_old_one_stale(world: World, visit) -> None:
    """A new line of an activity changes what it needs; a need that was opened before does not take that back unseen."""
    client = await visit(world.secretariat)
    line = {"source_id": str(world.source.id), "cost_type_id": "cost_type:training", "fiscal_year": 2026}
    lines = f"/activities/{world.activity.id}/budget-lines/add"
    first = (await client.api(lines, **line, asked_amount="100", secured_amount="0")).json()
    page = await client.get(f"/cost-items/{first['cost_item_id']}/require")
    line["cost_type_id"] = "cost_type:travel"
    await client.api(lines, **line, asked_amount="50", secured_amount="0")

    late = await client.send(page, {"cost_type_id": "cost_type:travel", "first_year": "2026", "required_amount": "10"})

    assert late.status == 409
    assert "Somebody else saved this while you were writing" in late.text
    needs = (await client.api_get(f"/cost-items/{first['cost_item_id']}")).json()["needs"]
    assert {need["cost_type_id"]: need["required_amount"] for need in needs} == {
        "cost_type:training": "100.00",
        "cost_type:travel": "50.00",
    }


async def test_a_cost_with_lines_is_not_deleted(world: World, visit) -> None:
    """No money disappears with a cost; without lines it goes with what it needs."""
    client = await visit(world.secretariat)
    item = await made(world, client)
    line = (
        await client.api(
            f"/cost-items/{item['id']}/budget-lines/add",
            source_id=str(world.source.id),
            cost_type_id="cost_type:staff",
            fiscal_year=2026,
            secured_amount="10",
        )
    ).json()

    refused = await client.send(await client.get(f"/cost-items/{item['id']}/delete"))
    await client.api(f"/budget-lines/{line['id']}/delete", version=1)
    gone = await client.submit(await client.get(f"/cost-items/{item['id']}/delete"))

    assert refused.status == 409
    assert "has budget lines: delete those first" in refused.text
    assert gone.headers["location"] == f"/mechanisms/{world.mechanism.code}/money"
    assert (await client.api_get(f"/cost-items/{item['id']}")).status_code == 404


async def test_deleting_a_line_leaves_what_a_longer_cost_needs(world: World, visit) -> None:
    """The need of a cost of several years is a decision of its own."""
    client = await visit(world.secretariat)
    item = await made(world, client)
    line = (
        await client.api(
            f"/cost-items/{item['id']}/budget-lines/add",
            source_id=str(world.source.id),
            cost_type_id="cost_type:staff",
            fiscal_year=2026,
            secured_amount="10",
        )
    ).json()

    await client.api(f"/budget-lines/{line['id']}/delete", version=1)

    after = (await client.api_get(f"/cost-items/{item['id']}")).json()
    assert [(year["year"], year["missing_amount"]) for year in after["years"]] == [
        (2026, "120.00"),
        (2027, "120.00"),
        (2028, "120.00"),
    ]


async def test_a_stale_version_shows_theirs(world: World, visit) -> None:
    """Whoever saves an old version is shown what somebody else saved."""
    client = await visit(world.secretariat)
    item = await made(world, client)
    page = await client.get(f"/cost-items/{item['id']}/edit")
    await client.api(f"/cost-items/{item['id']}/edit", code="C1", title="Theirs", version=1)

    conflict = await client.send(page, {"title": "Yours"})

    assert conflict.status == 409
    assert "Theirs" in conflict.text


async def test_the_own_cost_of_a_confidential_activity_stays_with_its_agency(world: World, visit) -> None:
    """Another agency is told that there is no such cost."""
    activity = await world.add(
        Activity(
            plan_id=world.plan.id,
            output_id=world.output.id,
            code="A2",
            title="Secret operation",
            lead_agency_id=world.police.id,
            is_confidential=True,
        )
    )
    item = await world.add(CostItem(code=f"{world.plan.code}:A2", title="Secret operation", activity_id=activity.id))
    police, education = await visit(world.police_focal), await visit(world.education_focal)

    assert (await police.api_get(f"/cost-items/{item.id}")).status_code == 200
    assert (await education.api_get(f"/cost-items/{item.id}")).status_code == 404


async def test_a_cost_of_another_mechanism_is_not_found(world: World, visit, sessions) -> None:
    """Foreign and missing answer alike."""
    other = await World.made(sessions, dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC))
    item = await made(other, await visit(other.secretariat))
    client = await visit(world.secretariat)

    assert (await client.api_get(f"/cost-items/{item['id']}")).status_code == 404
    assert (await client.api(f"/cost-items/{item['id']}/require", **NEED, version=1)).status_code == 404
    assert (await client.api(f"/cost-items/{item['id']}/delete", version=1)).status_code == 404
