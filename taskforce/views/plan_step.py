"""What a plan needs for its next step, as pages and the API show it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

from taskforce.access import Actor, May, may
from taskforce.rules.plan_step import GUARDS, STEPS, Guard, Step, Thing, steps_from
from taskforce.views.base import View
from taskforce.views.mechanism import MechanismHead

_PATHS = {
    "activity": "/activities/{id}",
    "alert": "/alerts/{id}",
    "output": "/outputs/{id}/edit",
    "plan": "/plans/{id}",
}


def action_of(step: Step) -> May:
    """The action that a step needs."""
    return May.PLAN_DECIDE if STEPS[step].is_for_chair else May.PLAN_EDIT


def next_steps(actor: Actor, mechanism_id: UUID, status: str) -> list[str]:
    """What somebody may do next with a plan in this status."""
    return [step for step in steps_from(status) if may(actor, action_of(step), mechanism_id)]


class LackingThing(View):
    """A thing that a guard names, and where it is mended."""

    id: UUID
    code: str
    title: str
    path: str


class Lacking(View):
    """A guard that stands against a step, with all that it asks for."""

    guard: Guard
    things: list[LackingThing]


class PlanStepView(View):
    """A step of a plan: whether it begins where the plan stands, and what stands against it."""

    mechanism: MechanismHead
    plan_id: UUID
    title: str
    step: Step
    status: str
    begins_here: bool
    starts_on: dt.date
    ends_on: dt.date
    submitted_at: dt.datetime | None
    endorsed_at: dt.datetime | None
    status_reason: str | None
    lacking: list[Lacking]
    version: int
    may: list[str]


def lacking_view(found: Mapping[Guard, Sequence[Thing]]) -> list[Lacking]:
    """The guards with the address of each thing."""
    return [
        Lacking(
            guard=guard,
            things=[
                LackingThing(
                    id=thing.id, code=thing.code, title=thing.title, path=_PATHS[GUARDS[guard]].format(id=thing.id)
                )
                for thing in things
            ],
        )
        for guard, things in found.items()
    ]
