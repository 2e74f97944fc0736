"""A plan as its page and the API show it."""

import datetime as dt
from decimal import Decimal
from typing import Final
from uuid import UUID

from taskforce.views.base import Choice, View
from taskforce.views.mechanism import MechanismHead

# Weighted sums are rounded once, half to even, when they are shown.
CENT: Final = Decimal("0.01")


class PlanHead(View):
    """What every page of a plan's parts says about it. `is_open`: its lines may change."""

    id: UUID
    code: str
    title: str
    starts_on: dt.date
    ends_on: dt.date
    status: str
    currency: str
    fiscal_year: int
    fiscal_year_label: str
    is_open: bool
    is_illustrative: bool
    fact: str | None
    status_reason: str | None


class StatusCount(View):
    """How many lines stand so."""

    status: str
    count: int


class ClassShare(View):
    """A class of sources and its share of what is secured, 0 to 1."""

    source_class: str
    share: Decimal


class AlertFlag(View):
    """An open alert on a line, with the code of the other one."""

    id: UUID
    kind: str
    other_code: str


class ActivityLine(View):
    """A line of a plan in a list. `secured_amount`: in the plan's currency and year. `missing`: what is still open."""

    id: UUID
    code: str
    title: str
    objective_code: str
    output_code: str
    lead_agency_id: UUID | None
    lead_title: str | None
    supports: list[str]
    kind: str | None
    is_national: bool
    places: list[str]
    target_groups: list[str]
    starts_on: dt.date | None
    ends_on: dt.date | None
    status: str
    own_plan: str | None
    own_plan_reference: str | None
    secured_amount: Decimal
    has_other_currency: bool
    classes: list[ClassShare]
    alerts: list[AlertFlag]
    missing: list[str]
    is_confidential: bool
    is_illustrative: bool


class IndicatorLine(View):
    """An indicator of an output, with its target of the plan's year."""

    id: UUID
    code: str
    title: str
    unit: str
    baseline: Decimal | None
    baseline_year: int | None
    target: Decimal | None
    is_illustrative: bool
    fact: str | None


class OutputSection(View):
    """An output with its lines that are on this page."""

    id: UUID
    code: str
    title: str
    indicators: list[IndicatorLine]
    activities: list[ActivityLine]


class ObjectiveSection(View):
    """An objective. `attention`: the states that need somebody, the worst first.

    `shown_count` of its matching lines are on this page; `page` is the one on which they begin.
    """

    id: UUID
    code: str
    title: str
    activity_count: int
    matched_count: int
    shown_count: int
    secured_amount: Decimal
    attention: list[StatusCount]
    page: int
    is_open: bool
    is_here: bool
    outputs: list[OutputSection]


class PlanFigures(View):
    """The key figures of a plan, over all lines that the reader sees; money over the mechanism's whole fiscal year."""

    statuses: list[StatusCount]
    required_amount: Decimal
    secured_amount: Decimal
    secured_share: Decimal | None
    has_other_currency: bool
    open_alert_count: int | None
    own_plan_count: int
    own_plan_answered_count: int


class PlanChoices(View):
    """What the filters let choose from."""

    agencies: list[Choice]
    places: list[Choice]
    target_groups: list[Choice]


class Narrowing(View):
    """A filter that is on or off; `address` is the query of the URL in which it is the other way round."""

    name: str
    is_on: bool
    address: str


class PlanFilter(View):
    """What the list is narrowed to, as it stands in the URL; empty means all."""

    q: str
    lead: str
    status: str
    place: str
    group: str
    alerts: str
    unfunded: str
    is_set: bool
    address: str
    narrowings: list[Narrowing]


class PlanPage(View):
    """A plan with its tree, 50 lines a page in the plan's order. `plans`: all of the mechanism, the earliest first."""

    mechanism: MechanismHead
    plan: PlanHead
    plans: list[PlanHead]
    today: dt.date
    figures: PlanFigures
    filter: PlanFilter
    choices: PlanChoices
    objectives: list[ObjectiveSection]
    activity_count: int
    matched_count: int
    first_output_id: UUID | None
    page: int
    page_count: int
    first_number: int
    last_number: int
    sees_only_own: bool
    may: list[str]


class NoPlan(View):
    """A mechanism that has no plan yet."""

    mechanism: MechanismHead
    may: list[str]


class ActivityList(View):
    """Up to 100 lines of a plan by position; `next_cursor` is given back to get those that follow."""

    plan_id: UUID
    activities: list[ActivityLine]
    next_cursor: str | None
