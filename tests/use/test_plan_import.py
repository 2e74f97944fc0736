"""Importing plan files: what is added, changed and left, all or nothing."""

import asyncio
import itertools
from decimal import Decimal

import pytest
from sqlalchemy import text

from taskforce.access import OPERATOR, Actor
from taskforce.db import BrokenRule, Sessions, transaction
from taskforce.errors import NotAllowed, NotFound, Refused
from taskforce.exchange.plan_export import export_plan
from taskforce.exchange.plan_file import PlanFile
from taskforce.exchange.plan_import import rows_of
from taskforce.exchange.plan_yaml import read_text
from taskforce.exchange.vocabulary import read_vocabularies
from taskforce.services.plan_import import apply, preview
from taskforce.services.plan_wanted import FieldChange, ImportReport
from taskforce.settings import project_folder
from tests.world import World

PLANS = project_folder("plans")
VOCABULARIES = read_vocabularies(PLANS / "vocabularies")
_numbers = itertools.count(1)

SMALL = """
schema: taskforce.plan/1
sources:
  - {id: S1, ref: a report, says: something}
mechanism: {code: CODE, name: Test mechanism, country: TZ, kind: task_force}
plan: {code: P1, title: Plan, start: 2026-01-01, end: 2026-12-31, currency: TZS, status: STATUS}
agencies:
  - {code: POL-CODE, name: Police, sector: law_enforcement}
  - {code: EDU-CODE, name: Education, sector: government, fact: S1}
places:
  - {code: North, name: North}
funding_sources:
  - {code: GOV, name: State budget, kind: government}
responsibilities:
  - {code: R1, agency: POL-CODE, mnr: 4, text: investigate, legal_basis: {text: Cybercrimes Act, seen: false}}
objectives:
  - code: O1
    title: Objective
    mnr: [13]
    outputs:
      - code: O1.1
        title: Output
        indicators:
          - {code: I1, name: reached, unit: people, target: 10, targets: {2027: 20}}
        activities:
          - code: A1
            title: Sessions in schools
            kind: awareness
            lead: POL-CODE
            districts: [North]
            target_groups: [children_12_17]
            start: 2026-02-01
            end: 2026-06-30
            budget:
              - {source: GOV, cost: sessions, amount: 100}
              - {source: GOV, cost: training, amount: 50, asked: 95, refused: 30}
          - code: A2
            title: Guide for teachers
            kind: materials
            lead: EDU-CODE
            support: [POL-CODE]
            districts: [national]
            target_groups: [teachers]
            start: 2026-03-01
            end: 2026-05-31
"""


def _text(*changes: tuple[str, str], status: str = "consultation") -> str:
    """The text of a small plan of a mechanism of its own, with some of its parts replaced."""
    return _edited(SMALL.replace("CODE", f"TZ-FILE-{next(_numbers)}").replace("STATUS", status), *changes)


def _edited(content: str, *changes: tuple[str, str]) -> str:
    """The same text with parts replaced, each of which must be there."""
    for old, new in changes:
        assert old in content, f"{old!r} is not in\n{content}"
        content = content.replace(old, new)
    return content


def _file(content: str) -> PlanFile:
    return read_text(content, VOCABULARIES)


async def _apply(sessions: Sessions, content: str, actor: Actor = OPERATOR) -> ImportReport:
    file = _file(content)
    async with transaction(sessions, actor) as session:
        return await apply(session, actor, rows_of(file), reason="import test.yaml")


async def _preview(sessions: Sessions, content: str) -> ImportReport:
    async with transaction(sessions, OPERATOR) as session:
        return await preview(session, OPERATOR, rows_of(_file(content)))


async def _export(sessions: Sessions, content: str) -> PlanFile:
    async with transaction(sessions, OPERATOR) as session:
        return await export_plan(session, OPERATOR, _file(content).mechanism.code)


def _changes(report: ImportReport) -> dict[str, dict[str, tuple[str, ...]]]:
    """Noun → row → its changes as `field: before → after`."""
    return {
        noun.noun: {row.name: tuple(_line(change) for change in row.fields) for row in noun.changed}
        for noun in report.nouns
        if noun.changed
    }


def _line(change: FieldChange) -> str:
    return f"{change.field}: {change.before} → {change.after}"


async def test_a_preview_writes_nothing(sessions: Sessions) -> None:
    """A preview says what would be added, and afterwards there is no such mechanism."""
    file = _text()

    report = await _preview(sessions, file)

    assert (report.is_new_mechanism, report.is_new_plan, report.changed_count) == (True, True, 0)
    assert next(noun for noun in report.nouns if noun.noun == "activities").added == ("A1", "A2")
    with pytest.raises(NotFound):
        await _export(sessions, file)


