"""Money to read about: sources, costs, lines and needs of a test's mechanism."""

from decimal import Decimal
from typing import Any

from taskforce.models import BudgetLine, CostItem, CostRequirement, FundingSource
from tests.world import World


async def source(world: World, code: str, source_class: str, **values: Any) -> FundingSource:
    """A source of money."""
    found: FundingSource = await world.add(
        FundingSource(code=code, title=f"Source {code}", source_class=source_class, **values)
    )
    return found


async def cost(world: World, code: str = "C1", **values: Any) -> CostItem:
    """A cost item of the mechanism."""
    found: CostItem = await world.add(CostItem(code=code, title=f"Cost {code}", **values))
    return found


async def line(world: World, item: CostItem, payer: FundingSource, secured: int, **values: Any) -> BudgetLine:
    """A budget line of 2026 in the mechanism's currency."""
    defaults = {"cost_type_id": "cost_type:staff", "fiscal_year": 2026, "currency": "TZS"}
    found: BudgetLine = await world.add(
        BudgetLine(
            cost_item_id=item.id,
            activity_id=item.activity_id,
            source_id=payer.id,
            secured_amount=Decimal(secured),
            **{**defaults, **values},
        )
    )
    return found


async def need(world: World, item: CostItem, amount: int, year: int = 2026, kind: str = "staff") -> None:
    """What a cost item needs in a year."""
    await world.add(
        CostRequirement(
            cost_item_id=item.id,
            cost_type_id=f"cost_type:{kind}",
            fiscal_year=year,
            required_amount=Decimal(amount),
        )
    )


async def read(world: World, client: Any, query: str = "") -> dict[str, Any]:
    """The money of the mechanism as the API gives it."""
    answer = await client.api_get(f"/mechanisms/{world.mechanism.code}/money{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
