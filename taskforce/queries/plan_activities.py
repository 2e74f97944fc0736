"""The lines of a plan as its page, its list and its file show them."""

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Subquery,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    func,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from taskforce.access import Actor
from taskforce.db import Session, adding_up, adds_up
from taskforce.models import (
    Activity,
    ActivityPlace,
    ActivitySupport,
    ActivityTargetGroup,
    Agency,
    BudgetLine,
    DuplicationAlert,
    FundingSource,
    Objective,
    Output,
    Place,
    VocabularyTerm,
)
from taskforce.queries.plan import PlanRow, scope_of
from taskforce.queries.plan_filter import FILTERS, ActivityFilter, matching, of_plan, open_alert_of
from taskforce.queries.visible import Reader, reader

PAGE: Final = 50  # lines on a page
LIST: Final = 100  # lines in one answer of the API
BATCH: Final = 500  # lines that a file is read in, so that memory stays flat

Found = Select[*tuple[Any, ...]]

# Where a line stands in a list that goes on: its position in the plan, and its id where positions are equal.
Rank = tuple[int, UUID]


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a plan that a page shows: outputs in their order, and how many lines of the first to leave out."""

    outputs: list[UUID]
    offset: int


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """A line of a plan with all that stands in one row. Three lists go together: money by line, and alerts by alert."""

    id: UUID
    code: str
    title: str
    description: str | None
    lead_agency_id: UUID | None
    starts_on: dt.date | None
    ends_on: dt.date | None
    status: str
    is_national: bool
    own_plan: str | None
    own_plan_reference: str | None
    is_confidential: bool
    is_illustrative: bool | None
    position: int
    output_id: UUID
    output_code: str
    output_title: str
    objective_id: UUID
    objective_code: str
    objective_title: str
    lead_title: str | None
    kind_label: str | None
    supports: list[str]
    places: list[str]
    target_groups: list[str]
    money_classes: list[str] | None
    money_amounts: list[Decimal] | None
    money_currencies: list[str] | None
    alert_ids: list[UUID] | None
    alert_kinds: list[str] | None
    alert_codes: list[str] | None

    def secured_by_class(self, currency: str) -> dict[str, Decimal]:
        """What is secured in one currency, weighted, by class of source."""
        found: dict[str, Decimal] = {}
        lines = zip(self.money_classes or (), self.money_amounts or (), self.money_currencies or (), strict=True)
        for source_class, amount, written in lines:
            if written == currency:
                found[source_class] = found.get(source_class, Decimal(0)) + amount
        return found

    def secured_amount(self, currency: str) -> Decimal:
        """The same in sum."""
        return sum(self.secured_by_class(currency).values(), Decimal(0))


# The order of a plan: positions, and codes where positions are equal.
_IN_PLAN: Final = (
    Objective.position,
    Objective.code,
    Output.position,
    Output.code,
    Activity.position,
    Activity.code,
)
_SUPPORTING: Final = aliased(Agency)
_GROUP: Final = aliased(VocabularyTerm)
_OF_LINE: Final = (
    "id",
    "code",
    "title",
    "description",
    "lead_agency_id",
    "starts_on",
    "ends_on",
    "status",
    "is_national",
    "own_plan",
    "own_plan_reference",
    "is_confidential",
    "is_illustrative",
    "position",
    "output_id",
    "output_code",
    "output_title",
    "objective_id",
    "objective_code",
    "objective_title",
)
_IN_PLAN_NAMES: Final = (
    "objective_position",
    "objective_code",
    "output_position",
    "output_code",
    "position",
    "code",
)


@adds_up
async def page(
    session: Session, actor: Actor, plan: PlanRow, chosen: ActivityFilter, window: Window
) -> list[ActivityRow]:
    """The matching lines of a page, in the plan's order. Naming its outputs spares reading all other lines."""
    asked = scope_of(actor, plan) | {"outputs": window.outputs, "offset": window.offset}
    return [ActivityRow(*row) for row in await session.execute(_page(reader(actor), chosen), asked)]


@lru_cache(FILTERS)
def _page(reader: Reader, chosen: ActivityFilter) -> Found:
    is_here = Activity.output_id == any_(bindparam("outputs", type_=ARRAY(Uuid)))
    picked = _picked(reader, chosen).where(is_here).order_by(*_IN_PLAN)
    return _rows(reader, picked.limit(PAGE).offset(bindparam("offset", type_=Integer)))


@adds_up
async def following(
    session: Session, actor: Actor, plan: PlanRow, chosen: ActivityFilter, after: Rank | None
) -> list[ActivityRow]:
    """The next matching lines after a rank, by position; the index on it spares reading those before."""
    position, activity_id = after or (None, None)
    asked = scope_of(actor, plan) | {"position": position, "activity_id": activity_id}
    statement = _following(reader(actor), chosen, goes_on=after is not None)
    return [ActivityRow(*row) for row in await session.execute(statement, asked)]


@lru_cache(FILTERS)
def _following(reader: Reader, chosen: ActivityFilter, *, goes_on: bool) -> Found:
    picked = _picked(reader, chosen)
    if goes_on:
        position, activity_id = bindparam("position", type_=Integer), bindparam("activity_id", type_=Uuid)
        rank = tuple_(Activity.position, Activity.id)
        picked = picked.where(Activity.position >= position, rank > tuple_(position, activity_id))
    picked = picked.order_by(Activity.position, Activity.id).limit(LIST)
    return _rows(reader, picked, in_plan=False)


