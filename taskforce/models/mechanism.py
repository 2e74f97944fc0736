"""A mechanism: a national task force, council or working group; the tenant of everything else."""

import datetime as dt
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.models.base import Base, one_of, own_key

MECHANISM_STATUSES = ("forming", "active", "dormant", "dissolved")
MECHANISM_KINDS = (
    "task_force",
    "council",
    "working_group",
    "technical_working_group",
    "programme",
    "statutory_body",
    "committee",
)
FREQUENCIES = ("monthly", "quarterly", "semiannual", "annual")


class Mechanism(Base):
    """One national mechanism, with the calendar by which its deadlines are counted."""

    __tablename__ = "mechanism"
    __table_args__ = (
        CheckConstraint("code ~ '^[A-Z0-9][A-Z0-9-]{1,39}$'", name="code_is_short_capitals"),
        CheckConstraint("btrim(title) <> ''", name="title_is_given"),
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country_is_iso_3166"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_is_iso_4217"),
        CheckConstraint(one_of("kind", MECHANISM_KINDS), name="kind_is_known"),
        CheckConstraint(one_of("status", MECHANISM_STATUSES), name="status_is_known"),
        CheckConstraint("fiscal_year_start_month between 1 and 12", name="fiscal_year_starts_in_a_month"),
        CheckConstraint(one_of("reporting_frequency", FREQUENCIES), name="reporting_frequency_is_known"),
        CheckConstraint("reporting_due_days between 0 and 366", name="reporting_due_days_fit_a_year"),
        CheckConstraint("ended_on >= established_on", name="ends_after_it_starts"),
    )

    id: Mapped[UUID] = own_key()
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    country: Mapped[str]
    kind: Mapped[str]
    topic: Mapped[str | None]
    legal_basis: Mapped[str | None]
    legal_basis_is_seen: Mapped[bool | None]
    established_on: Mapped[dt.date | None]
    established_is_year_only: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    ended_on: Mapped[dt.date | None]
    ended_is_year_only: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    status: Mapped[str] = mapped_column(server_default="active")
    predecessor: Mapped[str | None]
    lead_agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"))
    chair_agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"))
    secretariat_agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"))
    start_up_funder: Mapped[str | None]
    fiscal_year_start_month: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    time_zone: Mapped[str] = mapped_column(server_default="UTC")
    weekend_days: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), server_default=text("'{6,7}'"))
    holidays: Mapped[list[dt.date]] = mapped_column(server_default=text("'{}'"))
    currency: Mapped[str]
    languages: Mapped[list[str]] = mapped_column(server_default=text("'{en}'"))
    reporting_frequency: Mapped[str] = mapped_column(server_default="quarterly")
    reporting_due_days: Mapped[int] = mapped_column(server_default="15")
    reporting_is_illustrative: Mapped[bool | None]
    reporting_fact: Mapped[str | None]
    is_illustrative: Mapped[bool | None]
    fact: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)
