"""Exchange rates: they are added and never changed, since figures were made with them."""

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import ExchangeRate
from taskforce.queries import exchange_rate as queries
from taskforce.services.command import Command
from taskforce.services.field_types import Currency, OneLine

RATE: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,10})?", re.ASCII)  # what numeric(24, 10) keeps exactly


def _rate(typed: str) -> str:
    if not RATE.fullmatch(typed) or not Decimal(typed):
        raise ValueError(
            f"{typed} is no rate. Write it in digits above zero, with a point and at most 10 decimals, like 2630.5."
        )
    return typed


class AddExchangeRate(Command):
    """What the form of a rate and the API send."""

    currency: Currency = Field(title="Currency", min_length=1)
    base_currency: Currency = Field(title="Counted in", min_length=1)
    rate_on: dt.date = Field(title="Day", description="The first day of the fiscal year that it converts.")
    rate: Annotated[str, AfterValidator(_rate)] = Field(title="Rate", max_length=40)
    source: OneLine = Field(title="Source", min_length=1, max_length=200)


async def add_exchange_rate(session: Session, actor: Actor, command: AddExchangeRate) -> ExchangeRate:
    """Record a rate for a day. Source: integrity.md, rate rows are immutable.

    Raises:
        NotAllowed: the actor does not keep the rates.
        Refused: the currencies are the same, or that day has a rate already.
    """
    require(actor, May.EXCHANGE_RATE_ADD)
    if command.currency == command.base_currency:
        raise Refused(
            "Both currencies are %(currency)s. Choose the other currency that is counted in.",
            field="base_currency",
            currency=command.currency,
        )
    if await queries.is_known(session, command.currency, command.base_currency, command.rate_on):
        raise Refused(
            "A rate from %(currency)s to %(base)s is recorded for that day. Figures were made with it, so it stays.",
            field="rate_on",
            currency=command.currency,
            base=command.base_currency,
        )
    found = ExchangeRate(**command.model_dump(exclude={"rate"}), rate=Decimal(command.rate))
    session.add(found)
    await session.flush()
    return found
