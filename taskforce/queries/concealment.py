"""What of the past a reader could not have read when it was so: whose each line was, and how open, by its audit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, any_, cast, func, literal, or_, select, union_all

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import AuditEvent, Mechanism, Plan
from taskforce.queries.visible import visible
from taskforce.rules.concealment import Standing, Step, Why, around, why_hidden

Question = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class _Line:
    lead: str | None
    is_confidential: bool
    plan_id: str


@dataclass(frozen=True, slots=True)
class Past:
    """How lines and plans stood, event by event, and for which agencies the reader stands. Ids are texts.

    `hides_nothing`: the reader governs the mechanism, or reads what this is about whatever its state.
    """

    hides_nothing: bool
    agencies: frozenset[str] = frozenset()
    lines: Mapping[str, list[Step[_Line]]] = field(default_factory=dict)
    plans: Mapping[str, list[Step[bool]]] = field(default_factory=dict)


async def past(session: Session, actor: Actor, mechanism_id: UUID, lines: Iterable[str]) -> Past:
    """How these lines stood over time; the caller has found that the actor may read about them today."""
    wanted = sorted(set(lines))
    governs = actor.is_system or mechanism_id in actor.row_context.govern
    if governs or not wanted:
        return Past(hides_nothing=governs)
    found: dict[str, list[Step[_Line]]] = {}
    plans: dict[str, list[Step[bool]]] = {}
    asked = union_all(_lines(actor, mechanism_id, wanted), _plans(actor, mechanism_id)).order_by("id")
    for event_id, transaction_id, table, row_id, state, lead, is_confidential in await session.execute(asked):
        if table == "plan":
            is_draft = None if state is None else state == "draft"
            plans.setdefault(row_id, []).append(Step(event_id, transaction_id, is_draft))
        else:
            line = None if state is None else _Line(lead, is_confidential == "true", state)
            found.setdefault(row_id, []).append(Step(event_id, transaction_id, line))
    agencies = frozenset(str(agency) for place, agency in actor.row_context.agencies if place == mechanism_id)
    return Past(hides_nothing=False, agencies=agencies, lines=found, plans=plans)


def _steps(actor: Actor, mechanism_id: UUID, table: str, columns: tuple[str, ...]) -> Question:
    """The events of a table in which one of these columns changed, with what they became; null for a deleted row."""
    is_news = [
        AuditEvent.before[name].as_string().is_distinct_from(AuditEvent.after[name].as_string()) for name in columns
    ]
    became = [AuditEvent.after[name].as_string() for name in columns]
    return (
        select(
            AuditEvent.id.label("id"),
            AuditEvent.transaction_id,
            AuditEvent.table_name,
            AuditEvent.row_id,
            *became,
            *[literal(None, Text)] * (3 - len(columns)),
        )
        .join(Mechanism, Mechanism.id == AuditEvent.mechanism_id)
        .where(
            visible(actor, Mechanism.id),
            AuditEvent.mechanism_id == mechanism_id,
            AuditEvent.table_name == table,
            or_(*is_news),
        )
    )


def _lines(actor: Actor, mechanism_id: UUID, ids: list[str]) -> Question:
    steps = _steps(actor, mechanism_id, "activity", ("plan_id", "lead_agency_id", "is_confidential"))
    return steps.where(AuditEvent.row_id.in_(ids))


def _plans(actor: Actor, mechanism_id: UUID) -> Question:
    plans = select(cast(Plan.id, Text)).where(visible(actor, Plan.mechanism_id), Plan.mechanism_id == mechanism_id)
    # an array, which is looked up in the index of rows; joined, all events of the mechanism would be read
    ids = func.array(plans.scalar_subquery())
    return _steps(actor, mechanism_id, "plan", ("status",)).where(AuditEvent.row_id == any_(ids))


def why_line(found: Past, line: object, at: tuple[int, int], *, is_after: bool) -> Why | None:
    """Why a reader could not have read a line after the transaction of an event, or before it; None: they could.

    `line`: its id; None: there is no line, and nothing to hide. `at`: the ids of event and transaction.
    """
    if found.hides_nothing or line is None:
        return None
    stood = around(found.lines.get(str(line), []), *at)[is_after]
    if stood is None:
        return why_hidden(None, found.agencies)
    is_draft = around(found.plans.get(stood.plan_id, []), *at)[is_after]
    return why_hidden(Standing(stood.lead, stood.is_confidential, is_draft is not False), found.agencies)
