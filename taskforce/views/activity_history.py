"""The history of an activity in entries that a person can read: one for each thing that somebody did."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from taskforce.access import SYSTEM_PRINCIPALS
from taskforce.queries.activity_history import Event
from taskforce.views.activity import Change, HistoryEntry
from taskforce.views.history_value import value_of

# Where a row lies, and how often it was saved: no news for a reader.
SILENT: Final = frozenset({"id", "mechanism_id", "plan_id", "version", "position"})
# Each link table with the column that names what is linked, and the name under which the links are shown together.
LINKS: Final = {
    "activity_capability": ("capability_id", "capabilities"),
    "activity_joint": ("other_id", "joint_with"),
    "activity_message": ("message_id", "messages"),
    "activity_place": ("place_id", "places"),
    "activity_responsibility": ("responsibility_id", "responsibilities"),
    "activity_support": ("agency_id", "supports"),
    "activity_target_group": ("target_group_id", "target_groups"),
}
ACTIVITIES: Final = frozenset({"other_id", "carried_over_from_id"})  # columns that name another activity
# The order in which a person reads the fields; what is not named comes after.
ORDER: Final = (
    "code",
    "title",
    "description",
    "kind_id",
    "output_id",
    "lead_agency_id",
    "is_national",
    "starts_on",
    "ends_on",
    "actual_starts_on",
    "actual_ends_on",
    "status",
    "status_reason",
    "own_plan",
    "own_plan_reference",
)
_TITLES: Final = {each.principal: each.title for each in SYSTEM_PRINCIPALS}
_FIELDS: Final = (
    "kind_id",
    "lead_agency_id",
    "output_id",
    "carried_over_from_id",
    "fact_id",
)


def ids_in(events: Iterable[Event]) -> set[str]:
    """The ids that the entries will show as names, people included."""
    found: set[str] = set()
    for event in events:
        found.add(event.principal)
        for row in (event.before, event.after):
            if row is None:
                continue
            columns = (LINKS[event.table_name][0],) if event.table_name in LINKS else _FIELDS
            found.update(str(row[column]) for column in columns if row.get(column))
    return found


def entries(events: Sequence[Event], names: Mapping[str, str]) -> list[HistoryEntry]:
    """One entry a transaction, the newest first; what changed and changed back in it is not shown."""
    by_transaction: dict[int, list[Event]] = {}
    for event in events:
        by_transaction.setdefault(event.transaction_id, []).append(event)
    made = [_entry(sorted(group, key=lambda each: each.id), names) for group in by_transaction.values()]
    return [each for each in made if each.changes or each.what != "changed" or each.hides_before or each.hides_after]


def _entry(events: Sequence[Event], names: Mapping[str, str]) -> HistoryEntry:
    lines = [each for each in events if each.table_name == "activity"]
    what = {"insert": "added", "delete": "deleted"}.get(lines[0].operation if lines else "", "changed")
    return HistoryEntry(
        happened_at=events[-1].happened_at,
        who=names.get(events[-1].principal) or _TITLES.get(events[-1].principal, events[-1].principal),
        what=what,
        action=events[-1].action,
        reason=events[-1].reason,
        changes=_field_changes(lines, names) + _link_changes(events, names),
        hides_before=events[-1].hides_before,
        hides_after=events[-1].hides_after,
    )


def _field_changes(lines: Sequence[Event], names: Mapping[str, str]) -> list[Change]:
    if not lines:
        return []
    before, after = lines[0].before or {}, lines[-1].after or {}
    is_new = lines[0].operation == "insert"
    return [
        Change(
            name=name.removesuffix("_id"),
            before=value_of(name, before.get(name), names),
            after=value_of(name, after.get(name), names),
        )
        for name in dict.fromkeys([*(each for each in ORDER if each in after or each in before), *after, *before])
        if name not in SILENT
        and before.get(name) != after.get(name)
        # a new line has empty fields and unset marks, which say nothing
        and not (is_new and after.get(name) in (None, False))
        # what it went on from or is joint with is told to those who read that as well
        and not (name in ACTIVITIES and not {str(before.get(name)), str(after.get(name))} & set(names))
    ]


def _link_changes(events: Sequence[Event], names: Mapping[str, str]) -> list[Change]:
    found: list[Change] = []
    for table, (column, name) in LINKS.items():
        rows = [each for each in events if each.table_name == table]
        gone = {str(each.before[column]) for each in rows if each.operation == "delete" and each.before}
        new = {str(each.after[column]) for each in rows if each.operation == "insert" and each.after}
        told = set(names) if column in ACTIVITIES else gone | new
        before, after = _listed((gone - new) & told, names), _listed((new - gone) & told, names)
        if before or after:
            found.append(Change(name=name, before=before, after=after))
    return found


def _listed(ids: set[str], names: Mapping[str, str]) -> str | None:
    return ", ".join(sorted(names.get(each, each) for each in ids)) or None
