"""The rules of a line of a plan, as tables of cases."""

import datetime as dt

import pytest

from taskforce.errors import Refused
from taskforce.rules import activity as rules
from taskforce.rules.activity import Essentials, Span

D = dt.date
FIRST, LAST = D(2026, 1, 1), D(2026, 12, 31)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ((True, True, True, True, True), ()),
        ((False, False, False, False, False), ("lead", "dates", "place", "target_group", "kind")),
        ((True, False, True, True, False), ("dates", "kind")),
        ((False, True, True, False, True), ("lead", "target_group")),
    ],
)
def test_what_a_line_still_needs(given: tuple[bool, ...], missing: tuple[str, ...]) -> None:
    """Lead, dates, place, target group and kind are needed before consultation ends, and named in this order."""
    assert rules.missing(Essentials(*given)) == missing


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "field"),
    [
        (None, None, None),
        (FIRST, LAST, None),
        (FIRST, FIRST, None),
        (None, LAST, None),
        (FIRST, None, None),
        (D(2025, 12, 31), None, "starts_on"),
        (D(2027, 1, 1), None, "starts_on"),
        (None, D(2027, 1, 1), "ends_on"),
        (FIRST, D(2027, 1, 1), "ends_on"),
        (D(2026, 6, 2), D(2026, 6, 1), "ends_on"),
    ],
)
def test_planned_dates_lie_inside_the_plan_in_order(starts_on, ends_on, field: str | None) -> None:
    """Both days of the plan count as inside; an open date breaks no rule."""
    assert _field(lambda: rules.check_dates(Span(starts_on, ends_on), FIRST, LAST)) == field


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "field"),
    [
        (None, None, None),
        (D(2026, 3, 10), D(2026, 3, 10), None),
        (D(2020, 1, 1), None, None),
        (D(2026, 3, 11), None, "actual_starts_on"),
        (D(2026, 3, 1), D(2026, 3, 11), "actual_ends_on"),
        (D(2026, 3, 2), D(2026, 3, 1), "actual_ends_on"),
    ],
)
def test_actual_dates_have_come_in_order(starts_on, ends_on, field: str | None) -> None:
    """What happened, happened today or earlier, also outside the plan."""
    assert _field(lambda: rules.check_actual_dates(Span(starts_on, ends_on), D(2026, 3, 10))) == field


@pytest.mark.parametrize(
    ("lead", "support", "field"),
    [("a", [], None), ("a", ["b"], None), ("a", ["b", "a"], "support_agency_ids")],
)
def test_a_lead_does_not_support_itself(lead: str, support: list[str], field: str | None) -> None:
    """One agency has one part in a line."""
    assert _field(lambda: rules.check_agencies(lead, support)) == field


@pytest.mark.parametrize(
    ("answer", "reference", "field"),
    [
        (None, None, None),
        ("no", None, None),
        ("yes", None, None),
        ("yes", "line 14", None),
        ("no", "line 14", "own_plan_reference"),
        (None, "line 14", "own_plan_reference"),
    ],
)
def test_a_reference_needs_the_answer_yes(answer: str | None, reference: str | None, field: str | None) -> None:
    """Only what stands in the agency's own plan has a place there."""
    assert _field(lambda: rules.check_own_plan(answer, reference)) == field


@pytest.mark.parametrize(
    ("now", "wanted", "reason", "field"),
    [
        ("not_started", "not_started", None, None),
        ("constrained", "constrained", None, None),
        ("not_started", "on_track", None, None),
        ("not_started", "cancelled", None, "status_reason"),
        ("not_started", "cancelled", "no money", None),
        ("met", "not_started", "by mistake", "status"),
        ("on_track", "on_trak", None, "status"),
    ],
)
def test_a_status_follows_the_table_with_its_reason(
    now: str, wanted: str, reason: str | None, field: str | None
) -> None:
    """A move that the table has not is refused at the status, a missing reason at the reason."""
    assert _field(lambda: rules.check_status(now, wanted, reason)) == field


def _field(check) -> str | None:
    """The field of the refusal, None where the rule lets pass."""
    try:
        check()
    except Refused as refused:
        return refused.field
    return None
