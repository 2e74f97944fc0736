"""Outputs as pages and the API show them."""

from uuid import UUID

from taskforce.views.base import View
from taskforce.views.mechanism import MechanismHead


class OutputView(View):
    """An output. `may`: the verbs that this reader may do next."""

    mechanism: MechanismHead
    id: UUID
    plan_id: UUID
    objective_id: UUID
    code: str
    title: str
    version: int
    may: list[str]


class OutputForm(View):
    """The form of an output: where it belongs. `output_id` is empty for a new one."""

    mechanism: MechanismHead
    plan_id: UUID
    plan_title: str
    objective_id: UUID
    objective: str
    output_id: UUID | None
