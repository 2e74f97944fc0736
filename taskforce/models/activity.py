"""An activity: what one agency leads, and all that hangs on it."""

import datetime as dt
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.models.base import Base, Imported, Tenant, TenantNode, inside, one_of, term

ACTIVITY_STATUSES = ("not_started", "on_track", "constrained", "no_progress", "met", "cancelled")
OWN_PLAN_ANSWERS = ("yes", "no")


class Activity(Base, TenantNode, Imported):
    """One line of a plan. Lead and dates may be open while the plan is a draft. Both dates are included."""

    __tablename__ = "activity"
    __table_args__ = (
        UniqueConstraint("mechanism_id", "plan_id", "code"),
        inside("plan_id", "plan"),
        inside("output_id", "output"),
        inside("carried_over_from_id", "activity"),
        inside("fact_id", "provenance"),
        CheckConstraint("btrim(code) <> ''", name="code_is_given"),
        CheckConstraint("btrim(title) <> ''", name="title_is_given"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
        CheckConstraint("actual_ends_on >= actual_starts_on", name="ended_after_it_started"),
        CheckConstraint("kind_id like 'kind:%'", name="kind_is_one"),
        CheckConstraint(one_of("status", ACTIVITY_STATUSES), name="status_is_known"),
        CheckConstraint(one_of("own_plan", OWN_PLAN_ANSWERS), name="own_plan_is_yes_or_no"),
        CheckConstraint("carried_over_from_id <> id", name="is_not_carried_over_from_itself"),
        Index("ix_activity_plan", "mechanism_id", "plan_id", "position"),
        Index("ix_activity_output", "mechanism_id", "output_id"),
        Index("ix_activity_lead", "mechanism_id", "lead_agency_id"),
    )

    plan_id: Mapped[UUID]
    output_id: Mapped[UUID]
    code: Mapped[str]
    title: Mapped[str]
    description: Mapped[str | None]
    kind_id: Mapped[str | None] = term("kind", nullable=True)
    lead_agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"))
    starts_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]
    actual_starts_on: Mapped[dt.date | None]
    actual_ends_on: Mapped[dt.date | None]
    status: Mapped[str] = mapped_column(server_default="not_started", default="not_started")
    status_reason: Mapped[str | None]
    is_national: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    own_plan: Mapped[str | None]
    own_plan_reference: Mapped[str | None]
    is_confidential: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    carried_over_from_id: Mapped[UUID | None]
    position: Mapped[int] = mapped_column(server_default=text("0"), default=0)


class ActivitySupport(Base, Tenant):
    """An agency that supports an activity which another leads."""

    __tablename__ = "activity_support"
    __table_args__ = (inside("activity_id", "activity", ondelete="CASCADE"),)

    activity_id: Mapped[UUID] = mapped_column(primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    position: Mapped[int] = mapped_column(server_default=text("0"), default=0)


class ActivityPlace(Base, Tenant):
    """A place where an activity happens."""

    __tablename__ = "activity_place"
    __table_args__ = (
        inside("activity_id", "activity", ondelete="CASCADE"),
        inside("place_id", "place"),
        Index("ix_activity_place_place", "mechanism_id", "place_id"),
    )

    activity_id: Mapped[UUID] = mapped_column(primary_key=True)
    place_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(server_default=text("0"), default=0)


class ActivityTargetGroup(Base, Tenant):
    """A group that an activity is for."""

    __tablename__ = "activity_target_group"
    __table_args__ = (
        inside("activity_id", "activity", ondelete="CASCADE"),
        CheckConstraint("target_group_id like 'target_group:%'", name="target_group_is_one"),
    )

    activity_id: Mapped[UUID] = mapped_column(primary_key=True)
    target_group_id: Mapped[str] = mapped_column(ForeignKey("vocabulary_term.id"), primary_key=True)
    position: Mapped[int] = mapped_column(server_default=text("0"), default=0)


class ActivityCapability(Base, Tenant):
    """A capability that an activity works on, where it says so itself and not only through its objective."""

    __tablename__ = "activity_capability"
    __table_args__ = (
        inside("activity_id", "activity", ondelete="CASCADE"),
        CheckConstraint("capability_id like 'capability:%'", name="capability_is_one"),
    )

    activity_id: Mapped[UUID] = mapped_column(primary_key=True)
    capability_id: Mapped[str] = mapped_column(ForeignKey("vocabulary_term.id"), primary_key=True)
    position: Mapped[int] = mapped_column(server_default=text("0"), default=0)


class ActivityResponsibility(Base, Tenant):
    """A responsibility that an activity carries out."""

    __tablename__ = "activity_responsibility"
    __table_args__ = (
        inside("activity_id", "activity", ondelete="CASCADE"),
        inside("responsibility_id", "responsibility"),
    )

    activity_id: Mapped[UUID] = mapped_column(primary_key=True)
    responsibility_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(server_default=text("0"), default=0)


class ActivityJoint(Base, Tenant):
    """Two activities that their agencies declared joint; stored once, the lower id first."""

    __tablename__ = "activity_joint"
    __table_args__ = (
        inside("activity_id", "activity", ondelete="CASCADE"),
        inside("other_id", "activity", ondelete="CASCADE"),
        CheckConstraint("activity_id < other_id", name="lower_id_comes_first"),
    )

    activity_id: Mapped[UUID] = mapped_column(primary_key=True)
    other_id: Mapped[UUID] = mapped_column(primary_key=True)


class ActivityMessage(Base, Tenant):
    """A shared message that an activity uses."""

    __tablename__ = "activity_message"
    __table_args__ = (
        inside("activity_id", "activity", ondelete="CASCADE"),
        inside("message_id", "message"),
    )

    activity_id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(server_default=text("0"), default=0)


class ActivityConfirmation(Base, Tenant):
    """What an agency said of its line: it is right as it was in this version. Another version is not confirmed.

    `is_on_behalf`: the secretariat said so for the agency.
    """

    __tablename__ = "activity_confirmation"
    __table_args__ = (inside("activity_id", "activity", ondelete="CASCADE"),)

    activity_id: Mapped[UUID] = mapped_column(primary_key=True)
    activity_version: Mapped[int]
    confirmed_at: Mapped[dt.datetime] = mapped_column(server_default=text("now()"))
    confirmed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    is_on_behalf: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
