"""The tree of a plan in a plan file: objectives, outputs, indicators, activities, and the money of each."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, Literal

from pydantic import ConfigDict, Field, model_validator

from taskforce.exchange.plan_node import Node, Provenance
from taskforce.exchange.plan_values import (
    Amount,
    Capabilities,
    Code,
    Day,
    Figure,
    FiscalYear,
    OwnPlan,
    Reference,
    Text,
    Title,
    Weight,
    wrong,
)

ZERO: Final = Decimal(0)

RollUp = Literal["sum", "max", "latest", "average", "ratio"]
ActivityStatus = Literal["not_started", "on_track", "constrained", "no_progress", "met", "cancelled"]


class Transition(Node):
    """From whom a cost passes to whom."""

    from_: Reference = Field(alias="from", description="Code of the funding source that pays now.")
    to: Reference = Field(description="Code of the funding source that takes over.")
    when: Day = Field(description="First day on which it pays.")


def _short_forms_of_money(schema: dict[str, Any]) -> None:
    """Describe the two input-only keys of a budget entry, which the model itself does not keep."""
    schema["properties"]["secured"] = {**schema["properties"]["amount"], "description": "The same as `amount`."}
    schema["properties"]["status"] = {
        "enum": ["secured", "requested", "unfunded"],
        "description": "With `requested` or `unfunded`, `amount` is what was asked for and not secured.",
    }


class BudgetEntry(Provenance):
    """Money from one source for one cost type and fiscal year, in the plan's currency."""

    model_config = ConfigDict(json_schema_extra=_short_forms_of_money)

    source: Reference = Field(description="Code of the funding source.")
    cost: Reference = Field(description="Code from the vocabulary cost types.")
    year: FiscalYear | None = Field(None, description="Fiscal year, named by its first year; without it the plan's.")
    amount: Amount = Field(ZERO, description="Secured. May also be written `secured`.")
    asked: Amount = Field(ZERO, description="Asked for, where that is known apart from what was secured.")
    refused: Amount = Field(ZERO, description="Asked for and refused.")
    in_kind: bool = Field(False, description="Given as staff, rooms or air time; valued, not paid.")
    vote: Title | None = Field(None, description="Vote or budget code.")
    weight: Weight = Field(Decimal(1), description="Share of a shared line that counts here, above 0 and at most 1.")

    @model_validator(mode="before")
    @classmethod
    def _read_short_forms(cls, data: Any) -> Any:
        """Read `secured` as `amount`, and `amount` with `status: requested` or `unfunded` as `asked`."""
        if not isinstance(data, dict):
            return data
        if not any(key in data for key in ("amount", "asked", "refused", "secured")):
            raise wrong("no amount is given", "write amount, asked or refused")
        if "secured" not in data and "status" not in data:
            return data
        data = dict(data)
        if "secured" in data:
            if "amount" in data:
                raise wrong("amount and secured are both given", "keep one: they mean the same")
            data["amount"] = data.pop("secured")
        status = data.pop("status", "secured")
        if status not in ("secured", "requested", "unfunded"):
            raise wrong(f"the status “{status}” is unknown", "write secured, requested or unfunded, or leave it out")
        if status != "secured" and "amount" in data:
            if "asked" in data:
                raise wrong(f"amount and asked are both given on a line that is {status}", "keep asked")
            data["asked"] = data.pop("amount")
        return data


class Requirement(Node):
    """What a cost item needs of one cost type in one fiscal year."""

    year: FiscalYear = Field(description="Fiscal year, named by its first year.")
    cost: Reference = Field(description="Code from the vocabulary cost types.")
    amount: Amount = Field(description="Needed, in the plan's currency.")


class CostItem(Provenance):
    """What must be paid year after year, wider than one plan, for example the staff of a helpline."""

    code: Code = Field(description="Unique in the mechanism.")
    title: Title = Field(description="What is paid.")
    domain: Literal["leadership", "financing", "programming", "service_delivery"] = Field(
        "programming", description="Which side of the work it belongs to."
    )
    recurrent: bool = Field(False, description="True: comes again every year.")
    salaries: bool = Field(False, description="True: pays people.")
    activity: Reference | None = Field(
        None, description="Code of the activity whose cost this is; such an activity has no `budget` of its own."
    )
    required: tuple[Requirement, ...] = Field((), description="What is needed, one entry a year and cost type.")
    lines: tuple[BudgetEntry, ...] = Field((), description="What pays it, one entry a source, cost type and year.")
    handover: Transition | None = Field(None, description="Agreed handover of the cost.")


