"""What a plan must have before it is submitted for endorsement."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal
from uuid import UUID

Guard = Literal["has_no_line", "has_no_lead", "is_not_confirmed", "has_no_indicator"]
Kind = Literal["plan", "activity", "output"]
# The guards in the order in which somebody mends what they ask for, each with the kind of thing that it names.
GUARDS: Final[Mapping[Guard, Kind]] = MappingProxyType(
    {"has_no_line": "plan", "has_no_lead": "activity", "is_not_confirmed": "activity", "has_no_indicator": "output"}
)


@dataclass(frozen=True, slots=True)
class Thing:
    """What a guard names: a line, an output, or the plan itself."""

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


def lacking(plan: Thing, lines: Iterable[Line], outputs: Iterable[Output]) -> dict[Guard, list[Thing]]:
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
