"""Cells of a CSV file that a spreadsheet opens without running them."""

import csv
import datetime as dt
from decimal import Decimal
from io import StringIO

import pytest

from taskforce.exchange.csv_text import cell, csv_text, file_name


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+33", "'+33"),
        ("-5 per cent", "'-5 per cent"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("a=1", "a=1"),
        ("", ""),
        (None, ""),
        (Decimal("-5.50"), "-5.50"),
        (7, "7"),
        (True, "yes"),
        (False, "no"),
        (dt.date(2026, 7, 15), "2026-07-15"),
    ],
)
def test_a_cell(value, written: str) -> None:
    """Text that starts like a formula gets an apostrophe; numbers, days and answers do not."""
    assert cell(value) == written


def test_rows_read_back_as_they_were_written() -> None:
    """Commas, quotes and line ends stay inside their cell."""
    rows = [["a,b", 'say "x"', "two\nlines"], ["é", "", "z"]]

    assert list(csv.reader(StringIO(csv_text(rows)))) == rows


def test_a_file_name_holds_no_surprises() -> None:
    """Whatever a code holds, the name has letters, digits, dots and dashes only."""
    assert file_name("TZ/2026 é", "activities") == "TZ-2026---activities.csv"
