"""Mechanisms: making one with its secretariat, and keeping what it says of itself."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal
from uuid import UUID, uuid4
from zoneinfo import available_timezones

from babel.numbers import get_territory_currencies
from pydantic import Field, field_validator
from sqlalchemy import update

from taskforce.access import Actor, May, Role, require
from taskforce.db import Session, widen
from taskforce.errors import Refused
from taskforce.models import Mechanism
from taskforce.queries import mechanism as mechanisms
from taskforce.rules.periods import local_day
from taskforce.services.appointment import Invitation, Invite, account_for, appoint
from taskforce.services.command import Command, check_version
from taskforce.services.field_types import Country, Currency, Email, MechanismCode, OneLine

Kind = Literal[
    "task_force", "council", "working_group", "technical_working_group", "programme", "statutory_body", "committee"
]
Status = Literal["forming", "active", "dormant", "dissolved"]
Frequency = Literal["monthly", "quarterly", "semiannual", "annual"]


class AddMechanism(Command):
    """A new mechanism and the person who will be its secretariat."""

    code: MechanismCode = Field(title="Code", min_length=1, description="Capitals, digits and dashes, like TZ-NCOSTF.")
    title: OneLine = Field(title="Name", min_length=1, max_length=300)
    country: Country = Field(title="Country", min_length=1)
    kind: Kind = Field(default="task_force", title="Kind")
    currency: Currency | None = Field(default=None, title="Currency", description="Without it: the country's.")
    starter: str | None = Field(
        default=None, title="Starter plan", max_length=60, description="Name of a starter plan; without it: empty."
    )
    email: Email = Field(title="E-mail address", min_length=1, max_length=254)
    post: OneLine = Field(
        title="Post", min_length=1, max_length=200, description='For example "Secretariat, Tanzania".'
    )


class SaveMechanism(Command):
    """What the form of a mechanism sends."""

    title: OneLine = Field(title="Name", min_length=1, max_length=300)
    kind: Kind = Field(title="Kind")
    topic: OneLine | None = Field(default=None, title="Topic", max_length=300)
    status: Status = Field(title="Status")
    legal_basis: str | None = Field(default=None, title="Legal basis", max_length=2000)
    legal_basis_is_seen: bool = Field(default=False, title="Its text was read")
    established_on: dt.date | None = Field(default=None, title="Established on")
    established_is_year_only: bool = Field(default=False, title="Only the year is known")
    ended_on: dt.date | None = Field(default=None, title="Ended on")
    ended_is_year_only: bool = Field(default=False, title="Only the year is known")
    predecessor: OneLine | None = Field(default=None, title="Body before it", max_length=300)
    lead_agency_id: UUID | None = Field(default=None, title="Lead agency")
    chair_agency_id: UUID | None = Field(default=None, title="Chair")
    secretariat_agency_id: UUID | None = Field(default=None, title="Secretariat")
    start_up_funder: OneLine | None = Field(default=None, title="Start-up money from", max_length=300)
    fiscal_year_start_month: int = Field(default=1, title="The fiscal year starts in", ge=1, le=12)
    time_zone: str = Field(default="UTC", title="Time zone", max_length=60)
    currency: Currency = Field(title="Currency")
    reporting_frequency: Frequency = Field(default="quarterly", title="Members report")
    reporting_due_days: int = Field(default=15, title="Days until a report is due", ge=0, le=366)
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")

    @field_validator("time_zone")
    @classmethod
    def is_a_time_zone(cls, value: str) -> str:
        """Source: IANA time zone database."""
        if value not in available_timezones():
            raise ValueError(f"{value} is no time zone. Write one like Africa/Dar_es_Salaam.")
        return value


@dataclass(frozen=True, slots=True)
class Founded:
    """A new mechanism and the invitation of its secretariat."""

    id: UUID
    code: str
    title: str
    invitation: Invitation


def stored(mechanism: Mechanism) -> SaveMechanism:
    """The command that would write what is stored now."""
    values = {name: getattr(mechanism, name) for name in SaveMechanism.model_fields}
    return SaveMechanism.model_validate(values | {"legal_basis_is_seen": bool(mechanism.legal_basis_is_seen)})


async def make_mechanism(session: Session, actor: Actor, command: AddMechanism) -> UUID:
    """Make an empty mechanism that is forming; from here on this transaction may write it.

    Raises:
        NotAllowed: the actor is no administrator.
        Refused: there is one with this code.
    """
    require(actor, May.MECHANISM_CREATE)
    mechanism = Mechanism(
        id=uuid4(),
        code=command.code,
        title=command.title,
        country=command.country,
        kind=command.kind,
        status="forming",
        currency=command.currency or currency_of(command.country),
    )
    await widen(session, mechanism.id)
    session.add(mechanism)
    await session.flush()
    return mechanism.id


async def hand_over(
    session: Session, actor: Actor, mechanism_id: UUID, command: AddMechanism, *, now: dt.datetime
) -> Founded:
    """Appoint the secretariat of a mechanism that this transaction has made; its maker does not see into it.

    Raises:
        NotAllowed: the actor is no administrator.
        Refused: the account of that address was closed.
    """
    require(actor, May.MECHANISM_CREATE)
    account, secret = await account_for(session, command.email, command.post, now=now)
    role = Invite(email=account.email, title=account.title, role="secretariat")
    # its time zone is chosen later, and must not put off what its secretariat may do: this day has begun everywhere
    appointment = await appoint(session, mechanism_id, account, role, today=local_day(now, "Etc/GMT+12"))
    await session.execute(update(Mechanism).where(Mechanism.id == mechanism_id).values(kind=command.kind))
    return Founded(mechanism_id, command.code, command.title, Invitation(account, appointment, secret))


def currency_of(country: str) -> str:
    """What is paid with in a country today. Source: CLDR, through Babel.

    Raises:
        Refused: none is known.
    """
    found = get_territory_currencies(country)
    if not found:
        raise Refused("Write the currency of the mechanism, like USD.", field="currency")
    return str(found[0])


async def edit_mechanism(session: Session, actor: Actor, mechanism_id: UUID, command: SaveMechanism) -> Mechanism:
    """Change what a mechanism says of itself; only the chair dissolves it.

    Raises:
        NotFound, NotAllowed: the mechanism is not the actor's to see, or to change.
        Refused: somebody else than the chair dissolves it, or the dates do not fit.
        Stale: somebody saved it meanwhile.
    """
    mechanism = await mechanisms.one(session, actor, mechanism_id, for_update=True)
    require(actor, May.MECHANISM_EDIT, mechanism.id)
    check_version(mechanism, command.version, stored(mechanism))
    _check_status(actor, mechanism, command)
    if command.established_on and command.ended_on and command.ended_on < command.established_on:
        raise Refused(
            "It was established on %(first)s. Choose that day or a later one.",
            field="ended_on",
            first=command.established_on,
        )
    for name, value in command.model_dump(exclude={"version"}).items():
        setattr(mechanism, name, value)
    await session.flush()
    return mechanism


def _check_status(actor: Actor, mechanism: Mechanism, command: SaveMechanism) -> None:
    changes = "dissolved" in (command.status, mechanism.status) and command.status != mechanism.status
    if changes and not actor.is_system and Role.CHAIR not in actor.roles_in(mechanism.id):
        raise Refused("Only the chair dissolves a mechanism, or takes that back.", field="status")
    if changes and command.status == "dissolved" and command.ended_on is None:
        raise Refused("Write the day, or the first day of the year, on which it ended.", field="ended_on")
