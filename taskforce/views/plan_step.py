"""What a plan needs for its next step, as pages and the API show it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

from taskforce.access import Actor, May, may
from taskforce.rules.submission import GUARDS, Guard, Thing
from taskforce.views.base import View
from taskforce.views.mechanism import MechanismHead

# The steps of a plan by its status, each with the action that it needs.
_STEPS = {
    "consultation": (("submit", May.PLAN_EDIT),),
    "submitted": (("return", May.PLAN_DECIDE),),
    "returned": (("rework", May.PLAN_EDIT),),
}
_PATHS = {"activity": "/activities/{id}", "output": "/outputs/{id}/edit", "plan": "/plans/{id}"}


def next_steps(actor: Actor, mechanism_id: UUID, status: str) -> list[str]:
    """What somebody may do next with a plan in this status."""
    return [step for step, action in _STEPS.get(status, ()) if may(actor, action, mechanism_id)]


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


class SubmissionView(View):
    """Whether a plan can be submitted, and what stands against it."""

    mechanism: MechanismHead
    plan_id: UUID
    title: str
    status: str
    submitted_at: dt.datetime | None
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
