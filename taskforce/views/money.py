"""The money of a mechanism as its page and the API show it. Amounts are strings in JSON, with their currency beside."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from taskforce.rules.money import Certainty
from taskforce.views.base import Choice, View
from taskforce.views.budget_line import BudgetLineView
from taskforce.views.mechanism import MechanismHead


class PayerShare(View):
    """Who carries which part of what a year needs: government, donor, ngo, industry, other, or unfunded. 0 to 1."""

    payer: str
    share: Decimal
    amount: Decimal
    currency: str


class SourceYear(View):
    """What one source was asked for, refused and secured for a year; `in_kind_amount` is a part of secured."""

    source_id: UUID
    code: str
    title: str
    payer: str
    asked_amount: Decimal
    refused_amount: Decimal
    secured_amount: Decimal
    in_kind_amount: Decimal
    currency: str


class Unconverted(View):
    """Amounts of a year in another currency for which no exchange rate is recorded: added to nothing."""

    currency: str
    asked_amount: Decimal
    secured_amount: Decimal


class YearView(View):
    """A fiscal year: its sources, their totals, what the year needs and what of it nobody secured.

    Shares are of what is needed, secured and unfunded together; None in a year that needs nothing. Amounts that are
    not convertible are in no other figure; `unfunded_is`: whether it is exact, or for their sake at most or incomplete.
    """

    year: int
    label: str
    is_current: bool
    sources: list[SourceYear]
    asked_amount: Decimal
    refused_amount: Decimal
    secured_amount: Decimal
    in_kind_amount: Decimal
    needed_amount: Decimal
    unfunded_amount: Decimal
    unfunded_is: Certainty
    not_convertible: list[Unconverted]
    currency: str
    government_share: Decimal | None
    donor_share: Decimal | None
    shares: list[PayerShare]


class HistoryYear(View):
    """An earlier year of which only the shares are known, 0 to 1."""

    year: int
    label: str
    shares: list[tuple[str, Decimal]]
    note: str | None
    is_illustrative: bool | None


class SourceView(View):
    """A source with its end; `secured_amount` is that of the year in which it ends, or of the year of the page.

    What of that year is `not_convertible` is not in it.
    """

    id: UUID
    code: str
    title: str
    source_class: str
    payer: str
    provider_title: str | None
    starts_on: dt.date | None
    ends_on: dt.date | None
    is_requested: bool
    is_start_up: bool
    is_illustrative: bool | None
    source: str | None
    secured_amount: Decimal
    not_convertible: list[Unconverted]
    year_label: str
    currency: str


class MissingYear(View):
    """What nobody pays of a cost in a year; `amount_is`: how well that is known, see YearView."""

    year: int
    label: str
    amount: Decimal
    amount_is: Certainty
    currency: str


class UnfundedCost(View):
    """A cost that is not paid for in one or more years from the present on."""

    cost_item_id: UUID
    code: str
    title: str
    activity_id: UUID | None
    years: list[MissingYear]


class NotConvertible(View):
    """Amounts in another currency for which no exchange rate of the year's first day is recorded: added to nothing."""

    year: int
    label: str
    currency: str
    asked_amount: Decimal
    secured_amount: Decimal


class Chosen(View):
    """What the page is narrowed to; empty means all."""

    source: str
    objective: str
    cost_type: str
    year: str


class MoneyView(View):
    """Who pays, until when. `focus` is the year of the title; `reads`: all, shared, own_sources or totals.

    `half_from` is the year from which on government carries more than half of what every recorded year needs.
    `counted_count` lines are added up, of which `illustrative_count` are no real figures.
    A choice of source narrows tables and lines only: what is needed, unfunded and who carries it are of all sources.
    """

    mechanism: MechanismHead
    currency: str
    focus: YearView
    half_from: str | None
    years: list[YearView]
    history: list[HistoryYear]
    sources: list[SourceView]
    next_end: SourceView | None
    unfunded: list[UnfundedCost]
    unfunded_count: int
    not_convertible: list[NotConvertible]
    counted_count: int
    illustrative_count: int
    lines: list[BudgetLineView]
    line_count: int
    page: int
    page_count: int
    reads: str
    chosen: Chosen
    objectives: list[Choice]
    cost_types: list[Choice]
    fiscal_years: list[Choice]
    may: list[str]
