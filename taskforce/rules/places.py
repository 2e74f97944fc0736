"""Which place lies in which."""

from collections.abc import Mapping
from typing import TypeVar
from uuid import UUID

Key = TypeVar("Key", str, UUID)


def lies_in(place: Key, other: Key, parents: Mapping[Key, Key | None]) -> bool:
    """Whether a place is the other one, or lies in it over any number of steps; a circle ends the search."""
    seen: set[Key] = set()
    at: Key | None = place
    while at is not None and at not in seen:
        if at == other:
            return True
        seen.add(at)
        at = parents.get(at)
    return False


def by_depth(parents: Mapping[Key, Key | None]) -> list[tuple[Key, int]]:
    """Each place under the one that it lies in, with its depth from 0; siblings keep the order of the mapping."""
    children: dict[Key | None, list[Key]] = {}
    for place, parent in parents.items():
        children.setdefault(parent if parent in parents else None, []).append(place)
    found: list[tuple[Key, int]] = []
    waiting = [(place, 0) for place in reversed(children.get(None, []))]
    while waiting:
        place, depth = waiting.pop()
        found.append((place, depth))
        waiting += [(child, depth + 1) for child in reversed(children.get(place, []))]
    return found
