"""Which pairs of activities are duplicates, overlaps or complements, and that the score can be trusted."""

import datetime as dt
import itertools
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskforce.rules.duplication import (
    BEST_ALERTS,
    MOST_COMPLEMENTS,
    NATIONAL,
    WEIGHTS,
    Signal,
    Work,
    compare,
    find,
    fingerprint,
)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


TALKS = Work(
    key="A1",
    agency="education",
    title="Online safety talks in secondary schools",
    kind="awareness",
    capabilities=frozenset({"13"}),
    places=frozenset({"Oshana"}),
    place_ancestors=frozenset({"North"}),
    target_groups=frozenset({"children_12_17"}),
    starts_on=day("2024-02-01"),
    ends_on=day("2024-04-30"),
)
TWIN = replace(TALKS, key="A2", agency="police", title="Talks on safety online for secondary schools")


def test_the_same_work_of_two_agencies_is_a_likely_duplicate() -> None:
    """Same place, time, people and kind in near the same words: a duplicate that is worth a letter."""
    found = compare(TALKS, TWIN)

    assert (found.kind, found.band) == ("duplicate", "likely")
    assert found.score > 0.9


@pytest.mark.parametrize(
    "change",
    [
        {"agency": "education"},
        {"parent": "A1"},
        {"joint_with": frozenset({"A1"})},
        {"places": frozenset({"Khomas"}), "place_ancestors": frozenset({"Centre"})},
        {"places": frozenset({"Omusati"})},
        {"starts_on": day("2024-05-31"), "ends_on": day("2024-06-30")},
        {"starts_on": day("2023-01-01"), "ends_on": day("2024-01-01")},
    ],
    ids=["one agency", "child", "joint", "apart", "apart in one region", "31 days later", "31 days earlier"],
)
def test_some_pairs_are_never_duplicates(change: dict[str, Any]) -> None:
    """One agency, one programme, declared joint work, other places, other times: nothing, whatever the words."""
    other = replace(TWIN, title=TALKS.title, **change)

    assert (compare(TALKS, other).kind, compare(TALKS, other).score) == ("none", 0.0)
    assert (compare(other, TALKS).kind, compare(other, TALKS).score) == ("none", 0.0)
    assert find([TALKS, other]) == []


def test_siblings_of_a_programme_raise_nothing() -> None:
    """Parts of one programme are planned together; parts of two are not."""
    part = replace(TALKS, parent="P1")

    assert find([part, replace(TWIN, parent="P1")]) == []
    assert len(find([part, replace(TWIN, parent="P2")])) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"starts_on": day("2024-05-30"), "ends_on": day("2024-06-30")},
        {"places": frozenset({"Oshana", "Khomas"})},
        {"places": frozenset({"North"}), "place_ancestors": frozenset()},
        {"places": frozenset({"Oshana-West"}), "place_ancestors": frozenset({"Oshana", "North"})},
        {"places": frozenset()},
        {"starts_on": None},
        {"kind": None},
        {"target_groups": frozenset()},
        {"target_groups": frozenset({"children_12_17", "teachers"})},
        {"capabilities": frozenset({"14"})},
    ],
    ids=[
        "30 days later",
        "a shared place",
        "the region around",
        "a place within",
        "place unknown",
        "start unknown",
        "kind unknown",
        "people unknown",
        "some other people too",
        "coded under another capability",
    ],
)
def test_what_is_unknown_or_near_does_not_hide_a_duplicate(change: dict[str, Any]) -> None:
    """Missing fields, nested or shared places, and another capability leave the pair an alert."""
    alerts = find([TALKS, replace(TWIN, **change)])

    assert [alert.kind for alert in alerts] in (["duplicate"], ["overlap"])


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ({"target_groups": frozenset({"teachers"}), "title": TALKS.title}, {"none"}),
        ({"kind": "service", "title": "Posting of officers to the helpline"}, {"none"}),
        ({"kind": "campaign", "title": "Radio spots", "messages": frozenset({"M1"})}, {"complement"}),
        ({"is_national": True, "title": "Radio spots", "messages": frozenset({"M1"})}, {"complement"}),
        ({"is_national": True, "title": "Radio spots"}, {"none"}),
    ],
    ids=["other people", "other kind", "campaign with a message", "national with a message", "national, nothing else"],
)
def test_other_people_or_another_kind_of_work_is_no_duplicate(change: dict[str, Any], kinds: set[str]) -> None:
    """In the same place at the same time, such a pair is a complement where a message could be reused, else nothing."""
    assert compare(TALKS, replace(TWIN, **change)).kind in kinds


