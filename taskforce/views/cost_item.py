"""Cost items as pages and the API show them. Amounts are strings in JSON, with their currency beside."""

from decimal import Decimal
from uuid import UUID

from taskforce.rules.money import Certainty
from taskforce.views.audit_event import EventView
from taskforce.views.base import Choice, View
from taskforce.views.budget_line import BudgetLineView
from taskforce.views.mechanism import MechanismHead


class NeedView(View):
    """What a cost item needs of a cost type in a fiscal year, as somebody recorded it."""

    cost_type_id: str
    cost_type: str
    fiscal_year: int
    fiscal_year_label: str
    required_amount: Decimal
    currency: str


class YearNeed(View):
    """What a cost item needs in a year of all cost types, and what of it nobody secured.

    `missing_is`: exact, or at most that, or incomplete, where lines in another currency have no exchange rate.
    """

    year: int
    label: str
    needed_amount: Decimal
    missing_amount: Decimal
    missing_is: Certainty
    currency: str


class CostItemView(View):
    """A cost item. `activity_id`: whose own cost it is; `reads`: which lines the reader sees one by one."""

    mechanism: MechanismHead
    id: UUID
    code: str
    title: str
    domain: str
    is_recurrent: bool
    is_salaries: bool
    activity_id: UUID | None
    needs: list[NeedView]
    years: list[YearNeed]
    lines: list[BudgetLineView]
    reads: str
    this_year: int
    cost_types: list[Choice]
    history: list[EventView]
    is_illustrative: bool | None
    source: str | None
    version: int
    may: list[str]


class CostItemForm(View):
    """The form of a cost item, or of its need; `cost_item_id` is empty for a new one."""

    mechanism: MechanismHead
    cost_item_id: UUID | None
    title: str
    cost_types: list[Choice]
    fiscal_years: list[Choice]
