"""A plan on its way to its members, as pages and the API show it."""

import datetime as dt
from uuid import UUID

from taskforce.views.base import Choice, View
from taskforce.views.mechanism import MechanismHead


class PlanDraftView(View):
    """The frame of a plan. `may`: the verbs that this reader may do next."""

    mechanism: MechanismHead
    id: UUID
    code: str
    title: str
    starts_on: dt.date
    ends_on: dt.date
    status: str
    currency: str
    follows_id: UUID | None
    version: int
    may: list[str]


class PlanForm(View):
    """The form of a plan; `plan_id` is empty for a new one."""

    mechanism: MechanismHead
    plan_id: UUID | None
    title: str
    has_plan: bool


class StarterChoice(View):
    """The starter plans that a mechanism without a plan may begin with."""

    mechanism: MechanismHead
    starters: list[Choice]


class ConsultationView(View):
    """Whether a draft can go to its members, and what it lacks, a line a line of the plan."""

    mechanism: MechanismHead
    plan_id: UUID
    title: str
    status: str
    line_count: int
    lacking: list[str]
    version: int
