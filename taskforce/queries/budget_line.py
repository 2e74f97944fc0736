"""Questions about budget lines: which of them a reader adds up, and which they read one by one."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, any_, case, false, func, or_, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute

from taskforce.access import ALL_MONEY, MEMBERS, Actor, Role
from taskforce.db import Session
from taskforce.errors import NotFound
from taskforce.models import (
    Activity,
    Agency,
    BudgetLine,
    CostItem,
    FundingSource,
    Output,
    Plan,
    VocabularyTerm,
)
from taskforce.queries.visible import Reader, visible, visible_activities

Reach = Literal["all", "shared", "own_sources", "totals"]
AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class MoneyFilter:
    """What the money of a mechanism is narrowed to; empty means all."""

    source_id: UUID | None = None
    objective_id: UUID | None = None
    cost_type_id: str | None = None
    fiscal_year: int | None = None


@dataclass(frozen=True, slots=True)
class LineRow:
    """A budget line. The activity's names are empty where there is none, or where the reader may not know of it."""

    id: UUID
    cost_item_id: UUID
    item_code: str | None
    item_title: str | None
    activity_id: UUID | None
    activity_code: str | None
    activity_title: str | None
    is_hidden: bool
    lead_agency_id: UUID | None
    lead_title: str | None
    plan_status: str | None
    source_id: UUID
    source_code: str
    source_title: str
    source_class: str
    cost_type: str
    fiscal_year: int
    currency: str
    asked_amount: Decimal
    refused_amount: Decimal
    secured_amount: Decimal
    is_in_kind: bool
    vote_code: str | None
    weight: Decimal
    is_illustrative: bool
    version: int


def reach(actor: Actor, mechanism_id: UUID) -> Reach:
    """Which lines somebody reads one by one: all; those of shared plans and the own agency; the own sources'; none."""
    roles = actor.roles_in(mechanism_id)
    if actor.is_system or roles & ALL_MONEY:
        return "all"
    if roles & MEMBERS:
        return "shared"
    return "own_sources" if Role.DONOR in roles else "totals"


def counted(
    actor: Actor, mechanism_id: UUID, activity_id: InstrumentedAttribute[UUID | None] = BudgetLine.activity_id
) -> ColumnElement[bool]:
    """The lines, or cost items by their `activity_id`, that a reader's totals are made of.

    Costs of cancelled activities and plans count for nobody; drafts and confidential lines of other agencies only for
    those who read all money. A cost without an activity belongs to the mechanism and counts for everybody there.
    """
    here = Activity.mechanism_id == mechanism_id
    return counted_here(actor, here, activity_id, reads_all=reach(actor, mechanism_id) == "all")


def counted_here(
    actor: Actor | Reader,
    here: ColumnElement[bool],
    activity_id: InstrumentedAttribute[UUID | None],
    *,
    reads_all: bool,
) -> ColumnElement[bool]:
    """The same; `here` picks the activities of the mechanism, `reads_all` is whether the actor's reach is all."""
    shown = select(Activity.id).where(here, visible_activities(actor))
    is_shown = true() if reads_all else activity_id.in_(shown)
    return _without_cancelled(activity_id, here, is_shown)


def counted_anywhere(actor: Actor) -> ColumnElement[bool]:
    """The lines that a reader's totals are made of, over all their mechanisms: in each the same as `counted`."""
    all_money = sorted({held.mechanism_id for held in actor.appointments if held.role in ALL_MONEY})
    shown = select(Activity.id).where(visible_activities(actor)).correlate(None)
    is_shown = or_(BudgetLine.mechanism_id.in_(all_money), BudgetLine.activity_id.in_(shown))
    return _without_cancelled(BudgetLine.activity_id, visible(actor, Activity.mechanism_id), is_shown)


def _without_cancelled(
    activity_id: InstrumentedAttribute[UUID | None], here: ColumnElement[bool], is_shown: ColumnElement[bool]
) -> ColumnElement[bool]:
    # two questions, since neither reads all activities of the mechanism through their policy, as one with "or" would
    in_cancelled = and_(Plan.mechanism_id == Activity.mechanism_id, Plan.id == Activity.plan_id)
    cancelled = union_all(
        select(Activity.id).where(here, Activity.status == "cancelled").correlate(None),
        select(Activity.id).join(Plan, in_cancelled).where(here, Plan.status == "cancelled").correlate(None),
    )
    return or_(activity_id.is_(None), and_(is_shown, activity_id.not_in(cancelled)))


