"""Agencies confirm their lines while a plan is in consultation."""

import datetime as dt
from uuid import UUID

from pydantic import Field
from sqlalchemy.dialects.postgresql import insert

from taskforce.access import Actor, May, Role, require
from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import Activity, ActivityConfirmation, Plan
from taskforce.queries import node
from taskforce.rules import confirmation
from taskforce.services.activity import stored
from taskforce.services.command import Command, require_current


class ConfirmActivity(Command):
    """The line is right as it is in this version."""

    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you read.")


async def confirm_activity(
    session: Session, actor: Actor, activity_id: UUID, command: ConfirmActivity, *, now: dt.datetime
) -> Activity:
    """Record that the lead agency stands by a line; the secretariat does so on behalf of one.

    Raises:
        NotFound, NotAllowed: the line is not the actor's to see, or to confirm.
        Refused: the plan is not in consultation, the line has no lead agency or was cancelled.
        Stale: somebody changed the line after it was read.
    """
    activity = await node.one(session, actor, Activity, activity_id, for_update=True)
    require(actor, May.ACTIVITY_CONFIRM, activity.mechanism_id, activity.lead_agency_id)
    plan = await node.one(session, actor, Plan, activity.plan_id)
    confirmation.check_open(plan.code, plan.status)
    if activity.lead_agency_id is None:
        raise Refused("%(code)s has no lead agency, so nobody can confirm it. Name one first.", code=activity.code)
    if activity.status == "cancelled":
        raise Refused("%(code)s was cancelled: there is nothing to confirm.", code=activity.code)
    require_current(activity, command.version, await stored(session, actor, activity))
    officers = frozenset({Role.AUTHORISED_OFFICER})
    values = {
        "activity_version": activity.version,
        "confirmed_at": now,
        "confirmed_by_id": actor.account_id,
        "is_on_behalf": activity.lead_agency_id not in actor.agencies_in(activity.mechanism_id, officers),
    }
    key = {"mechanism_id": activity.mechanism_id, "activity_id": activity.id}
    await session.execute(
        insert(ActivityConfirmation)
        .values(**key, **values)
        .on_conflict_do_update(index_elements=list(key), set_=values)
    )
    return activity
