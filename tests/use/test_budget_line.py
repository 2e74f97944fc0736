"""Budget lines of activities, on pages and by the API: who, amounts, what is required, the ceiling, many at once."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from taskforce.models import Activity, BudgetLine, CostItem, FundingSource, Plan
from tests.world import World


def money(world: World, **values: Any) -> dict[str, Any]:
    """A command for a line of the world's source."""
    defaults = {
        "source_id": str(world.source.id),
        "cost_type_id": "cost_type:training",
        "fiscal_year": 2026,
        "secured_amount": "100",
    }
    return {**defaults, **values}


async def needs(client: Any, line: dict[str, Any]) -> dict[tuple[str, int], str]:
    """What the cost item of a line needs, by cost type and year."""
    item = (await client.api_get(f"/cost-items/{line['cost_item_id']}")).json()
    return {(need["cost_type_id"], need["fiscal_year"]): need["required_amount"] for need in item["needs"]}


@pytest.mark.parametrize(
    ("who", "adds", "edits"),
    [
        ("stranger", 404, 404),
        ("administrator", 404, 404),
        ("observer", 403, 404),
        ("education_focal", 403, 403),
        ("donor", 403, 403),
        ("treasury", 403, 403),
        ("chair", 403, 403),
        ("police_focal", 201, 200),
        ("police_officer", 201, 200),
        ("secretariat", 201, 200),
    ],
)
async def test_who_may_add_and_edit(world: World, visit, who: str, adds: int, edits: int) -> None:
    """The agency that leads the activity keeps its money, and the secretariat; an observer reads no single line."""
    secretariat = await visit(world.secretariat)
    line = (await secretariat.api(f"/activities/{world.activity.id}/budget-lines/add", **money(world))).json()
    client = await visit(world.people[who])

    added = await client.api(
        f"/activities/{world.activity.id}/budget-lines/add", **money(world, cost_type_id="cost_type:staff")
    )
    edited = await client.api(f"/budget-lines/{line['id']}/edit", **money(world, version=1))

    assert (added.status_code, edited.status_code) == (adds, edits)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("stranger", 404),
        ("observer", 404),
        ("education_focal", 200),
        ("donor", 200),
        ("treasury", 200),
        ("chair", 200),
    ],
)
async def test_who_reads_a_single_line(world: World, visit, who: str, status: int) -> None:
    """Members and the treasury read lines of shared plans, a donor those of the own sources."""
    secretariat = await visit(world.secretariat)
    line = (await secretariat.api(f"/activities/{world.activity.id}/budget-lines/add", **money(world))).json()
    client = await visit(world.people[who])

    answer = await client.api_get(f"/budget-lines/{line['id']}")

    assert answer.status_code == status


async def test_a_donor_does_not_read_what_others_pay(world: World, visit) -> None:
    """A line of another source answers a donor as if it did not exist."""
    government = await world.add(FundingSource(code="GOV", title="Vote 54", source_class="government"))
    secretariat, donor = await visit(world.secretariat), await visit(world.donor)
    line = (
        await secretariat.api(
            f"/activities/{world.activity.id}/budget-lines/add", **money(world, source_id=str(government.id))
        )
    ).json()

    assert (await donor.api_get(f"/budget-lines/{line['id']}")).status_code == 404


async def test_lines_of_drafts_are_their_agencys(world: World, visit) -> None:
    """Before consultation another agency neither reads nor counts the money of a line."""
    plan = await world.add(
        Plan(
            code="NEXT",
            title="Next year",
            starts_on=dt.date(2027, 1, 1),
            ends_on=dt.date(2027, 12, 31),
            status="draft",
            currency="TZS",
        )
    )
    secretariat, education = await visit(world.secretariat), await visit(world.education_focal)
    objective = (await secretariat.api(f"/plans/{plan.id}/objectives/add", code="O1", title="Next")).json()
    output = (await secretariat.api(f"/objectives/{objective['id']}/outputs/add", code="O1.1", title="Out")).json()
    activity = await world.add(
        Activity(plan_id=plan.id, output_id=output["id"], code="A1", title="Draft work", lead_agency_id=world.police.id)
    )
    line = (
        await secretariat.api(f"/activities/{activity.id}/budget-lines/add", **money(world, fiscal_year=2027))
    ).json()

    money_of_education = (await education.api_get(f"/mechanisms/{world.mechanism.code}/money")).json()

    assert (await education.api_get(f"/budget-lines/{line['id']}")).status_code == 404
    assert money_of_education["years"] == []


