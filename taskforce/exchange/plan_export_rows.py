"""Reading what is stored of a mechanism and one of its plans, for the export."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import Activity, ActivityJoint
from taskforce.queries import plan_row
from taskforce.services import plan_columns as columns
from taskforce.services.plan_columns import Noun

Row = Mapping[str, object]
Rows = Mapping[str, Sequence[Row]]
Lists = Mapping[tuple[str, str], Mapping[object, list[object]]]


@dataclass(frozen=True, slots=True)
class Stored:
    """Everything that was read: rows by noun, lists of links by word and row, the code of every row."""

    mechanism: Row
    plan: Row | None
    agencies: Mapping[object, Row]
    rows: Mapping[str, Sequence[Row]]
    links: Mapping[tuple[str, str], Mapping[object, list[object]]]
    joint: Sequence[Row]
    codes: Mapping[object, str]

    def linked(self, noun: Noun, word: str, row: Row) -> list[object]:
        """The list of a row under one word, as the file writes it."""
        links = next(each for each in noun.links if each.word == word)
        values = self.links[noun.name, word].get(row["id"], [])
        if links.vocabulary:
            return [str(value).removeprefix(f"{links.vocabulary}:") for value in values]
        return [self.codes[value] for value in values]


def _id(row: Row) -> UUID:
    return UUID(str(row["id"]))


async def read_stored(session: Session, actor: Actor, mechanism: Row, plan: Row | None, plans: Sequence[Row]) -> Stored:
    """Everything of a mechanism, and of one of its plans, that the actor may see."""
    mechanism_id = _id(mechanism)
    rows: dict[str, Sequence[Row]] = {}
    links: dict[tuple[str, str], Mapping[object, list[object]]] = {}
    for noun in columns.NOUNS:
        if noun is columns.PLAN or (noun.has_plan and plan is None):
            rows[noun.name] = []
            links |= {(noun.name, each.word): {} for each in noun.links}
            continue
        found = await plan_row.rows(
            session, actor, noun.model, mechanism_id, _id(plan) if noun.has_plan and plan else None
        )
        rows[noun.name] = found
        for each in noun.links:
            lists: defaultdict[object, list[object]] = defaultdict(list)
            for link in await plan_row.rows(session, actor, each.model, mechanism_id):
                lists[link[each.parent]].append(link[each.column])
            links[noun.name, each.word] = lists
    for noun in columns.NOUNS:
        if noun.within:
            column, inside = noun.within
            ids = {row["id"] for row in rows[inside]}
            rows[noun.name] = [row for row in rows[noun.name] if row[column] is None or row[column] in ids]
    earlier: Sequence[Row] = []
    if plan is not None and isinstance(plan["follows_id"], UUID):
        earlier = await plan_row.rows(session, actor, Activity, mechanism_id, plan["follows_id"])
    agencies = await _agencies(session, mechanism, rows, links)
    named = [agencies.values(), plans, earlier, *rows.values()]
    return Stored(
        mechanism=mechanism,
        plan=plan,
        agencies=agencies,
        rows=rows,
        links=links,
        joint=await plan_row.rows(session, actor, ActivityJoint, mechanism_id) if plan is not None else [],
        codes={row["id"]: str(row["code"]) for group in named for row in group if "code" in row},
    )


async def _agencies(
    session: Session,
    mechanism: Row,
    rows: Rows,
    links: Lists,
) -> dict[object, Row]:
    """Members in their order, then agencies that something names without their being members, then their parents."""
    wanted: list[object] = [row["agency_id"] for row in rows[columns.MEMBERS.name]]
    wanted += [mechanism[field.column] for field in columns.MECHANISM.fields if field.refers == "agencies"]
    for noun in columns.NOUNS:
        for field in noun.fields:
            if field.refers == "agencies":
                wanted += [row[field.column] for row in rows[noun.name]]
        for each in noun.links:
            if each.refers == "agencies":
                parents = {row["id"] for row in rows[noun.name]}
                lists = links[noun.name, each.word]
                wanted += [value for parent, values in lists.items() if parent in parents for value in values]
    found: dict[object, Row] = {}
    missing = [value for value in dict.fromkeys(wanted) if isinstance(value, UUID)]
    while missing:
        read = {row["id"]: row for row in await plan_row.agencies_by_id(session, missing)}
        found |= {agency_id: read[agency_id] for agency_id in missing}
        above = [read[agency_id]["parent_id"] for agency_id in missing]
        missing = [value for value in dict.fromkeys(above) if isinstance(value, UUID) and value not in found]
    return found
