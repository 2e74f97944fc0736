"""Questions about agencies: who is in a mechanism, and which organisations the installation knows."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.errors import NotFound
from taskforce.models import Account, Activity, ActivitySupport, Agency, Appointment, Assignment, Membership
from taskforce.queries.mechanism import Head
from taskforce.queries.visible import visible, visible_activities

MOST_FOUND = 50


@dataclass(frozen=True, slots=True)
class AgencyFilter:
    """What a list of members is narrowed to; empty means all. `is_past`: those who left, not those who are in.

    `plan_id`: the plan whose lines are counted.
    """

    role: str = ""
    sector: str = ""
    text: str = ""
    is_past: bool = False
    plan_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member in the list. Lines are those of one plan that the reader sees; duties are those of today."""

    agency_id: UUID
    membership_id: UUID
    title: str
    acronym: str | None
    sector: str
    role: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    people: list[str] | None
    has_focal_point: bool
    led_count: int
    supported_count: int
    responsibility_count: int


@dataclass(frozen=True, slots=True)
class Found:
    """An organisation that the installation knows, and whether it is in the mechanism already."""

    id: UUID
    title: str
    acronym: str | None
    country: str | None
    sector: str
    is_member: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """An organisation with the names of what it belongs to."""

    id: UUID
    country: str | None
    code: str
    title: str
    acronym: str | None
    other_names: list[str]
    sector: str
    parent: str | None
    iati_identifier: str | None
    version: int


def _led(actor: Actor, plan_id: UUID | None) -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(Activity)
        .where(
            Activity.mechanism_id == Membership.mechanism_id,
            Activity.plan_id == plan_id,
            Activity.lead_agency_id == Membership.agency_id,
            visible_activities(actor),
        )
        .correlate(Membership)
        .scalar_subquery()
    )


def _supported(actor: Actor, plan_id: UUID | None) -> ScalarSelect[int]:
    line = and_(Activity.mechanism_id == ActivitySupport.mechanism_id, Activity.id == ActivitySupport.activity_id)
    return (
        select(func.count())
        .select_from(ActivitySupport)
        .join(Activity, line)
        .where(
            ActivitySupport.mechanism_id == Membership.mechanism_id,
            ActivitySupport.agency_id == Membership.agency_id,
            Activity.plan_id == plan_id,
            visible_activities(actor),
        )
        .correlate(Membership)
        .scalar_subquery()
    )


def in_force(model: type[Assignment | Appointment | Membership], today: dt.date) -> ColumnElement[bool]:
    """Rows whose dates include the day; an open side goes on for ever."""
    return and_(
        or_(model.starts_on.is_(None), model.starts_on <= today),
        or_(model.ends_on.is_(None), model.ends_on >= today),
    )


def _responsibilities(today: dt.date) -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(Assignment)
        .where(
            Assignment.mechanism_id == Membership.mechanism_id,
            Assignment.agency_id == Membership.agency_id,
            in_force(Assignment, today),
        )
        .correlate(Membership)
        .scalar_subquery()
    )


def _stands_for(today: dt.date) -> ColumnElement[bool]:
    return and_(
        Appointment.mechanism_id == Membership.mechanism_id,
        Appointment.agency_id == Membership.agency_id,
        in_force(Appointment, today),
    )


def has_focal_point(today: dt.date) -> ColumnElement[bool]:
    """Memberships whose agency has somebody who keeps its lines and gets its reminders."""
    return exists().where(_stands_for(today), Appointment.role == "focal_point")


def _people(today: dt.date) -> ScalarSelect[list[str]]:
    """The posts that stand for a member, the focal point first."""
    in_order = aggregate_order_by(
        Account.title, (Appointment.role == "focal_point").desc(), Appointment.is_deputy, Account.title
    )
    return (
        select(func.array_agg(in_order))
        .join(Appointment, Appointment.account_id == Account.id)
        .where(_stands_for(today))
        .correlate(Membership)
        .scalar_subquery()
    )


def _names(text: str) -> ColumnElement[bool]:
    """Agencies whose name, short name, code or other name contains the text, whatever its capitals and accents."""
    names = func.concat_ws(
        " ", Agency.title, Agency.acronym, Agency.code, func.array_to_string(Agency.other_names, " ")
    )
    return func.strpos(func.lower(func.unaccent(names)), func.lower(func.unaccent(text))) > 0


def _matching(chosen: AgencyFilter, today: dt.date) -> list[ColumnElement[bool]]:
    is_in = or_(Membership.ends_on.is_(None), Membership.ends_on >= today)
    conditions = [~is_in if chosen.is_past else is_in]
    if chosen.role:
        conditions.append(Membership.role == chosen.role)
    if chosen.sector:
        conditions.append(Agency.sector == chosen.sector)
    if chosen.text:
        conditions.append(_names(chosen.text))
    return conditions


