"""Putting the pages of duplication alerts together from what was read."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from taskforce.access import Actor, May, may
from taskforce.db import Session
from taskforce.queries import audit_event as audit_events
from taskforce.queries import duplication_alert as questions
from taskforce.queries import mechanism as mechanisms
from taskforce.queries.duplication_alert import AlertRow, Asked
from taskforce.rules.periods import fiscal_year_label
from taskforce.rules.states import may_move_to
from taskforce.views.audit_event import history_of
from taskforce.views.duplication_alert import AlertLineView, AlertPage, MoneyView
from taskforce.views.duplication_compared import compared_fields, finding_of, side_view
from taskforce.views.mechanism import MechanismHead

# What the history leaves out: what was compared stands above it, and the score is nothing that a person is shown.
SILENT: Final = frozenset(
    {
        "plan_id",
        "first_id",
        "second_id",
        "first_agency_id",
        "second_agency_id",
        "is_confidential",
        "score",
        "signals",
        "sides",
        "model",
        "fingerprint",
        "raised_at",
        "resolved_at",
        "resolved_by_id",
    }
)
CENT: Final = Decimal("0.01")
VERBS: Final = {"acknowledged": "acknowledge", "resolved": "resolve"}


def alert_line(row: AlertRow, money: list[MoneyView] | None) -> AlertLineView:
    """An alert in a list, with what is asked for the two where the reader may know it."""
    first, second = row.sides
    return AlertLineView(
        id=row.id,
        kind=row.kind,
        band=row.band,
        state=row.state,
        resolution=row.resolution,
        raised_at=row.raised_at,
        finding=finding_of(first, second),
        first=side_view(first, second),
        second=side_view(second, first),
        compared=compared_fields(row.signals, first, second),
        money=money,
    )


async def alert_lines(
    session: Session, actor: Actor, rows: Sequence[AlertRow], start_month: int
) -> list[AlertLineView]:
    """Alerts in a list, in their order. `start_month`: of the mechanism's fiscal year, 1 to 12."""
    if not rows:
        return []
    ids = {activity_id for row in rows for activity_id in (row.first_id, row.second_id)}
    amounts = await questions.money(session, actor, sorted(ids))
    return [alert_line(row, at_stake(amounts, row, start_month)) for row in rows]


async def alert_page(session: Session, actor: Actor, alert_id: UUID) -> AlertPage:
    """All of an alert that the actor may read.

    Raises:
        NotFound: there is none, or it is not the actor's to see.
    """
    alert, beside = await questions.one(session, actor, alert_id)
    head = await mechanisms.head_by_id(session, actor, alert.mechanism_id)
    first, second = alert.sides
    amounts = await questions.money(session, actor, [alert.first_id, alert.second_id])
    events = await audit_events.events(session, actor, alert.mechanism_id, [alert.id])
    sides = side_view(first, second), side_view(second, first)
    starts = [side.starts_on for side in sides if side.starts_on]
    return AlertPage(
        mechanism=MechanismHead.model_validate(head),
        id=alert.id,
        plan_id=beside.plan_id,
        plan_code=beside.plan_code,
        plan_title=beside.plan_title,
        kind=alert.kind,
        band=alert.band,
        state=alert.state,
        resolution=alert.resolution,
        reason=beside.reason,
        raised_at=alert.raised_at,
        resolved_at=beside.resolved_at,
        resolved_by=beside.resolved_by,
        finding=finding_of(first, second),
        first=sides[0],
        second=sides[1],
        may_open_first=alert.first_id in amounts,
        may_open_second=alert.second_id in amounts,
        compared=compared_fields(alert.signals, first, second),
        money=at_stake(amounts, alert, beside.start_month),
        opens_on=min(starts, default=None),
        history=history_of(events, {}, silent=SILENT),
        version=beside.version,
        may=verbs(actor, alert),
    )


def verbs(actor: Actor, alert: AlertRow) -> list[str]:
    """What the actor may do next with an alert."""
    if not may(actor, May.ALERT_DECIDE, alert.mechanism_id, alert.first_agency_id, alert.second_agency_id):
        return []
    return [VERBS[state] for state in may_move_to("alert", alert.state) if state in VERBS]


def at_stake(amounts: Mapping[UUID, Mapping[str, Asked]], alert: AlertRow, start_month: int) -> list[MoneyView] | None:
    """What is asked for both, by currency; None where the reader may not read that of one."""
    if alert.first_id not in amounts or alert.second_id not in amounts:
        return None
    sides = amounts[alert.first_id], amounts[alert.second_id]
    found = []
    for currency in sorted({*sides[0], *sides[1]}):
        first, second = (side.get(currency) for side in sides)
        known = [each for each in (first, second) if each]
        found.append(
            MoneyView(
                currency=currency,
                first_amount=_amount(first),
                second_amount=_amount(second),
                total_amount=_amount(first) + _amount(second),
                first_year_label=fiscal_year_label(min(each.first_year for each in known), start_month),
                last_year_label=fiscal_year_label(max(each.last_year for each in known), start_month),
            )
        )
    return found


def _amount(asked: Asked | None) -> Decimal:
    return asked.amount.quantize(CENT) if asked else Decimal("0.00")
