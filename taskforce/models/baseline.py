"""A plan as it was endorsed or amended: a frozen copy, written once and never changed."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.models.base import Base, Tenant, inside, one_of
from taskforce.rules.baseline import KINDS

CAUSES = ("endorsed", "amended")


class Baseline(Base, Tenant):
    """A frozen copy of a plan. `digest`: the SHA-256, in hex, over all its records, which proves them."""

    __tablename__ = "baseline"
    __table_args__ = (
        UniqueConstraint("mechanism_id", "plan_id", "number"),
        inside("plan_id", "plan"),
        CheckConstraint("number >= 1", name="number_is_from_one"),
        CheckConstraint(one_of("cause", CAUSES), name="cause_is_known"),
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest_is_a_sha256"),
        CheckConstraint("record_count >= 0", name="record_count_is_not_negative"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuidv7()"), sort_order=-19)
    plan_id: Mapped[UUID]
    number: Mapped[int]
    cause: Mapped[str]
    made_at: Mapped[dt.datetime] = mapped_column(server_default=text("now()"))
    made_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    digest: Mapped[str]
    record_count: Mapped[int]


class BaselineRecord(Base, Tenant):
    """A record as it was then, with codes instead of ids, since what they name may go. No key leads to the record.

    `activity_id`, `lead_agency_id`, `source_agency_id`, `is_confidential`: by which its readers are told.
    """

    __tablename__ = "baseline_record"
    __table_args__ = (
        inside("baseline_id", "baseline"),
        CheckConstraint(one_of("kind", KINDS), name="kind_is_known"),
    )

    baseline_id: Mapped[UUID] = mapped_column(primary_key=True)
    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    code: Mapped[str]
    title: Mapped[str]
    content: Mapped[dict[str, Any]]
    activity_id: Mapped[UUID | None]
    lead_agency_id: Mapped[UUID | None]
    source_agency_id: Mapped[UUID | None]
    is_confidential: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
