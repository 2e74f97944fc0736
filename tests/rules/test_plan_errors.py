"""Plan files that are refused: where each error stands, what is wrong, what to write, and what no file can do."""

import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskforce.exchange import yaml_text
from taskforce.exchange.file_error import MOST_ERRORS, Broken, Unreadable
from taskforce.exchange.plan_file import activities
from taskforce.exchange.plan_yaml import read, read_bytes, read_text
from tests.plan_text import GOOD, VOCABULARIES, errors_of, read_good

# What is replaced in the good plan and by what, the field that is wrong, and what the error must say. It must stand on
# the line of the replaced text, or on the one below where a line is added.
WRONG = [
    ("lead: MOE\n", "lead: MOEE\n", "activities[0].lead", "no agency “MOEE”", "did you mean MOE?"),
    ("lead: MOE\n", "lead: [MOE, NGO]\n", "activities[0].lead", "one lead", "under support"),
    ("lead: MOE\n", "lead: MOE\n            lead: NGO\n", "activities[0].lead", "written twice", "one lead"),
    ("[NGO]", "[NGO, MOE]", "activities[0].support[1]", "MOE leads A1 and supports it", "remove it"),
    ("[NGO]", "[NGO, NGO]", "activities[0].support[1]", "NGO is named twice", "keep one"),
    ("sector: ngo}", "sector: ngo, role: lead}", "agencies[1].role", "second lead agency", "keep one"),
    ("end: 2026-03-31", "end: 2027-01-01", "activities[0].end", "outside the plan", "2026-01-01 to 2026-12-31"),
    ("end: 2026-03-31", "end: 2026-01-31", "activities[0].end", "before it starts 2026-02-01", "correct"),
    ("end: 2026-03-31", "end: 2026-02-30", "activities[0].end", "not a day of the calendar", "check"),
    ("end: 2026-03-31", "end: 31/3/2026", "activities[0].end", "not a date", "2026-03-31"),
    ("end: 2026-03-31", "end: 20260331", "activities[0].end", "not a date", "2026-03-31"),
    ("end: 2026-12-31", "end: 2025-12-31", "plan.end", "before it starts", "correct"),
    ("end: 2026-12-31", "end: 2028-01-01", "plan.end", "lasts from", "less than two years"),
    ("amount: 100", "amount: a hundred", "budget[0].amount", "“a hundred” is not a number", "digits"),
    ("amount: 100", "amount: 1_000", "budget[0].amount", "is not a number", "digits"),
    ("amount: 100", "amount: 1e3", "budget[0].amount", "is not a number", "digits"),
    ("amount: 100", "amount: -100", "budget[0].amount", "negative", "without the sign"),
    ("amount: 100", "amount: 1.234", "budget[0].amount", "3 decimals", "at most 2"),
    ("amount: 100", "amount: .nan", "budget[0].amount", "is not a number", "digits"),
    ("amount: 100", "amount: 9000000000000000", "budget[0].amount", "above", "digits too many"),
    ("amount: 100", "secured: nothing", "budget[0].amount", "is not a number", "digits"),
    ("amount: 100", "amount: many, status: unfunded", "budget[0].asked", "is not a number", "digits"),
    (", amount: 100", "", "budget[0]", "no amount is given", "write amount"),
    ("{source: GRANT,", "{source: GRAND,", "budget[1].source", "no funding source “GRAND”", "did you mean GRANT?"),
    ("source: GRANT, cost", "source: STATE, cost", "budget[1]", "same source, cost", "add the two up"),
    ("cost: travel", "cost: travle", "budget[0].cost", "cost type “travle”", "did you mean travel?"),
    ("kind: awareness", "kind: awarenes", "activities[0].kind", "kind “awarenes”", "did you mean awareness?"),
    ("[teachers]", "[teacher]", "activities[1].target_groups[0]", "target group", "did you mean teachers?"),
    ("mnr: 13,", "mnr: 22,", "responsibilities[0].mnr", "capability “22”", "write one of 1, 2"),
    ("mnr: 13,", "mnr: thirteen,", "responsibilities[0].mnr", "not a whole number", "digits"),
    ("messages: [M1]", "messages: [M2]", "activities[0].messages[0]", "no message “M2”", "write one of M1"),
    ("responsibilities: [R1]", "responsibilities: [R3]", "responsibilities[0]", "no responsibility “R3”", "R1"),
    ("code: A2", "code: A1", "activities[1].code", "activity A1 is listed twice", "another code"),
    ("code: NGO", "code: MOE", "agencies[1].code", "agency MOE is listed twice", "another code"),
    ("code: A2", "code: A 2", "activities[1].code", "not allowed for code", "letters, digits"),
    ("name: Region}", "name: Region, parent: D}", "places[0].parent", "R → D → R", "remove one parent"),
    ("districts: [D]", "districts: [District]", "districts[0]", "listed under places with a code", "its code, D"),
    ("districts: [national]", "districts: [National]", "districts[0]", "whole country", "write national"),
    ("districts: [national]", "districts: []", "activities[1].districts", "has no districts", "add districts"),
    ("sector: ngo", "sector: ngos", "agencies[1].sector", "sector “ngos”", "did you mean ngo?"),
    ("country: KE", "country: Kenya", "mechanism.country", "not a country code", "did you mean KE?"),
    ("currency: KES", "currency: KSH", "plan.currency", "“KSH” is not a currency", "ISO 4217"),
    ("status: active", "status: activ", "plan.status", "not one of the words", "did you mean active?"),
    ("title: Plan of the year, ", "", "plan.title", "title is missing", "add title"),
    ("kind: training", "knd: training", "activities[1].knd", "the key “knd” is unknown", "did you mean kind?"),
    ("core: Tell somebody", "core: ''", "messages[0].core", "0 characters", "at least 1"),
    ("adopted_by: [MOE]", "adopted_by: MOE", "messages[0].adopted_by", "not a list", "[A, B]"),
    ("mechanism: {", "mechanism: {fact: S2, ", "mechanism.fact", "no source “S2”", "write one of S1"),
    ("start: 2025-01-01", "start: 2027-01-02", "funding_sources[1].end", "GRANT ends", "correct one"),
    ("schema: taskforce.plan/1", "schema: taskforce.plan/9", "schema", "not one of", "taskforce.plan/1"),
    ("agency: MOE, mnr", "mnr", "responsibilities[0]", "nobody is named", "assignments: []"),
    ("target: 10", "target: 10, targets: {2026: 4}", "targets.2026", "own year", "write it as target"),
    ("baseline: 0", "baseline: none", "indicators[0].baseline", "not a number", "digits"),
    ("title: Train teachers", "title: [Train]", "activities[1].title", "not a text", "write a text"),
    ("title: Train teachers", "title: {a: b}", "activities[1].title", "not a text", "write a text"),
    (
        "kind: training",
        "confidential: perhaps",
        "activities[1].confidential",
        "neither true nor false",
        "true or",
    ),
    (
        "kind: training",
        "kind: training\n            carried_over_from: A9",
        "carried_over_from",
        "follows none",
        "plan",
    ),
    (
        "kind: training",
        "kind: training\n            joint_with: [A2]",
        "joint_with[0]",
        "joint with itself",
        "another",
    ),
]


