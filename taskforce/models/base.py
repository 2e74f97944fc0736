"""What all tables share: names of constraints, column types, the tenant key, provenance."""

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    MetaData,
    Numeric,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Root of the tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dt.datetime: DateTime(timezone=True),
        dt.date: Date(),
        Decimal: Numeric(20, 2),
        str: Text(),
        UUID: Uuid(),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
        list[str]: ARRAY(Text()),
        list[dt.date]: ARRAY(Date()),
    }


def own_key() -> Mapped[UUID]:
    """A primary key that PostgreSQL makes; version 7, so new rows lie together."""
    return mapped_column(primary_key=True, server_default=text("uuidv7()"))


class Tenant:
    """The key of a table whose rows belong to one mechanism."""

    mechanism_id: Mapped[UUID] = mapped_column(ForeignKey("mechanism.id"), primary_key=True, sort_order=-20)


class TenantNode(Tenant):
    """A tenant row of its own, with an id and the version that forms send back."""

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuidv7()"), sort_order=-19)
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1, sort_order=90)


class Imported:
    """Where an imported row comes from: a cited fact, or an illustration that nothing published says."""

    is_illustrative: Mapped[bool | None] = mapped_column(sort_order=91)
    fact_id: Mapped[UUID | None] = mapped_column(sort_order=92)


def inside(column: str, table: str, *, ondelete: str | None = None) -> ForeignKeyConstraint:
    """A foreign key to a row of the same mechanism: both keys together, since such checks ignore row-level security."""
    return ForeignKeyConstraint(["mechanism_id", column], [f"{table}.mechanism_id", f"{table}.id"], ondelete=ondelete)


def term(vocabulary: str, *, nullable: bool = False) -> Any:
    """A column that names a vocabulary term, `VOCABULARY:CODE`."""
    return mapped_column(ForeignKey("vocabulary_term.id"), nullable=nullable)


def one_of(column: str, values: tuple[str, ...]) -> str:
    """The SQL of a CHECK that a text column holds one of these values."""
    return f"{column} in ({', '.join(repr(value) for value in values)})"
