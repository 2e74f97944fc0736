"""Memberships: an agency joins a mechanism, its membership changes, ends or was a mistake."""

import datetime as dt
from typing import get_args
from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath

from taskforce.access import Actor, May, may, require
from taskforce.db import Session
from taskforce.models import Agency, Membership
from taskforce.queries import agency as agencies
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import node
from taskforce.queries.appointment import people
from taskforce.queries.mechanism import Head
from taskforce.queries.responsibility import instruments
from taskforce.services import membership as service
from taskforce.services.deletion import Deletion
from taskforce.services.membership import EndMembership, Join, MembershipRole, SaveMembership
from taskforce.views.base import Choice
from taskforce.views.mechanism import MechanismHead
from taskforce.views.membership import MembershipForm, MembershipView
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads


async def _view(session: Session, actor: Actor, membership: Membership, today: dt.date) -> MembershipView:
    agency = await agencies.one(session, actor, membership.mechanism_id, membership.agency_id)
    everybody = await people(session, actor, membership.mechanism_id)
    present = [each for each in everybody if each.ends_on is None or each.ends_on >= today]
    verbs = ["edit", "end", "delete"] if may(actor, May.MEMBERSHIP_EDIT, membership.mechanism_id) else []
    return MembershipView(
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, membership.mechanism_id)),
        id=membership.id,
        agency_id=agency.id,
        agency=agency.title,
        people_count=sum(1 for each in present if each.agency_id == agency.id),
        may=verbs,
        **service.stored(membership).model_dump(),
    )


async def _form(
    session: Session, actor: Actor, head: Head, agency: Agency, membership_id: UUID | None
) -> MembershipForm:
    found = await instruments(session, actor, head.id)
    return MembershipForm(
        mechanism=MechanismHead.model_validate(head),
        membership_id=membership_id,
        agency_id=agency.id,
        agency=agency.title,
        roles=list(get_args(MembershipRole)),
        instruments=[
            Choice(id=str(each.id), label=", ".join(filter(None, (each.citation, each.article)))) for each in found
        ],
    )


def _agency(view: MembershipView) -> str:
    return f"/mechanisms/{view.mechanism.code}/agencies/{view.agency_id}"


class MembershipController(Controller):
    """Which agency is in a mechanism, from when to when."""

    path = "/"

    @reads("/mechanisms/{code:str}/agencies/{agency_id:uuid}/join", May.MEMBERSHIP_EDIT, only_page=True)
    async def show_join(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
        agency_id: FromPath[UUID],
    ) -> Reply[MembershipForm]:
        """The form by which an organisation that is known becomes a member."""
        head = await mechanisms.head(session, actor, code)
        require(actor, May.MEMBERSHIP_EDIT, head.id)
        view = await _form(session, actor, head, await agencies.known(session, agency_id), None)
        empty = {"role": "member", "starts_on": today, "instrument_id": ""}
        return Reply(view, template="membership/form.html", values=empty)

    @does("/mechanisms/{code:str}/agencies/{agency_id:uuid}/join", May.MEMBERSHIP_EDIT, Join)
    async def join(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
        agency_id: FromPath[UUID],
        command: NamedDependency[Join],
    ) -> Reply[MembershipView]:
        """Make an organisation a member."""
        head = await mechanisms.head(session, actor, code)
        view = await _view(session, actor, await service.join(session, actor, head.id, agency_id, command), today)
        return Reply(view, then=_agency(view), made=True)

    @reads("/memberships/{membership_id:uuid}", May.AGENCY_READ)
    async def one(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        membership_id: FromPath[UUID],
    ) -> Reply[MembershipView]:
        """One membership; on the page mount the agency shows it."""
        view = await _view(session, actor, await node.one(session, actor, Membership, membership_id), today)
        return Reply(view, then=_agency(view))

    @reads("/memberships/{membership_id:uuid}/edit", May.MEMBERSHIP_EDIT, only_page=True)
    async def show_edit(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], membership_id: FromPath[UUID]
    ) -> Reply[MembershipForm]:
        """The form with what is stored."""
        membership = await node.one(session, actor, Membership, membership_id)
        require(actor, May.MEMBERSHIP_EDIT, membership.mechanism_id)
        head = await mechanisms.head_by_id(session, actor, membership.mechanism_id)
        agency = await agencies.one(session, actor, head.id, membership.agency_id)
        view = await _form(session, actor, head, agency, membership.id)
        return Reply(view, template="membership/form.html", values=service.stored(membership))

    @does("/memberships/{membership_id:uuid}/edit", May.MEMBERSHIP_EDIT, SaveMembership)
    async def edit(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        membership_id: FromPath[UUID],
        command: NamedDependency[SaveMembership],
    ) -> Reply[MembershipView]:
        """Change a membership."""
        membership = await service.edit_membership(session, actor, membership_id, command, today=today)
        view = await _view(session, actor, membership, today)
        return Reply(view, then=_agency(view))

    @reads("/memberships/{membership_id:uuid}/end", May.MEMBERSHIP_EDIT, only_page=True)
    async def show_end(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        membership_id: FromPath[UUID],
    ) -> Reply[MembershipView]:
        """Ask for the last day, and say what ends with it."""
        membership = await node.one(session, actor, Membership, membership_id)
        require(actor, May.MEMBERSHIP_EDIT, membership.mechanism_id)
        view = await _view(session, actor, membership, today)
        return Reply(view, template="membership/end.html", values={"ends_on": today, "version": membership.version})

    @does("/memberships/{membership_id:uuid}/end", May.MEMBERSHIP_EDIT, EndMembership)
    async def end(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        membership_id: FromPath[UUID],
        command: NamedDependency[EndMembership],
    ) -> Reply[MembershipView]:
        """End a membership with a date."""
        membership = await service.end_membership(session, actor, membership_id, command, today=today)
        view = await _view(session, actor, membership, today)
        return Reply(view, then=_agency(view))

    @reads("/memberships/{membership_id:uuid}/delete", May.MEMBERSHIP_EDIT, only_page=True)
    async def show_delete(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        membership_id: FromPath[UUID],
    ) -> Reply[MembershipView]:
        """Ask before deleting."""
        membership = await node.one(session, actor, Membership, membership_id)
        require(actor, May.MEMBERSHIP_EDIT, membership.mechanism_id)
        view = await _view(session, actor, membership, today)
        return Reply(view, template="membership/delete.html", values={"version": view.version})

    @does("/memberships/{membership_id:uuid}/delete", May.MEMBERSHIP_EDIT, Deletion)
    async def delete(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        membership_id: FromPath[UUID],
        command: NamedDependency[Deletion],
    ) -> Reply[MembershipView]:
        """Delete a membership that was a mistake."""
        view = await _view(session, actor, await node.one(session, actor, Membership, membership_id), today)
        await service.delete_membership(session, actor, membership_id, command)
        return Reply(view, then=f"/mechanisms/{view.mechanism.code}/agencies")
