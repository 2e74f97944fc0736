"""Which word of a plan file stands in which column: the one place that import and export both read."""

from dataclasses import dataclass, field
from typing import Final

from taskforce.models import (
    Activity,
    ActivityCapability,
    ActivityMessage,
    ActivityPlace,
    ActivityResponsibility,
    ActivitySupport,
    ActivityTargetGroup,
    Adoption,
    Agency,
    Agreement,
    Assignment,
    Base,
    BudgetLine,
    CostItem,
    CostRequirement,
    FundingHistory,
    FundingSource,
    Indicator,
    Instrument,
    Mechanism,
    Membership,
    Message,
    Objective,
    ObjectiveCapability,
    Output,
    Place,
    Plan,
    Provenance,
    Responsibility,
    ResponsibilityInstrument,
    Target,
)


@dataclass(frozen=True, slots=True)
class Field:
    """A word of the format and its column.

    `refers` is the noun that the word names by its code; `vocabulary` the list from which it comes; `spelled` are
    values that the database writes otherwise, each with what it writes.
    """

    word: str
    column: str
    refers: str = ""
    vocabulary: str = ""
    spelled: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Links:
    """A word that holds a list, and the table of its links: `parent` is the column of the row that has the list."""

    word: str
    model: type[Base]
    parent: str
    column: str
    refers: str = ""
    vocabulary: str = ""


@dataclass(frozen=True, slots=True)
class Noun:
    """A list of the format and its table.

    `key`: the columns by which a row of a file finds its stored row, within the mechanism and, where the table has
    plan_id, within the plan. `is_dated`: there may be several of one key, one after the other by starts_on.
    `within`: a column and the noun that it must name for the row to belong to this plan at all. `is_named`: other rows
    name its rows, so each needs its id before it is written.
    `position_in`: rows count their position within equal values of this column; "" for the whole list, None for none.
    """

    name: str
    model: type[Base]
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    links: tuple[Links, ...] = ()
    is_dated: bool = False
    within: tuple[str, str] | None = None
    position_in: str | None = ""
    is_named: bool = True
    has_plan: bool = field(init=False)

    def __post_init__(self) -> None:
        """Note whether rows carry the plan they belong to."""
        object.__setattr__(self, "has_plan", "plan_id" in self.model.__table__.c)


MARKS: Final = (Field("fact", "fact_id", refers="sources"), Field("illustrative", "is_illustrative"))
CODE: Final = Field("code", "code")
TITLE: Final = Field("title", "title")
NAME: Final = Field("name", "title")

MECHANISM: Final = Noun(
    "mechanism",
    Mechanism,
    ("code",),
    (
        CODE,
        NAME,
        Field("country", "country"),
        Field("kind", "kind"),
        Field("topic", "topic"),
        Field("status", "status"),
        Field("predecessor", "predecessor"),
        Field("lead_agency", "lead_agency_id", refers="agencies"),
        Field("chair", "chair_agency_id", refers="agencies"),
        Field("secretariat", "secretariat_agency_id", refers="agencies"),
        Field("start_up_funder", "start_up_funder"),
        Field("time_zone", "time_zone"),
        Field("weekend_days", "weekend_days"),
        Field("holidays", "holidays"),
        Field("illustrative", "is_illustrative"),
        Field("fact", "fact"),
    ),
    position_in=None,
)
AGENCIES: Final = Noun(
    "agencies",
    Agency,
    ("country", "code"),
    (
        CODE,
        NAME,
        Field("acronym", "acronym"),
        Field("other_names", "other_names"),
        Field("sector", "sector", spelled=(("law_enforcement", "police"),)),
        Field("parent", "parent_id", refers="agencies"),
    ),
    position_in=None,
)
# What a file says of an agency in this mechanism; the agency itself is shared by all mechanisms.
MEMBERS: Final = Noun(
    "members",
    Membership,
    ("agency_id",),
    (Field("role", "role"), Field("joined", "starts_on"), Field("left", "ends_on"), *MARKS),
    is_dated=True,
)
PLAN: Final = Noun(
    "plan",
    Plan,
    ("code",),
    (
        CODE,
        TITLE,
        Field("parent", "parent_code"),
        Field("follows", "follows_id", refers="plans"),
        Field("start", "starts_on"),
        Field("end", "ends_on"),
        Field("currency", "currency"),
        Field("status", "status"),
        Field("languages", "languages"),
        *MARKS,
    ),
    position_in=None,
)

