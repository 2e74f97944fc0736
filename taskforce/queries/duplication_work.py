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
    true,
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
    is_cancelled: bool
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
    """An activity, and those of the same plan that may be the same work by lead, days, places, groups and messages.

    Raises:
        NotFound: there is no such activity.
    """
    found = await _compared(session, Activity.id == activity_id, with_cancelled=True)
    if not found:
        raise NotFound("activity")
    own = found[0]
    if own.is_cancelled:  # cancelled work duplicates nothing
        return own, []
    may_be_the_same = and_(
        Activity.mechanism_id == own.mechanism_id,
        Activity.plan_id == own.plan_id,
        Activity.id != own.id,
        or_(Activity.lead_agency_id.is_distinct_from(own.agency_id), Activity.lead_agency_id.is_(None)),
        *_near_in_time(own.work),
        await _near_in_space(session, own),
        _for_the_same(own),
    )
    return own, await _compared(session, may_be_the_same)


def _near_in_time(own: Work) -> list[ColumnElement[bool]]:
    if own.starts_on is None or own.ends_on is None:
        return []
    slack = dt.timedelta(days=MOST_DAYS_APART)
    return [
        or_(Activity.starts_on.is_(None), Activity.starts_on <= own.ends_on + slack),
        or_(Activity.ends_on.is_(None), Activity.ends_on >= own.starts_on - slack),
    ]


async def _near_in_space(session: Session, own: Compared) -> ColumnElement[bool]:
    """Somewhere that is the same, lies inside the other or is not known."""
    if own.work.is_national or not own.work.places:
        return true()
    places = await _places(session, own.mechanism_id)
    near = [
        place
        for place, at in places.items()
        if at.code in own.work.places | own.work.place_ancestors
        or any(places[above].code in own.work.places for above in at.way)
    ]
    return or_(
        Activity.is_national.is_(True),
        ~exists(select(ActivityPlace.place_id).where(_of_line(ActivityPlace))),
        exists(select(ActivityPlace.place_id).where(_of_line(ActivityPlace), ActivityPlace.place_id.in_(near))),
    )


def _for_the_same(own: Compared) -> ColumnElement[bool]:
    """For a group that is the same or is not known, or with the same message."""
    groups = [f"target_group:{code}" for code in own.work.target_groups]
    if not groups:
        return true()
    group, message = ActivityTargetGroup, ActivityMessage
    shared = (
        select(message.message_id)
        .join(Message, and_(Message.mechanism_id == message.mechanism_id, Message.id == message.message_id))
        .where(_of_line(message), Message.code.in_(own.work.messages))
    )
    return or_(
        ~exists(select(group.target_group_id).where(_of_line(group))),
        exists(select(group.target_group_id).where(_of_line(group), group.target_group_id.in_(groups))),
        exists(shared),
    )


def _of_line(link: Any) -> ColumnElement[bool]:
    return and_(link.mechanism_id == Activity.mechanism_id, link.activity_id == Activity.id)


@dataclass(frozen=True, slots=True)
class _At:
    """A place: its code and title, and all in which it lies, itself first; a circle, which forms refuse, ends."""

    code: str
    title: str
    way: tuple[UUID, ...]


async def _places(session: Session, mechanism_id: UUID) -> dict[UUID, _At]:
    found = await session.execute(
        select(Place.id, Place.parent_id, Place.code, Place.title).where(
            visible(ALERTS, Place.mechanism_id), Place.mechanism_id == mechanism_id
        )
    )
    rows = {row[0]: row for row in found}
    return {place: _At(row[2], row[3], _way(place, rows)) for place, row in rows.items()}


def _way(place: UUID, rows: Mapping[UUID, Sequence[Any]]) -> tuple[UUID, ...]:
    way = [place]
    while (parent := rows[way[-1]][1]) is not None and parent not in way:
        way.append(parent)
    return tuple(way)


