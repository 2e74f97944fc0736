"""Questions about which lines of a plan their agencies have confirmed."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, func, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import Account, Activity, ActivityConfirmation, Agency, Plan
from taskforce.queries.visible import visible_activities


@dataclass(frozen=True, slots=True)
class ConfirmationRow:
    """A line with what its agency said of it last, of whichever version. `confirmed_by` is a post."""

    id: UUID
    code: str
    title: str
    version: int
    lead_agency_id: UUID | None
    lead: str | None
    confirmed_version: int | None
    confirmed_at: dt.datetime | None
    confirmed_by: str | None
    is_on_behalf: bool | None


async def of_plan(session: Session, actor: Actor, plan: Plan, activity_id: UUID | None = None) -> list[ConfirmationRow]:
    """The lines of a plan that go on, by agency and place in the plan; or that one line."""
    said = and_(
        ActivityConfirmation.mechanism_id == Activity.mechanism_id, ActivityConfirmation.activity_id == Activity.id
    )
    statement = (
        select(
            Activity.id,
            Activity.code,
            Activity.title,
            Activity.version,
            Activity.lead_agency_id,
            Agency.title.label("lead"),
            ActivityConfirmation.activity_version.label("confirmed_version"),
            ActivityConfirmation.confirmed_at,
            Account.title.label("confirmed_by"),
            ActivityConfirmation.is_on_behalf,
        )
        .outerjoin(Agency, Agency.id == Activity.lead_agency_id)
        .outerjoin(ActivityConfirmation, said)
        .outerjoin(Account, Account.id == ActivityConfirmation.confirmed_by_id)
        .where(
            visible_activities(actor),
            Activity.mechanism_id == plan.mechanism_id,
            Activity.plan_id == plan.id,
            Activity.status != "cancelled",
        )
        .order_by(func.lower(func.unaccent(Agency.title)).nulls_first(), Activity.position, Activity.code)
    )
    if activity_id is not None:
        statement = statement.where(Activity.id == activity_id)
    found = await session.execute(statement)
    return [ConfirmationRow(**row) for row in found.mappings()]
