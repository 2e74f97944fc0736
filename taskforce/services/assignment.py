"""The parts that agencies have in a responsibility: add, change, end, dispute, delete."""

import datetime as dt
from typing import Literal
from uuid import UUID

from pydantic import Field

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import Assignment, Responsibility
from taskforce.queries import node
from taskforce.queries.agency_choice import agency_choices
from taskforce.services.command import Command, check_version
from taskforce.services.deletion import Deletion, check_deletion

PartRole = Literal["accountable", "responsible", "consulted", "informed"]


class EditAssignment(Command):
    """What the form of an assignment and the API send. Both dates are included."""

    role: PartRole = Field(title="Part")
    starts_on: dt.date | None = Field(default=None, title="From", description="Empty: always.")
    ends_on: dt.date | None = Field(default=None, title="To", description="Empty: still.")
    is_disputed: bool = Field(default=False, title="Disputed", description="Another member contests it.")
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


class AddAssignment(EditAssignment):
    """The same with the agency, which cannot change afterwards."""

    agency_id: UUID = Field(title="Agency")


class EndAssignment(Command):
    """The last day of a part."""

    ends_on: dt.date = Field(title="Last day")
    version: int = Field(title="Version", ge=1, description="The version that you opened.")


class DisputeAssignment(Command):
    """Whether another member contests a part."""

    is_disputed: bool = Field(title="Disputed")
    version: int = Field(title="Version", ge=1, description="The version that you opened.")


def stored(assignment: Assignment) -> EditAssignment:
    """The command that would write what is stored now."""
    return EditAssignment.model_validate(
        {
            "role": assignment.role,
            "starts_on": assignment.starts_on,
            "ends_on": assignment.ends_on,
            "is_disputed": assignment.is_disputed,
            "version": assignment.version,
        }
    )


async def add_assignment(session: Session, actor: Actor, responsibility_id: UUID, command: AddAssignment) -> Assignment:
    """Give an agency a part. A second accountable agency is stored too: the clash is shown until members settle it.

    Raises:
        NotFound, NotAllowed: the responsibility is not the actor's to see, or to change.
        Refused: the agency is not of this mechanism, has a part at that time already, or it ends before it starts.
    """
    responsibility = await node.one(session, actor, Responsibility, responsibility_id, for_update=True)
    require(actor, May.RESPONSIBILITY_EDIT, responsibility.mechanism_id)
    known = {choice.id for choice in await agency_choices(session, actor, responsibility.mechanism_id)}
    if command.agency_id not in known:
        raise Refused(
            "This agency is not of this mechanism. Add it under Agencies first, or choose another.", field="agency_id"
        )
    _check_dates(command.starts_on, command.ends_on)
    assignment = Assignment(
        mechanism_id=responsibility.mechanism_id,
        responsibility_id=responsibility.id,
        agency_id=command.agency_id,
        role=command.role,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        is_disputed=command.is_disputed,
    )
    session.add(assignment)
    await session.flush()
    return assignment


async def edit_assignment(session: Session, actor: Actor, assignment_id: UUID, command: EditAssignment) -> Assignment:
    """Change the part of an agency.

    Raises:
        NotFound, NotAllowed, Refused: as in adding.
        Stale: somebody saved it meanwhile.
    """
    assignment = await _for_update(session, actor, assignment_id)
    check_version(assignment, command.version, stored(assignment))
    _check_dates(command.starts_on, command.ends_on)
    assignment.role, assignment.is_disputed = command.role, command.is_disputed
    assignment.starts_on, assignment.ends_on = command.starts_on, command.ends_on
    await session.flush()
    return assignment


async def end_assignment(session: Session, actor: Actor, assignment_id: UUID, command: EndAssignment) -> Assignment:
    """End the part of an agency on a day, which still counts; the history keeps it. Raises as in editing."""
    assignment = await _for_update(session, actor, assignment_id)
    check_version(assignment, command.version, stored(assignment))
    _check_dates(assignment.starts_on, command.ends_on)
    assignment.ends_on = command.ends_on
    await session.flush()
    return assignment


async def dispute_assignment(
    session: Session, actor: Actor, assignment_id: UUID, command: DisputeAssignment
) -> Assignment:
    """Mark the part of an agency as contested, or as settled. Raises as in editing."""
    assignment = await _for_update(session, actor, assignment_id)
    check_version(assignment, command.version, stored(assignment))
    assignment.is_disputed = command.is_disputed
    await session.flush()
    return assignment


async def delete_assignment(
    session: Session, actor: Actor, assignment_id: UUID, command: Deletion, *, today: dt.date
) -> Assignment:
    """Delete a part that was entered by mistake.

    Raises:
        NotFound, NotAllowed: it is not the actor's to see, or to delete.
        Stale: somebody saved it meanwhile.
        Refused: it was held before today; it is ended instead.
    """
    assignment = await _for_update(session, actor, assignment_id)
    await check_deletion(session, actor, assignment, command, stored(assignment))
    since = held_since(assignment.id, assignment.starts_on)
    if since < today:
        raise Refused("This part was held since %(since)s and is history. End it with a date.", since=since)
    await session.delete(assignment)
    await session.flush()
    return assignment


def held_since(assignment_id: UUID, starts_on: dt.date | None) -> dt.date:
    """The day from which a part is history: its first day, or for one without that the day when it was added.

    That day is in its id: the first 48 bits of a UUID of version 7 are milliseconds. Source: RFC 9562 section 5.7.
    """
    return starts_on or dt.datetime.fromtimestamp((assignment_id.int >> 80) / 1000, dt.UTC).date()


async def _for_update(session: Session, actor: Actor, assignment_id: UUID) -> Assignment:
    assignment = await node.one(session, actor, Assignment, assignment_id, for_update=True)
    require(actor, May.RESPONSIBILITY_EDIT, assignment.mechanism_id)
    return assignment


def _check_dates(starts_on: dt.date | None, ends_on: dt.date | None) -> None:
    if starts_on and ends_on and ends_on < starts_on:
        raise Refused(
            "It ends %(ends_on)s before it starts %(starts_on)s. Correct one of the dates.",
            field="ends_on",
            ends_on=ends_on,
            starts_on=starts_on,
        )
