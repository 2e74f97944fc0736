"""Questions about responsibilities: the duties, who holds which part, what they rest on, and who works on what."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, func, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import (
    Activity,
    ActivityCapability,
    ActivityResponsibility,
    Agency,
    Assignment,
    Instrument,
    Objective,
    ObjectiveCapability,
    Output,
    Plan,
    Provenance,
    Responsibility,
    ResponsibilityInstrument,
)
from taskforce.queries.visible import visible, visible_activities


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A responsibility as a list shows it. `source` is the published source of a fact."""

    id: UUID
    code: str
    statement: str
    capability_id: str
    is_illustrative: bool | None
    source: str | None


@dataclass(frozen=True, slots=True)
class PartRow:
    """An agency's part in a responsibility."""

    id: UUID
    responsibility_id: UUID
    agency_id: UUID
    agency_code: str
    agency_title: str
    role: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    is_disputed: bool
    version: int


@dataclass(frozen=True, slots=True)
class BasisRow:
    """An instrument on which a responsibility rests."""

    responsibility_id: UUID
    id: UUID
    kind: str
    citation: str
    article: str | None
    is_seen: bool
    link: str | None


@dataclass(frozen=True, slots=True)
class LeadRow:
    """An activity of a plan with its lead and the capabilities it works on: its own, or else its objective's."""

    id: UUID
    code: str
    title: str
    status: str
    agency_id: UUID
    agency_code: str
    agency_title: str
    capabilities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanRow:
    """The plan whose activities count as this year's work."""

    id: UUID
    code: str
    title: str
    starts_on: dt.date
    ends_on: dt.date


async def duties(
    session: Session, actor: Actor, mechanism_id: UUID, responsibility_id: UUID | None = None
) -> list[DutyRow]:
    """The responsibilities of a mechanism in its order, or one of them."""
    statement = (
        select(
            Responsibility.id,
            Responsibility.code,
            Responsibility.statement,
            Responsibility.capability_id,
            Responsibility.is_illustrative,
            Provenance.reference,
        )
        .outerjoin(
            Provenance,
            and_(
                Provenance.mechanism_id == Responsibility.mechanism_id,
                Provenance.id == Responsibility.fact_id,
            ),
        )
        .where(visible(actor, Responsibility.mechanism_id), Responsibility.mechanism_id == mechanism_id)
        .order_by(Responsibility.position, Responsibility.code)
    )
    if responsibility_id:
        statement = statement.where(Responsibility.id == responsibility_id)
    return [DutyRow(*row) for row in await session.execute(statement)]


async def parts(
    session: Session, actor: Actor, mechanism_id: UUID, responsibility_id: UUID | None = None
) -> list[PartRow]:
    """Every part that an agency has or had in the responsibilities of a mechanism, the latest first."""
    statement = (
        select(
            Assignment.id,
            Assignment.responsibility_id,
            Assignment.agency_id,
            Agency.code,
            Agency.title,
            Assignment.role,
            Assignment.starts_on,
            Assignment.ends_on,
            Assignment.is_disputed,
            Assignment.version,
        )
        .join(Agency, Agency.id == Assignment.agency_id)
        .where(visible(actor, Assignment.mechanism_id), Assignment.mechanism_id == mechanism_id)
        .order_by(Assignment.ends_on.desc().nulls_first(), Assignment.position, Assignment.starts_on, Agency.code)
    )
    if responsibility_id:
        statement = statement.where(Assignment.responsibility_id == responsibility_id)
    return [PartRow(*row) for row in await session.execute(statement)]


async def bases(
    session: Session, actor: Actor, mechanism_id: UUID, responsibility_id: UUID | None = None
) -> list[BasisRow]:
    """What the responsibilities of a mechanism rest on, in the order of each."""
    link = ResponsibilityInstrument
    statement = (
        select(
            link.responsibility_id,
            Instrument.id,
            Instrument.kind,
            Instrument.citation,
            Instrument.article,
            Instrument.is_seen,
            Instrument.link,
        )
        .join(Instrument, and_(Instrument.mechanism_id == link.mechanism_id, Instrument.id == link.instrument_id))
        .where(visible(actor, link.mechanism_id), link.mechanism_id == mechanism_id)
        .order_by(link.position, Instrument.citation)
    )
    if responsibility_id:
        statement = statement.where(link.responsibility_id == responsibility_id)
    return [BasisRow(*row) for row in await session.execute(statement)]


async def plan_of_the_day(session: Session, actor: Actor, mechanism_id: UUID, on: dt.date) -> PlanRow | None:
    """The plan that runs on a day, or else the last one before it, or else the first after it; none cancelled."""
    statement = (
        select(Plan.id, Plan.code, Plan.title, Plan.starts_on, Plan.ends_on)
        .where(visible(actor, Plan.mechanism_id), Plan.mechanism_id == mechanism_id, Plan.status != "cancelled")
        .order_by(
            and_(Plan.starts_on <= on, Plan.ends_on >= on).desc(),
            (Plan.starts_on <= on).desc(),
            func.abs(Plan.starts_on - on),
        )
        .limit(1)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else PlanRow(*row)


async def leads(session: Session, actor: Actor, mechanism_id: UUID, plan_id: UUID) -> list[LeadRow]:
    """The activities of a plan that are not cancelled and have a lead, in the plan's order, as far as visible."""
    own = _capabilities_of(ActivityCapability.capability_id, ActivityCapability.activity_id == Activity.id)
    above = _capabilities_of(
        ObjectiveCapability.capability_id, ObjectiveCapability.objective_id == Output.objective_id
    )
    statement = (
        select(
            Activity.id,
            Activity.code,
            Activity.title,
            Activity.status,
            Agency.id,
            Agency.code,
            Agency.title,
            func.coalesce(own, above),
        )
        .join(Output, and_(Output.mechanism_id == Activity.mechanism_id, Output.id == Activity.output_id))
        .join(Agency, Agency.id == Activity.lead_agency_id)
        .where(
            visible_activities(actor),
            Activity.mechanism_id == mechanism_id,
            Activity.plan_id == plan_id,
            Activity.status != "cancelled",
        )
        .order_by(Activity.position, Activity.code)
    )
    return [LeadRow(*row[:7], capabilities=tuple(row[7] or ())) for row in await session.execute(statement)]


def _capabilities_of(capability_id, condition):  # type: ignore[no-untyped-def]
    table = capability_id.class_
    return (
        select(func.array_agg(capability_id))
        .where(table.mechanism_id == Activity.mechanism_id, condition)
        .correlate(Activity, Output)
        .scalar_subquery()
    )
