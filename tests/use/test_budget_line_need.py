"""What an activity needs as its budget lines change, and the ceiling of what may be secured."""

import asyncio
from decimal import Decimal
from typing import Any

from taskforce.models import FundingSource
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


async def test_the_need_follows_the_lines_until_somebody_types_another(world: World, visit) -> None:
    """Without a typed need the activity needs what its lines ask for, also after edits; a typed one stays."""
    other = await world.add(FundingSource(code="GOV", title="Vote 54", source_class="government"))
    client = await visit(world.secretariat)
    path = f"/activities/{world.activity.id}/budget-lines/add"
    key = ("cost_type:training", 2026)

    first = (await client.api(path, **money(world, secured_amount="60"))).json()
    second = (await client.api(path, **money(world, source_id=str(other.id), secured_amount="35"))).json()
    both = (await needs(client, first))[key]
    await client.api(f"/budget-lines/{first['id']}/edit", **money(world, secured_amount="70", version=1))
    more = (await needs(client, first))[key]
    await client.api(
        f"/budget-lines/{first['id']}/edit",
        **money(world, secured_amount="70", required_amount="500", version=2),
    )
    await client.api(
        f"/budget-lines/{second['id']}/edit",
        **money(world, source_id=str(other.id), secured_amount="40", version=1),
    )
    typed = (await needs(client, first))[key]

    assert (both, more, typed) == ("95.00", "105.00", "500.00")


async def test_a_shared_line_counts_by_its_weight(world: World, visit) -> None:
    """Half of a shared line is half in the need and in the totals."""
    client = await visit(world.secretariat)
    line = (
        await client.api(
            f"/activities/{world.activity.id}/budget-lines/add", **money(world, secured_amount="100", weight="0.5")
        )
    ).json()

    view = (await client.api_get(f"/mechanisms/{world.mechanism.code}/money")).json()

    assert await needs(client, line) == {("cost_type:training", 2026): "50.00"}
    assert (view["focus"]["secured_amount"], view["focus"]["unfunded_amount"]) == ("50.00", "0.00")


async def test_a_currency_without_minor_units_takes_no_decimals(world: World, visit) -> None:
    """Ugandan shillings have no cents: the refusal says so and what to write."""
    client = await visit(world.secretariat)

    answer = await client.api(
        f"/activities/{world.activity.id}/budget-lines/add",
        **money(world, currency="UGX", secured_amount="100.50", required_amount="9"),
    )

    assert answer.status_code == 409
    assert "UGX takes no decimals" in answer.json()["detail"]


async def test_a_line_in_another_currency_needs_a_typed_need(world: World, visit) -> None:
    """What is required is in the mechanism's currency; nobody guesses a rate."""
    client = await visit(world.secretariat)
    path = f"/activities/{world.activity.id}/budget-lines/add"

    refused = await client.api(path, **money(world, currency="USD"))
    stored = await client.api(path, **money(world, currency="USD", required_amount="250000"))

    assert (refused.status_code, stored.status_code) == (409, 201)
    assert "Write what is required in TZS too" in refused.json()["detail"]
    assert await needs(client, stored.json()) == {("cost_type:training", 2026): "250000.00"}


async def test_moving_a_line_moves_its_need(world: World, visit) -> None:
    """When a line gets another cost type nothing is left needed of the old one."""
    client = await visit(world.police_focal)
    line = (await client.api(f"/activities/{world.activity.id}/budget-lines/add", **money(world))).json()

    await client.api(f"/budget-lines/{line['id']}/edit", **money(world, cost_type_id="cost_type:venue", version=1))

    assert await needs(client, line) == {("cost_type:venue", 2026): "100.00"}


async def test_deleting_the_last_line_takes_the_cost_item_along(world: World, visit) -> None:
    """An activity without lines has no cost of its own; the page asks before."""
    client = await visit(world.police_focal)
    line = (await client.api(f"/activities/{world.activity.id}/budget-lines/add", **money(world))).json()
    page = await client.get(f"/budget-lines/{line['id']}/delete")

    answer = await client.submit(page)

    assert "TZS\u00a0100 secured no longer count" in page.html
    assert answer.headers["location"] == f"/activities/{world.activity.id}"
    assert (await client.api_get(f"/budget-lines/{line['id']}")).status_code == 404
    assert (await client.api_get(f"/cost-items/{line['cost_item_id']}")).status_code == 404


async def test_many_at_once_under_a_ceiling_secure_exactly_the_need(world: World, visit) -> None:
    """Twelve sources want to pay 20 each of the 100 that are needed: five get in, whatever the race."""
    client = await visit(world.secretariat)
    item = (
        await client.api(
            f"/mechanisms/{world.mechanism.code}/cost-items/add",
            code="C1",
            title="Helpline staff",
            cost_type_id="cost_type:staff",
            first_year=2026,
            required_amount="100",
        )
    ).json()
    sources = [
        await world.add(FundingSource(code=f"S{number}", title=f"Source {number}", source_class="government"))
        for number in range(12)
    ]

    answers = await asyncio.gather(
        *(
            client.api(
                f"/cost-items/{item['id']}/budget-lines/add",
                **money(world, source_id=str(source.id), cost_type_id="cost_type:staff", secured_amount="20"),
            )
            for source in sources
        )
    )

    view = (await client.api_get(f"/cost-items/{item['id']}")).json()
    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [409] * 7
    assert sum(Decimal(line["secured_amount"]) for line in view["lines"]) == 100


async def test_two_first_lines_at_once_make_one_cost_item(world: World, visit) -> None:
    """Two agencies' clicks at the same moment do not make two costs of one activity."""
    client = await visit(world.secretariat)
    path = f"/activities/{world.activity.id}/budget-lines/add"

    answers = await asyncio.gather(
        *(client.api(path, **money(world, cost_type_id=f"cost_type:{kind}")) for kind in ("staff", "venue", "travel"))
    )

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.json()["cost_item_id"] for answer in answers}) == 1
