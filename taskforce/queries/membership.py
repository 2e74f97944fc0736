"""Questions about memberships: which agencies belong to a mechanism, from when to when."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import (
    Activity,
    ActivitySupport,
    Adoption,
    Agency,
    Appointment,
    Assignment,
    FundingSource,
    Instrument,
    Mechanism,
    Membership,
)
from taskforce.models.base import Tenant
from taskforce.queries.visible import visible


@dataclass(frozen=True, slots=True)
class Member:
    """An agency's membership. Both dates are included; no start means always, no end means still."""

    id: UUID
    agency_id: UUID
    title: str
    acronym: str | None
    role: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    instrument: str | None
    instrument_is_seen: bool | None


async def members(
    session: Session, actor: Actor, mechanism_id: UUID, agency_id: UUID | None = None
) -> Sequence[Member]:
    """The memberships of a mechanism, or of one agency in it, in the order of the plan file and then by name."""
    only = [Membership.agency_id == agency_id] if agency_id else []
    found = await session.execute(
        select(
            Membership.id,
            Agency.id,
            Agency.title,
            Agency.acronym,
            Membership.role,
            Membership.starts_on,
            Membership.ends_on,
            Instrument.citation,
            Instrument.is_seen,
        )
        .join(Agency, Agency.id == Membership.agency_id)
        .outerjoin(
            Instrument,
            and_(Instrument.mechanism_id == Membership.mechanism_id, Instrument.id == Membership.instrument_id),
        )
        .where(visible(actor, Membership.mechanism_id), Membership.mechanism_id == mechanism_id, *only)
        .order_by(Membership.position, func.lower(func.unaccent(Agency.title)), Membership.starts_on.desc())
    )
    return [Member(*row) for row in found]


async def has_current(session: Session, mechanism_id: UUID, agency_id: UUID, on: dt.date) -> bool:
    """Whether an agency is a member on a day, or will be later."""
    found = await session.scalar(
        select(
            exists().where(
                Membership.mechanism_id == mechanism_id,
                Membership.agency_id == agency_id,
                or_(Membership.ends_on.is_(None), Membership.ends_on >= on),
            )
        )
    )
    return bool(found)


async def open_appointments(session: Session, mechanism_id: UUID, agency_id: UUID, on: dt.date) -> list[Appointment]:
    """The appointments for an agency that go on after a day."""
    found = await session.scalars(
        select(Appointment).where(
            Appointment.mechanism_id == mechanism_id,
            Appointment.agency_id == agency_id,
            or_(Appointment.ends_on.is_(None), Appointment.ends_on > on),
        )
    )
    return list(found)


def _refers(model: type[Tenant], condition: ColumnElement[bool], mechanism_id: UUID) -> ColumnElement[bool]:
    return exists().where(model.mechanism_id == mechanism_id, condition)


async def references(session: Session, mechanism_id: UUID, agency_id: UUID) -> list[str]:
    """What in a mechanism refers to an agency, as the names of tables; empty: its membership can be deleted.

    Row-level security shows all of it to those who may edit memberships.
    """
    asked = {
        "activity": _refers(Activity, Activity.lead_agency_id == agency_id, mechanism_id),
        "activity_support": _refers(ActivitySupport, ActivitySupport.agency_id == agency_id, mechanism_id),
        "adoption": _refers(Adoption, Adoption.agency_id == agency_id, mechanism_id),
        "appointment": _refers(Appointment, Appointment.agency_id == agency_id, mechanism_id),
        "assignment": _refers(Assignment, Assignment.agency_id == agency_id, mechanism_id),
        "funding_source": _refers(FundingSource, FundingSource.provider_agency_id == agency_id, mechanism_id),
        "mechanism": exists().where(
            Mechanism.id == mechanism_id,
            or_(
                Mechanism.lead_agency_id == agency_id,
                Mechanism.chair_agency_id == agency_id,
                Mechanism.secretariat_agency_id == agency_id,
            ),
        ),
    }
    row = (await session.execute(select(*asked.values()))).one()
    return [name for name, refers in zip(asked, row, strict=True) if refers]
