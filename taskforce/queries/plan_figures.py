"""What the lines of a plan add up to: counts, money, alerts."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import and_, func, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import Activity, BudgetLine, CostItem, CostRequirement, DuplicationAlert
from taskforce.queries.duplication_alert import visible_alerts
from taskforce.queries.plan import PlanRow
from taskforce.queries.plan_filter import OPEN_ALERTS, ActivityFilter, matching, of_plan
from taskforce.queries.visible import visible


@dataclass(frozen=True, slots=True)
class Tally:
    """How many lines of an output stand how, and what they answer about their agencies' own plans."""

    output_id: UUID
    status: str
    count: int
    own_plan_count: int
    answered_count: int


@dataclass(frozen=True, slots=True)
class YearMoney:
    """Money of a fiscal year in one currency; `has_other_currency`: there is more that this sum leaves out."""

    required_amount: Decimal
    secured_amount: Decimal
    has_other_currency: bool


async def tallies(session: Session, actor: Actor, plan: PlanRow) -> list[Tally]:
    """All lines of a plan that the actor sees, counted by output and status."""
    statement = (
        select(
            Activity.output_id,
            Activity.status,
            func.count(),
            func.count().filter(Activity.own_plan == "yes"),
            func.count().filter(Activity.own_plan.is_not(None)),
        )
        .where(of_plan(actor, plan))
        .group_by(Activity.output_id, Activity.status)
    )
    return [Tally(*row) for row in await session.execute(statement)]


async def match_counts(session: Session, actor: Actor, plan: PlanRow, chosen: ActivityFilter) -> Mapping[UUID, int]:
    """How many lines match a filter, by output."""
    statement = (
        select(Activity.output_id, func.count())
        .where(of_plan(actor, plan), matching(actor, chosen))
        .group_by(Activity.output_id)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def secured_amounts(session: Session, actor: Actor, plan: PlanRow) -> Mapping[UUID, Decimal]:
    """What is secured in the plan's year and currency for the lines of each output, weighted."""
    statement = (
        select(Activity.output_id, func.sum(BudgetLine.secured_amount * BudgetLine.weight))
        .join(
            BudgetLine,
            and_(BudgetLine.mechanism_id == Activity.mechanism_id, BudgetLine.activity_id == Activity.id),
        )
        .where(
            of_plan(actor, plan),
            BudgetLine.fiscal_year == plan.fiscal_year,
            BudgetLine.currency == plan.currency,
        )
        .group_by(Activity.output_id)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def year_money(session: Session, actor: Actor, plan: PlanRow) -> YearMoney:
    """Required and secured money of the plan's year over all cost items of the mechanism.

    A cost item whose need nobody recorded needs what its lines ask for.
    """
    required = (
        select(CostRequirement.cost_item_id, func.sum(CostRequirement.required_amount).label("amount"))
        .where(
            visible(actor, CostRequirement.mechanism_id),
            CostRequirement.mechanism_id == plan.mechanism_id,
            CostRequirement.fiscal_year == plan.fiscal_year,
        )
        .group_by(CostRequirement.cost_item_id)
        .subquery()
    )
    is_own_currency = BudgetLine.currency == plan.currency
    lines = (
        select(
            BudgetLine.cost_item_id,
            func.sum(BudgetLine.asked_amount * BudgetLine.weight).filter(is_own_currency).label("asked"),
            func.sum(BudgetLine.secured_amount * BudgetLine.weight).filter(is_own_currency).label("secured"),
            func.bool_or(~is_own_currency).label("has_other"),
        )
        .where(
            visible(actor, BudgetLine.mechanism_id),
            BudgetLine.mechanism_id == plan.mechanism_id,
            BudgetLine.fiscal_year == plan.fiscal_year,
        )
        .group_by(BudgetLine.cost_item_id)
        .subquery()
    )
    statement = (
        select(
            func.coalesce(func.sum(func.coalesce(required.c.amount, lines.c.asked, 0)), 0),
            func.coalesce(func.sum(lines.c.secured), 0),
            func.coalesce(func.bool_or(lines.c.has_other), False),
        )
        .select_from(CostItem)
        .outerjoin(required, required.c.cost_item_id == CostItem.id)
        .outerjoin(lines, lines.c.cost_item_id == CostItem.id)
        .where(visible(actor, CostItem.mechanism_id), CostItem.mechanism_id == plan.mechanism_id)
    )
    return YearMoney(*(await session.execute(statement)).one())


async def open_alert_count(session: Session, actor: Actor, plan: PlanRow) -> int:
    """Open alerts between lines of the plan that the actor may read."""
    statement = (
        select(func.count())
        .select_from(DuplicationAlert)
        .where(
            visible_alerts(actor),
            DuplicationAlert.mechanism_id == plan.mechanism_id,
            DuplicationAlert.plan_id == plan.id,
            DuplicationAlert.state.in_(OPEN_ALERTS),
            DuplicationAlert.kind != "complement",
        )
    )
    return await session.scalar(statement) or 0
