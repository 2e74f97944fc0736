"""Frozen copies of a plan: the digest sees every word, and a comparison names what differs."""

from decimal import Decimal
from uuid import UUID

import pytest

from taskforce.rules.baseline import Difference, Kind, Moved, Record, compare, digest, moved


def _record(number: int, kind: Kind = "activity", code: str = "A1", title: str = "Train", **content: object) -> Record:
    return Record(kind, UUID(int=number), code, title, content)


def _line(number: int, secured: str, code: str = "A1", source: str = "GOV", currency: str = "TZS") -> Record:
    content = {"source_id": source, "currency": currency, "secured_amount": secured}
    return Record("budget_line", UUID(int=number), code, "Train", content)


@pytest.mark.parametrize(
    "other",
    [
        _record(2),
        _record(1, kind="output"),
        _record(1, code="A2"),
        _record(1, title="train"),
        _record(1, place_id=["N", "M"]),
        _record(1, place_id=["N"], is_national=True),
    ],
)
def test_the_digest_sees_everything(other: Record) -> None:
    """Another kind, id, code, title, value or column is another digest."""
    assert digest([other]) != digest([_record(1, place_id=["M", "N"])])


def test_the_digest_is_the_same_in_any_order() -> None:
    """Neither the order of records nor that of columns counts; 64 hex digits."""
    one, two = _record(1, a="x", b="y"), _record(2, kind="objective")
    turned = Record(one.kind, one.id, one.code, one.title, {"b": "y", "a": "x"})

    assert digest([one, two]) == digest([two, turned])
    assert len(digest([])) == 64


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [_record(1, is_national=True)], ("added", [Difference("is_national", None, True)])),
        ([_record(1, starts_on="2026-01-01")], [], ("removed", [Difference("starts_on", "2026-01-01", None)])),
        ([_record(1)], [_record(1, code="A2")], ("changed", [Difference("code", "A1", "A2")])),
        ([_record(1)], [_record(1, title="Teach")], ("changed", [Difference("title", "Train", "Teach")])),
        (
            [_record(1, place_id=["N"])],
            [_record(1, place_id=["N", "S"])],
            ("changed", [Difference("place_id", ["N"], ["N", "S"])]),
        ),
        ([_record(1, description=None)], [_record(1, description="")], None),
        ([_record(1, place_id=[])], [_record(1)], None),
        ([_line(1, "100.00")], [_line(1, "80.00")], ("changed", [Difference("secured_amount", "100.00", "80.00")])),
        ([_line(1, "100.00")], [_line(1, "100.00", code="A9")], None),  # the activity itself tells its new code
    ],
)
def test_what_differs_is_named(
    before: list[Record], after: list[Record], expected: tuple[str, list[Difference]] | None
) -> None:
    """Each change with its columns; what says the same in other words is none."""
    found = [(each.how, list(each.differences)) for each in compare(before, after)]

    assert found == ([expected] if expected else [])


def test_changes_come_from_the_top_of_the_plan() -> None:
    """Objectives before activities before money, A2 before A10, in whatever order they were read."""
    before = [_line(4, "1.00"), _record(3, kind="objective", code="O2")]
    after = [_record(2, code="A10"), _record(1, code="A2"), _record(5, kind="objective", code="O1")]

    assert [(each.kind, each.code, each.how) for each in compare(before, after)] == [
        ("objective", "O1", "added"),
        ("objective", "O2", "removed"),
        ("activity", "A2", "added"),
        ("activity", "A10", "added"),
        ("budget_line", "A1", "removed"),
    ]


def test_money_that_moved_is_told_by_source_and_currency() -> None:
    """From one activity to another, from one source to another; what stands still is left out, currencies apart."""
    before = [_line(1, "100.00"), _line(2, "50.00"), _line(3, "7.00", code="A3"), _line(4, "5.00", currency="USD")]
    after = [_line(1, "90.00"), _line(2, "50.00"), _line(3, "7.00", code="A3"), _line(5, "10.00", code="A2")]

    assert moved(before, after) == [
        Moved("A1", "Train", "GOV", "TZS", Decimal("150.00"), Decimal("140.00")),
        Moved("A1", "Train", "GOV", "USD", Decimal("5.00"), Decimal(0)),
        Moved("A2", "Train", "GOV", "TZS", Decimal(0), Decimal("10.00")),
    ]


def test_columns_come_in_the_order_in_which_people_read_them() -> None:
    """First code and title, then from, to and what follows; columns that have no place come last, by name."""
    before = _record(1, unit="sessions", ends_on="2026-05-01", starts_on="2026-01-01", baseline_year="2025")
    after = _record(1, title="Teach", unit="days", ends_on="2026-06-01", starts_on="2026-02-01", baseline_year="2024")

    differences = compare([before], [after])[0].differences

    assert [each.column for each in differences] == ["title", "starts_on", "ends_on", "baseline_year", "unit"]


def test_a_budget_line_is_told_by_what_it_is_of() -> None:
    """Source, cost type and year beside its code; of a new one, amounts that are not nothing."""
    content = {"cost_type_id": "cost_type:staff", "fiscal_year": "2026", "asked_amount": "0.00", "weight": "1.0000"}
    line = Record("budget_line", UUID(int=1), "A1", "Train", {**_line(1, "5.00").content, **content})

    change = compare([], [line])[0]

    assert change.of == {"source_id": "GOV", "cost_type_id": "cost_type:staff", "fiscal_year": "2026"}
    assert change.differences == (Difference("secured_amount", None, "5.00"),)
