"""Where money comes from, and how the shares stood in earlier years."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.models.base import Base, Imported, TenantNode, inside, one_of

SOURCE_CLASSES = (
    "government",
    "local_government",
    "donor_grant",
    "loan",
    "pooled",
    "ngo_own",
    "industry",
    "in_kind",
)
BUDGET_CHANNELS = ("on_budget", "on_treasury", "off_budget")
HISTORY_CLASSES = ("donor", "government", "industry", "ngo", "other")


class FundingSource(Base, TenantNode, Imported):
    """One agreement or vote that pays. `is_requested`: asked for and not (yet) given."""

    __tablename__ = "funding_source"
    __table_args__ = (
        UniqueConstraint("mechanism_id", "code"),
        inside("fact_id", "provenance"),
        CheckConstraint("btrim(title) <> ''", name="title_is_given"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
        CheckConstraint(one_of("class", SOURCE_CLASSES), name="class_is_known"),
        CheckConstraint(one_of("budget_channel", BUDGET_CHANNELS), name="budget_channel_is_known"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_is_iso_4217"),
    )

    code: Mapped[str]
    title: Mapped[str]
    source_class: Mapped[str] = mapped_column("class")
    provider_agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"))
    agreement_reference: Mapped[str | None]
    starts_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]
    is_earmarked: Mapped[bool | None]
    budget_channel: Mapped[str | None]
    currency: Mapped[str | None]
    is_start_up: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    is_requested: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    position: Mapped[int] = mapped_column(server_default=text("0"), default=0)


class FundingHistory(Base, TenantNode):
    """The share that one class of payers carried in an earlier year, 0 to 1."""

    __tablename__ = "funding_history"
    __table_args__ = (
        UniqueConstraint("mechanism_id", "fiscal_year", "payer"),
        CheckConstraint(one_of("payer", HISTORY_CLASSES), name="payer_is_known"),
        CheckConstraint("share between 0 and 1", name="share_is_a_share"),
        CheckConstraint("fiscal_year between 1900 and 2200", name="fiscal_year_is_a_year"),
    )

    fiscal_year: Mapped[int]
    payer: Mapped[str]
    share: Mapped[Decimal] = mapped_column(Numeric(5, 4))
    note: Mapped[str | None]
    is_illustrative: Mapped[bool | None]
