"""Questions about appointments: who holds which role in a mechanism, for which agency."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import Account, Agency, Appointment
from taskforce.queries.visible import visible


@dataclass(frozen=True, slots=True)
class Person:
    """An appointment with the post of who holds it. `has_password`: they have accepted their invitation."""

    id: UUID
    account_id: UUID
    title: str
    email: str
    role: str
    is_deputy: bool
    agency_id: UUID | None
    agency: str | None
    starts_on: dt.date
    ends_on: dt.date | None
    has_password: bool


async def people(session: Session, actor: Actor, mechanism_id: UUID) -> Sequence[Person]:
    """All appointments of a mechanism, past ones too; those that go on first, then by role and post."""
    found = await session.execute(
        select(
            Appointment.id,
            Account.id,
            Account.title,
            Account.email,
            Appointment.role,
            Appointment.is_deputy,
            Appointment.agency_id,
            Agency.title,
            Appointment.starts_on,
            Appointment.ends_on,
            Account.password_hash.is_not(None),
        )
        .join(Account, Account.id == Appointment.account_id)
        .outerjoin(Agency, Agency.id == Appointment.agency_id)
        .where(visible(actor, Appointment.mechanism_id), Appointment.mechanism_id == mechanism_id)
        .order_by(
            Appointment.ends_on.desc().nulls_first(),
            Appointment.role,
            Appointment.is_deputy,
            func.lower(func.unaccent(Account.title)),
        )
    )
    return [Person(*row) for row in found]


async def secretariats_after(session: Session, mechanism_id: UUID, day: dt.date, *, but: UUID) -> int:
    """How many others are secretariat on the day after, with an account that is open."""
    found = await session.scalar(
        select(func.count())
        .select_from(Appointment)
        .join(Account, Account.id == Appointment.account_id)
        .where(
            Appointment.mechanism_id == mechanism_id,
            Appointment.id != but,
            Appointment.role == "secretariat",
            Appointment.starts_on <= day + dt.timedelta(days=1),
            or_(Appointment.ends_on.is_(None), Appointment.ends_on > day),
            Account.disabled_at.is_(None),
        )
    )
    return found or 0


async def is_appointed_elsewhere(session: Session, account_id: UUID, mechanisms: Iterable[UUID]) -> bool:
    """Whether an account holds or held an appointment outside these mechanisms; asked as `sign_in`, who sees all."""
    found = await session.scalar(
        select(func.count())
        .select_from(Appointment)
        .where(Appointment.account_id == account_id, Appointment.mechanism_id.not_in(list(mechanisms)))
    )
    return bool(found)
