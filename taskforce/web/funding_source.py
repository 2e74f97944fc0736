"""Sources of money: add, read, edit, delete."""

import datetime as dt
from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.models import FundingSource
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import node
from taskforce.queries.agency_choice import agency_choices
from taskforce.services import funding_source as service
from taskforce.services.deletion import Deletion
from taskforce.services.funding_source import SaveFundingSource
from taskforce.views.base import Choice
from taskforce.views.funding_source import FundingSourceForm, FundingSourceView
from taskforce.views.funding_source_page import funding_source_page
from taskforce.views.mechanism import MechanismHead
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads

EMPTY: dict[str, object] = {name: "" for name in SaveFundingSource.model_fields if name != "version"}


async def _form(session: Session, actor: Actor, head: mechanisms.Head, source_id: UUID | None) -> FundingSourceForm:
    agencies = await agency_choices(session, actor, head.id)
    return FundingSourceForm(
        mechanism=MechanismHead.model_validate(head),
        source_id=source_id,
        agencies=[Choice(id=str(agency.id), label=agency.title) for agency in agencies],
    )


class FundingSourceController(Controller):
    """Where money comes from."""

    path = "/"

    @reads("/mechanisms/{code:str}/funding-sources/add", May.FUNDING_SOURCE_EDIT, only_page=True)
    async def show_add(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], code: FromPath[str]
    ) -> Reply[FundingSourceForm]:
        """The empty form."""
        head = await mechanisms.head(session, actor, code)
        require(actor, May.FUNDING_SOURCE_EDIT, head.id)
        return Reply(await _form(session, actor, head, None), template="funding_source/form.html", values=EMPTY)

    @does("/mechanisms/{code:str}/funding-sources/add", May.FUNDING_SOURCE_EDIT, SaveFundingSource)
    async def add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
        command: NamedDependency[SaveFundingSource],
    ) -> Reply[FundingSourceView]:
        """Add a source."""
        source = await service.add_funding_source(session, actor, code, command)
        view = await funding_source_page(session, actor, source, today=today)
        return Reply(view, then=f"/funding-sources/{source.id}", made=True)

    @reads("/funding-sources/{source_id:uuid}", May.MONEY_READ)
    async def one(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        source_id: FromPath[UUID],
    ) -> Reply[FundingSourceView]:
        """One source: what it pays for by year, when it ends, what stops then."""
        source = await node.one(session, actor, FundingSource, source_id)
        view = await funding_source_page(session, actor, source, today=today)
        return Reply(view, template="funding_source/one.html")

    @reads("/funding-sources/{source_id:uuid}/edit", May.FUNDING_SOURCE_EDIT, only_page=True)
    async def show_edit(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], source_id: FromPath[UUID]
    ) -> Reply[FundingSourceForm]:
        """The form with what is stored."""
        source = await node.one(session, actor, FundingSource, source_id)
        require(actor, May.FUNDING_SOURCE_EDIT, source.mechanism_id)
        head = await mechanisms.head_by_id(session, actor, source.mechanism_id)
        view = await _form(session, actor, head, source.id)
        return Reply(view, template="funding_source/form.html", values=service.stored(source))

    @does("/funding-sources/{source_id:uuid}/edit", May.FUNDING_SOURCE_EDIT, SaveFundingSource)
    async def edit(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        source_id: FromPath[UUID],
        command: NamedDependency[SaveFundingSource],
    ) -> Reply[FundingSourceView]:
        """Change a source."""
        source = await service.edit_funding_source(session, actor, source_id, command)
        view = await funding_source_page(session, actor, source, today=today)
        return Reply(view, then=f"/funding-sources/{source_id}")

    @reads("/funding-sources/{source_id:uuid}/delete", May.FUNDING_SOURCE_EDIT, only_page=True)
    async def show_delete(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        source_id: FromPath[UUID],
    ) -> Reply[FundingSourceView]:
        """Ask before deleting."""
        source = await node.one(session, actor, FundingSource, source_id)
        require(actor, May.FUNDING_SOURCE_EDIT, source.mechanism_id)
        view = await funding_source_page(session, actor, source, today=today)
        return Reply(view, template="funding_source/delete.html", values={"version": view.version})

    @does("/funding-sources/{source_id:uuid}/delete", May.FUNDING_SOURCE_EDIT, Deletion)
    async def delete(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        source_id: FromPath[UUID],
        command: NamedDependency[Deletion],
    ) -> Reply[FundingSourceView]:
        """Delete a source that pays for nothing."""
        source = await node.one(session, actor, FundingSource, source_id)
        view = await funding_source_page(session, actor, source, today=today)
        await service.delete_funding_source(session, actor, source_id, command)
        return Reply(view, then=f"/mechanisms/{view.mechanism.code}/money")
