"""Sources of money as pages and the API show them. Amounts are strings in JSON, with their currency beside."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from taskforce.rules.money import Certainty
from taskforce.views.audit_event import EventView
from taskforce.views.base import Choice, View
from taskforce.views.mechanism import MechanismHead


class PaidView(View):
    """What a source pays for a cost in a year. Names are None where the reader may not know of the activity."""

    cost_item_id: UUID | None
    code: str | None
    title: str | None
    activity_id: UUID | None
    asked_amount: Decimal
    refused_amount: Decimal
    secured_amount: Decimal
    currency: str
    is_in_kind: bool


class PaidYear(View):
    """What a source pays for in a year. Sums are in the mechanism's currency, costs as far as the reader sees them."""

    year: int
    label: str
    asked_amount: Decimal
    refused_amount: Decimal
    secured_amount: Decimal
    currency: str
    costs: list[PaidView]


class StopView(View):
    """A cost that the source pays in the year in which it ends, and how much of the next year nobody secured.

    `missing_amount` is None where nothing is recorded of the next year.
    """

    cost_item_id: UUID
    code: str
    title: str
    activity_id: UUID | None
    secured_amount: Decimal
    missing_amount: Decimal | None
    missing_is: Certainty
    currency: str


class FundingSourceView(View):
    """One source. `stops_label` is the year after its end; `reads`: all, shared, own_sources or totals."""

    mechanism: MechanismHead
    id: UUID
    code: str
    title: str
    source_class: str
    payer: str
    provider_agency_id: UUID | None
    provider_title: str | None
    agreement_reference: str | None
    starts_on: dt.date | None
    ends_on: dt.date | None
    has_ended: bool
    is_earmarked: bool | None
    budget_channel: str | None
    currency: str | None
    is_start_up: bool
    is_requested: bool
    years: list[PaidYear]
    stops: list[StopView]
    stops_label: str | None
    reads: str
    history: list[EventView]
    is_illustrative: bool | None
    source: str | None
    version: int
    may: list[str]


class FundingSourceForm(View):
    """The form of a source; `source_id` is empty for a new one."""

    mechanism: MechanismHead
    source_id: UUID | None
    agencies: list[Choice]
