"""Questions about baselines: what a plan holds now, record by record, and what it held when one was frozen."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import (
    Account,
    Activity,
    ActivityCapability,
    ActivityPlace,
    ActivityResponsibility,
    ActivitySupport,
    ActivityTargetGroup,
    Agency,
    Baseline,
    BaselineRecord,
    BudgetLine,
    CostItem,
    CostRequirement,
    FundingSource,
    Indicator,
    Objective,
    ObjectiveCapability,
    Output,
    Place,
    Plan,
    Responsibility,
    Target,
)
from taskforce.queries.budget_line import readable
from taskforce.queries.visible import visible, visible_activities
from taskforce.rules.baseline import Kind, Record
from taskforce.rules.periods import fiscal_year

Asked = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class OwnedRecord:
    """A record with whose it is: by this its readers are told once it is frozen."""

    record: Record
    activity_id: UUID | None
    lead_agency_id: UUID | None
    source_agency_id: UUID | None
    is_confidential: bool


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """A baseline of a plan. `made_by` is a post."""

    id: UUID
    number: int
    cause: str
    made_at: dt.datetime
    made_by: str | None
    digest: str
    record_count: int


# The links of an activity that stand still with it, each with the column by which a comparison calls them. Shared
# messages and joint lines belong to the running year; besides, a joint line may be hidden from who reads this one.
_LINKS: Final[tuple[tuple[str, Any, Any, Any], ...]] = (
    ("supporting_id", ActivitySupport, ActivitySupport.agency_id, Agency),
    ("place_id", ActivityPlace, ActivityPlace.place_id, Place),
    ("target_group_id", ActivityTargetGroup, ActivityTargetGroup.target_group_id, None),
    ("capability_id", ActivityCapability, ActivityCapability.capability_id, None),
    ("responsibility_id", ActivityResponsibility, ActivityResponsibility.responsibility_id, Responsibility),
)
Lists = Mapping[UUID, list[str]]


def _here(model: Any, plan: Plan, actor: Actor) -> ColumnElement[bool]:
    found: ColumnElement[bool] = and_(
        visible(actor, model.mechanism_id), model.mechanism_id == plan.mechanism_id, model.plan_id == plan.id
    )
    return found


def _same(row: Any, column: InstrumentedAttribute[Any], model: Any) -> ColumnElement[bool]:
    """The condition that joins a row to what it names."""
    key = model.id == column
    return key if model is Agency else and_(model.mechanism_id == row.mechanism_id, key)


async def _lists(session: Session, statement: Asked) -> Lists:
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    for parent, value in await session.execute(statement):
        found[parent].append(value)
    return {parent: sorted(values) for parent, values in found.items()}


async def _links(session: Session, actor: Actor, plan: Plan) -> dict[str, Lists]:
    """The links of the lines that the actor sees, by column and line."""
    found: dict[str, Lists] = {}
    lines = (visible_activities(actor), Activity.mechanism_id == plan.mechanism_id, Activity.plan_id == plan.id)
    for name, link, column, model in _LINKS:
        statement = select(link.activity_id, column if model is None else model.code).join(
            Activity, and_(Activity.mechanism_id == link.mechanism_id, Activity.id == link.activity_id)
        )
        if model is not None:
            statement = statement.join(model, _same(link, column, model))
        found[name] = await _lists(session, statement.where(*lines))
    return found


def _value(value: object) -> object:
    """As a baseline keeps it: true, false, text, a list of texts, or nothing."""
    return value if value is None or isinstance(value, bool | list) else str(value)


def _owned(kind: Kind, row: Mapping[Any, Any], more: dict[str, object]) -> OwnedRecord:
    """A record of what was selected: whose it is stands in `of_` columns, all others are its content."""
    content = {name: _value(row[name]) for name in row if name not in ("id", "code", "title") and name[:3] != "of_"}
    return OwnedRecord(
        Record(kind, row["id"], row["code"], row["title"], content | more),
        activity_id=row.get("of_activity"),
        lead_agency_id=row.get("of_lead"),
        source_agency_id=row.get("of_source"),
        is_confidential=bool(row.get("of_confidential")),
    )


async def _owned_rows(
    session: Session, kind: Kind, statement: Asked, lists: Mapping[str, Lists] | None = None
) -> list[OwnedRecord]:
    return [
        _owned(kind, row, {name: values.get(row["id"], []) for name, values in (lists or {}).items()})
        for row in (await session.execute(statement)).mappings()
    ]


async def of_plan(session: Session, actor: Actor, plan: Plan, start_month: int) -> list[OwnedRecord]:
    """What a plan holds now, as far as the actor reads it: what is agreed, and not how it goes.

    Of costs that no activity has, those of the plan's fiscal year; `start_month`: in which such years begin.
    """
    capabilities = await _lists(
        session,
        select(ObjectiveCapability.objective_id, ObjectiveCapability.capability_id)
        .join(Objective, _same(ObjectiveCapability, ObjectiveCapability.objective_id, Objective))
        .where(_here(Objective, plan, actor)),
    )
    objectives = select(Objective.id, Objective.code, Objective.title).where(_here(Objective, plan, actor))
    found = await _owned_rows(session, "objective", objectives, {"capability_id": capabilities})
    found += await _owned_rows(
        session,
        "output",
        select(Output.id, Output.code, Output.title, Objective.code.label("objective_id"))
        .join(Objective, _same(Output, Output.objective_id, Objective))
        .where(_here(Output, plan, actor)),
    )
    found += await _owned_rows(session, "indicator", _indicators(actor, plan))
    found += await _owned_rows(
        session,
        "target",
        select(Target.id, Indicator.code, Indicator.title, Target.fiscal_year, Target.value)
        .join(Indicator, _same(Target, Target.indicator_id, Indicator))
        .where(_here(Indicator, plan, actor)),
    )
    found += await _owned_rows(session, "activity", _activities(actor, plan), await _links(session, actor, plan))
    year = fiscal_year(plan.starts_on, start_month)
    found += await _owned_rows(session, "cost_requirement", _requirements(actor, plan, year))
    found += await _owned_rows(session, "budget_line", _budget_lines(actor, plan, year))
    return found


def _indicators(actor: Actor, plan: Plan) -> Asked:
    return (
        select(
            Indicator.id,
            Indicator.code,
            Indicator.title,
            Output.code.label("output_id"),
            Indicator.unit,
            Indicator.baseline,
            Indicator.baseline_year,
            Indicator.disaggregation,
            Indicator.roll_up_periods,
            Indicator.roll_up_places,
        )
        .join(Output, _same(Indicator, Indicator.output_id, Output))
        .where(_here(Indicator, plan, actor))
    )


def _activities(actor: Actor, plan: Plan) -> Asked:
    return (
        select(
            Activity.id,
            Activity.code,
            Activity.title,
            Output.code.label("output_id"),
            Activity.description,
            Activity.kind_id,
            Agency.code.label("lead_agency_id"),
            Activity.starts_on,
            Activity.ends_on,
            Activity.is_national,
            Activity.is_confidential,
            Activity.own_plan,
            Activity.own_plan_reference,
            Activity.id.label("of_activity"),
            Activity.lead_agency_id.label("of_lead"),
            Activity.is_confidential.label("of_confidential"),
        )
        .join(Output, _same(Activity, Activity.output_id, Output))
        .outerjoin(Agency, Agency.id == Activity.lead_agency_id)
        .where(visible_activities(actor), _here(Activity, plan, actor), Activity.status != "cancelled")
    )


def _of_the_plan(plan: Plan, year: int, activity_id: Any, row_year: Any) -> ColumnElement[bool]:
    """The costs of lines that go on and that the actor sees, and of the plan's year those that no line has."""
    of_line = and_(Activity.plan_id == plan.id, Activity.status != "cancelled")
    return or_(of_line, and_(activity_id.is_(None), row_year == year))


