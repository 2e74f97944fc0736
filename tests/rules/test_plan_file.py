"""Plan files: what is read, and the one canonical way of writing."""

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.generate import plan_of
from taskforce.exchange.file_error import Broken
from taskforce.exchange.plan_file import PlanFile, activities, fiscal_year_start, plan_year
from taskforce.exchange.plan_tree import Activity, BudgetEntry, asked_amount
from taskforce.exchange.plan_yaml import json_schema, read, read_text, write
from taskforce.exchange.vocabulary import read_vocabulary
from tests.plan_text import GOOD, PLANS, VOCABULARIES, read_good

NATIONAL = sorted(PLANS.glob("*.yaml"))
COMMITTED = [*NATIONAL, *sorted(PLANS.glob("starter/*.yaml")), *sorted(PLANS.glob("history/*.yaml"))]
GIVEN = sorted((Path(__file__).parents[3] / "shared" / "plans").glob("*.yaml"))


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


def _kept(activity: Activity) -> dict[str, object]:
    names = {"code", "title", "kind", "districts", "target_groups", "start", "end", "fact", "illustrative", "messages"}
    money = [(line.amount, asked_amount(line), line.in_kind) for line in activity.budget]
    return activity.model_dump(include=names) | {"money": money}


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

    assert (read_entry.amount, asked_amount(read_entry)) == (Decimal(secured), Decimal(asked))


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


@settings(deadline=None)  # the first example also loads the lists of countries and currencies
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


def test_the_example_of_the_guide_is_valid() -> None:
    """What a user copies from docs/plan-files.md passes the check as it stands."""
    guide = (PLANS.parent / "docs" / "plan-files.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```yaml\n(.*?)^```$", guide, flags=re.MULTILINE | re.DOTALL)

    assert [read_text(example, VOCABULARIES).mechanism.code for example in examples] == ["KE-EXAMPLE"]
