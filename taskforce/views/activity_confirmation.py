"""Which lines of a plan their agencies have confirmed, as pages and the API show it."""

import datetime as dt
from uuid import UUID

from taskforce.access import Actor, May, may
from taskforce.queries.activity_confirmation import ConfirmationRow
from taskforce.rules import confirmation
from taskforce.views.base import View
from taskforce.views.mechanism import MechanismHead


class ConfirmationLine(View):
    """A line. `is_confirmed`: as it is now. `confirmed_at`: when it last was, perhaps before a change."""

    id: UUID
    code: str
    title: str
    version: int
    is_confirmed: bool
    confirmed_at: dt.datetime | None
    confirmed_by: str | None
    is_on_behalf: bool | None
    may: list[str]


class ConfirmingAgency(View):
    """The lines that one agency leads; without an agency: those that nobody leads yet."""

    agency_id: UUID | None
    title: str | None
    confirmed_count: int
    lines: list[ConfirmationLine]


class ConfirmationsView(View):
    """How far the agencies are with their lines. `may`: whether any line is this reader's to confirm now."""

    mechanism: MechanismHead
    plan_id: UUID
    plan_title: str
    plan_status: str
    line_count: int
    confirmed_count: int
    agencies: list[ConfirmingAgency]
    may: list[str]


class ConfirmActivityView(View):
    """One line that is confirmed, or to be."""

    mechanism: MechanismHead
    plan_id: UUID
    plan_title: str
    agency: str | None
    line: ConfirmationLine
    version: int


def line_of(actor: Actor, mechanism_id: UUID, plan_status: str, row: ConfirmationRow) -> ConfirmationLine:
    """A line with what this reader may do next."""
    is_confirmed = confirmation.is_confirmed(row.version, row.confirmed_version)
    is_open = plan_status == "consultation" and row.lead_agency_id is not None and not is_confirmed
    is_theirs = may(actor, May.ACTIVITY_CONFIRM, mechanism_id, row.lead_agency_id)
    return ConfirmationLine(
        id=row.id,
        code=row.code,
        title=row.title,
        version=row.version,
        is_confirmed=is_confirmed,
        confirmed_at=row.confirmed_at,
        confirmed_by=row.confirmed_by,
        is_on_behalf=row.is_on_behalf,
        may=["confirm"] if is_open and is_theirs else [],
    )


def by_agency(lines: list[tuple[ConfirmationRow, ConfirmationLine]]) -> list[ConfirmingAgency]:
    """The lines under their agencies, in the order in which they come."""
    found: dict[UUID | None, list[tuple[ConfirmationRow, ConfirmationLine]]] = {}
    for row, line in lines:
        found.setdefault(row.lead_agency_id, []).append((row, line))
    return [
        ConfirmingAgency(
            agency_id=agency_id,
            title=group[0][0].lead,
            confirmed_count=sum(line.is_confirmed for _, line in group),
            lines=[line for _, line in group],
        )
        for agency_id, group in found.items()
    ]
