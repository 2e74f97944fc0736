"""An agency: one organisation, one record, wherever it works."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.models.base import Base, one_of, own_key

SECTORS = (
    "government",
    "local_government",
    "police",
    "justice",
    "regulator",
    "ngo",
    "industry",
    "un",
    "donor",
    "academia",
    "other",
)


class Agency(Base):
    """One organisation. `country` is empty for an international one."""

    __tablename__ = "agency"
    __table_args__ = (
        UniqueConstraint("country", "code", name="uq_agency_country_code", postgresql_nulls_not_distinct=True),
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country_is_iso_3166"),
        CheckConstraint("btrim(code) <> ''", name="code_is_given"),
        CheckConstraint("btrim(title) <> ''", name="title_is_given"),
        CheckConstraint(one_of("sector", SECTORS), name="sector_is_known"),
        CheckConstraint("merged_into_id <> id", name="is_not_merged_into_itself"),
        CheckConstraint("parent_id <> id", name="is_not_its_own_parent"),
    )

    id: Mapped[UUID] = own_key()
    country: Mapped[str | None]
    code: Mapped[str]
    title: Mapped[str]
    acronym: Mapped[str | None]
    other_names: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    sector: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"))
    iati_identifier: Mapped[str | None] = mapped_column(unique=True)
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"))
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)
