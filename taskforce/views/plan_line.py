"""A plan and its lines as all pages and lists show them, made from query rows."""

from collections.abc import Mapping
from decimal import Decimal

from taskforce.queries.plan import PlanRow
from taskforce.queries.plan_activities import ActivityRow
from taskforce.rules import activity as rules
from taskforce.rules import money
from taskforce.rules.periods import fiscal_year_label
from taskforce.views.plan import CENT, ActivityLine, AlertFlag, ClassShare, PlanHead


def plan_head(plan: PlanRow) -> PlanHead:
    """A plan's own facts."""
    return PlanHead(
        id=plan.id,
        code=plan.code,
        title=plan.title,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        status=plan.status,
        currency=plan.currency,
        fiscal_year=plan.fiscal_year,
        fiscal_year_label=fiscal_year_label(plan.fiscal_year, plan.start_month),
        is_open=plan.status in rules.OPEN_PLANS,
        is_illustrative=bool(plan.is_illustrative),
        fact=plan.fact,
        status_reason=plan.status_reason,
    )


def activity_line(row: ActivityRow, plan: PlanRow) -> ActivityLine:
    """A line as lists show it."""
    by_class = row.secured_by_class(plan.currency)
    return ActivityLine(
        id=row.id,
        code=row.code,
        title=row.title,
        objective_code=row.objective_code,
        output_code=row.output_code,
        lead_agency_id=row.lead_agency_id,
        lead_title=row.lead_title,
        supports=row.supports,
        kind=row.kind_label,
        is_national=row.is_national,
        places=row.places,
        target_groups=row.target_groups,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        status=row.status,
        own_plan=row.own_plan,
        own_plan_reference=row.own_plan_reference,
        secured_amount=sum(by_class.values(), Decimal(0)).quantize(CENT),
        has_other_currency=any(each != plan.currency for each in row.money_currencies or ()),
        classes=_shares(by_class),
        alerts=[
            AlertFlag(id=alert_id, kind=kind, other_code=code)
            for alert_id, kind, code in zip(
                row.alert_ids or (), row.alert_kinds or (), row.alert_codes or (), strict=True
            )
        ],
        missing=_missing(row) if plan.status in rules.OPEN_PLANS else [],
        is_confidential=row.is_confidential,
        is_illustrative=bool(row.is_illustrative),
    )


def _missing(row: ActivityRow) -> list[str]:
    essentials = rules.Essentials(
        has_lead=row.lead_agency_id is not None,
        has_dates=row.starts_on is not None and row.ends_on is not None,
        has_place=row.is_national or bool(row.places),
        has_target_group=bool(row.target_groups),
        has_kind=row.kind_label is not None,
    )
    return list(rules.missing(essentials))


def _shares(by_class: Mapping[str, Decimal]) -> list[ClassShare]:
    found = money.shares(by_class, digits=2)
    largest_first = sorted(found, key=lambda each: (-found[each], each))
    return [ClassShare(source_class=each, share=found[each]) for each in largest_first]
