"""Questions about one activity: itself, what it is linked to, and what may be linked to it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Select, Text, Uuid, and_, bindparam, case, cast, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.errors import NotFound
from taskforce.models import (
    Activity,
    ActivityCapability,
    ActivityJoint,
    ActivityMessage,
    ActivityPlace,
    ActivityResponsibility,
    ActivitySupport,
    ActivityTargetGroup,
    Agency,
    Message,
    Objective,
    Output,
    Place,
    Plan,
    Provenance,
    Responsibility,
    VocabularyTerm,
)
from taskforce.queries.visible import Reader, reader, scope, visible, visible_activities

Relation = Literal["support", "place", "target_group", "capability", "responsibility", "message", "joint"]
Question = Select[*tuple[Any, ...]]

_EARLIER: Final = aliased(Activity)
_EARLIER_PLAN: Final = aliased(Plan)


@dataclass(frozen=True, slots=True)
class ActivityDetail:
    """An activity with the names of what it stands in. `earlier_…` is the line that it was carried over from."""

    id: UUID
    mechanism_id: UUID
    code: str
    title: str
    description: str | None
    kind_label: str | None
    lead_agency_id: UUID | None
    lead_title: str | None
    starts_on: dt.date | None
    ends_on: dt.date | None
    actual_starts_on: dt.date | None
    actual_ends_on: dt.date | None
    status: str
    status_reason: str | None
    is_national: bool
    own_plan: str | None
    own_plan_reference: str | None
    is_confidential: bool
    is_illustrative: bool | None
    fact_reference: str | None
    fact_statement: str | None
    plan_id: UUID
    output_id: UUID
    output_code: str
    output_title: str
    objective_id: UUID
    objective_code: str
    objective_title: str
    earlier_id: UUID | None
    earlier_code: str | None
    earlier_title: str | None
    earlier_plan_title: str | None
    version: int


@dataclass(frozen=True, slots=True)
class Coded:
    """A line as its code finds it, with who leads it and how it stands."""

    id: UUID
    code: str
    lead_agency_id: UUID | None
    status: str


@dataclass(frozen=True, slots=True)
class Related:
    """Something that an activity is linked to: its id as text, its code and its words."""

    relation: Relation
    id: str
    code: str
    text: str


_DETAIL: Final = (
    Activity.id,
    Activity.mechanism_id,
    Activity.code,
    Activity.title,
    Activity.description,
    VocabularyTerm.label,
    Activity.lead_agency_id,
    Agency.title,
    Activity.starts_on,
    Activity.ends_on,
    Activity.actual_starts_on,
    Activity.actual_ends_on,
    Activity.status,
    Activity.status_reason,
    Activity.is_national,
    Activity.own_plan,
    Activity.own_plan_reference,
    Activity.is_confidential,
    Activity.is_illustrative,
    Provenance.reference,
    Provenance.statement,
    Activity.plan_id,
    Output.id,
    Output.code,
    Output.title,
    Objective.id,
    Objective.code,
    Objective.title,
    _EARLIER.id,
    _EARLIER.code,
    _EARLIER.title,
    _EARLIER_PLAN.title,
    Activity.version,
)


async def detail(session: Session, actor: Actor, activity_id: UUID) -> ActivityDetail:
    """An activity as its page shows it.

    Raises:
        NotFound: there is none, or it is not the actor's to see.
    """
    asked = scope(actor) | {"activity_id": activity_id}
    found = (await session.execute(_detail(reader(actor)), asked)).one_or_none()
    if found is None:
        raise NotFound("activity")
    return ActivityDetail(*found)


@cache
def _detail(reader: Reader) -> Question:
    return (
        select(*_DETAIL)
        .join(Output, and_(Output.mechanism_id == Activity.mechanism_id, Output.id == Activity.output_id))
        .join(Objective, and_(Objective.mechanism_id == Output.mechanism_id, Objective.id == Output.objective_id))
        .outerjoin(VocabularyTerm, VocabularyTerm.id == Activity.kind_id)
        .outerjoin(Agency, Agency.id == Activity.lead_agency_id)
        .outerjoin(
            Provenance, and_(Provenance.mechanism_id == Activity.mechanism_id, Provenance.id == Activity.fact_id)
        )
        .outerjoin(
            _EARLIER,
            and_(
                _EARLIER.mechanism_id == Activity.mechanism_id,
                _EARLIER.id == Activity.carried_over_from_id,
                visible_activities(reader, _EARLIER),
            ),
        )
        .outerjoin(
            _EARLIER_PLAN,
            and_(_EARLIER_PLAN.mechanism_id == _EARLIER.mechanism_id, _EARLIER_PLAN.id == _EARLIER.plan_id),
        )
        .where(visible_activities(reader), Activity.id == bindparam("activity_id"))
    )


# Each link table with what it leads to: the column that names the target, the target's key, its code and its words.
_LINKS: Final[tuple[tuple[Relation, Any, Any, Any, Any, Any], ...]] = (
    ("support", ActivitySupport, ActivitySupport.agency_id, Agency.id, Agency.code, Agency.title),
    ("place", ActivityPlace, ActivityPlace.place_id, Place.id, Place.code, Place.title),
    (
        "target_group",
        ActivityTargetGroup,
        ActivityTargetGroup.target_group_id,
        VocabularyTerm.id,
        VocabularyTerm.code,
        VocabularyTerm.label,
    ),
    (
        "capability",
        ActivityCapability,
        ActivityCapability.capability_id,
        VocabularyTerm.id,
        VocabularyTerm.code,
        VocabularyTerm.label,
    ),
    (
        "responsibility",
        ActivityResponsibility,
        ActivityResponsibility.responsibility_id,
        Responsibility.id,
        Responsibility.code,
        Responsibility.statement,
    ),
    ("message", ActivityMessage, ActivityMessage.message_id, Message.id, Message.code, Message.text),
)


def _linked(reader: Reader) -> list[Question]:
    return [
        select(
            literal(relation).label("relation"),
            cast(target, Text).label("id"),
            code.label("code"),
            words.label("words"),
            link.position.label("position"),
        )
        .join(link, target == key)
        .where(
            visible(reader, link.mechanism_id),
            link.mechanism_id == bindparam("mechanism_id"),
            link.activity_id == bindparam("activity_id"),
        )
        for relation, link, target, key, code, words in _LINKS
    ]


def _joint(reader: Reader) -> Question:
    activity_id = bindparam("activity_id", type_=Uuid)
    other = case((ActivityJoint.activity_id == activity_id, ActivityJoint.other_id), else_=ActivityJoint.activity_id)
    return (
        select(literal("joint"), cast(Activity.id, Text), Activity.code, Activity.title, literal(0))
        .join(ActivityJoint, and_(ActivityJoint.mechanism_id == Activity.mechanism_id, Activity.id == other))
        .where(
            visible_activities(reader),
            ActivityJoint.mechanism_id == bindparam("mechanism_id"),
            or_(ActivityJoint.activity_id == activity_id, ActivityJoint.other_id == activity_id),
        )
    )


async def related(session: Session, actor: Actor, activity: Activity | ActivityDetail) -> list[Related]:
    """All that an activity is linked to, each relation in its order; of joint lines those that the actor sees."""
    asked = scope(actor) | {"mechanism_id": activity.mechanism_id, "activity_id": activity.id}
    return [Related(*row) for row in await session.execute(_related(reader(actor)), asked)]


@cache
def _related(reader: Reader) -> Question:
    found = union_all(*_linked(reader), _joint(reader)).subquery("found")
    return select(found.c.relation, found.c.id, found.c.code, found.c.words).order_by(
        found.c.relation, found.c.position, found.c.code
    )


async def by_code(session: Session, actor: Actor, plan_id: UUID, code: str) -> UUID | None:
    """The line of a plan that has this code, if the actor sees it."""
    return await session.scalar(
        select(Activity.id).where(visible_activities(actor), Activity.plan_id == plan_id, Activity.code == code)
    )


async def coded(session: Session, actor: Actor, plan_id: UUID, codes: Sequence[str]) -> list[Coded]:
    """The lines of a plan that have one of these codes, as far as the actor sees them."""
    statement = select(Activity.id, Activity.code, Activity.lead_agency_id, Activity.status).where(
        visible_activities(actor), Activity.plan_id == plan_id, Activity.code.in_(codes)
    )
    return [Coded(*row) for row in await session.execute(statement)]


async def code_of(session: Session, actor: Actor, activity_id: UUID) -> str | None:
    """The code of a line, if the actor sees it."""
    return await session.scalar(select(Activity.code).where(visible_activities(actor), Activity.id == activity_id))


async def agencies_of(session: Session, actor: Actor, activity: Activity) -> list[Related]:
    """The agencies that lead and support a line, members today or not."""
    supports = select(ActivitySupport.agency_id).where(
        visible(actor, ActivitySupport.mechanism_id),
        ActivitySupport.mechanism_id == activity.mechanism_id,
        ActivitySupport.activity_id == activity.id,
    )
    statement = (
        select(literal("support"), cast(Agency.id, Text), Agency.code, Agency.title)
        .where(or_(Agency.id == activity.lead_agency_id, Agency.id.in_(supports)))
        .order_by(Agency.title)
    )
    return [Related("support", row[1], row[2], row[3]) for row in await session.execute(statement)]
