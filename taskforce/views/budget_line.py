"""Budget lines as pages and the API show them. Amounts are strings in JSON, with their currency beside them."""

from decimal import Decimal
from uuid import UUID

from taskforce.views.base import Choice, View
from taskforce.views.mechanism import MechanismHead


class BudgetLineView(View):
    """One line. The names of cost and activity are None where the reader may not know of the activity.

    `weight`: the share of a shared line that counts. `may`: the verbs of this reader.
    """

    id: UUID
    cost_item_id: UUID
    item_code: str | None
    item_title: str | None
    activity_id: UUID | None
    activity_code: str | None
    activity_title: str | None
    is_hidden: bool
    lead_title: str | None
    source_id: UUID
    source_code: str
    source_title: str
    source_class: str
    cost_type: str
    fiscal_year: int
    fiscal_year_label: str
    currency: str
    asked_amount: Decimal
    refused_amount: Decimal
    secured_amount: Decimal
    is_in_kind: bool
    vote_code: str | None
    weight: Decimal
    is_illustrative: bool
    version: int
    may: list[str]


class BudgetLinePage(BudgetLineView):
    """One line with the head of its mechanism. `place`: the page that shows it among the others."""

    mechanism: MechanismHead
    place: str


class BudgetLineForm(View):
    """The form of a line: whose cost it is, and what may be chosen. `line_id` is empty for a new one."""

    mechanism: MechanismHead
    line_id: UUID | None
    cost_item_id: UUID | None
    activity_id: UUID | None
    title: str
    place: str
    currencies: list[str]
    sources: list[Choice]
    cost_types: list[Choice]
    fiscal_years: list[Choice]
