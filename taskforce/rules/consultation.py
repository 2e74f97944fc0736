"""What a plan must have before its members are asked about it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from taskforce.rules.activity import Essentials, Span, missing


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a draft, as far as a consultation asks for it."""

    code: str
    essentials: Essentials
    span: Span


def lacking(objective_count: int, lines: Iterable[Line], starts_on: dt.date, ends_on: dt.date) -> list[str]:
    """What is missing, a line a line of the plan: `A1: lead, place`; empty: the plan may go to its members.

    Source: the domain's guards of plan, "to consultation".
    """
    found = [] if objective_count else ["an objective"]
    for line in lines:
        wants = [each.replace("_", " ") for each in missing(line.essentials)]
        if _is_outside(line.span, starts_on, ends_on):
            wants.append("dates inside the plan")
        if wants:
            found.append(f"{line.code}: {', '.join(wants)}")
    return found


def _is_outside(span: Span, starts_on: dt.date, ends_on: dt.date) -> bool:
    return any(day is not None and not starts_on <= day <= ends_on for day in (span.starts_on, span.ends_on))
