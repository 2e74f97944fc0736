"""Putting the form of an activity together, and the page that asks before one is deleted."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from taskforce.access import Actor, May, may
from taskforce.db import Session
from taskforce.models import Activity
from taskforce.queries import activity as activities
from taskforce.queries import activity_choices, agency
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import output as outputs
from taskforce.queries import place as places
from taskforce.queries import plan as plans
from taskforce.queries.activity_alerts import on_activity
from taskforce.queries.plan import PlanRow
from taskforce.queries.vocabulary_term import terms
from taskforce.rules import states
from taskforce.views.activity import ActivityDeletion, ActivityForm
from taskforce.views.activity_page import money_of
from taskforce.views.base import Choice
from taskforce.views.mechanism import MechanismHead
from taskforce.views.plan_line import plan_head


@dataclass(frozen=True, slots=True)
class Place:
    """Where a form belongs: the plan, the output, and the line that it changes, if it changes one."""

    mechanism_id: UUID
    plan_id: UUID
    output_id: UUID
    activity: Activity | None


async def activity_form(session: Session, actor: Actor, place: Place, *, today: dt.date) -> ActivityForm:
    """The form of an activity with all that its fields let choose from."""
    all_plans = await plans.of_mechanism(session, actor, place.mechanism_id)
    plan = next(each for each in all_plans if each.id == place.plan_id)
    members = await _members(session, actor, place, today)
    status = place.activity.status if place.activity else "not_started"
    form = ActivityForm(
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, place.mechanism_id)),
        plan=plan_head(plan),
        activity_id=place.activity.id if place.activity else None,
        activity_code=place.activity.code if place.activity else None,
        output_id=place.output_id,
        leads=[each for each in members if may(actor, May.ACTIVITY_EDIT, place.mechanism_id, UUID(each.id))],
        supports=members,
        outputs=[
            Choice(id=str(each.id), label=f"{each.code} {each.title}")
            for each in await outputs.of_plan(session, actor, plan.id)
        ],
        kinds=await _terms(session, "kind"),
        places=[
            Choice(id=str(each.id), label=each.title) for each in await places.names(session, actor, plan.mechanism_id)
        ],
        target_groups=await _terms(session, "target_group"),
        capabilities=await _terms(session, "capability"),
        responsibilities=_offered(await activity_choices.responsibilities(session, actor, plan.mechanism_id)),
        messages=_offered(await activity_choices.messages(session, actor, plan.mechanism_id)),
        statuses=[status, *states.may_move_to("activity", status)],
        follows=_earlier(all_plans, plan),
        labels={},
    )
    return form.model_copy(update={"labels": _labels(form)})


async def activity_deletion(session: Session, actor: Actor, activity: Activity) -> ActivityDeletion:
    """What goes with an activity, as far as the actor sees it; money is counted in full."""
    money = await money_of(session, actor, activity.mechanism_id, activity.id, 1)
    alerts = await on_activity(session, actor, activity.mechanism_id, activity.id)
    return ActivityDeletion(
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, activity.mechanism_id)),
        plan_id=activity.plan_id,
        id=activity.id,
        code=activity.code,
        title=activity.title,
        budget_line_count=len(money.lines),
        secured=[each for each in money.totals if each.secured_amount],
        alert_count=len(alerts),
        version=activity.version,
    )


async def _members(session: Session, actor: Actor, place: Place, today: dt.date) -> list[Choice]:
    """Members of today, and agencies that left but still stand on the line."""
    found = {
        str(agency_id): title
        for agency_id, title in await agency.current_members(session, actor, place.mechanism_id, today=today)
    }
    if place.activity is not None:
        for each in await activities.agencies_of(session, actor, place.activity):
            found.setdefault(str(each.id), each.text)
    return [Choice(id=agency_id, label=title) for agency_id, title in found.items()]


async def _terms(session: Session, vocabulary: str) -> list[Choice]:
    return [Choice(id=each.id, label=each.label) for each in await terms(session, vocabulary)]


def _offered(rows: Iterable[activity_choices.Offered]) -> list[Choice]:
    return [Choice(id=str(each.id), label=f"{each.code} {each.words}") for each in rows]


def _earlier(all_plans: list[PlanRow], plan: PlanRow) -> str | None:
    return next((each.title for each in all_plans if each.id == plan.follows_id), None)


def _labels(form: ActivityForm) -> dict[str, str]:
    lists = (
        form.supports,
        form.outputs,
        form.kinds,
        form.places,
        form.target_groups,
        form.capabilities,
        form.responsibilities,
        form.messages,
    )
    return {each.id: each.label for choices in lists for each in choices}
