"""Mechanisms as pages and the API show them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from uuid import UUID

from taskforce.queries.mechanism import Summary
from taskforce.rules.money import SourceClass, by_payer, share
from taskforce.views.base import Choice, View


class MechanismHead(View):
    """What every page of a mechanism carries on top."""

    id: UUID
    code: str
    title: str
    country: str
    status: str
    currency: str
    open_alert_count: int | None


class MechanismCard(View):
    """A mechanism in the reader's list. `government_share`: of what is secured for the plan's year, 0 to 1."""

    code: str
    title: str
    country: str
    kind: str
    status: str
    plan_id: UUID | None
    plan_title: str | None
    plan_status: str | None
    plan_starts_on: dt.date | None
    plan_ends_on: dt.date | None
    plan_is_illustrative: bool | None
    activity_count: int
    open_alert_count: int | None
    government_share: Decimal | None


def card(found: Summary, secured: Mapping[SourceClass, Decimal]) -> MechanismCard:
    """A mechanism with the government's share of what is secured; no share where nothing is."""
    carried = by_payer(secured)
    total = sum(carried.values(), Decimal(0))
    government = share(carried.get("government", Decimal(0)), total) if total else None
    return MechanismCard(**{"government_share": government, **asdict(found)})


class MechanismList(View):
    """The mechanisms in which the reader is appointed."""

    mechanisms: list[MechanismCard]
    may: list[str]


class MemberView(View):
    """An agency in the mechanism from a day to a day, both included."""

    id: UUID
    agency_id: UUID
    title: str
    acronym: str | None
    role: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    instrument: str | None
    instrument_is_seen: bool | None


class PlanLine(View):
    """A plan in the list of its mechanism; `fact` is the source that it cites."""

    id: UUID
    code: str
    title: str
    starts_on: dt.date
    ends_on: dt.date
    status: str
    activity_count: int
    is_illustrative: bool | None
    fact: str | None


class CoverageView(View):
    """Who answers for what, in numbers: duties, those that nobody or several answer for, capabilities with a holder."""

    duty_count: int
    gap_count: int
    clash_count: int
    covered_count: int
    capability_count: int


class CitationView(View):
    """A published source that the mechanism's data cites."""

    code: str
    reference: str
    statement: str


class MechanismAbout(View):
    """What a mechanism says of itself. A date that is known to the year only is its first day."""

    kind: str
    topic: str | None
    legal_basis: str | None
    legal_basis_is_seen: bool | None
    established_on: dt.date | None
    established_is_year_only: bool
    ended_on: dt.date | None
    ended_is_year_only: bool
    predecessor: str | None
    lead_agency_id: UUID | None
    lead_agency: str | None
    chair_agency_id: UUID | None
    chair_agency: str | None
    secretariat_agency_id: UUID | None
    secretariat_agency: str | None
    start_up_funder: str | None
    fiscal_year_start_month: int
    time_zone: str
    languages: list[str]
    reporting_frequency: str
    reporting_due_days: int
    reporting_is_illustrative: bool | None
    is_illustrative: bool | None
    fact: str | None
    version: int


class MechanismView(View):
    """One mechanism. `today` is the day of the numbers; `first_on` the earliest day known, as its timeline."""

    mechanism: MechanismHead
    about: MechanismAbout
    plans: list[PlanLine]
    current_plan_id: UUID | None
    members: list[MemberView]
    coverage: CoverageView
    citations: list[CitationView]
    today: dt.date
    first_on: dt.date | None
    may: list[str]


class MechanismForm(View):
    """The form of a mechanism, and what may be chosen."""

    mechanism: MechanismHead
    kinds: list[str]
    statuses: list[str]
    frequencies: list[str]
    agencies: list[Choice]


class NewMechanismForm(View):
    """The form of a new mechanism, and what may be chosen. `is_first`: nobody else has an account yet."""

    kinds: list[str]
    countries: list[Choice]
    starters: list[Choice]
    is_first: bool
