"""Agencies of a mechanism: the list, one agency, adding and editing one."""

import datetime as dt
from dataclasses import replace
from typing import Annotated, Any, get_args
from uuid import UUID

from litestar import Controller
from litestar.connection import Request
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from taskforce.access import ELSEWHERE, Actor, May, may, require
from taskforce.db import Session, transaction
from taskforce.models import Agency
from taskforce.queries import agency as agencies
from taskforce.queries import agency_work as work
from taskforce.queries import elsewhere
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import membership as memberships
from taskforce.queries.agency import AgencyFilter
from taskforce.queries.appointment import people
from taskforce.queries.mechanism import Head
from taskforce.queries.responsibility import instruments
from taskforce.render.states import N_
from taskforce.services import agency as service
from taskforce.services.agency import AddAgency, Keeper, SaveAgency, Sector
from taskforce.services.membership import MembershipRole
from taskforce.views import agency as views
from taskforce.views.agency import AgencyForm, AgencyList, AgencySearch, AgencyView
from taskforce.views.appointment import person
from taskforce.views.base import Choice
from taskforce.views.mechanism import MechanismHead, MemberView, PlanLine
from taskforce.web.filters import Wrong, check, one_of, plain
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads

EMPTY = {"code": "", "title": "", "acronym": "", "other_names": "", "sector": "", "iati_identifier": ""}
VERBS = {"add": May.MEMBERSHIP_EDIT, "invite": May.ACCOUNT_EDIT}


def _verbs(actor: Actor, mechanism_id: UUID) -> list[str]:
    return [verb for verb, action in VERBS.items() if may(actor, action, mechanism_id)]


def _chosen(role: str, sector: str, text: str, past: str) -> AgencyFilter:
    wrong: list[Wrong] = []
    chosen = AgencyFilter(
        one_of(wrong, "role", role, get_args(MembershipRole)),
        one_of(wrong, "sector", sector, get_args(Sector)),
        plain(text),
        one_of(wrong, "past", past, ("yes",)) == "yes",
    )
    check(wrong)
    return chosen


async def _list(session: Session, actor: Actor, head: Head, chosen: AgencyFilter, today: dt.date) -> AgencyList:
    plan = await mechanisms.current_plan(session, actor, head.id, today=today)
    counted = replace(chosen, plan_id=plan.id if plan else None)
    found = await agencies.members(session, actor, head.id, counted, today=today)
    verbs = _verbs(actor, head.id)
    everybody = await people(session, actor, head.id)
    return AgencyList(
        mechanism=MechanismHead.model_validate(head),
        plan=PlanLine.model_validate(plan) if plan else None,
        chosen=views.ChosenFilter.model_validate(chosen),
        is_filtered=chosen != AgencyFilter(),
        agencies=[views.AgencyRow.model_validate(each) for each in found],
        people=[
            person(each, to_secretariat="invite" in verbs)
            for each in everybody
            if each.agency_id is None and (each.ends_on is None or each.ends_on >= today)
        ],
        roles=list(get_args(MembershipRole)),
        sectors=list(get_args(Sector)),
        today=today,
        may=verbs,
    )


async def _view(session: Session, actor: Actor, head: Head, agency_id: UUID, today: dt.date) -> AgencyView:
    shown = await agencies.shown(session, actor, head.id, agency_id)
    plan = await mechanisms.current_plan(session, actor, head.id, today=today)
    key = (session, actor, head.id, agency_id)
    verbs = _verbs(actor, head.id)
    if may(actor, May.AGENCY_EDIT, head.id) and shown.country == head.country:
        verbs.append("edit")
    return AgencyView(
        mechanism=MechanismHead.model_validate(head),
        agency=views.AgencyRecord.model_validate(shown),
        plan=PlanLine.model_validate(plan) if plan else None,
        memberships=[MemberView.model_validate(each) for each in await memberships.members(*key)],
        people=[
            person(each, to_secretariat="invite" in verbs)
            for each in await people(session, actor, head.id)
            if each.agency_id == agency_id
        ],
        duties=[views.DutyView.model_validate(each) for each in await work.duties(*key)],
        lines=[views.LineView.model_validate(each) for each in await work.lines(*key, plan.id if plan else None)],
        messages=[views.AdoptedView.model_validate(each) for each in await work.messages(*key)],
        money=[views.YearMoneyView.model_validate(each) for each in await work.money(*key)],
        provided=[views.ProvidedView.model_validate(each) for each in await work.provided(*key)],
        today=today,
        may=verbs,
    )


async def _keeper(
    request: Request[Any, Any, Any], session: Session, actor: Actor, head: Head, agency_id: UUID
) -> Keeper:
    async with transaction(request.app.state.lookups, ELSEWHERE) as looking:
        is_shared = await elsewhere.is_member(looking, agency_id, head.id)
    return Keeper(await mechanisms.one(session, actor, head.id), is_alone=not is_shared)


