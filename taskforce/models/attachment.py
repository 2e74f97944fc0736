"""Evidence files: what each is, what it hangs on, and who purged it. The bytes lie outside the database."""

import datetime as dt
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.models.base import Base, TenantNode, inside, one_of
from taskforce.rules.evidence import ENDINGS, MOST_BYTES


class Attachment(Base, TenantNode):
    """A file that shows something about one thing. After a purge the row stays, with the hash of what was there."""

    __tablename__ = "attachment"
    __table_args__ = (
        inside("activity_id", "activity", ondelete="CASCADE"),
        inside("instrument_id", "instrument", ondelete="CASCADE"),
        inside("cost_item_id", "cost_item", ondelete="CASCADE"),
        CheckConstraint("num_nonnulls(activity_id, instrument_id, cost_item_id) = 1", name="hangs_on_one_thing"),
        CheckConstraint("btrim(name) <> ''", name="name_is_given"),
        CheckConstraint("btrim(note) <> ''", name="note_is_given"),
        CheckConstraint(one_of("media_type", tuple(ENDINGS)), name="media_type_is_known"),
        CheckConstraint(f"byte_count between 1 and {MOST_BYTES}", name="byte_count_is_allowed"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_a_hash"),
        CheckConstraint(
            "(purged_at is null) = (purge_reason is null) and btrim(purge_reason) <> ''",
            name="purged_says_when_and_why",
        ),
        Index("ix_attachment_activity", "mechanism_id", "activity_id"),
        Index("ix_attachment_sha256", "sha256"),
    )

    activity_id: Mapped[UUID | None]
    instrument_id: Mapped[UUID | None]
    cost_item_id: Mapped[UUID | None]
    name: Mapped[str]
    note: Mapped[str]
    media_type: Mapped[str]
    byte_count: Mapped[int]
    sha256: Mapped[str]
    added_at: Mapped[dt.datetime] = mapped_column(server_default=text("now()"))
    added_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    purged_at: Mapped[dt.datetime | None]
    purged_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    purge_reason: Mapped[str | None]
