"""A plan from its first page to its consultation: add it, change its frame, open it to all members."""

import datetime as dt
from uuid import UUID

from pydantic import Field

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import Plan
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import node
from taskforce.queries import plan_draft as questions
from taskforce.rules import consultation, states
from taskforce.services.command import Command, check_version
from taskforce.services.field_types import Code, Currency, OneLine
from taskforce.services.open_plan import open_plan

MOST_LISTED = 12  # what a refusal names; the rest is counted


class SavePlan(Command):
    """What the form of a plan sends. Both dates are included."""

    code: Code = Field(title="Code", min_length=1, description="Such as TZ-2026.")
    title: OneLine = Field(title="Title", min_length=1, max_length=300)
    starts_on: dt.date = Field(title="First day")
    ends_on: dt.date = Field(title="Last day")
    currency: Currency = Field(title="Currency", description="Three letters, like TZS.")
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


class OpenConsultation(Command):
    """From here on every member reads every line."""

    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


class StartPlan(Command):
    """A first plan from a starter plan, with its usual agencies and duties."""

    starter: str = Field(title="Starter plan", min_length=1, max_length=60)


def stored(plan: Plan) -> SavePlan:
    """The command that would write what is stored now."""
    return SavePlan.model_validate(plan, from_attributes=True)


async def add_plan(session: Session, actor: Actor, mechanism_id: UUID, command: SavePlan) -> Plan:
    """Add a draft that follows the plan before it; the database refuses two plans for one time.

    Raises:
        NotAllowed: the actor does not keep the plans of the mechanism.
        Refused: the dates do not make about a year, or the mechanism is dissolved.
    """
    await may_plan(session, actor, mechanism_id)
    _check_dates(command)
    plan = Plan(
        mechanism_id=mechanism_id,
        status="draft",
        follows_id=await questions.plan_before(session, actor, mechanism_id, command.starts_on),
        **command.model_dump(exclude={"version"}),
    )
    session.add(plan)
    await session.flush()
    return plan


async def may_plan(session: Session, actor: Actor, mechanism_id: UUID) -> None:
    """Let pass who keeps the plans of a mechanism that still exists.

    Raises:
        NotFound, NotAllowed: the mechanism is not the actor's to see, or to plan for.
        Refused: it is dissolved.
    """
    mechanism = await mechanisms.one(session, actor, mechanism_id)
    require(actor, May.PLAN_EDIT, mechanism_id)
    if mechanism.status == "dissolved":
        raise Refused("%(mechanism)s is dissolved. The chair can take that back.", mechanism=mechanism.code)


async def edit_plan(session: Session, actor: Actor, plan_id: UUID, command: SavePlan) -> Plan:
    """Change the frame of a plan that is still open.

    Raises:
        NotFound, NotAllowed: the plan is not the actor's to see, or to change.
        Refused: it is past consultation, or lines would lie outside the new dates.
        Stale: somebody saved it meanwhile.
    """
    plan = await node.one(session, actor, Plan, plan_id, for_update=True)
    require(actor, May.PLAN_EDIT, plan.mechanism_id)
    await open_plan(session, actor, plan_id)
    check_version(plan, command.version, stored(plan))
    _check_dates(command)
    outside = await questions.lines_outside(session, actor, plan, command.starts_on, command.ends_on)
    if outside:
        raise Refused(
            "These lines would lie outside the plan: %(lines)s. Change their dates first.",
            field="ends_on",
            lines=_listed(outside),
        )
    for name, value in command.model_dump(exclude={"version"}).items():
        setattr(plan, name, value)
    await session.flush()
    return plan


async def open_consultation(session: Session, actor: Actor, plan_id: UUID, command: OpenConsultation) -> Plan:
    """Show a draft to all members.

    Raises:
        NotFound, NotAllowed: the plan is not the actor's to see, or to change.
        Refused: it is no draft, or it lacks what a consultation needs; all that is missing is named.
        Stale: somebody saved it meanwhile.
    """
    plan = await node.one(session, actor, Plan, plan_id, for_update=True)
    require(actor, May.PLAN_EDIT, plan.mechanism_id)
    check_version(plan, command.version, stored(plan))
    states.check("plan", plan.status, "consultation")
    objective_count, lines = await questions.lines_to_consult(session, actor, plan)
    lacking = consultation.lacking(objective_count, lines, plan.starts_on, plan.ends_on)
    if lacking:
        raise Refused("Before consultation the plan needs: %(lacking)s.", lacking=_listed(lacking))
    plan.status = "consultation"
    await session.flush()
    return plan


def _check_dates(command: SavePlan) -> None:
    if command.ends_on <= command.starts_on:
        raise Refused("The last day must come after the first day.", field="ends_on")
    if (command.ends_on - command.starts_on).days >= 730:
        raise Refused("A plan is about one year. Choose an earlier last day.", field="ends_on")


def _listed(entries: list[str]) -> str:
    more = len(entries) - MOST_LISTED
    return "; ".join(entries[:MOST_LISTED]) + (f"; … (+{more})" if more > 0 else "")
