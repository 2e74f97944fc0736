"""Agencies confirm their lines: how far a plan is, and one line after the other."""

import datetime as dt
from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.models import Activity, Plan
from taskforce.queries import activity_confirmation as questions
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import node
from taskforce.services import activity_confirmation as service
from taskforce.services.activity_confirmation import ConfirmActivity
from taskforce.views.activity_confirmation import ConfirmActivityView, ConfirmationsView, by_agency, line_of
from taskforce.views.mechanism import MechanismHead
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads


async def _one(session: Session, actor: Actor, activity: Activity) -> ConfirmActivityView:
    plan = await node.one(session, actor, Plan, activity.plan_id)
    row = (await questions.of_plan(session, actor, plan, activity.id))[0]
    head = await mechanisms.head_by_id(session, actor, plan.mechanism_id)
    return ConfirmActivityView(
        mechanism=MechanismHead.model_validate(head),
        plan_id=plan.id,
        plan_title=plan.title,
        agency=row.lead,
        line=line_of(actor, plan.mechanism_id, plan.status, row),
        version=row.version,
    )


class ActivityConfirmationController(Controller):
    """Which lines their agencies stand by."""

    path = "/"

    @reads("/plans/{plan_id:uuid}/confirmations", May.ACTIVITY_READ)
    async def of_plan(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], plan_id: FromPath[UUID]
    ) -> Reply[ConfirmationsView]:
        """The lines of a plan by agency, confirmed or not."""
        plan = await node.one(session, actor, Plan, plan_id)
        require(actor, May.ACTIVITY_READ, plan.mechanism_id)
        rows = await questions.of_plan(session, actor, plan)
        lines = [(row, line_of(actor, plan.mechanism_id, plan.status, row)) for row in rows]
        head = await mechanisms.head_by_id(session, actor, plan.mechanism_id)
        view = ConfirmationsView(
            mechanism=MechanismHead.model_validate(head),
            plan_id=plan.id,
            plan_title=plan.title,
            plan_status=plan.status,
            line_count=len(lines),
            confirmed_count=sum(line.is_confirmed for _, line in lines),
            agencies=by_agency(lines),
            may=["confirm"] if any(line.may for _, line in lines) else [],
        )
        return Reply(view, template="activity_confirmation/all.html", values={})

    @reads("/activities/{activity_id:uuid}/confirm", May.ACTIVITY_CONFIRM, only_page=True)
    async def show_confirm(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], activity_id: FromPath[UUID]
    ) -> Reply[ConfirmActivityView]:
        """Ask for one line, as it is now."""
        activity = await node.one(session, actor, Activity, activity_id)
        require(actor, May.ACTIVITY_CONFIRM, activity.mechanism_id, activity.lead_agency_id)
        view = await _one(session, actor, activity)
        return Reply(view, template="activity_confirmation/confirm.html", values={"version": view.version})

    @does("/activities/{activity_id:uuid}/confirm", May.ACTIVITY_CONFIRM, ConfirmActivity)
    async def confirm(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[dt.datetime],
        activity_id: FromPath[UUID],
        command: NamedDependency[ConfirmActivity],
    ) -> Reply[ConfirmActivityView]:
        """Stand by a line, as it was read."""
        activity = await service.confirm_activity(session, actor, activity_id, command, now=now)
        return Reply(await _one(session, actor, activity), then=f"/plans/{activity.plan_id}/confirmations")
