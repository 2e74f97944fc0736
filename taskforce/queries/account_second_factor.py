"""Questions about second factors: what is set up, what is pending, which recovery codes are left."""

import datetime as dt
from uuid import UUID

from sqlalchemy import func, select

from taskforce.db import Session
from taskforce.models import RecoveryCode, SecondFactor


async def for_update(session: Session, account_id: UUID) -> SecondFactor | None:
    """The second factor of an account, locked, so that of two who send one code one comes second."""
    locked = select(SecondFactor).where(SecondFactor.account_id == account_id).with_for_update()
    return await session.scalar(locked.execution_options(populate_existing=True))


async def pending_secret(session: Session, account_id: UUID, *, now: dt.datetime) -> str | None:
    """The secret whose first code is waited for."""
    return await session.scalar(
        select(SecondFactor.pending_secret).where(
            SecondFactor.account_id == account_id, SecondFactor.pending_until > now
        )
    )


async def recovery_codes_left(session: Session, account_id: UUID) -> int:
    """How many recovery codes were not used yet."""
    left = select(func.count()).select_from(RecoveryCode)
    found = await session.scalar(left.where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None)))
    return found or 0
