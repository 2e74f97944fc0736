"""Memberships: which agency is in a mechanism, in which role, from when to when."""

import datetime as dt
from typing import Literal
from uuid import UUID

from pydantic import Field

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import Membership
from taskforce.queries import agency as agencies
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import membership as memberships
from taskforce.queries import node
from taskforce.services.appointment import check_not_the_last_secretariat
from taskforce.services.command import Command, check_version
from taskforce.services.deletion import Deletion, check_deletion

MembershipRole = Literal["lead", "chair", "co-chair", "secretariat", "member", "donor", "treasury", "observer"]


class Join(Command):
    """An agency becomes a member."""

    role: MembershipRole = Field(default="member", title="Role")
    starts_on: dt.date | None = Field(default=None, title="Member since")
    instrument_id: UUID | None = Field(default=None, title="Its membership rests on")


class SaveMembership(Join):
    """What the form of a membership sends."""

    ends_on: dt.date | None = Field(default=None, title="Last day")
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


class EndMembership(Command):
    """The last day of a membership."""

    ends_on: dt.date = Field(title="Last day")
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


def stored(membership: Membership) -> SaveMembership:
    """The command that would write what is stored now."""
    return SaveMembership.model_validate(membership, from_attributes=True)


async def join(session: Session, actor: Actor, mechanism_id: UUID, agency_id: UUID, command: Join) -> Membership:
    """Make an agency that the installation knows a member; the database refuses it twice at a time.

    Raises:
        NotAllowed: the actor does not keep the members.
        NotFound: there is no such agency.
    """
    require(actor, May.MEMBERSHIP_EDIT, mechanism_id)
    agency = await agencies.known(session, agency_id)
    membership = Membership(
        mechanism_id=mechanism_id,
        agency_id=agency.id,
        position=node.place_after(Membership, mechanism_id=mechanism_id),
        **command.model_dump(include={"role", "starts_on", "instrument_id"}),
    )
    session.add(membership)
    await session.flush()
    return membership


async def edit_membership(
    session: Session, actor: Actor, membership_id: UUID, command: SaveMembership, *, today: dt.date
) -> Membership:
    """Change a membership: what was wrong from the start, or its last day.

    Raises:
        NotFound, NotAllowed: it is not the actor's to see, or to change.
        Refused: it would end before it began, or take the last secretariat with it.
        Stale: somebody saved it meanwhile.
    """
    membership = await node.one(session, actor, Membership, membership_id, for_update=True)
    require(actor, May.MEMBERSHIP_EDIT, membership.mechanism_id)
    check_version(membership, command.version, stored(membership))
    membership.role, membership.starts_on = command.role, command.starts_on
    membership.instrument_id = command.instrument_id
    await _set_end(session, actor, membership, command.ends_on, today)
    return membership


async def end_membership(
    session: Session, actor: Actor, membership_id: UUID, command: EndMembership, *, today: dt.date
) -> Membership:
    """Set the last day of a membership; the agency's people lose access with it.

    Raises:
        As in editing.
    """
    membership = await node.one(session, actor, Membership, membership_id, for_update=True)
    require(actor, May.MEMBERSHIP_EDIT, membership.mechanism_id)
    check_version(membership, command.version, stored(membership))
    await _set_end(session, actor, membership, command.ends_on, today)
    return membership


async def delete_membership(session: Session, actor: Actor, membership_id: UUID, command: Deletion) -> Membership:
    """Delete a membership that was a mistake: nothing in the mechanism refers to its agency.

    Raises:
        NotFound, NotAllowed: it is not the actor's to see, or to delete.
        Stale: somebody saved it meanwhile.
        Refused: something refers to it; it is ended with a date instead.
    """
    membership = await node.one(session, actor, Membership, membership_id, for_update=True)
    require(actor, May.MEMBERSHIP_EDIT, membership.mechanism_id)
    await check_deletion(session, actor, membership, command, stored(membership))
    if await memberships.references(session, membership.mechanism_id, membership.agency_id):
        raise Refused(
            "Lines, duties, people or money of the mechanism name this agency. End its membership with a date instead."
        )
    await session.delete(membership)
    await session.flush()
    return membership


async def _set_end(
    session: Session, actor: Actor, membership: Membership, ends_on: dt.date | None, today: dt.date
) -> None:
    """Set or take back the last day; appointments for the agency end with it, and are never begun again by it."""
    if ends_on and membership.starts_on and ends_on < membership.starts_on:
        raise Refused(
            "It began on %(first)s. Choose that day or a later one.", field="ends_on", first=membership.starts_on
        )
    membership.ends_on = ends_on
    if ends_on:
        await mechanisms.one(session, actor, membership.mechanism_id, for_update=True)  # before its appointments
        key = (membership.mechanism_id, membership.agency_id)
        for appointment in await memberships.open_appointments(session, *key, ends_on):
            await check_not_the_last_secretariat(session, appointment, ends_on, today=today)
            if appointment.starts_on > ends_on:  # it would have begun later, and now never does
                await session.delete(appointment)
                continue
            appointment.ends_on = ends_on
            appointment.version += 1
    await session.flush()
