"""Putting the page of a cost item together: what it needs by year, what pays it, what is missing."""

import datetime as dt
from typing import Final
from uuid import UUID

from taskforce.access import Actor, May, may
from taskforce.db import Session
from taskforce.models import CostItem
from taskforce.queries import audit_event
from taskforce.queries import budget_line as budget_lines
from taskforce.queries import cost_item as cost_items
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import money as queries
from taskforce.queries.cost_item import RequirementRow
from taskforce.queries.money import Basis, NeedRow
from taskforce.queries.vocabulary_term import terms
from taskforce.rules.periods import fiscal_year, fiscal_year_label
from taskforce.views.audit_event import history_of
from taskforce.views.base import Choice
from taskforce.views.cost_item import CostItemView, NeedView, YearNeed
from taskforce.views.mechanism import MechanismHead
from taskforce.views.money_page import line_view
from taskforce.views.money_years import certainty_of, in_units

PLAIN: Final = (
    "id",
    "code",
    "title",
    "domain",
    "is_recurrent",
    "is_salaries",
    "activity_id",
    "is_illustrative",
    "version",
)


async def cost_item_page(session: Session, actor: Actor, item: CostItem, *, today: dt.date) -> CostItemView:
    """A cost item with its lines, as far as the actor reads them one by one."""
    head = MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, item.mechanism_id))
    basis = await queries.basis(session, actor, item.mechanism_id, today)
    found = await budget_lines.lines_of(session, actor, item.mechanism_id, cost_item_id=item.id)
    costs = {term.id: term.label for term in await terms(session, "cost_type")}
    changed = await audit_event.events(session, actor, item.mechanism_id, [item.id, *(row.id for row in found)])
    names = await audit_event.names(session, actor, changed)
    return CostItemView(
        mechanism=head,
        needs=[_need(row, basis) for row in await cost_items.requirements(session, item)],
        years=[_year(row, basis) for row in await queries.needs_of_item(session, actor, item, basis)],
        lines=[line_view(actor, item.mechanism_id, row, basis.start_month) for row in found],
        reads=budget_lines.reach(actor, item.mechanism_id),
        this_year=fiscal_year(today, basis.start_month),
        cost_types=[Choice(id=each, label=label) for each, label in costs.items()],
        history=history_of(changed, names, silent=frozenset({"activity_id", "cost_item_id"})),
        source=await cost_items.source_of_fact(session, item),
        may=_verbs(actor, item.mechanism_id, item),
        **{name: getattr(item, name) for name in PLAIN},
    )


def _need(row: RequirementRow, basis: Basis) -> NeedView:
    return NeedView(
        cost_type_id=row.cost_type_id,
        cost_type=row.cost_type,
        fiscal_year=row.fiscal_year,
        fiscal_year_label=fiscal_year_label(row.fiscal_year, basis.start_month),
        required_amount=row.required_amount,
        currency=basis.currency,
    )


def _year(row: NeedRow, basis: Basis) -> YearNeed:
    return YearNeed(
        year=row.fiscal_year,
        label=fiscal_year_label(row.fiscal_year, basis.start_month),
        needed_amount=in_units(row.needed, basis.currency),
        missing_amount=in_units(row.unfunded, basis.currency),
        missing_is=certainty_of(row),
        currency=basis.currency,
    )


def _verbs(actor: Actor, mechanism_id: UUID, item: CostItem) -> list[str]:
    if not may(actor, May.COST_ITEM_EDIT, mechanism_id):
        return []
    return ["edit", "delete", "require"] if item.activity_id else ["edit", "delete", "require", "add_line"]
