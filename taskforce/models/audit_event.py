"""The audit: one event for each changed row, and a chain that shows whether any was touched; written by triggers."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.models.base import Base, one_of, own_key

INSTALLATION_CHAIN = UUID(int=0)
OPERATIONS = ("insert", "update", "delete")


class AuditEvent(Base):
    """What changed, from what to what, by whom, in which action. Rows are only ever added."""

    __tablename__ = "audit_event"
    __table_args__ = (
        CheckConstraint(one_of("operation", OPERATIONS), name="operation_is_known"),
        Index("ix_audit_event_row", "mechanism_id", "row_id"),
        Index("ix_audit_event_link", "link_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    mechanism_id: Mapped[UUID | None]
    table_name: Mapped[str]
    row_id: Mapped[str]
    operation: Mapped[str]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    principal: Mapped[str]
    action: Mapped[str | None]
    reason: Mapped[str | None]
    transaction_id: Mapped[int] = mapped_column(BigInteger)
    link_id: Mapped[UUID] = mapped_column(ForeignKey("audit_link.id"))
    happened_at: Mapped[dt.datetime] = mapped_column(server_default=text("clock_timestamp()"))


class AuditLink(Base):
    """What one transaction changed in one chain, sealed at commit: each digest covers the events and the one before.

    `chain` is a mechanism, or INSTALLATION_CHAIN for users, agencies, tokens and what else all mechanisms share.
    """

    __tablename__ = "audit_link"
    __table_args__ = (
        UniqueConstraint("chain", "position"),
        CheckConstraint(
            "num_nulls(position, event_count, previous, digest, sealed_at) in (0, 5)", name="is_open_or_sealed"
        ),
        Index(
            "ix_audit_link_open",
            "chain",
            "transaction_id",
            unique=True,
            postgresql_where=text("digest is null"),
        ),
    )

    id: Mapped[UUID] = own_key()
    chain: Mapped[UUID]
    transaction_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int | None] = mapped_column(BigInteger)
    event_count: Mapped[int | None] = mapped_column(BigInteger)
    previous: Mapped[bytes | None]
    digest: Mapped[bytes | None]
    sealed_at: Mapped[dt.datetime | None]
