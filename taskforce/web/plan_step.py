"""The steps of a plan after its consultation: one page and one post for each row of the table of steps."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath

from taskforce.access import Actor, require
from taskforce.db import Session
from taskforce.models import Plan
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import node
from taskforce.rules.plan_step import STEPS, Step
from taskforce.services import plan_step as service
from taskforce.services.plan_step import ExplainStep, StepPlan
from taskforce.views.mechanism import MechanismHead
from taskforce.views.plan_step import PlanStepView, action_of, lacking_view, next_steps
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads


async def _view(session: Session, actor: Actor, plan: Plan, step: Step, today: dt.date) -> PlanStepView:
    begins_here = plan.status in STEPS[step].begins
    found = await service.lacking(session, actor, plan, step, today) if begins_here else {}
    return PlanStepView(
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, plan.mechanism_id)),
        plan_id=plan.id,
        title=plan.title,
        step=step,
        status=plan.status,
        begins_here=begins_here,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        submitted_at=plan.submitted_at,
        endorsed_at=plan.endorsed_at,
        status_reason=plan.status_reason,
        lacking=lacking_view(found),
        version=plan.version,
        may=next_steps(actor, plan.mechanism_id, plan.status),
    )


def _handlers(step: Step) -> Iterator[Any]:
    """The page of a step, which the API reads too, and the post that takes it."""
    path = f"/plans/{{plan_id:uuid}}/{step.replace('_', '-')}"
    action, command_type = action_of(step), ExplainStep if STEPS[step].needs_reason else StepPlan

    @reads(path, action)
    async def show_step(
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        plan_id: FromPath[UUID],
    ) -> Reply[PlanStepView]:
        """What stands against a step of the plan, each thing with its address."""
        plan = await node.one(session, actor, Plan, plan_id)
        require(actor, action, plan.mechanism_id)
        view = await _view(session, actor, plan, step, today)
        return Reply(view, template="plan_step/step.html", values={"version": view.version, "reason": ""})

    @does(path, action, command_type)
    async def take_step(
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[dt.datetime],
        today: NamedDependency[dt.date],
        plan_id: FromPath[UUID],
        command: NamedDependency[Any],
    ) -> Reply[PlanStepView]:
        """Take the plan one step on."""
        plan = await service.take_step(session, actor, plan_id, step, command, now=now, today=today)
        return Reply(await _view(session, actor, plan, step, today), then=f"/plans/{plan.id}")

    yield show_step
    yield take_step


PLAN_STEPS = tuple(handler for step in STEPS for handler in _handlers(step))