def readable(actor: Actor, mechanism_id: UUID) -> ColumnElement[bool]:
    """The lines that a reader reads one by one; all of them are counted in the reader's totals too."""
    found = reach(actor, mechanism_id)
    if found in ("all", "shared"):
        return counted(actor, mechanism_id)
    if found == "totals":
        return false()
    own = sorted(actor.agencies_in(mechanism_id, frozenset({Role.DONOR})))
    sources = select(FundingSource.id).where(
        FundingSource.mechanism_id == mechanism_id, FundingSource.provider_agency_id.in_(own)
    )
    return and_(counted(actor, mechanism_id), BudgetLine.source_id.in_(sources))


def chosen_lines(chosen: MoneyFilter, mechanism_id: UUID) -> ColumnElement[bool]:
    """The lines that a filter leaves."""
    conditions: list[ColumnElement[bool]] = [BudgetLine.mechanism_id == mechanism_id]
    if chosen.source_id:
        conditions.append(BudgetLine.source_id == chosen.source_id)
    if chosen.cost_type_id:
        conditions.append(BudgetLine.cost_type_id == chosen.cost_type_id)
    if chosen.fiscal_year is not None:
        conditions.append(BudgetLine.fiscal_year == chosen.fiscal_year)
    if chosen.objective_id:
        conditions.append(BudgetLine.activity_id.in_(under_objective(chosen.objective_id, mechanism_id)))
    return and_(*conditions)


def under_objective(objective_id: UUID, mechanism_id: UUID) -> Select[UUID]:
    """The activities under an objective."""
    return (
        select(Activity.id)
        .join(Output, and_(Output.mechanism_id == Activity.mechanism_id, Output.id == Activity.output_id))
        .where(Activity.mechanism_id == mechanism_id, Output.objective_id == objective_id)
    )


def wanted() -> ColumnElement[Decimal]:
    """What was asked for: as recorded, else what was secured and refused together, as in plan files."""
    together = BudgetLine.secured_amount + BudgetLine.refused_amount
    return case((BudgetLine.asked_amount > 0, BudgetLine.asked_amount), else_=together)


def is_made_up() -> ColumnElement[bool]:
    """Whether a line, the cost that it pays or the activity is illustrative; asks for both tables in the statement."""
    return or_(
        BudgetLine.is_illustrative.is_(True), CostItem.is_illustrative.is_(True), Activity.is_illustrative.is_(True)
    )


# The latest year first, then the lines of one cost together; an index has this order.
_ORDER = (BudgetLine.fiscal_year.desc(), BudgetLine.cost_item_id, BudgetLine.position, BudgetLine.id)


def hidden() -> ColumnElement[bool]:
    """Whether the activity of a line is one that the actor does not see; asks for the join `seen`."""
    return and_(BudgetLine.activity_id.is_not(None), Activity.id.is_(None))


def seen(actor: Actor) -> ColumnElement[bool]:
    """The condition that joins a line to its activity if the actor sees it."""
    return and_(
        Activity.mechanism_id == BudgetLine.mechanism_id,
        Activity.id == BudgetLine.activity_id,
        visible_activities(actor),
    )


def _columns() -> list[ColumnElement[Any] | InstrumentedAttribute[Any]]:
    is_hidden = hidden()
    return [
        BudgetLine.id,
        BudgetLine.cost_item_id,
        case((~is_hidden, CostItem.code)).label("item_code"),
        case((~is_hidden, CostItem.title)).label("item_title"),
        Activity.id.label("activity_id"),
        Activity.code.label("activity_code"),
        Activity.title.label("activity_title"),
        is_hidden.label("is_hidden"),
        Activity.lead_agency_id,
        Agency.title.label("lead_title"),
        Plan.status.label("plan_status"),
        BudgetLine.source_id,
        FundingSource.code.label("source_code"),
        FundingSource.title.label("source_title"),
        FundingSource.source_class.label("source_class"),
        VocabularyTerm.label.label("cost_type"),
        BudgetLine.fiscal_year,
        BudgetLine.currency,
        BudgetLine.asked_amount,
        BudgetLine.refused_amount,
        BudgetLine.secured_amount,
        BudgetLine.is_in_kind,
        BudgetLine.vote_code,
        BudgetLine.weight,
        is_made_up().label("is_illustrative"),
        BudgetLine.version,
    ]