async def test_a_second_import_of_the_same_file_changes_nothing(sessions: Sessions) -> None:
    """Importing twice gives what importing once gives, to the audit event."""
    file = _text()
    first = await _apply(sessions, file)
    events = text("select count(*) from audit_event where mechanism_id = :id")
    async with transaction(sessions, OPERATOR) as session:
        before = await session.scalar(events, {"id": first.mechanism_id})

    second = await _apply(sessions, file)

    async with transaction(sessions, OPERATOR) as session:
        after = await session.scalar(events, {"id": first.mechanism_id})
    assert (second.added_count, second.changed_count, after) == (0, 0, before)
    assert first.added_count > 15


async def test_every_change_is_shown_old_and_new(sessions: Sessions) -> None:
    """Field by field, in the words of the file; and only those rows change, each to the next version."""
    file = _text()
    made = await _apply(sessions, file)
    edited = _edited(
        file,
        ("title: Sessions in schools", "title: Sessions in all schools"),
        ("districts: [national]", "districts: [North, South]"),
        ("amount: 50", "amount: 60"),
        ("legal_basis: {text: Cybercrimes Act, seen: false}", "legal_basis: {text: Cybercrimes Act, seen: true}"),
        ("target: 10", "target: 12"),
    )

    report = await _preview(sessions, edited)

    assert _changes(report) == {
        "instruments": {"Cybercrimes Act": ("seen: false → true",)},
        "targets": {"I1 2026": ("value: 10 → 12",)},
        "activities": {
            "A1": ("title: Sessions in schools → Sessions in all schools",),
            "A2": ("is_national: true → false", "districts:  → North, South"),
        },
        "cost_items": {"P1:A1": ("title: Sessions in schools → Sessions in all schools",)},
        "budget": {"P1:A1 GOV training 2026": ("amount: 50 → 60",)},
    }
    assert {noun.noun: noun.added for noun in report.nouns if noun.added} == {"places": ("South",)}
    await _apply(sessions, edited)
    assert await _export(sessions, file) == _file(edited)
    async with transaction(sessions, OPERATOR) as session:
        versions = await session.execute(
            text("select code, version from activity where mechanism_id = :id order by code"),
            {"id": made.mechanism_id},
        )
        assert versions.all() == [("A1", 2), ("A2", 2)]


async def test_what_the_file_does_not_say_stays(sessions: Sessions) -> None:
    """Rows and keys that a later file leaves out keep what is stored; nothing is ever deleted."""
    file = _text()
    await _apply(sessions, file)
    duties = file[file.index("responsibilities:") : file.index("objectives:")]
    activity = file[file.index("          - code: A2") :]
    shorter = _edited(file, (", fact: S1}", "}"), (duties, ""), (activity, ""), ("            kind: awareness\n", ""))

    report = await _apply(sessions, shorter)

    assert (report.added_count, report.changed_count) == (0, 0)
    assert await _export(sessions, file) == _file(file)


async def test_new_rows_find_their_place_in_the_order(sessions: Sessions) -> None:
    """A row added at the end moves nobody; one added in the middle gives the order of the file."""
    file = _text()
    await _apply(sessions, file)
    lead = f"POL-{_file(file).mechanism.code}"
    third = (
        f"          - {{code: A3, title: T, lead: {lead}, districts: [North], start: 2026-01-01, end: 2026-02-01}}\n"
    )

    at_end = await _apply(sessions, file + third)
    in_front = await _apply(
        sessions, _edited(file, ("        activities:\n", "        activities:\n" + third.replace("A3", "A0")))
    )

    assert (at_end.added_count, _changes(at_end)) == (1, {})
    assert _changes(in_front) == {
        "activities": {"A1": ("position: 0 → 1",), "A2": ("position: 1 → 2",)},
    }
    exported = await _export(sessions, file)
    assert [one.code for one in exported.objectives[0].outputs[0].activities] == ["A0", "A1", "A2", "A3"]


async def test_money_becomes_the_activity_s_own_cost_item(sessions: Sessions) -> None:
    """An activity's budget is a one-year cost item of its own, which needs what its lines ask for."""
    made = await _apply(sessions, _text())

    async with transaction(sessions, OPERATOR) as session:
        found = await session.execute(
            text(
                "select c.code, r.cost_type_id, r.fiscal_year, r.required_amount,"
                " l.asked_amount, l.refused_amount, l.secured_amount, l.currency, a.code"
                " from cost_item c join cost_requirement r on r.cost_item_id = c.id join budget_line l"
                " on l.cost_item_id = c.id and l.cost_type_id = r.cost_type_id join activity a on a.id = l.activity_id"
                " where c.mechanism_id = :id order by r.cost_type_id"
            ),
            {"id": made.mechanism_id},
        )
        assert [tuple(row) for row in found] == [
            ("P1:A1", "cost_type:sessions", 2026, *map(Decimal, (100, 100, 0, 100)), "TZS", "A1"),
            ("P1:A1", "cost_type:training", 2026, *map(Decimal, (95, 95, 30, 50)), "TZS", "A1"),
        ]


