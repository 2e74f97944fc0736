"""Memberships as pages and the API show them."""

import datetime as dt
from uuid import UUID

from taskforce.views.base import Choice, View
from taskforce.views.mechanism import MechanismHead


class MembershipView(View):
    """One membership. `people_count`: appointments for the agency that go on today. `may`: the verbs of this reader."""

    mechanism: MechanismHead
    id: UUID
    agency_id: UUID
    agency: str
    role: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    instrument_id: UUID | None
    version: int
    people_count: int
    may: list[str]


class MembershipForm(View):
    """The form of a membership, or of a new one (`membership_id` is empty), and what may be chosen."""

    mechanism: MechanismHead
    membership_id: UUID | None
    agency_id: UUID
    agency: str
    roles: list[str]
    instruments: list[Choice]
