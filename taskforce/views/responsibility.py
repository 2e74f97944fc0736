"""Responsibilities as pages and the API show them: one duty, and the matrix of capabilities and agencies."""

import datetime as dt
from uuid import UUID

from taskforce.views.audit_event import EventView
from taskforce.views.base import Choice, View
from taskforce.views.mechanism import MechanismHead


class InstrumentView(View):
    """A law, decree or agreement. `is_seen`: somebody of the mechanism has seen its text."""

    id: UUID
    kind: str
    citation: str
    article: str | None
    is_seen: bool
    link: str | None


class PartView(View):
    """An agency's part in a duty; both dates are included. `is_current`: on the day of the page."""

    id: UUID
    agency_id: UUID
    agency_code: str
    agency_title: str
    role: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    is_disputed: bool
    is_current: bool
    version: int


class DutyView(View):
    """A responsibility in a list. `state`: gap (nobody is accountable), clash (several are) or assigned."""

    id: UUID
    code: str
    statement: str
    state: str
    parts: list[PartView]
    instruments: list[InstrumentView]
    is_illustrative: bool | None
    source: str | None


class AgencyColumn(View):
    """An agency of the matrix."""

    id: UUID
    code: str
    title: str


class CellView(View):
    """What an agency is for a capability: its roles, the strongest first, and how many activities on it it leads."""

    agency_id: UUID
    roles: list[str]
    is_disputed: bool
    led_count: int


class CapabilityRow(View):
    """A capability: one cell for each column, in their order, and the duties that belong to it."""

    id: str
    number: str
    label: str
    cells: list[CellView]
    duties: list[DutyView]
    objectives: list[str]


class CapabilityGroup(View):
    """Capabilities under one heading."""

    label: str
    capabilities: list[CapabilityRow]


class GapView(View):
    """A duty that nobody is accountable for, or (without one) a capability that objectives claim and no duty covers."""

    capability_id: str
    capability: str
    duty_id: UUID | None
    duty_code: str | None
    statement: str | None
    objectives: list[str]


class DutyLink(View):
    """A duty by its code."""

    id: UUID
    code: str
    statement: str


class ClashView(View):
    """Several accountable agencies in one duty, or (`kind` capability) in one capability through different duties."""

    kind: str
    capability_id: str
    capability: str
    duties: list[DutyLink]
    agencies: list[AgencyColumn]
    is_disputed: bool


class IdleView(View):
    """An agency that is accountable for a capability and leads no activity on it in the plan."""

    agency: AgencyColumn
    capability: str
    duties: list[DutyLink]


class UnmandatedView(View):
    """An activity whose lead has no part in any capability that it works on."""

    activity_id: UUID
    code: str
    title: str
    agency: AgencyColumn
    capabilities: list[str]


class ResponsibilitiesView(View):
    """Who must do what, on a day; activities are those of the plan that is named."""

    mechanism: MechanismHead
    on: dt.date
    plan_title: str | None
    duty_count: int
    agencies: list[AgencyColumn]
    groups: list[CapabilityGroup]
    gaps: list[GapView]
    clashes: list[ClashView]
    idle: list[IdleView]
    unmandated: list[UnmandatedView]
    may: list[str]


class ActivityLink(View):
    """An activity that carries a duty out."""

    id: UUID
    code: str
    title: str
    status: str
    plan_title: str
    lead_title: str | None


class ResponsibilityView(View):
    """One responsibility. `agencies` are those to which a part can be given; `may`: the verbs of this reader."""

    mechanism: MechanismHead
    id: UUID
    code: str
    statement: str
    capability_id: str
    capability: str
    state: str
    on: dt.date
    accountable: list[AgencyColumn]
    instruments: list[InstrumentView]
    parts: list[PartView]
    activities: list[ActivityLink]
    history: list[EventView]
    agencies: list[AgencyColumn]
    is_illustrative: bool | None
    source: str | None
    version: int
    may: list[str]


class ResponsibilityForm(View):
    """The form of a responsibility; `responsibility_id` is empty for a new one."""

    mechanism: MechanismHead
    responsibility_id: UUID | None
    capabilities: list[Choice]
    instruments: list[Choice]
    agencies: list[AgencyColumn]


class AssignmentForm(View):
    """The form of a part: of which duty, of which agency (empty for a new one), and who is accountable already."""

    mechanism: MechanismHead
    responsibility_id: UUID
    code: str
    statement: str
    assignment_id: UUID | None
    agency: AgencyColumn | None
    agencies: list[AgencyColumn]
    accountable: list[AgencyColumn]


class AssignmentView(View):
    """A part after a change. `state` is that of its duty now."""

    mechanism: MechanismHead
    id: UUID
    responsibility_id: UUID
    agency_id: UUID
    role: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    is_disputed: bool
    state: str
    version: int


class InstrumentForm(InstrumentView):
    """An instrument with what its page needs; `duties` rest on it."""

    mechanism: MechanismHead
    version: int
    duties: list[DutyLink]
