"""Finding one row of a tenant table for an actor, the same way for every noun."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.errors import NotAllowed, NotFound
from taskforce.models import Activity
from taskforce.models.base import TenantNode
from taskforce.queries.visible import visible, visible_activities

T = TypeVar("T", bound=TenantNode)


async def one(session: Session, actor: Actor, model: type[T], row_id: UUID, *, for_update: bool = False) -> T:
    """A row by its id. `for_update` locks it until the transaction ends.

    Raises:
        NotFound: there is none, or it is not the actor's to see.
        NotAllowed: the actor sees it, but writes nothing there, so that the database does not let it be locked.
    """
    allowed = visible_activities(actor) if model is Activity else visible(actor, model.mechanism_id)
    statement = select(model).where(allowed, model.id == row_id)
    # the row may be in this session already, as it was before whoever held the lock changed it
    locked = statement.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(locked if for_update else statement)
    if found is None and for_update and await session.scalar(statement) is not None:
        raise NotAllowed("You only read here. Who can: the secretariat.")
    if found is None:
        raise NotFound(getattr(model, "__tablename__", "row"))
    return found
