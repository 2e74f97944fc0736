"""What the lines of a plan add up to: counts, money, alerts."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, tuple_

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import Activity, BudgetLine, CostItem, CostRequirement, DuplicationAlert
from taskforce.queries.budget_line import counted, wanted
from taskforce.queries.duplication_alert import visible_alerts
from taskforce.queries.plan import PlanRow
from taskforce.queries.plan_filter import ActivityFilter, matching, of_plan
from taskforce.queries.visible import visible
from taskforce.rules.states import OPEN_ALERTS


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
    """Money of a plan's year in its currency, weighted; `has_other_currency`: there is more that the sums leave out.

    `secured_by_output` is what of it pays for the lines of the plan that the actor sees.
    """

    required_amount: Decimal
    secured_amount: Decimal
    secured_by_output: Mapping[UUID, Decimal]
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


async def year_money(session: Session, actor: Actor, plan: PlanRow) -> YearMoney:
    """Required and secured money of the plan's year, of what counts for the actor: the same as the money page adds up.

    A cost whose need nobody recorded for a cost type needs what its lines ask for.
    """
    recorded = select(CostRequirement.cost_item_id, CostRequirement.cost_type_id).where(_of_year(actor, plan))
    is_recorded = tuple_(BudgetLine.cost_item_id, BudgetLine.cost_type_id).in_(recorded)
    is_own = BudgetLine.currency == plan.currency
    secured = func.sum(BudgetLine.secured_amount * BudgetLine.weight).filter(is_own)
    asked = func.sum(wanted() * BudgetLine.weight).filter(is_own, ~is_recorded)
    line = and_(
        Activity.mechanism_id == BudgetLine.mechanism_id,
        Activity.id == BudgetLine.activity_id,
        of_plan(actor, plan),
    )
    statement = (
        select(Activity.output_id, func.coalesce(secured, 0), func.coalesce(asked, 0), func.bool_or(~is_own))
        .select_from(BudgetLine)
        .outerjoin(Activity, line)
        .where(
            visible(actor, BudgetLine.mechanism_id),
            BudgetLine.mechanism_id == plan.mechanism_id,
            BudgetLine.fiscal_year == plan.fiscal_year,
            counted(actor, plan.mechanism_id),
        )
        .group_by(Activity.output_id)
    )
    rows = [tuple(row) for row in await session.execute(statement)]
    return YearMoney(
        required_amount=sum((row[2] for row in rows), await _required(session, actor, plan)),
        secured_amount=sum((row[1] for row in rows), Decimal(0)),
        secured_by_output={row[0]: row[1] for row in rows if row[0] is not None},
        has_other_currency=any(row[3] for row in rows),
    )


def _of_year(actor: Actor, plan: PlanRow) -> ColumnElement[bool]:
    return and_(
        visible(actor, CostRequirement.mechanism_id),
        CostRequirement.mechanism_id == plan.mechanism_id,
        CostRequirement.fiscal_year == plan.fiscal_year,
    )


async def _required(session: Session, actor: Actor, plan: PlanRow) -> Decimal:
    """What was recorded as the year's need."""
    item = and_(CostItem.mechanism_id == CostRequirement.mechanism_id, CostItem.id == CostRequirement.cost_item_id)
    statement = (
        select(func.sum(CostRequirement.required_amount))
        .join(CostItem, item)
        .where(_of_year(actor, plan), counted(actor, plan.mechanism_id, CostItem.activity_id))
    )
    return await session.scalar(statement) or Decimal(0)


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
