"""Exporting plan files: what goes in comes out equal, in a fresh database byte for byte."""

import os
from collections.abc import AsyncIterator

import pytest

from taskforce import postgres
from taskforce.access import OPERATOR
from taskforce.db import Sessions, create_engine, create_sessions, transaction
from taskforce.errors import NotFound
from taskforce.exchange.plan_export import export_plan
from taskforce.exchange.plan_file import PlanFile
from taskforce.exchange.plan_import import rows_of
from taskforce.exchange.plan_yaml import read_text, write
from taskforce.exchange.vocabulary import read_vocabularies
from taskforce.services.plan_import import apply
from taskforce.settings import project_folder
from tests.conftest import cloned
from tests.world import World

PLANS = project_folder("plans")
VOCABULARIES = read_vocabularies(PLANS / "vocabularies")
NATIONAL = sorted(PLANS.glob("*.yaml"))

# Every key of the format that the national plans leave out, and every second form of those that have two.
RICH = """schema: taskforce.plan/1
sources:
  - {id: S1, ref: "https://example.org/a", says: something}
  - {id: S2, ref: a book, says: more}
mechanism:
  code: TZ-RICH
  name: A rich mechanism
  country: TZ
  kind: council
  topic: online safety
  status: dormant
  established: 2015-03-04
  ended: 2020
  predecessor: an older one
  lead_agency: POL
  chair: EDU
  secretariat: NGO
  start_up_funder: GRANT
  legal_basis: {text: A decree, seen: true}
  reporting: {frequency: annual, due_days_after_period: 30, fact: S1}
  time_zone: Africa/Nairobi
  fiscal_year_start: 4
  weekend_days: [5, 6]
  holidays: [2026-01-12, 2026-12-09]
  currency: USD
  languages: [sw]
  fact: S2
  illustrative: false
plan:
  code: RICH-2026
  title: The plan
  parent: STRATEGY-2025-2030
  start: 2026-07-01
  end: 2027-06-30
  currency: TZS
  languages: [sw, en]
  fact: S1
agencies:
  - {code: POL, name: Police, sector: law_enforcement, role: lead, joined: 2015-03-04, illustrative: true}
  - {code: UNIT, name: A unit, sector: law_enforcement, acronym: U, other_names: [Old unit, Kitengo], parent: POL}
  - {code: EDU, name: Education, sector: government, role: chair}
  - {code: NGO, name: An organisation, sector: ngo, role: secretariat, country: NL, left: 2026-12-31}
  - {code: FUND, name: A fund, sector: donor, role: donor, country: international, fact: S2}
places:
  - {code: TZ-02, name: Dar es Salaam}
  - {code: Ilala, name: Ilala, parent: TZ-02}
  - {code: Alone, name: Alone}
funding_sources:
  - code: GRANT
    name: A grant
    kind: ngo
    provider: FUND
    start: 2026-01-01
    end: 2027-12-31
    agreement: No. 12
    earmarked: false
    on_budget: on_budget
    currency: EUR
    start_up: true
    status: requested
    fact: S1
  - {code: AIR, name: Air time, kind: in_kind}
responsibilities:
  - code: R1
    mnr: 4
    text: investigate
    illustrative: true
    assignments:
      - {agency: POL, to: 2025-12-31}
      - {agency: POL, role: responsible, from: 2026-01-01}
      - {agency: EDU, disputed: true, from: 2026-01-01}
    instruments:
      - {kind: law, citation: A law, article: "3", seen: true, link: "https://example.org/law"}
      - {kind: law, citation: A law, article: "4"}
  - {code: R9, assignments: [], mnr: 10, text: compensate}
objectives:
  - code: O1
    title: First
    mnr: [13, 4]
    illustrative: true
    outputs:
      - code: O1.1
        title: Output
        fact: S1
        indicators:
          - code: I1
            name: people reached
            unit: people
            baseline: 1.5
            baseline_year: 2024
            target: 0
            targets: {2027: 10.25, 2028: 20}
            disaggregation: [sex, age_group]
            roll_up_periods: latest
            roll_up_places: average
            fact_target: S2
        activities:
          - code: A1
            title: First activity
            description: "With a colon: and\\na second line"
            kind: awareness
            mnr: [20]
            lead: POL
            support: [EDU, UNIT]
            districts: [national, Ilala, Mbeya]
            target_groups: [teachers, caregivers]
            start: 2026-07-01
            end: 2027-06-30
            actual_start: 2026-07-05
            actual_end: 2026-07-09
            status: constrained
            status_reason: no money
            responsibilities: [R9, R1]
            messages: [M1]
            joint_with: [A2]
            own_plan: line 4 of the plan of the police
            confidential: true
            transition: {from: GRANT, to: AIR, when: 2027-01-01}
            illustrative: false
            budget:
              - {source: GRANT, cost: staff, amount: 10.5, asked: 20, refused: 3, vote: V-1, weight: 0.25, fact: S1}
              - {source: AIR, cost: media, year: 2027, amount: 0, in_kind: true, illustrative: true}
          - {code: A2, title: Second activity, own_plan: false}
      - {code: O1.2, title: Empty output}
  - {code: O2, title: Empty objective}
cost_items:
  - code: C1
    title: Staff
    domain: leadership
    recurrent: true
    salaries: true
    handover: {from: GRANT, to: AIR, when: 2028-07-01}
    illustrative: true
    required:
      - {year: 2026, cost: staff, amount: 100}
      - {year: 2025, cost: staff, amount: 90}
    lines:
      - {source: GRANT, cost: staff, year: 2026, amount: 50}
  - {code: C2, title: Cost of an activity, activity: A2}
messages:
  - code: M1
    audience: caregivers
    core: The text that all members say in the same words
    languages: [sw]
    fixed_facts: [Call 116, "Law, article 3"]
    adopted_by: [EDU, POL]
    fact: S1
mous:
  - parties: [POL, A company]
    subject: Exchange of data
    start: 2026-01-01
    end: 2028-01-01
    seen: false
    note: A note that says more than fits
    fact: S2
funding_history:
  - {year: 2024, donor: 0.6, ngo: 0.1, other: 0.3, note: A note, illustrative: true}
  - {year: 2023, government: 1}
duplication:
  expected:
    - {a: A1, b: A2, why: the same}
"""


