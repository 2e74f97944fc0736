"""Responsibilities of a mechanism: add, edit, delete, with the instruments on which they rest."""

import datetime as dt
from uuid import UUID

from pydantic import Field
from sqlalchemy import delete, insert

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import Instrument, Responsibility, ResponsibilityInstrument
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import node
from taskforce.queries import responsibility as responsibilities
from taskforce.queries.vocabulary_term import terms
from taskforce.services.assignment import AddAssignment, add_assignment, held_since
from taskforce.services.command import Command, check_version
from taskforce.services.deletion import Deletion, check_deletion
from taskforce.services.instrument import InstrumentKind, check_link


class EditResponsibility(Command):
    """What the form of a responsibility and the API send; `citation` adds an instrument that is not listed yet."""

    statement: str = Field(title="What must be done", min_length=1, max_length=10_000, description="What must be done.")
    code: str = Field(title="Code", min_length=1, max_length=80, description="Unique in its mechanism, like R1.")
    capability_id: str = Field(
        title="Capability of the national response", min_length=1, description="An id like capability:13."
    )
    instruments: list[UUID] = Field(default=[], title="Legal basis", description="Ids of instruments.")
    kind: InstrumentKind = Field(default="law", title="Kind of the new instrument")
    citation: str | None = Field(default=None, title="Citation of the new instrument", max_length=500)
    article: str | None = Field(default=None, title="Article of the new instrument", max_length=500)
    is_seen: bool = Field(default=False, title="Text of the new instrument seen")
    link: str | None = Field(default=None, title="Link to the new instrument", max_length=2000)
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


class AddResponsibility(EditResponsibility):
    """The same with the agency that is accountable from the start, if one is."""

    agency_id: UUID | None = Field(default=None, title="Accountable agency")
    starts_on: dt.date | None = Field(default=None, title="Accountable from")


async def stored(session: Session, responsibility: Responsibility) -> EditResponsibility:
    """The command that would write what is stored now."""
    return EditResponsibility(
        code=responsibility.code,
        statement=responsibility.statement,
        capability_id=responsibility.capability_id,
        instruments=await responsibilities.instrument_ids(session, responsibility),
        version=responsibility.version,
    )


async def add_responsibility(session: Session, actor: Actor, code: str, command: AddResponsibility) -> Responsibility:
    """Add a responsibility at the end of the mechanism's list.

    Raises:
        NotFound, NotAllowed: the mechanism is not the actor's to see, or to change.
        Refused: the code is taken, the capability is none, an instrument is not this mechanism's.
    """
    head = await mechanisms.head(session, actor, code)
    require(actor, May.RESPONSIBILITY_EDIT, head.id)
    responsibility = Responsibility(
        mechanism_id=head.id,
        code=command.code,
        statement=command.statement,
        capability_id=command.capability_id,
        position=node.place_after(Responsibility, mechanism_id=head.id),
    )
    await _check(session, actor, head.id, command)
    session.add(responsibility)
    await session.flush()
    await _set_instruments(session, responsibility, command)
    if command.agency_id:
        first = AddAssignment(agency_id=command.agency_id, role="accountable", starts_on=command.starts_on)
        await add_assignment(session, actor, responsibility.id, first)
    return responsibility


async def edit_responsibility(
    session: Session, actor: Actor, responsibility_id: UUID, command: EditResponsibility
) -> Responsibility:
    """Change a responsibility; who holds it is changed by its assignments.

    Raises:
        NotFound, NotAllowed, Refused: as in adding.
        Stale: somebody saved it meanwhile.
    """
    responsibility = await node.one(session, actor, Responsibility, responsibility_id, for_update=True)
    require(actor, May.RESPONSIBILITY_EDIT, responsibility.mechanism_id)
    check_version(responsibility, command.version, await stored(session, responsibility))
    await _check(session, actor, responsibility.mechanism_id, command)
    responsibility.code, responsibility.statement = command.code, command.statement
    responsibility.capability_id = command.capability_id
    await session.flush()
    await _set_instruments(session, responsibility, command)
    return responsibility


async def delete_responsibility(
    session: Session, actor: Actor, responsibility_id: UUID, command: Deletion, *, today: dt.date
) -> Responsibility:
    """Delete a responsibility with its assignments; the database refuses one that activities carry out.

    Raises:
        NotFound, NotAllowed: it is not the actor's to see, or to delete.
        Stale: somebody saved it meanwhile.
        Refused: an agency held a part in it before today, and the mechanism is past forming.
    """
    responsibility = await node.one(session, actor, Responsibility, responsibility_id, for_update=True)
    require(actor, May.RESPONSIBILITY_EDIT, responsibility.mechanism_id)
    await check_deletion(session, actor, responsibility, command, await stored(session, responsibility))
    key = (session, actor, responsibility.mechanism_id)
    was_held = any(
        held_since(part.id, part.starts_on) < today for part in await responsibilities.parts(*key, responsibility.id)
    )
    if was_held and (await mechanisms.one(*key)).status != "forming":
        raise Refused(
            "Agencies held %(code)s and that is history. End their parts with a date.", code=responsibility.code
        )
    await session.delete(responsibility)
    await session.flush()
    return responsibility


async def _check(session: Session, actor: Actor, mechanism_id: UUID, command: EditResponsibility) -> None:
    if command.capability_id not in {term.id for term in await terms(session, "capability")}:
        raise Refused(
            "%(term)s is not a capability. Choose one of the list.", field="capability_id", term=command.capability_id
        )
    known = {instrument.id for instrument in await responsibilities.instruments(session, actor, mechanism_id)}
    if not known.issuperset(command.instruments):
        raise Refused("One of the instruments is not of this mechanism. Choose again.", field="instruments")
    if not command.citation and (command.article or command.link):
        raise Refused("Write the citation of the new instrument too, or clear its article and link.", field="citation")
    check_link(command.link)


async def _set_instruments(session: Session, responsibility: Responsibility, command: EditResponsibility) -> None:
    wanted = list(dict.fromkeys(command.instruments))
    if command.citation:
        added = Instrument(
            mechanism_id=responsibility.mechanism_id,
            kind=command.kind,
            citation=command.citation,
            article=command.article,
            is_seen=command.is_seen,
            link=command.link,
        )
        session.add(added)
        await session.flush()
        wanted.append(added.id)
    key = {"mechanism_id": responsibility.mechanism_id, "responsibility_id": responsibility.id}
    await session.execute(
        delete(ResponsibilityInstrument).where(
            ResponsibilityInstrument.mechanism_id == responsibility.mechanism_id,
            ResponsibilityInstrument.responsibility_id == responsibility.id,
        )
    )
    rows = [key | {"instrument_id": each, "position": place} for place, each in enumerate(wanted)]
    if rows:
        await session.execute(insert(ResponsibilityInstrument), rows)
