"""Questions about appointments: who holds which role in a mechanism, for which agency."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

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


@dataclass(frozen=True, slots=True)
class Held:
    """One appointment of the history: who held which post, whom they followed, and why."""

    id: UUID
    account_id: UUID
    title: str
    role: str
    is_deputy: bool
    agency_id: UUID | None
    agency: str | None
    starts_on: dt.date
    ends_on: dt.date | None
    follows: str | None
    reason: str | None


async def history(session: Session, actor: Actor, mechanism_id: UUID) -> Sequence[Held]:
    """All appointments of a mechanism, by agency and role, the latest of each first."""
    earlier, before = aliased(Appointment), aliased(Account)
    found = await session.execute(
        select(
            Appointment.id,
            Account.id,
            Account.title,
            Appointment.role,
            Appointment.is_deputy,
            Appointment.agency_id,
            Agency.title,
            Appointment.starts_on,
            Appointment.ends_on,
            before.title,
            Appointment.reason,
        )
        .join(Account, Account.id == Appointment.account_id)
        .outerjoin(Agency, Agency.id == Appointment.agency_id)
        .outerjoin(
            earlier,
            and_(earlier.mechanism_id == Appointment.mechanism_id, earlier.id == Appointment.follows_id),
        )
        .outerjoin(before, before.id == earlier.account_id)
        .where(visible(actor, Appointment.mechanism_id), Appointment.mechanism_id == mechanism_id)
        .order_by(
            func.lower(func.unaccent(Agency.title)).nulls_first(),
            Appointment.role,
            Appointment.is_deputy,
            Appointment.starts_on.desc(),
            Appointment.id,
        )
    )
    return [Held(*row) for row in found]


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
