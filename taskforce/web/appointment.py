"""Appointments: inviting people, sending the link again, ending and deleting an appointment."""

import datetime as dt
from typing import Annotated, Any, get_args
from uuid import UUID

from litestar import Controller
from litestar.connection import Request
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from taskforce.access import ELSEWHERE, Actor, May, Role, may, require
from taskforce.db import Session, transaction
from taskforce.models import Appointment
from taskforce.queries import account as accounts
from taskforce.queries import agency as agencies
from taskforce.queries import elsewhere, node
from taskforce.queries import mechanism as mechanisms
from taskforce.queries.appointment import history
from taskforce.render import mail
from taskforce.render.states import N_
from taskforce.render.wording import day
from taskforce.services import appointment as service
from taskforce.services import outbox
from taskforce.services.appointment import AppointmentRole, EndAppointment, Invite
from taskforce.services.appointment_handover import HandOver, hand_over
from taskforce.services.deletion import Deletion
from taskforce.views.appointment import AppointmentsView, AppointmentView, InvitationForm, InvitationView, held
from taskforce.views.base import Choice
from taskforce.views.mechanism import MechanismHead
from taskforce.web.invitation import invited
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads
from taskforce.web.secret_reply import SecretReply

GOVERNING = frozenset({Role.SECRETARIAT, Role.CHAIR})


async def _view(session: Session, actor: Actor, appointment: Appointment, today: dt.date) -> AppointmentView:
    account = await accounts.one(session, appointment.account_id)
    verbs = []
    if may(actor, May.ACCOUNT_EDIT, appointment.mechanism_id):
        verbs = ["end", "delete"] if appointment.starts_on >= today else ["end"]
        came_in = account.password_hash is not None or await accounts.was_used(session, account.id)
        verbs += [] if came_in else ["invite_again"]
    return AppointmentView(
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, appointment.mechanism_id)),
        id=appointment.id,
        title=account.title,
        role=appointment.role,
        agency_id=appointment.agency_id,
        starts_on=appointment.starts_on,
        ends_on=appointment.ends_on,
        version=appointment.version,
        may=verbs,
    )


def _agency(view: AppointmentView) -> str:
    base = f"/mechanisms/{view.mechanism.code}/agencies"
    return f"{base}/{view.agency_id}" if view.agency_id else base


async def _to_change(session: Session, actor: Actor, appointment_id: UUID) -> Appointment:
    appointment = await node.one(session, actor, Appointment, appointment_id)
    require(actor, May.ACCOUNT_EDIT, appointment.mechanism_id)
    return appointment


