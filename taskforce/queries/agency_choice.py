"""The agencies that a form of a mechanism offers."""

from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import Agency, Membership
from taskforce.queries.visible import Reader, reader, scope, visible


@dataclass(frozen=True, slots=True)
class AgencyChoice:
    """An agency of the mechanism: its code, by which members know it, and its full name."""

    id: UUID
    code: str
    title: str


async def agency_choices(session: Session, actor: Actor, mechanism_id: UUID) -> list[AgencyChoice]:
    """Every agency that is or was in the mechanism, in whatever role, by name."""
    found = await session.execute(_choices(reader(actor)), scope(actor) | {"mechanism_id": mechanism_id})
    return [AgencyChoice(*row) for row in found]


@cache
def _choices(reader: Reader) -> Select[UUID, str, str]:
    members = select(Membership.agency_id).where(
        visible(reader, Membership.mechanism_id), Membership.mechanism_id == bindparam("mechanism_id")
    )
    return (
        select(Agency.id, func.coalesce(Agency.acronym, Agency.code), Agency.title)
        .where(Agency.id.in_(members))
        .order_by(func.lower(func.unaccent(Agency.title)), Agency.code)
    )
