"""What a plan must have before its members are asked about it."""

import datetime as dt

import pytest

from taskforce.rules.activity import Essentials, Span
from taskforce.rules.consultation import Line, lacking

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
WHOLE = Essentials(has_lead=True, has_dates=True, has_place=True, has_target_group=True, has_kind=True)
INSIDE = Span(FIRST, LAST)


@pytest.mark.parametrize(
    ("objectives", "lines", "expected"),
    [
        (1, [], []),
        (0, [], ["an objective"]),
        (1, [Line("A1", WHOLE, INSIDE)], []),
        (
            2,
            [Line("A1", Essentials(False, True, False, True, True), INSIDE), Line("A2", WHOLE, INSIDE)],
            ["A1: lead, place"],
        ),
        (
            1,
            [Line("A1", Essentials(True, False, True, False, False), Span(None, None))],
            ["A1: dates, target group, kind"],
        ),
        (1, [Line("A1", WHOLE, Span(dt.date(2025, 12, 31), LAST))], ["A1: dates inside the plan"]),
        (1, [Line("A1", WHOLE, Span(FIRST, dt.date(2027, 1, 1)))], ["A1: dates inside the plan"]),
        (
            0,
            [Line("A1", Essentials(False, True, True, True, True), Span(None, dt.date(2027, 1, 1)))],
            ["an objective", "A1: lead, dates inside the plan"],
        ),
    ],
)
def test_all_that_is_missing_is_named(objectives: int, lines: list[Line], expected: list[str]) -> None:
    """An objective, and for each line who, when inside the plan, where, for whom and what kind; in the plan's order."""
    assert lacking(objectives, lines, FIRST, LAST) == expected
