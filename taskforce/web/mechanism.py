"""Mechanisms: the reader's list, one mechanism, making and editing it."""

import datetime as dt
from typing import get_args
from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath

from taskforce.access import Actor, May, may, require
from taskforce.db import Session
from taskforce.exchange.plan_values import countries
from taskforce.exchange.starter import NewMechanism, create_from_starter, starters
from taskforce.queries import account as accounts
from taskforce.queries import agency as agencies
from taskforce.queries import coverage, membership
from taskforce.queries import mechanism as mechanisms
from taskforce.queries.time_zone import Days, there
from taskforce.render.wording import country
from taskforce.services import mechanism as service
from taskforce.services.mechanism import AddMechanism, SaveMechanism
from taskforce.views.appointment import InvitationView
from taskforce.views.base import Choice
from taskforce.views.coverage import counted
from taskforce.views.mechanism import (
    CitationView,
    CoverageView,
    MechanismAbout,
    MechanismForm,
    MechanismHead,
    MechanismList,
    MechanismView,
    MemberView,
    NewMechanismForm,
    PlanLine,
    card,
)
from taskforce.web.invitation import invited
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads
from taskforce.web.secret_reply import SecretReply

NEW = {
    "title": "",
    "code": "",
    "country": "",
    "kind": "task_force",
    "currency": "",
    "starter": "",
    "email": "",
    "post": "",
}
VERBS = {
    "edit": May.MECHANISM_EDIT,
    "add_agency": May.MEMBERSHIP_EDIT,
    "invite": May.ACCOUNT_EDIT,
    "add_plan": May.PLAN_EDIT,
    "history": May.HISTORY_READ,
}


async def _view(session: Session, actor: Actor, head: mechanisms.Head, today: dt.date) -> MechanismView:
    about = MechanismAbout.model_validate(await mechanisms.details(session, actor, head.id))
    members = [MemberView.model_validate(each) for each in await membership.members(session, actor, head.id)]
    current = await mechanisms.current_plan(session, actor, head.id, today=today)
    return MechanismView(
        mechanism=MechanismHead.model_validate(head),
        about=about,
        plans=[PlanLine.model_validate(plan) for plan in await mechanisms.plans(session, actor, head.id)],
        current_plan_id=current.id if current else None,
        members=members,
        coverage=await _coverage(session, actor, head.id, today),
        citations=[CitationView.model_validate(each) for each in await mechanisms.citations(session, actor, head.id)],
        today=today,
        first_on=min(
            (day for day in (about.established_on, *(each.starts_on for each in members)) if day), default=None
        ),
        may=[verb for verb, action in VERBS.items() if may(actor, action, head.id)],
    )


async def _coverage(session: Session, actor: Actor, mechanism_id: UUID, today: dt.date) -> CoverageView:
    duties = await coverage.duties(session, actor, [mechanism_id])
    worked_on = await coverage.worked_on(session, actor, [mechanism_id], today=today)
    count = await coverage.capability_count(session)
    return counted(duties[mechanism_id], worked_on[mechanism_id], count, today=today)


class MechanismController(Controller):
    """National task forces, councils and working groups."""

    path = "/"

    @reads("/mechanisms", May.DESK_READ)
    async def all(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], days: NamedDependency[Days]
    ) -> Reply[MechanismList]:
        """The mechanisms in which the reader is appointed; nobody else's."""
        today = there(days)
        secured = await mechanisms.secured_by_class(session, actor, today=today)
        found = await mechanisms.summaries(session, actor, today=today)
        cards = [card(each, secured.get(each.id, {})) for each in found]
        verbs = ["add"] if may(actor, May.MECHANISM_CREATE) else []
        return Reply(MechanismList(mechanisms=cards, may=verbs), template="mechanism/all.html")

    @reads("/mechanisms/add", May.MECHANISM_CREATE, only_page=True)
    async def show_add(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor]
    ) -> Reply[NewMechanismForm]:
        """The form of a new mechanism."""
        require(actor, May.MECHANISM_CREATE)
        named = sorted((country(code), code) for code in countries() if code != "ZZ")
        view = NewMechanismForm(
            kinds=list(get_args(service.Kind)),
            countries=[Choice(id=code, label=name) for name, code in named],
            starters=[Choice(id=name, label=topic) for name, topic in starters()],
            is_first=await accounts.account_count(session) == 1,
        )
        return Reply(view, template="mechanism/add.html", values=NEW)

    @does("/mechanisms/add", May.MECHANISM_CREATE, AddMechanism)
    async def add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[dt.datetime],
        command: NamedDependency[AddMechanism],
    ) -> SecretReply[InvitationView]:
        """Make a mechanism, empty or from a starter plan, and show the link of its secretariat once."""
        made = await _made(session, actor, command, now.date())
        founded = await service.hand_over(session, actor, made, command, now=now)
        return await invited(session, actor, founded, founded.invitation, now)

    @reads("/mechanisms/{code:str}", May.MECHANISM_READ)
    async def one(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
    ) -> Reply[MechanismView]:
        """Who we are and by what right."""
        head = await mechanisms.head(session, actor, code)
        require(actor, May.MECHANISM_READ, head.id)
        return Reply(await _view(session, actor, head, today), template="mechanism/one.html")

    @reads("/mechanisms/{code:str}/edit", May.MECHANISM_EDIT, only_page=True)
    async def show_edit(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
    ) -> Reply[MechanismForm]:
        """The form with what is stored."""
        head = await mechanisms.head(session, actor, code)
        require(actor, May.MECHANISM_EDIT, head.id)
        mechanism = await mechanisms.one(session, actor, head.id)
        view = MechanismForm(
            mechanism=MechanismHead.model_validate(head),
            kinds=list(get_args(service.Kind)),
            statuses=list(get_args(service.Status)),
            frequencies=list(get_args(service.Frequency)),
            agencies=await _members(session, actor, head, today),
        )
        return Reply(view, template="mechanism/edit.html", values=service.stored(mechanism))

    @does("/mechanisms/{code:str}/edit", May.MECHANISM_EDIT, SaveMechanism)
    async def edit(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
        command: NamedDependency[SaveMechanism],
    ) -> Reply[MechanismView]:
        """Change what the mechanism says of itself."""
        head = await mechanisms.head(session, actor, code)
        await service.edit_mechanism(session, actor, head.id, command)
        head = await mechanisms.head_by_id(session, actor, head.id)
        return Reply(await _view(session, actor, head, today), then=f"/mechanisms/{head.code}")


async def _made(session: Session, actor: Actor, command: AddMechanism, today: dt.date) -> UUID:
    if command.starter is None:
        return await service.make_mechanism(session, actor, command)
    currency = command.currency or service.currency_of(command.country)
    new = NewMechanism(code=command.code, title=command.title, country=command.country, currency=currency)
    return (await create_from_starter(session, actor, command.starter, new, today=today)).mechanism_id


async def _members(session: Session, actor: Actor, head: mechanisms.Head, today: dt.date) -> list[Choice]:
    found = await agencies.current_members(session, actor, head.id, today=today)
    return [Choice(id=str(agency_id), label=title) for agency_id, title in found]
