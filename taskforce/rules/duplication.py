"""Which activities of different agencies look like the same work, and why."""

import datetime as dt
import hashlib
import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from taskforce.rules.candidates import Entry, pairs
from taskforce.rules.trigrams import likeness, trigrams, words

Kind = Literal["duplicate", "overlap", "complement", "none"]
Band = Literal["likely", "possible"]
Relation = Literal["same", "differs", "unknown", "partly"]
Value = str | dt.date

MODEL: Final = "structure-trigrams-1"  # kept with every alert; changes whenever a weight or a threshold does
NATIONAL: Final = "national"
MOST_DAYS_APART: Final = 30  # days between the end of one and the start of the other; more is never a duplicate
CLOSE_WORDING: Final = 0.5  # likeness from which differing codes of kind are put down to the coder
SAME_WORDING: Final = 0.95
EVERY_GROUP: Final = ("any group", "")
EVERY_PLACE: Final = ("anywhere", "")
LIKELY: Final = 0.5  # on the benchmark 85 of 100 pairs from here up are true, and they are 76 of 100 true pairs
POSSIBLE: Final = 0.25  # 60 of 100, and 92 of 100; from here up every labelled pair of the plans, even uncoded
BEST_ALERTS: Final = 5  # duplicates and overlaps that each activity shows at least, if it has them
MOST_COMPLEMENTS: Final = 3  # complements that one activity shows at most

# Logistic regression with weights >= 0, so that more agreement never lowers a score; L2 penalty 0.3. Fitted by
# projected gradient on 59 true pairs among 249 activities in four languages, and on the labelled pairs of four national
# plans (counted five times). `open` is what a field gives where it agrees or where one side has not recorded it; the
# other weights come on top where it agrees. Capability is held to 2.0 + 1.5, because two agencies often code one work
# under two capabilities; message and output are held to 0.5, because the benchmark has neither.
# Trigrams weighted by rarity gained .005 average precision and would make a score depend on all other activities.
WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "base": -18.41,
        "text": 3.44,
        "place_open": 3.98,
        "place_near": 0.52,
        "dates": 2.28,
        "target_open": 4.17,
        "target_share": 0.53,
        "kind_open": 3.28,
        "kind_same": 1.66,
        "capability_open": 2.0,
        "capability_same": 1.5,
        "message": 0.5,
        "output": 0.5,
    }
)


