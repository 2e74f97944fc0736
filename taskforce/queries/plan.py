"""Questions about plans: which there are, and what their trees hold beside activities."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, and_, any_, bindparam, func, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.errors import NotFound
from taskforce.models import Indicator, Mechanism, Objective, Output, Plan, Provenance, Target
from taskforce.queries.visible import Reader, reader, scope, visible
from taskforce.rules.periods import fiscal_year


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan. `start_month` is the month, 1 to 12, in which the mechanism's fiscal year starts."""

    id: UUID
    mechanism_id: UUID
    code: str
    title: str
    starts_on: dt.date
    ends_on: dt.date
    status: str
    currency: str
    start_month: int
    follows_id: UUID | None
    is_illustrative: bool | None
    fact: str | None
    status_reason: str | None

    @property
    def fiscal_year(self) -> int:
        """The fiscal year of the plan, named by the year in which it starts."""
        return fiscal_year(self.starts_on, self.start_month)


@dataclass(frozen=True, slots=True)
class Branch:
    """An output with its objective; an objective without outputs stands once, with none."""

    objective_id: UUID
    objective_code: str
    objective_title: str
    output_id: UUID | None
    output_code: str | None
    output_title: str | None


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """An indicator of an output, with its target of one fiscal year."""

    id: UUID
    output_id: UUID
    code: str
    title: str
    unit: str
    baseline: Decimal | None
    baseline_year: int | None
    target: Decimal | None
    is_illustrative: bool
    fact: str | None
    version: int


Question = Select[*tuple[Any, ...]]


def scope_of(actor: Actor, plan: PlanRow) -> dict[str, object]:
    """What a statement about a plan that is built for a `Reader` is executed with."""
    of_plan = {"mechanism_id": plan.mechanism_id, "plan_id": plan.id, "fiscal_year": plan.fiscal_year}
    return scope(actor) | of_plan


async def of_mechanism(session: Session, actor: Actor, mechanism_id: UUID) -> list[PlanRow]:
    """The plans of a mechanism, the earliest first."""
    found = await session.execute(_of_mechanism(reader(actor)), scope(actor) | {"mechanism_id": mechanism_id})
    return [PlanRow(*row) for row in found]


async def siblings(session: Session, actor: Actor, plan_id: UUID) -> tuple[list[PlanRow], PlanRow]:
    """The plans of a plan's mechanism, the earliest first, and the plan itself.

    Raises:
        NotFound: there is none, or it is not the actor's to see.
    """
    found = await session.execute(_siblings(reader(actor)), scope(actor) | {"plan_id": plan_id})
    plans = [PlanRow(*row) for row in found]
    plan = next((each for each in plans if each.id == plan_id), None)
    if plan is None:
        raise NotFound("plan")
    return plans, plan


@cache
def _of_mechanism(reader: Reader) -> Question:
    return _plans(reader, Plan.mechanism_id == bindparam("mechanism_id"))


@cache
def _siblings(reader: Reader) -> Question:
    named = select(Plan.mechanism_id).where(visible(reader, Plan.mechanism_id), Plan.id == bindparam("plan_id"))
    return _plans(reader, Plan.mechanism_id == named.correlate(None).scalar_subquery())


def _plans(reader: Reader, which: ColumnElement[bool]) -> Question:
    return (
        select(
            Plan.id,
            Plan.mechanism_id,
            Plan.code,
            Plan.title,
            Plan.starts_on,
            Plan.ends_on,
            Plan.status,
            Plan.currency,
            Mechanism.fiscal_year_start_month,
            Plan.follows_id,
            Plan.is_illustrative,
            Provenance.reference,
            Plan.status_reason,
        )
        .join(Mechanism, Mechanism.id == Plan.mechanism_id)
        .outerjoin(Provenance, and_(Provenance.mechanism_id == Plan.mechanism_id, Provenance.id == Plan.fact_id))
        .where(visible(reader, Plan.mechanism_id), which)
        .order_by(Plan.starts_on, Plan.code)
    )


async def branches(session: Session, actor: Actor, plan: PlanRow) -> list[Branch]:
    """The objectives of a plan with their outputs, in the plan's order."""
    return [Branch(*row) for row in await session.execute(_branches(reader(actor)), scope_of(actor, plan))]


@cache
def _branches(reader: Reader) -> Question:
    return (
        select(Objective.id, Objective.code, Objective.title, Output.id, Output.code, Output.title)
        .outerjoin(Output, and_(Output.mechanism_id == Objective.mechanism_id, Output.objective_id == Objective.id))
        .where(
            visible(reader, Objective.mechanism_id),
            Objective.mechanism_id == bindparam("mechanism_id"),
            Objective.plan_id == bindparam("plan_id"),
        )
        .order_by(Objective.position, Objective.code, Output.position, Output.code)
    )


async def indicators(session: Session, actor: Actor, plan: PlanRow, outputs: list[UUID]) -> list[IndicatorRow]:
    """The indicators of these outputs in their order, each with its target of the plan's year."""
    found = await session.execute(_indicators(reader(actor)), scope_of(actor, plan) | {"outputs": outputs})
    return [IndicatorRow(*row) for row in found]


@cache
def _indicators(reader: Reader) -> Question:
    return (
        select(
            Indicator.id,
            Indicator.output_id,
            Indicator.code,
            Indicator.title,
            Indicator.unit,
            Indicator.baseline,
            Indicator.baseline_year,
            Target.value,
            func.coalesce(Indicator.is_illustrative, False),
            Provenance.reference,
            Indicator.version,
        )
        .outerjoin(
            Target,
            and_(
                Target.mechanism_id == Indicator.mechanism_id,
                Target.indicator_id == Indicator.id,
                Target.fiscal_year == bindparam("fiscal_year"),
            ),
        )
        .outerjoin(
            Provenance,
            and_(
                Provenance.mechanism_id == Indicator.mechanism_id,
                Provenance.id == func.coalesce(Indicator.target_fact_id, Indicator.fact_id),
            ),
        )
        .where(
            visible(reader, Indicator.mechanism_id),
            Indicator.mechanism_id == bindparam("mechanism_id"),
            Indicator.output_id == any_(bindparam("outputs", type_=ARRAY(Uuid))),
        )
        .order_by(Indicator.position, Indicator.code)
    )
