"""Questions about who answers for what, in the values that rules/coverage.py reads."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, func, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import Assignment, Mechanism, Objective, ObjectiveCapability, Responsibility, VocabularyTerm
from taskforce.queries.mechanism import current_plan_id
from taskforce.queries.time_zone import Today
from taskforce.queries.visible import visible
from taskforce.rules import coverage

Duties = dict[UUID, list[coverage.Duty]]
_ROLES: dict[str, coverage.Role] = {role: role for role in coverage.ROLES}
WorkedOn = dict[UUID, dict[str, list[str]]]


async def duties(session: Session, actor: Actor, mechanism_ids: Sequence[UUID]) -> Duties:
    """Mechanism → its responsibilities with all their assignments; agencies and capabilities by their ids."""
    part = and_(
        Assignment.mechanism_id == Responsibility.mechanism_id, Assignment.responsibility_id == Responsibility.id
    )
    found = await session.execute(
        select(
            Responsibility.mechanism_id,
            Responsibility.code,
            Responsibility.capability_id,
            Responsibility.statement,
            Assignment.agency_id,
            Assignment.role,
            Assignment.starts_on,
            Assignment.ends_on,
            Assignment.is_disputed,
        )
        .outerjoin(Assignment, part)
        .where(visible(actor, Responsibility.mechanism_id), Responsibility.mechanism_id.in_(mechanism_ids))
        .order_by(Responsibility.mechanism_id, Responsibility.position, Responsibility.code, Assignment.position)
    )
    heads: dict[tuple[UUID, str], tuple[str, str]] = {}
    parts: dict[tuple[UUID, str], list[coverage.Assignment]] = {}
    for mechanism_id, code, capability, statement, agency, role, starts_on, ends_on, is_disputed in found:
        heads[mechanism_id, code] = (capability, statement)
        held = parts.setdefault((mechanism_id, code), [])
        if agency is not None:
            held.append(coverage.Assignment(str(agency), _ROLES[role], starts_on, ends_on, is_disputed))
    by_mechanism: Duties = {each: [] for each in mechanism_ids}
    for (mechanism_id, code), (capability, statement) in heads.items():
        duty = coverage.Duty(code, capability, statement, tuple(parts[mechanism_id, code]))
        by_mechanism[mechanism_id].append(duty)
    return by_mechanism


async def worked_on(session: Session, actor: Actor, mechanism_ids: Sequence[UUID], *, today: Today) -> WorkedOn:
    """Mechanism → capability id → codes of the objectives of its current plan that work on it."""
    capability = and_(
        ObjectiveCapability.mechanism_id == Objective.mechanism_id, ObjectiveCapability.objective_id == Objective.id
    )
    found = await session.execute(
        select(Objective.mechanism_id, ObjectiveCapability.capability_id, Objective.code)
        .join(ObjectiveCapability, capability)
        .join(Mechanism, Mechanism.id == Objective.mechanism_id)
        .where(
            visible(actor, Objective.mechanism_id),
            Objective.mechanism_id.in_(mechanism_ids),
            Objective.plan_id == current_plan_id(today),
        )
        .order_by(Objective.position, ObjectiveCapability.position)
    )
    claimed: WorkedOn = {each: {} for each in mechanism_ids}
    for mechanism_id, capability_id, code in found:
        claimed[mechanism_id].setdefault(capability_id, []).append(code)
    return claimed


async def capability_count(session: Session) -> int:
    """How many capabilities the vocabulary lists."""
    counted = await session.scalar(
        select(func.count()).select_from(VocabularyTerm).where(VocabularyTerm.vocabulary == "capability")
    )
    return counted or 0
