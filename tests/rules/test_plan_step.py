"""The steps of a plan: that they are those of the state machine, and what stands against each, as tables of cases."""

import datetime as dt
from uuid import uuid4

import pytest

from taskforce.rules.plan_step import (
    GUARDS,
    STEPS,
    Line,
    Output,
    Step,
    Thing,
    against_endorsing,
    against_submitting,
    against_the_day,
    steps_from,
)
from taskforce.rules.states import PLAN as MACHINE
from taskforce.rules.states import needs_reason

PLAN = Thing(uuid4(), "TZ-2027", "Plan")


FIRST, LAST = dt.date(2027, 1, 1), dt.date(2027, 12, 31)


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
    found = against_submitting(PLAN, lines, outputs)

    assert {guard: [thing.code for thing in things] for guard, things in found.items()} == expected
    assert list(found) == [guard for guard in GUARDS if guard in found]


def test_the_steps_are_the_moves_of_the_state_machine() -> None:
    """Every move has one step and every step is a move; only opening a consultation has a service of its own."""
    moves = {(state, move.to) for state, nexts in MACHINE.items() for move in nexts}
    stepped = [(state, way.to) for way in STEPS.values() for state in way.begins]

    assert sorted([*stepped, ("draft", "consultation")]) == sorted(moves)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_asks_for_a_reason_wherever_it_begins(step: Step) -> None:
    """What the first state asks of a step, all states do that it begins in."""
    way = STEPS[step]

    assert {needs_reason("plan", state, way.to) for state in way.begins} == {way.needs_reason}


@pytest.mark.parametrize(
    ("status", "steps"),
    [
        ("draft", ("cancel",)),
        ("submitted", ("endorse", "return", "cancel")),
        ("active", ("begin_closing", "suspend", "cancel")),
        ("suspended", ("resume", "cancel")),
        ("closed", ()),
    ],
)
def test_what_may_be_next(status: str, steps: tuple[Step, ...]) -> None:
    """The usual step comes first."""
    assert steps_from(status) == steps


@pytest.mark.parametrize(
    ("alerts", "is_own", "expected"),
    [
        pytest.param([], False, {}, id="nothing"),
        pytest.param(["A1", "A2"], False, {"is_not_decided": ["A1", "A2"]}, id="likely duplicates"),
        pytest.param([], True, {"is_your_own": ["TZ-2027"]}, id="the own submission"),
        pytest.param(["A1"], True, {"is_your_own": ["TZ-2027"], "is_not_decided": ["A1"]}, id="both at once"),
    ],
)
def test_what_stands_against_endorsing(alerts: list[str], is_own: bool, expected: dict[str, list[str]]) -> None:
    """Nobody endorses what they submitted, and likely duplicates are decided first."""
    found = against_endorsing(PLAN, [Thing(uuid4(), code, "T") for code in alerts], is_own=is_own)

    assert {guard: [thing.code for thing in things] for guard, things in found.items()} == expected


@pytest.mark.parametrize(
    ("step", "today", "expected"),
    [
        ("start", FIRST - dt.timedelta(1), ["begins_later"]),
        ("start", FIRST, []),
        ("begin_closing", LAST, ["ends_later"]),
        ("begin_closing", LAST + dt.timedelta(1), []),
        ("close", LAST, ["ends_later"]),
        ("close", LAST + dt.timedelta(1), []),
        ("suspend", FIRST - dt.timedelta(1), []),
    ],
)
def test_a_year_has_its_days(step: Step, today: dt.date, expected: list[str]) -> None:
    """The last day belongs to the year."""
    assert list(against_the_day(PLAN, step, today, FIRST, LAST)) == expected
