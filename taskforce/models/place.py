"""A place of a mechanism: a district, region or city, one inside the other."""

from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from taskforce.models.base import Base, TenantNode, inside


class Place(Base, TenantNode):
    """A place of the mechanism's own list; the whole country is no place but a flag of the activity.

    Without a position it stands in no list: activities name it, and that made it.
    """

    __tablename__ = "place"
    __table_args__ = (
        UniqueConstraint("mechanism_id", "code"),
        inside("parent_id", "place"),
        CheckConstraint("parent_id <> id", name="is_not_inside_itself"),
        CheckConstraint("lower(code) <> 'national'", name="is_not_the_whole_country"),
    )

    code: Mapped[str]
    title: Mapped[str]
    parent_id: Mapped[UUID | None]
    position: Mapped[int | None]
