"""Budget lines of activities and of longer cost items: add, read, edit, delete."""

import datetime as dt
from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import Activity, BudgetLine, CostItem, Plan
from taskforce.queries import budget_line as queries
from taskforce.queries import funding_source as funding_sources
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import node
from taskforce.queries.vocabulary_term import terms
from taskforce.rules.periods import fiscal_year, fiscal_year_label
from taskforce.services import budget_line as service
from taskforce.services.budget_line import SaveBudgetLine
from taskforce.services.deletion import Deletion
from taskforce.services.open_plan import open_plan
from taskforce.views.base import Choice
from taskforce.views.budget_line import BudgetLineForm, BudgetLinePage
from taskforce.views.mechanism import MechanismHead
from taskforce.views.money_page import line_view
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads

YEARS_BACK, YEARS_AHEAD = 2, 8
EMPTY: dict[str, object] = {name: "1" if name == "weight" else "" for name in SaveBudgetLine.model_fields}


async def _view(session: Session, actor: Actor, line: BudgetLine) -> BudgetLinePage:
    mechanism = await mechanisms.one(session, actor, line.mechanism_id)
    row = (await queries.lines_of(session, actor, line.mechanism_id, line_id=line.id))[0]
    shown = line_view(actor, line.mechanism_id, row, mechanism.fiscal_year_start_month)
    return BudgetLinePage(
        **dict(shown),
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, line.mechanism_id)),
        place=f"/activities/{row.activity_id}" if row.activity_id else f"/cost-items/{line.cost_item_id}",
    )


async def _form(
    session: Session, actor: Actor, cost: Activity | CostItem, line: BudgetLine | None, today: dt.date
) -> BudgetLineForm:
    head = await mechanisms.head_by_id(session, actor, cost.mechanism_id)
    mechanism = await mechanisms.one(session, actor, cost.mechanism_id)
    month = mechanism.fiscal_year_start_month
    sources = await funding_sources.sources(session, actor, cost.mechanism_id)
    if isinstance(cost, Activity):
        plan = await node.one(session, actor, Plan, cost.plan_id)
        years = await service.fiscal_years(session, actor, plan)
    else:
        years = around(fiscal_year(today, month))
    is_activity = isinstance(cost, Activity)
    return BudgetLineForm(
        mechanism=MechanismHead.model_validate(head),
        line_id=line.id if line else None,
        cost_item_id=None if is_activity else cost.id,
        activity_id=cost.id if is_activity else None,
        title=f"{cost.code} {cost.title}",
        place=f"/activities/{cost.id}" if is_activity else f"/cost-items/{cost.id}",
        currencies=list(dict.fromkeys([head.currency, *(each.currency for each in sources if each.currency)])),
        sources=[Choice(id=str(each.id), label=f"{each.title} ({each.code})") for each in sources],
        cost_types=[Choice(id=term.id, label=term.label) for term in await terms(session, "cost_type")],
        fiscal_years=[
            Choice(id=str(year), label=fiscal_year_label(year, month))
            for year in sorted({*years, *([line.fiscal_year] if line else [])})
        ],
    )


def around(year: int) -> list[int]:
    """The fiscal years that forms of longer costs offer."""
    return list(range(year - YEARS_BACK, year + YEARS_AHEAD + 1))


async def _cost_of(session: Session, actor: Actor, line: BudgetLine) -> Activity | CostItem:
    """Whose cost a line is, if the actor may change it."""
    if line.activity_id:
        activity = await node.one(session, actor, Activity, line.activity_id)
        require(actor, May.BUDGET_LINE_EDIT, line.mechanism_id, activity.lead_agency_id)
        await open_plan(session, actor, activity.plan_id)
        return activity
    require(actor, May.COST_ITEM_EDIT, line.mechanism_id)
    return await node.one(session, actor, CostItem, line.cost_item_id)


