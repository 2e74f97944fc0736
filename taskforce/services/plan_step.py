"""A plan after its consultation, step by step: submitted, endorsed, running, closed; or returned, suspended."""

import datetime as dt
from uuid import UUID

from pydantic import Field

from taskforce.access import Actor, require
from taskforce.db import Session, explain
from taskforce.errors import Refused
from taskforce.models import Plan
from taskforce.queries import node
from taskforce.queries import plan_step as questions
from taskforce.rules import plan_step as rules
from taskforce.rules import states
from taskforce.rules.plan_step import STEPS, Guard, Step, Thing
from taskforce.services.baseline import freeze
from taskforce.services.command import Command, check_version
from taskforce.services.plan_draft import stored
from taskforce.views.plan_step import action_of

MOST_NAMED = 12  # codes that a refusal names; the page lists all of them


class StepPlan(Command):
    """The plan takes a step as it is."""

    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


class ExplainStep(StepPlan):
    """A step that says why."""

    reason: str = Field(
        title="Reason", min_length=1, max_length=2000, description="Everybody who reads the plan reads it."
    )


async def lacking(session: Session, actor: Actor, plan: Plan, step: Step, today: dt.date) -> dict[Guard, list[Thing]]:
    """What stands against a step of a plan, by guard."""
    thing = Thing(plan.id, plan.code, plan.title)
    if step == "submit":
        return rules.against_submitting(thing, *await questions.to_submit(session, actor, plan))
    if step == "endorse":
        is_own = plan.submitted_by_id is not None and plan.submitted_by_id == actor.account_id
        undecided = await questions.undecided_alerts(session, actor, plan)
        return rules.against_endorsing(thing, undecided, is_own=is_own)
    return rules.against_the_day(thing, step, today, plan.starts_on, plan.ends_on)


async def take_step(
    session: Session, actor: Actor, plan_id: UUID, step: Step, command: StepPlan, *, now: dt.datetime, today: dt.date
) -> Plan:
    """Take a plan one step on; who endorses it freezes its baseline. `today` is the mechanism's own day.

    What its agencies confirmed stays confirmed until it changes, also when a returned plan becomes a draft.

    Raises:
        NotFound, NotAllowed: the plan is not the actor's to see, or the step not theirs to take.
        Refused: the plan stands elsewhere, or guards stand against the step: each is named, with what it asks for.
        Stale: somebody saved it meanwhile.
    """
    way = STEPS[step]
    plan = await node.one(session, actor, Plan, plan_id, for_update=True)
    require(actor, action_of(step), plan.mechanism_id)
    _check_begins(plan, step)
    check_version(plan, command.version, stored(plan))
    found = await lacking(session, actor, plan, step, today)
    if found:
        raise Refused(
            "%(plan)s cannot become %(status)s yet: %(lacking)s.",
            plan=plan.code,
            status=way.to,
            lacking="; ".join(f"{guard.replace('_', ' ')}: {_codes(things)}" for guard, things in found.items()),
        )
    if isinstance(command, ExplainStep):
        await explain(session, action_of(step), command.reason)
        plan.status_reason = command.reason
    elif step != "rework":  # a draft goes on telling why it came back
        plan.status_reason = None
    if step == "submit":
        plan.submitted_at, plan.submitted_by_id = now, actor.account_id
        plan.endorsed_at = plan.endorsed_by_id = None
    if step == "endorse":
        plan.endorsed_at, plan.endorsed_by_id = now, actor.account_id
    plan.status = way.to
    await session.flush()
    if step == "endorse":
        await freeze(session, actor, plan, "endorsed", now=now)
    return plan


def _check_begins(plan: Plan, step: Step) -> None:
    way = STEPS[step]
    states.check("plan", plan.status, way.to)
    if plan.status not in way.begins:  # two steps lead to the same state
        raise Refused(
            "%(plan)s is %(status)s: this step begins only where a plan is %(begins)s.",
            plan=plan.code,
            status=plan.status,
            begins=" or ".join(way.begins),
        )


def _codes(things: list[Thing]) -> str:
    more = len(things) - MOST_NAMED
    return ", ".join(thing.code for thing in things[:MOST_NAMED]) + (f", … (+{more})" if more > 0 else "")
