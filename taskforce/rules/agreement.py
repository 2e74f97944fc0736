"""How each compared field of two activities agrees, and what that adds to their score."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from taskforce.rules.trigrams import likeness

Relation = Literal["same", "differs", "unknown", "partly"]
Value = str | dt.date

MODEL: Final = "structure-trigrams-1"  # kept with every alert; changes whenever a weight or a threshold does
NATIONAL: Final = "national"
CLOSE_WORDING: Final = 0.5  # likeness from which differing codes of kind are put down to the coder
SAME_WORDING: Final = 0.95

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


class Reading(NamedTuple):
    """How one field of two works relates."""

    relation: Relation
    weight: float
    share: float | None = None


VALUES: Final[Mapping[str, Callable[[Work], tuple[Value, ...]]]] = MappingProxyType(
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


def structure(a: Work, b: Work) -> dict[str, Reading]:
    """The base, and every field but the wording and the kind, whose weight depends on the wording."""
    return {
        "base": Reading("unknown", WEIGHTS["base"]),
        "place": place(a, b),
        "dates": _dates(a, b),
        "target": _target(a, b),
        "capability": _capability(a, b),
        "message": _message(a, b),
        "output": _output(a, b),
    }


def wording(ours: frozenset[str], theirs: frozenset[str]) -> Reading:
    """How two texts agree, given their letter groups."""
    if not ours or not theirs:
        return Reading("unknown", 0.0)
    share = likeness(ours, theirs)
    relation: Relation = "same" if share >= SAME_WORDING else "partly" if share >= CLOSE_WORDING else "differs"
    return Reading(relation, WEIGHTS["text"] * share, share)


def place(a: Work, b: Work) -> Reading:
    """Whether the places meet: "differs" only where both are known and apart; national meets a district in part."""
    if not (a.is_national or a.places) or not (b.is_national or b.places):
        return Reading("unknown", WEIGHTS["place_open"])
    near = WEIGHTS["place_open"] + WEIGHTS["place_near"]
    if a.is_national or b.is_national:
        return Reading("same", near) if a.is_national == b.is_national else Reading("partly", 0.0)
    if a.places == b.places:
        return Reading("same", near)
    is_near = a.places & b.places or a.places & b.place_ancestors or b.places & a.place_ancestors
    return Reading("partly", near) if is_near else Reading("differs", 0.0)


def _dates(a: Work, b: Work) -> Reading:
    gap = days_between(a, b)
    if gap is None or a.starts_on is None or a.ends_on is None or b.starts_on is None or b.ends_on is None:
        return Reading("unknown", WEIGHTS["dates"] / 2)
    shared = max(0, 1 - gap)
    share = shared / ((a.ends_on - a.starts_on).days + (b.ends_on - b.starts_on).days + 2 - shared)
    relation: Relation = "same" if share == 1.0 else "partly" if shared else "differs"
    return Reading(relation, WEIGHTS["dates"] * share, share)


def _target(a: Work, b: Work) -> Reading:
    relation, share = _of_sets(a.target_groups, b.target_groups)
    if relation in ("unknown", "differs"):
        return Reading(relation, WEIGHTS["target_open"] if relation == "unknown" else 0.0, share)
    return Reading(relation, WEIGHTS["target_open"] + WEIGHTS["target_share"] * (share or 0.0), share)


def kind(a: Work, b: Work, *, is_closely_worded: bool) -> Reading:
    """Whether both are of one kind of work; differing codes count half against close wording."""
    if a.kind is None or b.kind is None:
        return Reading("unknown", WEIGHTS["kind_open"])
    if a.kind == b.kind:
        return Reading("same", WEIGHTS["kind_open"] + WEIGHTS["kind_same"])
    return Reading("partly", WEIGHTS["kind_open"]) if is_closely_worded else Reading("differs", 0.0)


def _capability(a: Work, b: Work) -> Reading:
    relation, share = _of_sets(a.capabilities, b.capabilities)
    if relation in ("same", "partly"):
        return Reading(relation, WEIGHTS["capability_open"] + WEIGHTS["capability_same"], share)
    return Reading(relation, WEIGHTS["capability_open"] if relation == "unknown" else 0.0, share)


def _message(a: Work, b: Work) -> Reading:
    relation, share = _of_sets(a.messages, b.messages)
    return Reading(relation, WEIGHTS["message"] if relation in ("same", "partly") else 0.0, share)


def _output(a: Work, b: Work) -> Reading:
    if a.output is None or b.output is None:
        return Reading("unknown", 0.0)
    return Reading("same", WEIGHTS["output"]) if a.output == b.output else Reading("differs", 0.0)


def _of_sets(ours: frozenset[str], theirs: frozenset[str]) -> tuple[Relation, float | None]:
    """How two sets relate, and their common members as a share of all."""
    if not ours or not theirs:
        return "unknown", None
    share = len(ours & theirs) / len(ours | theirs)
    return ("same" if share == 1.0 else "partly" if share else "differs"), share


def days_between(a: Work, b: Work) -> int | None:
    """Days from the end of the earlier to the start of the later; 0 or less when they overlap.

    None where a date is not recorded or an activity ends before it starts.
    """
    if a.starts_on is None or a.ends_on is None or b.starts_on is None or b.ends_on is None:
        return None
    if a.ends_on < a.starts_on or b.ends_on < b.starts_on:
        return None
    return (max(a.starts_on, b.starts_on) - min(a.ends_on, b.ends_on)).days
