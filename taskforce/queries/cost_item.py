"""Questions about cost items: what each needs, and what its lines ask for and secured."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.errors import NotFound
from taskforce.models import Activity, BudgetLine, CostItem, CostRequirement, Provenance, VocabularyTerm
from taskforce.queries.budget_line import counted, wanted
from taskforce.queries.visible import visible


@dataclass(frozen=True, slots=True)
class RequirementRow:
    """What a cost item needs of one cost type in one year, and what of that is secured, in the mechanism's currency."""

    cost_type_id: str
    cost_type: str
    fiscal_year: int
    required_amount: Decimal


@dataclass(frozen=True, slots=True)
class KeySums:
    """The lines of one cost item, cost type and year in one currency, × weight, not rounded."""

    wanted: Decimal
    secured: Decimal
    line_count: int


async def one(session: Session, actor: Actor, cost_item_id: UUID) -> CostItem:
    """A cost item that counts for the actor: of the mechanism, or of an activity that the actor may know of.

    Raises:
        NotFound: there is none, or it is not the actor's to see.
    """
    item = await session.scalar(
        select(CostItem).where(visible(actor, CostItem.mechanism_id), CostItem.id == cost_item_id)
    )
    if item is not None:
        item = await session.scalar(
            select(CostItem).where(CostItem.id == cost_item_id, counted(actor, item.mechanism_id, CostItem.activity_id))
        )
    if item is None:
        raise NotFound("cost item")
    return item


async def own_item(session: Session, activity: Activity) -> CostItem | None:
    """The first cost item of an activity, locked until the transaction ends: whoever else writes its lines waits."""
    return await session.scalar(
        select(CostItem)
        .where(CostItem.mechanism_id == activity.mechanism_id, CostItem.activity_id == activity.id)
        .order_by(CostItem.position, CostItem.code)
        .limit(1)
        .with_for_update()
    )


async def requirements(session: Session, item: CostItem) -> list[RequirementRow]:
    """What a cost item needs, by year and cost type."""
    found = await session.execute(
        select(
            CostRequirement.cost_type_id,
            VocabularyTerm.label,
            CostRequirement.fiscal_year,
            CostRequirement.required_amount,
        )
        .join(VocabularyTerm, VocabularyTerm.id == CostRequirement.cost_type_id)
        .where(CostRequirement.mechanism_id == item.mechanism_id, CostRequirement.cost_item_id == item.id)
        .order_by(CostRequirement.fiscal_year, VocabularyTerm.position)
    )
    return [RequirementRow(*row) for row in found]


async def requirement(session: Session, item: CostItem, cost_type_id: str, year: int) -> CostRequirement | None:
    """What a cost item needs of a cost type in a year, if somebody recorded it."""
    return await session.scalar(
        select(CostRequirement).where(
            CostRequirement.mechanism_id == item.mechanism_id,
            CostRequirement.cost_item_id == item.id,
            CostRequirement.cost_type_id == cost_type_id,
            CostRequirement.fiscal_year == year,
        )
    )


async def key_sums(session: Session, item: CostItem, cost_type_id: str, year: int, currency: str) -> KeySums:
    """The lines of a cost item for a cost type and a year: sums of those in the currency, and how many there are."""
    is_own = BudgetLine.currency == currency
    row = (
        await session.execute(
            select(
                func.coalesce(func.sum(wanted() * BudgetLine.weight).filter(is_own), 0),
                func.coalesce(func.sum(BudgetLine.secured_amount * BudgetLine.weight).filter(is_own), 0),
                func.count(),
            ).where(
                BudgetLine.mechanism_id == item.mechanism_id,
                BudgetLine.cost_item_id == item.id,
                BudgetLine.cost_type_id == cost_type_id,
                BudgetLine.fiscal_year == year,
            )
        )
    ).one()
    return KeySums(*row)


async def line_count(session: Session, item: CostItem) -> int:
    """How many lines a cost item has."""
    return (
        await session.scalar(
            select(func.count()).where(BudgetLine.mechanism_id == item.mechanism_id, BudgetLine.cost_item_id == item.id)
        )
        or 0
    )


async def same_line(session: Session, line: BudgetLine) -> bool:
    """Whether another line has the same cost item, activity, source, cost type and year, in cash or in kind alike."""
    found = await session.scalar(
        select(BudgetLine.id).where(
            BudgetLine.mechanism_id == line.mechanism_id,
            BudgetLine.cost_item_id == line.cost_item_id,
            BudgetLine.activity_id.is_not_distinct_from(line.activity_id),
            BudgetLine.source_id == line.source_id,
            BudgetLine.cost_type_id == line.cost_type_id,
            BudgetLine.fiscal_year == line.fiscal_year,
            BudgetLine.is_in_kind == line.is_in_kind,
            BudgetLine.id.is_distinct_from(line.id),
        )
    )
    return found is not None


async def source_of_fact(session: Session, item: CostItem) -> str | None:
    """The published source from which an imported cost item comes."""
    if item.fact_id is None:
        return None
    return await session.scalar(
        select(Provenance.reference).where(Provenance.mechanism_id == item.mechanism_id, Provenance.id == item.fact_id)
    )
