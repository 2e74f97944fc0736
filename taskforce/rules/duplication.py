"""Which activities of different agencies look like the same work, and why."""

import datetime as dt
import hashlib
import math
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal, NamedTuple

from taskforce.rules import agreement
from taskforce.rules.agreement import CLOSE_WORDING, MODEL, NATIONAL, VALUES, WEIGHTS, Reading, Relation, Value, Work
from taskforce.rules.candidates import Entry, pairs
from taskforce.rules.trigrams import trigrams, words

__all__ = ["MODEL", "NATIONAL", "WEIGHTS", "Alert", "Signal", "Verdict", "Work", "compare", "find", "fingerprint"]

Kind = Literal["duplicate", "overlap", "complement", "none"]
Band = Literal["likely", "possible"]

MOST_DAYS_APART: Final = 30  # days between the end of one and the start of the other; more is never a duplicate
EVERY_GROUP: Final = ("any group", "")
EVERY_PLACE: Final = ("anywhere", "")
LIKELY: Final = 0.5  # on the benchmark 85 of 100 pairs from here up are true, and they are 76 of 100 true pairs
POSSIBLE: Final = 0.25  # 60 of 100, and 92 of 100; from here up every labelled pair of the plans, even uncoded
BEST_ALERTS: Final = 5  # duplicates and overlaps that each activity shows at least, if it has them
MOST_COMPLEMENTS: Final = 3  # complements that one activity shows at most


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
    readings = _with_wording(agreement.structure(ours, theirs), _read(ours), _read(theirs))
    is_open = not _is_settled(ours, theirs) and not _is_apart(ours, theirs)
    score = _score(readings) if is_open else 0.0
    kind = _finding(ours, theirs, score, readings) if is_open else "none"
    band: Band | None = None
    if kind in ("duplicate", "overlap"):
        band = "likely" if score >= LIKELY else "possible"
    return Verdict(kind, band, score, tuple(_signal(name, ours, theirs, readings[name]) for name in VALUES))


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
    return texts + [[str(value) for value in values(work)] for name, values in VALUES.items() if name != "text"]


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
    structure = agreement.structure(a, b)
    if not _is_complement(a, b) and not _can_be_the_same(structure, agreement.kind(a, b, is_closely_worded=True)):
        return None
    readings = _with_wording(structure, one, other)
    score = _score(readings)
    kind = _finding(a, b, score, readings)
    if kind == "none":
        return None
    first, second = (a, b) if a.key < b.key else (b, a)
    return _Raised(-score, first.key, second.key, kind, first, second)


def _can_be_the_same(structure: Mapping[str, Reading], kind: Reading) -> bool:
    """Whether the same wording would make it a duplicate or an overlap."""
    return structure["target"].relation != "differs" and (
        _logistic(sum(reading.weight for reading in structure.values()) + kind.weight + WEIGHTS["text"]) >= POSSIBLE
    )


def _with_wording(structure: dict[str, Reading], ours: _Read, theirs: _Read) -> dict[str, Reading]:
    text = agreement.wording(ours.trigrams, theirs.trigrams)
    is_closely_worded = (text.share or 0.0) >= CLOSE_WORDING
    kind = agreement.kind(ours.work, theirs.work, is_closely_worded=is_closely_worded)
    return structure | {"text": text, "kind": kind}


def _score(readings: Mapping[str, Reading]) -> float:
    return round(_logistic(sum(reading.weight for reading in readings.values())), 6)


def _finding(a: Work, b: Work, score: float, readings: Mapping[str, Reading]) -> Kind:
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
    gap = agreement.days_between(a, b)
    return (gap is not None and gap > MOST_DAYS_APART) or agreement.place(a, b).relation == "differs"


def _signal(name: str, a: Work, b: Work, reading: Reading) -> Signal:
    values = VALUES[name]
    return Signal(name, values(a), values(b), reading.relation, round(reading.weight, 4), reading.share)


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
