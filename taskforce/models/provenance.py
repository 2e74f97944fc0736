"""Where facts come from: the cited sources of a mechanism's imported data."""

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.models.base import Base, TenantNode


class Provenance(Base, TenantNode):
    """A cited source and what it says, in our own words; rows name it as their `fact_id`."""

    __tablename__ = "provenance"
    __table_args__ = (UniqueConstraint("mechanism_id", "code"),)

    code: Mapped[str]
    reference: Mapped[str]
    statement: Mapped[str]
    position: Mapped[int] = mapped_column(server_default="0", default=0)
