"""An activity as its page, its form and the API show it."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from taskforce.rules.concealment import Why
from taskforce.views.base import Choice, View
from taskforce.views.history_value import Value
from taskforce.views.mechanism import MechanismHead
from taskforce.views.plan import PlanHead


class Named(View):
    """Something of the mechanism by id, code and words."""

    id: UUID
    code: str
    text: str


class Term(View):
    """A vocabulary term by id and label."""

    id: str
    label: str


class Earlier(View):
    """The line of an earlier plan that this one goes on with."""

    id: UUID
    code: str
    title: str
    plan_title: str


class AlertOnActivity(View):
    """An alert on the line, with what was compared of the other one."""

    id: UUID
    kind: str
    band: str | None
    state: str
    resolution: str | None
    raised_at: dt.datetime
    other_code: str
    other_title: str
    other_lead: str


class MoneyLine(View):
    """A budget line, as written; `weight` is the share of it that counts for this activity."""

    id: UUID
    source_id: UUID
    source_title: str
    source_class: str
    provider_title: str | None
    cost_type: str
    fiscal_year: int
    fiscal_year_label: str
    currency: str
    asked_amount: Decimal
    refused_amount: Decimal
    secured_amount: Decimal
    weight: Decimal
    is_in_kind: bool
    vote_code: str | None
    is_illustrative: bool


class MoneyTotal(View):
    """Weighted sums of one fiscal year and currency."""

    fiscal_year: int
    fiscal_year_label: str
    currency: str
    asked_amount: Decimal
    refused_amount: Decimal
    secured_amount: Decimal


class ActivityMoney(View):
    """Who pays. `others` sums up the lines that the reader does not read one by one; `totals` are over all lines."""

    lines: list[MoneyLine]
    others: list[MoneyTotal]
    totals: list[MoneyTotal]


class Change(View):
    """What changed. `name` is a field or a relation."""

    name: str
    before: Value
    after: Value


class HistoryEntry(View):
    """What one person did in one go. `what`: added, changed, deleted.

    `hides_before`, `hides_after`: "confidential" or "draft" where the reader could not have read the activity before or
    after that. Values of that side are not told, nor anything but who and when if nothing could be read.
    """

    happened_at: dt.datetime
    who: str
    what: str
    action: str | None
    reason: str | None
    changes: list[Change]
    hides_before: Why | None
    hides_after: Why | None


class ActivityPage(View):
    """All of an activity. `missing`: what it still needs before consultation ends. `may`: the verbs for this reader."""

    mechanism: MechanismHead
    plan: PlanHead
    today: dt.date
    id: UUID
    code: str
    title: str
    description: str | None
    objective: Named
    output: Named
    kind: str | None
    lead_agency_id: UUID | None
    lead_title: str | None
    supports: list[Named]
    is_national: bool
    places: list[Named]
    target_groups: list[Term]
    capabilities: list[Term]
    responsibilities: list[Named]
    messages: list[Named]
    joint_with: list[Named]
    carried_over_from: Earlier | None
    starts_on: dt.date | None
    ends_on: dt.date | None
    actual_starts_on: dt.date | None
    actual_ends_on: dt.date | None
    status: str
    status_reason: str | None
    own_plan: str | None
    own_plan_reference: str | None
    is_confidential: bool
    is_illustrative: bool
    fact_reference: str | None
    fact_statement: str | None
    money: ActivityMoney
    alerts: list[AlertOnActivity] | None
    history: list[HistoryEntry]
    history_is_cut: bool
    missing: list[str]
    version: int
    may: list[str]


class ActivitySaved(View):
    """An activity as it was saved; its page shows the rest. `may`: the verbs that this reader may do next."""

    id: UUID
    plan_id: UUID
    output_id: UUID
    code: str
    title: str
    lead_agency_id: UUID | None
    status: str
    version: int
    may: list[str]


class ActivityForm(View):
    """The form of an activity: where it belongs, what may be chosen. `activity_id` is empty for a new one.

    `labels`: what the ids stand for, for whoever compares two versions. `names_lead`: whether the reader may choose
    another lead than the own agency. `follows`: last year's plan, whose lines may go on here.
    """

    mechanism: MechanismHead
    plan: PlanHead
    activity_id: UUID | None
    activity_code: str | None
    output_id: UUID
    leads: list[Choice]
    supports: list[Choice]
    outputs: list[Choice]
    kinds: list[Choice]
    places: list[Choice]
    target_groups: list[Choice]
    capabilities: list[Choice]
    responsibilities: list[Choice]
    messages: list[Choice]
    statuses: list[str]
    follows: str | None
    labels: dict[str, str]


class ActivityDeletion(View):
    """What goes with an activity that is deleted."""

    mechanism: MechanismHead
    plan_id: UUID
    id: UUID
    code: str
    title: str
    budget_line_count: int
    secured: list[MoneyTotal]
    alert_count: int
    version: int