@pytest.fixture
async def fresh(server: postgres.Server) -> AsyncIterator[Sessions]:
    """A database with vocabularies and nothing else."""
    async with cloned(server, f"export_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}") as address:
        engine = create_engine(address, pool_size=1)
        yield create_sessions(engine)
        await engine.dispose()


async def _round(sessions: Sessions, file: PlanFile) -> PlanFile:
    async with transaction(sessions, OPERATOR) as session:
        await apply(session, OPERATOR, rows_of(file), reason="import test.yaml", is_set_up=False)
    async with transaction(sessions, OPERATOR) as session:
        return await export_plan(session, OPERATOR, file.mechanism.code, file.plan.code if file.plan else None)


async def test_every_national_plan_comes_out_byte_for_byte(fresh: Sessions) -> None:
    """All seven, one after the other into one database; nothing of one shows in another."""
    assert len(NATIONAL) == 7
    for path in [*NATIONAL, *sorted((PLANS / "history").glob("*.yaml"))]:
        content = path.read_text(encoding="utf-8")
        file = read_text(content, VOCABULARIES)

        exported = await _round(fresh, file)

        assert exported == file, path.name
        assert write(exported) == content, path.name


async def test_every_key_of_the_format_comes_out(fresh: Sessions) -> None:
    """A file that uses all of the format comes out byte for byte, so nothing that can be written is lost."""
    file = read_text(RICH, VOCABULARIES)
    assert write(file) == RICH

    exported = await _round(fresh, file)

    assert write(exported) == RICH
    assert exported == file


async def test_a_plan_is_named_or_the_latest(fresh: Sessions) -> None:
    """Of several plans the one asked for is exported, without a name the latest; each as it came."""
    old = read_text((PLANS / "tz-ncostf-2020.yaml").read_text(encoding="utf-8"), VOCABULARIES)
    assert old.plan
    await _round(fresh, old)
    plan = old.plan.model_copy(
        update={
            "code": "TZ-2021",
            "start": old.plan.start.replace(year=2021),
            "end": old.plan.end.replace(year=2021),
            "follows": "TZ-2020",
        }
    )
    later = old.model_copy(update={"plan": plan, "objectives": (), "duplication": None})

    assert (await _round(fresh, later)).plan == plan
    async with transaction(fresh, OPERATOR) as session:
        assert (await export_plan(session, OPERATOR, "tz-ncostf")).plan == plan
        assert await export_plan(session, OPERATOR, "TZ-NCOSTF", "TZ-2020") == old
        with pytest.raises(NotFound, match="whose plans are: TZ-2020, TZ-2021"):
            await export_plan(session, OPERATOR, "TZ-NCOSTF", "TZ-2019")
        with pytest.raises(NotFound):
            await export_plan(session, OPERATOR, "NONE")


async def test_a_stranger_exports_nothing(sessions: Sessions, world: World) -> None:
    """A mechanism that is not the actor's to see is not there."""
    stranger = await world.actor("stranger")

    async with transaction(sessions, stranger) as session:
        with pytest.raises(NotFound):
            await export_plan(session, stranger, world.mechanism.code)


async def test_a_focal_point_exports_no_drafts_of_others(sessions: Sessions, world: World) -> None:
    """What an actor may not read is not in their file either."""
    await world.change(world.plan, status="draft")
    reader = await world.actor("education_focal")

    async with transaction(sessions, reader) as session:
        exported = await export_plan(session, reader, world.mechanism.code)

    assert [one.activities for objective in exported.objectives for one in objective.outputs] == [()]
