"""Mandated duties, the instruments they rest on, and who holds them."""

import datetime as dt
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, func, literal_column, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.models.base import Base, Imported, Tenant, TenantNode, inside, one_of, term

INSTRUMENT_KINDS = ("law", "decree", "policy", "protocol", "agreement", "terms_of_reference", "other")
ASSIGNMENT_ROLES = ("accountable", "responsible", "consulted", "informed")


class Instrument(Base, TenantNode):
    """A law, decree, protocol or agreement. `is_seen`: somebody of the mechanism has seen its text."""

    __tablename__ = "instrument"
    __table_args__ = (
        UniqueConstraint(
            "mechanism_id", "citation", "article", name="uq_instrument_citation", postgresql_nulls_not_distinct=True
        ),
        CheckConstraint(one_of("kind", INSTRUMENT_KINDS), name="kind_is_known"),
        CheckConstraint("btrim(citation) <> ''", name="citation_is_given"),
    )

    kind: Mapped[str]
    citation: Mapped[str]
    article: Mapped[str | None]
    is_seen: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    link: Mapped[str | None]


class Responsibility(Base, TenantNode, Imported):
    """A duty that somebody must fulfil; `capability_id` places it in the national response."""

    __tablename__ = "responsibility"
    __table_args__ = (
        UniqueConstraint("mechanism_id", "code"),
        inside("fact_id", "provenance"),
        CheckConstraint("btrim(statement) <> ''", name="statement_is_given"),
        CheckConstraint("capability_id like 'capability:%'", name="capability_is_one"),
    )

    code: Mapped[str]
    statement: Mapped[str]
    capability_id: Mapped[str] = term("capability")
    position: Mapped[int] = mapped_column(server_default=text("0"), default=0)


class ResponsibilityInstrument(Base, Tenant):
    """A responsibility rests on an instrument."""

    __tablename__ = "responsibility_instrument"
    __table_args__ = (
        inside("responsibility_id", "responsibility", ondelete="CASCADE"),
        inside("instrument_id", "instrument"),
    )

    responsibility_id: Mapped[UUID] = mapped_column(primary_key=True)
    instrument_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(server_default=text("0"), default=0)


class Assignment(Base, TenantNode):
    """An agency's part in a responsibility. Two accountable agencies are recorded, and shown as a clash."""

    __tablename__ = "assignment"
    __table_args__ = (
        inside("responsibility_id", "responsibility", ondelete="CASCADE"),
        CheckConstraint(one_of("role", ASSIGNMENT_ROLES), name="role_is_known"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
        ExcludeConstraint(
            ("mechanism_id", "="),
            ("responsibility_id", "="),
            ("agency_id", "="),
            (func.daterange(literal_column("starts_on"), literal_column("ends_on"), "[]"), "&&"),
            name="ex_assignment_one_part_at_a_time",
        ),
    )

    responsibility_id: Mapped[UUID]
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    role: Mapped[str]
    starts_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]
    is_disputed: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    position: Mapped[int] = mapped_column(server_default=text("0"), default=0)
