"""Two compared activities, field by field: what both have, what differs, what nobody recorded."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from taskforce.rules.periods import overlap_days
from taskforce.rules.trigrams import WORD, words
from taskforce.views.duplication_alert import ComparedView, FieldName, FindingView, PieceView, Relation, SideView

SHORTEST_TELLING_WORD: Final = 5  # letters; shorter words stand in every title
NATIONAL: Final = ""  # the piece that stands for the whole country; the page has the words for it
# The fields in the order in which a person asks for them, each with the signal that weighs it and where it is kept.
FIELDS: Final[tuple[tuple[FieldName, str, str], ...]] = (
    ("what", "text", "title"),
    ("kind", "kind", "kind"),
    ("where", "place", "places"),
    ("when", "dates", ""),
    ("who_for", "target", "target_groups"),
    ("message", "message", "messages"),
    ("output", "output", "output"),
    ("capability", "capability", "capabilities"),
    ("mandate", "", "duties"),
)
Side = Mapping[str, Any]


def side_view(side: Side, other: Side) -> SideView:
    """One side of a stored alert; what the other one says too is marked in its description."""
    names = ("activity_id", "code", "title", "agency", "is_illustrative", "is_national")
    return SideView(
        **{name: side[name] for name in names},
        description=_words(side["description"], _text(other)),
        starts_on=_day(side, "starts_on"),
        ends_on=_day(side, "ends_on"),
    )


def _text(side: Side) -> str:
    return f"{side['title']} {side['description']}"


def finding_of(first: Side, second: Side) -> FindingView:
    """What both sides have in common."""
    return FindingView(
        kind=first["kind"] if first["kind"] == second["kind"] else "",
        target_groups=[each for each in first["target_groups"] if each in second["target_groups"]],
        places=[each for each in first["places"] if each in second["places"]],
        is_national=first["is_national"] and second["is_national"],
    )


def compared_fields(signals: Sequence[Mapping[str, Any]], first: Side, second: Side) -> list[ComparedView]:
    """All fields, each with its values on both sides and how they relate."""
    by_name = {signal["name"]: signal for signal in signals}
    return [_field(name, by_name.get(signal), key, (first, second)) for name, signal, key in FIELDS]


def _field(name: FieldName, signal: Mapping[str, Any] | None, key: str, sides: tuple[Side, Side]) -> ComparedView:
    first, second = sides
    values = [_values(name, key, side) for side in sides]
    relation: Relation = signal["relation"] if signal else _relation(*values)
    if name == "what":
        pieces = [_words(first["title"], _text(second)), _words(second["title"], _text(first))]
    else:
        pieces = [_pieces(values[0], values[1]), _pieces(values[1], values[0])]
    return ComparedView(
        field=name,
        first=pieces[0],
        second=pieces[1],
        relation=relation,
        share=signal["share"] if signal else None,
        shared_days=_shared_days(first, second) if name == "when" else None,
    )


def _values(name: FieldName, key: str, side: Side) -> list[str]:
    if name == "when":
        return [str(side[day]) for day in ("starts_on", "ends_on") if side[day]]
    found = side[key]
    listed = list(found) if isinstance(found, list) else [found] if found else []
    return [NATIONAL, *listed] if name == "where" and side["is_national"] else listed


def _relation(first: list[str], second: list[str]) -> Relation:
    if not first or not second:
        return "unknown"
    if set(first) == set(second):
        return "same"
    return "partly" if set(first) & set(second) else "differs"


def _pieces(mine: list[str], theirs: list[str]) -> list[PieceView]:
    return [PieceView(text=text, is_shared=text in theirs) for text in mine]


def _words(mine: str, theirs: str) -> list[PieceView]:
    """A text in pieces that the other text has too, and pieces that it has not; put together they are the text.

    A piece is shared where all of its words stand in the other text, and at least one of them tells something.
    """
    known = set(words(theirs).split())
    pieces: list[PieceView] = []
    at = 0
    for start, end in _runs(
        [(word.start(), word.end(), words(word[0]) in known) for word in WORD.finditer(mine)], mine
    ):
        pieces += [PieceView(text=mine[at:start], is_shared=False)] if start > at else []
        pieces.append(PieceView(text=mine[start:end], is_shared=True))
        at = end
    return pieces + ([PieceView(text=mine[at:], is_shared=False)] if at < len(mine) else [])


def _runs(found: Sequence[tuple[int, int, bool]], text: str) -> Iterator[tuple[int, int]]:
    """Where runs of shared words begin and end: only spaces between them, no small words at their ends."""
    for is_shared, group in groupby(_split(found, text), key=lambda each: each[2]):
        run = list(group)
        while run and _is_small(run[0]):
            run.pop(0)
        while run and _is_small(run[-1]):
            run.pop()
        if is_shared and run:
            yield run[0][0], run[-1][1]


def _is_small(word: tuple[int, int, bool]) -> bool:
    return word[1] - word[0] < SHORTEST_TELLING_WORD


def _split(found: Sequence[tuple[int, int, bool]], text: str) -> Iterator[tuple[int, int, bool]]:
    """The words, and between two with more than a space between them a gap that nobody shares."""
    before = 0
    for start, end, is_shared in found:
        if text[before:start].strip():
            yield before, before, False
        yield start, end, is_shared
        before = end


def _shared_days(first: Side, second: Side) -> int | None:
    days = [_day(side, name) for side in (first, second) for name in ("starts_on", "ends_on")]
    known = [day for day in days if day is not None]
    return overlap_days(*known) if len(known) == len(days) else None


def _day(side: Side, name: str) -> dt.date | None:
    return dt.date.fromisoformat(side[name]) if side[name] else None
