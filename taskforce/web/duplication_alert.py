"""Duplication alerts: the list of a plan, one alert, and what people decide about it."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller
from litestar.connection import Request
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from taskforce.access import Actor, May, require
from taskforce.db import Session, Sessions, transaction
from taskforce.errors import NotFound
from taskforce.exchange.alert_table import columns, table_row
from taskforce.exchange.csv_text import BYTE_ORDER_MARK, csv_text, file_name
from taskforce.models.duplication_alert import ALERT_BANDS, ALERT_KINDS, ALERT_STATES
from taskforce.queries import duplication_alert as questions
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import plan as plans
from taskforce.queries.plan import PlanRow
from taskforce.render.states import N_
from taskforce.services import duplication_alert as service
from taskforce.services.duplication_alert import AcknowledgeAlert, ResolveAlert
from taskforce.views.duplication_alert import AlertList, AlertPage, NoAlerts
from taskforce.views.duplication_list import Asked, Plans, alert_list
from taskforce.views.duplication_page import alert_lines, alert_page
from taskforce.views.mechanism import MechanismHead
from taskforce.web.filters import Wrong, check, id_of, one_of, page_number
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads

Said = dict[str, str]


async def provide_said(
    # litestar keeps the name state for itself
    alert_state: Annotated[str, QueryParameter(name="state", title=N_("State"))] = "",
    band: Annotated[str, QueryParameter(title=N_("How sure"))] = "",
    kind: Annotated[str, QueryParameter(title=N_("Kind"))] = "",
    agency: Annotated[str, QueryParameter(title=N_("Agency"))] = "",
    page: Annotated[str, QueryParameter(title=N_("Page of the list"))] = "",
    plan: Annotated[str, QueryParameter(title=N_("Plan"))] = "",
) -> Said:
    """The filter of the list. `state`: of an alert, or all; without it those that are not decided."""
    return {"state": alert_state, "band": band, "kind": kind, "agency": agency, "page": page, "plan": plan}


def _read(said: Said) -> Asked:
    """What it means. It is read in the handler, since litestar leaves a session open if a dependency raises.

    Raises:
        WrongFilters: a value is not one that the filter knows.
    """
    wrong: list[Wrong] = []
    asked = Asked(
        state=one_of(wrong, "state", said["state"], (*ALERT_STATES, "all")),
        band=one_of(wrong, "band", said["band"], ALERT_BANDS),
        kind=one_of(wrong, "kind", said["kind"], ALERT_KINDS),
        agency_id=id_of(wrong, "agency", said["agency"]),
        page=page_number(wrong, said["page"]),
    )
    check(wrong)
    return asked


async def _plans(session: Session, actor: Actor, code: str, plan_code: str, today: dt.date) -> Plans | MechanismHead:
    """The plans of a mechanism and the one that is asked for, else the current one; the head alone if there is none.

    Raises:
        NotFound, NotAllowed: there is no such mechanism for the actor, or its alerts are not theirs to read.
        WrongFilters: no plan that the actor sees has the code.
    """
    head = MechanismHead.model_validate(await mechanisms.head(session, actor, code))
    require(actor, May.ALERT_READ, head.id)
    every = await plans.of_mechanism(session, actor, head.id)
    if plan_code:
        shown = next((each for each in every if each.code == plan_code), None)
    else:
        current = await mechanisms.current_plan(session, actor, head.id, today=today)
        shown = next((each for each in every if current and each.id == current.id), None)
    if plan_code and shown is None:
        check([Wrong("plan", plan_code, N_("This mechanism has no such plan."))])
    return head if shown is None else Plans(head, every, shown)


async def _written(sessions: Sessions, actor: Actor, plan: PlanRow, asked: Asked) -> AsyncIterator[str]:
    """The file in pieces. It is read in a transaction of its own, since the request's ends before the answer goes."""
    yield BYTE_ORDER_MARK + csv_text([columns()])
    async with transaction(sessions, actor, action=May.ALERT_READ) as session:
        async for rows in questions.stream(session, actor, asked.of(plan)):
            lines = await alert_lines(session, actor, rows, plan.start_month)
            yield csv_text(table_row(line) for line in lines)


class DuplicationAlertController(Controller):
    """Where two agencies may do the same work."""

    path = "/"
    dependencies = {"said": Provide(provide_said)}  # noqa: RUF012  # litestar's way to declare them

    @reads("/mechanisms/{code:str}/alerts", May.ALERT_READ)
    async def of_mechanism(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
        said: NamedDependency[Said],
    ) -> Reply[AlertList] | Reply[NoAlerts]:
        """The alerts of a plan: the one that is named by its code, else the plan of today."""
        asked, found = _read(said), await _plans(session, actor, code, said["plan"], today)
        if isinstance(found, MechanismHead):
            return Reply(NoAlerts(mechanism=found), template="duplication_alert/none.html")
        return Reply(await alert_list(session, actor, found, asked), template="duplication_alert/all.html")

    @reads("/mechanisms/{code:str}/alerts.csv", May.ALERT_READ)
    async def file(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
        said: NamedDependency[Said],
    ) -> Stream:
        """The alerts that the page shows with the same filter, complements too, all of them, as CSV."""
        asked, found = _read(said), await _plans(session, actor, code, said["plan"], today)
        if isinstance(found, MechanismHead):
            raise NotFound("plan")
        name = file_name(found.shown.code, "alerts")
        return Stream(
            _written(request.app.state.sessions, actor, found.shown, asked),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

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
