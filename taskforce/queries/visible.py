"""Which rows exist for an actor: the first wall; row-level security behind it says the same again.

A statement that many pages need is built once, for a `Reader`, and told the actor's ids when it is executed:
`session.execute(_statement(reader(actor)), scope(actor) | {...})`. Building takes longer than the database does.
"""

from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Uuid,
    and_,
    any_,
    bindparam,
    false,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute

from taskforce.access import Actor
from taskforce.models import Activity, Plan

Id = InstrumentedAttribute[UUID] | BindParameter[UUID]
AnyId = Id | InstrumentedAttribute[UUID | None]
# The one mechanism that a statement is about. Whether the actor reads there is then asked once, not row by row.
MECHANISM: Final = bindparam("mechanism_id", type_=Uuid)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever reads: stands for the actor in a statement that is executed with `scope`."""

    is_system: bool


def reader(actor: Actor) -> Reader:
    """Which statement an actor needs: a system principal's, or everybody else's."""
    return Reader(actor.is_system)


def scope(actor: Actor) -> dict[str, object]:
    """The ids that a statement for a `Reader` is executed with."""
    context = actor.row_context
    names = ("read", "govern", "write", "agencies")
    return {name: list(getattr(context, name)) for name in names}


def _is_in(actor: Actor | Reader, right: Literal["read", "govern", "write"], mechanism_id: Id) -> ColumnElement[bool]:
    if isinstance(actor, Reader):
        return mechanism_id == any_(bindparam(right, type_=ARRAY(Uuid)))
    ids: frozenset[UUID] = getattr(actor.row_context, right)
    return mechanism_id.in_(sorted(ids)) if ids else false()


def visible(actor: Actor | Reader, mechanism_id: Id) -> ColumnElement[bool]:
    """The rows of the mechanisms in which the actor is appointed; a named system principal sees all."""
    return true() if actor.is_system else _is_in(actor, "read", mechanism_id)


def governed(actor: Actor | Reader, mechanism_id: Id) -> ColumnElement[bool]:
    """The rows of the mechanisms in which the actor reads drafts and confidential lines of all agencies."""
    return _is_in(actor, "govern", mechanism_id)


def takes_part(actor: Actor | Reader, mechanism_id: Id) -> ColumnElement[bool]:
    """The rows of the mechanisms in which the actor does more than observe."""
    return true() if actor.is_system else _is_in(actor, "write", mechanism_id)


def stands_for(actor: Actor | Reader, mechanism_id: AnyId, agency_id: AnyId) -> ColumnElement[bool]:
    """Whether the actor stands for this agency in this very mechanism."""
    if isinstance(actor, Reader):
        return tuple_(mechanism_id, agency_id).in_(bindparam("agencies", expanding=True))
    pairs = sorted(actor.row_context.agencies)
    return tuple_(mechanism_id, agency_id).in_(pairs) if pairs else false()


def visible_activities(
    actor: Actor | Reader, line: type[Activity] = Activity, *, mechanism_id: Id | None = None
) -> ColumnElement[bool]:
    """Lines of the own agency; from consultation on all that are not confidential; all where the actor governs.

    `line` is the activity that is meant where a question has two: an alias. `mechanism_id`: MECHANISM, in a statement
    that asks for the lines of that one.
    """
    if actor.is_system:
        return true()
    here: Id = line.mechanism_id if mechanism_id is None else mechanism_id
    shared = select(Plan.id).where(visible(actor, Plan.mechanism_id), Plan.status != "draft").correlate(None)
    return and_(
        visible(actor, here),
        or_(
            governed(actor, here),
            stands_for(actor, line.mechanism_id, line.lead_agency_id),
            and_(line.is_confidential.is_(False), line.plan_id.in_(shared)),
        ),
    )
