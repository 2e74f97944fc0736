"""Who belongs to a mechanism: agencies by membership, people by appointment, both dated."""

import datetime as dt
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, literal_column, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.models.base import Base, Imported, TenantNode, inside, one_of

MEMBERSHIP_ROLES = ("lead", "chair", "co-chair", "secretariat", "member", "donor", "treasury", "observer")
APPOINTMENT_ROLES = (
    "observer",
    "focal_point",
    "authorised_officer",
    "secretariat",
    "chair",
    "donor",
    "treasury",
)


class Membership(Base, TenantNode, Imported):
    """An agency in a mechanism from a day to a day, both included; no end means still."""

    __tablename__ = "membership"
    __table_args__ = (
        inside("instrument_id", "instrument"),
        inside("fact_id", "provenance"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
        CheckConstraint(one_of("role", MEMBERSHIP_ROLES), name="role_is_known"),
        ExcludeConstraint(
            ("mechanism_id", "="),
            ("agency_id", "="),
            (func.daterange(literal_column("starts_on"), literal_column("ends_on"), "[]"), "&&"),
            name="ex_membership_one_at_a_time",
        ),
    )

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    role: Mapped[str] = mapped_column(server_default="member")
    starts_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]
    instrument_id: Mapped[UUID | None]
    position: Mapped[int] = mapped_column(server_default=text("0"), default=0)


class Appointment(Base, TenantNode):
    """A person's role in a mechanism, for an agency where the role needs one.

    `follows_id` is the appointment whose post was handed over to this one, and `reason` says why.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        inside("follows_id", "appointment"),
        CheckConstraint("follows_id <> id", name="does_not_follow_itself"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
        CheckConstraint(one_of("role", APPOINTMENT_ROLES), name="role_is_known"),
        CheckConstraint(
            "agency_id is not null or role not in ('focal_point', 'authorised_officer', 'donor')",
            name="role_names_its_agency",
        ),
        ExcludeConstraint(
            ("mechanism_id", "="),
            ("account_id", "="),
            ("role", "="),
            (func.coalesce(literal_column("agency_id"), literal_column("mechanism_id")), "="),
            (func.daterange(literal_column("starts_on"), literal_column("ends_on"), "[]"), "&&"),
            name="ex_appointment_once_at_a_time",
        ),
        Index("ix_appointment_account_id", "account_id"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"))
    role: Mapped[str]
    is_deputy: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]
    follows_id: Mapped[UUID | None]
    reason: Mapped[str | None]
