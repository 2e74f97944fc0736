"""Plans: the page of one, the current one of a mechanism, its lines as a list and as a file."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from litestar import Controller
from litestar.connection import Request
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Stream

from taskforce.access import Actor, May, may
from taskforce.db import Session, Sessions, transaction
from taskforce.exchange.csv_text import BYTE_ORDER_MARK, csv_text, file_name
from taskforce.exchange.plan_table import columns, table_row
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import plan as plans
from taskforce.queries import plan_activities
from taskforce.queries.plan import PlanRow
from taskforce.queries.plan_activities import LIST
from taskforce.views.mechanism import MechanismHead
from taskforce.views.plan import ActivityList, NoPlan, PlanPage
from taskforce.views.plan_line import activity_line
from taskforce.views.plan_page import Asked, plan_page
from taskforce.web.plan_filter import Said, provide_said, read_asked, write_cursor
from taskforce.web.reply import Reply
from taskforce.web.route import reads


class PlanController(Controller):
    """The plan of a year."""

    path = "/"
    dependencies = {"said": Provide(provide_said)}  # noqa: RUF012  # litestar's way to declare them

    @reads("/plans/{plan_id:uuid}", May.PLAN_READ)
    async def one(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        plan_id: FromPath[UUID],
        said: NamedDependency[Said],
    ) -> Reply[PlanPage]:
        """A plan with its objectives, outputs and one page of its activities."""
        all_plans, plan = await plans.siblings(session, actor, plan_id)
        view = await plan_page(session, actor, all_plans, plan, await read_asked(session, said), today=today)
        return Reply(view, template="plan/page.html")

    @reads("/mechanisms/{code:str}/plan", May.PLAN_READ)
    async def of_mechanism(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
        said: NamedDependency[Said],
    ) -> Reply[PlanPage] | Reply[NoPlan]:
        """The current plan; says so where there is none."""
        head = await mechanisms.head(session, actor, code)
        found = await plans.of_mechanism(session, actor, head.id)
        current = await mechanisms.current_plan(session, actor, head.id, today=today)
        plan = next((each for each in found if current and each.id == current.id), None)
        if plan is None:
            verbs = ["add_plan"] if may(actor, May.PLAN_EDIT, head.id) else []
            return Reply(NoPlan(mechanism=MechanismHead.model_validate(head), may=verbs), template="plan/none.html")
        view = await plan_page(session, actor, found, plan, await read_asked(session, said), today=today)
        return Reply(view, template="plan/page.html")

    @reads("/plans/{plan_id:uuid}/activities", May.ACTIVITY_READ)
    async def activities(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        plan_id: FromPath[UUID],
        said: NamedDependency[Said],
    ) -> Reply[ActivityList]:
        """The lines of a plan, 100 an answer, by position; on the page mount the plan shows them."""
        _, plan = await plans.siblings(session, actor, plan_id)
        asked = await read_asked(session, said)
        rows = await plan_activities.following(session, actor, plan, asked.chosen, asked.after)
        view = ActivityList(
            plan_id=plan_id,
            activities=[activity_line(row, plan) for row in rows],
            next_cursor=write_cursor((rows[-1].position, rows[-1].id)) if len(rows) == LIST else None,
        )
        address = f"?{asked.shown.address}" if asked.shown.address else ""
        return Reply(view, then=f"/plans/{plan_id}{address}")

    @reads("/plans/{plan_id:uuid}/activities.csv", May.ACTIVITY_READ)
    async def file(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        plan_id: FromPath[UUID],
        said: NamedDependency[Said],
    ) -> Stream:
        """The lines that the page shows with the same filter, all of them, as CSV."""
        _, plan = await plans.siblings(session, actor, plan_id)
        asked = await read_asked(session, said)
        name = file_name(plan.code, "activities")
        return Stream(
            _written(request.app.state.sessions, actor, plan, asked),
            media_type="text/csv",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )


async def _written(sessions: Sessions, actor: Actor, plan: PlanRow, asked: Asked) -> AsyncIterator[str]:
    """The file in pieces. It is read in a transaction of its own, since the request's ends before the answer goes."""
    yield BYTE_ORDER_MARK + csv_text([columns(plan.currency)])
    async with transaction(sessions, actor, action=May.ACTIVITY_READ) as session:
        async for rows in plan_activities.stream(session, actor, plan, asked.chosen):
            yield csv_text(table_row(row, plan.currency) for row in rows)
