"""Mail goes out over a real SMTP server: once, under one id, again when it failed, and never twice by two workers."""

import asyncio
import datetime as dt
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from aiosmtpd.smtp import SMTP, Envelope
from sqlalchemy import text

from taskforce import jobs
from taskforce.access import OPERATOR
from taskforce.db import Sessions, transaction
from taskforce.models import Outbox
from taskforce.services import outbox
from taskforce.settings import settings

NOW = dt.datetime(2032, 5, 4, 12, 0, tzinfo=dt.UTC)
JOB = next(job for job in jobs.JOBS_LIST if job.name == "outbox")


@dataclass
class Mailbox:
    """What a server took, and what it answers instead of taking."""

    url: str = ""
    taken: list[EmailMessage] = field(default_factory=list)
    recipient_answer: str = ""
    data_answer: str = ""
    slowly: float = 0

    async def hear_recipient(
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient_answer:
            return self.recipient_answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def take(self, server: Any, session: Any, envelope: Envelope) -> str:
        await asyncio.sleep(self.slowly)
        if self.data_answer:
            return self.data_answer
        content = message_from_bytes(cast("bytes", envelope.content), policy=policy.default)
        self.taken.append(content)
        return "250 OK"


@pytest.fixture
async def mailbox(monkeypatch: pytest.MonkeyPatch, sessions: Sessions) -> AsyncIterator[Mailbox]:
    """A server on this machine that the settings name, and an outbox in which nothing else waits."""
    made = Mailbox()
    loop = asyncio.get_running_loop()
    hooks = SimpleNamespace(handle_RCPT=made.hear_recipient, handle_DATA=made.take)  # as the library calls them
    server = await loop.create_server(lambda: SMTP(hooks, hostname="localhost", loop=loop), "127.0.0.1", 0)
    made.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    monkeypatch.setattr(settings(), "smtp_url", made.url)
    async with transaction(sessions, OPERATOR) as session:
        await session.execute(text("delete from outbox"))
    yield made
    server.close()


async def _put(sessions: Sessions, *subjects: str, recipient: str = "somebody@example.org") -> list[UUID]:
    async with transaction(sessions, OPERATOR) as session:
        rows = [
            Outbox(recipient=recipient, subject=subject, body="the text with a link", created_at=NOW, next_try_at=NOW)
            for subject in subjects
        ]
        session.add_all(rows)
        await session.flush()
        return [row.id for row in rows]


async def _row(sessions: Sessions, mail_id: UUID) -> Outbox:
    async with transaction(sessions, OPERATOR) as session:
        return await session.get_one(Outbox, mail_id)


async def test_mail_goes_out_once(sessions: Sessions, mailbox: Mailbox) -> None:
    """All that is due is sent, in UTF-8, and its text is gone from the table; the next slot sends nothing."""
    [first, _second] = await _put(sessions, "Karibu: mpango wa mwaka", "សួស្តី")

    ran = await jobs.run(sessions, JOB, NOW)
    again = await jobs.run(sessions, JOB, NOW + dt.timedelta(minutes=1))

    assert (ran, again) == (True, True)
    assert [mail["Subject"] for mail in mailbox.taken] == ["Karibu: mpango wa mwaka", "សួស្តី"]
    mail = mailbox.taken[0]
    assert (mail["To"], mail["Message-ID"]) == ("somebody@example.org", f"<{first}@localhost>")
    assert (mail["From"], mail["Auto-Submitted"]) == ("taskforce@localhost", "auto-generated")
    assert mail["Date"].datetime == NOW
    assert mail.get_content().strip() == "the text with a link"
    stored = await _row(sessions, first)
    assert (stored.sent_at, stored.body, stored.tries) == (NOW, "", 1)


async def test_a_slot_is_sent_by_one_worker(sessions: Sessions, mailbox: Mailbox) -> None:
    """Four ticks at once."""
    await _put(sessions, *(f"mail {number}" for number in range(20)))

    ran = await asyncio.gather(*(jobs.run(sessions, JOB, NOW + dt.timedelta(hours=1)) for _ in range(4)))

    assert sorted(ran) == [False, False, False, True]
    assert sorted(mail["Subject"] for mail in mailbox.taken) == sorted(f"mail {number}" for number in range(20))


async def test_workers_of_two_slots_do_not_send_the_same(sessions: Sessions, mailbox: Mailbox) -> None:
    """A slow server: the next minute's worker passes over what the first is sending."""
    mailbox.slowly = 0.02
    await _put(sessions, *(f"mail {number}" for number in range(20)))

    await asyncio.gather(*(jobs.send_mail(sessions, NOW) for _ in range(4)))

    assert sorted(mail["Subject"] for mail in mailbox.taken) == sorted(f"mail {number}" for number in range(20))


async def test_a_mail_that_failed_is_tried_again_later_under_the_same_id(sessions: Sessions, mailbox: Mailbox) -> None:
    """A pause that doubles; what follows in the queue does not wait for it."""
    mailbox.data_answer = "451 try later"
    [mail_id] = await _put(sessions, "late")
    pauses = []
    moment = NOW
    for _ in range(4):
        await jobs.send_mail(sessions, moment)
        found = await _row(sessions, mail_id)
        pauses.append((found.next_try_at - moment) // dt.timedelta(minutes=1))
        too_early = found.next_try_at - dt.timedelta(seconds=1)
        await jobs.send_mail(sessions, too_early)
        assert (await _row(sessions, mail_id)).tries == found.tries
        moment = found.next_try_at
    mailbox.data_answer = ""
    await jobs.send_mail(sessions, moment)

    assert pauses == [1, 2, 4, 8]
    assert "try later" in str(found.error)
    assert [mail["Message-ID"] for mail in mailbox.taken] == [f"<{mail_id}@localhost>"]
    assert (await _row(sessions, mail_id)).error is None


@pytest.mark.parametrize(
    ("refused", "is_final"),
    [
        ({"recipient_answer": "550 no such mailbox"}, True),
        ({"recipient_answer": "450 greylisted"}, False),
        ({"data_answer": "554 refused"}, True),
        ({"data_answer": "452 full"}, False),
    ],
)
async def test_what_is_refused_for_good_is_given_up(
    sessions: Sessions, mailbox: Mailbox, refused: dict[str, str], is_final: bool
) -> None:
    """5xx is final, 4xx is not; the link in a mail that is given up is emptied too."""
    for name, answer in refused.items():
        setattr(mailbox, name, answer)
    [mail_id] = await _put(sessions, "refused")

    await jobs.send_mail(sessions, NOW)

    found = await _row(sessions, mail_id)
    assert (found.failed_at is not None, found.body == "") == (is_final, is_final)
    assert found.sent_at is None


async def test_a_mail_is_given_up_after_days(sessions: Sessions, mailbox: Mailbox) -> None:
    """By then its link has run out."""
    mailbox.data_answer = "451 try later"
    [mail_id] = await _put(sessions, "old")

    await jobs.send_mail(sessions, NOW + outbox.GIVEN_UP_AFTER + dt.timedelta(minutes=1))

    assert (await _row(sessions, mail_id)).failed_at is not None


@pytest.mark.parametrize(
    ("recipient", "subject"), [("a@example.org", "two\nBcc: everybody@example.org"), ("a@x.org\r\nBcc: b@x.org", "one")]
)
async def test_a_header_is_not_broken(sessions: Sessions, mailbox: Mailbox, recipient: str, subject: str) -> None:
    """What would add a header is never sent, and is given up."""
    [mail_id] = await _put(sessions, subject, recipient=recipient)

    await jobs.send_mail(sessions, NOW)

    assert mailbox.taken == []
    assert (await _row(sessions, mail_id)).failed_at is not None


async def test_a_server_that_is_away_is_asked_once_a_run(
    sessions: Sessions, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred mails do not wait for a hundred time-outs, and none is lost."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        nowhere = f"smtp://127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setattr(settings(), "smtp_url", nowhere)
    ids = await _put(sessions, "one", "two", "three")

    await jobs.send_mail(sessions, NOW)
    tries = sorted([(await _row(sessions, each)).tries for each in ids])
    monkeypatch.setattr(settings(), "smtp_url", mailbox.url)
    await jobs.send_mail(sessions, NOW + dt.timedelta(minutes=2))

    assert tries == [0, 0, 1]
    assert sorted(mail["Subject"] for mail in mailbox.taken) == ["one", "three", "two"]


async def test_a_kill_between_the_server_and_the_commit_repeats_one_mail(
    sessions: Sessions, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At least once, and what comes twice has the same id; those before it are not sent again."""
    ids = await _put(sessions, "first", "second", "third")
    monkeypatch.setattr(mailbox, "taken", _Dies(after=2))

    with pytest.raises(KeyboardInterrupt):
        await _killed(sessions, mailbox)
    await jobs.send_mail(sessions, NOW)

    sent = [mail["Message-ID"] for mail in mailbox.taken]
    assert sorted(set(sent)) == sorted(f"<{each}@localhost>" for each in ids)
    assert len(sent) == 4


class _Dies(list[EmailMessage]):
    """A list that knows when the process is to die."""

    def __init__(self, *, after: int) -> None:
        super().__init__()
        self.after = after


async def _killed(sessions: Sessions, mailbox: Mailbox) -> None:
    """Send until the second mail is with the server, and die before that is committed."""
    dies = cast("_Dies", mailbox.taken)
    while True:
        async with transaction(sessions, OPERATOR) as session:
            await outbox.send_next(session, mailbox.url, now=NOW)
            if len(dies) == dies.after:
                raise KeyboardInterrupt


async def test_without_a_server_mail_waits(
    sessions: Sessions, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is tried, nothing is lost."""
    [mail_id] = await _put(sessions, "waits")
    monkeypatch.setattr(settings(), "smtp_url", None)

    await jobs.send_mail(sessions, NOW)

    assert (await _row(sessions, mail_id)).tries == 0


@pytest.mark.parametrize(
    ("url", "is_good"),
    [
        ("smtp://mail.example.org", True),
        ("smtp+starttls://user:p%40ss@mail.example.org:587", True),
        ("smtps://mail.example.org:465/", True),
        ("http://mail.example.org", False),
        ("mail.example.org", False),
    ],
)
def test_the_setting_is_checked(url: str, is_good: bool) -> None:
    """A wrong address is found at the start, not when the first mail is lost."""
    make: Callable[[], object] = lambda: type(settings())(TASKFORCE_SMTP_URL=url)  # noqa: E731
    if is_good:
        assert make()
    else:
        with pytest.raises(ValueError, match="SMTP_URL"):
            make()


async def test_old_mail_is_forgotten(sessions: Sessions, mailbox: Mailbox) -> None:
    """What was sent or given up a month ago goes; what waits stays however old it is."""
    [sent, waits] = await _put(sessions, "sent", "waits")
    async with transaction(sessions, OPERATOR) as session:
        await session.execute(text("update outbox set sent_at = :now where id = :id"), {"now": NOW, "id": sent})

    async with transaction(sessions, OPERATOR) as session:
        await outbox.forget(session, NOW + outbox.KEPT_FOR + dt.timedelta(days=1))
        left = list(await session.scalars(text("select id from outbox")))

    assert left == [waits]
