"""What endorsing freezes, who reads it, that nobody changes it, and what differs since."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from taskforce.access import OPERATOR
from taskforce.db import Sessions, transaction
from taskforce.models import ActivityJoint, CostRequirement, Plan
from taskforce.queries import baseline as questions
from taskforce.queries import node
from taskforce.render.wording import moment
from taskforce.rules.baseline import digest
from tests.conftest import NOW
from tests.page_client import Client
from tests.use.conftest import Statements
from tests.world import World


async def _endorsed(world: World, visit) -> Client:
    """The plan with a line, its place and money, endorsed by the chair."""
    await world.pay(world.activity, "100", source=world.source)
    await world.indicator()
    await world.change(world.plan, status="submitted", submitted_by_id=world.secretariat.id)
    chair: Client = await visit(world.chair)
    answer = await chair.api(f"/plans/{world.plan.id}/endorse", version=1)
    assert answer.status_code == 200, answer.text
    return chair


async def _compared(client: Client, world: World, query: str = "") -> dict[str, Any]:
    answer = await client.api_get(f"/plans/{world.plan.id}/compare{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("path", ["baselines", "compare"])
@pytest.mark.parametrize(
    ("who", "status"),
    [
        (None, 401),
        ("stranger", 404),
        ("administrator", 404),
        ("observer", 200),
        ("donor", 200),
        ("treasury", 200),
        ("education_focal", 200),
        ("police_officer", 200),
        ("chair", 200),
        ("secretariat", 200),
    ],
)
async def test_who_reads_baselines(world: World, visit, who: str | None, status: int, path: str) -> None:
    """Whoever reads the plan."""
    await _endorsed(world, visit)
    client = await visit(world.people[who] if who else None)

    answer = await client.api_get(f"/plans/{world.plan.id}/{path}")

    assert answer.status_code == status, answer.text


async def test_endorsing_freezes_the_plan(world: World, visit, sessions: Sessions) -> None:
    """One baseline with all records, whose digest is that of what is kept."""
    chair = await _endorsed(world, visit)

    found = (await chair.api_get(f"/plans/{world.plan.id}/baselines")).json()["baselines"]
    async with transaction(sessions, await world.actor("chair")) as session:
        actor = await world.actor("chair")
        plan = await node.one(session, actor, Plan, world.plan.id)
        kept = await questions.frozen(session, actor, plan, 1)

    assert [(each["number"], each["cause"]) for each in found] == [(1, "endorsed")]
    assert found[0]["digest"] == digest(kept)
    assert found[0]["record_count"] == len(kept)
    assert {each.kind for each in kept} >= {"objective", "output", "indicator", "activity", "budget_line"}


async def test_nothing_differs_until_something_changes(world: World, visit) -> None:
    """Today is compared with the last baseline; then a line gets another title, and money becomes less."""
    chair = await _endorsed(world, visit)
    before = await _compared(chair, world)
    page = await chair.get(f"/plans/{world.plan.id}/compare")
    await world.change(world.activity, title="Train all officers", is_national=True)
    added = await world.line(code="A2")
    await world.pay(added, "30", source=world.source)

    after = await _compared(chair, world)
    shown = await chair.get(f"/plans/{world.plan.id}/compare")

    assert (before["kinds"], before["before"], before["after"]) == ([], "1", "today")
    assert "Nothing differs" in page.text
    assert {each["kind"]: [one["how"] for one in each["changes"]] for each in after["kinds"]} == {
        "activity": ["changed", "added"],
        "budget_line": ["added"],
    }
    assert after["kinds"][0]["changes"][0]["differences"] == [
        {"column": "title", "before": "Train desk officers", "after": "Train all officers"},
        {"column": "is_national", "before": False, "after": True},
    ]
    assert [(each["code"], Decimal(each["before"]), Decimal(each["after"])) for each in after["moved"]] == [
        ("A2", Decimal(0), Decimal(30))
    ]
    assert "2 added, 0 removed, 1 changed" in shown.text
    assert "Train all officers" in shown.text


@pytest.mark.parametrize("query", ["?before=7", "?after=never", "?before=0"])
async def test_a_baseline_that_is_not_there_is_named(world: World, visit, query: str) -> None:
    """As any other filter that makes no sense."""
    chair = await _endorsed(world, visit)

    answer = await chair.api_get(f"/plans/{world.plan.id}/compare{query}")

    assert answer.status_code == 400
    assert query.partition("=")[2] in answer.text


@pytest.mark.parametrize(
    ("who", "reads_line", "reads_money"),
    [
        ("secretariat", True, True),
        ("chair", True, True),
        ("police_focal", True, True),
        ("treasury", False, False),  # which would read the line's title beside its money
        ("education_focal", False, False),
        ("observer", False, False),
        ("donor", False, False),
    ],
)
async def test_what_was_confidential_stays_with_those_who_could_read_it(
    world: World, visit, sessions: Sessions, who: str, reads_line: bool, reads_money: bool
) -> None:
    """By the line as it was then, in the database, whatever a query forgets; later openness opens no past."""
    await world.change(world.activity, is_confidential=True)
    await _endorsed(world, visit)
    await world.change(world.activity, is_confidential=False)

    async with transaction(sessions, await world.actor(who)) as session:
        kinds = set(await session.scalars(text("select kind from baseline_record")))

    assert ("activity" in kinds, "budget_line" in kinds) == (reads_line, reads_money)
    assert "objective" in kinds


async def test_a_cancelled_line_leaves_with_its_money_and_what_it_needs(world: World, visit) -> None:
    """Nothing of it stays in today's plan; amounts without a currency of their own are in the mechanism's."""
    line = await world.pay(world.activity, "100", source=world.source)
    need = {"cost_type_id": "cost_type:training", "fiscal_year": 2026, "required_amount": 120}
    await world.add(CostRequirement(cost_item_id=line.cost_item_id, **need))
    await world.change(world.plan, status="submitted", submitted_by_id=world.secretariat.id)
    chair: Client = await visit(world.chair)
    await chair.api(f"/plans/{world.plan.id}/endorse", version=1)
    await world.change(world.activity, status="cancelled", status_reason="No money.")

    found = await _compared(chair, world)

    assert {each["kind"]: [one["how"] for one in each["changes"]] for each in found["kinds"]} == {
        "activity": ["removed"],
        "cost_requirement": ["removed"],
        "budget_line": ["removed"],
    }
    needed = found["kinds"][1]["changes"][0]
    assert [each["before"]["currency"] for each in needed["differences"]] == [world.mechanism.currency]
    assert needed["of"] == ["Training", "2026"]


async def test_a_baseline_names_no_line_that_its_reader_may_not_know_of(world: World, visit) -> None:
    """What an open line is joint with belongs to the running year and is not frozen, so no code gives it away."""
    hidden = await world.line(code="SECRET-7", is_confidential=True)
    low, high = sorted((world.activity.id, hidden.id))
    await world.add(ActivityJoint(activity_id=low, other_id=high))
    await _endorsed(world, visit)
    observer = await visit(world.people["observer"])

    answer = await observer.api_get(f"/plans/{world.plan.id}/compare")

    assert answer.json()["kinds"] == []
    assert "SECRET-7" not in answer.text


async def test_comparing_asks_as_often_for_many_lines_as_for_one(world: World, visit, statements: Statements) -> None:
    """The number of statements does not grow with the plan."""
    chair = await _endorsed(world, visit)
    await _compared(chair, world)
    statements.clear()
    await _compared(chair, world)
    for_one = len(statements)
    for number in range(8):
        await world.pay(await world.line(code=f"B{number}"), "10", source=world.source)

    statements.clear()
    found = await _compared(chair, world)

    assert found["counts"] == {"added": 16}
    assert len(statements) == for_one


async def test_the_history_tells_of_a_baseline_in_words(world: World, visit) -> None:
    """Which plan, why it was kept, and the digest."""
    chair = await _endorsed(world, visit)
    digest = (await chair.api_get(f"/plans/{world.plan.id}/baselines")).json()["baselines"][0]["digest"]

    page = await chair.get(f"/mechanisms/{world.mechanism.code}/history?kind=plan")

    assert f"Baseline of the plan added: {world.plan.title}" in page.text
    assert "When the plan was endorsed" in page.text
    assert moment(NOW) in page.text
    assert page.text.count("Plan changed") == 2  # submitted, then endorsed: by whom and to which state in one change
    assert digest in page.text


@pytest.mark.parametrize(
    "statement",
    [
        "update baseline set digest = repeat('0', 64)",
        "delete from baseline",
        "update baseline_record set title = 'Other'",
        "delete from baseline_record",
    ],
)
async def test_nobody_changes_a_baseline(world: World, visit, sessions: Sessions, statement: str) -> None:
    """Neither the chair who made it nor the operator."""
    await _endorsed(world, visit)

    for actor in (await world.actor("chair"), OPERATOR):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with transaction(sessions, actor) as session:
                await session.execute(text(statement))


async def test_without_a_baseline_there_is_nothing_to_compare(world: World, visit) -> None:
    """The pages say when the first is kept."""
    client = await visit(world.secretariat)

    pages = [await client.get(f"/plans/{world.plan.id}/{path}") for path in ("baselines", "compare")]

    assert ["One is kept when the chair endorses the plan here" in page.text for page in pages] == [True, True]