class Indicator(Provenance):
    """What is counted to see whether an output is reached."""

    code: Code = Field(description="Unique in the plan.")
    name: Title = Field(description="What is counted.")
    unit: Title = Field(description="Unit, for example people or percent.")
    baseline: Figure | None = Field(None, description="Value before the plan.")
    baseline_year: FiscalYear | None = Field(None, description="Year of the baseline.")
    target: Figure | None = Field(None, description="Value to reach in the plan's year.")
    targets: dict[FiscalYear, Figure] = Field({}, description="Values to reach in other years.")
    disaggregation: tuple[Title, ...] = Field((), description="By what the value is split, for example sex, age_group.")
    roll_up_periods: RollUp = Field("sum", description="How values of several periods join.")
    roll_up_places: RollUp = Field("sum", description="How values of several places join.")
    fact_target: Reference | None = Field(None, description="Id of the source that says the target.")


class Activity(Provenance):
    """What one agency leads."""

    code: Code = Field(description="Unique in the plan.")
    title: Title = Field(description="What is done, for whom, where.")
    description: Text | None = Field(None, description="More about it.")
    kind: Reference | None = Field(None, description="Code from the vocabulary kinds.")
    mnr: Capabilities = Field((), description="Capabilities it works on; without it the objective's.")
    lead: Reference | None = Field(None, description="Code of the one agency that leads; may be open in a draft.")
    support: tuple[Reference, ...] = Field((), description="Codes of supporting agencies.")
    districts: tuple[Reference, ...] = Field((), description="Codes or names of places, or `national`.")
    target_groups: tuple[Reference, ...] = Field((), description="Codes from the vocabulary target groups.")
    start: Day | None = Field(None, description="First day, within the plan.")
    end: Day | None = Field(None, description="Last day, within the plan.")
    actual_start: Day | None = Field(None, description="Day on which it began.")
    actual_end: Day | None = Field(None, description="Day on which it ended.")
    status: ActivityStatus = Field("not_started", description="How it stands.")
    status_reason: Text | None = Field(None, description="Why it stands so.")
    responsibilities: tuple[Reference, ...] = Field((), description="Codes of the responsibilities it carries out.")
    messages: tuple[Reference, ...] = Field((), description="Codes of the messages it uses.")
    joint_with: tuple[Reference, ...] = Field((), description="Codes of activities of others done together with it.")
    carried_over_from: Reference | None = Field(None, description="Code of the activity in last year's plan.")
    own_plan: OwnPlan | None = Field(
        None, description="Whether it stands in the lead agency's own plan: yes, no, or its reference there."
    )
    confidential: bool = Field(False, description="Shown to its own agencies, secretariat and chair only.")
    transition: Transition | None = Field(None, description="Agreed handover of its cost.")
    budget: tuple[BudgetEntry, ...] = Field((), description="Money, one entry a source, cost type and year.")


class Output(Provenance):
    """What activities together produce."""

    code: Code = Field(description="Unique in the plan.")
    title: Title = Field(description="What exists when it is reached.")
    indicators: tuple[Indicator, ...] = Field((), description="How that is seen.")
    activities: tuple[Activity, ...] = Field((), description="What is done for it.")


class Objective(Provenance):
    """What the plan wants to reach."""

    code: Code = Field(description="Unique in the plan.")
    title: Title = Field(description="What is better at the end of the year.")
    mnr: Capabilities = Field((), description="Capabilities of the Model National Response it works on.")
    outputs: tuple[Output, ...] = Field((), description="Its outputs.")


def changed_outputs(objectives: tuple[Objective, ...], change: Callable[[Output], Output]) -> tuple[Objective, ...]:
    """The same objectives with every output replaced by what `change` makes of it."""
    return tuple(
        objective.model_copy(update={"outputs": tuple(change(output) for output in objective.outputs)})
        for objective in objectives
    )


def asked_amount(entry: BudgetEntry) -> Decimal:
    """What was asked for: as the file says, else what was secured and refused together."""
    return entry.asked or entry.amount + entry.refused
