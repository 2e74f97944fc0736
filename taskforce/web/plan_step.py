"""A plan on its way from consultation to endorsement."""

import datetime as dt
from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.models import Plan
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import node
from taskforce.services import plan_step as service
from taskforce.services.plan_step import ReturnPlan, ReworkPlan, SubmitPlan
from taskforce.views.mechanism import MechanismHead
from taskforce.views.plan_step import SubmissionView, lacking_view, next_steps
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads


async def _view(session: Session, actor: Actor, plan: Plan) -> SubmissionView:
    found = await service.lacking(session, actor, plan) if plan.status == "consultation" else {}
    return SubmissionView(
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, plan.mechanism_id)),
        plan_id=plan.id,
        title=plan.title,
        status=plan.status,
        submitted_at=plan.submitted_at,
        status_reason=plan.status_reason,
        lacking=lacking_view(found),
        version=plan.version,
        may=next_steps(actor, plan.mechanism_id, plan.status),
    )


class PlanStepController(Controller):
    """Submitting, returning and taking up a plan."""

    path = "/"

    @reads("/plans/{plan_id:uuid}/submit", May.PLAN_EDIT)
    async def show_submit(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], plan_id: FromPath[UUID]
    ) -> Reply[SubmissionView]:
        """What stands against submitting the plan, each thing with its address."""
        plan = await node.one(session, actor, Plan, plan_id)
        require(actor, May.PLAN_EDIT, plan.mechanism_id)
        view = await _view(session, actor, plan)
        return Reply(view, template="plan_step/submit.html", values={"version": view.version})

    @does("/plans/{plan_id:uuid}/submit", May.PLAN_EDIT, SubmitPlan)
    async def submit(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[dt.datetime],
        plan_id: FromPath[UUID],
        command: NamedDependency[SubmitPlan],
    ) -> Reply[SubmissionView]:
        """Put the plan before the chair."""
        plan = await service.submit_plan(session, actor, plan_id, command, now=now)
        return Reply(await _view(session, actor, plan), then=f"/plans/{plan.id}")

    @reads("/plans/{plan_id:uuid}/return", May.PLAN_DECIDE, only_page=True)
    async def show_return(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], plan_id: FromPath[UUID]
    ) -> Reply[SubmissionView]:
        """Ask what must change."""
        plan = await node.one(session, actor, Plan, plan_id)
        require(actor, May.PLAN_DECIDE, plan.mechanism_id)
        view = await _view(session, actor, plan)
        return Reply(view, template="plan_step/return.html", values={"version": view.version, "reason": ""})

    @does("/plans/{plan_id:uuid}/return", May.PLAN_DECIDE, ReturnPlan)
    async def give_back(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        plan_id: FromPath[UUID],
        command: NamedDependency[ReturnPlan],
    ) -> Reply[SubmissionView]:
        """Give the plan back to the secretariat, with what must change."""
        plan = await service.return_plan(session, actor, plan_id, command)
        return Reply(await _view(session, actor, plan), then=f"/plans/{plan.id}")

    @reads("/plans/{plan_id:uuid}/rework", May.PLAN_EDIT, only_page=True)
    async def show_rework(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], plan_id: FromPath[UUID]
    ) -> Reply[SubmissionView]:
        """Show what must change, and ask."""
        plan = await node.one(session, actor, Plan, plan_id)
        require(actor, May.PLAN_EDIT, plan.mechanism_id)
        view = await _view(session, actor, plan)
        return Reply(view, template="plan_step/rework.html", values={"version": view.version})

    @does("/plans/{plan_id:uuid}/rework", May.PLAN_EDIT, ReworkPlan)
    async def rework(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        plan_id: FromPath[UUID],
        command: NamedDependency[ReworkPlan],
    ) -> Reply[SubmissionView]:
        """Take the returned plan up again as a draft."""
        plan = await service.rework_plan(session, actor, plan_id, command)
        return Reply(await _view(session, actor, plan), then=f"/plans/{plan.id}")
