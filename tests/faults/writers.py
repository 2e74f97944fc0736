"""Clients that write over the API while things die, and keep their own ledger of what was acknowledged."""

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import asyncpg
import httpx

from taskforce.postgres import Server
from tests.faults.installation import Installation, ask

AMOUNT = "1250.00"


@dataclass
class Ledger:
    """What clients know. Codes name activities; a budget line carries its code as vote code.

    `acknowledged` are pairs of table and code that were answered with 201; `begun` those that were sent at all.
    `wrong` are answers that no client should ever get. Moments are of time.monotonic.
    """

    begun: set[tuple[str, str]] = field(default_factory=set)
    acknowledged: set[tuple[str, str]] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    unavailable_count: int = 0
    lost_connections: int = 0
    good_since: list[tuple[float, float]] = field(default_factory=list)

    def back_after(self, moment: float) -> float | None:
        """Seconds from a moment until the first write was acknowledged that began after it."""
        ended = [end for start, end in self.good_since if start > moment]
        return min(ended) - moment if ended else None


class Stopped(Exception):
    """The test is over; what is under way stays open in the ledger."""


@dataclass
class Writer:
    """One client: an activity with a target group, then a budget line with its cost item and requirement, and so on."""

    installation: Installation
    address: str
    ledger: Ledger
    stopping: threading.Event
    may_lose_connection: bool

    def work(self) -> None:
        """Write until told to stop."""
        headers = {"Authorization": f"Bearer {self.installation.token}"}
        with httpx.Client(base_url=f"{self.address}/api/v1", headers=headers, timeout=30) as client:
            try:
                while True:
                    self._pair(client, f"K{uuid.uuid4().hex[:10].upper()}")
            except Stopped:
                return

    def _pair(self, client: httpx.Client, code: str) -> None:
        activity: dict[str, object] = {
            "code": code,
            "title": f"Written while things die {code}",
            "lead_agency_id": self.installation.agency_id,
            "starts_on": "2026-02-01",
            "ends_on": "2026-03-31",
            "target_groups": ["target_group:teachers"],
        }
        saved = self._send(client, "activity", code, f"/outputs/{self.installation.output_id}/activities/add", activity)
        line: dict[str, object] = {
            "source_id": self.installation.source_id,
            "cost_type_id": "cost_type:travel",
            "fiscal_year": 2026,
            "asked_amount": AMOUNT,
            "secured_amount": AMOUNT,
            "vote_code": code,
        }
        self._send(client, "budget_line", code, f"/activities/{saved['id']}/budget-lines/add", line)

    def _send(
        self, client: httpx.Client, table: str, code: str, path: str, content: dict[str, object]
    ) -> dict[str, object]:
        """Send a change under one key until it is acknowledged."""
        key = str(uuid.uuid4())
        self.ledger.begun.add((table, code))
        while not self.stopping.is_set():
            start = time.monotonic()
            try:
                answer = client.post(path, json=content, headers={"Idempotency-Key": key})
            except httpx.TransportError as lost:
                self.ledger.lost_connections += 1
                if not self.may_lose_connection:
                    self.ledger.wrong.append(f"{type(lost).__name__} on {path}")
                time.sleep(0.05)
                continue
            if answer.status_code == 201:
                self.ledger.acknowledged.add((table, code))
                self.ledger.good_since.append((start, time.monotonic()))
                found: dict[str, object] = answer.json()
                return found
            if answer.status_code == 503 and answer.headers.get("Retry-After", "").isdigit():
                self.ledger.unavailable_count += 1
            else:
                self.ledger.wrong.append(f"{answer.status_code} on {path}: {answer.text[:200]}")
            time.sleep(0.05)
        raise Stopped


@contextmanager
def writing(
    installation: Installation, address: str, ledger: Ledger, *, count: int = 4, may_lose_connection: bool = False
) -> Iterator[None]:
    """Several clients at work, until the block is left."""
    stopping = threading.Event()
    writers = [Writer(installation, address, ledger, stopping, may_lose_connection) for _ in range(count)]
    threads = [threading.Thread(target=writer.work) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


# Every activity of the clients, with what must be there with it and what must not be there alone.
_STORED = """
select a.code,
  (select count(*) from activity_target_group g where g.activity_id = a.id) as groups,
  (select count(*) from audit_event e where e.row_id = a.id::text and e.table_name = 'activity'
    and e.operation = 'insert') as events,
  (select count(*) from budget_line b where b.activity_id = a.id and b.vote_code = a.code) as lines,
  (select count(*) from cost_item i where i.activity_id = a.id) as items,
  (select count(*) from cost_requirement r join cost_item i on i.id = r.cost_item_id
    where i.activity_id = a.id and r.required_amount = $1) as requirements,
  (select count(*) from audit_event e join budget_line b on b.id::text = e.row_id where b.activity_id = a.id
    and e.table_name = 'budget_line' and e.operation = 'insert') as line_events
from activity a where a.code like 'K%'
"""


@dataclass(frozen=True)
class Found:
    """What the database says about a ledger: acknowledged writes that are gone, writes that are there in part."""

    lost: list[str]
    half: list[str]
    twice: list[str]
    stored_count: int


def _is_whole(row: asyncpg.Record) -> bool:
    """An activity with all that its request wrote, and either nothing or all that the second request wrote."""
    money = (row["lines"], row["items"], row["requirements"], row["line_events"])
    return (row["groups"], row["events"]) == (1, 1) and money in ((0, 0, 0, 0), (1, 1, 1, 1))


async def compared(server: Server, ledger: Ledger) -> Found:
    """Look every write of the ledger up."""
    rows = await ask(server, _STORED, int(float(AMOUNT)))
    stored = {("activity", row["code"]) for row in rows} | {
        ("budget_line", row["code"]) for row in rows if row["lines"]
    }
    codes = [row["code"] for row in rows]
    return Found(
        lost=sorted(f"{table} {code}" for table, code in ledger.acknowledged - stored),
        half=[row["code"] for row in rows if not _is_whole(row)],
        twice=sorted({code for code in codes if codes.count(code) > 1}),
        stored_count=len(stored),
    )
