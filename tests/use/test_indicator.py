"""Indicators of an output with their targets, on pages and by the API."""

import pytest
from sqlalchemy import text

from taskforce.access import OPERATOR
from taskforce.db import transaction
from tests.use.questions import set_status
from tests.world import World

GOOD = {"code": "I9", "title": "Officers trained", "unit": "people"}


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
async def test_who_may_read_add_edit_and_delete(world: World, visit, who: str, reads: int, changes: int) -> None:
    """A stranger is told nothing, a reader is told no, the secretariat keeps the indicators."""
    client = await visit(world.people[who])
    indicator = await world.indicator()

    answers = [
        await client.api_get(f"/indicators/{indicator.id}"),
        await client.api(f"/outputs/{world.output.id}/indicators/add", **GOOD),
        await client.api(f"/indicators/{indicator.id}/edit", **GOOD | {"code": "I1", "version": 1}),
        await client.api(f"/indicators/{indicator.id}/delete", version=2),
    ]

    added = 201 if changes == 200 else changes
    assert [answer.status_code for answer in answers] == [reads, added, changes, changes]


async def test_the_form_writes_targets_by_year(world: World, visit) -> None:
    """Each line of the form is a target of a fiscal year; the form shows them again as it took them."""
    client = await visit(world.secretariat)
    page = await client.get(f"/outputs/{world.output.id}/indicators/add")

    await client.send(
        page,
        GOOD
        | {
            "baseline": "6.5",
            "baseline_year": "2025",
            "targets": "2027: 150\n 2026 = 120.5 \n",
            "disaggregation": "sex, age,, sex",
            "roll_up_periods": "latest",
        },
    )
    view = (await client.api_get(f"/plans/{world.plan.id}")).json()
    line = view["objectives"][0]["outputs"][0]["indicators"][0]
    stored = (await client.api_get(f"/indicators/{line['id']}")).json()
    form = (await client.get(f"/indicators/{line['id']}/edit")).form()

    assert (line["target"], line["baseline"], line["baseline_year"]) == ("120.50", "6.50", 2025)
    assert [(each["fiscal_year"], each["value"]) for each in stored["targets"]] == [(2026, "120.50"), (2027, "150.00")]
    assert stored["disaggregation"] == ["sex", "age"]
    assert (form["targets"].strip(), form["disaggregation"]) == ("2026: 120.5\n2027: 150", "sex, age")
    assert (form["roll_up_periods"], form["baseline"]) == ("latest", "6.5")


async def test_editing_changes_only_the_targets_that_differ(world: World, visit) -> None:
    """A year left out goes, a new one comes, one that stays leaves no trace in the history."""
    client = await visit(world.secretariat)
    path = f"/outputs/{world.output.id}/indicators/add"
    made = await client.api(
        path, **GOOD, targets=[{"fiscal_year": 2026, "value": "1"}, {"fiscal_year": 2027, "value": "2"}]
    )
    indicator_id = made.json()["id"]

    await client.api(f"/indicators/{indicator_id}/edit", **GOOD, targets=["2027: 2", "2028: 3"], version=1)

    stored = (await client.api_get(f"/indicators/{indicator_id}")).json()
    assert [each["fiscal_year"] for each in stored["targets"]] == [2027, 2028]
    async with transaction(world.sessions, OPERATOR) as session:
        events = await session.execute(
            text(
                "select operation, coalesce(after, before) ->> 'fiscal_year' from audit_event"
                " where table_name = 'target' and mechanism_id = :id order by id"
            ),
            {"id": world.mechanism.id},
        )
        seen = sorted((row[0], row[1]) for row in events)
    assert seen == [("delete", "2026"), ("insert", "2026"), ("insert", "2027"), ("insert", "2028")]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"targets": "next year: many"}, "“next year: many” is not a target."),
        ({"targets": "2026: 5\n2026: 6"}, "Targets name 2026 twice."),
        ({"baseline": "six"}, "Value before the plan must be a number in digits"),
        ({"baseline_year": "2025"}, "The year of the baseline needs the baseline itself."),
        ({"unit": ""}, "Fill in: Unit."),
        ({"roll_up_places": "median"}, "How values of several places join must be one of"),
    ],
)
async def test_bad_input_shows_the_form_again(world: World, visit, values: dict[str, object], said: str) -> None:
    """What is wrong is said with what to type, and nothing that was typed is lost."""
    client = await visit(world.secretariat)
    page = await client.get(f"/outputs/{world.output.id}/indicators/add")

    again = await client.send(page, GOOD | values)

    assert again.status == 400
    assert said in again.text
    assert again.form()["title"] == "Officers trained"


async def test_a_stale_version_is_compared(world: World, visit) -> None:
    """Theirs and yours stand side by side, targets included."""
    client = await visit(world.secretariat)
    indicator = await world.indicator()
    page = await client.get(f"/indicators/{indicator.id}/edit")
    await client.api(f"/indicators/{indicator.id}/edit", **GOOD, targets=["2026: 77"], version=1)

    conflict = await client.send(page, {"targets": "2026: 88"})

    assert conflict.status == 409
    assert "2026: 77" in conflict.text
    assert conflict.form()["targets"].strip() == "2026: 88"


async def test_past_consultation_nothing_changes(world: World, visit) -> None:
    """An active plan changes by amendment only."""
    indicator = await world.indicator()
    await set_status(world, "active")
    client = await visit(world.secretariat)

    answers = [
        await client.api(f"/outputs/{world.output.id}/indicators/add", **GOOD),
        await client.api(f"/indicators/{indicator.id}/edit", **GOOD, version=1),
        await client.api(f"/indicators/{indicator.id}/delete", version=1),
    ]

    assert [answer.status_code for answer in answers] == [409, 409, 409]


async def test_deleting_takes_the_targets_along(world: World, visit) -> None:
    """The page says what goes; afterwards there is neither indicator nor target."""
    client = await visit(world.secretariat)
    made = await client.api(f"/outputs/{world.output.id}/indicators/add", **GOOD, targets=["2026: 1"])
    page = await client.get(f"/indicators/{made.json()['id']}/delete")

    await client.send(page)

    assert "Its target goes with it." in page.text
    assert (await client.api_get(f"/indicators/{made.json()['id']}")).status_code == 404
