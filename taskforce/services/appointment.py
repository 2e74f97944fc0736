"""Appointments: inviting people into a mechanism, ending what they were invited for."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import delete

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import Account, Appointment, OneTimeLink
from taskforce.queries import account as accounts
from taskforce.queries import appointment as appointments
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import membership as memberships
from taskforce.queries import node, time_zone
from taskforce.rules.periods import local_day
from taskforce.services.account import NewAccount, add_account, make_link
from taskforce.services.command import Command, check_version
from taskforce.services.deletion import Deletion, check_deletion
from taskforce.services.field_types import Email, OneLine

AppointmentRole = Literal["secretariat", "chair", "focal_point", "authorised_officer", "donor", "treasury", "observer"]
FOR_AN_AGENCY = ("focal_point", "authorised_officer", "donor")


class Invite(Command):
    """A person to appoint. For an account that exists its own post stays."""

    email: Email = Field(title="E-mail address", min_length=1, max_length=254)
    title: OneLine = Field(title="Post", min_length=1, max_length=200, description='For example "Focal point, Police".')
    role: AppointmentRole = Field(title="Role")
    agency_id: UUID | None = Field(default=None, title="Agency they stand for")
    is_deputy: bool = Field(default=False, title="Deputy")
    starts_on: dt.date | None = Field(default=None, title="From", description="Without it: today.")
    ends_on: dt.date | None = Field(default=None, title="Last day", description="Without it: until it is ended.")


class EndAppointment(Command):
    """The last day of an appointment."""

    ends_on: dt.date = Field(title="Last day")
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


class StoredEnd(BaseModel):
    """What a stale sender is shown."""

    ends_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who was appointed. `secret` of the link with which they set a password; None where they have one already."""

    account: Account
    appointment: Appointment
    secret: str | None


async def invite(
    session: Session, actor: Actor, mechanism_id: UUID, command: Invite, *, now: dt.datetime
) -> Invitation:
    """Appoint a person, making their account if they have none.

    An account that exists gets no link: whoever invites must not be able to sign in as somebody else.

    Raises:
        NotAllowed: the actor does not invite here.
        Refused: the role wants an agency, the agency is no member, the account is closed, or they hold the role.
    """
    require(actor, May.ACCOUNT_EDIT, mechanism_id)
    if command.agency_id is None and command.role in FOR_AN_AGENCY:
        raise Refused("This role stands for an agency. Choose the agency.", field="agency_id")
    today = local_day(now, await time_zone.of_mechanism(session, actor, mechanism_id) or "UTC")
    if command.agency_id and not await memberships.has_current(
        session, mechanism_id, command.agency_id, command.starts_on or today
    ):
        raise Refused("This agency is not a member. Add it as a member first.", field="agency_id")
    account, secret = await account_for(session, command.email, command.title, now=now)
    return Invitation(account, await appoint(session, mechanism_id, account, command, today=today), secret)


async def account_for(session: Session, email: str, title: str, *, now: dt.datetime) -> tuple[Account, str | None]:
    """The account of an address, or a new one with the secret of its invitation.

    Raises:
        Refused: the account was closed.
    """
    known = await accounts.by_email(session, email)
    if known is None:
        account = await add_account(session, NewAccount(email=email, title=title))
        return account, await make_link(session, account.id, "invitation", now=now)
    if known.disabled_at is not None:
        raise Refused("The account of %(email)s was closed. Ask the administrator.", field="email", email=known.email)
    return known, None


async def appoint(
    session: Session, mechanism_id: UUID, account: Account, command: Invite, *, today: dt.date
) -> Appointment:
    """Store an appointment; the database refuses the same role twice at a time.

    Raises:
        Refused: it would end before it begins.
    """
    first = command.starts_on or today
    if command.ends_on and command.ends_on < first:
        raise Refused("It begins on %(first)s. Choose that day or a later one.", field="ends_on", first=first)
    appointment = Appointment(
        mechanism_id=mechanism_id,
        account_id=account.id,
        agency_id=command.agency_id,
        role=command.role,
        is_deputy=command.is_deputy,
        starts_on=command.starts_on or today,
        ends_on=command.ends_on,
    )
    session.add(appointment)
    await session.flush()
    return appointment


