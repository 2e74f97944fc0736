"""Questions about mechanisms."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.errors import NotFound
from taskforce.models import DuplicationAlert, Mechanism
from taskforce.queries.visible import visible

_OPEN = ("open", "acknowledged", "proposed")


@dataclass(frozen=True, slots=True)
class Head:
    """What every page of a mechanism carries on top."""

    id: UUID
    code: str
    title: str
    country: str
    status: str
    currency: str
    open_alert_count: int


async def head(session: Session, actor: Actor, code: str) -> Head:
    """The head of a mechanism by its code.

    Raises:
        NotFound: there is no such mechanism for this actor.
    """
    return await _head(session, actor, Mechanism.code == code.upper())


async def head_by_id(session: Session, actor: Actor, mechanism_id: UUID) -> Head:
    """The same by id."""
    return await _head(session, actor, Mechanism.id == mechanism_id)


async def _head(session: Session, actor: Actor, condition: ColumnElement[bool]) -> Head:
    open_alerts = (
        select(func.count())
        .select_from(DuplicationAlert)
        .where(
            DuplicationAlert.mechanism_id == Mechanism.id,
            DuplicationAlert.state.in_(_OPEN),
            DuplicationAlert.kind != "complement",
        )
        .scalar_subquery()
    )
    statement = select(
        Mechanism.id,
        Mechanism.code,
        Mechanism.title,
        Mechanism.country,
        Mechanism.status,
        Mechanism.currency,
        open_alerts,
    ).where(visible(actor, Mechanism.id), condition)
    found = (await session.execute(statement)).one_or_none()
    if found is None:
        raise NotFound("mechanism")
    return Head(*found)


async def one(session: Session, actor: Actor, mechanism_id: UUID, *, for_update: bool = False) -> Mechanism:
    """A mechanism, locked for a change where asked.

    Raises:
        NotFound: there is no such mechanism for this actor.
    """
    statement = select(Mechanism).where(visible(actor, Mechanism.id), Mechanism.id == mechanism_id)
    found = await session.scalar(statement.with_for_update() if for_update else statement)
    if found is None:
        raise NotFound("mechanism")
    return found
