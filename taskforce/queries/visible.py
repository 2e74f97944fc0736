"""Which rows exist for an actor: the first wall; row-level security behind it says the same again."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from taskforce.access import Actor
from taskforce.models import Activity, Plan

AnyId = InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None]


def _ids(column: InstrumentedAttribute[UUID], ids: frozenset[UUID]) -> ColumnElement[bool]:
    return column.in_(sorted(ids)) if ids else false()


def visible(actor: Actor, mechanism_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """The rows of the mechanisms in which the actor is appointed; a named system principal sees all."""
    return true() if actor.is_system else _ids(mechanism_id, actor.row_context.read)


def stands_for(actor: Actor, mechanism_id: AnyId, agency_id: AnyId) -> ColumnElement[bool]:
    """Whether the actor stands for this agency in this very mechanism."""
    pairs = sorted(actor.row_context.agencies)
    return tuple_(mechanism_id, agency_id).in_(pairs) if pairs else false()


def visible_activities(actor: Actor, line: type[Activity] = Activity) -> ColumnElement[bool]:
    """Lines of the own agency; from consultation on all that are not confidential; all where the actor governs.

    `line` is the activity that is meant where a question has two: an alias.
    """
    if actor.is_system:
        return true()
    context = actor.row_context
    shared = select(Plan.id).where(visible(actor, Plan.mechanism_id), Plan.status != "draft").correlate(None)
    return and_(
        visible(actor, line.mechanism_id),
        or_(
            _ids(line.mechanism_id, context.govern),
            stands_for(actor, line.mechanism_id, line.lead_agency_id),
            and_(line.is_confidential.is_(False), line.plan_id.in_(shared)),
        ),
    )
