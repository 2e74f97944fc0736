"""What the lines of a plan add up to: counts, money, alerts."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Integer, Select, and_, bindparam, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from taskforce.access import Actor
from taskforce.db import Session, adds_up
from taskforce.models import Activity, BudgetLine, CostItem, CostRequirement, DuplicationAlert
from taskforce.queries.budget_line import counted_here, reach, wanted
from taskforce.queries.duplication_alert import visible_alerts
from taskforce.queries.plan import PlanRow, scope_of
from taskforce.queries.plan_filter import FILTERS, ActivityFilter, matching, of_plan
from taskforce.queries.visible import MECHANISM, Reader, reader, visible
from taskforce.rules.states import OPEN_ALERTS

Question = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many lines of an output stand how, how many of them match a filter, and what they say of own plans."""

    output_id: UUID
    status: str
    count: int
    matched_count: int
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


@adds_up
async def tallies(session: Session, actor: Actor, plan: PlanRow, chosen: ActivityFilter) -> list[Tally]:
    """All lines of a plan that the actor sees, counted by output and status."""
    return [Tally(*row) for row in await session.execute(_tallies(reader(actor), chosen), scope_of(actor, plan))]


@lru_cache(FILTERS)
def _tallies(reader: Reader, chosen: ActivityFilter) -> Question:
    return (
        select(
            Activity.output_id,
            Activity.status,
            func.count(),
            func.count().filter(matching(reader, chosen)),
            func.count().filter(Activity.own_plan == "yes"),
            func.count().filter(Activity.own_plan.is_not(None)),
        )
        .where(of_plan(reader))
        .group_by(Activity.output_id, Activity.status)
    )


@adds_up
async def year_money(session: Session, actor: Actor, plan: PlanRow) -> YearMoney:
    """Required and secured money of the plan's year, of what counts for the actor: the same as the money page adds up.

    A cost whose need nobody recorded for a cost type needs what its lines ask for.
    """
    asker, reads_all = reader(actor), reach(actor, plan.mechanism_id) == "all"
    asked = scope_of(actor, plan) | {"currency": plan.currency}
    rows = [tuple(row) for row in await session.execute(_secured(asker, reads_all=reads_all), asked)]
    recorded, unrecorded = (await session.execute(_required(asker, reads_all=reads_all), asked)).one()
    return YearMoney(
        required_amount=recorded + unrecorded,
        secured_amount=sum((row[1] for row in rows), Decimal(0)),
        secured_by_output={row[0]: row[1] for row in rows if row[0] is not None},
        has_other_currency=any(row[2] for row in rows),
    )


_YEAR: Final = bindparam("fiscal_year", type_=Integer)
_IS_OWN: Final = BudgetLine.currency == bindparam("currency")


def _of_year(reader: Reader, table: type[BudgetLine | CostRequirement]) -> ColumnElement[bool]:
    return and_(
        visible(reader, MECHANISM),
        table.mechanism_id == MECHANISM,
        table.fiscal_year == _YEAR,
    )


def _counted(
    reader: Reader, activity_id: InstrumentedAttribute[UUID | None], *, reads_all: bool
) -> ColumnElement[bool]:
    return counted_here(reader, Activity.mechanism_id == MECHANISM, activity_id, reads_all=reads_all)


@cache
def _secured(reader: Reader, *, reads_all: bool) -> Question:
    """What is secured for the lines of each output, and whether some of it is in another currency."""
    secured = func.sum(BudgetLine.secured_amount * BudgetLine.weight).filter(_IS_OWN)
    line = and_(
        Activity.mechanism_id == BudgetLine.mechanism_id,
        Activity.id == BudgetLine.activity_id,
        of_plan(reader),
    )
    return (
        select(Activity.output_id, func.coalesce(secured, 0), func.bool_or(~_IS_OWN))
        .select_from(BudgetLine)
        .outerjoin(Activity, line)
        .where(_of_year(reader, BudgetLine), _counted(reader, BudgetLine.activity_id, reads_all=reads_all))
        .group_by(Activity.output_id)
    )


def _once(question: Select[*tuple[Any, ...]], name: str) -> CTE:
    return question.cte(name).prefix_with("materialized", dialect="postgresql")


@cache
def _required(reader: Reader, *, reads_all: bool) -> Question:
    """What was recorded as the year's need, and what is asked for where nobody recorded one."""
    # read once each and joined in memory: else each need would be looked up by itself, thousands of them
    need = _once(
        select(CostRequirement.cost_item_id, CostRequirement.cost_type_id, CostRequirement.required_amount).where(
            _of_year(reader, CostRequirement)
        ),
        "need",
    )
    item = _once(
        select(CostItem.id).where(
            visible(reader, MECHANISM),
            CostItem.mechanism_id == MECHANISM,
            _counted(reader, CostItem.activity_id, reads_all=reads_all),
        ),
        "item",
    )
    recorded = select(func.coalesce(func.sum(need.c.required_amount), 0)).join(item, item.c.id == need.c.cost_item_id)
    needs = select(need.c.cost_item_id, need.c.cost_type_id)
    is_recorded = tuple_(BudgetLine.cost_item_id, BudgetLine.cost_type_id).in_(needs)
    asked = select(func.coalesce(func.sum(wanted() * BudgetLine.weight), 0)).where(
        _of_year(reader, BudgetLine),
        _IS_OWN,
        _counted(reader, BudgetLine.activity_id, reads_all=reads_all),
        ~is_recorded,
    )
    return select(recorded.scalar_subquery(), asked.scalar_subquery())


async def open_alert_count(session: Session, actor: Actor, plan: PlanRow) -> int:
    """Open alerts between lines of the plan that the actor may read."""
    return await session.scalar(_open_alert_count(reader(actor)), scope_of(actor, plan)) or 0


@cache
def _open_alert_count(reader: Reader) -> Select[int]:
    return (
        select(func.count())
        .select_from(DuplicationAlert)
        .where(
            visible_alerts(reader),
            DuplicationAlert.mechanism_id == MECHANISM,
            DuplicationAlert.plan_id == bindparam("plan_id"),
            DuplicationAlert.state.in_(OPEN_ALERTS),
            DuplicationAlert.kind != "complement",
        )
    )
