"""Questions about other mechanisms than the one that is worked on, asked as `elsewhere`: the answer is yes or no."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import exists, select

from taskforce.db import Session
from taskforce.models import Appointment, Membership


async def is_member(session: Session, agency_id: UUID, but: UUID) -> bool:
    """Whether an agency is or was a member of a mechanism other than `but`."""
    others = exists().where(Membership.agency_id == agency_id, Membership.mechanism_id != but)
    return bool(await session.scalar(select(others)))


async def is_appointed(session: Session, account_id: UUID, but: Iterable[UUID]) -> bool:
    """Whether an account holds or held an appointment in a mechanism other than these."""
    others = exists().where(Appointment.account_id == account_id, Appointment.mechanism_id.not_in(list(but)))
    return bool(await session.scalar(select(others)))