class AppointmentController(Controller):
    """Who holds which role in a mechanism."""

    path = "/"

    @reads("/mechanisms/{code:str}/appointments/add", May.ACCOUNT_EDIT, only_page=True)
    async def show_add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
        agency: Annotated[str, QueryParameter(title=N_("Agency"))] = "",
    ) -> Reply[InvitationForm]:
        """The form of an invitation; `agency` is the agency that it opens with."""
        head = await mechanisms.head(session, actor, code)
        require(actor, May.ACCOUNT_EDIT, head.id)
        found = await agencies.current_members(session, actor, head.id, today=today)
        view = InvitationForm(
            mechanism=MechanismHead.model_validate(head),
            roles=list(get_args(AppointmentRole)),
            agencies=[Choice(id=str(agency_id), label=title) for agency_id, title in found],
        )
        empty: dict[str, object] = dict.fromkeys(("email", "title", "role", "is_deputy", "ends_on"), "")
        empty |= {"agency_id": agency, "starts_on": today}
        return Reply(view, template="appointment/add.html", values=empty)

    @does("/mechanisms/{code:str}/appointments/add", May.ACCOUNT_EDIT, Invite)
    async def add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[dt.datetime],
        code: FromPath[str],
        command: NamedDependency[Invite],
    ) -> SecretReply[InvitationView]:
        """Appoint a person; a new account's link is shown once."""
        head = await mechanisms.head(session, actor, code)
        invitation = await service.invite(session, actor, head.id, command, now=now)
        return await invited(session, actor, head, invitation, now)

    @reads("/mechanisms/{code:str}/appointments", May.AGENCY_READ)
    async def all(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
    ) -> Reply[AppointmentsView]:
        """Everybody who holds or held a post, with whom they followed and why."""
        head = await mechanisms.head(session, actor, code)
        to_secretariat = may(actor, May.ACCOUNT_EDIT, head.id)
        view = AppointmentsView(
            mechanism=MechanismHead.model_validate(head),
            today=today,
            appointments=[held(each, to_secretariat=to_secretariat) for each in await history(session, actor, head.id)],
            may=["end", "hand_over"] if to_secretariat else [],
        )
        return Reply(view, template="appointment/all.html")

    @reads("/appointments/{appointment_id:uuid}/hand-over", May.ACCOUNT_EDIT, only_page=True)
    async def show_hand_over(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        appointment_id: FromPath[UUID],
    ) -> Reply[AppointmentView]:
        """The form by which a post goes to somebody else."""
        view = await _view(session, actor, await _to_change(session, actor, appointment_id), today)
        values = {"email": "", "title": view.title, "starts_on": "", "reason": "", "version": view.version}
        return Reply(view, template="appointment/hand_over.html", values=values)

    @does("/appointments/{appointment_id:uuid}/hand-over", May.ACCOUNT_EDIT, HandOver, step_up=True)
    async def hand_over(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[dt.datetime],
        appointment_id: FromPath[UUID],
        command: NamedDependency[HandOver],
    ) -> SecretReply[InvitationView]:
        """Hand a post over from a day; both are told by mail, and a new account's link is shown once."""
        invitation, earlier = await hand_over(session, actor, appointment_id, command, now=now)
        head = await mechanisms.head_by_id(session, actor, invitation.appointment.mechanism_id)
        last_day = day(command.starts_on - dt.timedelta(days=1))
        words = mail.handed_over(head.title, last_day, earlier.language)
        await outbox.put(session, earlier.email, words.subject, words.body)
        return await invited(session, actor, head, invitation, now)

    @reads("/appointments/{appointment_id:uuid}", May.AGENCY_READ)
    async def one(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        appointment_id: FromPath[UUID],
    ) -> Reply[AppointmentView]:
        """One appointment; on the page mount its agency shows it."""
        view = await _view(session, actor, await node.one(session, actor, Appointment, appointment_id), today)
        return Reply(view, then=_agency(view))

    @reads("/appointments/{appointment_id:uuid}/invite-again", May.ACCOUNT_EDIT, only_page=True)
    async def show_invite_again(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        appointment_id: FromPath[UUID],
    ) -> Reply[AppointmentView]:
        """Ask before making another link."""
        view = await _view(session, actor, await _to_change(session, actor, appointment_id), today)
        return Reply(view, template="appointment/invite_again.html", values={})

    @does("/appointments/{appointment_id:uuid}/invite-again", May.ACCOUNT_EDIT, step_up=True)
    async def invite_again(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[dt.datetime],
        appointment_id: FromPath[UUID],
    ) -> SecretReply[InvitationView]:
        """Another link for somebody who has not accepted yet, and who has no rights that the actor may not give."""
        appointment = await _to_change(session, actor, appointment_id)
        own = [held.mechanism_id for held in actor.appointments if held.role in GOVERNING]
        async with transaction(request.app.state.lookups, ELSEWHERE) as looking:
            is_elsewhere = await elsewhere.is_appointed(looking, appointment.account_id, own)
        made = await service.invite_again(session, actor, appointment_id, is_elsewhere=is_elsewhere, now=now)
        head = await mechanisms.head_by_id(session, actor, appointment.mechanism_id)
        return await invited(session, actor, head, made, now)

    @reads("/appointments/{appointment_id:uuid}/end", May.ACCOUNT_EDIT, only_page=True)
    async def show_end(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        appointment_id: FromPath[UUID],
    ) -> Reply[AppointmentView]:
        """Ask for the last day."""
        view = await _view(session, actor, await _to_change(session, actor, appointment_id), today)
        values = {"ends_on": view.ends_on or today, "version": view.version}
        return Reply(view, template="appointment/end.html", values=values)

    @does("/appointments/{appointment_id:uuid}/end", May.ACCOUNT_EDIT, EndAppointment, step_up=True)
    async def end(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        appointment_id: FromPath[UUID],
        command: NamedDependency[EndAppointment],
    ) -> Reply[AppointmentView]:
        """End an appointment with a date; the history keeps it."""
        appointment = await service.end_appointment(session, actor, appointment_id, command, today=today)
        view = await _view(session, actor, appointment, today)
        return Reply(view, then=_agency(view) if actor.account_id != appointment.account_id else "/desk")

    @reads("/appointments/{appointment_id:uuid}/delete", May.ACCOUNT_EDIT, only_page=True)
    async def show_delete(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        appointment_id: FromPath[UUID],
    ) -> Reply[AppointmentView]:
        """Ask before deleting."""
        view = await _view(session, actor, await _to_change(session, actor, appointment_id), today)
        return Reply(view, template="appointment/delete.html", values={"version": view.version})

    @does("/appointments/{appointment_id:uuid}/delete", May.ACCOUNT_EDIT, Deletion)
    async def delete(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        appointment_id: FromPath[UUID],
        command: NamedDependency[Deletion],
    ) -> Reply[AppointmentView]:
        """Delete an appointment that has not been used for a day."""
        view = await _view(session, actor, await _to_change(session, actor, appointment_id), today)
        await service.delete_appointment(session, actor, appointment_id, command, today=today)
        return Reply(view, then=_agency(view))
