"""Appointments and invitations as pages and the API show them."""

import datetime as dt
from uuid import UUID

from taskforce.queries.appointment import Held, Person
from taskforce.views.base import Choice, View
from taskforce.views.mechanism import MechanismHead


class PersonView(View):
    """Somebody's appointment. `email` and `has_password` are for those who invite; others get None."""

    id: UUID
    title: str
    email: str | None
    role: str
    is_deputy: bool
    agency_id: UUID | None
    agency: str | None
    starts_on: dt.date
    ends_on: dt.date | None
    has_password: bool | None


class InvitationView(View):
    """What came of an invitation. `link` works once and is shown once; None: they have an account and sign in with it.

    `mechanism` is None for whoever made a mechanism without being appointed in it; `is_own`: they appointed themselves.
    """

    mechanism: MechanismHead | None
    mechanism_code: str
    mechanism_title: str
    appointment_id: UUID
    email: str
    title: str
    role: str
    is_own: bool
    link: str | None
    link_ends_at: dt.datetime | None


class InvitationForm(View):
    """The form of an invitation: the roles and agencies that may be chosen."""

    mechanism: MechanismHead
    roles: list[str]
    agencies: list[Choice]


class AppointmentView(View):
    """One appointment, as the pages ask before ending or deleting it."""

    mechanism: MechanismHead
    id: UUID
    title: str
    role: str
    agency_id: UUID | None
    starts_on: dt.date
    ends_on: dt.date | None
    version: int
    may: list[str]


class HeldView(View):
    """One appointment of the history. `reason`, why it was handed over, is for those who invite; others get None."""

    id: UUID
    title: str
    role: str
    is_deputy: bool
    agency_id: UUID | None
    agency: str | None
    starts_on: dt.date
    ends_on: dt.date | None
    follows: str | None
    reason: str | None


class AppointmentsView(View):
    """Everybody who holds or held a post in a mechanism."""

    mechanism: MechanismHead
    today: dt.date
    appointments: list[HeldView]
    may: list[str]


def held(found: Held, *, to_secretariat: bool) -> HeldView:
    """An appointment of the history, as this reader may see it."""
    shown = HeldView.model_validate(found)
    return shown if to_secretariat else shown.model_copy(update={"reason": None})


def person(found: Person, *, to_secretariat: bool) -> PersonView:
    """An appointment as this reader may see it: addresses are for those who invite."""
    shown = PersonView.model_validate(found)
    return shown if to_secretariat else shown.model_copy(update={"email": None, "has_password": None})
