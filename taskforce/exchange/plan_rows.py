"""The rows of a plan file as they were read, before they are known to be valid: what the checks walk over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from taskforce.exchange.file_error import FieldPath
from taskforce.exchange.plan_values import ISO_DAY


@dataclass(frozen=True, slots=True)
class Row:
    """A mapping of the file and the way to it."""

    path: FieldPath
    values: dict[str, object]


Rows = dict[str, list[Row]]

LISTS: Final = (
    "sources",
    "agencies",
    "places",
    "funding_sources",
    "responsibilities",
    "objectives",
    "cost_items",
    "messages",
    "mous",
    "funding_history",
)


def all_rows(raw: object) -> Rows:
    """Every mapping of a file by the name of its list; what is malformed is left out, for the models report it."""
    root = Row((), raw if isinstance(raw, dict) else {})
    found: Rows = {name: inside(root, name) for name in LISTS}
    for name in ("mechanism", "plan", "duplication"):
        found[name] = one(root, name)
    found["reporting"] = _each(found["mechanism"], "reporting")
    found["assignments"] = _each(found["responsibilities"], "assignments")
    found["instruments"] = _each(found["responsibilities"], "instruments")
    found["outputs"] = _each(found["objectives"], "outputs")
    found["indicators"] = _each(found["outputs"], "indicators")
    found["activities"] = _each(found["outputs"], "activities")
    found["budget"] = _each(found["activities"], "budget") + _each(found["cost_items"], "lines")
    found["required"] = _each(found["cost_items"], "required")
    found["transitions"] = _each(found["activities"], "transition") + _each(found["cost_items"], "handover")
    found["pairs"] = _each(found["duplication"], "expected") + _each(found["duplication"], "not")
    return found


def _each(rows: list[Row], key: str) -> list[Row]:
    return [inner for row in rows if key in row.values for inner in (inside(row, key) or one(row, key))]


def inside(row: Row, key: str) -> list[Row]:
    """The mappings in a row's list."""
    values = row.values.get(key)
    if not isinstance(values, list):
        return []
    path = (*row.path, key)
    return [Row((*path, place), value) for place, value in enumerate(values) if isinstance(value, dict)]


def one(row: Row, key: str) -> list[Row]:
    """The mapping under a row's key, or nothing."""
    value = row.values.get(key)
    return [Row((*row.path, key), value)] if isinstance(value, dict) else []


def text(row: Row, key: str) -> str | None:
    """The text under a key; None where there is none."""
    value = row.values.get(key)
    return value if isinstance(value, str) else None


def texts(row: Row, key: str) -> Iterator[tuple[FieldPath, str]]:
    """Each text under a key, which holds one or a list, with the way to it."""
    value = row.values.get(key)
    if isinstance(value, str):
        yield (*row.path, key), value
    elif isinstance(value, list):
        for place, item in enumerate(value):
            if isinstance(item, str):
                yield (*row.path, key, place), item


def day(row: Row, key: str) -> date | None:
    """The date under a key; None where there is none or it is malformed."""
    value = row.values.get(key)
    if not isinstance(value, str) or not ISO_DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def responsibility_code(row: Row) -> str:
    """The code of a responsibility: its own, else R1, R2 … by its position."""
    return text(row, "code") or f"R{int(row.path[-1]) + 1}"
