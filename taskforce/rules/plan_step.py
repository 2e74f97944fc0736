"""The steps of a plan after its consultation: where each begins and ends, whose it is, and what stands against it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal
from uuid import UUID

from taskforce.rules import states

Step = Literal[
    "submit", "return", "rework", "endorse", "start", "suspend", "resume", "begin_closing", "close", "cancel"
]
Guard = Literal[
    "has_no_line",
    "has_no_lead",
    "is_not_confirmed",
    "has_no_indicator",
    "is_your_own",
    "is_not_decided",
    "begins_later",
    "ends_later",
]
Kind = Literal["plan", "activity", "output", "alert"]
# The guards in the order in which somebody mends what they ask for, each with the kind of thing that it names.
GUARDS: Final[Mapping[Guard, Kind]] = MappingProxyType(
    {
        "has_no_line": "plan",
        "has_no_lead": "activity",
        "is_not_confirmed": "activity",
        "has_no_indicator": "output",
        "is_your_own": "plan",
        "is_not_decided": "alert",
        "begins_later": "plan",
        "ends_later": "plan",
    }
)


@dataclass(frozen=True, slots=True)
class Way:
    """A step: the states in which it begins, the one that it leads to, and whether the chair takes it."""

    begins: tuple[str, ...]
    to: str
    is_for_chair: bool = False

    @property
    def needs_reason(self) -> bool:
        """Whether the step is taken only with a written reason, as the state machine says."""
        return states.needs_reason("plan", self.begins[0], self.to)


# In the order in which a page offers them. Source: the domain's state machine of plan, and who may do what.
STEPS: Final[Mapping[Step, Way]] = MappingProxyType(
    {
        "submit": Way(("consultation",), "submitted"),
        "endorse": Way(("submitted",), "endorsed", is_for_chair=True),
        "return": Way(("submitted",), "returned", is_for_chair=True),
        "rework": Way(("returned",), "draft"),
        "start": Way(("endorsed",), "active"),
        "begin_closing": Way(("active",), "closing"),
        "close": Way(("closing",), "closed"),
        "resume": Way(("suspended",), "active", is_for_chair=True),
        "suspend": Way(("endorsed", "active"), "suspended", is_for_chair=True),
        "cancel": Way(
            ("draft", "consultation", "submitted", "returned", "endorsed", "active", "suspended"),
            "cancelled",
            is_for_chair=True,
        ),
    }
)


def steps_from(status: str) -> tuple[Step, ...]:
    """The steps that begin in a state."""
    return tuple(step for step, way in STEPS.items() if status in way.begins)


@dataclass(frozen=True, slots=True)
class Thing:
    """What a guard names: a line, an output, an alert, or the plan itself."""

    id: UUID
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line that goes on, as far as submitting asks for it."""

    thing: Thing
    has_lead: bool
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class Output:
    """An output, as far as submitting asks for it."""

    thing: Thing
    indicator_count: int


def against_submitting(plan: Thing, lines: Iterable[Line], outputs: Iterable[Output]) -> dict[Guard, list[Thing]]:
    """What stands against submitting, by guard in the order of GUARDS; empty: the plan may be submitted.

    Each line is named under the first guard alone that it fails: who has no lead cannot be confirmed.
    Source: the domain's guards of plan, "to submitted".
    """
    found: dict[Guard, list[Thing]] = {guard: [] for guard in GUARDS}
    has_lines = False
    for line in lines:
        has_lines = True
        if not line.has_lead:
            found["has_no_lead"].append(line.thing)
        elif not line.is_confirmed:
            found["is_not_confirmed"].append(line.thing)
    if not has_lines:
        found["has_no_line"].append(plan)
    found["has_no_indicator"] += [output.thing for output in outputs if not output.indicator_count]
    return {guard: things for guard, things in found.items() if things}


def against_endorsing(plan: Thing, undecided: Sequence[Thing], *, is_own: bool) -> dict[Guard, list[Thing]]:
    """What stands against endorsing. `undecided`: likely duplicates; `is_own`: whoever endorses has submitted the plan.

    Source: the domain's guards of plan, "to endorsed": by an approver who is not the author, high alerts resolved.
    """
    own: dict[Guard, list[Thing]] = {"is_your_own": [plan]} if is_own else {}
    alerts: dict[Guard, list[Thing]] = {"is_not_decided": list(undecided)} if undecided else {}
    return own | alerts


def against_the_day(
    plan: Thing, step: Step, today: dt.date, starts_on: dt.date, ends_on: dt.date
) -> dict[Guard, list[Thing]]:
    """A year begins on its first day at the earliest, and is closed after its last; both dates are included."""
    if step == "start" and today < starts_on:
        return {"begins_later": [plan]}
    if step in ("begin_closing", "close") and today <= ends_on:
        return {"ends_later": [plan]}
    return {}
