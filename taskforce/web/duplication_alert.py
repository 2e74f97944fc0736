"""Duplication alerts: the list of a plan, one alert, and what people decide about it."""

import datetime as dt
from dataclasses import replace
from typing import Annotated, Final
from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter
from pydantic import BaseModel

from taskforce.access import Actor, May
from taskforce.db import Session
from taskforce.queries import duplication_alert as questions
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import plan as plans
from taskforce.queries.duplication_alert import AT_A_TIME, AlertFilter, AlertRow
from taskforce.queries.plan import PlanRow
from taskforce.services import duplication_alert as service
from taskforce.services.duplication_alert import AcknowledgeAlert, ResolveAlert
from taskforce.views.base import Choice
from taskforce.views.duplication_alert import AlertList, AlertPage, NoAlerts, PlanChoice
from taskforce.views.duplication_page import alert_line, alert_page
from taskforce.views.mechanism import MechanismHead
from taskforce.web.plan import current
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads

STATES: Final = ("open", "acknowledged", "proposed", "snoozed", "resolved", "stale")
BANDS: Final = ("likely", "possible")
ALARMING: Final = ("duplicate", "overlap")


class Asked(BaseModel):
    """What the address asks for; anything that is no choice of ours asks for nothing."""

    plan: str
    state: str
    band: str
    kind: str
    agency: UUID | None
    page: int


async def provide_asked(
    plan: Annotated[str, QueryParameter()] = "",
    alert_state: Annotated[str, QueryParameter(name="state")] = "",  # litestar keeps the name state for itself
    band: Annotated[str, QueryParameter()] = "",
    kind: Annotated[str, QueryParameter()] = "",
    agency: Annotated[str, QueryParameter()] = "",
    page: Annotated[str, QueryParameter()] = "",
) -> Asked:
    """The filter of the list, from the address."""
    return Asked(
        plan=plan,
        state=alert_state if alert_state in (*STATES, "all") else "",
        band=band if band in BANDS else "",
        kind=kind if kind in (*ALARMING, "complement") else "",
        agency=_id(agency),
        page=int(page) if page.isascii() and page.isdigit() and int(page[:6]) > 0 else 1,
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def _list(
    session: Session, actor: Actor, head: MechanismHead, found: list[PlanRow], plan: PlanRow, asked: Asked
) -> AlertList:
    """One page of the alerts, and the complements apart from them unless a band or another kind is asked for."""
    wanted = AlertFilter(plan.id, asked.state, asked.band, asked.kind, asked.agency)
    alerts, alert_count = await _alarming(session, actor, wanted, asked.page)
    quiet = replace(wanted, kind="complement")
    complements = [] if asked.band or asked.kind in ALARMING else await questions.lines(session, actor, quiet)
    agencies = await questions.agencies(session, actor, plan.id)
    counts = await questions.open_counts(session, actor, head.id)
    return AlertList(
        mechanism=head,
        plan_id=plan.id,
        plan_code=plan.code,
        plan_title=plan.title,
        plans=[
            PlanChoice(code=each.code, title=each.title, open_count=counts.get(each.id, 0)) for each in reversed(found)
        ],
        agencies=[Choice(id=str(agency_id), label=title) for agency_id, title in agencies],
        state=asked.state,
        band=asked.band,
        kind=asked.kind,
        agency=str(asked.agency or ""),
        page=asked.page,
        page_count=-(-alert_count // AT_A_TIME),
        alert_count=alert_count,
        alerts=[alert_line(row) for row in alerts],
        complement_count=len(complements),
        complements=[alert_line(row) for row in complements],
    )


async def _alarming(session: Session, actor: Actor, wanted: AlertFilter, page: int) -> tuple[list[AlertRow], int]:
    """One page of the duplicates and overlaps that are asked for, and how many there are on all pages."""
    if wanted.kind == "complement":
        return [], 0
    found = await questions.lines(session, actor, wanted, (AT_A_TIME, (page - 1) * AT_A_TIME))
    count = await questions.count(session, actor, wanted)
    if not wanted.kind:
        count -= await questions.count(session, actor, replace(wanted, kind="complement"))
    return [row for row in found if row.kind in ALARMING], count


class DuplicationAlertController(Controller):
    """Where two agencies may do the same work."""

    path = "/"
    dependencies = {"asked": Provide(provide_asked)}  # noqa: RUF012  # litestar's way to declare them

    @reads("/mechanisms/{code:str}/alerts", May.ALERT_READ)
    async def of_mechanism(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
        asked: NamedDependency[Asked],
    ) -> Reply[AlertList] | Reply[NoAlerts]:
        """The alerts of a plan: the one that is named by its code, else the plan of today."""
        head = MechanismHead.model_validate(await mechanisms.head(session, actor, code))
        found = await plans.of_mechanism(session, actor, head.id)
        plan = next((each for each in found if each.code == asked.plan), None) or current(found, today)
        if plan is None:
            return Reply(NoAlerts(mechanism=head), template="duplication_alert/none.html")
        view = await _list(session, actor, head, found, plan, asked)
        return Reply(view, template="duplication_alert/all.html")

    @reads("/alerts/{alert_id:uuid}", May.ALERT_READ)
    async def one(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], alert_id: FromPath[UUID]
    ) -> Reply[AlertPage]:
        """One alert: both activities side by side, the reasons, the money, the history."""
        view = await alert_page(session, actor, alert_id)
        values = {"resolution": "", "reason": "", "version": view.version}
        return Reply(view, template="duplication_alert/one.html", values=values)

    @does("/alerts/{alert_id:uuid}/acknowledge", May.ALERT_DECIDE, AcknowledgeAlert)
    async def acknowledge(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        alert_id: FromPath[UUID],
        command: NamedDependency[AcknowledgeAlert],
    ) -> Reply[AlertPage]:
        """Say that somebody looks after it."""
        await service.acknowledge(session, actor, alert_id, command)
        return Reply(await alert_page(session, actor, alert_id), then=f"/alerts/{alert_id}")

    @does("/alerts/{alert_id:uuid}/resolve", May.ALERT_DECIDE, ResolveAlert)
    async def resolve(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[dt.datetime],
        alert_id: FromPath[UUID],
        command: NamedDependency[ResolveAlert],
    ) -> Reply[AlertPage]:
        """Decide what happens with the two activities, and say why."""
        await service.resolve(session, actor, alert_id, command, now=now)
        return Reply(await alert_page(session, actor, alert_id), then=f"/alerts/{alert_id}")
