"""A shared public message and who adopted it, as plan files carry them."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.models.base import Base, Imported, Tenant, TenantNode, inside, term


class Message(Base, TenantNode, Imported):
    """One agreed public text; `fixed_facts` are what no adaptation may change."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("mechanism_id", "code"),
        inside("fact_id", "provenance"),
        CheckConstraint("btrim(text) <> ''", name="text_is_given"),
        CheckConstraint("audience_id like 'target_group:%'", name="audience_is_a_target_group"),
    )

    code: Mapped[str]
    audience_id: Mapped[str] = term("target_group")
    text: Mapped[str]
    languages: Mapped[list[str]] = mapped_column(server_default=sql("'{}'"))
    fixed_facts: Mapped[list[str]] = mapped_column(server_default=sql("'{}'"))
    position: Mapped[int] = mapped_column(server_default=sql("0"), default=0)


class Adoption(Base, Tenant):
    """An agency uses a message."""

    __tablename__ = "adoption"
    __table_args__ = (inside("message_id", "message", ondelete="CASCADE"),)

    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    position: Mapped[int] = mapped_column(server_default=sql("0"), default=0)
