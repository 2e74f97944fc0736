"""All that happened in a mechanism, page by page, with how far the chain over it reaches."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.queries import audit_event, history
from taskforce.queries import mechanism as mechanisms
from taskforce.queries.audit_event import EventRow
from taskforce.queries.history import PAGE_SIZE, HistoryFilter
from taskforce.views.audit_event import EventView, history_of
from taskforce.views.base import Choice, View
from taskforce.views.mechanism import MechanismHead

# What a record is called: its code and the first of these that it has.
_WORDS: Final = ("title", "statement", "citation", "reference", "file_name")
# Parts and links have no name of their own: they are called by what they belong to.
_POINTERS: Final = (
    "activity_id",
    "objective_id",
    "responsibility_id",
    "cost_item_id",
    "indicator_id",
    "account_id",
    "agency_id",
    "source_id",
    "first_id",
    "second_id",
)
# How an alert was found stands on its own page, and in full in the audit export.
_MACHINERY: Final = frozenset(
    {"sides", "signals", "fingerprint", "model", "score", "first_agency_id", "second_agency_id"}
)
PATHS: Final = {
    "activity": "activities",
    "cost_item": "cost-items",
    "duplication_alert": "alerts",
    "funding_source": "funding-sources",
    "plan": "plans",
    "responsibility": "responsibilities",
}


class RecordEventView(EventView):
    """One changed row with its record: what it is called, and its page if it has one that is still there."""

    record: str
    path: str | None


class ChainView(View):
    """The chain: how many transactions are sealed, and the digest of the last, in hex, to be kept elsewhere."""

    position: int
    digest: str


class HistoryView(View):
    """One page of the history. `kind`, `person`, `record`, `starts_on`, `ends_on`: the filter as it was asked."""

    mechanism: MechanismHead
    events: list[RecordEventView]
    event_count: int
    page: int
    page_count: int
    kind: str
    kinds: list[str]
    person: str
    people: list[Choice]
    record: str
    starts_on: str
    ends_on: str
    chain: ChainView | None


async def history_page(
    session: Session, actor: Actor, head: mechanisms.Head, chosen: HistoryFilter, number: int
) -> HistoryView:
    """The page of that number, or the last one if there are fewer."""
    event_count = await history.count(session, actor, head.id, chosen)
    page_count = max(1, -(-event_count // PAGE_SIZE))
    number = min(number, page_count)
    rows = await history.page(session, actor, head.id, chosen, number)
    chain = await history.chain(session, actor, head.id)
    return HistoryView(
        mechanism=MechanismHead.model_validate(head),
        events=told(rows, await audit_event.names(session, actor, rows)),
        event_count=event_count,
        page=number,
        page_count=page_count,
        kind=chosen.kind,
        kinds=list(history.KINDS),
        person=str(chosen.person_id or ""),
        people=[Choice(id=str(key), label=title) for key, title in await history.people(session, actor, head.id)],
        record=str(chosen.row_id or ""),
        starts_on=chosen.starts_on.isoformat() if chosen.starts_on else "",
        ends_on=chosen.ends_on.isoformat() if chosen.ends_on else "",
        chain=ChainView.model_validate(chain) if chain else None,
    )


def told(rows: list[EventRow], names: Mapping[str, str]) -> list[RecordEventView]:
    """The events with what their records are called; saved without anything new is no news."""
    return [
        RecordEventView(**event.model_dump(), record=_called(row, names), path=_path(row))
        for row in rows
        for event in history_of([row], names, silent=_MACHINERY)
    ]


def _called(row: EventRow, names: Mapping[str, str]) -> str:
    side = row.after or row.before or {}
    own = [side.get("code"), next((side[word] for word in _WORDS if side.get(word)), None)]
    words = [str(each) for each in own if each]
    pointed = [names[str(side[each])] for each in _POINTERS if str(side.get(each)) in names]
    return " ".join(words) or " – ".join(pointed) or names.get(str(side.get("plan_id")), "")


def _path(row: EventRow) -> str | None:
    return f"/{PATHS[row.table_name]}/{UUID(row.row_id)}" if row.table_name in PATHS and row.after else None
