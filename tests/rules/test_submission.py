"""What stands against submitting a plan, as a table of cases."""

from uuid import uuid4

import pytest

from taskforce.rules.submission import GUARDS, Line, Output, Thing, lacking

PLAN = Thing(uuid4(), "TZ-2027", "Plan")


def _line(code: str, *, has_lead: bool = True, is_confirmed: bool = True) -> Line:
    return Line(Thing(uuid4(), code, "T"), has_lead, is_confirmed)


def _output(code: str, indicator_count: int = 1) -> Output:
    return Output(Thing(uuid4(), code, "T"), indicator_count)


@pytest.mark.parametrize(
    ("lines", "outputs", "expected"),
    [
        pytest.param([_line("A1")], [_output("O1.1")], {}, id="nothing"),
        pytest.param([], [_output("O1.1")], {"has_no_line": ["TZ-2027"]}, id="an empty plan"),
        pytest.param([], [], {"has_no_line": ["TZ-2027"]}, id="a plan without a tree"),
        pytest.param(
            [_line("A1", is_confirmed=False), _line("A2"), _line("A3", is_confirmed=False)],
            [_output("O1.1")],
            {"is_not_confirmed": ["A1", "A3"]},
            id="lines that nobody stands by, in their order",
        ),
        pytest.param(
            [_line("A1", has_lead=False, is_confirmed=False)],
            [_output("O1.1")],
            {"has_no_lead": ["A1"]},
            id="a line without a lead is named once",
        ),
        pytest.param(
            [_line("A1", is_confirmed=False), _line("A2", has_lead=False)],
            [_output("O1.1", 0), _output("O1.2", 2), _output("O2.1", 0)],
            {"has_no_lead": ["A2"], "is_not_confirmed": ["A1"], "has_no_indicator": ["O1.1", "O2.1"]},
            id="all of it at once, in the order of mending",
        ),
    ],
)
def test_what_is_lacking(lines: list[Line], outputs: list[Output], expected: dict[str, list[str]]) -> None:
    """Every line is confirmed by its lead, every output has an indicator, and there is something to submit."""
    found = lacking(PLAN, lines, outputs)

    assert {guard: [thing.code for thing in things] for guard, things in found.items()} == expected
    assert list(found) == [guard for guard in GUARDS if guard in found]