async def invite_again(
    session: Session, actor: Actor, appointment_id: UUID, *, is_elsewhere: bool, now: dt.datetime
) -> Invitation:
    """A new link for somebody who has not accepted their invitation yet; earlier ones stop working.

    `is_elsewhere`: the account holds or held appointments in mechanisms that the actor does not govern; a link would
    open those as well.

    Raises:
        NotFound, NotAllowed: the appointment is not the actor's to see, or to renew.
        Refused: they have a password or came in once, or have more rights than the actor may give.
    """
    appointment = await node.one(session, actor, Appointment, appointment_id)
    require(actor, May.ACCOUNT_EDIT, appointment.mechanism_id)
    account = await accounts.one(session, appointment.account_id)
    if account.password_hash is not None:
        raise Refused("%(post)s has set a password already and can sign in.", post=account.title)
    if await accounts.was_used(session, account.id):
        raise Refused("%(post)s has signed in already. Ask the administrator for a link.", post=account.title)
    if account.is_administrator or account.disabled_at or is_elsewhere:
        raise Refused(
            "%(post)s has rights beyond this mechanism. Ask the administrator for a link.", post=account.title
        )
    await session.execute(
        delete(OneTimeLink).where(OneTimeLink.account_id == account.id, OneTimeLink.used_at.is_(None))
    )
    return Invitation(account, appointment, await make_link(session, account.id, "invitation", now=now))


async def end_appointment(
    session: Session, actor: Actor, appointment_id: UUID, command: EndAppointment, *, today: dt.date
) -> Appointment:
    """Set the last day of an appointment; access ends with that day.

    Raises:
        NotFound, NotAllowed: it is not the actor's to see, or to end.
        Refused: it would end before it began, or leave the mechanism without a secretariat.
        Stale: somebody ended it meanwhile.
    """
    appointment = await for_update(session, actor, appointment_id)
    check_version(appointment, command.version, StoredEnd(ends_on=appointment.ends_on))
    if command.ends_on < appointment.starts_on:
        raise Refused(
            "It began on %(first)s. Choose that day or a later one.", field="ends_on", first=appointment.starts_on
        )
    await check_not_the_last_secretariat(session, appointment, command.ends_on, today=today)
    appointment.ends_on = command.ends_on
    await session.flush()
    return appointment


async def delete_appointment(
    session: Session, actor: Actor, appointment_id: UUID, command: Deletion, *, today: dt.date
) -> Appointment:
    """Take an appointment back that begins today or later; one that has been used for a day is ended instead.

    Raises:
        NotFound, NotAllowed, Stale: as in ending.
        Refused: it began earlier, or it is the only secretariat.
    """
    appointment = await for_update(session, actor, appointment_id)
    await check_deletion(session, actor, appointment, command, StoredEnd(ends_on=appointment.ends_on))
    if appointment.starts_on < today:
        raise Refused("It began on %(first)s and is history. End it with a date.", first=appointment.starts_on)
    await check_not_the_last_secretariat(session, appointment, today - dt.timedelta(days=1), today=today)
    await session.delete(appointment)
    await session.flush()
    return appointment


async def for_update(session: Session, actor: Actor, appointment_id: UUID) -> Appointment:
    """An appointment to end or hand over.

    The mechanism is locked first: of two who end the last two secretariats, one waits.
    """
    appointment = await node.one(session, actor, Appointment, appointment_id)
    require(actor, May.ACCOUNT_EDIT, appointment.mechanism_id)
    await mechanisms.one(session, actor, appointment.mechanism_id, for_update=True)
    return await node.one(session, actor, Appointment, appointment_id, for_update=True)


async def check_not_the_last_secretariat(
    session: Session, appointment: Appointment, last_day: dt.date, *, today: dt.date
) -> None:
    """Let end what leaves somebody who can go on from the day after, or from today; the caller locks the mechanism.

    Raises:
        Refused: after that day nobody would be secretariat.
    """
    if appointment.role != "secretariat":
        return
    day = max(last_day, today - dt.timedelta(days=1))
    if not await appointments.secretariats_after(session, appointment.mechanism_id, day, but=appointment.id):
        raise Refused("This is the only secretariat of the mechanism. Invite another one first.", field="ends_on")
