"""Single values of a plan file as the database stores them, and back."""

from collections.abc import Mapping
from datetime import date
from functools import cache

from taskforce.exchange.plan_node import Node
from taskforce.services.plan_columns import Field, Links, Noun
from taskforce.services.plan_wanted import Named

PYTHON_NAMES = {"from": "from_", "not": "not_"}  # words of the format that Python keeps for itself


def attribute(word: str) -> str:
    """The name under which a node has the value of a word."""
    return PYTHON_NAMES.get(word, word)


def stored_value(field: Field, value: object) -> object:
    """A value of the file as its column holds it; a code of another row as `Named`."""
    if value is None:
        return None
    if field.refers:
        return Named(field.refers, str(value))
    if field.vocabulary:
        return f"{field.vocabulary}:{value}"
    for written, stored in field.spelled:
        if written == value:
            return stored
    return list(value) if isinstance(value, tuple) else value


def stored_list(links: Links, values: tuple[object, ...]) -> list[object]:
    """A list of the file as ids of vocabulary terms, or as names of rows."""
    if links.vocabulary:
        return [f"{links.vocabulary}:{value}" for value in values]
    return [Named(links.refers, str(value)) for value in values]


def stored_values(noun: Noun, node: Node) -> tuple[dict[str, object], set[str]]:
    """All columns that a node has words for, and those that the file sets."""
    values: dict[str, object] = {}
    given = set()
    for field, name in _attributes(noun):
        values[field.column] = stored_value(field, getattr(node, name))
        if name in node.model_fields_set:
            given.add(field.column)
    return values, given


@cache
def _attributes(noun: Noun) -> list[tuple[Field, str]]:
    return [(field, attribute(field.word)) for field in noun.fields]


def stored_moment(moment: int | date | None, *, is_end: bool) -> tuple[date | None, bool]:
    """A moment as a date, and whether only its year is known: that stands as its first day, at an end as its last."""
    if isinstance(moment, int):
        return (date(moment, 12, 31) if is_end else date(moment, 1, 1)), True
    return moment, False


def written_value(field: Field, value: object, codes: Mapping[object, str]) -> object:
    """A stored value as the file writes it; `codes` has the code of every row that may be named.

    Raises:
        KeyError: the row that it names was not read.
    """
    if value is None:
        return None
    if field.refers:
        return codes[value]
    if field.vocabulary:
        return str(value).removeprefix(f"{field.vocabulary}:")
    for written, stored in field.spelled:
        if stored == value and type(stored) is type(value):
            return written
    return value


def written_values(noun: Noun, row: Mapping[str, object], codes: Mapping[object, str]) -> dict[str, object]:
    """A stored row as the words of the file that hold something."""
    found = {field.word: written_value(field, row[field.column], codes) for field in noun.fields}
    return {word: value for word, value in found.items() if value is not None and value != []}
