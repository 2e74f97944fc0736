"""Questions about duplication alerts."""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, and_, any_, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, aliased

from taskforce.access import ALERTS, POLICY, Actor, May
from taskforce.db import Session, adds_up
from taskforce.errors import NotAllowed, NotFound
from taskforce.models import Account, Activity, Agency, BudgetLine, DuplicationAlert, Mechanism, Plan
from taskforce.queries.visible import Reader, governed, stands_for, takes_part, visible, visible_activities
from taskforce.rules.states import OPEN_ALERTS

ALARMING: Final = "duplicate or overlap"  # asks for both kinds that may be the same work
AT_A_TIME: Final = 50  # alerts on one page


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts of a plan are asked for.

    "" is any, but for `state`: "" means OPEN_ALERTS, and "all" any. `kind` is one of three, or ALARMING.
    """

    plan_id: UUID
    state: str = ""
    band: str = ""
    kind: str = ""
    agency_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert; `sides` holds what was compared of its two activities, as it was then."""

    id: UUID
    mechanism_id: UUID
    first_id: UUID
    second_id: UUID
    first_agency_id: UUID | None
    second_agency_id: UUID | None
    kind: str
    band: str | None
    state: str
    resolution: str | None
    raised_at: dt.datetime
    signals: list[dict[str, Any]]
    sides: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class AlertDetail:
    """What a page shows beside the alert itself. `start_month`: of the mechanism's fiscal year, 1 to 12."""

    plan_id: UUID
    plan_code: str
    plan_title: str
    reason: str | None
    resolved_at: dt.datetime | None
    resolved_by: str | None
    version: int
    start_month: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for an activity in one currency, weighted, over the fiscal years from first to last.

    As recorded, else what was secured and refused together.
    """

    amount: Decimal
    first_year: int
    last_year: int


_COLUMNS: Final = tuple(getattr(DuplicationAlert, name) for name in AlertRow.__slots__)


_FIRST: Final = aliased(Activity)
_SECOND: Final = aliased(Activity)


def visible_alerts(actor: Actor | Reader) -> ColumnElement[bool]:
    """Alerts of the own agency and where the actor governs; others to whoever takes part and may read both activities.

    Observers read none: see POLICY.
    """
    if actor.is_system:
        return visible(actor, DuplicationAlert.mechanism_id)
    return and_(
        visible(actor, DuplicationAlert.mechanism_id),
        takes_part(actor, DuplicationAlert.mechanism_id),
        or_(
            governed(actor, DuplicationAlert.mechanism_id),
            stands_for(actor, DuplicationAlert.mechanism_id, DuplicationAlert.first_agency_id),
            stands_for(actor, DuplicationAlert.mechanism_id, DuplicationAlert.second_agency_id),
            and_(
                _is_readable(actor, _FIRST, DuplicationAlert.first_id),
                _is_readable(actor, _SECOND, DuplicationAlert.second_id),
            ),
        ),
    )


def _is_readable(
    actor: Actor | Reader, line: type[Activity], activity_id: InstrumentedAttribute[UUID]
) -> ColumnElement[bool]:
    return exists(
        select(line.id).where(
            line.mechanism_id == DuplicationAlert.mechanism_id,
            line.id == activity_id,
            visible_activities(actor, line),
        )
    )


async def of_plan_for_update(session: Session, plan_id: UUID) -> Sequence[DuplicationAlert]:
    """All alerts of a plan, locked."""
    found = await session.scalars(
        select(DuplicationAlert)
        .where(visible(ALERTS, DuplicationAlert.mechanism_id), DuplicationAlert.plan_id == plan_id)
        .with_for_update()
    )
    return found.all()


async def of_activity_for_update(session: Session, mechanism_id: UUID, activity_id: UUID) -> Sequence[DuplicationAlert]:
    """All alerts on an activity, locked."""
    found = await session.scalars(
        select(DuplicationAlert)
        .where(
            visible(ALERTS, DuplicationAlert.mechanism_id),
            DuplicationAlert.mechanism_id == mechanism_id,
            or_(DuplicationAlert.first_id == activity_id, DuplicationAlert.second_id == activity_id),
        )
        .with_for_update()
    )
    return found.all()


async def leads(session: Session, alerts: Sequence[DuplicationAlert]) -> dict[UUID, tuple[UUID | None, bool]]:
    """Who leads each activity of these alerts now, and whether it is confidential; cancelled ones too."""
    if not alerts:
        return {}
    ids = sorted({each for alert in alerts for each in (alert.first_id, alert.second_id)})
    found = await session.execute(
        select(Activity.id, Activity.lead_agency_id, Activity.is_confidential).where(
            visible_activities(ALERTS), Activity.id == any_(literal(ids, ARRAY(Uuid())))
        )
    )
    return {row[0]: (row[1], row[2]) for row in found}


async def rivals(
    session: Session, mechanism_id: UUID, activity_id: UUID, others: Sequence[UUID]
) -> dict[tuple[UUID, bool], list[float]]:
    """The scores of the alerts that these others have with anybody but the activity, stale ones left out.

    By activity, and whether they are complements.
    """
    alert = DuplicationAlert
    ids = literal(list(others), ARRAY(Uuid()))  # one parameter, however many they are
    parts: list[Select[*tuple[Any, ...]]] = [
        select(one, alert.kind == "complement", alert.score).where(
            visible(ALERTS, alert.mechanism_id),
            alert.mechanism_id == mechanism_id,
            one == any_(ids),
            other != activity_id,
            alert.state != "stale",
        )
        for one, other in ((alert.first_id, alert.second_id), (alert.second_id, alert.first_id))
    ]
    found: dict[tuple[UUID, bool], list[float]] = {}
    for row in await session.execute(union_all(*parts)):
        found.setdefault((row[0], row[1]), []).append(row[2])
    return found


async def for_update(session: Session, actor: Actor, alert_id: UUID) -> DuplicationAlert:
    """An alert by its id, locked until the transaction ends.

    Raises:
        NotFound: there is none, or it is not the actor's to see.
        NotAllowed: the actor only reads it, so that the database does not let it be locked.
    """
    statement = select(DuplicationAlert).where(visible_alerts(actor), DuplicationAlert.id == alert_id)
    found = await session.scalar(statement.with_for_update())
    if found is not None:
        return found
    if await session.scalar(statement) is None:
        raise NotFound("alert")
    raise NotAllowed("You only read this alert. Who can decide it: %(roles)s.", roles=tuple(POLICY[May.ALERT_DECIDE]))


async def one(session: Session, actor: Actor, alert_id: UUID) -> tuple[AlertRow, AlertDetail]:
    """An alert with what its page shows beside it.

    Raises:
        NotFound: there is none, or it is not the actor's to see.
    """
    statement: Select[*tuple[Any, ...]] = (
        select(
            *_COLUMNS,
            DuplicationAlert.plan_id,
            Plan.code,
            Plan.title,
            DuplicationAlert.reason,
            DuplicationAlert.resolved_at,
            Account.title,
            DuplicationAlert.version,
            Mechanism.fiscal_year_start_month,
        )
        .join(Mechanism, Mechanism.id == DuplicationAlert.mechanism_id)
        .join(Plan, and_(Plan.mechanism_id == DuplicationAlert.mechanism_id, Plan.id == DuplicationAlert.plan_id))
        .outerjoin(Account, Account.id == DuplicationAlert.resolved_by_id)
        .where(visible_alerts(actor), DuplicationAlert.id == alert_id)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound("alert")
    found = tuple(row)
    return AlertRow(*found[: len(_COLUMNS)]), AlertDetail(*found[len(_COLUMNS) :])


def _chosen(actor: Actor, wanted: AlertFilter) -> list[ColumnElement[bool]]:
    alert = DuplicationAlert
    conditions: list[ColumnElement[bool]] = [visible_alerts(actor), alert.plan_id == wanted.plan_id]
    if wanted.state != "all":
        conditions.append(alert.state.in_((wanted.state,) if wanted.state else OPEN_ALERTS))
    if wanted.band:
        conditions.append(alert.band == wanted.band)
    if wanted.kind:
        conditions.append(alert.kind != "complement" if wanted.kind == ALARMING else alert.kind == wanted.kind)
    if wanted.agency_id:
        conditions.append(or_(alert.first_agency_id == wanted.agency_id, alert.second_agency_id == wanted.agency_id))
    return conditions


async def kind_counts(session: Session, actor: Actor, wanted: AlertFilter) -> dict[str, int]:
    """How many alerts of each kind a filter finds, over all pages."""
    statement = (
        select(DuplicationAlert.kind, func.count()).where(*_chosen(actor, wanted)).group_by(DuplicationAlert.kind)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


def _lines(actor: Actor, wanted: AlertFilter) -> Select[*tuple[Any, ...]]:
    alert = DuplicationAlert
    return (
        select(*_COLUMNS)
        .where(*_chosen(actor, wanted))
        .order_by(alert.kind == "complement", (alert.band == "likely").desc(), alert.score.desc(), alert.id)
    )


async def lines(session: Session, actor: Actor, wanted: AlertFilter, page: tuple[int, int]) -> list[AlertRow]:
    """The alerts of a plan that the actor may read: likely ones first, then by score, complements last.

    `page`: how many, after how many.
    """
    statement = _lines(actor, wanted).limit(page[0]).offset(page[1])
    return [AlertRow(*row) for row in await session.execute(statement)]


async def stream(session: Session, actor: Actor, wanted: AlertFilter) -> AsyncIterator[list[AlertRow]]:
    """All of the same alerts, some at a time, so that a long file needs little memory."""
    found = await session.stream(_lines(actor, wanted).execution_options(yield_per=AT_A_TIME))
    async for rows in found.partitions():
        yield [AlertRow(*row) for row in rows]


async def open_counts(session: Session, actor: Actor, mechanism_id: UUID) -> dict[UUID, int]:
    """Plan → open pairs that may be the same work; plans without any are left out."""
    statement = (
        select(DuplicationAlert.plan_id, func.count())
        .where(
            visible_alerts(actor),
            DuplicationAlert.mechanism_id == mechanism_id,
            DuplicationAlert.state.in_(OPEN_ALERTS),
            DuplicationAlert.kind != "complement",
        )
        .group_by(DuplicationAlert.plan_id)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def agencies(session: Session, actor: Actor, plan_id: UUID) -> list[tuple[UUID, str]]:
    """The agencies of a plan's alerts that the actor may read, by name."""
    alert = DuplicationAlert
    statement = (
        select(Agency.id, Agency.title)
        .where(
            exists(
                select(alert.id).where(
                    visible_alerts(actor),
                    alert.plan_id == plan_id,
                    or_(alert.first_agency_id == Agency.id, alert.second_agency_id == Agency.id),
                )
            )
        )
        .order_by(func.lower(func.unaccent(Agency.title)), Agency.code)
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]


@adds_up
async def money(session: Session, actor: Actor, activity_ids: Sequence[UUID]) -> dict[UUID, dict[str, Asked]]:
    """What was asked for each activity that the actor may read, by currency.

    An activity without money is there with nothing; one that the actor may not read is not there.
    """
    together = BudgetLine.secured_amount + BudgetLine.refused_amount
    amount = func.coalesce(func.nullif(BudgetLine.asked_amount, 0), together)
    statement: Select[*tuple[Any, ...]] = (
        select(
            Activity.id,
            BudgetLine.currency,
            func.sum(amount * BudgetLine.weight),
            func.min(BudgetLine.fiscal_year),
            func.max(BudgetLine.fiscal_year),
        )
        .outerjoin(
            BudgetLine,
            and_(BudgetLine.mechanism_id == Activity.mechanism_id, BudgetLine.activity_id == Activity.id),
        )
        .where(visible_activities(actor), Activity.id.in_(activity_ids))
        .group_by(Activity.id, BudgetLine.currency)
    )
    found: dict[UUID, dict[str, Asked]] = {}
    for activity_id, currency, *asked in await session.execute(statement):
        amounts = found.setdefault(activity_id, {})
        if currency is not None:
            amounts[currency] = Asked(*asked)
    return found