def test_closely_worded_work_coded_as_two_kinds_is_an_overlap() -> None:
    """Two people file one thing under two kinds; the wording gives it away, but it is not called a duplicate."""
    found = compare(TALKS, replace(TWIN, kind="campaign"))

    assert found.kind == "overlap"
    assert {signal.name: signal.relation for signal in found.signals}["kind"] == "partly"


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ({"M1"}, {"M1", "M2"}, "complement"),
        ({"M1"}, {"M2"}, "none"),
        ({"M1"}, set(), "complement"),
        (set(), set(), "none"),
    ],
    ids=["a shared message", "two messages", "one has none", "nobody has any"],
)
def test_a_complement_is_a_message_to_reuse(ours: set[str], theirs: set[str], expected: str) -> None:
    """Work of two kinds for the same people complements itself where one could use the other's message."""
    spots = replace(TWIN, kind="campaign", title="Radio spots", is_national=True, messages=frozenset(theirs))
    found = compare(replace(TALKS, messages=frozenset(ours)), spots)

    assert (found.kind, found.band) == (expected, None)


def test_signals_carry_both_values_in_a_fixed_order() -> None:
    """Each signal holds codes, dates and numbers of both sides and no prose, so that any language can tell them."""
    theirs = replace(TWIN, title=TALKS.title, is_national=True, kind=None, ends_on=day("2024-02-29"), output="O2")
    found = compare(replace(TALKS, output="O1"), theirs)

    assert found.signals == (
        Signal("text", (TALKS.title,), (TALKS.title,), "same", WEIGHTS["text"], 1.0),
        Signal("place", ("Oshana",), (NATIONAL,), "partly", 0.0),
        Signal(
            "dates",
            (day("2024-02-01"), day("2024-04-30")),
            (day("2024-02-01"), day("2024-02-29")),
            "partly",
            round(WEIGHTS["dates"] * 29 / 90, 4),
            29 / 90,
        ),
        Signal(
            "target",
            ("children_12_17",),
            ("children_12_17",),
            "same",
            WEIGHTS["target_open"] + WEIGHTS["target_share"],
            1.0,
        ),
        Signal("kind", ("awareness",), (), "unknown", WEIGHTS["kind_open"]),
        Signal("capability", ("13",), ("13",), "same", WEIGHTS["capability_open"] + WEIGHTS["capability_same"], 1.0),
        Signal("message", (), (), "unknown", 0.0),
        Signal("output", ("O1",), ("O2",), "differs", 0.0),
    )


def test_alerts_come_best_first_with_the_low_key_first() -> None:
    """The order of the input does not matter: falling score, then keys, and each pair once."""
    works = [replace(TALKS, key=key, agency=key) for key in ("B", "A", "D")]
    works.append(replace(TALKS, key="C", agency="C", ends_on=day("2024-03-31")))
    expected = [("A", "B"), ("A", "D"), ("B", "D"), ("A", "C"), ("B", "C"), ("C", "D")]

    for order in itertools.permutations(works):
        assert [(alert.a, alert.b) for alert in find(order)] == expected


def test_complements_do_not_fill_the_page() -> None:
    """At most MOST_COMPLEMENTS complements are shown for one activity."""
    spots = [
        replace(TWIN, key=f"S{number:02}", agency=f"station {number}", kind="campaign", title=f"Spot {number}")
        for number in range(MOST_COMPLEMENTS + 5)
    ]
    alerts = find([replace(TALKS, messages=frozenset({"M1"})), *spots])

    assert [alert.kind for alert in alerts if alert.a == TALKS.key].count("complement") == MOST_COMPLEMENTS


def test_each_activity_shows_its_best_alerts_even_in_a_crowd() -> None:
    """Where many do the same, pairs are left out, but none of the BEST_ALERTS of any activity."""
    crowd = [replace(TWIN, key=f"T{number:02}", agency=f"agency {number}") for number in range(40)]
    alerts = find([TALKS, *crowd])
    shown = Counter(key for alert in alerts for key in (alert.a, alert.b))

    assert min(shown[work.key] for work in [TALKS, *crowd]) == BEST_ALERTS
    assert len(alerts) < BEST_ALERTS * len(shown)


