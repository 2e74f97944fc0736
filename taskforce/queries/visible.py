"""Which rows exist for an actor: the first wall; row-level security behind it says the same again."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from taskforce.access import Actor
from taskforce.models import Activity, Plan


def _ids(column: InstrumentedAttribute[UUID], ids: frozenset[UUID]) -> ColumnElement[bool]:
    return column.in_(sorted(ids)) if ids else false()


def visible(actor: Actor, mechanism_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """The rows of the mechanisms in which the actor is appointed; a named system principal sees all."""
    return true() if actor.is_system else _ids(mechanism_id, actor.row_context.read)


def visible_activities(actor: Actor) -> ColumnElement[bool]:
    """Lines of the own agency; from consultation on all that are not confidential; all where the actor governs."""
    if actor.is_system:
        return true()
    context = actor.row_context
    shared = select(Plan.id).where(visible(actor, Plan.mechanism_id), Plan.status != "draft")
    return and_(
        visible(actor, Activity.mechanism_id),
        or_(
            _ids(Activity.mechanism_id, context.govern),
            Activity.lead_agency_id.in_(sorted(context.agencies)),
            and_(Activity.is_confidential.is_(False), Activity.plan_id.in_(shared)),
        ),
    )