async def test_the_first_line_makes_the_activitys_cost_item(world: World, visit) -> None:
    """A focal point fills the form in; the cost item carries the codes of plan and activity and needs what is asked."""
    client = await visit(world.police_focal)
    page = await client.get(f"/activities/{world.activity.id}/budget-lines/add")

    answer = await client.submit(
        page,
        {
            "source_id": str(world.source.id),
            "cost_type_id": "cost_type:training",
            "asked_amount": "1200.50",
            "secured_amount": "1000",
            "refused_amount": "200.50",
            "vote_code": "54.201",
        },
    )

    lines = (await client.api_get(f"/mechanisms/{world.mechanism.code}/money")).json()["lines"]
    assert answer.headers["location"] == f"/activities/{world.activity.id}"
    assert page.form()["fiscal_year"] == "2026"
    assert [(line["item_code"], line["asked_amount"], line["secured_amount"]) for line in lines] == [
        (f"{world.plan.code}:A1", "1200.50", "1000.00")
    ]
    assert await needs(client, lines[0]) == {("cost_type:training", 2026): "1200.50"}


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"secured_amount": "twelve million"}, 400, "is not a number in digits; write digits only"),
        ({"secured_amount": "50 %"}, 400, "is not a number in digits"),
        ({"secured_amount": "1,200"}, 400, "has separators between the thousands; write 1200"),
        ({"secured_amount": "-5"}, 400, "is below zero; an amount is 0 or more"),
        ({"asked_amount": "10.555"}, 400, "at most 2 decimals"),
        ({"weight": "2"}, 400, "Share that counts here must be 1 or less"),
        ({"source_id": ""}, 400, "Fill in: Source."),
        ({"cost_type_id": ""}, 400, "Fill in: Cost type."),
        ({"asked_amount": "10", "refused_amount": "11"}, 409, "11 is refused of 10 asked"),
        ({"cost_type_id": "kind:training"}, 409, "is not a cost type"),
        ({"fiscal_year": "2031"}, 409, "2031 is not a year of the plan. Write 2026"),
        ({"required_amount": "50"}, 409, "TZS 100 would be secured, more than the TZS 50 that are required"),
    ],
)
async def test_bad_input_shows_the_form_again(
    world: World, visit, changes: dict[str, str], status: int, words: str
) -> None:
    """Nothing that was typed is lost, and each refusal says what to type; nothing is stored."""
    client = await visit(world.police_focal)
    page = await client.get(f"/activities/{world.activity.id}/budget-lines/add")

    again = await client.send(page, money(world) | changes)

    assert again.status == status
    assert words in again.text
    assert again.form()["secured_amount"] == changes.get("secured_amount", "100")
    assert (await client.api_get(f"/mechanisms/{world.mechanism.code}/money")).json()["line_count"] == 0


async def test_the_same_line_is_not_added_twice(world: World, visit) -> None:
    """Source, cost type and year stand once, in cash and in kind apart; the form says so at the source."""
    client = await visit(world.police_focal)
    path = f"/activities/{world.activity.id}/budget-lines/add"
    await client.api(path, **money(world))
    page = await client.get(path)

    again = await client.send(page, money(world))
    in_kind = await client.api(path, **money(world, is_in_kind=True))

    assert again.status == 409
    assert "pays this cost type in 2026 already" in again.text
    assert in_kind.status_code == 201


async def test_a_second_click_adds_one_line(world: World, visit) -> None:
    """The same form sent twice makes one line."""
    client = await visit(world.police_focal)
    page = await client.get(f"/activities/{world.activity.id}/budget-lines/add")

    first = await client.submit(page, money(world))
    second = await client.submit(page, money(world))

    assert (first.status_code, second.status_code) == (303, 303)
    assert (await client.api_get(f"/mechanisms/{world.mechanism.code}/money")).json()["line_count"] == 1


async def test_a_stale_version_shows_theirs_and_yours(world: World, visit) -> None:
    """Nobody overwrites an amount that somebody else saved meanwhile."""
    client = await visit(world.police_focal)
    line = (await client.api(f"/activities/{world.activity.id}/budget-lines/add", **money(world))).json()
    page = await client.get(f"/budget-lines/{line['id']}/edit")
    await client.api(f"/budget-lines/{line['id']}/edit", **money(world, secured_amount="90", version=1))

    conflict = await client.send(page, {"secured_amount": "80"})
    api = await client.api(f"/budget-lines/{line['id']}/edit", **money(world, secured_amount="80", version=1))

    assert conflict.status == 409
    assert conflict.form()["secured_amount"] == "80"
    assert (api.status_code, api.json()["theirs"]["secured_amount"]) == (412, "90")


