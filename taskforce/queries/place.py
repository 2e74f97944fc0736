"""Questions about the places of a mechanism."""

from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, func, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import Activity, ActivityPlace, Place
from taskforce.queries.visible import Reader, reader, scope, visible, visible_activities


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A place by its name, and the place that it lies in."""

    id: UUID
    title: str
    parent_id: UUID | None


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place with the number of lines that happen there, of all plans, as far as the reader sees them."""

    id: UUID
    code: str
    title: str
    parent_id: UUID | None
    activity_count: int


async def names(session: Session, actor: Actor, mechanism_id: UUID) -> list[PlaceName]:
    """The places of a mechanism by name."""
    found = await session.execute(_names(reader(actor)), scope(actor) | {"mechanism_id": mechanism_id})
    return [PlaceName(*row) for row in found]


@cache
def _names(reader: Reader) -> Select[UUID, str, UUID | None]:
    return (
        select(Place.id, Place.title, Place.parent_id)
        .where(visible(reader, Place.mechanism_id), Place.mechanism_id == bindparam("mechanism_id"))
        .order_by(func.lower(func.unaccent(Place.title)), Place.code)
    )


async def used(session: Session, actor: Actor, mechanism_id: UUID) -> list[PlaceRow]:
    """The places of a mechanism by name, with what happens there."""
    counts = (
        select(ActivityPlace.place_id, func.count().label("activities"))
        .join(
            Activity,
            and_(Activity.mechanism_id == ActivityPlace.mechanism_id, Activity.id == ActivityPlace.activity_id),
        )
        .where(visible_activities(actor), ActivityPlace.mechanism_id == mechanism_id)
        .group_by(ActivityPlace.place_id)
        .subquery()
    )
    statement = (
        select(Place.id, Place.code, Place.title, Place.parent_id, func.coalesce(counts.c.activities, 0))
        .outerjoin(counts, counts.c.place_id == Place.id)
        .where(visible(actor, Place.mechanism_id), Place.mechanism_id == mechanism_id)
        .order_by(func.lower(func.unaccent(Place.title)), Place.code)
    )
    return [PlaceRow(*row) for row in await session.execute(statement)]


async def by_title(session: Session, actor: Actor, mechanism_id: UUID, title: str) -> UUID | None:
    """The place that people call so, whatever its capitals and accents."""
    spelled = func.lower(func.unaccent(title))
    return await session.scalar(
        select(Place.id)
        .where(
            visible(actor, Place.mechanism_id),
            Place.mechanism_id == mechanism_id,
            func.lower(func.unaccent(Place.title)) == spelled,
        )
        .order_by(Place.code)
        .limit(1)
    )
