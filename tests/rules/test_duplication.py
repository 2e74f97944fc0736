"""Which pairs of activities are duplicates, overlaps or complements, and that the score can be trusted."""

import datetime as dt
import importlib.util
import itertools
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from taskforce.rules import candidates
from taskforce.rules.duplication import (
    BEST_ALERTS,
    LIKELY,
    MOST_COMPLEMENTS,
    NATIONAL,
    WEIGHTS,
    Alert,
    Signal,
    Work,
    compare,
    find,
    fingerprint,
)
from taskforce.rules.trigrams import likeness, trigrams, words

SHARED = Path(__file__).parents[3] / "shared"
PLANS = sorted((SHARED / "plans").glob("*.yaml"))
needs_benchmark = pytest.mark.skipif(
    not (SHARED / "duplicates").exists(), reason="the labelled benchmark is not beside this checkout"
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Élaborer des fiches", "elaborer des fiches"),
        ("children's, (online)", "children s online"),
        ("Trẻ em", "tre em"),
        ("កុមារ", "កុមារ"),
        ("बच्चे", "बच्चे"),
        ("--- ", ""),
    ],
)
def test_words_are_found_in_any_script(text: str, expected: str) -> None:
    """Accents of Latin letters fall away, vowel signs of other scripts stay, punctuation parts words."""
    assert words(text) == expected


def test_likeness_runs_from_nothing_to_the_same() -> None:
    """Texts without letters are like nothing, a text is like itself, and shared words count by their letter groups."""
    assert trigrams("a bus") == {" a ", " bu", "bus", "us "}
    assert likeness(trigrams("bus"), trigrams("bus")) == 1.0
    assert likeness(trigrams("bus"), trigrams("bus stop")) == pytest.approx(3 / (3 * 7) ** 0.5)
    assert likeness(trigrams(""), trigrams("bus")) == 0.0


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


def test_large_blocks_are_narrowed_and_alike_texts_still_meet() -> None:
    """Where everything falls into one block the pairs grow with the entries, and rare shared wording still pairs."""
    count = 3000
    entries = [
        candidates.Entry(frozenset("x"), frozenset("x"), trigrams(f"plan {number:05}")) for number in range(count)
    ]
    entries[10] = entries[2900] = replace(entries[0], trigrams=trigrams("qwertz"))

    found = list(candidates.pairs(entries))

    assert (10, 2900) in found
    assert len(found) == len(set(found))
    assert len(found) < count * (candidates.MOST_COMPARED + candidates.RARE_TRIGRAMS * candidates.MOST_SHARING) / 2


def scattered(count: int) -> list[Work]:
    """Activities of 40 agencies over 60 districts, 9 kinds and 14 groups, spread without any chance."""
    return [
        replace(
            TALKS,
            key=f"A{number:05}",
            agency=f"agency {number * 7 % 40}",
            title=f"{('Training', 'Campaign', 'Meeting')[number % 3]} {number * 31 % 97} of {number * 17 % 101}",
            kind=f"kind {number * 5 % 9}",
            places=frozenset({f"district {number * 11 % 60}"}),
            target_groups=frozenset({f"group {number * 13 % 14}"}),
            starts_on=day("2024-01-01") + dt.timedelta(days=number * 37 % 300),
            ends_on=day("2024-01-01") + dt.timedelta(days=number * 37 % 300 + 60),
        )
        for number in range(count)
    ]


