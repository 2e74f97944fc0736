"""Dated exchange rates; a rate row never changes."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.models.base import Base, own_key


class ExchangeRate(Base):
    """How many units of `base_currency` one unit of `currency` bought on a day."""

    __tablename__ = "exchange_rate"
    __table_args__ = (
        UniqueConstraint("currency", "base_currency", "rate_on", "source"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_is_iso_4217"),
        CheckConstraint("base_currency ~ '^[A-Z]{3}$'", name="base_currency_is_iso_4217"),
        CheckConstraint("rate > 0", name="rate_is_positive"),
    )

    id: Mapped[UUID] = own_key()
    currency: Mapped[str]
    base_currency: Mapped[str]
    rate_on: Mapped[dt.date]
    rate: Mapped[Decimal] = mapped_column(Numeric(24, 10))
    source: Mapped[str]
