"""Cost items as pages and the API show them."""

from decimal import Decimal
from uuid import UUID

from taskforce.views.base import Choice, View
from taskforce.views.budget_line import BudgetLineView
from taskforce.views.mechanism import MechanismHead


class NeedView(View):
    """What a cost item needs of a cost type in a fiscal year."""

    cost_type_id: str
    cost_type: str
    fiscal_year: int
    fiscal_year_label: str
    required_amount: Decimal
    currency: str


class CostItemView(View):
    """A cost item with what it needs and the lines that the reader reads one by one.

    `activity_id`: whose own cost it is. `first_missing_year`: from which year on nobody pays all of it.
    """

    mechanism: MechanismHead
    id: UUID
    code: str
    title: str
    domain: str
    is_recurrent: bool
    is_salaries: bool
    activity_id: UUID | None
    needs: list[NeedView]
    lines: list[BudgetLineView]
    missing: list[NeedView]
    reads_lines: bool
    cost_types: list[Choice]
    fiscal_years: list[Choice]
    is_illustrative: bool | None
    source: str | None
    version: int
    may: list[str]


class CostItemForm(View):
    """The form of a cost item; `cost_item_id` is empty for a new one."""

    mechanism: MechanismHead
    cost_item_id: UUID | None
    cost_types: list[Choice]
    fiscal_years: list[Choice]
