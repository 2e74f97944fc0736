"""The format taskforce.plan/1: what a plan file may say, field by field, with the meaning of each."""

from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, model_validator

from taskforce.exchange.plan_node import Node, Provenance
from taskforce.exchange.plan_tree import Activity, CostItem, Objective
from taskforce.exchange.plan_values import (
    Capability,
    Code,
    Country,
    CountryOrInternational,
    Currency,
    Day,
    FiscalYear,
    Language,
    Link,
    MechanismCode,
    Moment,
    Month,
    PlaceCode,
    Reference,
    Share,
    Text,
    TimeZone,
    Title,
    WeekDay,
    Whole,
    wrong,
)
from taskforce.rules.periods import fiscal_year

SCHEMA: Final = "taskforce.plan/1"

Frequency = Literal["monthly", "quarterly", "semiannual", "annual"]
AgencyRole = Literal["lead", "chair", "co-chair", "secretariat", "member", "donor", "treasury", "observer"]
SourceKind = Literal["government", "local_government", "donor", "loan", "pooled", "ngo", "industry", "in_kind"]
PlanStatus = Literal[
    "draft",
    "consultation",
    "submitted",
    "returned",
    "endorsed",
    "active",
    "closing",
    "closed",
    "suspended",
    "cancelled",
]


class Source(Node):
    """A published source and what it says."""

    id: Code = Field(description="Short id to which `fact` refers, for example S1.")
    ref: Text = Field(description="Address of the document, or the name of one that has none.")
    says: Text = Field(description="What it says, in your own words.")


class LegalBasis(Node):
    """The law, decree or decision on which something rests."""

    text: Text = Field(description="Its name, with the articles.")
    seen: bool = Field(False, description="True: somebody read it in a source. False: it is to be checked.")


class Instrument(Node):
    """One law, decree, policy, protocol, agreement or terms of reference, in parts."""

    kind: Literal["law", "decree", "policy", "protocol", "agreement", "terms_of_reference", "other"] = Field(
        "other", description="What it is."
    )
    citation: Title = Field(description="Its official name or number.")
    article: Title | None = Field(None, description="Article or section.")
    seen: bool = Field(False, description="True: somebody read it in a source.")
    link: Link | None = Field(None, description="Where its text can be read, http or https.")


class Reporting(Provenance):
    """How often members report, and when."""

    frequency: Frequency = Field(description="Length of a reporting period.")
    due_days_after_period: Annotated[Whole, Field(ge=0, le=366)] = Field(
        description="Days from the end of a period to the day on which reports are due, 0 to 366."
    )


class Mechanism(Provenance):
    """The task force, council or working group."""

    code: MechanismCode = Field(description="Unique in an installation, capitals and digits, for example KE-COPTWG.")
    name: Title = Field(description="Its full name.")
    country: Country = Field(description="ISO 3166-1, two letters; ZZ while it is not chosen.")
    kind: Literal[
        "task_force", "council", "working_group", "technical_working_group", "programme", "statutory_body", "committee"
    ] = Field(description="What kind of body it is.")
    topic: Title | None = Field(None, description="What it coordinates, for example online child safety.")
    status: Literal["forming", "active", "dormant", "dissolved"] = Field("active", description="How it stands.")
    established: Moment | None = Field(None, description="Year, or date if known.")
    ended: Moment | None = Field(None, description="Year, or date if known, in which it ended.")
    predecessor: Title | None = Field(None, description="The body before it.")
    lead_agency: Reference | None = Field(None, description="Agency code.")
    chair: Reference | None = Field(None, description="Agency code, if it is another than the lead agency.")
    secretariat: Reference | None = Field(None, description="Agency code.")
    start_up_funder: Reference | None = Field(None, description="Code of the funding source that paid for the start.")
    legal_basis: LegalBasis | None = Field(None, description="By what right it exists.")
    reporting: Reporting | None = Field(None, description="Reporting cycle; without it quarterly, due after 15 days.")
    time_zone: TimeZone = Field("UTC", description="IANA name; deadlines are counted in it.")
    fiscal_year_start: Month | None = Field(None, description="Month 1 to 12; without it the plan's first month.")
    weekend_days: tuple[WeekDay, ...] = Field((6, 7), description="ISO week days without work; 1 is Monday.")
    holidays: tuple[Day, ...] = Field((), description="Days that are no working days.")
    currency: Currency | None = Field(None, description="ISO 4217; without it the plan's.")
    languages: tuple[Language, ...] = Field((), description="Languages it works in; without it the plan's.")


