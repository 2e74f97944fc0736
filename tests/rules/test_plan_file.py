"""Plan files: what is read, what is refused and with which words, and the one canonical way of writing."""

import json
import re
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bench.generate import plan_of
from taskforce.exchange import yaml_text
from taskforce.exchange.file_error import MOST_ERRORS, Broken, FileError, Unreadable
from taskforce.exchange.plan_file import PlanFile, activities, fiscal_year_start, plan_year
from taskforce.exchange.plan_tree import BudgetEntry, asked_amount
from taskforce.exchange.plan_yaml import json_schema, read, read_bytes, read_text, write
from taskforce.exchange.vocabulary import read_vocabularies, read_vocabulary
from taskforce.settings import project_folder

PLANS = project_folder("plans")
VOCABULARIES = read_vocabularies(PLANS / "vocabularies")
NATIONAL = sorted(PLANS.glob("*.yaml"))
COMMITTED = [*NATIONAL, *sorted(PLANS.glob("starter/*.yaml")), *sorted(PLANS.glob("history/*.yaml"))]
GIVEN = sorted((Path(__file__).parents[3] / "shared" / "plans").glob("*.yaml"))

GOOD = """\
schema: taskforce.plan/1
sources:
  - {id: S1, ref: "https://example.org/law", says: the law exists}
mechanism: {code: XX-1, name: A task force, country: KE, kind: task_force, lead_agency: MOE, secretariat: NGO}
plan: {code: P-2026, title: Plan of the year, start: 2026-01-01, end: 2026-12-31, currency: KES, status: active}
agencies:
  - {code: MOE, name: Ministry of Education, sector: government, role: lead}
  - {code: NGO, name: A charity, sector: ngo}
places:
  - {code: R, name: Region}
  - {code: D, name: District, parent: R}
funding_sources:
  - {code: STATE, name: State budget, kind: government}
  - {code: GRANT, name: A grant, kind: donor, start: 2025-01-01, end: 2027-01-01}
responsibilities:
  - {agency: MOE, mnr: 13, text: teach}
  - {agency: NGO, mnr: 11, text: listen}
objectives:
  - code: O1
    title: Children are safe
    mnr: [13]
    outputs:
      - code: O1.1
        title: Children know
        indicators:
          - {code: I1, name: children reached, unit: children, baseline: 0, target: 10}
        activities:
          - code: A1
            title: Teach children
            kind: awareness
            lead: MOE
            support: [NGO]
            districts: [D]
            target_groups: [children_8_17]
            start: 2026-02-01
            end: 2026-03-31
            responsibilities: [R1]
            messages: [M1]
            budget:
              - {source: STATE, cost: travel, amount: 100}
              - {source: GRANT, cost: travel, amount: 50}
          - code: A2
            title: Train teachers
            kind: training
            lead: NGO
            districts: [national]
            target_groups: [teachers]
            start: 2026-02-01
            end: 2026-03-31
messages:
  - {code: M1, audience: children_8_17, core: Tell somebody, adopted_by: [MOE]}
"""


def read_good(old: str = "", new: str = "") -> PlanFile:
    assert old in GOOD, old
    return read_text(GOOD.replace(old, new, 1) if old else GOOD, VOCABULARIES)


def errors_of(text: str) -> tuple[FileError, ...]:
    with pytest.raises(Broken) as caught:
        read_text(text, VOCABULARIES)
    return caught.value.errors


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.name)
def test_committed_plans_are_valid_and_canonical(path: Path) -> None:
    """Every plan file that we ship passes its own check and is written as `write` writes it."""
    assert write(read(path, VOCABULARIES)) == path.read_text(encoding="utf-8")


@pytest.mark.skipif(not GIVEN, reason="the seven plans as they were given lie beside a workplace checkout only")
@pytest.mark.parametrize("path", GIVEN, ids=lambda path: path.name)
def test_given_plans_are_valid_as_they_are(path: Path) -> None:
    """A plan as it was given passes unchanged, and reading what we write of it gives the same plan."""
    file = read(path, VOCABULARIES)
    text = write(file)

    assert read_text(text, VOCABULARIES) == file
    assert write(read_text(text, VOCABULARIES)) == text