@dataclass(frozen=True, slots=True)
class Work:
    """What is compared of an activity. An empty set or None means that nothing is recorded, not that there is none.

    `place_ancestors` are all codes above `places`; a national activity covers every place. Both dates are included.
    `parent` is the key of the programme that the activity belongs to, `joint_with` the keys it was declared joint with.
    """

    key: str
    agency: str
    title: str
    description: str = ""
    kind: str | None = None
    capabilities: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    place_ancestors: frozenset[str] = frozenset()
    is_national: bool = False
    target_groups: frozenset[str] = frozenset()
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    messages: frozenset[str] = frozenset()
    output: str | None = None
    parent: str | None = None
    joint_with: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Signal:
    """One compared field: both values, how they relate, what it adds to the score and, where measured, the share."""

    name: str
    ours: tuple[Value, ...]
    theirs: tuple[Value, ...]
    relation: Relation
    weight: float
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison found. `score` is 0..1 and ranks pairs; a person is shown the band, which complements lack."""

    kind: Kind
    band: Band | None
    score: float
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """A verdict worth showing, on the activities with keys `a` < `b`."""

    a: str
    b: str
    kind: Kind
    band: Band | None
    score: float
    signals: tuple[Signal, ...]
    fingerprint: str


class _Reading(NamedTuple):
    """How one field of two works relates."""

    relation: Relation
    weight: float
    share: float | None = None


class _Raised(NamedTuple):
    """A pair on its way to the page, in the order in which it is shown."""

    falling_score: float
    a_key: str
    b_key: str
    kind: Kind
    a: Work
    b: Work


class _Read(NamedTuple):
    """A work and the letter groups of its title and description, made once."""

    work: Work
    trigrams: frozenset[str]


def compare(ours: Work, theirs: Work) -> Verdict:
    """Judge one pair; the same whichever comes first, but for the sides of its signals.

    Score 0 and kind "none" for a pair that can never be a duplicate: one agency, parent and child, siblings of one
    programme, declared joint, places apart, or more than MOST_DAYS_APART days between them.
    """
    readings = _with_wording(_structure(ours, theirs), _read(ours), _read(theirs))
    is_open = not _is_settled(ours, theirs) and not _is_apart(ours, theirs)
    score = _score(readings) if is_open else 0.0
    kind = _finding(ours, theirs, score, readings) if is_open else "none"
    band: Band | None = None
    if kind in ("duplicate", "overlap"):
        band = "likely" if score >= LIKELY else "possible"
    return Verdict(kind, band, score, tuple(_signal(name, ours, theirs, readings[name]) for name in _VALUES))


def find(works: Sequence[Work]) -> list[Alert]:
    """All alerts among works whose keys differ, by falling score and then by keys.

    A duplicate or overlap is left out where both works have BEST_ALERTS better ones, a complement where either work
    has MOST_COMPLEMENTS better ones.
    """
    ordered = [_read(work) for work in sorted(works, key=lambda work: (work.starts_on or dt.date.min, work.key))]
    raised = []
    for first, second in pairs([_entry(read) for read in ordered]):
        found = _raised(ordered[first], ordered[second])
        if found is not None:
            raised.append(found)
    return [_alert(found.a, found.b) for found in _the_best(sorted(raised, key=lambda found: found[:3]))]


def fingerprint(a: Work, b: Work) -> str:
    """A hash over the scored fields of both; a change of case, accent or punctuation alone leaves it as it is."""
    fields = repr([_scored(work) for work in sorted((a, b), key=lambda work: work.key)])
    return hashlib.sha256(fields.encode()).hexdigest()


def _scored(work: Work) -> list[object]:
    texts: list[object] = [words(work.title), words(work.description)]
    return texts + [[str(value) for value in values(work)] for name, values in _VALUES.items() if name != "text"]


def _read(work: Work) -> _Read:
    return _Read(work, trigrams(f"{work.title} {work.description}"))


def _alert(a: Work, b: Work) -> Alert:
    verdict = compare(a, b)
    return Alert(a.key, b.key, verdict.kind, verdict.band, verdict.score, verdict.signals, fingerprint(a, b))


def _raised(one: _Read, other: _Read) -> _Raised | None:
    """The pair if it is worth showing; texts are compared only where the rest allows an alert."""
    a, b = one.work, other.work
    if _is_settled(a, b) or _is_apart(a, b):
        return None
    structure = _structure(a, b)
    if not _is_complement(a, b) and not _can_be_the_same(structure, _kind(a, b, is_closely_worded=True)):
        return None
    readings = _with_wording(structure, one, other)
    score = _score(readings)
    kind = _finding(a, b, score, readings)
    if kind == "none":
        return None
    first, second = (a, b) if a.key < b.key else (b, a)
    return _Raised(-score, first.key, second.key, kind, first, second)


def _can_be_the_same(structure: Mapping[str, _Reading], kind: _Reading) -> bool:
    """Whether the same wording would make it a duplicate or an overlap."""
    return structure["target"].relation != "differs" and (
        _logistic(sum(reading.weight for reading in structure.values()) + kind.weight + WEIGHTS["text"]) >= POSSIBLE
    )


def _with_wording(structure: dict[str, _Reading], ours: _Read, theirs: _Read) -> dict[str, _Reading]:
    wording = _text(ours, theirs)
    is_closely_worded = (wording.share or 0.0) >= CLOSE_WORDING
    return structure | {"text": wording, "kind": _kind(ours.work, theirs.work, is_closely_worded=is_closely_worded)}


def _score(readings: Mapping[str, _Reading]) -> float:
    return round(_logistic(sum(reading.weight for reading in readings.values())), 6)


def _finding(a: Work, b: Work, score: float, readings: Mapping[str, _Reading]) -> Kind:
    if score >= POSSIBLE and readings["target"].relation != "differs":
        is_whole = readings["kind"].relation in ("same", "unknown") and a.is_national == b.is_national
        return "duplicate" if is_whole and score >= LIKELY else "overlap"
    return "complement" if _is_complement(a, b) else "none"


def _is_complement(a: Work, b: Work) -> bool:
    """One could reuse the other's message: they share it, or only one has any and both address the same people."""
    if a.messages and b.messages:
        return bool(a.messages & b.messages)
    return bool(a.messages or b.messages) and bool(a.target_groups & b.target_groups)


