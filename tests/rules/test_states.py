"""The state machines: which moves the tables have, and what a refusal says."""

from itertools import pairwise
from typing import get_args

import pytest

from taskforce.errors import Refused
from taskforce.rules.states import MACHINES, Machine, check, may_move_to, needs_reason


@pytest.mark.parametrize(
    ("machine", "way"),
    [
        ("plan", "draft consultation submitted endorsed active closing closed"),
        ("plan", "draft consultation submitted returned draft"),
        ("plan", "endorsed suspended active"),
        ("report", "draft submitted returned submitted accepted reopened submitted"),
        ("report", "draft waived reopened submitted"),
        ("alert", "open acknowledged proposed resolved open"),
        ("alert", "open snoozed open stale open"),
        ("activity", "not_started on_track constrained on_track met"),
        ("activity", "not_started cancelled not_started"),
    ],
)
def test_each_usual_way_is_open(machine: Machine, way: str) -> None:
    """Every step of the ways that the domain describes is allowed."""
    states = way.split()

    for now, wanted in pairwise(states):
        check(machine, now, wanted)


@pytest.mark.parametrize(
    ("machine", "now", "wanted", "message"),
    [
        (
            "plan",
            "draft",
            "closed",
            "the plan is draft and cannot become closed; it may become consultation or cancelled",
        ),
        ("plan", "closed", "active", "the plan is closed and stays so; it cannot become active"),
        ("plan", "cancelled", "draft", "the plan is cancelled and stays so; it cannot become draft"),
        (
            "report",
            "draft",
            "accepted",
            "the report is draft and cannot become accepted; it may become submitted or waived",
        ),
        ("alert", "resolved", "snoozed", "the alert is resolved and cannot become snoozed; it may become open"),
        ("activity", "met", "cancelled", "the activity is met and cannot become cancelled; it may become on track"),
        (
            "plan",
            "draft",
            "draft",
            "the plan is draft and cannot become draft; it may become consultation or cancelled",
        ),
    ],
)
def test_a_refusal_names_the_moves_that_are_allowed(machine: Machine, now: str, wanted: str, message: str) -> None:
    """Who is refused reads the state, what was wanted, and what is possible instead."""
    with pytest.raises(Refused) as refusal:
        check(machine, now, wanted)

    assert str(refusal.value) == message


def test_an_unknown_state_is_refused_with_the_states_there_are() -> None:
    """A state that the table lacks is never let through, neither as start nor as goal."""
    with pytest.raises(Refused, match="'lost' is no state of report; its states are draft, submitted"):
        may_move_to("report", "lost")
    with pytest.raises(Refused, match="cannot become lost"):
        check("report", "draft", "lost")


@pytest.mark.parametrize(
    ("machine", "now", "wanted", "expected"),
    [
        ("plan", "active", "cancelled", True),
        ("plan", "active", "suspended", True),
        ("plan", "submitted", "returned", True),
        ("plan", "submitted", "endorsed", False),
        ("report", "draft", "waived", True),
        ("report", "accepted", "reopened", True),
        ("report", "draft", "submitted", False),
        ("alert", "acknowledged", "resolved", True),
        ("alert", "proposed", "resolved", False),
        ("activity", "on_track", "no_progress", True),
        ("activity", "on_track", "met", False),
    ],
)
def test_some_moves_need_a_reason(machine: Machine, now: str, wanted: str, expected: bool) -> None:
    """Stopping, returning, waiving and reopening are explained; the usual way is not."""
    assert needs_reason(machine, now, wanted) is expected


@pytest.mark.parametrize("machine", get_args(Machine))
def test_tables_are_whole(machine: Machine) -> None:
    """Every move leads to a state of the table, none to itself, and every state is reached from the first."""
    states = MACHINES[machine]
    reached, ahead = set[str](), [next(iter(states))]
    while ahead:
        state = ahead.pop()
        if state not in reached:
            reached.add(state)
            ahead.extend(may_move_to(machine, state))

    assert reached == set(states)
    assert all(now not in may_move_to(machine, now) for now in states)
