"""What a plan file would add to and change in what is stored, row by row; nothing is written here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from taskforce.errors import Refused
from taskforce.services.plan_columns import Field, Links, Noun
from taskforce.services.plan_wanted import FieldChange, Named, NounReport, RowChange, Wanted

Row = Mapping[str, object]
LinkLists = Mapping[str, Mapping[object, list[object]]]  # by word of the format, then by the row that has the list


@dataclass(slots=True)
class Known:
    """What names mean so far: `ids` by noun and name in the file, `names` of stored rows, `present` ids by noun."""

    ids: defaultdict[str, dict[str, object]] = field(default_factory=lambda: defaultdict(dict))
    names: dict[object, str] = field(default_factory=dict)
    present: defaultdict[str, set[object]] = field(default_factory=lambda: defaultdict(set))

    def note(self, noun: str, stored: Sequence[Row]) -> None:
        """Remember stored rows, so that they can be named."""
        for row in stored:
            self.present[noun].add(row["id"])
            self.names[row["id"]] = str(row.get("code") or row.get("citation") or row.get("subject") or "")

    def resolved(self, value: object) -> object:
        """A value with its references as ids.

        Raises:
            Refused: it names a row that is neither in the file nor stored.
        """
        if not isinstance(value, Named):
            return value
        found = self.ids[value.noun].get(value.name)
        if found is None:
            raise Refused(
                "%(name)s is not among the %(noun)s: import that plan first, or take it out of the file",
                name=value.name,
                noun=value.noun,
            )
        return found


@dataclass(frozen=True, slots=True)
class Update:
    """New values of a stored row, which is at `version`; an empty dict only counts the version up."""

    row_id: object
    version: object
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class LinkList:
    """All links of one row under one word, to be written; `is_new` where the row had none."""

    links: Links
    row_id: object
    linked: list[object]
    is_new: bool


@dataclass(slots=True)
class Changes:
    """What is to be written of one noun.

    `fixed` are columns that all new rows share; `of_plan` names the rows that may not change after consultation.
    """

    noun: Noun
    report: NounReport
    inserts: list[dict[str, object]] = field(default_factory=list)
    fixed: dict[str, UUID] = field(default_factory=dict)
    updates: list[Update] = field(default_factory=list)
    link_lists: list[LinkList] = field(default_factory=list)
    of_plan: list[str] = field(default_factory=list)


def matched(noun: Noun, wanted: Sequence[Wanted], stored: Sequence[Row], known: Known) -> list[Row | None]:
    """The stored row of each wanted one, or None; of several with one key the latest goes with the latest."""
    found: defaultdict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in sorted(stored, key=_begins) if noun.is_dated else stored:
        found[tuple(row[column] for column in noun.key)].append(row)
    order = range(len(wanted))
    if noun.is_dated:
        order = sorted(order, key=lambda at: _begins(wanted[at].values), reverse=True)  # type: ignore[assignment]  # only walked over
    matches: list[Row | None] = [None] * len(wanted)
    for at in order:
        left = found.get(tuple(known.resolved(wanted[at].values[column]) for column in noun.key))
        matches[at] = left.pop() if left else None
    return matches


def _begins(row: Row) -> str:
    return str(row["starts_on"] or "")


def changes_of(
    noun: Noun, pairs: Sequence[tuple[Wanted, Row | None]], stored: Sequence[Row], lists: LinkLists, known: Known
) -> Changes:
    """What the wanted rows, each with its stored row, change; `known` has an id for each that others name."""
    added, changed = list[str](), list[RowChange]()
    made = Changes(noun, NounReport(noun.name, (), (), 0, 0))
    positions = _positions(noun, pairs, stored, known)
    for (wanted, row), position in zip(pairs, positions, strict=True):
        row_id = known.ids[noun.name].get(wanted.name) if row is None else row["id"]
        if row is None:
            values = {column: known.resolved(value) for column, value in wanted.values.items()}
            made.inserts.append(values | {"id": row_id, "position": position})
            made.link_lists += _new_lists(noun, wanted, row_id, known)
            added.append(wanted.name)
        else:
            change = _changed(noun, wanted, row, position, known)
            new_lists, listed = _changed_lists(noun, wanted, row_id, lists, known)
            if not change and not listed:
                continue
            made.updates.append(Update(row_id, row.get("version"), change))
            made.link_lists += new_lists
            changed.append(RowChange(wanted.name, (*_described(noun, row, change, known), *listed)))
        if wanted.is_of_plan:
            made.of_plan.append(wanted.name)
    same_count = len(pairs) - len(added) - len(changed)
    not_in_file_count = len(stored) - len(pairs) + len(added)
    made.report = NounReport(noun.name, tuple(added), tuple(changed), same_count, not_in_file_count)
    return made


def _changed(noun: Noun, wanted: Wanted, row: Row, position: int | None, known: Known) -> dict[str, object]:
    change = {}
    for column in wanted.given:
        if column in wanted.values:
            value = known.resolved(wanted.values[column])
            if value != row[column]:
                change[column] = value
    if position is not None and position != row["position"]:
        change["position"] = position
    return change


def _new_lists(noun: Noun, wanted: Wanted, row_id: object, known: Known) -> list[LinkList]:
    return [
        LinkList(links, row_id, [known.resolved(value) for value in wanted.links[links.word]], is_new=True)
        for links in noun.links
        if wanted.links.get(links.word)
    ]


def _changed_lists(
    noun: Noun, wanted: Wanted, row_id: object, lists: LinkLists, known: Known
) -> tuple[list[LinkList], list[FieldChange]]:
    found, described = list[LinkList](), list[FieldChange]()
    for links in noun.links:
        if links.word not in wanted.given:
            continue
        before = lists[links.word].get(row_id, [])
        after = [known.resolved(value) for value in wanted.links[links.word]]
        if before != after:
            found.append(LinkList(links, row_id, after, is_new=False))
            shown = [_shown(values, links.vocabulary, known) for values in (before, after)]
            described.append(FieldChange(links.word, *shown))
    return found, described


def _positions(
    noun: Noun, pairs: Sequence[tuple[Wanted, Row | None]], stored: Sequence[Row], known: Known
) -> list[int | None]:
    """Where each row stands: as stored if the file has the stored rows in their order and new ones behind, else new."""
    result: list[int | None] = [None] * len(pairs)
    if noun.position_in is None:
        return result
    groups: defaultdict[object, list[int]] = defaultdict(list)
    for at, (wanted, _) in enumerate(pairs):
        if wanted.has_position:
            groups[known.resolved(wanted.values[noun.position_in]) if noun.position_in else None].append(at)
    last: dict[object, int] = {}
    for row in stored:
        group = row[noun.position_in] if noun.position_in else None
        last[group] = max(last.get(group, -1), _number(row["position"]))
    for group, members in groups.items():
        rows = [pairs[at][1] for at in members]
        kept = [_number(row["position"]) for row in rows if row is not None]
        new_ones_are_last = all(row is not None for row in rows[: len(kept)])
        if new_ones_are_last and all(one < other for one, other in pairwise(kept)):
            numbers = kept + [last.get(group, -1) + 1 + more for more in range(len(rows) - len(kept))]
        else:
            numbers = list(range(len(rows)))
        for at, number in zip(members, numbers, strict=True):
            result[at] = number
    return result


def _number(position: object) -> int:
    return position if isinstance(position, int) else -1


def _described(noun: Noun, row: Row, change: Mapping[str, object], known: Known) -> list[FieldChange]:
    fields = {each.column: each for each in noun.fields}
    return [_field_change(fields.get(column), column, (row[column], value), known) for column, value in change.items()]


def _field_change(described: Field | None, column: str, values: tuple[object, object], known: Known) -> FieldChange:
    word = described.word if described else column.removesuffix("_id")
    vocabulary = described.vocabulary if described else ""
    spelled = {stored: written for written, stored in described.spelled} if described else {}
    before, after = (
        _shown(spelled.get(value, value) if isinstance(value, str | bool) else value, vocabulary, known)
        for value in values
    )
    return FieldChange(word, before, after)


def _shown(value: object, vocabulary: str, known: Known) -> str:
    """A value as a file writes it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(_shown(each, vocabulary, known) for each in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if value in known.names:
        return known.names[value]
    return str(value).removeprefix(f"{vocabulary}:") if vocabulary else str(value)