@pytest.mark.skipif(not GIVEN, reason="the seven plans as they were given lie beside a workplace checkout only")
@pytest.mark.parametrize("path", GIVEN, ids=lambda path: path.name)
def test_our_plans_carry_over_what_was_given(path: Path) -> None:
    """Ours hold every activity with its words, dates, money and fact, every label, every cited statement and share."""
    ours, given_file = read(PLANS / path.name, VOCABULARIES), read(path, VOCABULARIES)

    assert [_kept(activity) for _, activity in activities(ours)] == [_kept(one) for _, one in activities(given_file)]
    assert ours.duplication == given_file.duplication
    assert [(one.id, one.says) for one in ours.sources] == [(one.id, one.says) for one in given_file.sources]
    assert ours.funding_history == given_file.funding_history
    assert [duty.text for duty in ours.responsibilities] == [duty.text for duty in given_file.responsibilities]
    assert [message.core for message in ours.messages] == [message.core for message in given_file.messages]


def _kept(activity: object) -> dict[str, object]:
    names = {"code", "title", "kind", "districts", "target_groups", "start", "end", "fact", "illustrative", "messages"}
    kept = activity.model_dump(include=names)  # type: ignore[attr-defined]  # any activity
    money = [(line.amount, asked_amount(line), line.in_kind) for line in activity.budget]  # type: ignore[attr-defined]
    return kept | {"money": money}


def test_a_dissolved_mechanism_needs_no_plan() -> None:
    """The Malaysian task force stands with its cited fact and without an invented end."""
    file = read(PLANS / "history" / "my-task-force-2013.yaml", VOCABULARIES)

    assert file.plan is None
    assert file.mechanism.status == "dissolved"
    assert file.mechanism.ended is None
    assert file.sources[0].id == file.mechanism.fact


def test_capabilities_are_the_21_in_six_groups() -> None:
    """The vocabulary has 21 capabilities in six groups; number 12 is the hotline; the note asks to check the names."""
    vocabulary = VOCABULARIES["capability"]

    assert [term.code for term in vocabulary.terms] == [str(number) for number in range(1, 22)]
    assert len({term.group for term in vocabulary.terms}) == 6
    assert "hotline" in vocabulary.terms[11].label
    assert "check" in (vocabulary.note or "")


def test_a_vocabulary_with_a_code_twice_is_refused(tmp_path: Path) -> None:
    """A code that is listed twice would make two terms of one."""
    file = tmp_path / "kinds.yaml"
    file.write_text(
        "schema: taskforce.vocabulary/1\nvocabulary: kind\nterms: [{code: a, label: A}, {code: a, label: B}]"
    )

    with pytest.raises(Broken, match="a is listed twice"):
        read_vocabulary(file)