@pytest.mark.parametrize(
    ("change", "is_kept"),
    [
        ({"title": "ONLINE  safety talks, in secondary schools!"}, True),
        ({"agency": "another lead"}, True),
        ({"joint_with": frozenset({"X"})}, True),
        ({"title": "Online safety talks in primary schools"}, False),
        ({"description": "With parents"}, False),
        ({"kind": "training"}, False),
        ({"capabilities": frozenset()}, False),
        ({"places": frozenset({"Oshana", "Khomas"})}, False),
        ({"is_national": True}, False),
        ({"target_groups": frozenset({"teachers"})}, False),
        ({"starts_on": day("2024-02-02")}, False),
        ({"ends_on": None}, False),
        ({"messages": frozenset({"M1"})}, False),
        ({"output": "O1"}, False),
    ],
)
def test_a_fingerprint_changes_with_every_scored_field_and_nothing_else(change: dict[str, Any], is_kept: bool) -> None:
    """A decision stays until what was compared changes; case, spacing and punctuation are no change."""
    before = fingerprint(TALKS, TWIN)

    assert (fingerprint(replace(TALKS, **change), TWIN) == before) is is_kept
    assert fingerprint(TWIN, TALKS) == before


codes = st.frozensets(st.sampled_from("abcd"), max_size=3)
dates = st.none() | st.dates(day("2024-01-01"), day("2024-06-30"))


@st.composite
def any_work(draw: st.DrawFn) -> Work:
    starts_on, ends_on = draw(dates), draw(dates)
    if starts_on and ends_on and ends_on < starts_on:
        starts_on, ends_on = ends_on, starts_on
    places = draw(codes)
    return Work(
        key=draw(st.text("ABC", min_size=3, max_size=6)),
        agency=draw(st.sampled_from(["police", "schools", "health"])),
        title=draw(
            st.sampled_from(["Training of police", "Training of teachers", "Radio spots", "Mafunzo ya polisi", ""])
        ),
        description=draw(st.sampled_from(["", "on online abuse", "spots on the radio about online abuse"])),
        kind=draw(st.none() | st.sampled_from("kl")),
        capabilities=draw(codes),
        places=places,
        place_ancestors=draw(codes) - places,
        is_national=draw(st.booleans()),
        target_groups=draw(codes),
        starts_on=starts_on,
        ends_on=ends_on,
        messages=draw(codes),
        output=draw(st.none() | st.sampled_from("op")),
        parent=draw(st.none() | st.sampled_from(["P", "Q"])),
    )


@given(any_work(), any_work())
def test_comparing_is_symmetric(a: Work, b: Work) -> None:
    """Whoever comes first, kind, band, score and relations are the same and the sides of the signals are swapped."""
    there, back = compare(a, b), compare(b, a)

    assert (there.kind, there.band, there.score) == (back.kind, back.band, back.score)
    for one, other in zip(there.signals, back.signals, strict=True):
        assert one == Signal(one.name, other.theirs, other.ours, other.relation, other.weight, other.share)


FIELDS = [
    ("title", "description"),
    ("kind",),
    ("capabilities",),
    ("places", "place_ancestors", "is_national"),
    ("target_groups",),
    ("starts_on", "ends_on"),
    ("messages",),
    ("output",),
]


@given(any_work(), any_work(), st.sampled_from(FIELDS))
def test_more_agreement_never_lowers_a_score(a: Work, b: Work, fields: tuple[str, ...]) -> None:
    """Copying any field of one activity into the other leaves the score as it is or raises it."""
    nearer = replace(b, **{name: getattr(a, name) for name in fields})

    if any(getattr(a, name) not in (None, "", frozenset()) for name in fields):
        assert compare(a, nearer).score >= compare(a, b).score


def test_no_weight_but_the_base_is_below_zero() -> None:
    """This is what makes the score monotone: agreement only ever adds."""
    assert all(weight >= 0 for name, weight in WEIGHTS.items() if name != "base")


@settings(max_examples=60)
@given(st.lists(any_work(), max_size=7, unique_by=lambda work: work.key))
def test_finding_misses_no_pair_that_comparing_would_raise(works: list[Work]) -> None:
    """The short cuts of finding are only short cuts: it raises exactly the pairs that comparing all would."""
    raised = {
        (pair[0].key, pair[1].key): compare(*pair)
        for pair in itertools.combinations(sorted(works, key=lambda work: work.key), 2)
    }
    found = find(works)

    assert {(alert.a, alert.b): (alert.kind, alert.score) for alert in found if alert.kind != "complement"} == {
        keys: (verdict.kind, verdict.score) for keys, verdict in raised.items() if verdict.band
    }
    for alert in found:
        assert (alert.kind, alert.band, alert.signals) == (
            raised[alert.a, alert.b].kind,
            raised[alert.a, alert.b].band,
            raised[alert.a, alert.b].signals,
        )