class Plan(Provenance):
    """One year of the mechanism's work."""

    code: Code = Field(description="Unique in the mechanism, for example KE-2024-25.")
    title: Title = Field(description="Title of the plan.")
    parent: Reference | None = Field(None, description="Code of the longer strategy it belongs to.")
    follows: Reference | None = Field(None, description="Code of last year's plan.")
    start: Day = Field(description="First day.")
    end: Day = Field(description="Last day; less than two years after the first.")
    currency: Currency = Field(description="ISO 4217; every amount of the file is in it.")
    status: PlanStatus = Field("draft", description="How it stands.")
    languages: tuple[Language, ...] = Field(("en",), description="Languages in which it is published.")


class Agency(Provenance):
    """A member, donor, treasury or observer."""

    code: Code = Field(description="Unique in the country, for example MOE.")
    name: Title = Field(description="Full name.")
    sector: Reference = Field(description="Code from the vocabulary sectors.")
    role: AgencyRole = Field("member", description="Its role in the mechanism.")
    country: CountryOrInternational | None = Field(
        None, description="ISO 3166-1 or `international`; without it the mechanism's country."
    )
    acronym: Title | None = Field(None, description="Short name, if it differs from the code.")
    other_names: tuple[Title, ...] = Field((), description="Former names and names in other languages.")
    parent: Reference | None = Field(None, description="Code of the agency it is a part of.")
    joined: Day | None = Field(None, description="First day as a member.")
    left: Day | None = Field(None, description="Last day as a member.")


class Place(Node):
    """A district, region or city. Places that are used and not listed here are taken by their name."""

    code: PlaceCode = Field(description="ISO 3166-2 or the mechanism's own; never `national`, the whole country.")
    name: Title = Field(description="Name that people read.")
    parent: Reference | None = Field(None, description="Code of the place it lies in.")


class FundingSource(Provenance):
    """Where money comes from."""

    code: Code = Field(description="Unique in the mechanism.")
    name: Title = Field(description="The vote, agreement or project.")
    kind: SourceKind = Field(description="Whose money it is.")
    provider: Reference | None = Field(None, description="Code of the agency that gives it.")
    start: Day | None = Field(None, description="First day on which it pays.")
    end: Day | None = Field(None, description="Last day on which it pays.")
    agreement: Title | None = Field(None, description="Reference of the agreement.")
    earmarked: bool | None = Field(None, description="Given for a named purpose.")
    on_budget: Literal["on_budget", "on_treasury", "off_budget"] | None = Field(
        None, description="Whether it stands in the state budget and passes through the treasury."
    )
    currency: Currency | None = Field(None, description="Currency of the agreement, if it is another than the plan's.")
    start_up: bool = Field(False, description="Paid for the start of the mechanism.")
    status: Literal["agreed", "requested"] = Field("agreed", description="`requested`: asked for, not (yet) given.")


class Assignment(Node):
    """An agency's part in a responsibility."""

    agency: Reference = Field(description="Agency code.")
    role: Literal["accountable", "responsible", "consulted", "informed"] = Field("accountable", description="Its part.")
    disputed: bool = Field(False, description="True: another member contests it.")
    from_: Day | None = Field(None, alias="from", description="First day.")
    to: Day | None = Field(None, description="Last day.")


def _code_may_be_left_out(schema: dict[str, Any]) -> None:
    schema["required"].remove("code")


class Responsibility(Provenance):
    """A mandated duty. No accountable agency is a gap, two at a time are a clash; both are reported, not refused."""

    model_config = ConfigDict(json_schema_extra=_code_may_be_left_out)

    code: Code = Field(description="Unique in the mechanism; left out of a file, R1, R2 … by its position.")
    agency: Reference | None = Field(None, description="The accountable agency; short for one entry in `assignments`.")
    assignments: tuple[Assignment, ...] | None = Field(None, description="Who does what; an empty list is a gap.")
    mnr: Capability = Field(description="Its capability, from the vocabulary capabilities.")
    text: Text = Field(description="What must be done.")
    legal_basis: LegalBasis | None = Field(None, description="What it rests on, in one sentence.")
    instruments: tuple[Instrument, ...] = Field((), description="What it rests on, one entry an instrument.")

    @model_validator(mode="after")
    def _says_who(self) -> "Responsibility":
        if self.agency is not None and self.assignments is not None:
            raise wrong("agency and assignments are both given", "keep one of the two")
        if self.agency is None and self.assignments is None:
            raise wrong("nobody is named", "write agency: CODE, or assignments: [] if nobody holds it")
        if self.legal_basis is not None and self.instruments:
            raise wrong("legal_basis and instruments are both given", "keep one of the two")
        return self