class BudgetLineController(Controller):
    """What a source was asked for, refused and secured for a cost."""

    path = "/"

    @reads("/activities/{activity_id:uuid}/budget-lines/add", May.BUDGET_LINE_EDIT, only_page=True)
    async def show_add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        activity_id: FromPath[UUID],
    ) -> Reply[BudgetLineForm]:
        """The empty form, with the plan's year chosen."""
        activity = await node.one(session, actor, Activity, activity_id)
        require(actor, May.BUDGET_LINE_EDIT, activity.mechanism_id, activity.lead_agency_id)
        await open_plan(session, actor, activity.plan_id)
        view = await _form(session, actor, activity, None, today)
        values = EMPTY | {"fiscal_year": view.fiscal_years[0].id, "version": ""}
        return Reply(view, template="budget_line/form.html", values=values)

    @does("/activities/{activity_id:uuid}/budget-lines/add", May.BUDGET_LINE_EDIT, SaveBudgetLine)
    async def add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        activity_id: FromPath[UUID],
        command: NamedDependency[SaveBudgetLine],
    ) -> Reply[BudgetLinePage]:
        """Add a line to an activity."""
        view = await _view(session, actor, await service.add_activity_line(session, actor, activity_id, command))
        return Reply(view, then=view.place, made=True)

    @reads("/cost-items/{cost_item_id:uuid}/budget-lines/add", May.COST_ITEM_EDIT, only_page=True)
    async def show_add_to_item(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        cost_item_id: FromPath[UUID],
    ) -> Reply[BudgetLineForm]:
        """The empty form, with the present year chosen."""
        item = await node.one(session, actor, CostItem, cost_item_id)
        require(actor, May.COST_ITEM_EDIT, item.mechanism_id)
        if item.activity_id:
            raise Refused("%(code)s is an activity's own cost: add the line on the activity's page.", code=item.code)
        view = await _form(session, actor, item, None, today)
        values = EMPTY | {"fiscal_year": view.fiscal_years[YEARS_BACK].id, "version": ""}
        return Reply(view, template="budget_line/form.html", values=values)

    @does("/cost-items/{cost_item_id:uuid}/budget-lines/add", May.COST_ITEM_EDIT, SaveBudgetLine)
    async def add_to_item(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        cost_item_id: FromPath[UUID],
        command: NamedDependency[SaveBudgetLine],
    ) -> Reply[BudgetLinePage]:
        """Add a line to a cost item that is wider than one plan."""
        view = await _view(session, actor, await service.add_item_line(session, actor, cost_item_id, command))
        return Reply(view, then=view.place, made=True)

    @reads("/budget-lines/{line_id:uuid}", May.MONEY_READ)
    async def one(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], line_id: FromPath[UUID]
    ) -> Reply[BudgetLinePage]:
        """One line; on the page mount its activity or cost item shows it."""
        view = await _view(session, actor, await queries.one(session, actor, line_id))
        return Reply(view, then=view.place)

    @reads("/budget-lines/{line_id:uuid}/edit", May.BUDGET_LINE_EDIT, only_page=True)
    async def show_edit(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        line_id: FromPath[UUID],
    ) -> Reply[BudgetLineForm]:
        """The form with what is stored."""
        line = await queries.one(session, actor, line_id)
        view = await _form(session, actor, await _cost_of(session, actor, line), line, today)
        return Reply(view, template="budget_line/form.html", values=await service.stored(session, line))

    @does("/budget-lines/{line_id:uuid}/edit", May.BUDGET_LINE_EDIT, SaveBudgetLine)
    async def edit(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        line_id: FromPath[UUID],
        command: NamedDependency[SaveBudgetLine],
    ) -> Reply[BudgetLinePage]:
        """Change a line."""
        view = await _view(session, actor, await service.edit_budget_line(session, actor, line_id, command))
        return Reply(view, then=view.place)

    @reads("/budget-lines/{line_id:uuid}/delete", May.BUDGET_LINE_EDIT, only_page=True)
    async def show_delete(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], line_id: FromPath[UUID]
    ) -> Reply[BudgetLinePage]:
        """Ask before deleting."""
        line = await queries.one(session, actor, line_id)
        await _cost_of(session, actor, line)
        view = await _view(session, actor, line)
        return Reply(view, template="budget_line/delete.html", values={"version": view.version})

    @does("/budget-lines/{line_id:uuid}/delete", May.BUDGET_LINE_EDIT, Deletion)
    async def delete(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        line_id: FromPath[UUID],
        command: NamedDependency[Deletion],
    ) -> Reply[BudgetLinePage]:
        """Delete a line."""
        view = await _view(session, actor, await queries.one(session, actor, line_id))
        await service.delete_budget_line(session, actor, line_id, command)
        return Reply(view, then=view.place)