# What is written instead, where the error must stand (line counted in GOOD), and what it must say.
WRONG = [
    ("lead: MOE\n", "lead: MOEE\n", 33, "activities[0].lead", "no agency “MOEE”", "did you mean MOE?"),
    ("lead: MOE\n", "lead: [MOE, NGO]\n", 33, "activities[0].lead", "one lead", "under support"),
    ("lead: MOE\n", "lead: MOE\n            lead: NGO\n", 34, "activities[0].lead", "written twice", "one lead"),
    ("[NGO]", "[NGO, MOE]", 34, "activities[0].support[1]", "MOE leads A1 and supports it", "remove it"),
    ("[NGO]", "[NGO, NGO]", 34, "activities[0].support[1]", "NGO is named twice", "keep one"),
    ("sector: ngo}", "sector: ngo, role: lead}", 8, "agencies[1].role", "second lead agency", "keep one"),
    ("end: 2026-03-31", "end: 2027-01-01", 38, "activities[0].end", "outside the plan", "2026-01-01 to 2026-12-31"),
    ("end: 2026-03-31", "end: 2026-01-31", 38, "activities[0].end", "before it starts 2026-02-01", "correct"),
    ("end: 2026-03-31", "end: 2026-02-30", 38, "activities[0].end", "not a day of the calendar", "check"),
    ("end: 2026-03-31", "end: 31/3/2026", 38, "activities[0].end", "not a date", "2026-03-31"),
    ("end: 2026-03-31", "end: 20260331", 38, "activities[0].end", "not a date", "2026-03-31"),
    ("end: 2026-12-31", "end: 2025-12-31", 5, "plan.end", "before it starts", "correct"),
    ("end: 2026-12-31", "end: 2028-01-01", 5, "plan.end", "lasts from", "less than two years"),
    ("amount: 100", "amount: a hundred", 42, "budget[0].amount", "“a hundred” is not a number", "digits"),
    ("amount: 100", "amount: 1_000", 42, "budget[0].amount", "is not a number", "digits"),
    ("amount: 100", "amount: 1e3", 42, "budget[0].amount", "is not a number", "digits"),
    ("amount: 100", "amount: -100", 42, "budget[0].amount", "negative", "without the sign"),
    ("amount: 100", "amount: 1.234", 42, "budget[0].amount", "3 decimals", "at most 2"),
    ("amount: 100", "amount: .nan", 42, "budget[0].amount", "is not a number", "digits"),
    ("amount: 100", "amount: 9000000000000000", 42, "budget[0].amount", "above", "digits too many"),
    ("amount: 100", "secured: nothing", 42, "budget[0].amount", "is not a number", "digits"),
    ("amount: 100", "amount: many, status: unfunded", 42, "budget[0].asked", "is not a number", "digits"),
    (", amount: 100", "", 42, "budget[0]", "no amount is given", "write amount"),
    ("{source: GRANT,", "{source: GRAND,", 43, "budget[1].source", "no funding source “GRAND”", "did you mean GRANT?"),
    ("source: GRANT, cost", "source: STATE, cost", 43, "budget[1]", "same source, cost", "add the two up"),
    ("cost: travel", "cost: travle", 42, "budget[0].cost", "cost type “travle”", "did you mean travel?"),
    ("kind: awareness", "kind: awarenes", 32, "activities[0].kind", "kind “awarenes”", "did you mean awareness?"),
    ("[teachers]", "[teacher]", 49, "activities[1].target_groups[0]", "target group", "did you mean teachers?"),
    ("mnr: 13,", "mnr: 22,", 16, "responsibilities[0].mnr", "capability “22”", "write one of 1, 2"),
    ("mnr: 13,", "mnr: thirteen,", 16, "responsibilities[0].mnr", "not a whole number", "digits"),
    ("messages: [M1]", "messages: [M2]", 40, "activities[0].messages[0]", "no message “M2”", "did you mean M1?"),
    ("responsibilities: [R1]", "responsibilities: [R3]", 39, "responsibilities[0]", "no responsibility “R3”", "R1"),
    ("code: A2", "code: A1", 44, "activities[1].code", "activity A1 is listed twice", "another code"),
    ("code: NGO", "code: MOE", 8, "agencies[1].code", "agency MOE is listed twice", "another code"),
    ("code: A2", "code: A 2", 44, "activities[1].code", "not allowed for code", "letters, digits"),
    ("name: Region}", "name: Region, parent: D}", 10, "places[0].parent", "R → D → R", "remove one parent"),
    ("districts: [D]", "districts: [District]", 35, "districts[0]", "listed under places with a code", "its code, D"),
    ("districts: [national]", "districts: [National]", 48, "districts[0]", "whole country", "write national"),
    ("districts: [national]", "districts: []", 48, "activities[1].districts", "has no districts", "add districts"),
    ("sector: ngo", "sector: ngos", 8, "agencies[1].sector", "sector “ngos”", "did you mean ngo?"),
    ("country: KE", "country: Kenya", 4, "mechanism.country", "not a country code", "did you mean KE?"),
    ("currency: KES", "currency: KSH", 5, "plan.currency", "“KSH” is not a currency", "ISO 4217"),
    ("currency: KES", "currency: UGX", None, "", "", ""),
    ("status: active", "status: activ", 5, "plan.status", "not one of the words", "did you mean active?"),
    ("title: Plan of the year, ", "", 5, "plan.title", "title is missing", "add title"),
    ("suport", "suport", None, "", "", ""),
    ("kind: training", "knd: training", 45, "activities[1].knd", "the key “knd” is unknown", "did you mean kind?"),
    ("core: Tell somebody", "core: ''", 52, "messages[0].core", "0 characters", "at least 1"),
    ("adopted_by: [MOE]", "adopted_by: MOE", 52, "messages[0].adopted_by", "not a list", "[A, B]"),
    ("mechanism: {", "mechanism: {fact: S2, ", 4, "mechanism.fact", "no source “S2”", "did you mean S1?"),
    ("start: 2025-01-01", "start: 2027-01-02", 14, "funding_sources[1].end", "GRANT ends", "correct one"),
    ("schema: taskforce.plan/1", "schema: taskforce.plan/9", 1, "schema", "not one of", "taskforce.plan/1"),
    ("agency: MOE, mnr", "mnr", 16, "responsibilities[0]", "nobody is named", "assignments: []"),
    ("target: 10", "target: 10, targets: {2026: 4}", 28, "targets.2026", "own year", "write it as target"),
    ("baseline: 0", "baseline: none", 28, "indicators[0].baseline", "not a number", "digits"),
    ("title: Train teachers", "title: [Train]", 44, "activities[1].title", "not a text", "write a text"),
    ("title: Train teachers", "title: {a: b}", 44, "activities[1].title", "not a text", "write a text"),
    (
        "kind: training",
        "confidential: perhaps",
        None,
        "activities[1].confidential",
        "neither true nor false",
        "true or",
    ),
    (
        "kind: training",
        "kind: training\n            carried_over_from: A9",
        46,
        "carried_over_from",
        "follows none",
        "plan",
    ),
    (
        "kind: training",
        "kind: training\n            joint_with: [A2]",
        46,
        "joint_with[0]",
        "joint with itself",
        "another",
    ),
]
WRONG = [row for row in WRONG if row[2] is not None or row[3]]


