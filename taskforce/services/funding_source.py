"""Sources of money: add, edit, delete."""

import datetime as dt
from typing import Literal
from uuid import UUID

from babel.numbers import list_currencies
from pydantic import Field

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import FundingSource
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import node
from taskforce.queries.agency_choice import agency_choices
from taskforce.rules.money import SourceClass
from taskforce.services.command import Command, check_version
from taskforce.services.deletion import Deletion, check_deletion

BudgetChannel = Literal["on_budget", "on_treasury", "off_budget"]


class SaveFundingSource(Command):
    """What the form of a source and the API send. Both dates are included; no end means that none is agreed."""

    title: str = Field(title="Title", min_length=1, max_length=500, description="The vote, agreement or project.")
    code: str = Field(title="Code", min_length=1, max_length=80, description="Unique in its mechanism, like GOV.")
    source_class: SourceClass = Field(title="Whose money")
    provider_agency_id: UUID | None = Field(default=None, title="Agency that gives it")
    agreement_reference: str | None = Field(default=None, title="Agreement", max_length=500)
    starts_on: dt.date | None = Field(default=None, title="Pays from")
    ends_on: dt.date | None = Field(default=None, title="Pays until")
    is_earmarked: bool | None = Field(default=None, title="Earmarked")
    budget_channel: BudgetChannel | None = Field(default=None, title="Way of the money")
    currency: str | None = Field(
        default=None, title="Currency of the agreement", min_length=3, max_length=3, description="ISO 4217."
    )
    is_start_up: bool = Field(default=False, title="Start-up money")
    is_requested: bool = Field(default=False, title="Only requested")
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


def stored(source: FundingSource) -> SaveFundingSource:
    """The command that would write what is stored now."""
    columns = {name: getattr(source, name) for name in SaveFundingSource.model_fields}
    return SaveFundingSource.model_validate(columns)


async def add_funding_source(session: Session, actor: Actor, code: str, command: SaveFundingSource) -> FundingSource:
    """Add a source at the end of the mechanism's list.

    Raises:
        NotFound, NotAllowed: the mechanism is not the actor's to see, or to change.
        Refused: the code is taken, the provider is not of this mechanism, the currency is none, it ends too early.
    """
    head = await mechanisms.head(session, actor, code)
    require(actor, May.FUNDING_SOURCE_EDIT, head.id)
    await _check(session, actor, head.id, command)
    source = FundingSource(mechanism_id=head.id, position=node.place_after(FundingSource, mechanism_id=head.id))
    _write(source, command)
    session.add(source)
    await session.flush()
    return source


async def edit_funding_source(
    session: Session, actor: Actor, source_id: UUID, command: SaveFundingSource
) -> FundingSource:
    """Change a source.

    Raises:
        NotFound, NotAllowed, Refused: as in adding.
        Stale: somebody saved it meanwhile.
    """
    source = await node.one(session, actor, FundingSource, source_id, for_update=True)
    require(actor, May.FUNDING_SOURCE_EDIT, source.mechanism_id)
    check_version(source, command.version, stored(source))
    await _check(session, actor, source.mechanism_id, command)
    _write(source, command)
    await session.flush()
    return source


async def delete_funding_source(session: Session, actor: Actor, source_id: UUID, command: Deletion) -> FundingSource:
    """Delete a source that pays for nothing; the database refuses others. Raises as in editing."""
    source = await node.one(session, actor, FundingSource, source_id, for_update=True)
    require(actor, May.FUNDING_SOURCE_EDIT, source.mechanism_id)
    await check_deletion(session, actor, source, command, stored(source))
    await session.delete(source)
    await session.flush()
    return source


def _write(source: FundingSource, command: SaveFundingSource) -> None:
    for name, value in command.model_dump(exclude={"version", "currency"}).items():
        setattr(source, name, value)
    source.currency = command.currency.upper() if command.currency else None


async def _check(session: Session, actor: Actor, mechanism_id: UUID, command: SaveFundingSource) -> None:
    if command.starts_on and command.ends_on and command.ends_on < command.starts_on:
        raise Refused(
            "It ends %(ends_on)s before it starts %(starts_on)s. Correct one of the dates.",
            field="ends_on",
            ends_on=command.ends_on,
            starts_on=command.starts_on,
        )
    if command.currency and command.currency.upper() not in list_currencies():
        raise Refused(
            "%(currency)s is not a currency. Write its three letters, like USD.",
            field="currency",
            currency=command.currency,
        )
    if command.provider_agency_id:
        known = {choice.id for choice in await agency_choices(session, actor, mechanism_id)}
        if command.provider_agency_id not in known:
            raise Refused(
                "This agency is not of this mechanism. Add it under Agencies first, or choose another.",
                field="provider_agency_id",
            )