@pytest.mark.parametrize("status", ["submitted", "endorsed", "active", "closing", "closed", "suspended", "cancelled"])
async def test_a_plan_past_consultation_is_not_changed(sessions: Sessions, status: str) -> None:
    """A new plan comes in any state, marked as imported; later its lines change no more, and the refusal says why."""
    file = _text(status=status)
    made = await _apply(sessions, file)

    same = await _preview(sessions, file)
    with pytest.raises(Refused, match=rf"P1 is {status}: .*1 of its rows differ \(A1\)\. What was agreed stays"):
        await _apply(sessions, _edited(file, ("districts: [North]", "districts: [South]")))

    assert same.changed_count == 0
    async with transaction(sessions, OPERATOR) as session:
        stored = await session.scalar(
            text("select is_imported from plan where mechanism_id = :id"), {"id": made.mechanism_id}
        )
        places = await session.scalar(
            text("select count(*) from place where mechanism_id = :id"), {"id": made.mechanism_id}
        )
    assert (stored, places) == (True, 1)


@pytest.mark.parametrize("status", ["draft", "consultation", "returned"])
async def test_an_open_plan_is_changed(sessions: Sessions, status: str) -> None:
    """In draft, consultation and after a return a file may change the plan."""
    file = _text(status=status)
    await _apply(sessions, file)

    report = await _apply(sessions, _edited(file, ("title: Guide for teachers", "title: Guide")))

    assert _changes(report)["activities"] == {"A2": ("title: Guide for teachers → Guide",)}


async def test_what_is_not_of_the_plan_changes_in_any_state(sessions: Sessions) -> None:
    """Members, duties and sources of a mechanism live on after a plan is closed; so does a plan of the next year."""
    file = _text(status="closed")
    await _apply(sessions, file)
    later = _edited(
        file,
        ("name: State budget", "name: State budget (vote 12)"),
        ("code: P1", "code: P2, follows: P1"),
        ("2026-", "2027-"),
        ("{2027: 20}", "{2028: 20}"),
        ("status: closed", "status: consultation"),
        ("title: Guide for teachers", "title: Guide for teachers\n            carried_over_from: A2"),
    )

    report = await _apply(sessions, later)

    assert report.is_new_plan
    assert _changes(report) == {"funding_sources": {"GOV": ("name: State budget → State budget (vote 12)",)}}
    assert await _export(sessions, file) == _file(later)


def _next_year(file: str, status: str) -> str:
    """The file of a closed plan as that of the next year, in a state."""
    return _edited(
        file,
        ("code: P1", "code: P2, follows: P1"),
        ("2026-", "2027-"),
        ("{2027: 20}", "{2028: 20}"),
        ("status: closed", f"status: {status}"),
    )


@pytest.mark.parametrize("status", ["draft", "consultation"])
async def test_a_new_plan_of_a_known_mechanism_begins(sessions: Sessions, status: str) -> None:
    """Next year's plan comes into a mechanism as a draft or for consultation, marked as imported."""
    file = _text(status="closed")
    await _apply(sessions, file)

    made = await _apply(sessions, _next_year(file, status))

    assert made.is_new_plan
    async with transaction(sessions, OPERATOR) as session:
        found = await session.execute(
            text("select status, is_imported from plan where mechanism_id = :id and code = 'P2'"),
            {"id": made.mechanism_id},
        )
        assert [tuple(row) for row in found] == [(status, True)]


@pytest.mark.parametrize(
    "status", ["submitted", "returned", "endorsed", "active", "closing", "closed", "suspended", "cancelled"]
)
async def test_a_file_brings_no_decided_plan_into_a_known_mechanism(sessions: Sessions, status: str) -> None:
    """Nobody there has consulted on it or endorsed it: preview and import say no, why, and what to write instead."""
    file = _text(status="closed")
    made = await _apply(sessions, file)
    later = _next_year(file, status)

    for refused in (_preview, _apply):
        with pytest.raises(Refused, match=rf"P2 is new in TZ-FILE-\d+ and the file says {status}: .*status: draft"):
            await refused(sessions, later)

    async with transaction(sessions, OPERATOR) as session:
        count = await session.scalar(
            text("select count(*) from plan where mechanism_id = :id"), {"id": made.mechanism_id}
        )
    assert count == 1


async def test_a_file_moves_no_plan_on(sessions: Sessions) -> None:
    """The state of a stored plan follows its own rules, not a file."""
    file = _text(status="consultation")
    await _apply(sessions, file)

    with pytest.raises(Refused, match="P1 is consultation and the file says endorsed"):
        await _preview(sessions, _edited(file, ("status: consultation", "status: endorsed")))


