"""Questions about the people of a demonstration."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, exists, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import Account, Appointment, Mechanism
from taskforce.queries.visible import visible


@dataclass(frozen=True, slots=True)
class Person:
    """An account with one of its appointments; an administrator may have none."""

    account_id: UUID
    title: str
    email: str
    role: str
    mechanism_code: str
    country: str


async def people(session: Session, actor: Actor, *, email_domain: str) -> list[Person]:
    """The accounts whose address lies in a domain, with their appointments, in the order in which they were made."""
    found = await session.execute(
        select(Account.id, Account.title, Account.email, Appointment.role, Mechanism.code, Mechanism.country)
        .outerjoin(Appointment, and_(Appointment.account_id == Account.id, visible(actor, Appointment.mechanism_id)))
        .outerjoin(Mechanism, Mechanism.id == Appointment.mechanism_id)
        .where(Account.email.like(f"%@{email_domain}"), Account.disabled_at.is_(None))
        .order_by(Account.id, Mechanism.code)
    )
    return [Person(row[0], row[1], row[2], row[3] or "administrator", row[4] or "", row[5] or "") for row in found]


async def holds(session: Session, actor: Actor, mechanism_id: UUID, account_id: UUID, role: str) -> bool:
    """Whether an account holds or held a role in a mechanism."""
    found = exists().where(
        visible(actor, Appointment.mechanism_id),
        Appointment.mechanism_id == mechanism_id,
        Appointment.account_id == account_id,
        Appointment.role == role,
    )
    return bool(await session.scalar(select(found)))
