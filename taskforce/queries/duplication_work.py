"""The activities of a plan as the search for duplicates compares them, asked as the principal `alerts`."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)

from taskforce.access import ALERTS
from taskforce.db import Session
from taskforce.errors import NotFound
from taskforce.models import (
    Activity,
    ActivityCapability,
    ActivityJoint,
    ActivityMessage,
    ActivityPlace,
    ActivityResponsibility,
    ActivityTargetGroup,
    Agency,
    Message,
    Objective,
    ObjectiveCapability,
    Output,
    Place,
    Plan,
    Responsibility,
    VocabularyTerm,
)
from taskforce.queries.visible import visible, visible_activities
from taskforce.rules.duplication import MOST_DAYS_APART, Work

Question = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Compared:
    """An activity ready to be compared: the work itself, whose it is, and `side`, what an alert shows of it."""

    id: UUID
    plan_id: UUID
    mechanism_id: UUID
    agency_id: UUID | None
    is_confidential: bool
    work: Work
    side: dict[str, object]


@dataclass(frozen=True, slots=True)
class _Link:
    code: str
    words: str


Links = Mapping[UUID, Mapping[str, list[_Link]]]


async def of_plan(session: Session, plan_id: UUID) -> list[Compared]:
    """All activities of a plan that are not cancelled, in its order."""
    return await _compared(session, Activity.plan_id == plan_id)


async def plan_of(session: Session, activity_id: UUID) -> UUID:
    """The plan of an activity.

    Raises:
        NotFound: there is no such activity.
    """
    found = await session.scalar(select(Activity.plan_id).where(visible_activities(ALERTS), Activity.id == activity_id))
    if found is None:
        raise NotFound("activity")
    return found


async def of_activity(session: Session, activity_id: UUID) -> tuple[Compared, list[Compared]]:
    """An activity, and those of the same plan that may be the same work by lead, days and places.

    Raises:
        NotFound: there is no such activity.
    """
    own = await session.scalar(select(Activity).where(visible_activities(ALERTS), Activity.id == activity_id))
    if own is None:
        raise NotFound("activity")
    may_be_the_same = and_(
        Activity.mechanism_id == own.mechanism_id,
        Activity.plan_id == own.plan_id,
        Activity.id != own.id,
        or_(Activity.lead_agency_id.is_distinct_from(own.lead_agency_id), Activity.lead_agency_id.is_(None)),
        *_near_in_time(own),
        await _near_in_space(session, own),
    )
    found = await _compared(session, or_(Activity.id == own.id, may_be_the_same))
    mine = next((one for one in found if one.id == own.id), None)
    if mine is None:  # cancelled work duplicates nothing
        return (await _compared(session, Activity.id == own.id, with_cancelled=True))[0], []
    return mine, [one for one in found if one.id != own.id]


def _near_in_time(own: Activity) -> list[ColumnElement[bool]]:
    if own.starts_on is None or own.ends_on is None:
        return []
    slack = dt.timedelta(days=MOST_DAYS_APART)
    return [
        or_(Activity.starts_on.is_(None), Activity.starts_on <= own.ends_on + slack),
        or_(Activity.ends_on.is_(None), Activity.ends_on >= own.starts_on - slack),
    ]


async def _near_in_space(session: Session, own: Activity) -> ColumnElement[bool]:
    """Somewhere that is the same, lies inside the other or is not known."""
    places = {place.id: place.parent_id for place in await _places(session, own.mechanism_id)}
    mine = set(
        await session.scalars(
            select(ActivityPlace.place_id).where(
                visible(ALERTS, ActivityPlace.mechanism_id), ActivityPlace.activity_id == own.id
            )
        )
    )
    here = and_(ActivityPlace.mechanism_id == Activity.mechanism_id, ActivityPlace.activity_id == Activity.id)
    if own.is_national or not mine:
        return literal(True)
    near = {place for place in places if mine.intersection(_with_above(place, places))}
    near |= {above for place in mine for above in _with_above(place, places)}
    return or_(
        Activity.is_national.is_(True),
        ~exists(select(ActivityPlace.place_id).where(here)),
        exists(select(ActivityPlace.place_id).where(here, ActivityPlace.place_id.in_(near))),
    )


def _with_above(place: UUID, parents: Mapping[UUID, UUID | None]) -> list[UUID]:
    """A place and all in which it lies; a circle, which forms refuse, ends."""
    way = [place]
    while (parent := parents.get(way[-1])) is not None and parent not in way:
        way.append(parent)
    return way


async def _places(session: Session, mechanism_id: UUID) -> Sequence[Place]:
    found = await session.scalars(
        select(Place).where(visible(ALERTS, Place.mechanism_id), Place.mechanism_id == mechanism_id)
    )
    return found.all()


async def _compared(
    session: Session, condition: ColumnElement[bool], *, with_cancelled: bool = False
) -> list[Compared]:
    kept = condition if with_cancelled else and_(condition, Activity.status != "cancelled")
    rows = (
        await session.execute(
            select(
                Activity,
                Agency.title,
                VocabularyTerm.label,
                Output.code,
                Output.title,
                Objective.id,
                # What is not marked itself is as the node above it.
                func.coalesce(
                    Activity.is_illustrative, Output.is_illustrative, Objective.is_illustrative, Plan.is_illustrative
                ),
            )
            .join(Output, and_(Output.mechanism_id == Activity.mechanism_id, Output.id == Activity.output_id))
            .join(Objective, and_(Objective.mechanism_id == Output.mechanism_id, Objective.id == Output.objective_id))
            .join(Plan, and_(Plan.mechanism_id == Activity.mechanism_id, Plan.id == Activity.plan_id))
            .outerjoin(Agency, Agency.id == Activity.lead_agency_id)
            .outerjoin(VocabularyTerm, VocabularyTerm.id == Activity.kind_id)
            .where(visible_activities(ALERTS), kept)
            .order_by(Activity.position, Activity.id)
        )
    ).all()
    if not rows:
        return []
    mechanism_id = rows[0][0].mechanism_id
    places = {place.id: place for place in await _places(session, mechanism_id)}
    links = await _links(session, [row[0].id for row in rows], {row[5] for row in rows})
    return [_one(tuple(row), links, places) for row in rows]


# What an activity is linked to: the name, the link table, its column, the key, the code and the words of the target.
_TARGETS: tuple[tuple[str, Any, Any, Any, Any, Any], ...] = (
    ("places", ActivityPlace, ActivityPlace.place_id, Place.id, cast(Place.id, Text), Place.title),
    (
        "target_groups",
        ActivityTargetGroup,
        ActivityTargetGroup.target_group_id,
        VocabularyTerm.id,
        VocabularyTerm.code,
        VocabularyTerm.label,
    ),
    (
        "capabilities",
        ActivityCapability,
        ActivityCapability.capability_id,
        VocabularyTerm.id,
        VocabularyTerm.code,
        VocabularyTerm.label,
    ),
    ("messages", ActivityMessage, ActivityMessage.message_id, Message.id, Message.code, Message.text),
    (
        "duties",
        ActivityResponsibility,
        ActivityResponsibility.responsibility_id,
        Responsibility.id,
        Responsibility.code,
        Responsibility.statement,
    ),
)


async def _links(session: Session, ids: Sequence[UUID], objective_ids: set[UUID]) -> Links:
    """All links of these activities, and the capabilities of these objectives, in two questions."""
    activities = literal(list(ids), ARRAY(Uuid()))  # one parameter: a plan may have more ids than a statement takes
    objectives = literal(list(objective_ids), ARRAY(Uuid()))
    parts: list[Question] = [
        select(link.activity_id, literal(name), code, words, link.position)
        .join(link, target == key)
        .where(visible(ALERTS, link.mechanism_id), link.activity_id == any_(activities))
        for name, link, target, key, code, words in _TARGETS
    ]
    parts.append(
        select(
            ObjectiveCapability.objective_id,
            literal("capabilities"),
            VocabularyTerm.code,
            VocabularyTerm.label,
            ObjectiveCapability.position,
        )
        .join(VocabularyTerm, VocabularyTerm.id == ObjectiveCapability.capability_id)
        .where(
            visible(ALERTS, ObjectiveCapability.mechanism_id),
            ObjectiveCapability.objective_id == any_(objectives),
        )
    )
    for one, other in (
        (ActivityJoint.activity_id, ActivityJoint.other_id),
        (ActivityJoint.other_id, ActivityJoint.activity_id),
    ):
        parts.append(
            select(one, literal("joint"), cast(other, Text), literal(""), literal(0)).where(
                visible(ALERTS, ActivityJoint.mechanism_id), one == any_(activities)
            )
        )
    found: defaultdict[UUID, defaultdict[str, list[_Link]]] = defaultdict(lambda: defaultdict(list))
    for row in await session.execute(union_all(*parts).order_by("position")):
        found[row[0]][row[1]].append(_Link(row[2], row[3]))
    return found


def _one(row: tuple[Any, ...], links: Links, places: Mapping[UUID, Place]) -> Compared:
    activity, agency, kind, output_code, output_title, objective_id, is_illustrative = row
    mine = links.get(activity.id, {})
    capabilities = mine.get("capabilities") or links.get(objective_id, {}).get("capabilities", [])
    parents = {place.id: place.parent_id for place in places.values()}
    here = [UUID(link.code) for link in mine.get("places", [])]
    above = {places[each].code for place in here for each in _with_above(place, parents)[1:]}
    work = Work(
        key=str(activity.id),
        agency=str(activity.lead_agency_id or activity.id),  # without a lead it counts as an agency of its own
        title=activity.title,
        description=activity.description or "",
        kind=_code(activity.kind_id),
        capabilities=frozenset(link.code for link in capabilities),
        places=frozenset(places[place].code for place in here),
        place_ancestors=frozenset(above),
        is_national=activity.is_national,
        target_groups=frozenset(link.code for link in mine.get("target_groups", [])),
        starts_on=activity.starts_on,
        ends_on=activity.ends_on,
        messages=frozenset(link.code for link in mine.get("messages", [])),
        output=output_code,
        joint_with=frozenset(link.code for link in mine.get("joint", [])),
    )
    side: dict[str, object] = {
        "activity_id": str(activity.id),
        "code": activity.code,
        "title": activity.title,
        "description": activity.description or "",
        "agency": agency or "",
        "kind": kind or "",
        "is_illustrative": bool(is_illustrative),
        "is_national": activity.is_national,
        "places": [link.words for link in mine.get("places", [])],
        "target_groups": [link.words for link in mine.get("target_groups", [])],
        "starts_on": activity.starts_on and activity.starts_on.isoformat(),
        "ends_on": activity.ends_on and activity.ends_on.isoformat(),
        "messages": [link.words for link in mine.get("messages", [])],
        "output": f"{output_code} {output_title}",
        "duties": [f"{link.code} {link.words}" for link in mine.get("duties", [])],
        "capabilities": [link.words for link in capabilities],
    }
    return Compared(
        id=activity.id,
        plan_id=activity.plan_id,
        mechanism_id=activity.mechanism_id,
        agency_id=activity.lead_agency_id,
        is_confidential=activity.is_confidential,
        work=work,
        side=side,
    )


def _code(term: str | None) -> str | None:
    return None if term is None else term.partition(":")[2]
