"""A duplication alert: two activities of different agencies that may be the same work."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.models.base import Base, TenantNode, inside, one_of

ALERT_KINDS = ("duplicate", "overlap", "complement")
ALERT_BANDS = ("likely", "possible")
ALERT_STATES = ("open", "acknowledged", "proposed", "resolved", "snoozed", "stale")
ALERT_RESOLUTIONS = ("joint", "split", "coordinated", "complement", "merged", "not_a_duplicate")


class DuplicationAlert(Base, TenantNode):
    """Two activities of different agencies that may be the same work; the lower id comes first.

    The two agencies and `is_confidential` say who may read the row, because the activities themselves may be drafts
    that one of the two leads cannot read: `sides` holds what was compared of both, and never money.
    """

    __tablename__ = "duplication_alert"
    __table_args__ = (
        UniqueConstraint("mechanism_id", "first_id", "second_id"),
        inside("plan_id", "plan"),
        inside("first_id", "activity", ondelete="CASCADE"),
        inside("second_id", "activity", ondelete="CASCADE"),
        CheckConstraint("first_id < second_id", name="lower_id_comes_first"),
        CheckConstraint(one_of("kind", ALERT_KINDS), name="kind_is_known"),
        CheckConstraint(one_of("band", ALERT_BANDS), name="band_is_known"),
        CheckConstraint("(kind = 'complement') = (band is null)", name="complements_have_no_band"),
        CheckConstraint(one_of("state", ALERT_STATES), name="state_is_known"),
        CheckConstraint(one_of("resolution", ALERT_RESOLUTIONS), name="resolution_is_known"),
        CheckConstraint("score between 0 and 1", name="score_is_a_share"),
        CheckConstraint(
            "(state = 'resolved') = (resolution is not null and resolved_at is not null)",
            name="resolved_says_how_and_when",
        ),
        CheckConstraint(
            "resolution is distinct from 'not_a_duplicate' or coalesce(btrim(reason), '') <> ''",
            name="not_a_duplicate_has_a_reason",
        ),
        Index("ix_duplication_alert_plan", "mechanism_id", "plan_id", "state"),
        Index("ix_duplication_alert_second", "mechanism_id", "second_id"),
    )

    plan_id: Mapped[UUID]
    first_id: Mapped[UUID]
    second_id: Mapped[UUID]
    first_agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"))
    second_agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"))
    is_confidential: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    kind: Mapped[str]
    band: Mapped[str | None]
    score: Mapped[float]
    signals: Mapped[list[Any]]
    sides: Mapped[list[Any]]
    model: Mapped[str]
    fingerprint: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="open", default="open")
    resolution: Mapped[str | None]
    reason: Mapped[str | None]
    raised_at: Mapped[dt.datetime] = mapped_column(server_default=text("clock_timestamp()"))
    resolved_at: Mapped[dt.datetime | None]
    resolved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
