"""Putting the pages of duplication alerts together from what was read."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final
from uuid import UUID

from taskforce.access import Actor, May, may
from taskforce.db import Session
from taskforce.models import DuplicationAlert
from taskforce.queries import audit_event as audit_events
from taskforce.queries import duplication_alert as questions
from taskforce.queries import mechanism as mechanisms
from taskforce.queries.duplication_alert import AlertLine
from taskforce.rules.states import may_move_to
from taskforce.views.audit_event import history_of
from taskforce.views.duplication_alert import AlertLineView, AlertPage, MoneyView
from taskforce.views.duplication_compared import compared_fields, finding_of, id_of, side_view
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
VERBS: Final = {"acknowledged": "acknowledge", "resolved": "resolve"}


def alert_line(row: AlertLine) -> AlertLineView:
    """An alert in a list."""
    first, second = row.sides
    return AlertLineView(
        id=row.id,
        kind=row.kind,
        band=row.band,
        state=row.state,
        resolution=row.resolution,
        raised_at=row.raised_at,
        finding=finding_of(first, second),
        first=side_view(first),
        second=side_view(second),
        compared=compared_fields(row.signals, first, second),
    )


async def alert_page(session: Session, actor: Actor, alert_id: UUID) -> AlertPage:
    """All of an alert that the actor may read.

    Raises:
        NotFound: there is none, or it is not the actor's to see.
    """
    found = await questions.detail(session, actor, alert_id)
    alert = found.alert
    head = await mechanisms.head_by_id(session, actor, alert.mechanism_id)
    first, second = alert.sides
    amounts = await questions.money(session, actor, [id_of(first), id_of(second)])
    events = await audit_events.events(session, actor, alert.mechanism_id, [alert.id])
    sides = side_view(first), side_view(second)
    starts = [side.starts_on for side in sides if side.starts_on]
    return AlertPage(
        mechanism=MechanismHead.model_validate(head),
        id=alert.id,
        plan_id=alert.plan_id,
        plan_title=found.plan_title,
        kind=alert.kind,
        band=alert.band,
        state=alert.state,
        resolution=alert.resolution,
        reason=alert.reason,
        raised_at=alert.raised_at,
        resolved_at=alert.resolved_at,
        resolved_by=found.resolved_by,
        finding=finding_of(first, second),
        first=sides[0],
        second=sides[1],
        may_open_first=id_of(first) in amounts,
        may_open_second=id_of(second) in amounts,
        compared=compared_fields(alert.signals, first, second),
        money=_money(amounts, id_of(first), id_of(second)),
        opens_on=min(starts, default=None),
        history=history_of(events, {}, silent=SILENT),
        version=alert.version,
        may=verbs(actor, alert),
    )


def verbs(actor: Actor, alert: DuplicationAlert) -> list[str]:
    """What the actor may do next with an alert."""
    if not may(actor, May.ALERT_DECIDE, alert.mechanism_id, alert.first_agency_id, alert.second_agency_id):
        return []
    return [VERBS[state] for state in may_move_to("alert", alert.state) if state in VERBS]


def _money(amounts: Mapping[UUID, Mapping[str, Decimal]], first: UUID, second: UUID) -> list[MoneyView] | None:
    """The money of both, by currency; None where the reader may not read that of one."""
    if first not in amounts or second not in amounts:
        return None
    return [
        MoneyView(
            currency=currency,
            first_amount=amounts[first].get(currency, Decimal(0)),
            second_amount=amounts[second].get(currency, Decimal(0)),
            total_amount=amounts[first].get(currency, Decimal(0)) + amounts[second].get(currency, Decimal(0)),
        )
        for currency in sorted({*amounts[first], *amounts[second]})
    ]