@pytest.mark.parametrize(("old", "new", "line", "field", "problem", "advice"), WRONG)
def test_an_error_says_where_what_and_what_to_write(
    old: str, new: str, line: int | None, field: str, problem: str, advice: str
) -> None:
    """One mistake gives an error at its line and field that names the value and what to write instead."""
    if old == "core: Tell somebody" or old == "adopted_by: [MOE]":
        line = GOOD.splitlines().index(next(row for row in GOOD.splitlines() if old in row)) + 1
    found = errors_of(GOOD.replace(old, new, 1))

    about = [error for error in found if error.field.endswith(field)]
    assert about, found
    assert line is None or about[0].line == line, about
    assert problem in about[0].problem
    assert advice in about[0].advice
    assert about[0].column > 1 or about[0].line == 1


def test_the_column_is_that_of_the_value() -> None:
    """The column counts characters, also after letters outside ASCII and after a byte order mark."""
    text = GOOD.replace("title: Plan of the year", "title: Πλάνο").replace("status: active", "status: actif")
    (error,) = errors_of("\ufeff".encode().decode("utf-8-sig") + text)

    assert text.splitlines()[error.line - 1][error.column - 1 :].startswith("actif")


def test_all_errors_are_reported_at_once_in_the_order_of_lines() -> None:
    """A person corrects a file once and not once an error: format, references, dates and money together."""
    text = GOOD.replace("lead: MOE\n", "lead: MO\n").replace("end: 2026-03-31", "end: 2028-03-31")
    text = (
        text.replace("amount: 50", "amount: fifty")
        .replace("country: KE", "country: QQ")
        .replace("kind: donor", "kind: dono")
    )

    found = errors_of(text)

    assert [error.line for error in found] == sorted(error.line for error in found)
    assert {error.field.split(".")[-1] for error in found} == {"country", "kind", "lead", "end", "amount"}
    assert len(found) == 6


