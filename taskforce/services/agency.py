"""Agencies: adding an organisation as a member, and keeping its record."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from pydantic import Field, field_validator

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import Agency, Mechanism, Membership
from taskforce.queries import agency as agencies
from taskforce.services.command import Command, check_version
from taskforce.services.deletion import Deletion, check_deletion
from taskforce.services.field_types import Code, OneLine
from taskforce.services.membership import Join, join

Sector = Literal[
    "government",
    "local_government",
    "police",
    "justice",
    "regulator",
    "ngo",
    "industry",
    "un",
    "donor",
    "academia",
    "other",
]


class SaveAgency(Command):
    """The record of an organisation. Its code and country stay, since plan files know it by them."""

    title: OneLine = Field(title="Name", min_length=1, max_length=300)
    acronym: OneLine | None = Field(default=None, title="Short name", max_length=60)
    other_names: list[str] = Field(default=[], title="Other names", description="Former names, other languages.")
    sector: Sector = Field(title="Sector")
    iati_identifier: OneLine | None = Field(default=None, title="IATI identifier", max_length=100)
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")

    @field_validator("other_names")
    @classmethod
    def one_a_line(cls, value: list[str]) -> list[str]:
        """A form sends one text with a name a line."""
        return [name.strip() for each in value for name in each.splitlines() if name.strip()]


class AddAgency(SaveAgency, Join):
    """An organisation that the installation does not know yet, as a new member."""

    code: Code = Field(title="Code", min_length=1, description="Such as MOE.")
    is_international: bool = Field(default=False, title="International")


@dataclass(frozen=True, slots=True)
class Keeper:
    """A mechanism that would change a record. `is_alone`: no other mechanism has or had the agency as a member."""

    mechanism: Mechanism
    is_alone: bool


def stored(agency: Agency) -> SaveAgency:
    """The command that would write what is stored now."""
    return SaveAgency.model_validate(agency, from_attributes=True)


async def add_agency(session: Session, actor: Actor, mechanism: Mechanism, command: AddAgency) -> Membership:
    """Record an organisation of the mechanism's country, or an international one, and make it a member.

    Raises:
        NotAllowed: the actor does not keep the agencies of the mechanism.
        Refused: there is one with this code.
    """
    require(actor, May.AGENCY_EDIT, mechanism.id)
    country = None if command.is_international else mechanism.country
    if await agencies.code_is_taken(session, country, command.code):
        raise Refused("%(code)s exists already. Search for it and add it as a member.", field="code", code=command.code)
    agency = Agency(country=country, **command.model_dump(include=_OWN | {"code"}))
    session.add(agency)
    await session.flush()
    return await join(session, actor, mechanism.id, agency.id, command)


async def edit_agency(session: Session, actor: Actor, keeper: Keeper, agency_id: UUID, command: SaveAgency) -> Agency:
    """Change the record of an organisation of the mechanism's own country that no other mechanism has as a member.

    Raises:
        NotFound, NotAllowed: it is no member here, or the actor does not keep the agencies.
        Refused: others have it too, and one of them does not rename it for all; an administrator does.
        Stale: somebody saved it meanwhile.
    """
    agency = await agencies.one(session, actor, keeper.mechanism.id, agency_id, for_update=True)
    require(actor, May.AGENCY_EDIT, keeper.mechanism.id)
    if not may_keep(actor, keeper, agency):
        raise Refused("%(agency)s is also a member elsewhere. Ask the administrator to change it.", agency=agency.title)
    return await _save(session, agency, command)


async def edit_record(session: Session, actor: Actor, agency_id: UUID, command: SaveAgency) -> Agency:
    """Change the record of any organisation of the installation, such as one that works in several countries.

    Raises:
        NotAllowed: the actor is no administrator.
        NotFound: there is no such organisation.
        Stale: somebody saved it meanwhile.
    """
    require(actor, May.AGENCY_EDIT)
    agency = await agencies.known(session, agency_id, for_update=True)
    return await _save(session, agency, command)


async def delete_record(session: Session, actor: Actor, agency_id: UUID, command: Deletion) -> Agency:
    """Delete the record of an organisation that nothing refers to, such as one that was added twice.

    Raises:
        NotAllowed: the actor is no administrator.
        NotFound: there is no such organisation.
        Refused: a mechanism has it as a member, or anything else refers to it.
        Stale: somebody saved it meanwhile.
    """
    require(actor, May.AGENCY_EDIT)
    agency = await agencies.known(session, agency_id, for_update=True)
    await check_deletion(session, actor, agency, command, stored(agency))
    await session.delete(agency)
    await session.flush()
    return agency


async def _save(session: Session, agency: Agency, command: SaveAgency) -> Agency:
    check_version(agency, command.version, stored(agency))
    for name, value in command.model_dump(include=_OWN).items():
        setattr(agency, name, value)
    await session.flush()
    return agency


def may_keep(actor: Actor, keeper: Keeper, agency: Agency) -> bool:
    """Whether the record is the mechanism's to change, or the actor is an administrator, who may change any."""
    return actor.is_administrator or (keeper.is_alone and agency.country == keeper.mechanism.country)


_OWN = {"title", "acronym", "other_names", "sector", "iati_identifier"}
