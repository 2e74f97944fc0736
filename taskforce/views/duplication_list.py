"""Putting the list of a plan's duplication alerts together from what was read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.queries import duplication_alert as questions
from taskforce.queries.duplication_alert import ALARMING, AT_A_TIME, AlertFilter
from taskforce.queries.plan import PlanRow
from taskforce.views.base import Choice
from taskforce.views.duplication_alert import AlertLineView, AlertList, PlanChoice
from taskforce.views.duplication_page import alert_lines
from taskforce.views.mechanism import MechanismHead

MOST_QUIET: Final = 10  # complements under the alerts; all of them stand on pages of their own


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for; "" is any, but for `state`: "" means undecided, and "all" any. Pages count from 1."""

    state: str
    band: str
    kind: str
    agency_id: UUID | None
    page: int

    def of(self, plan: PlanRow) -> AlertFilter:
        """The same, of one plan."""
        return AlertFilter(plan.id, self.state, self.band, self.kind, self.agency_id)


@dataclass(frozen=True, slots=True)
class Plans:
    """The plans of a mechanism, the earliest first, and the one whose alerts are shown."""

    mechanism: MechanismHead
    every: Sequence[PlanRow]
    shown: PlanRow


async def alert_list(session: Session, actor: Actor, plans: Plans, asked: Asked) -> AlertList:
    """One page of the alerts that are asked for, and the first complements apart from them."""
    plan, wanted = plans.shown, asked.of(plans.shown)
    counts = await questions.open_counts(session, actor, plans.mechanism.id)
    agencies = await questions.agencies(session, actor, plan.id)
    matched = await questions.kind_counts(session, actor, wanted)
    quiet_count = matched.get("complement", 0)
    alert_count = sum(matched.values()) - quiet_count
    is_quiet = asked.kind == "complement"
    lines = await _lines(session, actor, plan, replace(wanted, kind=asked.kind or ALARMING), asked.page)
    quiet = [] if is_quiet or not quiet_count else await _quiet(session, actor, plan, wanted)
    return AlertList(
        mechanism=plans.mechanism,
        plan_id=plan.id,
        plan_code=plan.code,
        plan_title=plan.title,
        open_count=counts.get(plan.id, 0),
        plans=[
            PlanChoice(code=each.code, title=each.title, status=each.status, open_count=counts.get(each.id, 0))
            for each in plans.every
        ],
        agencies=[Choice(id=str(agency_id), label=title) for agency_id, title in agencies],
        state=asked.state,
        band=asked.band,
        kind=asked.kind,
        agency=str(asked.agency_id or ""),
        page=asked.page,
        page_count=-(-(quiet_count if is_quiet else alert_count) // AT_A_TIME),
        alert_count=alert_count,
        alerts=[] if is_quiet else lines,
        complement_count=quiet_count,
        complements=lines if is_quiet else quiet,
    )


async def _lines(session: Session, actor: Actor, plan: PlanRow, wanted: AlertFilter, page: int) -> list[AlertLineView]:
    rows = await questions.lines(session, actor, wanted, (AT_A_TIME, (page - 1) * AT_A_TIME))
    return await alert_lines(session, actor, rows, plan.start_month)


async def _quiet(session: Session, actor: Actor, plan: PlanRow, wanted: AlertFilter) -> list[AlertLineView]:
    rows = await questions.lines(session, actor, replace(wanted, kind="complement"), (MOST_QUIET, 0))
    return await alert_lines(session, actor, rows, plan.start_month)