SOURCES: Final = Noun(
    "sources", Provenance, ("code",), (Field("id", "code"), Field("ref", "reference"), Field("says", "statement"))
)
PLACES: Final = Noun("places", Place, ("code",), (CODE, NAME, Field("parent", "parent_id", refers="places")))
FUNDING_SOURCES: Final = Noun(
    "funding_sources",
    FundingSource,
    ("code",),
    (
        CODE,
        NAME,
        Field("kind", "class", spelled=(("donor", "donor_grant"), ("ngo", "ngo_own"))),
        Field("provider", "provider_agency_id", refers="agencies"),
        Field("start", "starts_on"),
        Field("end", "ends_on"),
        Field("agreement", "agreement_reference"),
        Field("earmarked", "is_earmarked"),
        Field("on_budget", "budget_channel"),
        Field("currency", "currency"),
        Field("start_up", "is_start_up"),
        Field("status", "is_requested", spelled=(("agreed", False), ("requested", True))),
        *MARKS,
    ),
)
INSTRUMENTS: Final = Noun(
    "instruments",
    Instrument,
    ("citation", "article"),
    (
        Field("kind", "kind"),
        Field("citation", "citation"),
        Field("article", "article"),
        Field("seen", "is_seen"),
        Field("link", "link"),
    ),
    position_in=None,
)
RESPONSIBILITIES: Final = Noun(
    "responsibilities",
    Responsibility,
    ("code",),
    (CODE, Field("text", "statement"), Field("mnr", "capability_id", vocabulary="capability"), *MARKS),
    links=(Links("instruments", ResponsibilityInstrument, "responsibility_id", "instrument_id", refers="instruments"),),
)
ASSIGNMENTS: Final = Noun(
    "assignments",
    Assignment,
    ("responsibility_id", "agency_id"),
    (
        Field("agency", "agency_id", refers="agencies"),
        Field("role", "role"),
        Field("disputed", "is_disputed"),
        Field("from", "starts_on"),
        Field("to", "ends_on"),
    ),
    is_dated=True,
    position_in="responsibility_id",
)
MESSAGES: Final = Noun(
    "messages",
    Message,
    ("code",),
    (
        CODE,
        Field("audience", "audience_id", vocabulary="target_group"),
        Field("core", "text"),
        Field("languages", "languages"),
        Field("fixed_facts", "fixed_facts"),
        *MARKS,
    ),
    links=(Links("adopted_by", Adoption, "message_id", "agency_id", refers="agencies"),),
)
AGREEMENTS: Final = Noun(
    "mous",
    Agreement,
    ("subject",),
    (
        Field("parties", "parties"),
        Field("subject", "subject"),
        Field("start", "signed_on"),
        Field("end", "expires_on"),
        Field("seen", "is_seen"),
        Field("note", "note"),
        *MARKS,
    ),
)
FUNDING_HISTORY: Final = Noun(
    "funding_history",
    FundingHistory,
    ("fiscal_year", "payer"),
    (Field("share", "share"), Field("note", "note"), Field("illustrative", "is_illustrative")),
    position_in=None,
)