async def stream(
    session: Session, actor: Actor, plan: PlanRow, chosen: ActivityFilter
) -> AsyncIterator[list[ActivityRow]]:
    """All matching lines in the plan's order, in batches, as they stood at one moment however long that takes."""
    picked = _picked(reader(actor), chosen).order_by(*_IN_PLAN)
    async with adding_up(session):
        found = await session.stream(_rows(reader(actor), picked), scope_of(actor, plan))
        async for batch in found.partitions(BATCH):
            yield [ActivityRow(*row) for row in batch]


def _picked(reader: Reader, chosen: ActivityFilter) -> Found:
    """The lines themselves, chosen first, so that what hangs on them is looked up for these only."""
    return (
        select(
            Activity,
            Output.code.label("output_code"),
            Output.title.label("output_title"),
            Output.position.label("output_position"),
            Objective.id.label("objective_id"),
            Objective.code.label("objective_code"),
            Objective.title.label("objective_title"),
            Objective.position.label("objective_position"),
        )
        .join(Output, and_(Output.mechanism_id == Activity.mechanism_id, Output.id == Activity.output_id))
        .join(Objective, and_(Objective.mechanism_id == Output.mechanism_id, Objective.id == Output.objective_id))
        .where(of_plan(reader), matching(reader, chosen))
    )


def _rows(reader: Reader, picked: Found, *, in_plan: bool = True) -> Found:
    """What a row shows of each picked line, in the plan's order or by position."""
    line = picked.subquery("line")
    money, alerts = _money(line), _alerts(reader, line)
    order = _IN_PLAN_NAMES if in_plan else ("position", "id")
    return (
        select(
            *(line.c[name] for name in _OF_LINE),
            Agency.title,
            VocabularyTerm.label,
            _supports(line),
            _places(line),
            _target_groups(line),
            *money.c,
            *alerts.c,
        )
        .select_from(line)
        .outerjoin(Agency, Agency.id == line.c.lead_agency_id)
        .outerjoin(VocabularyTerm, VocabularyTerm.id == line.c.kind_id)
        .outerjoin(money, true())
        .outerjoin(alerts, true())
        .order_by(*(line.c[name] for name in order))
    )


def _of(link: type[ActivitySupport | ActivityPlace | ActivityTargetGroup], line: Subquery) -> ColumnElement[bool]:
    return and_(link.mechanism_id == line.c.mechanism_id, link.activity_id == line.c.id)


def _texts(question: Select[str], line: Subquery) -> ColumnElement[list[str]]:
    return func.array(question.correlate(line).scalar_subquery(), type_=ARRAY(Text))


def _supports(line: Subquery) -> ColumnElement[list[str]]:
    question = (
        select(_SUPPORTING.title)
        .join(ActivitySupport, ActivitySupport.agency_id == _SUPPORTING.id)
        .where(_of(ActivitySupport, line))
        .order_by(ActivitySupport.position)
    )
    return _texts(question, line)


def _places(line: Subquery) -> ColumnElement[list[str]]:
    question = (
        select(Place.title)
        .join(
            ActivityPlace,
            and_(ActivityPlace.mechanism_id == Place.mechanism_id, ActivityPlace.place_id == Place.id),
        )
        .where(_of(ActivityPlace, line))
        .order_by(ActivityPlace.position)
    )
    return _texts(question, line)


def _target_groups(line: Subquery) -> ColumnElement[list[str]]:
    question = (
        select(_GROUP.label)
        .join(ActivityTargetGroup, ActivityTargetGroup.target_group_id == _GROUP.id)
        .where(_of(ActivityTargetGroup, line))
        .order_by(ActivityTargetGroup.position)
    )
    return _texts(question, line)


def _money(line: Subquery) -> FromClause:
    """What is secured for a line in the year: class of source, weighted amount and currency of each budget line."""
    return (
        select(
            func.array_agg(FundingSource.source_class),
            func.array_agg(BudgetLine.secured_amount * BudgetLine.weight),
            func.array_agg(BudgetLine.currency),
        )
        .join(
            FundingSource,
            and_(FundingSource.mechanism_id == BudgetLine.mechanism_id, FundingSource.id == BudgetLine.source_id),
        )
        .where(
            BudgetLine.mechanism_id == line.c.mechanism_id,
            BudgetLine.activity_id == line.c.id,
            BudgetLine.fiscal_year == bindparam("fiscal_year"),
            BudgetLine.secured_amount > 0,
        )
        .correlate(line)
        .lateral("money")
    )


def _alerts(reader: Reader, line: Subquery) -> FromClause:
    """The open alerts on a line, the likeliest first: id, kind, and the code of the other line."""
    alert = DuplicationAlert
    first = (alert.score.desc(), alert.id)
    other = case((alert.first_id == line.c.id, alert.sides[1]["code"].astext), else_=alert.sides[0]["code"].astext)
    return (
        select(
            func.array_agg(aggregate_order_by(alert.id, *first)),
            func.array_agg(aggregate_order_by(alert.kind, *first)),
            func.array_agg(aggregate_order_by(other, *first)),
        )
        .where(open_alert_of(reader, line.c.mechanism_id, line.c.id))
        .correlate(line)
        .lateral("alerts")
    )
