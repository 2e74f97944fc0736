"""Frozen copies of a plan: the digest that proves one, and what differs between two, or between one and today."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal
from uuid import UUID

Kind = Literal["objective", "output", "indicator", "target", "activity", "cost_requirement", "budget_line"]
How = Literal["added", "removed", "changed"]
# From the top of a plan down to its money: the order of a comparison and of the digest.
KINDS: Final[tuple[Kind, ...]] = (
    "objective",
    "output",
    "indicator",
    "target",
    "activity",
    "cost_requirement",
    "budget_line",
)
SECURED: Final = "secured_amount"
NUMBER: Final = re.compile(r"([0-9]+)", re.ASCII)
# By which budget lines and needs of one activity are told apart.
OF: Final = ("source_id", "cost_type_id", "fiscal_year")
# Columns in the order in which people read them; any other comes after these.
COLUMNS: Final = (
    "code",
    "title",
    "description",
    "objective_id",
    "output_id",
    "kind_id",
    "lead_agency_id",
    "supporting_id",
    "starts_on",
    "ends_on",
    "is_national",
    "place_id",
    "target_group_id",
    "source_id",
    "cost_type_id",
    "fiscal_year",
    "required_amount",
    "asked_amount",
    "refused_amount",
    SECURED,
)
PLACES: Final = MappingProxyType({column: place for place, column in enumerate(COLUMNS)})
# Amounts, and the weight, that say nothing of a line that is new or gone.
NOTHING: Final = MappingProxyType(
    {"asked_amount": "0.00", "refused_amount": "0.00", SECURED: "0.00", "weight": "1.0000"}
)
# Records that are named by the one that they belong to, whose own change tells its new code.
OF_ANOTHER: Final = frozenset({"target", "cost_requirement", "budget_line"})


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a plan, as it is or was: by column, with codes instead of ids; amounts, days and numbers as text."""

    kind: Kind
    id: UUID
    code: str
    title: str
    content: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Difference:
    """A column that differs. None: it was, or is, empty."""

    column: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Change:
    """A record that was added, removed or changed; code and title as they are later, of what was removed as before.

    `of`: by which it is told apart from others of the same code, by column.
    """

    kind: Kind
    id: UUID
    code: str
    title: str
    how: How
    currency: str
    of: Mapping[str, str]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """Secured money that is more or less than before, of one activity or cost item, source and currency."""

    code: str
    title: str
    source: str
    currency: str
    before: Decimal
    after: Decimal


def digest(records: Iterable[Record]) -> str:
    """The SHA-256, in 64 hex digits, over all records, whatever order they come in."""
    found = hashlib.sha256()
    for record in sorted(records, key=lambda each: (KINDS.index(each.kind), each.id)):
        values = [record.kind, str(record.id), record.code, record.title, record.content]
        line = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        found.update(line.encode() + b"\n")
    return found.hexdigest()


def compare(before: Sequence[Record], after: Sequence[Record]) -> list[Change]:
    """What was added, removed and changed between two copies, from objectives down to money, by code."""
    old, new = {each.id: each for each in before}, {each.id: each for each in after}
    found = [change for each in after if (change := _change(old.get(each.id), each))]
    found += [_gone(each) for each in before if each.id not in new]
    return sorted(found, key=lambda each: (KINDS.index(each.kind), _order(each.code), each.id))


def _order(code: str) -> list[tuple[int, str]]:
    """A2 comes before A10."""
    parts = enumerate(NUMBER.split(code))
    return [(int(part), "") if place % 2 else (0, part) for place, part in parts]


def _change(old: Record | None, new: Record) -> Change | None:
    if old is None:
        return _told(new, "added", (Difference(column, None, value) for column, value in _of_one(new)))
    values = [(column, old.content.get(column), new.content.get(column)) for column in {**old.content, **new.content}]
    if new.kind not in OF_ANOTHER:
        values += [("code", old.code, new.code), ("title", old.title, new.title)]
    found = [Difference(*each) for each in values if (each[1] or None) != (each[2] or None)]
    return _told(new, "changed", found) if found else None


def _gone(old: Record) -> Change:
    return _told(old, "removed", (Difference(column, value, None) for column, value in _of_one(old)))


def _of_one(record: Record) -> list[tuple[str, object]]:
    """What a record that is new or gone says: neither what it is told apart by, nor amounts of nothing."""
    return [
        (column, value)
        for column, value in record.content.items()
        if value and column not in (*OF, "currency") and NOTHING.get(column) != value
    ]


def _told(record: Record, how: How, differences: Iterable[Difference]) -> Change:
    currency = str(record.content.get("currency") or "")
    of = {column: str(record.content[column]) for column in OF if record.content.get(column)}
    ordered = tuple(sorted(differences, key=lambda each: (PLACES.get(each.column, len(COLUMNS)), each.column)))
    return Change(record.kind, record.id, record.code, record.title, how, currency, of, ordered)


def moved(before: Iterable[Record], after: Iterable[Record]) -> list[Moved]:
    """Where the secured money of budget lines differs, by what it pays, source and currency."""
    sums: dict[tuple[str, str, str], list[Decimal]] = {}
    titles: dict[str, str] = {}
    for place, records in enumerate((before, after)):
        for each in records:
            if each.kind != "budget_line":
                continue
            key = (each.code, str(each.content["source_id"]), str(each.content["currency"]))
            sums.setdefault(key, [Decimal(0), Decimal(0)])[place] += Decimal(str(each.content[SECURED]))
            titles[each.code] = each.title
    return [
        Moved(code, titles[code], source, currency, *both)
        for (code, source, currency), both in sorted(sums.items(), key=lambda each: (_order(each[0][0]), each[0]))
        if both[0] != both[1]
    ]
