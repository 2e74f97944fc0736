"""What of the past stays hidden from whom."""

import pytest

from taskforce.rules.concealment import Standing, Step, Why, around, why_hidden

# made in transaction 1, confidential in 2, and in 5 first open, then confidential, then open again; deleted in 9
COURSE = [
    Step(10, 1, "open"),
    Step(20, 2, "confidential"),
    Step(50, 5, "open"),
    Step(52, 5, "confidential"),
    Step(54, 5, "open"),
    Step(90, 9, None),
]


@pytest.mark.parametrize(
    ("event", "transaction", "before", "after"),
    [
        (9, 1, None, "open"),
        (10, 1, None, "open"),
        (15, 3, "open", "open"),
        (19, 2, "open", "confidential"),
        (20, 2, "open", "confidential"),
        (22, 2, "open", "confidential"),
        (30, 4, "confidential", "confidential"),
        (49, 5, "confidential", "open"),
        (52, 5, "confidential", "open"),
        (60, 5, "confidential", "open"),
        (70, 7, "open", "open"),
        (90, 9, "open", None),
        (95, 10, None, None),
        (5, 8, None, None),
    ],
)
def test_an_event_stands_between_two_states(
    event: int, transaction: int, before: str | None, after: str | None
) -> None:
    """The state before and after the whole transaction; what was so only inside it was never seen by others."""
    assert around(COURSE, event, transaction) == (before, after)


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        (Standing("police", False, False), None),
        (Standing("police", True, True), None),  # the reader stands for the police
        (Standing("education", False, False), None),
        (Standing("education", True, False), "confidential"),
        (Standing("education", False, True), "draft"),
        (Standing("education", True, True), "confidential"),
        (Standing(None, True, False), "confidential"),
        (Standing(None, False, True), "draft"),
        (None, "confidential"),
    ],
)
def test_a_line_is_read_by_its_lead_and_by_others_once_it_is_open(standing: Standing | None, why: Why | None) -> None:
    """Who led a line at the time could read it; others if it was neither confidential nor in a draft."""
    assert why_hidden(standing, frozenset({"police"})) == why
