"""Objectives as pages and the API show them."""

from uuid import UUID

from taskforce.views.base import Choice, View
from taskforce.views.mechanism import MechanismHead


class ObjectiveView(View):
    """An objective. `may`: the verbs that this reader may do next."""

    mechanism: MechanismHead
    id: UUID
    plan_id: UUID
    code: str
    title: str
    capabilities: list[str]
    version: int
    may: list[str]


class ObjectiveForm(View):
    """The form of an objective: where it belongs, and what may be chosen. `objective_id` is empty for a new one."""

    mechanism: MechanismHead
    plan_id: UUID
    plan_title: str
    objective_id: UUID | None
    capabilities: list[Choice]
