"""Putting a plan's page together from what the queries answer."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from taskforce.access import Actor, May, may
from taskforce.db import Session
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import place as places
from taskforce.queries import plan as plans
from taskforce.queries import plan_activities, plan_figures
from taskforce.queries.agency_choice import agency_choices
from taskforce.queries.plan import Branch, PlanRow
from taskforce.queries.plan_activities import PAGE, ActivityRow, Rank, Window
from taskforce.queries.plan_figures import Tally, YearMoney
from taskforce.queries.plan_filter import ActivityFilter
from taskforce.queries.vocabulary_term import terms
from taskforce.rules import money
from taskforce.rules.activity import OPEN_PLANS
from taskforce.views.base import Choice
from taskforce.views.mechanism import MechanismHead
from taskforce.views.plan import (
    CENT,
    ActivityLine,
    IndicatorLine,
    PlanChoices,
    PlanFigures,
    PlanFilter,
    PlanPage,
)
from taskforce.views.plan_line import activity_line, plan_head
from taskforce.views.plan_step import next_steps
from taskforce.views.plan_tree import Tree, match_counts, sections, status_counts

STATUSES: Final = ("met", "on_track", "constrained", "no_progress", "not_started", "cancelled")
FEW: Final = 30  # with fewer lines than this a plan shows all its objectives open


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks of a plan's lines: the filter as it stands in the URL, and what it means.

    The page counts from 1; `after` is the rank after which a list goes on.
    """

    shown: PlanFilter
    chosen: ActivityFilter
    page: int
    after: Rank | None


async def plan_page(
    session: Session, actor: Actor, all_plans: Sequence[PlanRow], plan: PlanRow, asked: Asked, *, today: dt.date
) -> PlanPage:
    """A plan with one page of its lines; `all_plans` are those of its mechanism."""
    head = await mechanisms.head_by_id(session, actor, plan.mechanism_id)
    tallies = await plan_figures.tallies(session, actor, plan, asked.chosen)
    matched = match_counts(tallies)
    count = sum(matched.values())
    page_count = max(1, -(-count // PAGE))
    page = min(max(asked.page, 1), page_count)
    branches = await plans.branches(session, actor, plan)
    rows = await plan_activities.page(session, actor, plan, asked.chosen, _window(branches, matched, page))
    money_of_year = await plan_figures.year_money(session, actor, plan)
    counted = _Counted(tallies, matched, money_of_year, asked.chosen.is_set, page)
    tree = await _tree(session, actor, plan, _Found(branches, rows), counted)
    return PlanPage(
        mechanism=MechanismHead.model_validate(head),
        plan=plan_head(plan),
        plans=[plan_head(each) for each in all_plans],
        today=today,
        figures=await _figures(session, actor, plan, counted),
        filter=asked.shown,
        choices=await _choices(session, actor, plan),
        objectives=sections(tree),
        activity_count=sum(each.count for each in tallies),
        matched_count=count,
        first_output_id=next((each.output_id for each in tree.branches if each.output_id), None),
        page=page,
        page_count=page_count,
        first_number=(page - 1) * PAGE + 1 if rows else 0,
        last_number=(page - 1) * PAGE + len(rows),
        sees_only_own=plan.status == "draft" and plan.mechanism_id not in actor.row_context.govern,
        may=_verbs(actor, plan),
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    """What is counted over the whole plan."""

    tallies: Sequence[Tally]
    matched: Mapping[UUID, int]
    money: YearMoney
    is_filtered: bool
    page: int

    @property
    def opens_all(self) -> bool:
        """Whether all objectives with lines here stand open: few lines, or somebody looked for these."""
        return self.is_filtered or self.page > 1 or sum(each.count for each in self.tallies) < FEW


@dataclass(frozen=True, slots=True)
class _Found:
    """What of the plan is on the page, and the tree that it hangs on."""

    branches: Sequence[Branch]
    rows: Sequence[ActivityRow]


def _window(branches: Sequence[Branch], matched: Mapping[UUID, int], page: int) -> Window:
    """The outputs whose matching lines a page shows, found by counting them off in the plan's order."""
    first, last = (page - 1) * PAGE, page * PAGE
    outputs: list[UUID] = []
    offset = before = 0
    for branch in branches:
        count = matched.get(branch.output_id, 0) if branch.output_id else 0
        if branch.output_id and count and before < last and before + count > first:
            offset = offset if outputs else first - before
            outputs.append(branch.output_id)
        before += count
    return Window(outputs, max(offset, 0))


async def _tree(session: Session, actor: Actor, plan: PlanRow, found: _Found, counted: _Counted) -> Tree:
    lines: dict[UUID, list[ActivityLine]] = {}
    for row in found.rows:
        lines.setdefault(row.output_id, []).append(activity_line(row, plan))
    shown = [
        each.output_id
        for each in found.branches
        if each.output_id
        and (each.output_id in lines or not (counted.is_filtered or counted.matched.get(each.output_id)))
    ]
    indicators: dict[UUID, list[IndicatorLine]] = {}
    for each in await plans.indicators(session, actor, plan, shown):
        indicators.setdefault(each.output_id, []).append(IndicatorLine.model_validate(each))
    return Tree(
        branches=found.branches,
        tallies=counted.tallies,
        matched=counted.matched,
        secured=counted.money.secured_by_output,
        lines=lines,
        indicators=indicators,
        is_filtered=counted.is_filtered,
        opens_all=counted.opens_all,
    )


async def _figures(session: Session, actor: Actor, plan: PlanRow, counted: _Counted) -> PlanFigures:
    tallies, year = counted.tallies, counted.money
    reads_alerts = may(actor, May.ALERT_READ, plan.mechanism_id)
    return PlanFigures(
        statuses=status_counts(tallies, STATUSES),
        required_amount=year.required_amount.quantize(CENT),
        secured_amount=year.secured_amount.quantize(CENT),
        secured_share=money.share(year.secured_amount, year.required_amount) if year.required_amount else None,
        has_other_currency=year.has_other_currency,
        open_alert_count=await plan_figures.open_alert_count(session, actor, plan) if reads_alerts else None,
        own_plan_count=sum(each.own_plan_count for each in tallies),
        own_plan_answered_count=sum(each.answered_count for each in tallies),
    )


async def _choices(session: Session, actor: Actor, plan: PlanRow) -> PlanChoices:
    agencies = await agency_choices(session, actor, plan.mechanism_id)
    return PlanChoices(
        agencies=[Choice(id=str(each.id), label=each.title) for each in agencies],
        places=[
            Choice(id=str(each.id), label=each.title) for each in await places.names(session, actor, plan.mechanism_id)
        ],
        target_groups=[Choice(id=each.id, label=each.label) for each in await terms(session, "target_group")],
    )


def _verbs(actor: Actor, plan: PlanRow) -> list[str]:
    steps = next_steps(actor, plan.mechanism_id, plan.status)
    if plan.status not in OPEN_PLANS:
        return steps
    asked = [
        ("edit", May.PLAN_EDIT),
        ("add_objective", May.OBJECTIVE_EDIT),
        ("add_output", May.OUTPUT_EDIT),
        ("add_indicator", May.INDICATOR_EDIT),
        ("add_activity", May.ACTIVITY_EDIT),
    ]
    if plan.status == "draft":
        asked.append(("open_consultation", May.PLAN_EDIT))
    return [verb for verb, action in asked if may(actor, action, plan.mechanism_id)] + steps
