"""Handing a post over: one appointment ends, the next begins the day after, and the history says why."""

import datetime as dt
from uuid import UUID

from pydantic import BaseModel, Field

from taskforce.access import Actor
from taskforce.db import Session, explain
from taskforce.errors import Refused
from taskforce.models import Account, Appointment
from taskforce.queries import account as accounts
from taskforce.services.appointment import Invitation, account_for, for_update
from taskforce.services.command import Command, check_version
from taskforce.services.field_types import Email, OneLine


class HandOver(Command):
    """Who takes a post over, and from when."""

    email: Email = Field(title="E-mail address", min_length=1, max_length=254)
    title: OneLine = Field(title="Post", min_length=1, max_length=200, description='For example "Focal point, Police".')
    starts_on: dt.date = Field(title="First day of the new person")
    reason: str = Field(title="Reason", min_length=1, max_length=1000)
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


class StoredHandOver(BaseModel):
    """What a stale sender is shown."""

    ends_on: dt.date | None


async def hand_over(
    session: Session, actor: Actor, appointment_id: UUID, command: HandOver, *, now: dt.datetime
) -> tuple[Invitation, Account]:
    """End an appointment the day before and give role and agency to somebody else; returns them and who had it.

    Raises:
        NotFound, NotAllowed: it is not the actor's to see, or to hand over.
        Refused: it is over, the day does not fit, or the same person would have it again.
        Stale: somebody ended it meanwhile.
    """
    earlier = await for_update(session, actor, appointment_id)
    await explain(session, "appointment:hand_over", command.reason)  # before the first change, which it is to explain
    check_version(earlier, command.version, StoredHandOver(ends_on=earlier.ends_on))
    _check_day(earlier, command.starts_on, today=now.date())
    account, secret = await account_for(session, command.email, command.title, now=now)
    if account.id == earlier.account_id:
        raise Refused("They hold the post already. Write the address of the new person.", field="email")
    last_day, earlier.ends_on = earlier.ends_on, command.starts_on - dt.timedelta(days=1)
    await session.flush()
    follower = Appointment(
        mechanism_id=earlier.mechanism_id,
        account_id=account.id,
        agency_id=earlier.agency_id,
        role=earlier.role,
        is_deputy=earlier.is_deputy,
        starts_on=command.starts_on,
        ends_on=last_day,
        follows_id=earlier.id,
        reason=command.reason,
    )
    session.add(follower)
    await session.flush()
    return Invitation(account, follower, secret), await accounts.one(session, earlier.account_id)


def _check_day(earlier: Appointment, first_day: dt.date, *, today: dt.date) -> None:
    """The post changes hands today or later, after a day at least, and before it ends anyway."""
    if first_day < today:
        raise Refused("The past is not rewritten. Choose today or a later day.", field="starts_on")
    if first_day <= earlier.starts_on:
        raise Refused(
            "It began on %(first)s. Choose a later day, or delete the appointment and invite the right person.",
            field="starts_on",
            first=earlier.starts_on,
        )
    if earlier.ends_on and first_day > earlier.ends_on:
        raise Refused(
            "It ends on %(last)s. Choose that day or an earlier one, or invite somebody.",
            field="starts_on",
            last=earlier.ends_on,
        )
