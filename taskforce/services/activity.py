"""Activities of a plan: add, edit, delete."""

import datetime as dt
from uuid import UUID

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import Activity, Output, Plan
from taskforce.queries import activity as activities
from taskforce.queries import cost_item as cost_items
from taskforce.queries import node
from taskforce.rules import activity as rules
from taskforce.services.activity_command import SaveActivity
from taskforce.services.activity_joint import check_joint_opened, set_joint
from taskforce.services.activity_links import check_known, find_or_make_place, links_of, set_links
from taskforce.services.command import check_version
from taskforce.services.deletion import Deletion, check_deletion
from taskforce.services.open_plan import open_plan

_COLUMNS = (
    "code",
    "title",
    "description",
    "lead_agency_id",
    "starts_on",
    "ends_on",
    "actual_starts_on",
    "actual_ends_on",
    "status",
    "status_reason",
    "is_national",
    "own_plan",
    "own_plan_reference",
    "is_confidential",
)


async def stored(session: Session, actor: Actor, activity: Activity) -> SaveActivity:
    """The command that would write what is stored now."""
    links = await links_of(session, actor, activity)
    earlier = activity.carried_over_from_id
    return SaveActivity.model_construct(
        **{name: getattr(activity, name) for name in _COLUMNS},
        kind=activity.kind_id,
        output_id=activity.output_id,
        support_agency_ids=list(links.supports),
        place_ids=list(links.places),
        target_groups=list(links.target_groups),
        capabilities=list(links.capabilities),
        responsibility_ids=list(links.responsibilities),
        message_ids=list(links.messages),
        joint_with=list(links.joint_codes),
        joint_opened=list(links.joint_codes),
        carried_over_from=await activities.code_of(session, actor, earlier) if earlier else None,
        version=activity.version,
    )


async def add_activity(
    session: Session, actor: Actor, output_id: UUID, command: SaveActivity, *, today: dt.date
) -> Activity:
    """Add a line at the end of an output.

    Raises:
        NotFound: the output is not the actor's to see.
        NotAllowed: the actor may not add lines for this lead agency.
        Refused: the plan is past consultation, or the line breaks a rule; the field is named.
    """
    output = await node.one(session, actor, Output, output_id)
    require(actor, May.ACTIVITY_EDIT, output.mechanism_id, command.lead_agency_id)
    plan = await open_plan(session, actor, output.plan_id)
    _check(command, plan, today)
    rules.check_status("not_started", command.status, command.status_reason)
    await check_known(session, actor, plan, command, today=today)
    output_id = command.output_id or output.id
    place = node.place_after(Activity, mechanism_id=plan.mechanism_id, output_id=output_id)
    activity = Activity(mechanism_id=plan.mechanism_id, plan_id=plan.id, output_id=output_id, position=place)
    activity.carried_over_from_id = await _earlier(session, actor, plan, command.carried_over_from)
    await _write(session, actor, activity, command)
    await set_joint(session, actor, activity, command.joint_with, [])
    return activity


async def edit_activity(
    session: Session, actor: Actor, activity_id: UUID, command: SaveActivity, *, today: dt.date
) -> Activity:
    """Change a line. Nobody gives a line to an agency for which they may not act.

    Raises:
        NotFound: the line is not the actor's to see.
        NotAllowed: it is not theirs to change, or not theirs to give to this lead agency.
        Refused: as in adding.
        Stale: somebody saved it meanwhile.
    """
    activity = await node.one(session, actor, Activity, activity_id, for_update=True)
    require(actor, May.ACTIVITY_EDIT, activity.mechanism_id, activity.lead_agency_id)
    require(actor, May.ACTIVITY_EDIT, activity.mechanism_id, command.lead_agency_id)
    plan = await open_plan(session, actor, activity.plan_id)
    earlier = await stored(session, actor, activity)
    check_version(activity, command.version, earlier)
    check_joint_opened(command, earlier)
    _check(command, plan, today)
    rules.check_status(activity.status, command.status, command.status_reason)
    await check_known(session, actor, plan, command, today=today, kept=earlier)
    if command.output_id and command.output_id != activity.output_id:
        activity.output_id = command.output_id
        within = {"mechanism_id": activity.mechanism_id, "output_id": command.output_id}
        activity.position = await node.last_place(session, Activity, **within)
    if command.carried_over_from != earlier.carried_over_from:  # else it may be one that the actor does not see
        activity.carried_over_from_id = await _earlier(session, actor, plan, command.carried_over_from)
    await _write(session, actor, activity, command)
    if "joint_with" in command.model_fields_set:
        await set_joint(session, actor, activity, command.joint_with, earlier.joint_with)
    await _rename_own_cost(session, activity, earlier.title)
    return activity


async def delete_activity(session: Session, actor: Actor, activity_id: UUID, command: Deletion) -> Activity:
    """Delete a line with its budget lines and alerts, while its plan is open.

    Raises:
        NotFound, NotAllowed, Stale: as in editing.
        Refused: the plan is past consultation.
    """
    activity = await node.one(session, actor, Activity, activity_id, for_update=True)
    require(actor, May.ACTIVITY_EDIT, activity.mechanism_id, activity.lead_agency_id)
    await open_plan(session, actor, activity.plan_id)
    await check_deletion(session, actor, activity, command, await stored(session, actor, activity))
    await session.delete(activity)
    await session.flush()
    return activity


def _check(command: SaveActivity, plan: Plan, today: dt.date) -> None:
    rules.check_dates(rules.Span(command.starts_on, command.ends_on), plan.starts_on, plan.ends_on)
    rules.check_actual_dates(rules.Span(command.actual_starts_on, command.actual_ends_on), today)
    rules.check_agencies(command.lead_agency_id, command.support_agency_ids)
    rules.check_own_plan(command.own_plan, command.own_plan_reference)


async def _write(session: Session, actor: Actor, activity: Activity, command: SaveActivity) -> None:
    for name in _COLUMNS:
        setattr(activity, name, getattr(command, name))
    activity.kind_id = command.kind
    session.add(activity)
    await session.flush()
    links = command.links
    if command.new_place:
        place_id = await find_or_make_place(session, actor, activity.mechanism_id, command.new_place)
        links = links.with_place(place_id)
    await set_links(session, actor, activity, links)


async def _rename_own_cost(session: Session, activity: Activity, earlier: str) -> None:
    """An activity's own cost is called like the activity, unless somebody gave it a name of its own."""
    if activity.title == earlier:
        return
    item = await cost_items.own_item(session, activity)
    if item is not None and item.title == earlier:
        item.title = activity.title
        item.version += 1
        await session.flush()


async def _earlier(session: Session, actor: Actor, plan: Plan, code: str | None) -> UUID | None:
    """The line of last year's plan with this code.

    Raises:
        Refused: the plan follows none, or that has no such line that the actor sees.
    """
    if not code:
        return None
    found = await activities.by_code(session, actor, plan.follows_id, code) if plan.follows_id else None
    if found is None:
        raise Refused(
            "The plan that this one follows has no line %(code)s that you can see. Check the code, or leave it empty.",
            field="carried_over_from",
            code=code,
        )
    return found