def _is_settled(a: Work, b: Work) -> bool:
    """Nobody needs to be told: one agency, parent and child, siblings of one programme, or declared joint."""
    return (
        a.agency == b.agency
        or a.parent == b.key
        or b.parent == a.key
        or (a.parent is not None and a.parent == b.parent)
        or b.key in a.joint_with
        or a.key in b.joint_with
    )


def _is_apart(a: Work, b: Work) -> bool:
    gap = _days_between(a, b)
    return (gap is not None and gap > MOST_DAYS_APART) or _place(a, b).relation == "differs"


def _days_between(a: Work, b: Work) -> int | None:
    """Days from the end of the earlier to the start of the later; 0 or less when they overlap, None if unknown."""
    if a.starts_on is None or a.ends_on is None or b.starts_on is None or b.ends_on is None:
        return None
    return (max(a.starts_on, b.starts_on) - min(a.ends_on, b.ends_on)).days


def _structure(a: Work, b: Work) -> dict[str, _Reading]:
    """Every field but the wording and the kind, whose weight depends on the wording."""
    return {
        "base": _Reading("unknown", WEIGHTS["base"]),
        "place": _place(a, b),
        "dates": _dates(a, b),
        "target": _target(a, b),
        "capability": _capability(a, b),
        "message": _message(a, b),
        "output": _output(a, b),
    }


def _text(ours: _Read, theirs: _Read) -> _Reading:
    if not ours.trigrams or not theirs.trigrams:
        return _Reading("unknown", 0.0)
    share = likeness(ours.trigrams, theirs.trigrams)
    relation: Relation = "same" if share >= SAME_WORDING else "partly" if share >= CLOSE_WORDING else "differs"
    return _Reading(relation, WEIGHTS["text"] * share, share)


def _place(a: Work, b: Work) -> _Reading:
    if not (a.is_national or a.places) or not (b.is_national or b.places):
        return _Reading("unknown", WEIGHTS["place_open"])
    near = WEIGHTS["place_open"] + WEIGHTS["place_near"]
    if a.is_national or b.is_national:
        return _Reading("same", near) if a.is_national == b.is_national else _Reading("partly", 0.0)
    if a.places == b.places:
        return _Reading("same", near)
    is_near = a.places & b.places or a.places & b.place_ancestors or b.places & a.place_ancestors
    return _Reading("partly", near) if is_near else _Reading("differs", 0.0)


def _dates(a: Work, b: Work) -> _Reading:
    gap = _days_between(a, b)
    if gap is None or a.starts_on is None or a.ends_on is None or b.starts_on is None or b.ends_on is None:
        return _Reading("unknown", WEIGHTS["dates"] / 2)
    shared = max(0, 1 - gap)
    share = shared / ((a.ends_on - a.starts_on).days + (b.ends_on - b.starts_on).days + 2 - shared)
    relation: Relation = "same" if share == 1.0 else "partly" if shared else "differs"
    return _Reading(relation, WEIGHTS["dates"] * share, share)


def _target(a: Work, b: Work) -> _Reading:
    relation, share = _of_sets(a.target_groups, b.target_groups)
    if relation in ("unknown", "differs"):
        return _Reading(relation, WEIGHTS["target_open"] if relation == "unknown" else 0.0, share)
    return _Reading(relation, WEIGHTS["target_open"] + WEIGHTS["target_share"] * (share or 0.0), share)


