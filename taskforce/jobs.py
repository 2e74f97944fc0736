"""What happens without anybody asking: the list of clocked jobs, each one service call."""

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from taskforce.access import JOBS, OUTBOX
from taskforce.db import Session, Sessions, transaction
from taskforce.services import account, attachment, idempotency_key, job_run, outbox
from taskforce.settings import settings

log = structlog.get_logger()


@dataclass(frozen=True)
class Job:
    """A job and how often it runs; a slot is a multiple of `every` since midnight UTC of 1 January 1970.

    `work` is one transaction with its slot. `then` follows for whoever took the slot, in transactions of its own: what
    leaves the database, like mail, must not be undone by what comes after it.
    """

    name: str
    every: dt.timedelta
    work: Callable[[Session, dt.datetime], Awaitable[None]]
    then: Callable[[Sessions, dt.datetime], Awaitable[None]] | None = None


async def _clean(session: Session, now: dt.datetime) -> None:
    """Sessions, links, tries, keys and job runs that have run out."""
    await account.forget(session, now)
    await idempotency_key.forget(session, now)
    await job_run.forget(session, now)
    await outbox.forget(session, now)


async def _nothing(_session: Session, _now: dt.datetime) -> None:
    """All of the work comes after the slot."""


async def send_mail(sessions: Sessions, now: dt.datetime) -> None:
    """Send all mail that is due, each in a transaction of its own: a kill repeats one mail at most."""
    url = settings().smtp_url
    if url is None:
        return
    is_more = True
    while is_more:
        async with transaction(sessions, OUTBOX, action="job:outbox") as session:
            is_more = await outbox.send_next(session, url, now=now)


JOBS_LIST = (
    Job("clean", dt.timedelta(hours=1), _clean),
    Job("files", dt.timedelta(days=1), attachment.sweep),
    Job("outbox", dt.timedelta(minutes=1), _nothing, then=send_mail),
)


def slot_of(job: Job, now: dt.datetime) -> dt.datetime:
    """The slot that a moment falls into: its start, in UTC."""
    seconds = job.every.total_seconds()
    return dt.datetime.fromtimestamp(now.timestamp() // seconds * seconds, tz=dt.UTC)


async def run(sessions: Sessions, job: Job, now: dt.datetime) -> bool:
    """Run a job for the slot of this moment, unless it ran; the slot and the work are one transaction."""
    async with transaction(sessions, JOBS, action=f"job:{job.name}") as session:
        if not await job_run.take(session, job.name, slot_of(job, now), now):
            return False
        await job.work(session, now)
    if job.then is not None:
        await job.then(sessions, now)
    return True


def scheduler(sessions: Sessions, clock: Callable[[], dt.datetime]) -> AsyncIOScheduler:
    """Ticks every minute in each worker; the database decides who works."""

    async def tick() -> None:
        for job in JOBS_LIST:
            try:
                await run(sessions, job, clock())
            except Exception:  # the edge: one failing job must not stop the others, and the next tick tries again
                log.exception("job failed", job=job.name)

    made = AsyncIOScheduler(timezone=dt.UTC)
    made.add_job(tick, "interval", minutes=1, next_run_time=clock(), coalesce=True, max_instances=1)
    return made
