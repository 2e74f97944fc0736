"""The history of a mechanism: who changed what, when and why; the same list as a file."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller
from litestar.connection import Request
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from taskforce.access import Actor, May, require
from taskforce.db import Session, Sessions, transaction
from taskforce.exchange.csv_text import BYTE_ORDER_MARK, Value, csv_text, file_name
from taskforce.queries import audit_event, history, time_zone
from taskforce.queries import mechanism as mechanisms
from taskforce.queries.history import HistoryFilter
from taskforce.render.states import N_
from taskforce.views.history import HistoryView, RecordEventView, history_page, told
from taskforce.views.history_value import Amount
from taskforce.web.filters import Wrong, check, day_of, id_of, one_of, page_number
from taskforce.web.reply import Reply
from taskforce.web.route import reads

COLUMNS = ("happened_at", "who", "table", "operation", "record", "column", "before", "after", "reason")
Said = dict[str, str]


async def provide_said(
    kind: Annotated[str, QueryParameter(title=N_("Kind of record"))] = "",
    person: Annotated[str, QueryParameter(title=N_("Changed by"))] = "",
    record: Annotated[str, QueryParameter(title=N_("One record"))] = "",
    starts_on: Annotated[str, QueryParameter(title=N_("From"))] = "",
    ends_on: Annotated[str, QueryParameter(title=N_("To"))] = "",
    page: Annotated[str, QueryParameter(title=N_("Page of the list"))] = "",
) -> Said:
    """What a reader narrows the history to: a kind of record, the ids of an account and of a record, and days."""
    said = {"kind": kind, "person": person, "record": record}
    return said | {"starts_on": starts_on, "ends_on": ends_on, "page": page}


def _read(said: Said, zone: str) -> tuple[HistoryFilter, int]:
    """What it means. It is read in the handler, since litestar leaves a session open if a dependency raises."""
    wrong: list[Wrong] = []
    chosen = HistoryFilter(
        kind=one_of(wrong, "kind", said["kind"], tuple(history.KINDS)),
        person_id=id_of(wrong, "person", said["person"]),
        row_id=id_of(wrong, "record", said["record"]),
        starts_on=day_of(wrong, "starts_on", said["starts_on"]),
        ends_on=day_of(wrong, "ends_on", said["ends_on"]),
        zone=zone,
    )
    number = page_number(wrong, said["page"])
    check(wrong)
    return chosen, number


class HistoryController(Controller):
    """Who changed what."""

    path = "/"
    dependencies = {"said": Provide(provide_said)}  # noqa: RUF012 (litestar declares it so)

    @reads("/mechanisms/{code:str}/history", May.HISTORY_READ)
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        code: FromPath[str],
        said: NamedDependency[Said],
    ) -> Reply[HistoryView]:
        """All that was changed in the mechanism, the latest first."""
        head = await mechanisms.head(session, actor, code)
        require(actor, May.HISTORY_READ, head.id)
        chosen, number = _read(said, await time_zone.of_mechanism(session, actor, head.id) or "UTC")
        return Reply(await history_page(session, actor, head, chosen, number), template="history/all.html")

    @reads("/mechanisms/{code:str}/history.csv", May.HISTORY_READ)
    async def file(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        code: FromPath[str],
        said: NamedDependency[Said],
    ) -> Stream:
        """What the page shows with the same filter, all of it, one line for each changed field, as CSV."""
        head = await mechanisms.head(session, actor, code)
        require(actor, May.HISTORY_READ, head.id)
        chosen, _ = _read(said, await time_zone.of_mechanism(session, actor, head.id) or "UTC")
        return Stream(
            _written(request.app.state.sessions, actor, head.id, chosen),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="{file_name(head.code, "history")}"'},
        )


async def _written(sessions: Sessions, actor: Actor, mechanism_id: UUID, chosen: HistoryFilter) -> AsyncIterator[str]:
    """The file in pieces. It is read in a transaction of its own, since the request's ends before the answer goes."""
    yield BYTE_ORDER_MARK + csv_text([COLUMNS])
    async with transaction(sessions, actor, action=May.HISTORY_READ) as session:
        async for rows in history.every(session, actor, mechanism_id, chosen):
            names = await audit_event.names(session, actor, rows)
            yield csv_text(line for event in told(rows, names) for line in _lines(event))


def _lines(event: RecordEventView) -> Iterator[tuple[Value, ...]]:
    happened_at = event.happened_at.astimezone(dt.UTC).isoformat(timespec="seconds")
    first = (happened_at, event.who, event.table, event.operation, event.record)
    for change in event.changes:
        yield (*first, change.column, _cell(change.before), _cell(change.after), event.reason)
    if not event.changes:
        yield (*first, None, None, None, event.reason)


def _cell(value: object) -> Value:
    if isinstance(value, Amount):
        return f"{value.amount} {value.currency}"
    return value if isinstance(value, Value) else str(value)
