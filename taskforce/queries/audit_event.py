"""Questions about what changed: the audit events of a few rows."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, Text, and_, cast, func, or_, select, union_all

from taskforce.access import SYSTEM_PRINCIPALS, Actor
from taskforce.db import Session
from taskforce.models import (
    Account,
    AuditEvent,
    CostItem,
    FundingSource,
    Indicator,
    Instrument,
    Mechanism,
    Objective,
    Plan,
)
from taskforce.models.base import TenantNode
from taskforce.queries import activity_history, budget_line, concealment
from taskforce.queries.concealment import Past, why_line
from taskforce.queries.visible import visible
from taskforce.rules.concealment import Why

# Rows that are written and deleted with another and have no page of their own: their table by the other's.
_PARTS: Final = {"cost_item": "cost_requirement", "indicator": "target"}
MONEY: Final = frozenset({"budget_line", "cost_item", "cost_requirement"})  # told to those who read all money


@dataclass(frozen=True, slots=True)
class EventRow:
    """One changed row. `who` is the post of a person, or the name of a system principal.

    `changed`: the columns that differ. `hides_before`, `hides_after`: why this side is cut, because the reader could
    not have read it then. `currency`, `start_month`: of the mechanism, and the first month of its fiscal year.
    """

    id: int
    transaction_id: int
    happened_at: dt.datetime
    who: str
    table_name: str
    row_id: str
    operation: str
    before: dict[str, object] | None
    after: dict[str, object] | None
    reason: str | None
    currency: str
    start_month: int
    changed: tuple[str, ...] = ()
    hides_before: Why | None = None
    hides_after: Why | None = None


async def events(
    session: Session, actor: Actor, mechanism_id: UUID, rows: Sequence[UUID], *, most: int = 50
) -> list[EventRow]:
    """What happened to these rows, the latest first; link rows count to the row that they belong to."""
    statement = _told(actor, mechanism_id, AuditEvent.row_id.in_([str(row) for row in rows]))
    return await _rows(session, actor, mechanism_id, statement.limit(most))


async def of_mechanism(
    session: Session, actor: Actor, mechanism_id: UUID, which: Sequence[ColumnElement[bool]], window: tuple[int, int]
) -> list[EventRow]:
    """What happened in a mechanism under these conditions, the latest first; `window`: how many to skip and read."""
    skipped, most = window
    statement = _told(actor, mechanism_id, *which).offset(skipped).limit(most)
    return await _rows(session, actor, mechanism_id, statement)


async def since(session: Session, actor: Actor, record: TenantNode, version: int, *, most: int = 50) -> list[EventRow]:
    """What happened to a row and its parts after a version of it was saved, the latest first.

    All that ever happened to it, if nobody knows when that version was saved.
    """
    table = getattr(record, "__tablename__", "row")
    of_record = (AuditEvent.mechanism_id == record.mechanism_id, AuditEvent.row_id == str(record.id))
    saved = select(AuditEvent.transaction_id).where(
        *of_record,
        AuditEvent.table_name == table,
        AuditEvent.after["version"].astext == str(version),  # as text: what was sent may be longer than any integer
    )
    # the links that were saved with that version have events of their own, in the same transaction
    last = select(func.max(AuditEvent.id)).where(*of_record, AuditEvent.transaction_id.in_(saved)).scalar_subquery()
    whole = func.coalesce(AuditEvent.after, AuditEvent.before)[f"{table}_id"].astext
    of_parts = and_(AuditEvent.table_name == _PARTS.get(table), whole == str(record.id))
    later = (AuditEvent.id > func.coalesce(last, 0), or_(of_record[1], of_parts) if table in _PARTS else of_record[1])
    statement = _told(actor, record.mechanism_id, *later)
    return await _rows(session, actor, record.mechanism_id, statement.limit(most))


def _told(actor: Actor, mechanism_id: UUID, *which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            AuditEvent.id,
            AuditEvent.transaction_id,
            AuditEvent.happened_at,
            func.coalesce(Account.title, AuditEvent.principal).label("who"),
            AuditEvent.table_name,
            AuditEvent.row_id,
            AuditEvent.operation,
            # as text, since amounts would become floats on their way from JSON
            cast(AuditEvent.before, Text).label("before"),
            cast(AuditEvent.after, Text).label("after"),
            AuditEvent.reason,
            Mechanism.currency,
            Mechanism.fiscal_year_start_month.label("start_month"),
        )
        .join(Mechanism, Mechanism.id == AuditEvent.mechanism_id)
        .outerjoin(Account, cast(Account.id, String) == AuditEvent.principal)
        .where(visible(actor, Mechanism.id), AuditEvent.mechanism_id == mechanism_id, *which)
        .order_by(AuditEvent.id.desc())
    )


async def _rows(
    session: Session, actor: Actor, mechanism_id: UUID, statement: Select[*tuple[Any, ...]]
) -> list[EventRow]:
    posts = {each.principal: each.title for each in SYSTEM_PRINCIPALS}
    rows = [_row(dict(row), posts) for row in (await session.execute(statement)).mappings()]
    lines = {line for row in rows for side in (row.before, row.after) for line in _lines(row, side)}
    stood = await concealment.past(session, actor, mechanism_id, lines)
    reads_money = budget_line.reach(actor, mechanism_id) == "all"
    return [row if reads_money and row.table_name in MONEY else _cut(row, stood) for row in rows]


def _row(row: dict[str, Any], posts: Mapping[str, str]) -> EventRow:
    for side in ("before", "after"):
        row[side] = None if row[side] is None else json.loads(row[side], parse_float=Decimal)
    before, after = row["before"] or {}, row["after"] or {}
    changed = tuple(name for name in {**after, **before} if before.get(name) != after.get(name))
    return EventRow(**(row | {"who": posts.get(row["who"], row["who"]), "changed": changed}))


def _lines(row: EventRow, side: Mapping[str, object] | None) -> list[str]:
    """The activities that a row is about, as it was on one side."""
    if side is None:
        return []
    if row.table_name == "activity" or row.table_name.startswith("activity_"):
        return [str(side["id" if row.table_name == "activity" else "activity_id"])]
    columns = {"duplication_alert": ("first_id", "second_id")}.get(row.table_name, ("activity_id",))
    return [str(side[column]) for column in columns if side.get(column)]


def _cut(row: EventRow, stood: Past) -> EventRow:
    """A row without the sides that the reader could not have read."""
    hidden = [
        _why(row, side, stood, is_after=is_after) if side else None
        for side, is_after in ((row.before, False), (row.after, True))
    ]
    if not any(hidden):
        return row
    before, after = (None if why else side for side, why in zip((row.before, row.after), hidden, strict=True))
    is_told = before is not None or after is not None
    return replace(
        row,
        before=before,
        after=after,
        reason=row.reason if is_told else None,
        changed=row.changed if is_told else (),
        hides_before=hidden[0],
        hides_after=hidden[1],
    )


def _why(row: EventRow, side: Mapping[str, object], stood: Past, *, is_after: bool) -> Why | None:
    """Why a reader could not have read a side: the state of its activities then; the leads of an alert always could."""
    leads = {side.get("first_agency_id"), side.get("second_agency_id")}
    if row.table_name == "duplication_alert" and leads & stood.agencies:
        return None
    at = (row.id, row.transaction_id)
    found = [why_line(stood, line, at, is_after=is_after) for line in _lines(row, side)]
    return next((why for why in found if why), None)


async def names(session: Session, actor: Actor, events: Iterable[EventRow]) -> Mapping[str, str]:
    """What people call the rows and terms to which the columns of these events point."""
    ids = {
        str(value)
        for event in events
        for row in (event.before or {}, event.after or {})
        for column, value in row.items()
        if value is not None and column.endswith("_id")
    }
    found = dict(await activity_history.names(session, actor, ids))
    others = union_all(
        *(
            select(cast(model.id, Text), words).where(visible(actor, model.mechanism_id), cast(model.id, Text).in_(ids))
            for model, words in (
                (CostItem, CostItem.code),
                (FundingSource, FundingSource.title),
                (Indicator, Indicator.code),
                (Instrument, Instrument.citation),
                (Objective, Objective.code),
                (Plan, Plan.title),
            )
        )
    )
    return found | {row[0]: row[1] for row in await session.execute(others)}
