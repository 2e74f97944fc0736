"""Calendar of a mechanism: the day that it is there, fiscal years, reporting periods, and dates moved by years."""

import calendar
import datetime as dt
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from taskforce.errors import Refused

Frequency = Literal["monthly", "quarterly", "semiannual", "annual"]

MONTHS: Final = MappingProxyType({"monthly": 1, "quarterly": 3, "semiannual": 6, "annual": 12})
DUE_DAYS: Final = 15  # days after the end of a period, where a mechanism has not set its own


@dataclass(frozen=True, slots=True)
class Period:
    """One reporting period, counted from 1; both dates are included, and a report is in time on `due_on`."""

    number: int
    starts_on: dt.date
    ends_on: dt.date
    due_on: dt.date


def local_day(now: dt.datetime, time_zone: str) -> dt.date:
    """The day that a moment belongs to where the clocks of a time zone hang: what people there call today.

    `time_zone` is an IANA name; one that this machine does not know counts as UTC.
    """
    try:
        return now.astimezone(ZoneInfo(time_zone)).date()
    except (ZoneInfoNotFoundError, ValueError):
        return now.astimezone(dt.UTC).date()


def fiscal_year(day: dt.date, start_month: int) -> int:
    """The calendar year in which the day's fiscal year begins; `start_month` 1..12."""
    return day.year if day.month >= _month(start_month) else day.year - 1


def fiscal_year_label(year: int, start_month: int) -> str:
    """How people write a fiscal year: 2024 where it begins in January, else 2024/25."""
    return str(year) if _month(start_month) == 1 else f"{year}/{(year + 1) % 100:02}"


def fiscal_year_bounds(year: int, start_month: int) -> tuple[dt.date, dt.date]:
    """First and last day of the fiscal year that begins in the calendar year."""
    starts_on = dt.date(year, _month(start_month), 1)
    return starts_on, add_months(starts_on, 12) - dt.timedelta(days=1)


def reporting_periods(
    starts_on: dt.date, ends_on: dt.date, frequency: Frequency, *, due_days: int = DUE_DAYS
) -> tuple[Period, ...]:
    """Cut a plan into periods from its first day on; the last one ends with the plan, however short that leaves it.

    Raises:
        Refused: the plan ends before it starts.
    """
    if ends_on < starts_on:
        raise Refused(
            f"the plan ends {ends_on} before it starts {starts_on}; correct one of the dates", field="ends_on"
        )
    step, periods = MONTHS[frequency], list[Period]()
    begins_on = starts_on
    while begins_on <= ends_on:
        next_on = add_months(starts_on, step * (len(periods) + 1))
        last_on = min(next_on - dt.timedelta(days=1), ends_on)
        periods.append(Period(len(periods) + 1, begins_on, last_on, last_on + dt.timedelta(days=due_days)))
        begins_on = next_on
    return tuple(periods)


def overlap_days(starts_on: dt.date, ends_on: dt.date, other_starts_on: dt.date, other_ends_on: dt.date) -> int:
    """Days that two spans share, first and last day counted; 0 where they do not meet."""
    return max(0, (min(ends_on, other_ends_on) - max(starts_on, other_starts_on)).days + 1)


def shift_years(day: dt.date, years: int) -> dt.date:
    """The same day some years later, or earlier if negative; 29 February becomes the 28th where there is none."""
    return add_months(day, 12 * years)


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of the month some months later; the last of the month where that month is shorter."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))


def _month(start_month: int) -> int:
    if not 1 <= start_month <= 12:
        raise Refused(f"the fiscal year starts in month {start_month}; a month is 1 to 12", field="fiscal_year_start")
    return start_month
