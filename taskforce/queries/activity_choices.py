"""What may be linked to an activity: what its form offers, and what of a sent command is known."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Text, Uuid, func, or_, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import Membership, Message, Output, Place, Responsibility, VocabularyTerm
from taskforce.queries.visible import visible


@dataclass(frozen=True, slots=True)
class Offered:
    """Something to choose: its id, its code and its words."""

    id: UUID
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """The ids that a command names, of one plan."""

    plan_id: UUID
    agencies: frozenset[UUID]
    places: frozenset[UUID]
    responsibilities: frozenset[UUID]
    messages: frozenset[UUID]
    outputs: frozenset[UUID]
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Known:
    """Those of them that there are: agencies that are members today, and what belongs to the mechanism."""

    agencies: frozenset[UUID]
    places: frozenset[UUID]
    responsibilities: frozenset[UUID]
    messages: frozenset[UUID]
    outputs: frozenset[UUID]
    terms: frozenset[str]


async def responsibilities(session: Session, actor: Actor, mechanism_id: UUID) -> list[Offered]:
    """The responsibilities of a mechanism in their order."""
    statement = (
        select(Responsibility.id, Responsibility.code, Responsibility.statement)
        .where(visible(actor, Responsibility.mechanism_id), Responsibility.mechanism_id == mechanism_id)
        .order_by(Responsibility.position, Responsibility.code)
    )
    return [Offered(*row) for row in await session.execute(statement)]


async def messages(session: Session, actor: Actor, mechanism_id: UUID) -> list[Offered]:
    """The messages of a mechanism in their order."""
    statement = (
        select(Message.id, Message.code, Message.text)
        .where(visible(actor, Message.mechanism_id), Message.mechanism_id == mechanism_id)
        .order_by(Message.position, Message.code)
    )
    return [Offered(*row) for row in await session.execute(statement)]


async def known(session: Session, actor: Actor, mechanism_id: UUID, wanted: Wanted, *, today: dt.date) -> Known:
    """What of the wanted there is, in one statement."""

    def of_mechanism(model: Any, ids: Iterable[UUID]) -> ColumnElement[list[UUID]]:
        return _ids(
            select(model.id).where(
                visible(actor, model.mechanism_id), model.mechanism_id == mechanism_id, model.id.in_(sorted(ids))
            )
        )

    members = select(Membership.agency_id).where(
        visible(actor, Membership.mechanism_id),
        Membership.mechanism_id == mechanism_id,
        Membership.agency_id.in_(sorted(wanted.agencies)),
        or_(Membership.starts_on.is_(None), Membership.starts_on <= today),
        or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
    )
    outputs = select(Output.id).where(
        visible(actor, Output.mechanism_id), Output.plan_id == wanted.plan_id, Output.id.in_(sorted(wanted.outputs))
    )
    terms = select(VocabularyTerm.id).where(VocabularyTerm.id.in_(sorted(wanted.terms)))
    row = (
        await session.execute(
            select(
                _ids(members),
                of_mechanism(Place, wanted.places),
                of_mechanism(Responsibility, wanted.responsibilities),
                of_mechanism(Message, wanted.messages),
                _ids(outputs),
                cast("ColumnElement[list[str]]", func.array(terms.scalar_subquery(), type_=ARRAY(Text))),
            )
        )
    ).one()
    return Known(*(frozenset(each) for each in row))


def _ids(question: Select[UUID]) -> ColumnElement[list[UUID]]:
    return func.array(question.scalar_subquery(), type_=ARRAY(Uuid))
