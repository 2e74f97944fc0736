"""What a line of a plan is linked to: agencies, places, groups, capabilities, responsibilities, messages."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, insert

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import (
    Activity,
    ActivityCapability,
    ActivityMessage,
    ActivityPlace,
    ActivityResponsibility,
    ActivitySupport,
    ActivityTargetGroup,
    Plan,
)
from taskforce.queries import activity as activities
from taskforce.queries import place as places
from taskforce.queries.activity_choices import Known, Wanted, known
from taskforce.services.activity_command import Links, SaveActivity
from taskforce.services.place import check_name, make_place

# Each list of Links with its table and the column that names what is linked.
_TABLES: Final[tuple[tuple[str, Any, str], ...]] = (
    ("supports", ActivitySupport, "agency_id"),
    ("places", ActivityPlace, "place_id"),
    ("target_groups", ActivityTargetGroup, "target_group_id"),
    ("capabilities", ActivityCapability, "capability_id"),
    ("responsibilities", ActivityResponsibility, "responsibility_id"),
    ("messages", ActivityMessage, "message_id"),
)


async def links_of(session: Session, actor: Actor, activity: Activity) -> Links:
    """What a line is linked to now, as far as the actor sees it."""
    found: dict[str, list[str]] = {}
    codes: dict[str, list[str]] = {}
    for each in await activities.related(session, actor, activity):
        found.setdefault(each.relation, []).append(each.id)
        codes.setdefault(each.relation, []).append(each.code)

    def ids(relation: str) -> tuple[UUID, ...]:
        return tuple(UUID(each) for each in found.get(relation, ()))

    return Links(
        supports=ids("support"),
        places=ids("place"),
        target_groups=tuple(found.get("target_group", ())),
        capabilities=tuple(found.get("capability", ())),
        responsibilities=ids("responsibility"),
        messages=ids("message"),
        joint_codes=tuple(codes.get("joint", ())),
    )


async def set_links(session: Session, actor: Actor, activity: Activity, wanted: Links) -> None:
    """Write the links that differ: what stays is not touched, so that the history shows no change where there is none.

    What stays keeps its place in the order; what is new comes after it. Joint lines have a module of their own.
    """
    stored = await links_of(session, actor, activity)
    for name, table, column in _TABLES:
        old, new = getattr(stored, name), getattr(wanted, name)
        gone, added = [each for each in old if each not in new], [each for each in new if each not in old]
        if gone:
            await session.execute(
                delete(table).where(
                    table.mechanism_id == activity.mechanism_id,
                    table.activity_id == activity.id,
                    getattr(table, column).in_(gone),
                )
            )
        if added:
            key = {"mechanism_id": activity.mechanism_id, "activity_id": activity.id}
            rows = [key | {column: each, "position": len(old) + place} for place, each in enumerate(added)]
            await session.execute(insert(table), rows)


async def find_or_make_place(session: Session, actor: Actor, mechanism_id: UUID, title: str) -> UUID:
    """The place that people call so; it is added to the mechanism's list if it is not there.

    Raises:
        Refused: the name means the whole country.
    """
    check_name(title, "new_place")
    return (
        await places.by_title(session, actor, mechanism_id, title)
        or (await make_place(session, mechanism_id, title)).id
    )


async def check_known(
    session: Session,
    actor: Actor,
    plan: Plan,
    command: SaveActivity,
    *,
    today: dt.date,
    kept: SaveActivity | None = None,
) -> None:
    """Let a command pass that names only what there is, and agencies that are members today.

    `kept` is what is stored: an agency that has left meanwhile may stay on a line that it stood on.

    Raises:
        Refused: one of the ids is not known; its field is named.
    """
    links = command.links
    staying = frozenset((kept.lead_agency_id, *kept.links.supports)) if kept else frozenset()
    wanted = Wanted(
        plan_id=plan.id,
        agencies=frozenset((command.lead_agency_id, *links.supports)),
        places=frozenset(links.places),
        responsibilities=frozenset(links.responsibilities),
        messages=frozenset(links.messages),
        outputs=frozenset([command.output_id] if command.output_id else []),
        terms=frozenset([*links.target_groups, *links.capabilities, *([command.kind] if command.kind else [])]),
    )
    found = await known(session, actor, plan.mechanism_id, wanted, today=today)
    _check_agencies(command, found.agencies | staying)
    _check_terms(command, found)
    for field, ids, there in (
        ("output_id", wanted.outputs, found.outputs),
        ("place_ids", links.places, found.places),
        ("responsibility_ids", links.responsibilities, found.responsibilities),
        ("message_ids", links.messages, found.messages),
    ):
        if set(ids) - there:
            raise Refused("One of these is not in the list of this mechanism. Choose again.", field=field)


def _check_agencies(command: SaveActivity, members: frozenset[UUID]) -> None:
    if command.lead_agency_id not in members:
        raise Refused(
            "The lead agency is not a member today. Choose a member, or ask the secretariat to add it.",
            field="lead_agency_id",
        )
    if set(command.links.supports) - members:
        raise Refused(
            "A supporting agency is not a member today. Choose members only, or ask the secretariat to add it.",
            field="support_agency_ids",
        )


def _check_terms(command: SaveActivity, found: Known) -> None:
    asked: tuple[tuple[str, str, Iterable[str]], ...] = (
        ("kind", "kind:", [command.kind] if command.kind else []),
        ("target_groups", "target_group:", command.links.target_groups),
        ("capabilities", "capability:", command.links.capabilities),
    )
    for field, start, ids in asked:
        wrong = next((each for each in ids if each not in found.terms or not each.startswith(start)), None)
        if wrong is not None:
            raise Refused("%(id)s is not in the vocabulary. Choose one of the list.", field=field, id=wrong)
