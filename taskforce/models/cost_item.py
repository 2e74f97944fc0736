"""What must be paid year after year, what it needs, and the lines that pay it."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.models.base import Base, Imported, TenantNode, inside, one_of, term

DOMAINS = ("leadership", "financing", "programming", "service_delivery")


class CostItem(Base, TenantNode, Imported):
    """Something to pay for, wider than one plan; `activity_id` is set where it is one activity's own one-year cost."""

    __tablename__ = "cost_item"
    __table_args__ = (
        UniqueConstraint("mechanism_id", "code"),
        inside("activity_id", "activity", ondelete="CASCADE"),
        inside("fact_id", "provenance"),
        inside("handover_from_id", "funding_source"),
        inside("handover_to_id", "funding_source"),
        CheckConstraint("btrim(title) <> ''", name="title_is_given"),
        CheckConstraint(one_of("domain", DOMAINS), name="domain_is_known"),
        Index("ix_cost_item_activity", "mechanism_id", "activity_id"),
    )

    code: Mapped[str]
    title: Mapped[str]
    domain: Mapped[str] = mapped_column(server_default="programming", default="programming")
    is_recurrent: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    is_salaries: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    activity_id: Mapped[UUID | None]
    handover_from_id: Mapped[UUID | None]
    handover_to_id: Mapped[UUID | None]
    handover_on: Mapped[dt.date | None]
    position: Mapped[int] = mapped_column(server_default=text("0"), default=0)


class CostRequirement(Base, TenantNode):
    """What a cost item needs of one cost type in one fiscal year, in the mechanism's currency."""

    __tablename__ = "cost_requirement"
    __table_args__ = (
        UniqueConstraint(
            "mechanism_id", "cost_item_id", "cost_type_id", "fiscal_year", name="uq_cost_requirement_once"
        ),
        inside("cost_item_id", "cost_item", ondelete="CASCADE"),
        CheckConstraint("cost_type_id like 'cost_type:%'", name="cost_type_is_one"),
        CheckConstraint("required_amount >= 0", name="required_amount_is_not_negative"),
        CheckConstraint("fiscal_year between 1900 and 2200", name="fiscal_year_is_a_year"),
    )

    cost_item_id: Mapped[UUID]
    cost_type_id: Mapped[str] = term("cost_type")
    fiscal_year: Mapped[int]
    required_amount: Mapped[Decimal]


class BudgetLine(Base, TenantNode, Imported):
    """Cost item × activity × source × cost type × fiscal year. `weight`: the share of a shared line that counts."""

    __tablename__ = "budget_line"
    __table_args__ = (
        UniqueConstraint(
            "mechanism_id",
            "cost_item_id",
            "activity_id",
            "source_id",
            "cost_type_id",
            "fiscal_year",
            "is_in_kind",
            name="uq_budget_line_once",
            postgresql_nulls_not_distinct=True,
        ),
        inside("cost_item_id", "cost_item", ondelete="CASCADE"),
        inside("activity_id", "activity", ondelete="CASCADE"),
        inside("source_id", "funding_source"),
        inside("fact_id", "provenance"),
        CheckConstraint("cost_type_id like 'cost_type:%'", name="cost_type_is_one"),
        CheckConstraint(
            "asked_amount >= 0 and refused_amount >= 0 and secured_amount >= 0", name="amounts_are_not_negative"
        ),
        CheckConstraint("weight > 0 and weight <= 1", name="weight_is_a_share"),
        CheckConstraint("fiscal_year between 1900 and 2200", name="fiscal_year_is_a_year"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_is_iso_4217"),
        Index("ix_budget_line_activity", "mechanism_id", "activity_id"),
        Index("ix_budget_line_order", "mechanism_id", text("fiscal_year desc"), "cost_item_id", "position", "id"),
        Index("ix_budget_line_source", "mechanism_id", "source_id", "fiscal_year"),
    )

    cost_item_id: Mapped[UUID]
    activity_id: Mapped[UUID | None]
    source_id: Mapped[UUID]
    cost_type_id: Mapped[str] = term("cost_type")
    fiscal_year: Mapped[int]
    currency: Mapped[str]
    asked_amount: Mapped[Decimal] = mapped_column(server_default=text("0"), default=Decimal(0))
    refused_amount: Mapped[Decimal] = mapped_column(server_default=text("0"), default=Decimal(0))
    secured_amount: Mapped[Decimal] = mapped_column(server_default=text("0"), default=Decimal(0))
    is_in_kind: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    vote_code: Mapped[str | None]
    weight: Mapped[Decimal] = mapped_column(Numeric(5, 4), server_default=text("1"), default=Decimal(1))
    position: Mapped[int] = mapped_column(server_default=text("0"), default=0)
