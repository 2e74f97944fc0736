"""An indicator of an output, and its targets by year."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.models.base import Base, Imported, TenantNode, inside, one_of

ROLL_UPS = ("sum", "max", "latest", "average", "ratio")


class Indicator(Base, TenantNode, Imported):
    """What is counted. The two roll-up rules say how values join over periods and over places."""

    __tablename__ = "indicator"
    __table_args__ = (
        UniqueConstraint("mechanism_id", "plan_id", "code"),
        inside("plan_id", "plan"),
        inside("output_id", "output"),
        inside("fact_id", "provenance"),
        inside("target_fact_id", "provenance"),
        CheckConstraint("btrim(title) <> ''", name="title_is_given"),
        CheckConstraint("btrim(unit) <> ''", name="unit_is_given"),
        CheckConstraint(one_of("roll_up_periods", ROLL_UPS), name="roll_up_periods_is_known"),
        CheckConstraint(one_of("roll_up_places", ROLL_UPS), name="roll_up_places_is_known"),
        CheckConstraint("baseline_year between 1900 and 2200", name="baseline_year_is_a_year"),
    )

    plan_id: Mapped[UUID]
    output_id: Mapped[UUID]
    code: Mapped[str]
    title: Mapped[str]
    unit: Mapped[str]
    roll_up_periods: Mapped[str] = mapped_column(server_default="sum", default="sum")
    roll_up_places: Mapped[str] = mapped_column(server_default="sum", default="sum")
    baseline: Mapped[Decimal | None]
    baseline_year: Mapped[int | None]
    disaggregation: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    target_fact_id: Mapped[UUID | None]
    position: Mapped[int] = mapped_column(server_default=text("0"), default=0)


class Target(Base, TenantNode):
    """The value that an indicator is to reach in a fiscal year, named by the year in which it starts."""

    __tablename__ = "target"
    __table_args__ = (
        UniqueConstraint("mechanism_id", "indicator_id", "fiscal_year"),
        inside("indicator_id", "indicator", ondelete="CASCADE"),
        CheckConstraint("fiscal_year between 1900 and 2200", name="fiscal_year_is_a_year"),
    )

    indicator_id: Mapped[UUID]
    fiscal_year: Mapped[int]
    value: Mapped[Decimal]
