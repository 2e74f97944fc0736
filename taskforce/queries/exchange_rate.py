"""Questions about exchange rates, which all mechanisms of the installation share."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import exists, func, select

from taskforce.db import Session
from taskforce.models import ExchangeRate

PAGE: Final = 50  # rows


@dataclass(frozen=True, slots=True)
class RateRow:
    """How many units of `base_currency` one unit of `currency` bought on a day, and who says so."""

    id: UUID
    currency: str
    base_currency: str
    rate_on: dt.date
    rate: Decimal
    source: str


async def count(session: Session) -> int:
    """How many rates are on record."""
    return int(await session.scalar(select(func.count()).select_from(ExchangeRate)) or 0)


async def rates(session: Session, number: int) -> Sequence[RateRow]:
    """A page of the rates, the latest day first; pages count from 1."""
    columns = (ExchangeRate.id, ExchangeRate.currency, ExchangeRate.base_currency, ExchangeRate.rate_on)
    asked = (
        select(*columns, ExchangeRate.rate, ExchangeRate.source)
        .order_by(ExchangeRate.rate_on.desc(), ExchangeRate.currency, ExchangeRate.base_currency, ExchangeRate.source)
        .offset((number - 1) * PAGE)
        .limit(PAGE)
    )
    return [RateRow(*row) for row in await session.execute(asked)]


async def is_known(session: Session, currency: str, base_currency: str, rate_on: dt.date) -> bool:
    """Whether a rate of two currencies is on record for a day, from whatever source."""
    asked = select(
        exists().where(
            ExchangeRate.currency == currency,
            ExchangeRate.base_currency == base_currency,
            ExchangeRate.rate_on == rate_on,
        )
    )
    return bool(await session.scalar(asked))