async def test_the_edit_form_shows_what_is_stored_and_saves_it_again(world: World, visit) -> None:
    """Opening and saving changes nothing but the version."""
    client = await visit(world.police_focal)
    line = (
        await client.api(
            f"/activities/{world.activity.id}/budget-lines/add", **money(world, asked_amount="150", vote_code="54")
        )
    ).json()
    page = await client.get(f"/budget-lines/{line['id']}/edit")

    answer = await client.submit(page)

    after = (await client.api_get(f"/budget-lines/{line['id']}")).json()
    assert answer.status_code == 303
    assert after["version"] == 2
    assert {name: after[name] for name in ("asked_amount", "secured_amount", "vote_code", "weight")} == {
        name: line[name] for name in ("asked_amount", "secured_amount", "vote_code", "weight")
    }
    assert await needs(client, after) == {("cost_type:training", 2026): "150.00"}


async def test_past_consultation_lines_do_not_change(world: World, visit) -> None:
    """An active plan refuses with what to do; what is stored stays readable."""
    plan = await world.add(
        Plan(
            code="LAST",
            title="Last year",
            starts_on=dt.date(2025, 1, 1),
            ends_on=dt.date(2025, 12, 31),
            status="active",
            currency="TZS",
        )
    )
    activity = await world.add(
        Activity(
            plan_id=plan.id, output_id=world.output.id, code="A1", title="Old work", lead_agency_id=world.police.id
        )
    )
    item = await world.add(CostItem(code="LAST:A1", title="Old work", activity_id=activity.id))
    line = await world.add(
        BudgetLine(
            cost_item_id=item.id,
            activity_id=activity.id,
            source_id=world.source.id,
            cost_type_id="cost_type:staff",
            fiscal_year=2025,
            currency="TZS",
            secured_amount=Decimal(10),
        )
    )
    client = await visit(world.police_focal)

    answers = [
        await client.api(f"/activities/{activity.id}/budget-lines/add", **money(world, fiscal_year=2025)),
        await client.api(f"/budget-lines/{line.id}/edit", **money(world, fiscal_year=2025, version=1)),
        await client.api(f"/budget-lines/{line.id}/delete", version=1),
    ]

    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert "only in draft and consultation" in answers[0].json()["detail"]
    assert (await client.api_get(f"/budget-lines/{line.id}")).json()["may"] == []


async def test_a_line_of_another_mechanism_is_not_found(world: World, visit, sessions) -> None:
    """Foreign and missing answer alike; a foreign source is no source here."""
    other = await World.made(sessions, dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC))
    theirs, ours = await visit(other.secretariat), await visit(world.secretariat)
    line = (await theirs.api(f"/activities/{other.activity.id}/budget-lines/add", **money(other))).json()

    foreign_source = await ours.api(
        f"/activities/{world.activity.id}/budget-lines/add", **money(world, source_id=str(other.source.id))
    )

    assert (await ours.api_get(f"/budget-lines/{line['id']}")).status_code == 404
    assert (await ours.api(f"/budget-lines/{line['id']}/delete", version=1)).status_code == 404
    assert foreign_source.status_code == 409


async def test_the_activity_leads_to_its_lines(world: World, visit) -> None:
    """Whoever may change the money finds the way on the activity's page; others do not."""
    police, observer = await visit(world.police_focal), await visit(world.observer)
    line = (await police.api(f"/activities/{world.activity.id}/budget-lines/add", **money(world))).json()
    add, edit = f"/activities/{world.activity.id}/budget-lines/add", f"/budget-lines/{line['id']}/edit"

    own = (await police.get(f"/activities/{world.activity.id}")).links()
    others = (await observer.get(f"/activities/{world.activity.id}")).links()

    assert {add, edit} <= set(own)
    assert not {add, edit} & set(others)


@pytest.mark.parametrize(("named", "expected"), [(None, "Train all officers"), ("Course fees", "Course fees")])
async def test_the_own_cost_is_renamed_with_its_activity(world: World, visit, named: str | None, expected: str) -> None:
    """An activity's own cost is called like the activity, unless somebody gave it a name of its own."""
    client = await visit(world.secretariat)
    path = f"/activities/{world.activity.id}"
    line = (await client.api(f"{path}/budget-lines/add", **money(world))).json()
    item = (await client.api_get(f"/cost-items/{line['cost_item_id']}")).json()
    if named:
        await client.api(f"/cost-items/{item['id']}/edit", title=named, code=item["code"], version=item["version"])

    renamed = await client.api(
        f"{path}/edit",
        code="A1",
        title="Train all officers",
        kind="kind:training",
        lead_agency_id=str(world.police.id),
        version=1,
    )

    assert renamed.status_code == 200
    assert (await client.api_get(f"/cost-items/{item['id']}")).json()["title"] == expected
