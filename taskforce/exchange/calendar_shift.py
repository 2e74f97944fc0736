"""Days moved by whole months and years, as plans of another year need them."""

from calendar import monthrange
from datetime import date, timedelta


def years_later(day: date, years: int) -> date:
    """The same day so many years later (earlier if negative); 29 February becomes 28 in a year without it."""
    return months_later(day, 12 * years)


def months_later(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def end_of_month(day: date) -> date:
    """The last day of the month of a day."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def fiscal_year_days(year: int, first_month: int) -> tuple[date, date]:
    """First and last day of the fiscal year that starts in `year` with `first_month`."""
    first = date(year, first_month, 1)
    return first, months_later(first, 12) - timedelta(days=1)


def fiscal_year_label(year: int, first_month: int) -> str:
    """`2026` for a calendar year, `2026-27` for a fiscal year that crosses into the next."""
    return str(year) if first_month == 1 else f"{year}-{(year + 1) % 100:02d}"
