"""Mails that go out after commit: a row in the transaction that causes them, sent by a job."""

import asyncio
import datetime as dt
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from sqlalchemy import delete

from taskforce.db import Session
from taskforce.models import Outbox
from taskforce.queries import outbox as questions
from taskforce.settings import settings

TIMEOUT_SECONDS = 20
FIRST_PAUSE = dt.timedelta(minutes=1)
LONGEST_PAUSE = dt.timedelta(hours=6)
GIVEN_UP_AFTER = dt.timedelta(days=3)  # a link in it would have run out soon
KEPT_FOR = dt.timedelta(days=30)
ANSWERS = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, ValueError)
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


async def put(session: Session, recipient: str, subject: str, body: str) -> None:
    """Have a mail sent once this transaction is committed."""
    session.add(Outbox(recipient=recipient, subject=subject, body=body))
    await session.flush()


async def send_next(session: Session, url: str, *, now: dt.datetime) -> bool:
    """Send the mail that has waited longest and note how that went, in the same transaction.

    False: none is due, or the server did not answer at all, so that the others can wait for the next run.

    At least once: when the process dies between the server's yes and the commit the mail goes out again, under the
    same Message-ID. The text is emptied once it is sent, since links in it let people in.
    """
    mail = await questions.next_due(session, now=now)
    if mail is None:
        return False
    mail.tries += 1
    try:
        await asyncio.to_thread(_deliver, url, _message(mail))
    except (OSError, smtplib.SMTPException, ValueError) as broken:
        mail.error = str(broken)[:500]
        if _is_final(broken) or now - mail.created_at > GIVEN_UP_AFTER:
            mail.failed_at, mail.body = now, ""
        else:
            mail.next_try_at = now + min(FIRST_PAUSE * 2 ** min(mail.tries - 1, 16), LONGEST_PAUSE)
        is_answer = isinstance(broken, ANSWERS)
    else:
        mail.sent_at, mail.body, mail.error = now, "", None
        is_answer = True
    await session.flush()
    return is_answer


async def forget(session: Session, now: dt.datetime) -> None:
    """Delete what was sent or given up long ago."""
    await session.execute(delete(Outbox).where(Outbox.sent_at < now - KEPT_FOR))
    await session.execute(delete(Outbox).where(Outbox.failed_at < now - KEPT_FOR))


def _message(mail: Outbox) -> EmailMessage:
    """The mail as it travels; its id is that of its row, so a second copy can be told as one.

    Raises:
        ValueError: the recipient or the subject would break a header.
    """
    host = urlsplit(settings().address).hostname or "localhost"
    message = EmailMessage()
    message["Message-ID"] = f"<{mail.id}@{host}>"
    message["Date"] = format_datetime(mail.created_at)
    message["From"] = settings().mail_from or f"taskforce@{host}"
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Auto-Submitted"] = "auto-generated"  # no absence notice comes back. Source: RFC 3834 section 5
    message.set_content(mail.body)
    return message


def _is_final(broken: Exception) -> bool:
    """Whether trying again would change nothing: the message or its recipient was refused for good (5xx)."""
    if isinstance(broken, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _ in broken.recipients.values())
    if isinstance(broken, smtplib.SMTPDataError):
        return 500 <= broken.smtp_code < 600
    return isinstance(broken, ValueError)


def _deliver(url: str, message: EmailMessage) -> None:
    """Hand a message to the server of TASKFORCE_SMTP_URL.

    Raises:
        OSError, smtplib.SMTPException: it did not take it.
    """
    with mail_server(url) as server:
        server.send_message(message)


@contextmanager
def mail_server(url: str, *, patience: float = TIMEOUT_SECONDS) -> Iterator[smtplib.SMTP]:
    """The server of TASKFORCE_SMTP_URL after it let us in. `patience` in seconds, for each of its answers.

    Raises:
        OSError, smtplib.SMTPException: it does not answer, or does not let us in.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port or PORTS[parts.scheme]
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=patience, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, timeout=patience)
    with server:
        if parts.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server