async def _form(
    session: Session, actor: Actor, head: Head, agency: Agency | None, keeper: Keeper | None = None
) -> AgencyForm:
    found = await instruments(session, actor, head.id)
    return AgencyForm(
        mechanism=MechanismHead.model_validate(head),
        agency_id=agency.id if agency else None,
        is_shared=bool(agency and keeper and not service.may_keep(actor, keeper, agency)),
        title=agency.title if agency else "",
        sectors=list(get_args(Sector)),
        roles=list(get_args(MembershipRole)),
        instruments=[
            Choice(id=str(each.id), label=", ".join(filter(None, (each.citation, each.article)))) for each in found
        ],
    )


class AgencyController(Controller):
    """Who is in a mechanism."""

    path = "/"

    @reads("/mechanisms/{code:str}/agencies", May.AGENCY_READ)
    async def all(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
        role: Annotated[str, QueryParameter(title=N_("Role"))] = "",
        sector: Annotated[str, QueryParameter(title=N_("Sector"))] = "",
        text: Annotated[str, QueryParameter(title=N_("Name"))] = "",
        past: Annotated[str, QueryParameter(title=N_("Membership"))] = "",
    ) -> Reply[AgencyList]:
        """The members of a mechanism, narrowed by role, sector and name; `past=yes`: those who left."""
        head = await mechanisms.head(session, actor, code)
        require(actor, May.AGENCY_READ, head.id)
        chosen = _chosen(role, sector, text, past)
        return Reply(await _list(session, actor, head, chosen, today), template="agency/all.html")

    @reads("/mechanisms/{code:str}/agencies/find", May.MEMBERSHIP_EDIT, only_page=True)
    async def find(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
        text: Annotated[str, QueryParameter(title=N_("Name, short name or code"))] = "",
    ) -> Reply[AgencySearch]:
        """Look for an organisation that the installation knows, before recording a new one."""
        head = await mechanisms.head(session, actor, code)
        require(actor, May.MEMBERSHIP_EDIT, head.id)
        found = await agencies.search(session, actor, head, plain(text), today=today)
        view = AgencySearch(
            mechanism=MechanismHead.model_validate(head),
            text=plain(text),
            agencies=[views.FoundAgency.model_validate(each) for each in found],
            is_cut=len(found) == agencies.MOST_FOUND,
        )
        return Reply(view, template="agency/find.html")

    @reads("/mechanisms/{code:str}/agencies/add", May.AGENCY_EDIT, only_page=True)
    async def show_add(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], code: FromPath[str]
    ) -> Reply[AgencyForm]:
        """The form of an organisation that nobody has recorded yet."""
        head = await mechanisms.head(session, actor, code)
        require(actor, May.AGENCY_EDIT, head.id)
        empty = EMPTY | {"is_international": "", "role": "member", "starts_on": "", "instrument_id": ""}
        return Reply(await _form(session, actor, head, None), template="agency/form.html", values=empty)

    @does("/mechanisms/{code:str}/agencies/add", May.AGENCY_EDIT, AddAgency)
    async def add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
        command: NamedDependency[AddAgency],
    ) -> Reply[AgencyView]:
        """Record an organisation and make it a member."""
        head = await mechanisms.head(session, actor, code)
        mechanism = await mechanisms.one(session, actor, head.id)
        membership = await service.add_agency(session, actor, mechanism, command)
        view = await _view(session, actor, head, membership.agency_id, today)
        return Reply(view, then=f"/mechanisms/{head.code}/agencies/{membership.agency_id}", made=True)

    @reads("/mechanisms/{code:str}/agencies/{agency_id:uuid}", May.AGENCY_READ)
    async def one(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
        agency_id: FromPath[UUID],
    ) -> Reply[AgencyView]:
        """One agency: who answers for it, and what it does here."""
        head = await mechanisms.head(session, actor, code)
        require(actor, May.AGENCY_READ, head.id)
        return Reply(await _view(session, actor, head, agency_id, today), template="agency/one.html")

    @reads("/mechanisms/{code:str}/agencies/{agency_id:uuid}/edit", May.AGENCY_EDIT, only_page=True)
    async def show_edit(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        code: FromPath[str],
        agency_id: FromPath[UUID],
    ) -> Reply[AgencyForm]:
        """The form with what is stored."""
        head = await mechanisms.head(session, actor, code)
        agency = await agencies.one(session, actor, head.id, agency_id)
        require(actor, May.AGENCY_EDIT, head.id)
        values = service.stored(agency).model_dump() | {"other_names": "\n".join(agency.other_names)}
        keeper = await _keeper(request, session, actor, head, agency_id)
        return Reply(await _form(session, actor, head, agency, keeper), template="agency/form.html", values=values)

    @does("/mechanisms/{code:str}/agencies/{agency_id:uuid}/edit", May.AGENCY_EDIT, SaveAgency)
    async def edit(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
        agency_id: FromPath[UUID],
        command: NamedDependency[SaveAgency],
    ) -> Reply[AgencyView]:
        """Change the record of an organisation."""
        head = await mechanisms.head(session, actor, code)
        keeper = await _keeper(request, session, actor, head, agency_id)
        await service.edit_agency(session, actor, keeper, agency_id, command)
        view = await _view(session, actor, head, agency_id, today)
        return Reply(view, then=f"/mechanisms/{head.code}/agencies/{agency_id}")
