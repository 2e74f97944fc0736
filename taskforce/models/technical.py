"""Tables that serve the machinery: jobs, outgoing mail, repeated requests, facts about the installation."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.models.base import Base, own_key


class JobRun(Base):
    """A job ran for its slot; the key lets four workers run it once."""

    __tablename__ = "job_run"

    job: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[dt.datetime] = mapped_column(primary_key=True)
    finished_at: Mapped[dt.datetime | None]
    outcome: Mapped[str | None]


class Outbox(Base):
    """A mail to send after commit. Once it is sent its text is emptied, since links in it let people in."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "next_try_at", postgresql_where=text("sent_at is null and failed_at is null")),
        CheckConstraint("sent_at is null or failed_at is null", name="sent_or_failed"),
    )

    id: Mapped[UUID] = own_key()
    recipient: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=text("clock_timestamp()"))
    next_try_at: Mapped[dt.datetime] = mapped_column(server_default=text("clock_timestamp()"))
    tries: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    sent_at: Mapped[dt.datetime | None]
    failed_at: Mapped[dt.datetime | None]  # given up: the address is refused, or it was tried for days
    error: Mapped[str | None]


class IdempotencyKey(Base):
    """A change that was made under a key of its sender, with the answer that was given."""

    __tablename__ = "idempotency_key"

    principal: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    answer: Mapped[dict[str, Any] | None]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=text("clock_timestamp()"))


class Installation(Base):
    """One row: whether this is a demonstration, and the link by which the first administrator may set it up."""

    __tablename__ = "installation"
    __table_args__ = (
        CheckConstraint("id = 1", name="is_one_row"),
        CheckConstraint("(setup_token_hash is null) = (setup_until is null)", name="setup_link_has_an_end"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, server_default=text("1"), default=1, autoincrement=False)
    is_demonstration: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    demonstration_on: Mapped[dt.date | None]
    setup_token_hash: Mapped[bytes | None]
    setup_until: Mapped[dt.datetime | None]


class ContextKey(Base):
    """One row, which only the owner of the tables reads: the pads of the key that signs row contexts (HMAC-SHA256)."""

    __tablename__ = "context_key"
    __table_args__ = (
        CheckConstraint("id = 1", name="is_one_row"),
        CheckConstraint("length(inner_pad) = 64 and length(outer_pad) = 64", name="pads_are_one_block"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, server_default=text("1"), default=1, autoincrement=False)
    inner_pad: Mapped[bytes]
    outer_pad: Mapped[bytes]
