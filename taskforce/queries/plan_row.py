"""The stored rows that a plan file is compared with and made from: whole rows by column, of one mechanism."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Table, Text, cast, func, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import Agency, Base, Mechanism, Membership
from taskforce.queries.visible import visible, visible_activities

Row = Mapping[str, object]


def _table(model: type[Base]) -> Table:
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is not mapped to a table")
    return table


def _named(table: Table, found: Iterable[Sequence[object]]) -> list[Row]:
    names = [column.name for column in table.c]
    return [dict(zip(names, row, strict=True)) for row in found]


async def mechanism_by_code(session: Session, actor: Actor, code: str) -> Row | None:
    """The mechanism of this code, if there is one for this actor."""
    table = _table(Mechanism)
    found = await session.execute(select(*table.c).where(Mechanism.code == code, visible(actor, Mechanism.id)))
    return next(iter(_named(table, found)), None)


async def agencies_by_code(session: Session, codes: Sequence[str]) -> list[Row]:
    """The agencies of all countries that have one of these codes."""
    table = _table(Agency)
    return _named(table, await session.execute(select(*table.c).where(Agency.code.in_(codes))))


async def agencies_by_id(session: Session, ids: Sequence[UUID]) -> list[Row]:
    """The agencies with these ids."""
    table = _table(Agency)
    return _named(table, await session.execute(select(*table.c).where(Agency.id.in_(ids))))


async def shared_agencies(session: Session, actor: Actor, ids: Sequence[UUID], mechanism_id: UUID) -> set[UUID]:
    """Those of the agencies that other mechanisms may have too.

    Only a system principal sees the members of all mechanisms; for anybody else every stored agency counts as shared.
    """
    if not actor.is_system:
        return set(ids)
    found = await session.scalars(
        select(Membership.agency_id)
        .where(visible(actor, Membership.mechanism_id))
        .where(Membership.agency_id.in_(ids), Membership.mechanism_id != mechanism_id)
        .distinct()
    )
    return set(found)


async def rows(
    session: Session, actor: Actor, model: type[Base], mechanism_id: UUID, plan_id: UUID | None = None
) -> list[Row]:
    """All rows of a tenant table in a mechanism, or of one plan in it, by position and then as they were added."""
    table = _table(model)
    allowed = visible_activities(actor) if table.name == "activity" else visible(actor, model.mechanism_id)  # type: ignore[attr-defined]  # every tenant table has it
    statement = select(*table.c).where(allowed, table.c.mechanism_id == mechanism_id)
    if plan_id is not None:
        statement = statement.where(table.c.plan_id == plan_id)
    order = [table.c[name] for name in ("position", "id") if name in table.c]
    return _named(table, await session.execute(statement.order_by(*order)))


async def new_ids(session: Session, count: int) -> list[str]:
    """So many new ids as text, since they go into JSON; rows that get them in this order stay in this order."""
    if not count:
        return []
    made = select(cast(func.uuidv7(), Text).label("id")).select_from(func.generate_series(1, count)).subquery()
    found: list[str] = await session.scalar(select(func.array_agg(made.c.id))) or []
    return found
