"""Finding one row of a tenant table for an actor, the same way for every noun."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy import ScalarSelect, Select, func, select

from taskforce.access import Actor, Role
from taskforce.db import Session
from taskforce.errors import NotAllowed, NotFound
from taskforce.models import Activity
from taskforce.models.base import Base, TenantNode
from taskforce.queries.visible import visible, visible_activities

T = TypeVar("T", bound=TenantNode)
Row = TypeVar("Row")


async def one(session: Session, actor: Actor, model: type[T], row_id: UUID, *, for_update: bool = False) -> T:
    """A row by its id. `for_update` locks it until the transaction ends.

    Raises:
        NotFound: there is none, or it is not the actor's to see.
        NotAllowed: the actor sees it, but writes nothing there, so that the database does not let it be locked.
    """
    allowed = visible_activities(actor) if model is Activity else visible(actor, model.mechanism_id)
    return await only(session, select(model).where(allowed, model.id == row_id), for_update=for_update)


async def only(session: Session, statement: Select[Row], *, for_update: bool) -> Row:
    """The one row of a statement that asks for what the actor sees. Raises as `one` does."""
    # the row may be in this session already, as it was before whoever held the lock changed it
    locked = statement.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(locked if for_update else statement)
    if found is None and for_update and await session.scalar(statement) is not None:
        raise NotAllowed("You only read here. Who can: %(roles)s.", roles=(Role.SECRETARIAT,))
    if found is None:
        raise NotFound(statement.column_descriptions[0]["entity"].__tablename__)
    return found


def place_after(model: type[Base], **within: UUID) -> ScalarSelect[int]:
    """The place after the last row with these values: the `position` of one that is added, found as it is written."""
    columns = model.__table__.c
    rows = (columns[name] == value for name, value in within.items())
    return select(func.coalesce(func.max(columns["position"]) + 1, 0)).where(*rows).scalar_subquery()


async def last_place(session: Session, model: type[Base], **within: UUID) -> int:
    """The same as a number, for a row that is moved: what an update finds out is not read back."""
    return await session.scalar(select(place_after(model, **within))) or 0
