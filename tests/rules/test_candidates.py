"""Which pairs are looked at: few of all, and none that matters is lost."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from taskforce.rules import candidates
from taskforce.rules.duplication import Work, find
from taskforce.rules.trigrams import trigrams

FIRST_DAY = dt.date(2024, 1, 1)


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


def test_neighbours_meet_however_common_their_wording_is() -> None:
    """Where every text is the same none of its letter groups is rare, and each entry still meets the nearest ones."""
    count = 800
    entries = [candidates.Entry(frozenset("x"), frozenset("x"), trigrams("training of officers"))] * count

    found = set(candidates.pairs(entries))

    for distance in range(1, candidates.NEAREST + 1):
        assert (count - 1 - distance, count - 1) in found


def scattered(count: int) -> list[Work]:
    """Activities of 40 agencies over 60 districts, 9 kinds and 14 groups, spread without any chance."""
    return [
        Work(
            key=f"A{number:05}",
            agency=f"agency {number * 7 % 40}",
            title=f"{('Training', 'Campaign', 'Meeting')[number % 3]} {number * 31 % 97} of {number * 17 % 101}",
            kind=f"kind {number * 5 % 9}",
            places=frozenset({f"district {number * 11 % 60}"}),
            target_groups=frozenset({f"group {number * 13 % 14}"}),
            starts_on=FIRST_DAY + dt.timedelta(days=number * 37 % 300),
            ends_on=FIRST_DAY + dt.timedelta(days=number * 37 % 300 + 60),
        )
        for number in range(count)
    ]


def test_most_pairs_are_never_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a plan of 2,000 activities, fewer than one pair in fifty is compared at all, and alerts still come out."""
    looked_at = list[tuple[int, int]]()

    def counted(entries: Sequence[candidates.Entry]) -> Iterator[tuple[int, int]]:
        for pair in candidates.pairs(entries):
            looked_at.append(pair)
            yield pair

    monkeypatch.setattr("taskforce.rules.duplication.pairs", counted)
    alerts = find(scattered(2000))

    assert 0 < len(looked_at) < 2000 * 1999 / 2 / 50
    assert alerts
