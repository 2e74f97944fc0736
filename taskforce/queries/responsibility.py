"""Questions about responsibilities: the duties, who holds which part, what they rest on, and who works on what."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, func, literal_column, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import (
    Activity,
    ActivityCapability,
    ActivityResponsibility,
    Agency,
    Assignment,
    Instrument,
    Mechanism,
    Objective,
    ObjectiveCapability,
    Output,
    Plan,
    Provenance,
    Responsibility,
    ResponsibilityInstrument,
)
from taskforce.queries.mechanism import current_plan_id
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
    capabilities: list[str]


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """An activity that carries a responsibility out. The lead may be open while the plan is a draft."""

    id: UUID
    code: str
    title: str
    status: str
    plan_title: str
    lead_title: str | None


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
            func.coalesce(Agency.acronym, Agency.code).label("agency_code"),
            Agency.title.label("agency_title"),
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
    return [PartRow(**row) for row in (await session.execute(statement)).mappings()]


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


async def current_plan(session: Session, actor: Actor, mechanism_id: UUID, today: dt.date) -> PlanRow | None:
    """The plan whose activities are this year's work; none where a mechanism has no plan."""
    statement = (
        select(Plan.id, Plan.code, Plan.title, Plan.starts_on, Plan.ends_on)
        .join(Mechanism, Mechanism.id == Plan.mechanism_id)
        .where(
            visible(actor, Plan.mechanism_id),
            Plan.mechanism_id == mechanism_id,
            Plan.id == current_plan_id(today),
        )
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else PlanRow(*row)


async def leads(session: Session, actor: Actor, mechanism_id: UUID, plan_id: UUID) -> list[LeadRow]:
    """The activities of a plan that are not cancelled and have a lead, in the plan's order, as far as visible."""
    own = (
        select(func.array_agg(ActivityCapability.capability_id))
        .where(ActivityCapability.mechanism_id == Activity.mechanism_id, ActivityCapability.activity_id == Activity.id)
        .scalar_subquery()
    )
    above = (
        select(func.array_agg(ObjectiveCapability.capability_id))
        .where(
            ObjectiveCapability.mechanism_id == Output.mechanism_id,
            ObjectiveCapability.objective_id == Output.objective_id,
        )
        .scalar_subquery()
    )
    statement = (
        select(
            Activity.id,
            Activity.code,
            Activity.title,
            Activity.status,
            Agency.id.label("agency_id"),
            func.coalesce(Agency.acronym, Agency.code).label("agency_code"),
            Agency.title.label("agency_title"),
            func.coalesce(own, above, literal_column("'{}'::text[]")).label("capabilities"),
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
    return [LeadRow(**row) for row in (await session.execute(statement)).mappings()]


async def worked_on(session: Session, actor: Actor, mechanism_id: UUID, plan_id: UUID) -> dict[str, list[str]]:
    """The capabilities that the objectives of a plan claim to work on, each with the codes of those objectives."""
    found = await session.execute(
        select(ObjectiveCapability.capability_id, Objective.code)
        .join(
            Objective,
            and_(
                Objective.mechanism_id == ObjectiveCapability.mechanism_id,
                Objective.id == ObjectiveCapability.objective_id,
            ),
        )
        .where(
            visible(actor, ObjectiveCapability.mechanism_id),
            ObjectiveCapability.mechanism_id == mechanism_id,
            Objective.plan_id == plan_id,
        )
        .order_by(Objective.position, ObjectiveCapability.position)
    )
    claims: dict[str, list[str]] = {}
    for capability_id, code in found:
        claims.setdefault(capability_id, []).append(code)
    return claims


async def carried_out_by(session: Session, actor: Actor, responsibility: Responsibility) -> list[CarriedOut]:
    """The activities that carry a responsibility out, the latest plan first, as far as visible."""
    found = await session.execute(
        select(Activity.id, Activity.code, Activity.title, Activity.status, Plan.title, Agency.title)
        .join(
            ActivityResponsibility,
            and_(
                ActivityResponsibility.mechanism_id == Activity.mechanism_id,
                ActivityResponsibility.activity_id == Activity.id,
            ),
        )
        .join(Plan, and_(Plan.mechanism_id == Activity.mechanism_id, Plan.id == Activity.plan_id))
        .outerjoin(Agency, Agency.id == Activity.lead_agency_id)
        .where(
            visible_activities(actor),
            Activity.mechanism_id == responsibility.mechanism_id,
            ActivityResponsibility.responsibility_id == responsibility.id,
        )
        .order_by(Plan.starts_on.desc(), Activity.position, Activity.code)
    )
    return [CarriedOut(*row) for row in found]


async def instrument_ids(session: Session, responsibility: Responsibility) -> list[UUID]:
    """The instruments of a responsibility, in its order."""
    found = await session.scalars(
        select(ResponsibilityInstrument.instrument_id)
        .where(
            ResponsibilityInstrument.mechanism_id == responsibility.mechanism_id,
            ResponsibilityInstrument.responsibility_id == responsibility.id,
        )
        .order_by(ResponsibilityInstrument.position)
    )
    return list(found)


async def instruments(session: Session, actor: Actor, mechanism_id: UUID) -> list[Instrument]:
    """All instruments of a mechanism, by citation."""
    found = await session.scalars(
        select(Instrument)
        .where(visible(actor, Instrument.mechanism_id), Instrument.mechanism_id == mechanism_id)
        .order_by(func.lower(Instrument.citation), Instrument.article)
    )
    return list(found)
