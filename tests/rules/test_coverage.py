"""Gaps, clashes, the responsibilities matrix, and mandates without work."""

import datetime as dt

import pytest

from taskforce.rules.coverage import (
    Assignment,
    Clash,
    Duty,
    Gap,
    IdleMandate,
    Lead,
    clashes,
    gaps,
    leads_without_mandate,
    mandate_without_work,
    matrix,
)

TODAY = dt.date(2024, 7, 1)
YESTERDAY = dt.date(2024, 6, 30)
TOMORROW = dt.date(2024, 7, 2)


def held(agency: str, role: str = "accountable", **dates: dt.date) -> Assignment:
    return Assignment(agency, role, **dates)  # type: ignore[arg-type]  # the roles of the tables below are written as text


def duty(key: str, capability: str, *assignments: Assignment) -> Duty:
    return Duty(key, capability, f"duty {key}", assignments)


@pytest.mark.parametrize(
    ("duties", "worked_on", "expected"),
    [
        ([duty("R1", "11", held("helpline"))], {"11": ["O1"]}, ()),
        ([duty("R1", "11", held("helpline", "responsible"))], {"11": ["O1"]}, (Gap("duty", "11", "R1", ("O1",)),)),
        ([duty("R1", "11")], {}, (Gap("duty", "11", "R1", ()),)),
        ([], {"14": ["O2", "O3"]}, (Gap("capability", "14", None, ("O2", "O3")),)),
        ([duty("R1", "11", held("helpline", ends_on=TODAY))], {}, ()),
        ([duty("R1", "11", held("helpline", ends_on=YESTERDAY))], {}, (Gap("duty", "11", "R1", ()),)),
        ([duty("R1", "11", held("helpline", starts_on=TODAY))], {}, ()),
        ([duty("R1", "11", held("helpline", starts_on=TOMORROW))], {}, (Gap("duty", "11", "R1", ()),)),
        (
            [duty("R1", "4", held("police")), duty("R2", "4")],
            {"4": ["O3"], "8": ["O3"]},
            (Gap("duty", "4", "R2", ("O3",)), Gap("capability", "8", None, ("O3",))),
        ),
    ],
    ids=[
        "held",
        "only responsible",
        "nobody, and no objective",
        "no duty recorded",
        "last day",
        "ended yesterday",
        "first day",
        "begins tomorrow",
        "one duty held, its neighbour not",
    ],
)
def test_a_gap_is_what_nobody_is_accountable_for(
    duties: list[Duty], worked_on: dict[str, list[str]], expected: tuple[Gap, ...]
) -> None:
    """A duty without an accountable agency that day is a gap, and a capability worked on that no duty covers."""
    assert gaps(duties, worked_on, on=TODAY) == expected


@pytest.mark.parametrize(
    ("duties", "expected"),
    [
        ([duty("R1", "4", held("police"), held("justice", "responsible"))], ()),
        (
            [duty("R1", "4", held("police"), held("justice"))],
            (Clash("duty", "4", ("R1",), ("justice", "police"), False),),
        ),
        (
            [duty("R1", "4", held("police"), Assignment("justice", "accountable", is_disputed=True))],
            (Clash("duty", "4", ("R1",), ("justice", "police"), True),),
        ),
        ([duty("R1", "4", held("police", ends_on=YESTERDAY), held("justice", starts_on=TODAY))], ()),
        (
            [duty("R1", "1", held("council")), duty("R2", "1", held("committee"))],
            (Clash("capability", "1", ("R1", "R2"), ("committee", "council"), False),),
        ),
        ([duty("R1", "1", held("council")), duty("R2", "1", held("council"))], ()),
        ([duty("R1", "1", held("council")), duty("R2", "1")], ()),
        ([duty("R1", "1", held("council")), duty("R2", "2", held("committee"))], ()),
        (
            [duty("R1", "1", held("council"), held("ministry")), duty("R2", "1", held("council"))],
            (
                Clash("duty", "1", ("R1",), ("council", "ministry"), False),
                Clash("capability", "1", ("R1", "R2"), ("council", "ministry"), False),
            ),
        ),
    ],
    ids=[
        "one accountable",
        "two accountable",
        "two, one disputed",
        "handed over",
        "two duties of one capability",
        "both with one agency",
        "the other is a gap",
        "two capabilities",
        "both kinds",
    ],
)
def test_a_clash_is_what_two_agencies_are_accountable_for(duties: list[Duty], expected: tuple[Clash, ...]) -> None:
    """Two accountable agencies in one duty clash, and, weaker, in one capability through different duties."""
    assert clashes(duties, on=TODAY) == expected


def test_the_matrix_shows_each_capability_and_who_plays_which_part() -> None:
    """Asked-for capabilities keep their order and their empty rows; roles stand from strong to weak, ended ones not."""
    duties = [
        duty("R1", "4", held("police", "consulted"), held("justice", ends_on=YESTERDAY)),
        duty("R2", "4", held("police"), held("justice", "informed")),
        duty("R3", "21", held("media council")),
    ]

    found = matrix(duties, ["1", "4"], on=TODAY)

    assert found == {
        "1": {},
        "4": {"police": ("accountable", "consulted"), "justice": ("informed",)},
        "21": {"media council": ("accountable",)},
    }
    assert list(found) == ["1", "4", "21"]


def test_work_without_a_mandate_is_named() -> None:
    """A lead without any part in what its activity works on is named; any part of any weight is enough."""
    duties = [duty("R1", "4", held("police")), duty("R2", "13", held("education"), held("film board", "informed"))]
    leads = [
        Lead("A1", "police", frozenset({"4"})),
        Lead("A2", "film board", frozenset({"13", "14"})),
        Lead("A3", "charity", frozenset({"13"})),
        Lead("A4", "police", frozenset({"13"})),
        Lead("A5", "charity", frozenset()),
    ]

    assert leads_without_mandate(duties, leads, on=TODAY) == (leads[2], leads[3])
    assert leads_without_mandate([], leads[:1], on=TODAY) == (leads[0],)


def test_a_mandate_without_work_is_named_once_a_capability() -> None:
    """Who is accountable and leads nothing on that capability is named with the duties; who only supports is not."""
    duties = [
        duty("R1", "4", held("police"), held("justice", "responsible")),
        duty("R2", "13", held("education")),
        duty("R3", "13", held("education")),
        duty("R4", "16", held("operators", ends_on=YESTERDAY)),
    ]

    found = mandate_without_work(duties, [Lead("A1", "police", frozenset({"4", "5"}))], on=TODAY)

    assert found == (IdleMandate("education", "13", ("R2", "R3")),)
