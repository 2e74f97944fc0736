"""Activities: add, read, edit, delete."""

import datetime as dt
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Controller
from litestar.connection import Request
from litestar.di import NamedDependency
from litestar.params import FromPath

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.models import Activity, Output
from taskforce.queries import node
from taskforce.services import activity as service
from taskforce.services.activity_command import SaveActivity
from taskforce.services.deletion import Deletion
from taskforce.services.duplication_alert import scan_activity
from taskforce.services.open_plan import open_plan
from taskforce.views.activity import ActivityDeletion, ActivityForm, ActivityPage, ActivitySaved
from taskforce.views.activity_form import Place, activity_deletion, activity_form
from taskforce.views.activity_page import activity_page
from taskforce.web.afterwards import Afterwards
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads


def _empty(form: ActivityForm) -> dict[str, Any]:
    """The values of a new line: nothing but the output, and the lead where there is only one to choose."""
    lists = ("support_agency_ids", "place_ids", "target_groups", "capabilities", "responsibility_ids", "message_ids")
    values: dict[str, Any] = {name: [] if name in lists else "" for name in SaveActivity.model_fields}
    lead = form.leads[0].id if len(form.leads) == 1 else ""
    return values | {"output_id": form.output_id, "status": "not_started", "lead_agency_id": lead, "version": ""}


def _saved(activity: Activity) -> ActivitySaved:
    """What was saved; whoever could save it may go on."""
    names = [name for name in ActivitySaved.model_fields if name != "may"]
    return ActivitySaved(may=["edit", "delete"], **{name: getattr(activity, name) for name in names})


class ActivityController(Controller):
    """What one agency leads."""

    path = "/"

    @reads("/activities/{activity_id:uuid}", May.ACTIVITY_READ)
    async def one(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        activity_id: FromPath[UUID],
    ) -> Reply[ActivityPage]:
        """All of an activity, with its money, alerts and history."""
        return Reply(await activity_page(session, actor, activity_id, today=today), template="activity/page.html")

    @reads("/outputs/{output_id:uuid}/activities/add", May.ACTIVITY_EDIT, only_page=True)
    async def show_add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        output_id: FromPath[UUID],
    ) -> Reply[ActivityForm]:
        """The empty form."""
        output = await node.one(session, actor, Output, output_id)
        require(actor, May.ACTIVITY_EDIT, output.mechanism_id)
        await open_plan(session, actor, output.plan_id)
        place = Place(output.mechanism_id, output.plan_id, output.id, None)
        view = await activity_form(session, actor, place, today=today)
        return Reply(view, template="activity/form.html", values=_empty(view))

    @does("/outputs/{output_id:uuid}/activities/add", May.ACTIVITY_EDIT, SaveActivity)
    async def add(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        output_id: FromPath[UUID],
        command: NamedDependency[SaveActivity],
    ) -> Reply[ActivitySaved]:
        """Add an activity to an output, and look for duplicates of it."""
        activity = await service.add_activity(session, actor, output_id, command, today=today)
        scan = partial(scan_activity, request.app.state.sessions, activity.id)
        return Afterwards(_saved(activity), scan, then=f"/activities/{activity.id}", made=True)

    @reads("/activities/{activity_id:uuid}/edit", May.ACTIVITY_EDIT, only_page=True)
    async def show_edit(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        activity_id: FromPath[UUID],
    ) -> Reply[ActivityForm]:
        """The form with what is stored."""
        activity = await node.one(session, actor, Activity, activity_id)
        require(actor, May.ACTIVITY_EDIT, activity.mechanism_id, activity.lead_agency_id)
        await open_plan(session, actor, activity.plan_id)
        place = Place(activity.mechanism_id, activity.plan_id, activity.output_id, activity)
        view = await activity_form(session, actor, place, today=today)
        return Reply(view, template="activity/form.html", values=await service.stored(session, actor, activity))

    @does("/activities/{activity_id:uuid}/edit", May.ACTIVITY_EDIT, SaveActivity)
    async def edit(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        activity_id: FromPath[UUID],
        command: NamedDependency[SaveActivity],
    ) -> Reply[ActivitySaved]:
        """Change an activity, and look for duplicates of it."""
        activity = await service.edit_activity(session, actor, activity_id, command, today=today)
        scan = partial(scan_activity, request.app.state.sessions, activity.id)
        return Afterwards(_saved(activity), scan, then=f"/activities/{activity_id}")

    @reads("/activities/{activity_id:uuid}/delete", May.ACTIVITY_EDIT, only_page=True)
    async def show_delete(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], activity_id: FromPath[UUID]
    ) -> Reply[ActivityDeletion]:
        """Ask before deleting, and say what goes with it."""
        activity = await node.one(session, actor, Activity, activity_id)
        require(actor, May.ACTIVITY_EDIT, activity.mechanism_id, activity.lead_agency_id)
        view = await activity_deletion(session, actor, activity)
        return Reply(view, template="activity/delete.html", values={"version": view.version})

    @does("/activities/{activity_id:uuid}/delete", May.ACTIVITY_EDIT, Deletion)
    async def delete(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        activity_id: FromPath[UUID],
        command: NamedDependency[Deletion],
    ) -> Reply[ActivityDeletion]:
        """Delete an activity while its plan is open."""
        activity = await node.one(session, actor, Activity, activity_id)
        view = await activity_deletion(session, actor, activity)
        await service.delete_activity(session, actor, activity_id, command)
        return Reply(view, then=f"/plans/{view.plan_id}")
