"""Duplication alerts as pages and the API show them: bands and reasons, never a bare score."""

import datetime as dt
from decimal import Decimal
from typing import Literal
from uuid import UUID

from taskforce.views.audit_event import EventView
from taskforce.views.base import Choice, View
from taskforce.views.mechanism import MechanismHead

Relation = Literal["same", "partly", "differs", "unknown"]
FieldName = Literal["what", "kind", "where", "when", "who_for", "message", "output", "mandate", "capability"]


class PieceView(View):
    """A part of a compared value; `is_shared`: the other side has it too."""

    text: str
    is_shared: bool


class ComparedView(View):
    """One field of both activities. `share` of what both have in common, 0 to 1, where it is measured."""

    field: FieldName
    first: list[PieceView]
    second: list[PieceView]
    relation: Relation
    share: float | None
    shared_days: int | None


class SideView(View):
    """One of the two activities, as it was compared. The pieces of `description` put together are its text."""

    activity_id: UUID
    code: str
    title: str
    description: list[PieceView]
    agency: str
    is_illustrative: bool
    is_national: bool
    starts_on: dt.date | None
    ends_on: dt.date | None


class FindingView(View):
    """What both activities have in common, for the title: kind of work, groups, places or the whole country."""

    kind: str
    target_groups: list[str]
    places: list[str]
    is_national: bool


class MoneyView(View):
    """What is asked for both activities together in one currency, over the fiscal years from first to last."""

    currency: str
    first_amount: Decimal
    second_amount: Decimal
    total_amount: Decimal
    first_year_label: str
    last_year_label: str


class AlertLineView(View):
    """An alert in a list. `money` is None for a reader who may not read the money of both sides."""

    id: UUID
    kind: str
    band: str | None
    state: str
    resolution: str | None
    raised_at: dt.datetime
    finding: FindingView
    first: SideView
    second: SideView
    compared: list[ComparedView]
    money: list[MoneyView] | None


class PlanChoice(View):
    """A plan to choose, with its open alerts."""

    code: str
    title: str
    status: str
    open_count: int


class AlertList(View):
    """The alerts of a plan. `complements` fit together and are no duplicates; counts are of all pages.

    `open_count`: pairs of this plan that may be the same work and are not decided, whatever the filter says. `plans`:
    all plans of the mechanism with that count.
    """

    mechanism: MechanismHead
    plan_id: UUID
    plan_code: str
    plan_title: str
    open_count: int
    plans: list[PlanChoice]
    agencies: list[Choice]
    state: str
    band: str
    kind: str
    agency: str
    page: int
    page_count: int
    alert_count: int
    alerts: list[AlertLineView]
    complement_count: int
    complements: list[AlertLineView]


class NoAlerts(View):
    """A mechanism without a plan has nothing to compare."""

    mechanism: MechanismHead


class AlertPage(View):
    """An alert. `money` is None for a reader who may not read the money of both sides.

    `may_open_…`: the reader may read that activity itself, not only what was compared of it. `opens_on`: the first
    day of the earlier one.
    """

    mechanism: MechanismHead
    id: UUID
    plan_id: UUID
    plan_code: str
    plan_title: str
    kind: str
    band: str | None
    state: str
    resolution: str | None
    reason: str | None
    raised_at: dt.datetime
    resolved_at: dt.datetime | None
    resolved_by: str | None
    finding: FindingView
    first: SideView
    second: SideView
    may_open_first: bool
    may_open_second: bool
    compared: list[ComparedView]
    money: list[MoneyView] | None
    opens_on: dt.date | None
    history: list[EventView]
    version: int
    may: list[str]
