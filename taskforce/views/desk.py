"""What waits for somebody, as the desk and the API show it."""

import datetime as dt
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

from taskforce.queries.desk import AlertItem, Setup, UnfinishedLine
from taskforce.queries.desk_money import BudgetYear, SourceItem
from taskforce.rules.activity import Essentials, missing
from taskforce.rules.periods import fiscal_year, fiscal_year_label
from taskforce.views.base import View

CENT = Decimal("0.01")


class DeskMechanism(View):
    """A mechanism of the reader, with the roles that they hold there and the day that it is there."""

    code: str
    title: str
    country: str
    status: str
    roles: list[str]
    plan_id: UUID | None
    plan_title: str | None
    today: dt.date


class DeskStep(View):
    """What a mechanism needs next: `no_members`, `silent_agencies`, `no_plan`, `empty_plan`, `open_consultation`."""

    kind: str
    mechanism: str
    mechanism_title: str
    plan_id: UUID | None
    count: int


class DeskAlert(View):
    """An open alert: which lines of which agencies, in the plan of which year. A pair that goes on has one a plan."""

    id: UUID
    mechanism: str
    kind: str
    band: str | None
    state: str
    first: str
    first_agency: str
    second: str
    second_agency: str
    plan: str
    plan_year: str


class DeskCoverage(View):
    """Duties of a mechanism that nobody, or more than one agency, answers for."""

    mechanism: str
    mechanism_title: str
    gap_count: int
    clash_count: int


class DeskUnfinished(View):
    """A line that lacks something: lead, dates, place, target_group, kind, own_plan."""

    id: UUID
    mechanism: str
    code: str
    title: str
    lead: str | None
    plan: str
    plan_status: str
    missing: list[str]


class DeskUnanswered(View):
    """An open plan with lines whose agencies have not said whether they stand in their own plans."""

    mechanism: str
    plan_id: UUID
    title: str
    status: str
    count: int


class DeskLine(View):
    """A line that the reader's agency leads."""

    id: UUID
    mechanism: str
    code: str
    title: str
    status: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    is_illustrative: bool | None


class DeskSource(View):
    """A source of money. `is_cliff`: it ends within 18 months. `item_count`: costs that it carries."""

    id: UUID
    mechanism: str
    code: str
    title: str
    source_class: str
    provider: str | None
    ends_on: dt.date | None
    is_cliff: bool
    currency: str | None
    secured_amount: Decimal | None
    item_count: int
    is_illustrative: bool | None


class DeskBudgetYear(View):
    """What falls on the budget of a mechanism in a fiscal year."""

    mechanism: str
    fiscal_year: int
    label: str
    currency: str
    asked_amount: Decimal
    secured_amount: Decimal
    is_illustrative: bool


class DeskHandover(View):
    """A cost that passes to another source on a day, and what it needs in that fiscal year."""

    id: UUID
    mechanism: str
    code: str
    title: str
    from_source: str | None
    to_source: str | None
    handover_on: dt.date
    currency: str
    required_amount: Decimal | None
    is_illustrative: bool | None


class DeskInstallation(View):
    """What an administrator looks after."""

    account_count: int
    waiting_count: int
    mail_count: int


class DeskView(View):
    """What needs the reader today, over all their mechanisms. `waiting_count`: how many things that are.

    `today` is None while it is not the same day in all their mechanisms.
    """

    mechanisms: list[DeskMechanism]
    steps: list[DeskStep]
    alerts: list[DeskAlert]
    alert_count: int
    coverage: list[DeskCoverage]
    unfinished: list[DeskUnfinished]
    unfinished_count: int
    unanswered: list[DeskUnanswered]
    lines: list[DeskLine]
    line_count: int
    ending: list[DeskSource]
    sources: list[DeskSource]
    budget: list[DeskBudgetYear]
    handovers: list[DeskHandover]
    installation: DeskInstallation | None
    waiting_count: int
    today: dt.date | None


def steps(found: Sequence[Setup]) -> list[DeskStep]:
    """What mechanisms need next, at most two things each: members before people, a plan before its lines."""
    return [
        DeskStep(kind=kind, mechanism=each.code, mechanism_title=each.title, plan_id=each.plan_id, count=count)
        for each in found
        for kind, count in _next(each)
    ]


def _next(setup: Setup) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    if not setup.member_count:
        found.append(("no_members", 0))
    elif setup.silent_count:
        found.append(("silent_agencies", setup.silent_count))
    if setup.plan_id is None:
        found.append(("no_plan", 0))
    elif setup.plan_status == "draft":
        is_empty = not setup.objective_count or not setup.activity_count
        found.append(("empty_plan", 0) if is_empty else ("open_consultation", setup.activity_count))
    return found


def alert(found: AlertItem) -> DeskAlert:
    """An alert by the names of its two lines."""
    first, second = (f"{side['code']} {side['title']}" for side in found.sides)
    agencies = [str(side["agency"]) for side in found.sides]
    return DeskAlert(
        id=found.id,
        mechanism=found.mechanism,
        kind=found.kind,
        band=found.band,
        state=found.state,
        first=first,
        first_agency=agencies[0],
        second=second,
        second_agency=agencies[1],
        plan=found.plan,
        plan_year=fiscal_year_label(fiscal_year(found.plan_starts_on, found.start_month), found.start_month),
    )


def unfinished(found: UnfinishedLine) -> DeskUnfinished:
    """A line with what it lacks; the own plan comes last, since a consultation does not wait for it."""
    essentials = Essentials(
        has_lead=found.has_lead,
        has_dates=found.has_dates,
        has_place=found.has_place,
        has_target_group=found.has_target_group,
        has_kind=found.has_kind,
    )
    lacks = [*missing(essentials), *([] if found.is_answered else ["own_plan"])]
    return DeskUnfinished(
        id=found.id,
        mechanism=found.mechanism,
        code=found.code,
        title=found.title,
        lead=found.lead,
        plan=found.plan,
        plan_status=found.plan_status,
        missing=lacks,
    )


def source(found: SourceItem, *, until: dt.date) -> DeskSource:
    """A source of money; one that ends by that day is a cliff."""
    secured = found.secured_amount
    return DeskSource(
        id=found.id,
        mechanism=found.mechanism,
        code=found.code,
        title=found.title,
        source_class=found.source_class,
        provider=found.provider,
        ends_on=found.ends_on,
        is_cliff=found.ends_on is not None and found.ends_on <= until,
        currency=found.currency,
        secured_amount=None if secured is None else secured.quantize(CENT, ROUND_HALF_EVEN),
        item_count=found.item_count,
        is_illustrative=found.is_illustrative,
    )


def budget_year(found: BudgetYear) -> DeskBudgetYear:
    """A fiscal year as people write it, with its sums."""
    return DeskBudgetYear(
        mechanism=found.mechanism,
        fiscal_year=found.fiscal_year,
        label=fiscal_year_label(found.fiscal_year, found.start_month),
        currency=found.currency,
        asked_amount=found.asked_amount.quantize(CENT, ROUND_HALF_EVEN),
        secured_amount=found.secured_amount.quantize(CENT, ROUND_HALF_EVEN),
        is_illustrative=found.is_illustrative,
    )
