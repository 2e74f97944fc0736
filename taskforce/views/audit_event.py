"""What happened to a thing, as its page shows it."""

import datetime as dt
from collections.abc import Iterable, Mapping

from taskforce.queries.audit_event import EventRow
from taskforce.views.base import View

# Columns that say where a row lies and not what it says.
SILENT = frozenset({"id", "mechanism_id", "version", "position", "fact_id"})


class ChangeView(View):
    """One column that changed; None where it was or is empty. Ids are shown as the names of what they point to."""

    column: str
    before: str | None
    after: str | None


class EventView(View):
    """One changed row: who did what, when, why."""

    happened_at: dt.datetime
    who: str
    table: str
    operation: str
    reason: str | None
    changes: list[ChangeView]


def history_of(
    rows: Iterable[EventRow], names: Mapping[str, str], *, silent: frozenset[str] = frozenset()
) -> list[EventView]:
    """The events with what changed in each; `names`: what ids stand for; `silent`: more columns to leave out."""
    return [
        EventView(
            happened_at=row.happened_at,
            who=row.who,
            table=row.table_name,
            operation=row.operation,
            reason=row.reason,
            changes=_changes(row.before or {}, row.after or {}, names, SILENT | silent),
        )
        for row in rows
    ]


def _changes(
    before: Mapping[str, object], after: Mapping[str, object], names: Mapping[str, str], silent: frozenset[str]
) -> list[ChangeView]:
    return [
        ChangeView(column=column, before=_text(before.get(column), names), after=_text(after.get(column), names))
        for column in dict.fromkeys([*after, *before])
        if column not in silent and before.get(column) != after.get(column)
    ]


def _text(value: object, names: Mapping[str, str]) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return names.get(str(value), str(value))