async def test_a_plan_that_follows_an_unknown_one_is_refused(sessions: Sessions) -> None:
    """Last year's plan must be there before this year's names it, and so must the activities carried over."""
    file = _text()
    with pytest.raises(Refused, match="P0 is not among the plans: import that plan first"):
        await _apply(sessions, _edited(file, ("code: P1", "code: P1, follows: P0")))


async def test_a_failed_import_leaves_nothing(sessions: Sessions) -> None:
    """The database says no to the last statement, and the first are gone as well."""
    file = _text()
    await _apply(sessions, file)
    overlapping = _edited(
        file,
        ("code: P1", "code: P9"),
        ("code: GOV, name: State budget", "code: GOV, name: Renamed"),
    )

    with pytest.raises(BrokenRule):
        await _apply(sessions, overlapping)

    assert await _export(sessions, file) == _file(file)


async def test_agencies_that_others_share_keep_their_name(sessions: Sessions) -> None:
    """One organisation is one record: a second mechanism's file joins it and does not rename it, and says so."""
    first = _text()
    await _apply(sessions, first)
    code = _file(first).agencies[0].code
    second = _text(("agencies:\n", f"agencies:\n  - {{code: {code}, name: The police, sector: ngo}}\n"))

    report = await _apply(sessions, second)

    agencies = report.nouns[0]
    assert [row.name for row in agencies.kept] == [code]
    assert {_line(change) for change in agencies.kept[0].fields} == {
        "name: Police → The police",
        "sector: law_enforcement → ngo",
    }
    assert (await _export(sessions, first)).agencies[0].name == "Police"


async def test_an_agency_of_one_mechanism_is_renamed(sessions: Sessions) -> None:
    """Nobody else has it, so the file is right."""
    file = _text()
    await _apply(sessions, file)

    report = await _apply(sessions, _edited(file, ("name: Police", "name: The police")))

    assert _changes(report)["agencies"] == {f"POL-{_file(file).mechanism.code}": ("name: Police → The police",)}


async def test_one_instrument_described_in_two_ways_is_refused(sessions: Sessions) -> None:
    """An instrument is one record, so two duties cannot say different things of it."""
    file = _text()
    duty = "  - {code: R2, agency: POL-CODE, mnr: 5, text: more, legal_basis: {text: Cybercrimes Act, seen: true}}"
    twice = _edited(file, ("objectives:\n", f"{duty.replace('CODE', _file(file).mechanism.code)}\nobjectives:\n"))

    with pytest.raises(Refused, match="“Cybercrimes Act” is described in two ways, in R1 and in R2"):
        rows_of(_file(twice))


async def test_rows_that_somebody_saved_meanwhile_are_not_overwritten(sessions: Sessions) -> None:
    """Two imports of different files at once: the second compares with what the first wrote."""
    file = _text()
    await _apply(sessions, file)
    edits = [_edited(file, ("title: Guide for teachers", f"title: Guide {number}")) for number in range(2)]

    reports = await asyncio.gather(*(_apply(sessions, edit) for edit in edits))

    befores = sorted(change for report in reports for change in _changes(report)["activities"]["A2"])
    assert "title: Guide for teachers → Guide 0" in befores or "title: Guide for teachers → Guide 1" in befores
    assert "title: Guide 0 → Guide 1" in befores or "title: Guide 1 → Guide 0" in befores


async def test_every_event_of_an_import_carries_its_reason(sessions: Sessions) -> None:
    """The history of each row says that it came by a file, and by which."""
    made = await _apply(sessions, _text())

    async with transaction(sessions, OPERATOR) as session:
        found = await session.execute(
            text("select distinct principal, action, reason from audit_event where mechanism_id = :id"),
            {"id": made.mechanism_id},
        )
        assert [tuple(row) for row in found] == [("operator", "plan:import", "import test.yaml")]


@pytest.mark.parametrize(("who", "allowed"), [("secretariat", True), ("police_focal", False), ("donor", False)])
async def test_who_may_import_into_a_mechanism(sessions: Sessions, world: World, who: str, allowed: bool) -> None:
    """The secretariat keeps the plan, others do not; whoever does not see the mechanism cannot make it either."""
    actor = await world.actor(who)
    async with transaction(sessions, OPERATOR) as session:
        exported = await export_plan(session, OPERATOR, world.mechanism.code)
    assert exported.plan
    rows = rows_of(exported.model_copy(update={"plan": exported.plan.model_copy(update={"title": "Renamed"})}))

    async def renamed() -> ImportReport:
        async with transaction(sessions, actor) as session:
            return await apply(session, actor, rows, reason="import test.yaml")

    if allowed:
        assert "plan" in _changes(await renamed())
    else:
        with pytest.raises(NotAllowed):
            await renamed()
    with pytest.raises(NotAllowed):
        await _apply(sessions, _text(), actor)
