"""An agreement between agencies, as plan files carry it."""

import datetime as dt

from sqlalchemy import CheckConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.models.base import Base, Imported, TenantNode, inside


class Agreement(Base, TenantNode, Imported):
    """A memorandum or protocol. A party is an agency's code or the name of an outsider."""

    __tablename__ = "agreement"
    __table_args__ = (
        UniqueConstraint("mechanism_id", "subject"),
        inside("fact_id", "provenance"),
        CheckConstraint("btrim(subject) <> ''", name="subject_is_given"),
        CheckConstraint("expires_on >= signed_on", name="expires_after_it_is_signed"),
    )

    parties: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    subject: Mapped[str]
    signed_on: Mapped[dt.date | None]
    expires_on: Mapped[dt.date | None]
    is_seen: Mapped[bool | None]
    note: Mapped[str | None]
    position: Mapped[int] = mapped_column(server_default=text("0"), default=0)