async def members(
    session: Session, actor: Actor, mechanism_id: UUID, chosen: AgencyFilter, *, today: dt.date
) -> Sequence[MemberRow]:
    """The members of a mechanism that match, in the order of the mechanism and then by name; one statement."""
    found = await session.execute(
        select(
            Agency.id.label("agency_id"),
            Membership.id.label("membership_id"),
            Agency.title,
            Agency.acronym,
            Agency.sector,
            Membership.role,
            Membership.starts_on,
            Membership.ends_on,
            _people(today).label("people"),
            has_focal_point(today).label("has_focal_point"),
            _led(actor, chosen.plan_id).label("led_count"),
            _supported(actor, chosen.plan_id).label("supported_count"),
            _responsibilities(today).label("responsibility_count"),
        )
        .select_from(Membership)
        .join(Agency, Agency.id == Membership.agency_id)
        .where(
            visible(actor, Membership.mechanism_id),
            Membership.mechanism_id == mechanism_id,
            *_matching(chosen, today),
        )
        .order_by(Membership.position, func.lower(func.unaccent(Agency.title)))
    )
    return [MemberRow(**row) for row in found.mappings()]


def _ever_member(actor: Actor, mechanism_id: UUID) -> ColumnElement[bool]:
    return exists().where(
        visible(actor, Membership.mechanism_id),
        Membership.mechanism_id == mechanism_id,
        Membership.agency_id == Agency.id,
    )


async def shown(session: Session, actor: Actor, mechanism_id: UUID, agency_id: UUID) -> Shown:
    """An agency that is or was a member of the mechanism.

    Raises:
        NotFound: it never was, or the mechanism is not the actor's to see.
    """
    parent = Agency.__table__.alias("parent")
    statement = (
        select(
            Agency.id,
            Agency.country,
            Agency.code,
            Agency.title,
            Agency.acronym,
            Agency.other_names,
            Agency.sector,
            parent.c.title.label("parent"),
            Agency.iati_identifier,
            Agency.version,
        )
        .outerjoin(parent, parent.c.id == Agency.parent_id)
        .where(Agency.id == agency_id, _ever_member(actor, mechanism_id))
    )
    found = (await session.execute(statement)).mappings().one_or_none()
    if found is None:
        raise NotFound("agency")
    return Shown(**found)


async def one(
    session: Session, actor: Actor, mechanism_id: UUID, agency_id: UUID, *, for_update: bool = False
) -> Agency:
    """The same as a row to change.

    Raises:
        NotFound: as above.
    """
    statement = select(Agency).where(Agency.id == agency_id, _ever_member(actor, mechanism_id))
    # the row may be in this session already, as it was before whoever held the lock changed it
    locked = statement.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(locked if for_update else statement)
    if found is None:
        raise NotFound("agency")
    return found


async def known(session: Session, agency_id: UUID, *, for_update: bool = False) -> Agency:
    """An organisation of the installation, member of anything or not.

    Raises:
        NotFound: there is none, or it was merged into another.
    """
    statement = select(Agency).where(Agency.id == agency_id, Agency.merged_into_id.is_(None))
    found = await session.scalar(statement.with_for_update() if for_update else statement)
    if found is None:
        raise NotFound("agency")
    return found


async def search(session: Session, actor: Actor, head: Head, text: str, *, today: dt.date) -> Sequence[Found]:
    """Organisations of its country and international ones whose names contain the text, at most 50, by name."""
    is_member = exists().where(
        visible(actor, Membership.mechanism_id),
        Membership.mechanism_id == head.id,
        Membership.agency_id == Agency.id,
        or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
    )
    found = await session.execute(
        select(Agency.id, Agency.title, Agency.acronym, Agency.country, Agency.sector, is_member)
        .where(
            or_(Agency.country == head.country, Agency.country.is_(None)),
            Agency.merged_into_id.is_(None),
            _names(text),
        )
        .order_by(func.lower(func.unaccent(Agency.title)))
        .limit(MOST_FOUND)
    )
    return [Found(*row) for row in found]


async def records(session: Session, text: str) -> Sequence[Found]:
    """Organisations of the installation whose names contain the text, international ones first, at most 50."""
    found = await session.execute(
        select(Agency.id, Agency.title, Agency.acronym, Agency.country, Agency.sector, literal(False))
        .where(Agency.merged_into_id.is_(None), _names(text))
        .order_by(Agency.country.nulls_first(), func.lower(func.unaccent(Agency.title)))
        .limit(MOST_FOUND)
    )
    return [Found(*row) for row in found]


async def current_members(
    session: Session, actor: Actor, mechanism_id: UUID, *, today: dt.date
) -> Sequence[tuple[UUID, str]]:
    """Id and name of each agency that is a member today, by name: what forms let choose from."""
    found = await session.execute(
        select(Agency.id, Agency.title)
        .join(Membership, Membership.agency_id == Agency.id)
        .where(
            visible(actor, Membership.mechanism_id),
            Membership.mechanism_id == mechanism_id,
            in_force(Membership, today),
        )
        .order_by(func.lower(func.unaccent(Agency.title)))
    )
    return [(row[0], row[1]) for row in found]


async def code_is_taken(session: Session, country: str | None, code: str) -> bool:
    """Whether an organisation of this country, or an international one, has the code."""
    where = Agency.country.is_(None) if country is None else Agency.country == country
    return bool(await session.scalar(select(exists().where(where, func.lower(Agency.code) == code.lower()))))


async def members_by_code(session: Session, actor: Actor, mechanism_id: UUID, *, today: dt.date) -> dict[str, UUID]:
    """The ids of the agencies that are members today, by code."""
    found = await session.execute(
        select(Agency.code, Agency.id)
        .join(Membership, Membership.agency_id == Agency.id)
        .where(
            visible(actor, Membership.mechanism_id),
            Membership.mechanism_id == mechanism_id,
            in_force(Membership, today),
        )
    )
    return {row.code: row.id for row in found}