@dataclass(frozen=True, slots=True)
class _Line:
    """The columns of an activity that are compared, shown or say who may read them."""

    id: UUID
    plan_id: UUID
    mechanism_id: UUID
    lead_agency_id: UUID | None
    is_confidential: bool
    status: str
    code: str
    title: str
    description: str | None
    kind_id: str | None
    is_national: bool
    starts_on: dt.date | None
    ends_on: dt.date | None


_COLUMNS = tuple(getattr(Activity, name) for name in _Line.__slots__)


async def _compared(
    session: Session, condition: ColumnElement[bool], *, with_cancelled: bool = False
) -> list[Compared]:
    kept = condition if with_cancelled else and_(condition, Activity.status != "cancelled")
    statement: Question = (
        select(
            *_COLUMNS,
            Agency.title,
            VocabularyTerm.label,
            Output.code,
            Output.title,
            Objective.id,
            # What is not marked itself is as the node above it.
            func.coalesce(
                Activity.is_illustrative, Output.is_illustrative, Objective.is_illustrative, Plan.is_illustrative, False
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
    rows = [(_Line(*row[: len(_COLUMNS)]), _Names(*row[len(_COLUMNS) :])) for row in await session.execute(statement)]
    if not rows:
        return []
    places = await _places(session, rows[0][0].mechanism_id)
    links = await _links(session, [line.id for line, _ in rows], {names.objective_id for _, names in rows})
    return [_one(line, names, links, places) for line, names in rows]


@dataclass(frozen=True, slots=True)
class _Names:
    """What an activity refers to, in words, and whether it is marked illustrative, itself or by what is above it."""

    agency: str | None
    kind: str | None
    output_code: str
    output_title: str
    objective_id: UUID
    is_illustrative: bool


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


def _one(line: _Line, names: _Names, links: Links, places: Mapping[UUID, _At]) -> Compared:
    mine = links.get(line.id, {})
    capabilities = mine.get("capabilities") or links.get(names.objective_id, {}).get("capabilities", [])
    here = [places[UUID(link.code)] for link in mine.get("places", [])]
    work = Work(
        key=str(line.id),
        agency=str(line.lead_agency_id or line.id),  # without a lead it counts as an agency of its own
        title=line.title,
        description=line.description or "",
        kind=None if line.kind_id is None else line.kind_id.partition(":")[2],
        capabilities=frozenset(link.code for link in capabilities),
        places=frozenset(at.code for at in here),
        place_ancestors=frozenset(places[above].code for at in here for above in at.way[1:]),
        is_national=line.is_national,
        target_groups=frozenset(link.code for link in mine.get("target_groups", [])),
        starts_on=line.starts_on,
        ends_on=line.ends_on,
        messages=frozenset(link.code for link in mine.get("messages", [])),
        output=names.output_code,
        joint_with=frozenset(link.code for link in mine.get("joint", [])),
    )
    words = {name: [link.words for link in mine.get(name, [])] for name in ("places", "target_groups", "messages")}
    side: dict[str, object] = words | {
        "activity_id": str(line.id),
        "code": line.code,
        "title": line.title,
        "description": line.description or "",
        "agency": names.agency or "",
        "kind": names.kind or "",
        "is_illustrative": names.is_illustrative,
        "is_national": line.is_national,
        "starts_on": line.starts_on and line.starts_on.isoformat(),
        "ends_on": line.ends_on and line.ends_on.isoformat(),
        "output": f"{names.output_code} {names.output_title}",
        "duties": [f"{link.code} {link.words}" for link in mine.get("duties", [])],
        "capabilities": [link.words for link in capabilities],
    }
    return Compared(
        id=line.id,
        plan_id=line.plan_id,
        mechanism_id=line.mechanism_id,
        agency_id=line.lead_agency_id,
        is_confidential=line.is_confidential,
        is_cancelled=line.status == "cancelled",
        work=work,
        side=side,
    )
