"""What the authorisation matrix is made of: one object of every noun, in three places, and a command for each route."""

import datetime as dt
from collections.abc import Mapping
from itertools import count
from typing import Any
from uuid import uuid4

from taskforce.models import (
    Account,
    Agency,
    Appointment,
    Assignment,
    Attachment,
    CostItem,
    Instrument,
    Membership,
    Place,
)
from tests.routes import Route
from tests.world import World

Objects = Mapping[str, object]
_numbers = count(1)
VOCABULARY = {"capability_id": "capability:4", "cost_type_id": "cost_type:training"}
# What a command's field is filled with, where its name says enough.
TEXTS = {"title": "T", "note": "N", "reason": "R", "statement": "S", "citation": "C", "unit": "people", "post": "P"}
CHOICES = {
    "sector": "government",
    "role": "observer",
    "resolution": "coordinated",
    "source_class": "donor_grant",
    "kind": "law",
    "status": "active",
    "currency": "TZS",
    "country": "TZ",
    "language": "en",
    "starter": "child-online-safety",
    "is_disputed": True,
    "base_currency": "USD",
    "rate": "0.0004",
    "fiscal_year": 2026,
    "first_year": 2026,
    "required_amount": "100",
    "scopes": ["read"],
    "version": 99,
}
DATES = {"starts_on": "2028-01-01", "ends_on": "2028-12-31"}
# Fields whose good values differ from command to command.
BY_COMMAND: Mapping[str, dict[str, object]] = {
    "AddAssignment": {"role": "informed"},
    "EditAssignment": {"role": "informed"},
    "HandOver": {"starts_on": "2026-04-01"},
    "SaveMechanism": {"kind": "task_force"},
}


async def objects(world: World, lead: Agency) -> Objects:
    """An object of each noun for the parameters of paths; those that have a lead are led by this agency."""
    number = next(_numbers)
    line = await world.line(code=f"M{number}", lead_agency_id=lead.id)
    other = await world.line(code=f"N{number}", lead_agency_id=lead.id)
    duty = await world.responsibility(code=f"R{number}")
    parts = {"responsibility_id": duty.id, "agency_id": lead.id, "role": "accountable", "starts_on": world.today}
    agency = await world.add(Agency(country="TZ", code=f"X-{uuid4().hex[:8]}", title="New", sector="police"))
    account = await world.add(Account(email=f"{uuid4().hex}@example.org", title="Somebody"))
    source = world.source
    return {
        "code": world.mechanism.code,
        "plan_id": world.plan.id,
        "objective_id": world.objective.id,
        "output_id": world.output.id,
        "source_id": source.id,
        "agency_id": lead.id,
        "activity_id": line.id,
        "alert_id": (await world.alert(line, other)).id,
        "line_id": (await world.pay(line, "100", source=source)).id,
        "cost_item_id": (await world.add(CostItem(code=f"CI{number}", title="Hosting"))).id,
        "indicator_id": (await world.indicator(code=f"I{number}")).id,
        "instrument_id": (await world.add(Instrument(kind="law", citation=f"Act {number}"))).id,
        "responsibility_id": duty.id,
        "assignment_id": (await world.add(Assignment(**parts))).id,
        "place_id": (await world.add(Place(code=f"K{number}", title=f"Kilifi {number}", position=number))).id,
        "membership_id": (
            await world.add(Membership(agency_id=agency.id, role="member", starts_on=dt.date(2026, 1, 1)))
        ).id,
        "appointment_id": (
            await world.add(
                Appointment(account_id=account.id, role="observer", starts_on=world.today + dt.timedelta(days=7))
            )
        ).id,
        "attachment_id": (await world.add(_evidence(line.id, number))).id,
        "user_id": account.id,
    }


def _evidence(activity_id: object, number: int) -> Attachment:
    return Attachment(
        activity_id=activity_id,
        name=f"report-{number}.pdf",
        media_type="application/pdf",
        byte_count=4,
        sha256=uuid4().hex * 2,
        note="Signed",
    )


def missing(found: Objects) -> Objects:
    """The same parameters, of things that do not exist."""
    return {name: "NONE" if name == "code" else uuid4() for name in found}


def command_of(route: Route, world: World, lead: Agency) -> dict[str, object]:
    """A command that the route understands; a change of what is there says no version, so that it changes nothing."""
    command = route.handler.opt.get("command")
    if command is None:
        return {}
    own = {"agency_id": world.police.id, "lead_agency_id": lead.id, "source_id": world.source.id}
    known: dict[str, object] = {**TEXTS, **CHOICES, **DATES, **VOCABULARY, **own}
    number = next(_numbers)
    known |= {"source": f"Bank {number}", "rate_on": str(dt.date(2026, 1, 1) + dt.timedelta(days=number))}
    known |= {"code": f"Z{number}", "email": f"{uuid4().hex}@example.org"}
    known |= BY_COMMAND.get(command.__name__, {})
    return {name: known[name] for name, field in command.model_fields.items() if field.is_required()}


def address(route: Route, found: Objects) -> str:
    """The path with its parameters filled in."""
    names: dict[str, Any] = {**found, "path": "openapi.json", "session_id": uuid4(), "token_id": uuid4()}
    return route.path.removeprefix("/api/v1").format(**names)
