"""Exchange rates as their page shows them."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from taskforce.views.base import View


class ExchangeRateView(View):
    """How many units of `base_currency` one unit of `currency` bought on a day; `source`: who says so."""

    id: UUID
    currency: str
    base_currency: str
    rate_on: dt.date
    rate: Decimal
    source: str


class ExchangeRateList(View):
    """A page of the rates, the latest day first."""

    rates: list[ExchangeRateView]
    count: int
    page: int
    page_count: int
    may: list[str]


class ExchangeRateForm(View):
    """The form needs nothing beside its fields."""
