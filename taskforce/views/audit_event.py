"""What happened to a thing, as its page shows it."""

import datetime as dt
from collections.abc import Iterable, Mapping

from taskforce.queries.audit_event import EventRow
from taskforce.rules.concealment import Why
from taskforce.views.base import View
from taskforce.views.history_value import Counted, Value, value_of

# Columns that say where a row lies and not what it says.
SILENT = frozenset({"id", "mechanism_id", "version", "position", "fact_id"})


class ChangeView(View):
    """One column that changed; None where it was or is empty. Ids are shown as the names of what they point to."""

    column: str
    before: Value
    after: Value


class EventView(View):
    """One changed row: who did what, when, why.

    `hides_before`, `hides_after`: "confidential" or "draft" where the reader could not have read the row before or
    after that. Values of that side are not told, nor anything but who and when if nothing could be read.
    """

    happened_at: dt.datetime
    who: str
    table: str
    operation: str
    reason: str | None
    changes: list[ChangeView]
    hides_before: Why | None
    hides_after: Why | None


def history_of(
    rows: Iterable[EventRow], names: Mapping[str, str], *, silent: frozenset[str] = frozenset()
) -> list[EventView]:
    """The events with what changed in each; `names`: what ids stand for; `silent`: more columns to leave out.

    A row that was saved with nothing new in it, but that its version was counted up, is no news.
    """
    made = [
        EventView(
            happened_at=row.happened_at,
            who=row.who,
            table=row.table_name,
            operation=row.operation,
            reason=row.reason,
            changes=_changes(row, names, SILENT | silent),
            hides_before=row.hides_before,
            hides_after=row.hides_after,
        )
        for row in rows
    ]
    return [
        each for each in made if each.changes or each.operation != "update" or each.hides_before or each.hides_after
    ]


def _changes(row: EventRow, names: Mapping[str, str], silent: frozenset[str]) -> list[ChangeView]:
    before, after = row.before or {}, row.after or {}

    def read(side: Mapping[str, object], column: str) -> Value:
        counted = Counted(str(side.get("currency") or row.currency), row.start_month)
        return value_of(column, side.get(column), names, counted)

    return [
        ChangeView(column=column, before=read(before, column), after=read(after, column))
        for column in row.changed
        if column not in silent
    ]
