"""A plan on its way from consultation to endorsement: submit it, return it, take it up again."""

import datetime as dt
from uuid import UUID

from pydantic import Field

from taskforce.access import Actor, May, require
from taskforce.db import Session, explain
from taskforce.errors import Refused
from taskforce.models import Plan
from taskforce.queries import node
from taskforce.queries import plan_step as questions
from taskforce.rules import states, submission
from taskforce.rules.submission import Guard, Thing
from taskforce.services.command import Command, check_version
from taskforce.services.plan_draft import stored

MOST_NAMED = 12  # codes that a refusal names; the page lists all of them


class SubmitPlan(Command):
    """The plan goes to the chair as it is."""

    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


class ReturnPlan(Command):
    """The plan goes back to the secretariat."""

    reason: str = Field(title="What must change", min_length=1, max_length=2000)
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


class ReworkPlan(Command):
    """A returned plan becomes a draft again."""

    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


async def lacking(session: Session, actor: Actor, plan: Plan) -> dict[Guard, list[Thing]]:
    """What stands against submitting a plan, by guard."""
    lines, outputs = await questions.to_submit(session, actor, plan)
    return submission.lacking(Thing(plan.id, plan.code, plan.title), lines, outputs)


async def submit_plan(session: Session, actor: Actor, plan_id: UUID, command: SubmitPlan, *, now: dt.datetime) -> Plan:
    """Put a plan before the chair.

    Raises:
        NotFound, NotAllowed: the plan is not the actor's to see, or to submit.
        Refused: it is not in consultation, or guards stand against it: each is named, with what it asks for.
        Stale: somebody saved it meanwhile.
    """
    plan = await _to_move(session, actor, plan_id, May.PLAN_EDIT, "submitted")
    check_version(plan, command.version, stored(plan))
    found = await lacking(session, actor, plan)
    if found:
        raise Refused(
            "%(plan)s cannot be submitted yet: %(lacking)s.",
            plan=plan.code,
            lacking="; ".join(f"{guard.replace('_', ' ')}: {_codes(things)}" for guard, things in found.items()),
        )
    plan.status, plan.submitted_at, plan.submitted_by_id = "submitted", now, actor.account_id
    plan.status_reason = None
    await session.flush()
    return plan


async def return_plan(session: Session, actor: Actor, plan_id: UUID, command: ReturnPlan) -> Plan:
    """Give a submitted plan back, with what must change.

    Raises:
        NotFound, NotAllowed: the plan is not the actor's to see, or to decide on.
        Refused: it is not submitted.
        Stale: somebody saved it meanwhile.
    """
    plan = await _to_move(session, actor, plan_id, May.PLAN_DECIDE, "returned")
    check_version(plan, command.version, stored(plan))
    await explain(session, May.PLAN_DECIDE, command.reason)
    plan.status, plan.status_reason = "returned", command.reason
    await session.flush()
    return plan


async def rework_plan(session: Session, actor: Actor, plan_id: UUID, command: ReworkPlan) -> Plan:
    """Take a returned plan up again as a draft; what its agencies confirmed stays confirmed until it changes.

    Raises:
        NotFound, NotAllowed: the plan is not the actor's to see, or to change.
        Refused: it was not returned.
        Stale: somebody saved it meanwhile.
    """
    plan = await _to_move(session, actor, plan_id, May.PLAN_EDIT, "draft")
    check_version(plan, command.version, stored(plan))
    plan.status = "draft"
    await session.flush()
    return plan


async def _to_move(session: Session, actor: Actor, plan_id: UUID, action: May, to: str) -> Plan:
    plan = await node.one(session, actor, Plan, plan_id, for_update=True)
    require(actor, action, plan.mechanism_id)
    states.check("plan", plan.status, to)
    return plan


def _codes(things: list[Thing]) -> str:
    more = len(things) - MOST_NAMED
    return ", ".join(thing.code for thing in things[:MOST_NAMED]) + (f", … (+{more})" if more > 0 else "")
