"""What must hold of a line of a plan: its dates, who leads and helps, and what may stay open only for a while."""

import datetime as dt
from collections.abc import Collection, Hashable
from dataclasses import dataclass
from typing import Final

from taskforce.errors import Refused
from taskforce.rules import states

OPEN_PLANS: Final = ("draft", "consultation", "returned")  # statuses of a plan in which its lines may change


@dataclass(frozen=True, slots=True)
class Span:
    """Two days, both included; either may be open."""

    starts_on: dt.date | None
    ends_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Essentials:
    """Whether a line has what duplicates are found by."""

    has_lead: bool
    has_dates: bool
    has_place: bool
    has_target_group: bool
    has_kind: bool


def missing(essentials: Essentials) -> tuple[str, ...]:
    """What a line still needs before consultation ends: lead, dates, place, target_group, kind, in this order.

    Source: the domain's rule "required on an activity before consultation ends".
    """
    wanted = (
        ("lead", essentials.has_lead),
        ("dates", essentials.has_dates),
        ("place", essentials.has_place),
        ("target_group", essentials.has_target_group),
        ("kind", essentials.has_kind),
    )
    return tuple(name for name, is_given in wanted if not is_given)


def check_dates(line: Span, plan_starts_on: dt.date, plan_ends_on: dt.date) -> None:
    """Let planned dates pass that lie inside the plan, the first not after the last.

    Raises:
        Refused: they do not.
    """
    _check_order(line, "ends_on")
    for name, day in (("starts_on", line.starts_on), ("ends_on", line.ends_on)):
        if day is not None and not plan_starts_on <= day <= plan_ends_on:
            raise Refused(
                "%(day)s is outside the plan, which runs from %(first)s to %(last)s. Choose a day inside it.",
                field=name,
                day=day,
                first=plan_starts_on,
                last=plan_ends_on,
            )


def check_actual_dates(line: Span, today: dt.date) -> None:
    """Let actual dates pass that have come, the first not after the last.

    Raises:
        Refused: they have not, or the work ended before it began.
    """
    _check_order(line, "actual_ends_on")
    for name, day in (("actual_starts_on", line.starts_on), ("actual_ends_on", line.ends_on)):
        if day is not None and day > today:
            raise Refused(
                "%(day)s has not come yet: an actual date is today or earlier. Leave it out until then.",
                field=name,
                day=day,
            )


def check_agencies(lead: Hashable, support: Collection[Hashable]) -> None:
    """Let pass a lead that does not help itself.

    Raises:
        Refused: the lead agency stands among those that support it.
    """
    if lead in support:
        raise Refused(
            "The lead agency cannot also support. Untick it, or choose another lead.", field="support_agency_ids"
        )


def check_own_plan(answer: str | None, reference: str | None) -> None:
    """Let a reference to the agency's own plan pass only where the line stands in it.

    Raises:
        Refused: there is a reference, and the answer is not yes.
    """
    if reference and answer != "yes":
        raise Refused(
            "A reference needs the answer yes: the line stands in the agency's own plan. "
            "Answer yes, or empty the reference.",
            field="own_plan_reference",
        )


def check_status(now: str, wanted: str, reason: str | None) -> None:
    """Let a change of status pass that the table of states has, with a reason where it wants one.

    Raises:
        Refused: there is no such change, or its reason is missing.
    """
    if wanted == now:
        return
    try:
        needs_reason = states.needs_reason("activity", now, wanted)
    except Refused as refused:
        raise Refused(refused.pattern, field="status", **refused.values) from refused
    if needs_reason and not reason:
        raise Refused("Say why in one sentence: this status needs a reason.", field="status_reason")


def _check_order(line: Span, field: str) -> None:
    if line.starts_on and line.ends_on and line.ends_on < line.starts_on:
        raise Refused(
            "It ends %(last)s, before it starts %(first)s. Change one of the two dates.",
            field=field,
            last=line.ends_on,
            first=line.starts_on,
        )