def _kind(a: Work, b: Work, *, is_closely_worded: bool) -> _Reading:
    if a.kind is None or b.kind is None:
        return _Reading("unknown", WEIGHTS["kind_open"])
    if a.kind == b.kind:
        return _Reading("same", WEIGHTS["kind_open"] + WEIGHTS["kind_same"])
    return _Reading("partly", WEIGHTS["kind_open"]) if is_closely_worded else _Reading("differs", 0.0)


def _capability(a: Work, b: Work) -> _Reading:
    relation, share = _of_sets(a.capabilities, b.capabilities)
    if relation in ("same", "partly"):
        return _Reading(relation, WEIGHTS["capability_open"] + WEIGHTS["capability_same"], share)
    return _Reading(relation, WEIGHTS["capability_open"] if relation == "unknown" else 0.0, share)


def _message(a: Work, b: Work) -> _Reading:
    relation, share = _of_sets(a.messages, b.messages)
    return _Reading(relation, WEIGHTS["message"] if relation in ("same", "partly") else 0.0, share)


def _output(a: Work, b: Work) -> _Reading:
    if a.output is None or b.output is None:
        return _Reading("unknown", 0.0)
    return _Reading("same", WEIGHTS["output"]) if a.output == b.output else _Reading("differs", 0.0)


def _of_sets(ours: frozenset[str], theirs: frozenset[str]) -> tuple[Relation, float | None]:
    """How two sets relate, and their common members as a share of all."""
    if not ours or not theirs:
        return "unknown", None
    share = len(ours & theirs) / len(ours | theirs)
    return ("same" if share == 1.0 else "partly" if share else "differs"), share


def _signal(name: str, a: Work, b: Work, reading: _Reading) -> Signal:
    values = _VALUES[name]
    return Signal(name, values(a), values(b), reading.relation, round(reading.weight, 4), reading.share)


_VALUES: Final[Mapping[str, Callable[[Work], tuple[Value, ...]]]] = MappingProxyType(
    {  # in the order in which reasons are given
        "text": lambda work: (work.title,),
        "place": lambda work: (NATIONAL,) if work.is_national else tuple(sorted(work.places)),
        "dates": lambda work: tuple(day for day in (work.starts_on, work.ends_on) if day is not None),
        "target": lambda work: tuple(sorted(work.target_groups)),
        "kind": lambda work: () if work.kind is None else (work.kind,),
        "capability": lambda work: tuple(sorted(work.capabilities)),
        "message": lambda work: tuple(sorted(work.messages)),
        "output": lambda work: () if work.output is None else (work.output,),
    }
)


def _logistic(points: float) -> float:
    return 1.0 / (1.0 + math.exp(-points))


def _the_best(raised: Sequence[_Raised]) -> Iterator[_Raised]:
    """Leave out what would only fill the page: best come first, so the counts are of better ones."""
    alerts, complements = Counter[str](), Counter[str]()
    for found in raised:
        keys = (found.a_key, found.b_key)
        if found.kind == "complement":
            shown, is_wanted = complements, all(complements[key] < MOST_COMPLEMENTS for key in keys)
        else:
            shown, is_wanted = alerts, any(alerts[key] < BEST_ALERTS for key in keys)
        if is_wanted:
            shown.update(keys)
            yield found


def _entry(read: _Read) -> Entry:
    """File a work under its groups × places, and look for what could be the same; unknown and national meet all."""
    work = read.work
    filed_groups = {("group", group) for group in work.target_groups or {""}}
    sought_groups = {("group", group) for group in work.target_groups | {""}} if work.target_groups else {EVERY_GROUP}
    if work.places and not work.is_national:
        filed_places = {("at", code) for code in work.places} | {("under", code) for code in work.place_ancestors}
        sought_places = {("at", code) for code in work.places | work.place_ancestors | {""}}
        sought_places |= {("under", code) for code in work.places}
    else:
        filed_places, sought_places = {("at", "")}, {EVERY_PLACE}
    messages: frozenset[Hashable] = frozenset(("message", message) for message in work.messages)
    filed = product(filed_groups | {EVERY_GROUP}, filed_places | {EVERY_PLACE})
    return Entry(messages.union(filed), messages.union(product(sought_groups, sought_places)), read.trigrams)