def test_most_pairs_are_never_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a plan of 2,000 activities, fewer than one pair in fifty is compared at all."""
    looked_at = 0

    def counted(pairs: Callable[..., Any]) -> Callable[..., Any]:
        def count(entries: list[candidates.Entry]) -> Any:
            nonlocal looked_at
            for pair in pairs(entries):
                looked_at += 1
                yield pair

        return count

    monkeypatch.setattr("taskforce.rules.duplication.pairs", counted(candidates.pairs))
    find(scattered(2000))

    assert 0 < looked_at < 2000 * 1999 / 2 / 50


def of_plan(path: Path) -> tuple[list[Work], dict[str, list[frozenset[str]]]]:
    """The activities of a plan file, and its labelled pairs: expected and not."""
    plan = yaml.safe_load(path.read_text(encoding="utf-8"))
    works = [
        Work(
            key=activity["code"],
            agency=activity["lead"],
            title=activity["title"],
            kind=activity["kind"],
            capabilities=frozenset(str(number) for number in objective["mnr"]),
            places=frozenset(activity["districts"]) - {"national"},
            is_national="national" in activity["districts"],
            target_groups=frozenset(activity["target_groups"]),
            starts_on=activity["start"],
            ends_on=activity["end"],
            messages=frozenset(activity.get("messages", ())),
            output=output["code"],
        )
        for objective in plan["objectives"]
        for output in objective["outputs"]
        for activity in output["activities"]
    ]
    labels = plan.get("duplication", {})
    return works, {
        label: [frozenset({pair["a"], pair["b"]}) for pair in labels.get(label, ())] for label in ("expected", "not")
    }


def mailed(alerts: list[Alert]) -> set[frozenset[str]]:
    return {frozenset({alert.a, alert.b}) for alert in alerts if alert.kind in ("duplicate", "overlap")}


@pytest.mark.skipif(not PLANS, reason="the seven national plans are not beside this checkout")
@pytest.mark.parametrize("is_coded", [True, False], ids=["with capabilities", "without"])
@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_labelled_pairs_of_the_national_plans(path: Path, is_coded: bool) -> None:
    """Every pair labelled as a duplicate is raised, no look-alike is, and hardly anything else."""
    works, labels = of_plan(path)
    found = mailed(find([work if is_coded else replace(work, capabilities=frozenset()) for work in works]))

    assert found >= set(labels["expected"])
    assert not found & set(labels["not"])
    assert len(found) <= 2


def evaluation() -> ModuleType:
    spec = importlib.util.spec_from_file_location("evaluate", SHARED / "duplicates" / "evaluate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def json_lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SHARED / "duplicates" / name).read_text(encoding="utf-8").splitlines()]


WITHIN = {"Unguja": "Zanzibar", "Ilala": "Dar es Salaam", "Temeke": "Dar es Salaam", "Kasulu": "Kigoma"}


def of_benchmark() -> list[Work]:
    """The benchmark's activities: its `output` is our kind, its `sector` our capability; joint names agencies."""
    rows = json_lines("activities.jsonl")
    return [
        Work(
            key=row["id"],
            agency=row["agency"],
            title=row["title"],
            description=row["description"],
            kind=row["output"],
            capabilities=frozenset({row["sector"]} if row["sector"] else ()),
            places=frozenset(row["places"]) - {"national"},
            place_ancestors=frozenset(WITHIN[place] for place in row["places"] if place in WITHIN),
            is_national="national" in row["places"],
            target_groups=frozenset(row["targets"]),
            starts_on=day(row["start"]) if row["start"] else None,
            ends_on=day(row["end"]) if row["end"] else None,
            parent=row["parent_id"],
            joint_with=frozenset(
                other["id"]
                for other in rows
                if other["agency"] in row["joint_with"] and row["agency"] in other["joint_with"]
            ),
        )
        for row in rows
    ]


@needs_benchmark
def test_the_labelled_benchmark_is_ranked_well_enough() -> None:
    """Without a language model: average precision at least .70, and at least .84 of the likely alerts are true."""
    module = evaluation()
    gold = json_lines("gold.jsonl")
    alerts = [alert for alert in find(of_benchmark()) if alert.kind != "complement"]
    ranked = [{"a": alert.a, "b": alert.b, "score": alert.score} for alert in alerts]

    ranking = module.evaluate(gold, ranked)
    likely = module.evaluate(gold, ranked, LIKELY)

    assert ranking["AP"] >= 0.84
    assert ranking["group_recall"] == 1.0
    assert likely["P"] >= 0.84
    assert likely["R"] >= 0.75