def _readable_here(actor: Actor, mechanism_id: UUID) -> ColumnElement[bool]:
    return and_(
        visible(actor, BudgetLine.mechanism_id),
        BudgetLine.mechanism_id == mechanism_id,
        readable(actor, mechanism_id),
    )


def _rows(actor: Actor, which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Lines with all that is shown of them; `which` leaves only lines that the actor reads."""
    return (
        select(*_columns())
        .select_from(BudgetLine)
        .join(CostItem, and_(CostItem.mechanism_id == BudgetLine.mechanism_id, CostItem.id == BudgetLine.cost_item_id))
        .join(
            FundingSource,
            and_(FundingSource.mechanism_id == BudgetLine.mechanism_id, FundingSource.id == BudgetLine.source_id),
        )
        .join(VocabularyTerm, VocabularyTerm.id == BudgetLine.cost_type_id)
        .outerjoin(Activity, seen(actor))
        .outerjoin(Plan, and_(Plan.mechanism_id == Activity.mechanism_id, Plan.id == Activity.plan_id))
        .outerjoin(Agency, Agency.id == Activity.lead_agency_id)
        .where(which)
        .order_by(*_ORDER)
    )


async def lines(
    session: Session, actor: Actor, mechanism_id: UUID, chosen: MoneyFilter, page: tuple[int, int] | None = None
) -> list[LineRow]:
    """The lines that the actor reads one by one, filtered, the latest year first; `page`: how many, after how many."""
    which = and_(_readable_here(actor, mechanism_id), chosen_lines(chosen, mechanism_id))
    if page:
        # an array, not a set of rows: with the ids at hand nothing tempts the database to join all lines first
        shown = select(BudgetLine.id).where(which).order_by(*_ORDER).limit(page[0]).offset(page[1]).correlate(None)
        is_shown = BudgetLine.id == any_(func.array(shown.scalar_subquery()))
        which = and_(BudgetLine.mechanism_id == mechanism_id, is_shown)
    statement = _rows(actor, which)
    return [LineRow(**row) for row in (await session.execute(statement)).mappings()]


async def stream(
    session: Session, actor: Actor, mechanism_id: UUID, chosen: MoneyFilter
) -> AsyncIterator[list[LineRow]]:
    """The same lines, some at a time, so that a long file needs little memory."""
    statement = _rows(actor, and_(_readable_here(actor, mechanism_id), chosen_lines(chosen, mechanism_id)))
    found = await session.stream(statement.execution_options(yield_per=AT_A_TIME))
    async for part in found.mappings().partitions():
        yield [LineRow(**row) for row in part]


async def line_count(session: Session, actor: Actor, mechanism_id: UUID, chosen: MoneyFilter) -> int:
    """How many lines the same question finds over all pages."""
    statement = (
        select(func.count())
        .select_from(BudgetLine)
        .where(
            visible(actor, BudgetLine.mechanism_id),
            readable(actor, mechanism_id),
            chosen_lines(chosen, mechanism_id),
        )
    )
    return await session.scalar(statement) or 0


async def lines_of(
    session: Session, actor: Actor, mechanism_id: UUID, *, cost_item_id: UUID | None = None, line_id: UUID | None = None
) -> list[LineRow]:
    """The lines of a cost item, or one line, as far as the actor reads them one by one."""
    statement = _rows(actor, _readable_here(actor, mechanism_id))
    if cost_item_id:
        statement = statement.where(BudgetLine.cost_item_id == cost_item_id)
    if line_id:
        statement = statement.where(BudgetLine.id == line_id)
    return [LineRow(**row) for row in (await session.execute(statement)).mappings()]


async def one(session: Session, actor: Actor, line_id: UUID) -> BudgetLine:
    """A line that the actor reads in full.

    Raises:
        NotFound: there is none, or the actor reads it in totals at most.
    """
    line = await session.scalar(
        select(BudgetLine).where(visible(actor, BudgetLine.mechanism_id), BudgetLine.id == line_id)
    )
    if line is None or not await lines_of(session, actor, line.mechanism_id, line_id=line_id):
        raise NotFound("budget line")
    return line