CAPABILITIES_OF_OBJECTIVE: Final = Links(
    "mnr", ObjectiveCapability, "objective_id", "capability_id", vocabulary="capability"
)
OBJECTIVES: Final = Noun("objectives", Objective, ("code",), (CODE, TITLE, *MARKS), links=(CAPABILITIES_OF_OBJECTIVE,))
OUTPUTS: Final = Noun("outputs", Output, ("code",), (CODE, TITLE, *MARKS))
INDICATORS: Final = Noun(
    "indicators",
    Indicator,
    ("code",),
    (
        CODE,
        NAME,
        Field("unit", "unit"),
        Field("baseline", "baseline"),
        Field("baseline_year", "baseline_year"),
        Field("disaggregation", "disaggregation"),
        Field("roll_up_periods", "roll_up_periods"),
        Field("roll_up_places", "roll_up_places"),
        Field("fact_target", "target_fact_id", refers="sources"),
        *MARKS,
    ),
)
TARGETS: Final = Noun(
    "targets",
    Target,
    ("indicator_id", "fiscal_year"),
    (Field("value", "value"),),
    within=("indicator_id", "indicators"),
    position_in=None,
)
DISTRICTS: Final = Links("districts", ActivityPlace, "activity_id", "place_id", refers="places")
ACTIVITIES: Final = Noun(
    "activities",
    Activity,
    ("code",),
    (
        CODE,
        TITLE,
        Field("description", "description"),
        Field("kind", "kind_id", vocabulary="kind"),
        Field("lead", "lead_agency_id", refers="agencies"),
        Field("start", "starts_on"),
        Field("end", "ends_on"),
        Field("actual_start", "actual_starts_on"),
        Field("actual_end", "actual_ends_on"),
        Field("status", "status"),
        Field("status_reason", "status_reason"),
        Field("confidential", "is_confidential"),
        Field("carried_over_from", "carried_over_from_id", refers="earlier activities"),
        *MARKS,
    ),
    links=(
        Links("mnr", ActivityCapability, "activity_id", "capability_id", vocabulary="capability"),
        Links("support", ActivitySupport, "activity_id", "agency_id", refers="agencies"),
        DISTRICTS,
        Links("target_groups", ActivityTargetGroup, "activity_id", "target_group_id", vocabulary="target_group"),
        Links(
            "responsibilities", ActivityResponsibility, "activity_id", "responsibility_id", refers="responsibilities"
        ),
        Links("messages", ActivityMessage, "activity_id", "message_id", refers="messages"),
    ),
)
COST_ITEMS: Final = Noun(
    "cost_items",
    CostItem,
    ("code",),
    (
        CODE,
        TITLE,
        Field("domain", "domain"),
        Field("recurrent", "is_recurrent"),
        Field("salaries", "is_salaries"),
        Field("activity", "activity_id", refers="activities"),
        *MARKS,
    ),
    within=("activity_id", "activities"),
)
# From whom a cost passes to whom: `handover` of a cost item, `transition` of an activity.
HANDOVER: Final = (
    Field("from", "handover_from_id", refers="funding_sources"),
    Field("to", "handover_to_id", refers="funding_sources"),
    Field("when", "handover_on"),
)
REQUIREMENTS: Final = Noun(
    "required",
    CostRequirement,
    ("cost_item_id", "cost_type_id", "fiscal_year"),
    (
        Field("year", "fiscal_year"),
        Field("cost", "cost_type_id", vocabulary="cost_type"),
        Field("amount", "required_amount"),
    ),
    within=("cost_item_id", "cost_items"),
    is_named=False,
    position_in=None,
)
LINES: Final = Noun(
    "budget",
    BudgetLine,
    ("cost_item_id", "activity_id", "source_id", "cost_type_id", "fiscal_year", "is_in_kind"),
    (
        Field("source", "source_id", refers="funding_sources"),
        Field("cost", "cost_type_id", vocabulary="cost_type"),
        Field("year", "fiscal_year"),
        Field("amount", "secured_amount"),
        Field("asked", "asked_amount"),
        Field("refused", "refused_amount"),
        Field("in_kind", "is_in_kind"),
        Field("vote", "vote_code"),
        Field("weight", "weight"),
        *MARKS,
    ),
    within=("cost_item_id", "cost_items"),
    is_named=False,
    position_in="cost_item_id",
)

# In the order in which rows are written, so that what a row names is there before it.
NOUNS: Final = (
    SOURCES,
    MEMBERS,
    PLACES,
    FUNDING_SOURCES,
    INSTRUMENTS,
    RESPONSIBILITIES,
    ASSIGNMENTS,
    MESSAGES,
    AGREEMENTS,
    FUNDING_HISTORY,
    PLAN,
    OBJECTIVES,
    OUTPUTS,
    INDICATORS,
    TARGETS,
    ACTIVITIES,
    COST_ITEMS,
    REQUIREMENTS,
    LINES,
)
