"""Who answers for what: duties nobody holds, duties two hold, and work done without a mandate."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["accountable", "responsible", "consulted", "informed"]

ROLES: Final[tuple[Role, ...]] = ("accountable", "responsible", "consulted", "informed")  # the strongest first


@dataclass(frozen=True, slots=True)
class Assignment:
    """An agency's part in a duty. Both dates are included; None leaves that side open."""

    agency: str
    role: Role
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    is_disputed: bool = False


@dataclass(frozen=True, slots=True)
class Duty:
    """A recorded responsibility; `capability` is its code in the national response."""

    key: str
    capability: str
    statement: str
    assignments: tuple[Assignment, ...] = ()


@dataclass(frozen=True, slots=True)
class Lead:
    """An activity of the plan, who leads it, and the capabilities it works on."""

    activity: str
    agency: str
    capabilities: frozenset[str]


@dataclass(frozen=True, slots=True)
class Gap:
    """A duty without an accountable agency, or a capability that the plan works on and nobody is accountable for."""

    kind: Literal["duty", "capability"]
    capability: str
    duty: str | None
    objectives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clash:
    """Two or more accountable agencies in one duty, or (weaker) in one capability through different duties."""

    kind: Literal["duty", "capability"]
    capability: str
    duties: tuple[str, ...]
    agencies: tuple[str, ...]
    is_disputed: bool


@dataclass(frozen=True, slots=True)
class IdleMandate:
    """An agency is accountable for a capability and leads no activity on it."""

    agency: str
    capability: str
    duties: tuple[str, ...]


def gaps(duties: Sequence[Duty], worked_on: Mapping[str, Sequence[str]], *, on: dt.date) -> tuple[Gap, ...]:
    """Duties without an accountable agency on the day, then capabilities of `worked_on` that no duty covers at all.

    `worked_on` maps a capability to the objectives that claim to work on it. A capability whose duty is already a gap
    is not named twice. The order is that of the arguments.
    """
    unheld = [duty for duty in duties if not _accountable(duty, on)]
    covered = {duty.capability for duty in duties}
    return tuple(
        Gap("duty", duty.capability, duty.key, tuple(worked_on.get(duty.capability, ()))) for duty in unheld
    ) + tuple(
        Gap("capability", capability, None, tuple(objectives))
        for capability, objectives in worked_on.items()
        if capability not in covered
    )


def clashes(duties: Sequence[Duty], *, on: dt.date) -> tuple[Clash, ...]:
    """Duties with several accountable agencies on the day, then capabilities whose duties disagree on the agency."""
    held = [duty for duty in duties if _accountable(duty, on)]
    within = [_clash("duty", [duty], on) for duty in held if len(_accountable(duty, on)) > 1]
    between = [
        _clash("capability", same, on)
        for same in _by_capability(held).values()
        if len({frozenset(_accountable(duty, on)) for duty in same}) > 1
    ]
    return tuple(within + between)


def matrix(
    duties: Sequence[Duty], capabilities: Sequence[str], *, on: dt.date
) -> dict[str, dict[str, tuple[Role, ...]]]:
    """Capability → agency → the roles it holds on the day, the strongest first.

    Every capability asked for has a row, empty where nobody holds anything; capabilities of duties follow after them.
    """
    held: dict[str, dict[str, set[Role]]] = {capability: {} for capability in capabilities}
    for duty in duties:
        row = held.setdefault(duty.capability, {})
        for assignment in _in_force(duty, on):
            row.setdefault(assignment.agency, set()).add(assignment.role)
    return {
        capability: {agency: tuple(role for role in ROLES if role in roles) for agency, roles in row.items()}
        for capability, row in held.items()
    }


def leads_without_mandate(duties: Sequence[Duty], leads: Iterable[Lead], *, on: dt.date) -> tuple[Lead, ...]:
    """Activities whose lead holds no part, of whatever role, in any capability that the activity works on.

    An activity without capabilities says nothing about a mandate and is left out.
    """
    assigned = {(part.agency, duty.capability) for duty in duties for part in _in_force(duty, on)}
    return tuple(
        lead
        for lead in leads
        if lead.capabilities and not any((lead.agency, capability) in assigned for capability in lead.capabilities)
    )


def mandate_without_work(duties: Sequence[Duty], leads: Iterable[Lead], *, on: dt.date) -> tuple[IdleMandate, ...]:
    """Agencies accountable for a capability on the day that lead no activity on it, by capability as duties name it."""
    working = {(lead.agency, capability) for lead in leads for capability in lead.capabilities}
    idle: dict[tuple[str, str], list[str]] = {}
    for duty in duties:
        for agency in _accountable(duty, on):
            if (agency, duty.capability) not in working:
                idle.setdefault((agency, duty.capability), []).append(duty.key)
    return tuple(IdleMandate(agency, capability, tuple(keys)) for (agency, capability), keys in idle.items())


def _in_force(duty: Duty, on: dt.date) -> list[Assignment]:
    return [
        assignment
        for assignment in duty.assignments
        if (assignment.starts_on is None or assignment.starts_on <= on)
        and (assignment.ends_on is None or on <= assignment.ends_on)
    ]


def _accountable(duty: Duty, on: dt.date) -> tuple[str, ...]:
    return tuple(sorted({part.agency for part in _in_force(duty, on) if part.role == "accountable"}))


def _by_capability(duties: Iterable[Duty]) -> dict[str, list[Duty]]:
    grouped: dict[str, list[Duty]] = {}
    for duty in duties:
        grouped.setdefault(duty.capability, []).append(duty)
    return grouped


def _clash(kind: Literal["duty", "capability"], duties: Sequence[Duty], on: dt.date) -> Clash:
    return Clash(
        kind,
        duties[0].capability,
        tuple(duty.key for duty in duties),
        tuple(sorted({agency for duty in duties for agency in _accountable(duty, on)})),
        any(part.is_disputed for duty in duties for part in _in_force(duty, on) if part.role == "accountable"),
    )
