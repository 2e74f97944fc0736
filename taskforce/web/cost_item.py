"""Cost items wider than one plan: add, read, edit, say what they need, delete."""

import datetime as dt
from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.models import CostItem
from taskforce.queries import cost_item as queries
from taskforce.queries import mechanism as mechanisms
from taskforce.queries.vocabulary_term import terms
from taskforce.rules.periods import fiscal_year, fiscal_year_label
from taskforce.services import cost_item as service
from taskforce.services.cost_item import AddCostItem, EditCostItem, RequireMoney
from taskforce.services.deletion import Deletion
from taskforce.views.base import Choice
from taskforce.views.cost_item import CostItemForm, CostItemView
from taskforce.views.cost_item_page import cost_item_page
from taskforce.views.mechanism import MechanismHead
from taskforce.web.budget_line import around
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads

EMPTY_NEED: dict[str, object] = {"cost_type_id": "", "first_year": "", "last_year": "", "required_amount": ""}
EMPTY: dict[str, object] = EMPTY_NEED | {
    "code": "",
    "title": "",
    "domain": "programming",
    "is_recurrent": "yes",
    "is_salaries": "",
}


async def _form(
    session: Session, actor: Actor, mechanism_id: UUID, item: CostItem | None, today: dt.date
) -> CostItemForm:
    mechanism = await mechanisms.one(session, actor, mechanism_id)
    month = mechanism.fiscal_year_start_month
    return CostItemForm(
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, mechanism_id)),
        cost_item_id=item.id if item else None,
        title=f"{item.code} {item.title}" if item else "",
        cost_types=[Choice(id=term.id, label=term.label) for term in await terms(session, "cost_type")],
        fiscal_years=[
            Choice(id=str(year), label=fiscal_year_label(year, month)) for year in around(fiscal_year(today, month))
        ],
    )


async def _for_form(session: Session, actor: Actor, cost_item_id: UUID) -> CostItem:
    item = await queries.one(session, actor, cost_item_id)
    require(actor, May.COST_ITEM_EDIT, item.mechanism_id)
    return item


class CostItemController(Controller):
    """What must be paid year after year."""

    path = "/"

    @reads("/mechanisms/{code:str}/cost-items/add", May.COST_ITEM_EDIT, only_page=True)
    async def show_add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
    ) -> Reply[CostItemForm]:
        """The empty form."""
        head = await mechanisms.head(session, actor, code)
        require(actor, May.COST_ITEM_EDIT, head.id)
        view = await _form(session, actor, head.id, None, today)
        return Reply(view, template="cost_item/form.html", values=EMPTY)

    @does("/mechanisms/{code:str}/cost-items/add", May.COST_ITEM_EDIT, AddCostItem)
    async def add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
        command: NamedDependency[AddCostItem],
    ) -> Reply[CostItemView]:
        """Add a cost item with what it needs."""
        item = await service.add_cost_item(session, actor, code, command)
        view = await cost_item_page(session, actor, item, today=today)
        return Reply(view, then=f"/cost-items/{item.id}", made=True)

    @reads("/cost-items/{cost_item_id:uuid}", May.MONEY_READ)
    async def one(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        cost_item_id: FromPath[UUID],
    ) -> Reply[CostItemView]:
        """One cost item: what it needs by year, and who pays it."""
        item = await queries.one(session, actor, cost_item_id)
        view = await cost_item_page(session, actor, item, today=today)
        return Reply(view, template="cost_item/one.html", values=EMPTY_NEED)

    @reads("/cost-items/{cost_item_id:uuid}/edit", May.COST_ITEM_EDIT, only_page=True)
    async def show_edit(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        cost_item_id: FromPath[UUID],
    ) -> Reply[CostItemForm]:
        """The form with what is stored."""
        item = await _for_form(session, actor, cost_item_id)
        view = await _form(session, actor, item.mechanism_id, item, today)
        return Reply(view, template="cost_item/form.html", values=service.stored(item))

    @does("/cost-items/{cost_item_id:uuid}/edit", May.COST_ITEM_EDIT, EditCostItem)
    async def edit(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        cost_item_id: FromPath[UUID],
        command: NamedDependency[EditCostItem],
    ) -> Reply[CostItemView]:
        """Change a cost item."""
        item = await service.edit_cost_item(session, actor, cost_item_id, command)
        return Reply(await cost_item_page(session, actor, item, today=today), then=f"/cost-items/{cost_item_id}")

    @reads("/cost-items/{cost_item_id:uuid}/require", May.COST_ITEM_EDIT, only_page=True)
    async def show_require(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        cost_item_id: FromPath[UUID],
    ) -> Reply[CostItemForm]:
        """The form for what a cost item needs."""
        item = await _for_form(session, actor, cost_item_id)
        view = await _form(session, actor, item.mechanism_id, item, today)
        return Reply(view, template="cost_item/require.html", values=EMPTY_NEED | {"version": item.version})

    @does("/cost-items/{cost_item_id:uuid}/require", May.COST_ITEM_EDIT, RequireMoney)
    async def require(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        cost_item_id: FromPath[UUID],
        command: NamedDependency[RequireMoney],
    ) -> Reply[CostItemView]:
        """Say what a cost item needs, for a run of years at once."""
        item = await service.require_money(session, actor, cost_item_id, command)
        return Reply(await cost_item_page(session, actor, item, today=today), then=f"/cost-items/{cost_item_id}")

    @reads("/cost-items/{cost_item_id:uuid}/delete", May.COST_ITEM_EDIT, only_page=True)
    async def show_delete(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        cost_item_id: FromPath[UUID],
    ) -> Reply[CostItemForm]:
        """Ask before deleting."""
        item = await _for_form(session, actor, cost_item_id)
        view = await _form(session, actor, item.mechanism_id, item, today)
        return Reply(view, template="cost_item/delete.html", values={"version": item.version})

    @does("/cost-items/{cost_item_id:uuid}/delete", May.COST_ITEM_EDIT, Deletion)
    async def delete(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        cost_item_id: FromPath[UUID],
        command: NamedDependency[Deletion],
    ) -> Reply[CostItemView]:
        """Delete a cost item that no line pays for."""
        view = await cost_item_page(session, actor, await queries.one(session, actor, cost_item_id), today=today)
        await service.delete_cost_item(session, actor, cost_item_id, command)
        return Reply(view, then=f"/mechanisms/{view.mechanism.code}/money")
