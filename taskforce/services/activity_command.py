"""The command that writes an activity, as its form and the API send it."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from pydantic import Field

from taskforce.services.command import Command
from taskforce.services.field_types import ActivityCodes, Code, OneLine

Status = Literal["not_started", "on_track", "constrained", "no_progress", "met", "cancelled"]


@dataclass(frozen=True, slots=True)
class Links:
    """Ids in their order, each once."""

    supports: tuple[UUID, ...]
    places: tuple[UUID, ...]
    target_groups: tuple[str, ...]
    capabilities: tuple[str, ...]
    responsibilities: tuple[UUID, ...]
    messages: tuple[UUID, ...]
    joint_codes: tuple[str, ...]

    def with_place(self, place_id: UUID) -> "Links":
        """The same, and this place."""
        return replace(self, places=tuple(dict.fromkeys((*self.places, place_id))))


class SaveActivity(Command):
    """What the form of an activity and the API send. Both dates are included; lists name ids."""

    code: Code = Field(title="Code", description="Unique in its plan, like A1.")
    title: OneLine = Field(title="Title", min_length=1, max_length=500)
    description: str | None = Field(default=None, title="Description", max_length=10_000)
    kind: str | None = Field(default=None, title="Kind of work", description="Id like kind:training.")
    output_id: UUID | None = Field(default=None, title="Output", description="To put it under another output.")
    lead_agency_id: UUID = Field(title="Lead agency")
    support_agency_ids: list[UUID] = Field(default=[], title="Supporting agencies")
    starts_on: dt.date | None = Field(default=None, title="First day")
    ends_on: dt.date | None = Field(default=None, title="Last day")
    actual_starts_on: dt.date | None = Field(default=None, title="Began on")
    actual_ends_on: dt.date | None = Field(default=None, title="Ended on")
    status: Status = Field(default="not_started", title="Status")
    status_reason: str | None = Field(default=None, title="Reason for the status", max_length=2000)
    is_national: bool = Field(default=False, title="Whole country")
    place_ids: list[UUID] = Field(default=[], title="Places")
    new_place: OneLine | None = Field(default=None, title="A place that is not in the list", max_length=80)
    target_groups: list[str] = Field(default=[], title="Target groups", description="Ids like target_group:teachers.")
    capabilities: list[str] = Field(default=[], title="Capabilities", description="Ids like capability:13.")
    own_plan: Literal["yes", "no"] | None = Field(default=None, title="In the lead agency's own plan")
    own_plan_reference: OneLine | None = Field(default=None, title="Reference in the own plan", max_length=500)
    responsibility_ids: list[UUID] = Field(default=[], title="Responsibilities")
    message_ids: list[UUID] = Field(default=[], title="Messages")
    joint_with: ActivityCodes = Field(
        default=[],
        title="Joint with",
        description="Codes of other agencies' activities in the plan; leave it out to change none.",
    )
    joint_opened: ActivityCodes = Field(
        default=[],
        title="Joint with when opened",
        description="What joint_with was when you read it: others link to the activity without saving a version of it.",
    )
    carried_over_from: str | None = Field(
        default=None,
        title="Goes on from",
        max_length=40,
        description="Code of a line in the plan that this one follows.",
    )
    is_confidential: bool = Field(default=False, title="Confidential")
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")

    @property
    def links(self) -> Links:
        """What the line is to be linked to."""
        return Links(
            supports=tuple(dict.fromkeys(self.support_agency_ids)),
            places=tuple(dict.fromkeys(self.place_ids)),
            target_groups=tuple(dict.fromkeys(self.target_groups)),
            capabilities=tuple(dict.fromkeys(self.capabilities)),
            responsibilities=tuple(dict.fromkeys(self.responsibility_ids)),
            messages=tuple(dict.fromkeys(self.message_ids)),
            joint_codes=tuple(self.joint_with),
        )