def test_at_most_100_errors_and_the_number_left_off() -> None:
    """A file with thousands of errors gives the first 100 and says how many more there are."""
    rows = "".join(f"  - {{code: X{number}, name: X, sector: none}}\n" for number in range(250))
    with pytest.raises(Broken) as caught:
        read_text(GOOD.replace("places:\n", rows + "places:\n"), VOCABULARIES)

    assert len(caught.value.errors) == MOST_ERRORS
    assert caught.value.left_off == 150


def test_currency_decides_how_many_decimals_an_amount_has() -> None:
    """A currency without cents has no amounts with cents."""
    file = read_good("amount: 50}", "amount: 50.25}")
    text = GOOD.replace("amount: 50}", "amount: 50.25}").replace("currency: KES", "currency: UGX")

    assert activities(file)[0][1].budget[1].amount == Decimal("50.25")
    (error,) = errors_of(text)
    assert "50.25 has decimals" in error.problem
    assert "UGX" in error.advice


UNREADABLE = [
    ("a: &x [1]\nb: [*x, *x]\n", "marks a part", 1),
    ("a: *x\n", "repeats another part", 1),
    ("\n".join(["a: &a [x,x,x,x,x,x,x,x,x]", *(f"{c}: &{c} [*a,*a,*a,*a,*a,*a,*a]" for c in "bcdefghi")]), "marks", 1),
    ("a: !!python/object/apply:os.system [id]\n", "tag", 1),
    ("[" * 100_000, "nested deeper", 1),
    ("a: " + "[" * 60 + "]" * 60, "nested deeper", 1),
    ("- " * 5_000 + "a", "nested deeper", 1),
    ("{a: " * 5_000, "nested deeper", 1),
    ("? [a]\n: b\n", "where a key belongs", 1),
    ('schema: "never closed\n', "not YAML", 2),
    ("a: b\n\tc: d\n", "not YAML", 2),
    ("a: [b\nc: d\n", "not YAML", 2),
    ("a: b\x00c\n", "control character", 1),
    ('a: "b\\0c"\n', "control character", 1),
    ("a: 1\n---\nb: 2\n", "second document", 2),
]


@pytest.mark.parametrize(("text", "problem", "line"), UNREADABLE)
def test_what_is_no_plain_yaml_is_unreadable(text: str, problem: str, line: int) -> None:
    """Broken YAML, bombs, tags and depth are refused with their line, at once and without a traceback of ours."""
    began = time.process_time()
    with pytest.raises(Unreadable, match=problem) as caught:
        read_text(text, VOCABULARIES)

    assert caught.value.line == line
    assert time.process_time() - began < 1


def test_a_tab_is_named_as_the_cause() -> None:
    """The message of the YAML parser about tabs says nothing to a reader; ours does."""
    with pytest.raises(Unreadable, match="indent with spaces"):
        read_text(GOOD.replace("  - {code: MOE", "\t- {code: MOE"), VOCABULARIES)


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "plain\n", "null\n", "schema: taskforce.plan/1\n"])
def test_yaml_that_is_no_plan_is_broken(text: str) -> None:
    """Any YAML document that is not a plan is answered with what to begin with."""
    assert errors_of(text)[0].advice


