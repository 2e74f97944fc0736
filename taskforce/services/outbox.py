"""Mails that go out after commit: a row in the transaction that causes them, sent by a job."""

from taskforce.db import Session
from taskforce.models import Outbox


async def put(session: Session, recipient: str, subject: str, body: str) -> None:
    """Have a mail sent once this transaction is committed."""
    session.add(Outbox(recipient=recipient, subject=subject, body=body))
    await session.flush()
