"""Agencies as pages and the API show them."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from taskforce.views.appointment import PersonView
from taskforce.views.base import Choice, View
from taskforce.views.mechanism import MechanismHead, MemberView, PlanLine


class AgencyRow(View):
    """A member in the list. Lines are those of the plan of the list that the reader sees."""

    agency_id: UUID
    membership_id: UUID
    title: str
    acronym: str | None
    sector: str
    role: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    people: list[str] | None
    has_focal_point: bool
    led_count: int
    supported_count: int
    responsibility_count: int


class ChosenFilter(View):
    """What the list is narrowed to; empty means all."""

    role: str
    sector: str
    text: str
    is_past: bool


class AgencyList(View):
    """The members of a mechanism that match, and the people who stand for the mechanism rather than for an agency."""

    mechanism: MechanismHead
    plan: PlanLine | None
    chosen: ChosenFilter
    is_filtered: bool
    agencies: list[AgencyRow]
    people: list[PersonView]
    roles: list[str]
    sectors: list[str]
    today: dt.date
    may: list[str]


class AgencyRecord(View):
    """The record of an organisation; without a country it is an international one."""

    id: UUID
    country: str | None
    code: str
    title: str
    acronym: str | None
    other_names: list[str]
    sector: str
    parent: str | None
    iati_identifier: str | None
    version: int


class DutyView(View):
    """The agency's part in a responsibility; `basis` are the instruments it rests on, `is_seen` if all were read."""

    responsibility_id: UUID
    code: str
    statement: str
    capability: str
    role: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    is_disputed: bool
    basis: list[str] | None
    is_seen: bool | None


class LineView(View):
    """A line of the plan that the agency leads, or supports."""

    id: UUID
    code: str
    title: str
    status: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    is_illustrative: bool | None
    is_led: bool


class AdoptedView(View):
    """A shared message that the agency uses."""

    id: UUID
    code: str
    text: str


class YearMoneyView(View):
    """What the lines that the agency leads ask for and have secured in a fiscal year."""

    fiscal_year: int
    currency: str
    asked_amount: Decimal
    secured_amount: Decimal
    is_illustrative: bool


class ProvidedView(View):
    """A source of money that the agency provides, and what of it is secured."""

    id: UUID
    code: str
    title: str
    source_class: str
    ends_on: dt.date | None
    currency: str | None
    secured_amount: Decimal | None
    is_illustrative: bool | None


class AgencyView(View):
    """One agency in a mechanism: who answers, its duties, lines, messages and money."""

    mechanism: MechanismHead
    agency: AgencyRecord
    plan: PlanLine | None
    memberships: list[MemberView]
    people: list[PersonView]
    duties: list[DutyView]
    lines: list[LineView]
    messages: list[AdoptedView]
    money: list[YearMoneyView]
    provided: list[ProvidedView]
    today: dt.date
    may: list[str]


class FoundAgency(View):
    """An organisation that the installation knows, and whether it is a member already."""

    id: UUID
    title: str
    acronym: str | None
    country: str | None
    sector: str
    is_member: bool


class AgencySearch(View):
    """Organisations to choose a new member from; `is_cut` if more matched than are listed."""

    mechanism: MechanismHead
    text: str
    agencies: list[FoundAgency]
    is_cut: bool


class AgencyForm(View):
    """The form of an agency; `agency_id` is empty for a new one. `is_shared`: the administrator alone changes it."""

    mechanism: MechanismHead
    agency_id: UUID | None
    is_shared: bool
    title: str
    sectors: list[str]
    roles: list[str]
    instruments: list[Choice]
