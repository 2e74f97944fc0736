"""The audit: one event for each changed row, written by triggers."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.models.base import Base, one_of

OPERATIONS = ("insert", "update", "delete")


class AuditEvent(Base):
    """What changed, from what to what, by whom, in which action. Rows are only ever added."""

    __tablename__ = "audit_event"
    __table_args__ = (
        CheckConstraint(one_of("operation", OPERATIONS), name="operation_is_known"),
        Index("ix_audit_event_row", "mechanism_id", "row_id"),
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
    happened_at: Mapped[dt.datetime] = mapped_column(server_default=text("clock_timestamp()"))
