"""Fiscal years, reporting periods and dates moved by years."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskforce.errors import Refused
from taskforce.rules import periods
from taskforce.rules.periods import Frequency

days = st.dates(dt.date(1990, 1, 1), dt.date(2150, 12, 31))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("on", "start_month", "year", "label", "first", "last"),
    [
        ("2024-01-01", 1, 2024, "2024", "2024-01-01", "2024-12-31"),
        ("2024-12-31", 1, 2024, "2024", "2024-01-01", "2024-12-31"),
        ("2024-06-30", 7, 2023, "2023/24", "2023-07-01", "2024-06-30"),
        ("2024-07-01", 7, 2024, "2024/25", "2024-07-01", "2025-06-30"),
        ("2024-03-31", 4, 2023, "2023/24", "2023-04-01", "2024-03-31"),
        ("2024-04-01", 4, 2024, "2024/25", "2024-04-01", "2025-03-31"),
        ("1999-10-01", 10, 1999, "1999/00", "1999-10-01", "2000-09-30"),
        ("2024-02-29", 3, 2023, "2023/24", "2023-03-01", "2024-02-29"),
    ],
)
def test_a_day_falls_into_the_fiscal_year_of_its_mechanism(
    on: str, start_month: int, year: int, label: str, first: str, last: str
) -> None:
    """A fiscal year is called by the year in which it begins, and written as people there write it."""
    assert periods.fiscal_year(day(on), start_month) == year
    assert periods.fiscal_year_label(year, start_month) == label
    assert periods.fiscal_year_bounds(year, start_month) == (day(first), day(last))


@pytest.mark.parametrize(
    ("moment", "time_zone", "on"),
    [
        ("2026-11-24T16:59:59", "Asia/Phnom_Penh", "2026-11-24"),  # 23:59:59 there
        ("2026-11-24T17:00:00", "Asia/Phnom_Penh", "2026-11-25"),
        ("2026-12-31T10:59:59", "Pacific/Tongatapu", "2026-12-31"),  # 13 hours ahead
        ("2026-12-31T11:00:00", "Pacific/Tongatapu", "2027-01-01"),
        ("2027-01-01T10:59:59", "Pacific/Pago_Pago", "2026-12-31"),  # 11 hours behind
        ("2027-01-01T11:00:00", "Pacific/Pago_Pago", "2027-01-01"),
        ("2028-02-28T20:59:59", "Africa/Nairobi", "2028-02-28"),
        ("2028-02-28T21:00:00", "Africa/Nairobi", "2028-02-29"),
        ("2028-02-29T20:59:59", "Africa/Nairobi", "2028-02-29"),
        ("2028-02-29T21:00:00", "Africa/Nairobi", "2028-03-01"),
        ("2027-02-28T21:00:00", "Africa/Nairobi", "2027-03-01"),  # no leap year
        ("2026-03-28T21:59:59", "Asia/Beirut", "2026-03-28"),  # the clocks go from midnight to one o'clock
        ("2026-03-28T22:00:00", "Asia/Beirut", "2026-03-29"),
        ("2026-10-24T20:59:59", "Asia/Beirut", "2026-10-24"),  # and back: the hour before midnight comes twice
        ("2026-10-24T21:59:59", "Asia/Beirut", "2026-10-24"),
        ("2026-10-24T22:00:00", "Asia/Beirut", "2026-10-25"),
        ("2011-12-30T09:59:59", "Pacific/Apia", "2011-12-29"),  # Samoa left the 30th out
        ("2011-12-30T10:00:00", "Pacific/Apia", "2011-12-31"),
        ("2026-07-01T00:00:00", "UTC", "2026-07-01"),
        ("2026-07-01T00:00:00", "Nowhere/At_All", "2026-07-01"),
        ("2026-07-01T00:00:00", "../etc/passwd", "2026-07-01"),
    ],
)
def test_today_is_the_day_in_the_time_zone(moment: str, time_zone: str, on: str) -> None:
    """A day begins and ends with the clocks of the mechanism, whatever they do; an unknown zone counts as UTC."""
    assert periods.local_day(dt.datetime.fromisoformat(f"{moment}+00:00"), time_zone) == day(on)


@pytest.mark.parametrize("start_month", [0, 13, -1])
def test_a_month_is_one_to_twelve(start_month: int) -> None:
    """No fiscal year starts in month 0 or 13."""
    with pytest.raises(Refused, match="a month is 1 to 12"):
        periods.fiscal_year(day("2024-01-01"), start_month)


@given(days, st.integers(1, 12))
def test_every_day_lies_in_its_own_fiscal_year(on: dt.date, start_month: int) -> None:
    """A day is between first and last day of the fiscal year that it is said to fall into."""
    first, last = periods.fiscal_year_bounds(periods.fiscal_year(on, start_month), start_month)

    assert first <= on <= last


@pytest.mark.parametrize(
    ("frequency", "ends", "due"),
    [
        ("quarterly", ["2024-09-30", "2024-12-31", "2025-03-31", "2025-06-30"], "2024-10-15"),
        ("semiannual", ["2024-12-31", "2025-06-30"], "2025-01-15"),
        ("annual", ["2025-06-30"], "2025-07-15"),
    ],
)
def test_a_plan_is_reported_on_in_periods(frequency: Frequency, ends: list[str], due: str) -> None:
    """Periods follow each other from the first day of the plan, and a report is due 15 days after its period."""
    found = periods.reporting_periods(day("2024-07-01"), day("2025-06-30"), frequency)

    assert [period.ends_on for period in found] == [day(end) for end in ends]
    assert [period.number for period in found] == list(range(1, len(ends) + 1))
    assert found[0].due_on == day(due)


def test_months_of_different_length_do_not_drift() -> None:
    """A plan that begins on the 31st has periods that begin on the last day of shorter months, not ever earlier."""
    found = periods.reporting_periods(day("2024-01-31"), day("2024-06-29"), "monthly", due_days=0)

    assert [period.starts_on for period in found] == [
        day(text) for text in ("2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31")
    ]
    assert found[-1].ends_on == found[-1].due_on == day("2024-06-29")


def test_a_plan_that_ends_before_it_starts_has_no_periods() -> None:
    """The refusal names both dates."""
    with pytest.raises(Refused, match="ends 2024-01-01 before it starts 2024-07-01"):
        periods.reporting_periods(day("2024-07-01"), day("2024-01-01"), "quarterly")


@given(days, st.integers(0, 700), st.sampled_from(["monthly", "quarterly", "semiannual", "annual"]))
def test_periods_cover_a_plan_without_gap_or_overlap(starts_on: dt.date, length: int, frequency: Frequency) -> None:
    """Every day of the plan lies in exactly one period."""
    ends_on = starts_on + dt.timedelta(days=length)

    found = periods.reporting_periods(starts_on, ends_on, frequency)

    assert found[0].starts_on == starts_on
    assert found[-1].ends_on == ends_on
    assert all(period.starts_on <= period.ends_on for period in found)
    for before, after in pairwise(found):
        assert after.starts_on - before.ends_on == dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("on", "years", "expected"),
    [
        ("2024-02-29", 1, "2025-02-28"),
        ("2024-02-29", 4, "2028-02-29"),
        ("2024-02-29", -1, "2023-02-28"),
        ("2025-02-28", -1, "2024-02-28"),
        ("2096-02-29", 4, "2100-02-28"),
        ("2020-12-31", 5, "2025-12-31"),
        ("2020-07-01", 0, "2020-07-01"),
    ],
)
def test_a_day_moves_by_years(on: str, years: int, expected: str) -> None:
    """Month and day stay, but for 29 February in a year that has none."""
    assert periods.shift_years(day(on), years) == day(expected)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("2024-01-01", "2024-01-31"), ("2024-01-31", "2024-02-29"), 1),
        (("2024-01-01", "2024-01-31"), ("2024-02-01", "2024-02-29"), 0),
        (("2024-01-01", "2024-12-31"), ("2024-03-01", "2024-03-10"), 10),
        (("2024-01-01", "2024-01-01"), ("2024-01-01", "2024-01-01"), 1),
    ],
)
def test_spans_share_days(first: tuple[str, str], second: tuple[str, str], expected: int) -> None:
    """Both last days count, and the order of the spans does not matter."""
    assert periods.overlap_days(*map(day, first), *map(day, second)) == expected
    assert periods.overlap_days(*map(day, second), *map(day, first)) == expected
