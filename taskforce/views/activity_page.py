"""Putting the page of one activity together from what the queries answer."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from uuid import UUID

from taskforce.access import Actor, May, Role, may
from taskforce.db import Session
from taskforce.queries import activity as activities
from taskforce.queries import activity_history, activity_money
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import plan as plans
from taskforce.queries.activity import ActivityDetail, Related, Relation
from taskforce.queries.activity_alerts import on_activity
from taskforce.queries.activity_money import Amounts, MoneyRow
from taskforce.queries.budget_line import reach
from taskforce.queries.plan import PlanRow
from taskforce.rules import activity as rules
from taskforce.rules.periods import fiscal_year_label
from taskforce.views.activity import (
    ActivityMoney,
    ActivityPage,
    AlertOnActivity,
    Earlier,
    HistoryEntry,
    MoneyLine,
    MoneyTotal,
    Named,
    Term,
)
from taskforce.views.activity_history import entries, ids_in
from taskforce.views.mechanism import MechanismHead
from taskforce.views.plan import CENT
from taskforce.views.plan_line import plan_head


async def activity_page(session: Session, actor: Actor, activity_id: UUID, *, today: dt.date) -> ActivityPage:
    """An activity with all that hangs on it.

    Raises:
        NotFound: there is none, or it is not the actor's to see.
    """
    found = await activities.detail(session, actor, activity_id)
    plan = await plan_of(session, actor, found)
    related = await activities.related(session, actor, found)
    reads_alerts = may(actor, May.ALERT_READ, found.mechanism_id)
    alerts = await on_activity(session, actor, found.mechanism_id, found.id) if reads_alerts else []
    history, is_cut = await _history(session, actor, found)
    return ActivityPage(
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, found.mechanism_id)),
        plan=plan_head(plan),
        today=today,
        objective=Named(id=found.objective_id, code=found.objective_code, text=found.objective_title),
        output=Named(id=found.output_id, code=found.output_code, text=found.output_title),
        kind=found.kind_label,
        supports=_named(related, "support"),
        places=_named(related, "place"),
        target_groups=_terms(related, "target_group"),
        capabilities=_terms(related, "capability"),
        responsibilities=_named(related, "responsibility"),
        messages=_named(related, "message"),
        joint_with=_named(related, "joint"),
        carried_over_from=_earlier(found),
        is_illustrative=bool(found.is_illustrative),
        money=await money_of(session, actor, found.mechanism_id, found.id, plan.start_month),
        alerts=[AlertOnActivity.model_validate(each) for each in alerts] if reads_alerts else None,
        history=history,
        history_is_cut=is_cut,
        missing=_missing(found, related, plan),
        may=_verbs(actor, found, plan),
        **{name: getattr(found, name) for name in _PLAIN},
    )


_PLAIN = (
    "id",
    "code",
    "title",
    "description",
    "lead_agency_id",
    "lead_title",
    "is_national",
    "starts_on",
    "ends_on",
    "actual_starts_on",
    "actual_ends_on",
    "status",
    "status_reason",
    "own_plan",
    "own_plan_reference",
    "is_confidential",
    "fact_reference",
    "fact_statement",
    "version",
)


async def plan_of(session: Session, actor: Actor, activity: ActivityDetail) -> PlanRow:
    """The plan that an activity stands in."""
    found = await plans.of_mechanism(session, actor, activity.mechanism_id)
    return next(each for each in found if each.id == activity.plan_id)


def _named(related: Sequence[Related], relation: Relation) -> list[Named]:
    return [Named(id=UUID(each.id), code=each.code, text=each.text) for each in related if each.relation == relation]


def _terms(related: Sequence[Related], relation: Relation) -> list[Term]:
    return [Term(id=each.id, label=each.text) for each in related if each.relation == relation]


def _earlier(found: ActivityDetail) -> Earlier | None:
    if found.earlier_id is None:
        return None
    return Earlier(
        id=found.earlier_id,
        code=found.earlier_code or "",
        title=found.earlier_title or "",
        plan_title=found.earlier_plan_title or "",
    )


def _missing(found: ActivityDetail, related: Sequence[Related], plan: PlanRow) -> list[str]:
    if plan.status not in rules.OPEN_PLANS:
        return []
    has = {each.relation for each in related}
    return list(
        rules.missing(
            rules.Essentials(
                has_lead=found.lead_agency_id is not None,
                has_dates=found.starts_on is not None and found.ends_on is not None,
                has_place=found.is_national or "place" in has,
                has_target_group="target_group" in has,
                has_kind=found.kind_label is not None,
            )
        )
    )


def _verbs(actor: Actor, found: ActivityDetail, plan: PlanRow) -> list[str]:
    if plan.status not in rules.OPEN_PLANS:
        return []
    may_edit = may(actor, May.ACTIVITY_EDIT, found.mechanism_id, found.lead_agency_id)
    may_pay = may(actor, May.BUDGET_LINE_EDIT, found.mechanism_id, found.lead_agency_id)
    return (["edit", "delete"] if may_edit else []) + (["add_budget_line"] if may_pay else [])


async def _history(session: Session, actor: Actor, found: ActivityDetail) -> tuple[list[HistoryEntry], bool]:
    events, is_cut = await activity_history.events(session, actor, found.mechanism_id, found.id)
    names = await activity_history.names(session, actor, ids_in(events))
    made = entries(events, names)
    # the oldest entry of a cut list may have lost some of its rows, so it would say too little
    return (made[:-1], True) if is_cut else (made, False)


async def money_of(
    session: Session, actor: Actor, mechanism_id: UUID, activity_id: UUID, start_month: int
) -> ActivityMoney:
    """What pays for an activity: the lines that the actor reads one by one, and the others in sum."""
    rows = await activity_money.budget_lines(session, actor, mechanism_id, activity_id)
    others: list[Amounts] = []
    if reach(actor, mechanism_id) not in ("all", "shared"):
        own = actor.agencies_in(mechanism_id, frozenset({Role.DONOR}))
        rows = [row for row in rows if row.provider_agency_id in own]
        others = await activity_money.sums_of_others(session, actor, mechanism_id, activity_id, own)
    return ActivityMoney(
        lines=[
            MoneyLine(
                fiscal_year_label=fiscal_year_label(row.fiscal_year, start_month),
                is_illustrative=bool(row.is_illustrative),
                **{name: getattr(row, name) for name in MoneyRow.__slots__ if name in _SHOWN},
            )
            for row in rows
        ],
        others=_totals(others, start_month),
        totals=_totals([*others, *map(_amounts, rows)], start_month),
    )


_SHOWN = frozenset(MoneyLine.model_fields) - {"fiscal_year_label", "is_illustrative"}


def _amounts(row: MoneyRow) -> Amounts:
    """What a line counts for; asked is as recorded, else what was secured and refused together."""
    asked = row.asked_amount or row.secured_amount + row.refused_amount
    amounts = (amount * row.weight for amount in (asked, row.refused_amount, row.secured_amount))
    return Amounts(row.fiscal_year, row.currency, *amounts)


def _totals(rows: Iterable[Amounts], start_month: int) -> list[MoneyTotal]:
    """Sums by fiscal year and currency."""
    by_year: dict[tuple[int, str], list[Amounts]] = {}
    for row in rows:
        by_year.setdefault((row.fiscal_year, row.currency), []).append(row)

    def total(amounts: Iterable[Decimal]) -> Decimal:
        return sum(amounts, Decimal(0)).quantize(CENT)

    return [
        MoneyTotal(
            fiscal_year=year,
            fiscal_year_label=fiscal_year_label(year, start_month),
            currency=currency,
            asked_amount=total(row.asked for row in group),
            refused_amount=total(row.refused for row in group),
            secured_amount=total(row.secured for row in group),
        )
        for (year, currency), group in sorted(by_year.items())
    ]
