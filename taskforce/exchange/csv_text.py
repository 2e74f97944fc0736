"""Tables as CSV that a spreadsheet opens safely and with the right letters."""

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import StringIO
from typing import Final

Value = str | int | Decimal | dt.date | bool | None

BYTE_ORDER_MARK: Final = "\ufeff"  # without it Excel reads UTF-8 as the letters of its own country
# Source: OWASP, CSV Injection: a cell that starts so may be run as a formula.
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def cell(value: Value) -> str:
    """A value as the text of a cell; text that a spreadsheet could run as a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_STARTS) else value
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def csv_text(rows: Iterable[Sequence[Value]]) -> str:
    """Rows as lines of CSV; the file begins with BYTE_ORDER_MARK before the first."""
    written = StringIO()
    csv.writer(written).writerows([cell(value) for value in row] for row in rows)
    return written.getvalue()


def file_name(*parts: str) -> str:
    """A name for a downloaded CSV file out of codes: letters, digits, dots and dashes only."""
    kept = "".join(sign if sign.isascii() and (sign.isalnum() or sign in ".-") else "-" for sign in "-".join(parts))
    return f"{kept}.csv"
