"""Which place lies in which, as tables of cases."""

import pytest

from taskforce.rules.places import by_depth, lies_in

PARENTS = {
    "country": None,
    "coast": "country",
    "kilifi": "coast",
    "town": "kilifi",
    "lake": "country",
    "island": "gone",
}
CIRCLE = {"a": "b", "b": "a", "c": None}


@pytest.mark.parametrize(
    ("place", "other", "lies"),
    [
        ("kilifi", "kilifi", True),
        ("kilifi", "coast", True),
        ("town", "country", True),
        ("coast", "kilifi", False),
        ("lake", "coast", False),
        ("island", "country", False),
    ],
)
def test_a_place_lies_in_all_that_are_above_it(place: str, other: str, lies: bool) -> None:
    """Over any number of steps, and in itself."""
    assert lies_in(place, other, PARENTS) is lies


def test_a_circle_ends() -> None:
    """Data that runs in a circle stops neither question."""
    assert lies_in("a", "c", CIRCLE) is False
    assert by_depth(CIRCLE) == [("c", 0)]


def test_places_stand_under_what_they_lie_in() -> None:
    """Parents before children, siblings in the order they came; a parent that is not in the list counts as none."""
    assert by_depth(PARENTS) == [
        ("country", 0),
        ("coast", 1),
        ("kilifi", 2),
        ("town", 3),
        ("lake", 1),
        ("island", 0),
    ]