def _requirements(actor: Actor, plan: Plan, year: int) -> Asked:
    row, item = CostRequirement, CostItem
    return (
        select(
            row.id,
            func.coalesce(Activity.code, item.code).label("code"),
            func.coalesce(Activity.title, item.title).label("title"),
            row.cost_type_id,
            row.fiscal_year,
            row.required_amount,
            item.activity_id.label("of_activity"),
            Activity.lead_agency_id.label("of_lead"),
            Activity.is_confidential.label("of_confidential"),
        )
        .join(item, _same(row, row.cost_item_id, item))
        .outerjoin(Activity, and_(_same(item, item.activity_id, Activity), visible_activities(actor)))
        .where(
            visible(actor, row.mechanism_id),
            row.mechanism_id == plan.mechanism_id,
            _of_the_plan(plan, year, item.activity_id, row.fiscal_year),
        )
    )


def _budget_lines(actor: Actor, plan: Plan, year: int) -> Asked:
    row = BudgetLine
    return (
        select(
            row.id,
            func.coalesce(Activity.code, CostItem.code).label("code"),
            func.coalesce(Activity.title, CostItem.title).label("title"),
            FundingSource.code.label("source_id"),
            row.cost_type_id,
            row.fiscal_year,
            row.currency,
            row.asked_amount,
            row.refused_amount,
            row.secured_amount,
            row.is_in_kind,
            row.vote_code,
            row.weight,
            row.activity_id.label("of_activity"),
            Activity.lead_agency_id.label("of_lead"),
            FundingSource.provider_agency_id.label("of_source"),
            Activity.is_confidential.label("of_confidential"),
        )
        .join(CostItem, _same(row, row.cost_item_id, CostItem))
        .join(FundingSource, _same(row, row.source_id, FundingSource))
        .outerjoin(Activity, and_(_same(row, row.activity_id, Activity), visible_activities(actor)))
        .where(
            visible(actor, row.mechanism_id),
            row.mechanism_id == plan.mechanism_id,
            readable(actor, plan.mechanism_id),
            _of_the_plan(plan, year, row.activity_id, row.fiscal_year),
        )
    )


async def all_of(session: Session, actor: Actor, plan: Plan) -> list[BaselineRow]:
    """The baselines of a plan, the first first."""
    found = await session.execute(
        select(
            Baseline.id,
            Baseline.number,
            Baseline.cause,
            Baseline.made_at,
            Account.title.label("made_by"),
            Baseline.digest,
            Baseline.record_count,
        )
        .outerjoin(Account, Account.id == Baseline.made_by_id)
        .where(_here(Baseline, plan, actor))
        .order_by(Baseline.number)
    )
    return [BaselineRow(**row) for row in found.mappings()]


async def frozen(session: Session, actor: Actor, plan: Plan, number: int) -> list[Record]:
    """The records of a baseline that the actor could read at the time; row-level security says which."""
    row = BaselineRecord
    found = await session.execute(
        select(row.kind, row.record_id, row.code, row.title, row.content)
        .join(Baseline, and_(Baseline.mechanism_id == row.mechanism_id, Baseline.id == row.baseline_id))
        .where(_here(Baseline, plan, actor), Baseline.number == number)
    )
    return [Record(*each) for each in found]
