"""Writing many rows in one statement each, which audit triggers and row-level security see as such."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, text

from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import Base
from taskforce.services.plan_difference import LinkList, Update

# One JSON parameter carries all rows; the row type of the table gives every value its type. COPY is refused on tables
# with row-level security, and many single INSERTs would each call the audit trigger.
_ROWS = "json_populate_recordset(null::{table}, cast(:rows as json))"


def _quoted(columns: Sequence[str], prefix: str = "") -> str:
    return ", ".join(f'{prefix}"{column}"' for column in columns)


def _json(rows: Sequence[Mapping[str, object]]) -> str:
    return json.dumps(rows, default=str, ensure_ascii=False)


async def insert_rows(
    session: Session, model: type[Base], rows: Sequence[Mapping[str, object]], fixed: Mapping[str, UUID]
) -> None:
    """Insert rows, by column; `fixed` are ids that all of them share. A column that is None in all gets its default."""
    if not rows:
        return
    table = model.__tablename__
    given = [{column: value for column, value in row.items() if value is not None} for row in rows]
    columns = list(dict.fromkeys(column for row in given for column in row))
    shared = "".join(f", cast(:{column} as uuid)" for column in fixed)
    statement = (
        f"insert into {table} ({_quoted([*columns, *fixed])})"  # noqa: S608 -- names of our own tables and columns
        f" select {_quoted(columns)}{shared} from {_ROWS.format(table=table)}"
    )
    await session.execute(text(statement), {"rows": _json(given)} | dict(fixed))


async def update_rows(
    session: Session, model: type[Base], updates: Sequence[Update], mechanism_id: UUID | None
) -> None:
    """Write new values of stored rows, each if it still is at the version that was compared.

    Raises:
        Refused: somebody saved one of them meanwhile.
    """
    table = model.__tablename__
    same = "t.id = s.id and t.version = s.version" + (
        "" if mechanism_id is None else " and t.mechanism_id = :mechanism"
    )
    by_columns: defaultdict[tuple[str, ...], list[Update]] = defaultdict(list)
    for update in updates:
        by_columns[tuple(sorted(update.values))].append(update)
    for columns, group in by_columns.items():
        settings = "".join(f'"{column}" = s."{column}", ' for column in columns)
        statement = (
            f"update {table} t set {settings} version = t.version + 1 from {_ROWS.format(table=table)} s"  # noqa: S608 -- as above
            f" where {same} returning t.id"
        )
        rows = [{"id": one.row_id, "version": one.version} | one.values for one in group]
        scope = {} if mechanism_id is None else {"mechanism": mechanism_id}
        written = (await session.scalars(text(statement), {"rows": _json(rows)} | scope)).all()
        if len(written) != len(group):
            raise Refused(
                "somebody saved %(count)s of the same rows meanwhile: run it again, it compares anew",
                count=len(group) - len(written),
            )


async def write_links(session: Session, lists: Sequence[LinkList], mechanism_id: UUID) -> None:
    """Write the lists of links of many rows; a list that there was before is replaced."""
    by_word: defaultdict[str, list[LinkList]] = defaultdict(list)
    for one in lists:
        by_word[one.links.word].append(one)
    for group in by_word.values():
        links = group[0].links
        table = links.model.__table__
        replaced = [one.row_id for one in group if not one.is_new]
        if replaced:
            await session.execute(
                delete(links.model).where(table.c.mechanism_id == mechanism_id, table.c[links.parent].in_(replaced))
            )
        rows: list[dict[str, object]] = [
            {links.parent: one.row_id, links.column: value, "position": position}
            for one in group
            for position, value in enumerate(one.linked)
        ]
        await insert_rows(session, links.model, rows, {"mechanism_id": mechanism_id})
