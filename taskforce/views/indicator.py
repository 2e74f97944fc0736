"""Indicators as pages and the API show them."""

from decimal import Decimal
from uuid import UUID

from taskforce.views.base import View
from taskforce.views.mechanism import MechanismHead


class TargetView(View):
    """The value to reach in a fiscal year, named by the year in which it starts."""

    fiscal_year: int
    value: Decimal


class IndicatorView(View):
    """An indicator with its targets, the earliest first. `may`: the verbs that this reader may do next."""

    mechanism: MechanismHead
    id: UUID
    plan_id: UUID
    output_id: UUID
    code: str
    title: str
    unit: str
    baseline: Decimal | None
    baseline_year: int | None
    targets: list[TargetView]
    disaggregation: list[str]
    roll_up_periods: str
    roll_up_places: str
    is_illustrative: bool
    version: int
    may: list[str]


class IndicatorForm(View):
    """The form of an indicator: where it belongs. `indicator_id` is empty for a new one; `year` is the plan's."""

    mechanism: MechanismHead
    plan_id: UUID
    plan_title: str
    output_id: UUID
    output: str
    indicator_id: UUID | None
    year: int