class Message(Provenance):
    """One agreed public text."""

    code: Code = Field(description="Unique in the mechanism.")
    audience: Reference = Field(description="Code from the vocabulary target groups.")
    core: Text = Field(description="The text itself.")
    languages: tuple[Language, ...] = Field((), description="Languages in which it exists.")
    fixed_facts: tuple[Title, ...] = Field((), description="What no adaptation may change: numbers, laws, addresses.")
    adopted_by: tuple[Reference, ...] = Field((), description="Codes of the agencies that use it.")


class Agreement(Provenance):
    """A memorandum or protocol between agencies."""

    parties: tuple[Title, ...] = Field(description="Agency codes, or names of outsiders.")
    subject: Title = Field(description="What it is about; unique in the mechanism.")
    start: Day | None = Field(None, description="Day of signature.")
    end: Day | None = Field(None, description="Last day.")
    seen: bool | None = Field(None, description="True: somebody read about it in a source.")
    note: Text | None = Field(None, description="Anything to know about it.")


class FundingHistory(Node):
    """Shares of the money of an earlier year, each 0 to 1."""

    year: FiscalYear = Field(description="Fiscal year, named by its first year.")
    donor: Share | None = Field(None, description="Share of donors.")
    government: Share | None = Field(None, description="Share of government.")
    industry: Share | None = Field(None, description="Share of industry.")
    ngo: Share | None = Field(None, description="Share of non-governmental organisations.")
    other: Share | None = Field(None, description="Share of all others.")
    note: Text | None = Field(None, description="Anything to know about the year.")
    illustrative: bool | None = Field(None, description="True: invented to be plausible.")


class Pair(Node):
    """Two activities that a person compared."""

    a: Reference = Field(description="Activity code.")
    b: Reference = Field(description="Activity code.")
    why: Text = Field(description="What is the same, or what differs.")


class PairLabels(Node):
    """Pairs that people labelled, against which the search for duplicates is measured."""

    expected: tuple[Pair, ...] = Field((), description="Pairs that are the same work twice.")
    not_: tuple[Pair, ...] = Field((), alias="not", description="Look-alikes that are not.")


class PlanFile(Node):
    """One mechanism with its agencies, sources, responsibilities, and one plan or none."""

    schema_: Literal["taskforce.plan/1"] = Field(alias="schema", description="Name and version of this format.")
    sources: tuple[Source, ...] = Field((), description="Published sources to which `fact` refers.")
    mechanism: Mechanism = Field(description="The mechanism.")
    plan: Plan | None = Field(None, description="Its plan; a dissolved mechanism has none.")
    agencies: tuple[Agency, ...] = Field((), description="Members, donors, treasury, observers.")
    places: tuple[Place, ...] = Field((), description="Places with codes and what lies in what.")
    funding_sources: tuple[FundingSource, ...] = Field((), description="Where money comes from.")
    responsibilities: tuple[Responsibility, ...] = Field((), description="Who must do what, by what right.")
    objectives: tuple[Objective, ...] = Field((), description="The plan's tree.")
    cost_items: tuple[CostItem, ...] = Field((), description="Costs that outlast the plan's year.")
    messages: tuple[Message, ...] = Field((), description="Agreed public texts.")
    mous: tuple[Agreement, ...] = Field((), description="Agreements between agencies.")
    funding_history: tuple[FundingHistory, ...] = Field((), description="Who paid which share in earlier years.")
    duplication: PairLabels | None = Field(None, description="Labelled pairs of activities.")

    @model_validator(mode="before")
    @classmethod
    def _number_responsibilities(cls, data: Any) -> Any:
        """Give R1, R2 … to responsibilities that came without a code."""
        rows = data.get("responsibilities") if isinstance(data, dict) else None
        if not isinstance(rows, list | tuple):
            return data
        coded = [
            {**row, "code": f"R{number}"} if isinstance(row, dict) and "code" not in row else row
            for number, row in enumerate(rows, 1)
        ]
        return {**data, "responsibilities": coded}


def activities(file: PlanFile) -> list[tuple[Objective, Activity]]:
    """Every activity in the order of the file, with the objective above it."""
    return [
        (objective, activity)
        for objective in file.objectives
        for output in objective.outputs
        for activity in output.activities
    ]


def fiscal_year_start(file: PlanFile) -> int:
    """Month 1 to 12 in which the mechanism's fiscal year starts: as it says, else the plan's first month."""
    return file.mechanism.fiscal_year_start or (file.plan.start.month if file.plan else 1)


def plan_year(file: PlanFile) -> int | None:
    """The fiscal year of the plan, named by the year in which it starts; None without a plan."""
    return fiscal_year(file.plan.start, fiscal_year_start(file)) if file.plan else None
