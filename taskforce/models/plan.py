"""An annual action plan and its tree: objectives, outputs."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, func, literal_column, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.models.base import Base, Imported, Tenant, TenantNode, inside, one_of

PLAN_STATUSES = (
    "draft",
    "consultation",
    "submitted",
    "returned",
    "endorsed",
    "active",
    "closing",
    "closed",
    "suspended",
    "cancelled",
)


class Plan(Base, TenantNode, Imported):
    """One mechanism, one fiscal year; both dates are included."""

    __tablename__ = "plan"
    __table_args__ = (
        UniqueConstraint("mechanism_id", "code"),
        inside("follows_id", "plan"),
        inside("fact_id", "provenance"),
        CheckConstraint("btrim(title) <> ''", name="title_is_given"),
        CheckConstraint("ends_on > starts_on", name="ends_after_it_starts"),
        CheckConstraint("ends_on < starts_on + interval '2 years'", name="is_about_a_year"),
        CheckConstraint(one_of("status", PLAN_STATUSES), name="status_is_known"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_is_iso_4217"),
        CheckConstraint("follows_id <> id", name="does_not_follow_itself"),
        CheckConstraint(
            "status not in ('returned', 'suspended', 'cancelled') or is_imported"
            " or coalesce(btrim(status_reason), '') <> ''",
            name="set_back_says_why",
        ),
        CheckConstraint("endorsed_by_id <> submitted_by_id", name="is_endorsed_by_another"),
        ExcludeConstraint(
            ("mechanism_id", "="),
            (func.daterange(literal_column("starts_on"), literal_column("ends_on"), "[]"), "&&"),
            where=text("status <> 'cancelled'"),
            name="ex_plan_one_a_year",
        ),
    )

    code: Mapped[str]
    title: Mapped[str]
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    status: Mapped[str] = mapped_column(server_default="draft", default="draft")
    currency: Mapped[str]
    parent_code: Mapped[str | None]
    follows_id: Mapped[UUID | None]
    languages: Mapped[list[str]] = mapped_column(server_default=text("'{en}'"))
    is_imported: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    pair_labels: Mapped[dict[str, Any] | None]
    submitted_at: Mapped[dt.datetime | None]
    submitted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    endorsed_at: Mapped[dt.datetime | None]
    endorsed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    status_reason: Mapped[str | None]


class Objective(Base, TenantNode, Imported):
    """What the plan wants to reach."""

    __tablename__ = "objective"
    __table_args__ = (
        UniqueConstraint("mechanism_id", "plan_id", "code"),
        inside("plan_id", "plan"),
        inside("fact_id", "provenance"),
        CheckConstraint("btrim(title) <> ''", name="title_is_given"),
    )

    plan_id: Mapped[UUID]
    code: Mapped[str]
    title: Mapped[str]
    position: Mapped[int] = mapped_column(server_default=text("0"), default=0)


class ObjectiveCapability(Base, Tenant):
    """A capability of the national response that an objective works on."""

    __tablename__ = "objective_capability"
    __table_args__ = (
        inside("objective_id", "objective", ondelete="CASCADE"),
        CheckConstraint("capability_id like 'capability:%'", name="capability_is_one"),
    )

    objective_id: Mapped[UUID] = mapped_column(primary_key=True)
    capability_id: Mapped[str] = mapped_column(ForeignKey("vocabulary_term.id"), primary_key=True)
    position: Mapped[int] = mapped_column(server_default=text("0"), default=0)


class Output(Base, TenantNode, Imported):
    """What activities together produce under an objective."""

    __tablename__ = "output"
    __table_args__ = (
        UniqueConstraint("mechanism_id", "plan_id", "code"),
        inside("plan_id", "plan"),
        inside("objective_id", "objective"),
        inside("fact_id", "provenance"),
        CheckConstraint("btrim(title) <> ''", name="title_is_given"),
    )

    plan_id: Mapped[UUID]
    objective_id: Mapped[UUID]
    code: Mapped[str]
    title: Mapped[str]
    position: Mapped[int] = mapped_column(server_default=text("0"), default=0)