@pytest.mark.parametrize(("old", "new", "field", "problem", "advice"), WRONG)
def test_an_error_says_where_what_and_what_to_write(old: str, new: str, field: str, problem: str, advice: str) -> None:
    """One mistake gives an error at its line and field that names the value and what to write instead."""
    text = GOOD.replace(old, new, 1)
    line = GOOD[: GOOD.index(old)].count("\n") + 1 + ("\n " in new)
    about = [error for error in errors_of(text) if error.field.endswith(field)]

    assert [error.line for error in about[:1]] == [line], errors_of(text)
    assert not text.splitlines()[line - 1][about[0].column - 1].isspace()
    assert problem in about[0].problem
    assert advice in about[0].advice


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


def test_a_chain_of_places_has_an_end() -> None:
    """Twelve levels of places are read; one more is an error at the place that lies too deep."""
    chain = [f"  - {{code: p{number}, name: p{number}, parent: p{number - 1}}}\n" for number in range(1, 14)]
    twelve = GOOD.replace("places:\n", "places:\n  - {code: p0, name: p0}\n" + "".join(chain[:12]))
    thirteen = GOOD.replace("places:\n", "places:\n  - {code: p0, name: p0}\n" + "".join(chain))

    assert len(read_text(twelve, VOCABULARIES).places) == 15
    (error,) = errors_of(thirteen)
    assert "p13 lies more than 12 levels" in error.problem


def test_thousands_of_unknown_codes_are_answered_soon() -> None:
    """The nearest code is looked for only for the errors that are shown; comparing all would take a minute."""
    agencies = "".join(f"  - {{code: AGENCY-{number}, name: a, sector: ngo}}\n" for number in range(1500))
    texts = "".join(
        f"  - {{code: M{number}X, audience: public, core: a, adopted_by: [AGENCI-{number}]}}\n"
        for number in range(3000)
    )
    began = time.process_time()
    errors = errors_of(GOOD.replace("places:\n", agencies + "places:\n") + texts)

    assert "did you mean AGENCY-" in errors[0].advice
    assert time.process_time() - began < 15


def test_an_error_quotes_no_more_than_fits_on_a_line() -> None:
    """What a file says is cut, kept on one line, and cannot turn the direction of a screen."""
    (long,) = errors_of(GOOD.replace("lead: MOE\n", f"lead: {'x' * 100_000}\n"))
    (turned,) = errors_of(GOOD.replace("lead: MOE\n", 'lead: "a\\nb\\u202ec"\n'))

    assert len(str(long)) < 1000
    assert "“a b\N{REPLACEMENT CHARACTER}c”" in str(turned)


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


def refusal_of(data: bytes) -> Broken | Unreadable | None:
    """How a file is refused, if it is; any other exception fails the test."""
    try:
        read_bytes(data, VOCABULARIES)
    except (Broken, Unreadable) as error:
        return error
    return None


@settings(deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    """Any bytes give one of the two refusals in words, never another exception."""
    assert str(refusal_of(data))


LINES = GOOD.splitlines()
DAMAGE = ["", "a: b", "  x: [", "- ", "    lead: {}", "null", "? a", "\t", "  - {code: MOE}"]


@settings(deadline=None)
@given(st.integers(0, len(LINES) - 1), st.sampled_from(DAMAGE))
def test_a_damaged_line_is_refused_in_words(line: int, instead: str) -> None:
    """A plan with one line replaced is read, or refused with advice; each error has a line of the file."""
    refusal = refusal_of("\n".join([*LINES[:line], instead, *LINES[line + 1 :]]).encode())

    if isinstance(refusal, Broken):
        assert all(one.advice and 1 <= one.line <= len(LINES) + 1 for one in refusal.errors)
    elif refusal is not None:
        assert refusal.advice
