"""The slots of jobs: whoever takes a slot does its work, in the same transaction."""

import datetime as dt

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from taskforce.db import Session
from taskforce.models import JobRun

KEPT_FOR = dt.timedelta(days=30)


async def take(session: Session, job: str, slot: dt.datetime, now: dt.datetime) -> bool:
    """Take the slot of a job; False where it ran, or runs, already."""
    statement = insert(JobRun).values(job=job, slot=slot, finished_at=now, outcome="done")
    taken = await session.scalar(statement.on_conflict_do_nothing().returning(JobRun.job))
    return taken is not None


async def forget(session: Session, now: dt.datetime) -> None:
    """Delete the slots of long ago."""
    await session.execute(delete(JobRun).where(JobRun.slot < now - KEPT_FOR))