def test_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded by counting while reading, not by the size of the file alone."""
    monkeypatch.setattr(yaml_text, "MOST_EVENTS", 1000)
    with pytest.raises(Unreadable, match="too many values"):
        read_text("[" + "1," * 2000 + "1]", VOCABULARIES)


@pytest.mark.parametrize(
    ("data", "line"),
    [(b"schema: x\nname: caf\xe9\n", 2), (GOOD.encode("utf-16"), 1), (b"\x80abc", 1), (b"a: \xed\xa0\x80", 1)],
)
def test_only_utf_8_is_read(data: bytes, line: int) -> None:
    """Another encoding is refused with the line of the first byte that does not fit."""
    with pytest.raises(Unreadable, match="UTF-8") as caught:
        read_bytes(data, VOCABULARIES)

    assert caught.value.line == line


def test_a_file_of_100_mb_is_refused_unread(tmp_path: Path) -> None:
    """The size is looked at before the file is opened."""
    big = tmp_path / "big.yaml"
    with big.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    began = time.process_time()
    with pytest.raises(Unreadable, match="100 MB, more than the 20 MB"):
        read(big, VOCABULARIES)

    assert time.process_time() - began < 0.1
    with pytest.raises(Unreadable, match="21 MB"):
        read_bytes(b"a" * 21 * 1024 * 1024, VOCABULARIES)


@pytest.mark.parametrize("name", ["missing.yaml", ".", "a\0b"])
def test_what_is_no_file_is_unreadable(tmp_path: Path, name: str) -> None:
    """A missing file, a folder and a name that no file can have are refused in words."""
    with pytest.raises(Unreadable):
        read(tmp_path / name, VOCABULARIES)


def test_yaml_guesses_nothing() -> None:
    """Norway is no `false`, a code of digits is no number, and `yes` answers a question."""
    file = read_good("country: KE", "country: NO")
    coded = read_good("code: A2", "code: 012")
    answered = read_good("kind: training", "kind: training\n            own_plan: yes")
    referred = read_good("kind: training", "kind: training\n            own_plan: OP 2026, line 4")

    assert file.mechanism.country == "NO"
    assert activities(coded)[1][1].code == "012"
    assert activities(answered)[1][1].own_plan is True
    assert activities(referred)[1][1].own_plan == "OP 2026, line 4"
    for one in (file, coded, answered, referred):
        assert read_text(write(one), VOCABULARIES) == one
        assert PlanFile.model_validate(_by_other_reader(write(one))) == one


def _by_other_reader(text: str) -> object:
    """What a YAML 1.1 reader that guesses types makes of a text; numbers as they are, so only types are compared."""
    return yaml.safe_load(text)


@pytest.mark.parametrize(
    ("entry", "secured", "asked"),
    [
        ({"amount": "10"}, 10, 10),
        ({"secured": "10"}, 10, 10),
        ({"amount": "10", "status": "secured"}, 10, 10),
        ({"amount": "10", "status": "unfunded"}, 0, 10),
        ({"amount": "10", "status": "requested"}, 0, 10),
        ({"asked": "10"}, 0, 10),
        ({"asked": "10", "amount": "4", "refused": "6"}, 4, 10),
        ({"amount": "4", "refused": "6"}, 4, 10),
    ],
)
def test_short_forms_of_money(entry: dict[str, str], secured: int, asked: int) -> None:
    """An amount is secured unless the line says that it was only asked for."""
    read_entry = BudgetEntry.model_validate({"source": "S", "cost": "travel", **entry})

    assert (read_entry.amount, asked_amount(read_entry)) == (secured, asked)


EQUAL = [
    ("amount: 50}", "secured: 50.00}"),
    ("amount: 50}", "amount: 50, year: 2026}"),
    ("amount: 50}", "amount: 50, asked: 50, weight: 1.0, in_kind: no}"),
    ("{agency: MOE, mnr", "{assignments: [{agency: MOE, role: accountable}], mnr"),
    ("kind: task_force, ", "kind: task_force, fiscal_year_start: 1, currency: KES, status: active, time_zone: UTC, "),
    ("mnr: [13]", "mnr: 13"),
    ("kind: training", "kind: training\n            status: not_started\n            support: []"),
    ("{agency: MOE, mnr", "{code: R1, agency: MOE, mnr"),
]


@pytest.mark.parametrize(("old", "new"), EQUAL)
def test_equal_plans_are_written_alike(old: str, new: str) -> None:
    """What a file says twice or by default leaves no trace in the canonical form."""
    assert write(read_good(old, new)) == write(read_good())


def test_a_joint_pair_is_named_once_by_the_first() -> None:
    """Declared on either side or on both, a joint pair is written on the activity that stands first."""
    both = GOOD.replace("kind: awareness", "kind: awareness\n            joint_with: [A2]")
    both = both.replace("kind: training", "kind: training\n            joint_with: [A1]")
    one_side = read_good("kind: training", "kind: training\n            joint_with: [A1]")

    assert write(one_side) == write(read_text(both, VOCABULARIES))
    assert write(one_side).count("joint_with") == 1


def test_instruments_and_legal_basis_are_one() -> None:
    """A single instrument without parts is a legal basis; with an article it stays an instrument."""
    short = read_good("text: teach}", "text: teach, instruments: [{citation: Education Act, seen: true}]}")
    parts = read_good("text: teach}", "text: teach, instruments: [{citation: Education Act, article: s. 4}]}")

    assert "legal_basis: {text: Education Act, seen: true}" in write(short)
    assert "article: s. 4" in write(parts)


TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60)


@given(title=TEXT, name=TEXT)
def test_any_text_survives_writing_and_reading(title: str, name: str) -> None:
    """Whatever words people write, colons, quotes, hashes, emoji, come back as they were."""
    if not title.strip() or not name.strip() or re.search("[\x85\u2028\u2029\ufffe\uffff]", title + name):
        return
    file = read_good()
    changed = file.model_copy(
        update={"mechanism": file.mechanism.model_copy(update={"name": name.strip(), "topic": title.strip()})}
    )
    text = write(changed)

    assert read_text(text, VOCABULARIES) == changed
    assert _by_other_reader(text)["mechanism"]["topic"] == title.strip()  # type: ignore[index]  # a mapping


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    """Any bytes give a plan or one of the two refusals, never another exception."""
    try:
        read_bytes(data, VOCABULARIES)
    except (Broken, Unreadable) as error:
        assert str(error)


LINES = GOOD.splitlines()


@given(
    st.integers(0, len(LINES) - 1), st.sampled_from(["", "a: b", "  x: [", "- ", "    lead: {}", "null", "? a", "\t"])
)
def test_a_damaged_line_is_refused_in_words(line: int, instead: str) -> None:
    """A plan with one line replaced is read or refused with advice; each error has a line of the file."""
    text = "\n".join([*LINES[:line], instead, *LINES[line + 1 :]])
    try:
        read_text(text, VOCABULARIES)
    except Broken as error:
        assert all(one.advice and 1 <= one.line <= len(LINES) + 1 for one in error.errors)
    except Unreadable as error:
        assert error.advice


def test_fiscal_year_is_named_by_its_first_year() -> None:
    """Kenya's plan of July 2024 to June 2025 is of the fiscal year 2024; a year may be written 2024-25."""
    file = read(PLANS / "ke-coptwg-2024-25.yaml", VOCABULARIES)
    entry = BudgetEntry.model_validate({"source": "S", "cost": "travel", "amount": "1", "year": "2024-25"})

    assert (plan_year(file), fiscal_year_start(file)) == (2024, 7)
    assert entry.year == 2024


def test_json_schema_describes_every_key() -> None:
    """The schema is closed, describes each key, and knows the short forms that the model itself does not keep."""
    schema = json_schema()

    assert json.loads(json.dumps(schema)) == schema
    for name, part in schema["$defs"].items():
        assert part["additionalProperties"] is False, name
        for key, value in part["properties"].items():
            assert value.get("description"), f"{name}.{key}"
    assert {"amount", "secured", "status"} <= set(schema["$defs"]["BudgetEntry"]["properties"])
    assert "code" not in schema["$defs"]["Responsibility"]["required"]
    assert {"from", "to"} <= set(schema["$defs"]["Assignment"]["properties"])


def test_the_generated_plan_is_valid_and_canonical() -> None:
    """The plan of any size that the benchmarks use passes the check, so figures measured with it mean something."""
    text = write(plan_of(1000))
    file = read_text(text, VOCABULARIES)

    assert len(activities(file)) == 1000
    assert write(file) == text
    assert file.plan is not None
    assert file.plan.start == date(2026, 1, 1)
