"""The matrix of responsibilities, put together from query rows by the rules of coverage."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from taskforce.queries.responsibility import BasisRow, DutyRow, LeadRow, PartRow
from taskforce.queries.vocabulary_term import Term
from taskforce.rules import coverage
from taskforce.views.responsibility import (
    AgencyColumn,
    CapabilityGroup,
    CapabilityRow,
    CellView,
    ClashView,
    DutyLink,
    DutyView,
    GapView,
    IdleView,
    InstrumentView,
    PartView,
    UnmandatedView,
)

ROLES: dict[str, coverage.Role] = {role: role for role in coverage.ROLES}


@dataclass(frozen=True)
class Sheet:
    """Everything that the matrix is made of, on one day."""

    on: dt.date
    terms: Sequence[Term]
    duties: Sequence[DutyRow]
    parts: Sequence[PartRow]
    bases: Sequence[BasisRow]
    leads: Sequence[LeadRow]
    worked_on: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Read:
    """A sheet as the rules read it: agencies by id, capabilities by id, duties by code."""

    sheet: Sheet
    duties: tuple[coverage.Duty, ...]
    leads: tuple[coverage.Lead, ...]
    agencies: Mapping[str, AgencyColumn]
    terms: Mapping[str, Term]
    links: Mapping[str, DutyLink]

    def capability(self, capability_id: str) -> str:
        """How people call a capability: its number and its label."""
        term = self.terms.get(capability_id)
        return f"{term.code} {term.label}" if term else capability_id


def duty_of(row: DutyRow, parts: Iterable[PartRow]) -> coverage.Duty:
    """A responsibility as the rules read it; agencies by their ids."""
    held = tuple(
        coverage.Assignment(str(part.agency_id), ROLES[part.role], part.starts_on, part.ends_on, part.is_disputed)
        for part in parts
    )
    return coverage.Duty(row.code, row.capability_id, row.statement, held)


def state_of(duty: coverage.Duty, on: dt.date) -> str:
    """Whether a duty is a gap, a clash, or assigned to one accountable agency."""
    if coverage.gaps([duty], {}, on=on):
        return "gap"
    return "clash" if coverage.clashes([duty], on=on) else "assigned"


def part_view(part: PartRow, on: dt.date) -> PartView:
    """A part with whether it is held on the day."""
    has_begun = part.starts_on is None or part.starts_on <= on
    is_current = has_begun and (part.ends_on is None or on <= part.ends_on)
    return PartView(
        id=part.id,
        agency_id=part.agency_id,
        agency_code=part.agency_code,
        agency_title=part.agency_title,
        role=part.role,
        starts_on=part.starts_on,
        ends_on=part.ends_on,
        is_disputed=part.is_disputed,
        is_current=is_current,
        version=part.version,
    )


def accountable(parts: Iterable[PartView]) -> list[AgencyColumn]:
    """The agencies that answer for a duty on the day."""
    return [
        AgencyColumn(id=part.agency_id, code=part.agency_code, title=part.agency_title)
        for part in parts
        if part.is_current and part.role == "accountable"
    ]


def read(sheet: Sheet) -> Read:
    """Look everything up once."""
    parts: dict[UUID, list[PartRow]] = {}
    for part in sheet.parts:
        parts.setdefault(part.responsibility_id, []).append(part)
    agencies = [AgencyColumn(id=row.agency_id, code=row.agency_code, title=row.agency_title) for row in sheet.parts]
    agencies += [AgencyColumn(id=row.agency_id, code=row.agency_code, title=row.agency_title) for row in sheet.leads]
    return Read(
        sheet=sheet,
        duties=tuple(duty_of(row, parts.get(row.id, ())) for row in sheet.duties),
        leads=tuple(coverage.Lead(str(row.id), str(row.agency_id), frozenset(row.capabilities)) for row in sheet.leads),
        agencies={str(agency.id): agency for agency in agencies},
        terms={term.id: term for term in sheet.terms},
        links={row.code: DutyLink(id=row.id, code=row.code, statement=row.statement) for row in sheet.duties},
    )


def columns(found: Read) -> list[AgencyColumn]:
    """The agencies with a part on the day or a lead in the plan, by their code."""
    shown = {agency for row in coverage.matrix(found.duties, (), on=found.sheet.on).values() for agency in row}
    shown |= {lead.agency for lead in found.leads}
    return sorted((found.agencies[agency] for agency in shown), key=lambda agency: agency.code.lower())


def groups(found: Read, shown: Sequence[AgencyColumn]) -> list[CapabilityGroup]:
    """Every capability under the heading of its group, with a cell for each agency shown."""
    sheet = found.sheet
    held = coverage.matrix(found.duties, [term.id for term in sheet.terms], on=sheet.on)
    led = Counter((lead.agency, capability) for lead in found.leads for capability in lead.capabilities)
    disputed = _disputed(sheet)
    duties = _duty_views(found)
    made: dict[str, list[CapabilityRow]] = {}
    for term in sheet.terms:
        cells = [
            CellView(
                agency_id=agency.id,
                roles=list(held[term.id].get(str(agency.id), ())),
                is_disputed=(agency.id, term.id) in disputed,
                led_count=led[str(agency.id), term.id],
            )
            for agency in shown
        ]
        row = CapabilityRow(
            id=term.id,
            number=term.code,
            label=term.label,
            cells=cells,
            duties=duties.get(term.id, []),
            objectives=list(sheet.worked_on.get(term.id, ())),
        )
        made.setdefault(term.group or "", []).append(row)
    return [CapabilityGroup(label=label, capabilities=rows) for label, rows in made.items()]


def _disputed(sheet: Sheet) -> set[tuple[UUID, str]]:
    """The agencies and capabilities between which a part that is held on the day is contested."""
    capability_of = {row.id: row.capability_id for row in sheet.duties}
    return {
        (part.agency_id, capability_of[part.responsibility_id])
        for part in sheet.parts
        if part.is_disputed and part_view(part, sheet.on).is_current
    }


def _duty_views(found: Read) -> dict[str, list[DutyView]]:
    """The duties by capability."""
    sheet = found.sheet
    states = {duty.key: state_of(duty, sheet.on) for duty in found.duties}
    parts: dict[UUID, list[PartView]] = {}
    for part in sheet.parts:
        parts.setdefault(part.responsibility_id, []).append(part_view(part, sheet.on))
    bases: dict[UUID, list[InstrumentView]] = {}
    for basis in sheet.bases:
        bases.setdefault(basis.responsibility_id, []).append(InstrumentView.model_validate(basis))
    made: dict[str, list[DutyView]] = {}
    for row in sheet.duties:
        view = DutyView(
            id=row.id,
            code=row.code,
            statement=row.statement,
            state=states[row.code],
            parts=parts.get(row.id, []),
            instruments=bases.get(row.id, []),
            is_illustrative=row.is_illustrative,
            source=row.source,
        )
        made.setdefault(row.capability_id, []).append(view)
    return made


def gap_views(found: Read) -> list[GapView]:
    """Duties that nobody is accountable for, then capabilities that the plan works on and no duty covers."""
    return [
        GapView(
            capability_id=gap.capability,
            capability=found.capability(gap.capability),
            duty_id=found.links[gap.duty].id if gap.duty else None,
            duty_code=gap.duty,
            statement=found.links[gap.duty].statement if gap.duty else None,
            objectives=list(gap.objectives),
        )
        for gap in coverage.gaps(found.duties, found.sheet.worked_on, on=found.sheet.on)
    ]


def clash_views(found: Read) -> list[ClashView]:
    """Duties with several accountable agencies, then capabilities whose duties name different ones."""
    return [
        ClashView(
            kind=clash.kind,
            capability_id=clash.capability,
            capability=found.capability(clash.capability),
            duties=[found.links[code] for code in clash.duties],
            agencies=[found.agencies[agency] for agency in clash.agencies],
            is_disputed=clash.is_disputed,
        )
        for clash in coverage.clashes(found.duties, on=found.sheet.on)
    ]


def idle_views(found: Read) -> list[IdleView]:
    """Agencies that are accountable and lead nothing on it in the plan; none where there is no plan to look at."""
    if not found.leads:
        return []
    return [
        IdleView(
            agency=found.agencies[idle.agency],
            capability=found.capability(idle.capability),
            duties=[found.links[code] for code in idle.duties],
        )
        for idle in coverage.mandate_without_work(found.duties, found.leads, on=found.sheet.on)
    ]


def unmandated_views(found: Read) -> list[UnmandatedView]:
    """Activities whose lead has no part in what they work on."""
    rows = {str(row.id): row for row in found.sheet.leads}
    return [
        UnmandatedView(
            activity_id=rows[lead.activity].id,
            code=rows[lead.activity].code,
            title=rows[lead.activity].title,
            agency=found.agencies[lead.agency],
            capabilities=[found.capability(each) for each in rows[lead.activity].capabilities],
        )
        for lead in coverage.leads_without_mandate(found.duties, found.leads, on=found.sheet.on)
    ]
