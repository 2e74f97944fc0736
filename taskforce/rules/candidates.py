"""Which pairs are worth comparing, so that ten thousand activities do not mean fifty million comparisons."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest

MOST_COMPARED = 500  # earlier entries one entry is compared with, before wording narrows them
RARE_TRIGRAMS = 8  # rarest letter groups of a text that another must share one of, where narrowing is needed
MOST_SHARING = 100  # a letter group in more texts than this says nothing about a pair
NEAREST = 50  # neighbours in the given order that are compared whatever their wording


@dataclass(frozen=True, slots=True)
class Entry:
    """What one thing can be found under, what it looks for, and the letter groups of its text.

    The two sets mirror each other: if one entry asks for what another holds, the other asks for what the first holds.
    """

    holds: frozenset[Hashable]
    asks: frozenset[Hashable]
    trigrams: frozenset[str]


def pairs(entries: Sequence[Entry]) -> Iterator[tuple[int, int]]:
    """Yield each pair of positions (lower, higher) that may belong together, once.

    Complete as long as an entry meets at most MOST_COMPARED earlier ones. Beyond that only those count that share one
    of its rarest letter groups, and its NEAREST neighbours in the given order, so the work grows with the number of
    entries and not with its square.
    """
    frequency = Counter(group for entry in entries for group in entry.trigrams)
    held: defaultdict[Hashable, list[int]] = defaultdict(list)
    written: defaultdict[str, list[int]] = defaultdict(list)
    for position, entry in enumerate(entries):
        found = {other for wanted in entry.asks for other in held.get(wanted, ())}
        if len(found) > MOST_COMPARED:
            found = _narrowed(found, entry, frequency, written)
        yield from ((other, position) for other in sorted(found))
        for token in entry.holds:
            held[token].append(position)
        for group in entry.trigrams:
            if frequency[group] <= MOST_SHARING:
                written[group].append(position)


def _narrowed(found: set[int], entry: Entry, frequency: Counter[str], written: defaultdict[str, list[int]]) -> set[int]:
    telling = sorted(
        (group for group in entry.trigrams if group in written), key=lambda group: (frequency[group], group)
    )
    alike = {other for group in telling[:RARE_TRIGRAMS] for other in written[group]}
    return found & alike | set(nlargest(NEAREST, found))
