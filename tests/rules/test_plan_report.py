"""The report on a plan file: gaps, clashes, alerts with reasons, money by source and year, shares."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from taskforce.exchange.plan_file import PlanFile, plan_year
from taskforce.exchange.plan_report import Report, report
from taskforce.exchange.plan_works import works
from taskforce.exchange.plan_yaml import read, read_text
from tests.plan_text import GOOD, PLANS, VOCABULARIES, read_good

TODAY = date(2026, 5, 1)
NATIONAL = sorted(PLANS.glob("*.yaml"))
PAYERS = ("donor", "government", "industry", "ngo")


def report_on(path: Path) -> tuple[PlanFile, Report]:
    file = read(path, VOCABULARIES)
    return file, report(file, today=TODAY)


@pytest.mark.parametrize("path", NATIONAL, ids=lambda path: path.name)
def test_labelled_pairs(path: Path) -> None:
    """Every pair labelled the same work is an alert; no look-alike is classed duplicate or overlap."""
    file, found = report_on(path)
    labels = file.duplication
    classed = {frozenset((alert.a, alert.b)): alert.kind for alert in found.alerts}

    assert classed
    for pair in labels.expected if labels else ():
        assert classed.get(frozenset((pair.a, pair.b))) in ("duplicate", "overlap"), pair
    for pair in labels.not_ if labels else ():
        assert classed.get(frozenset((pair.a, pair.b))) not in ("duplicate", "overlap"), pair


def test_four_plans_carry_labels() -> None:
    """The labels are carried over: seven expected pairs and eight look-alikes in four plans."""
    labels = [file.duplication for file in (read(path, VOCABULARIES) for path in NATIONAL) if file.duplication]

    assert len(labels) == 4
    assert sum(len(one.expected) for one in labels) == 7
    assert sum(len(one.not_) for one in labels) == 8


@pytest.mark.parametrize("path", NATIONAL, ids=lambda path: path.name)
def test_shares_agree_with_the_history(path: Path) -> None:
    """The shares of the plan's year agree with the funding history that the same file gives for it, to two decimals."""
    file, found = report_on(path)
    history = [one for one in file.funding_history if one.year == plan_year(file)]

    assert len(history) == 1
    for payer in PAYERS:
        given = getattr(history[0], payer) or Decimal(0)
        assert abs(float(given) - found.money.shares.get(payer, 0.0)) < 0.015, payer
    assert sum(found.money.shares.values()) == pytest.approx(1)


def test_money_asked_for_and_not_given_is_unfunded() -> None:
    """The Philippine line that was asked for and not given counts in the total, is unfunded, and is not secured."""
    _, found = report_on(PLANS / "ph-nccosaec-2024.yaml")
    money = found.money

    assert (money.currency, money.total, money.secured, money.unfunded) == ("PHP", "45400000", "31400000", "14000000")
    assert money.shares["government"] == 0.806
    assert money.secured_shares["government"] == 0.72
    assert [(row.source, row.asked, row.secured) for row in money.by_source if row.source == "GAA-NCC"] == [
        ("GAA-NCC", "14000000", "0")
    ]


def test_what_is_in_kind_is_counted_and_named() -> None:
    """Tanzania's total holds what is given in kind, and says how much of each class that is."""
    _, found = report_on(PLANS / "tz-ncostf-2020.yaml")
    by_class = {row.kind: row for row in found.money.by_class}

    assert found.money.total == "537000000"
    assert by_class["industry"].in_kind == "55000000"
    assert by_class["donor_grant"].asked == "324000000"


COSTS = """\
cost_items:
  - code: C1
    title: Hosting
    recurrent: true
    required:
      - {year: 2026, cost: hosting, amount: 80}
      - {year: 2027, cost: hosting, amount: 90}
    lines:
      - {source: GRANT, year: 2026, cost: hosting, amount: 60, weight: 0.5}
      - {source: STATE, year: 2027, cost: hosting, amount: 40, asked: 70, refused: 30}
messages:
"""


def test_years_need_what_cost_items_require() -> None:
    """Needed is what cost items require and all else asks for; secured counts by weight; the rest is unfunded."""
    found = report(read_text(GOOD.replace("messages:\n  -", COSTS + "  -"), VOCABULARIES), today=TODAY)
    rows = [(row.year, row.label, row.needed, row.secured, row.unfunded) for row in found.money.by_year]

    assert rows == [(2026, "2026", "230", "180", "50"), (2027, "2027", "90", "40", "50")]
    assert found.money.total == "180"
    assert found.money.by_year[1].refused == "30"


DUTIES = [
    ("agency: NGO, mnr: 11", [], []),
    ("assignments: [], mnr: 11", [("duty", "11", "R2")], []),
    ("assignments: [{agency: NGO, role: consulted}], mnr: 11", [("duty", "11", "R2")], []),
    ("agency: NGO, mnr: 12", [], []),
    ("assignments: [{agency: NGO}, {agency: MOE, disputed: true}], mnr: 11", [], [(("R2",), ("MOE", "NGO"), True)]),
    ("assignments: [{agency: NGO, to: 2026-03-31}, {agency: MOE, from: 2026-04-01}], mnr: 11", [], []),
    ("agency: NGO, mnr: 13", [], [(("R1", "R2"), ("MOE", "NGO"), False)]),
]


@pytest.mark.parametrize(("duty", "gaps", "clashes"), DUTIES)
def test_gaps_and_clashes(
    duty: str, gaps: list[tuple[str, str, str]], clashes: list[tuple[tuple[str, ...], tuple[str, ...], bool]]
) -> None:
    """Nobody accountable is a gap, two accountable at a time are a clash; dates decide who is accountable today."""
    found = report(read_good("agency: NGO, mnr: 11", duty), today=TODAY)

    assert [(gap.kind, gap.capability, gap.responsibility) for gap in found.gaps] == gaps
    assert [(clash.responsibilities, clash.agencies, clash.disputed) for clash in found.clashes] == clashes


@pytest.mark.parametrize("today", [date(1990, 1, 1), date(2026, 3, 31), date(2026, 4, 1), date(2090, 1, 1)])
def test_a_past_plan_is_judged_on_its_own_days(today: date) -> None:
    """Before or after the plan, its first or last day counts, so an old plan does not fall apart with time."""
    file = read_good("agency: NGO, mnr: 11", "assignments: [{agency: NGO, from: 2026-01-01, to: 2026-12-31}], mnr: 11")

    assert report(file, today=today).gaps == ()


def test_a_capability_that_nobody_holds_is_a_gap() -> None:
    """An objective that works on a capability without any duty names it."""
    found = report(read_good("mnr: [13]", "mnr: [13, 14]"), today=TODAY)

    assert [(gap.kind, gap.capability, gap.objectives) for gap in found.gaps] == [("capability", "14", ("O1",))]


def test_alerts_name_the_first_activity_first_and_give_reasons() -> None:
    """`a` stands first in the file, its values come first in every signal, and each signal says so in words."""
    _, found = report_on(PLANS / "ke-coptwg-2024-25.yaml")
    alert = next(alert for alert in found.alerts if alert.a == "A9")
    dates = next(signal for signal in alert.signals if signal.name == "dates")

    assert (alert.b, alert.kind, alert.band) == ("A10", "duplicate", "likely")
    assert 0 < alert.score <= 1
    assert (dates.a, dates.b) == (("2024-11-04", "2024-11-22"), ("2024-11-18", "2024-12-06"))
    assert all(signal.text for signal in alert.signals)
    assert "2024-11-04 to 2024-11-22 | 2024-11-18 to 2024-12-06" in dates.text


def test_a_joint_pair_raises_no_alert() -> None:
    """What agencies declared joint is settled, whichever of the two says so."""
    text = (PLANS / "ke-coptwg-2024-25.yaml").read_text(encoding="utf-8")
    joint = text.replace("            lead: KFCB\n", "            lead: KFCB\n            joint_with: [A7]\n")
    joint = joint.replace("          - code: A7\n", "          - code: A7\n            joint_with: [A6]\n")
    found = report(read_text(joint, VOCABULARIES), today=TODAY)

    assert ("A6", "A7") not in [(alert.a, alert.b) for alert in found.alerts]
    assert ("A9", "A10") in [(alert.a, alert.b) for alert in found.alerts]


def test_places_bring_the_places_above_them() -> None:
    """A district is compared with the region it lies in; an activity without a lead is nobody's own double."""
    draft = GOOD.replace("status: active", "status: draft").replace("            lead: NGO\n", "")
    first, second = works(read_text(draft, VOCABULARIES))

    assert (first.places, first.place_ancestors) == (frozenset({"D"}), frozenset({"R"}))
    assert (second.is_national, second.places) == (True, frozenset())
    assert second.agency not in ("", first.agency)
    assert first.capabilities == frozenset({"13"})


def test_the_report_as_json() -> None:
    """The keys are those that `plan check --json` promises, and amounts are texts."""
    _, found = report_on(PLANS / "tz-ncostf-2020.yaml")
    data = json.loads(json.dumps(found.model_dump(by_alias=True, mode="json")))

    assert set(data) == {"mechanism", "plan", "activities", "gaps", "clashes", "alerts", "money"}
    assert (data["mechanism"], data["plan"], data["activities"]) == ("TZ-NCOSTF", "TZ-2020", 11)
    assert set(data["alerts"][0]) == {"a", "b", "class", "band", "score", "signals"}
    assert data["money"]["total"] == "537000000"
    assert {"currency", "total", "by_source", "by_year", "by_class", "shares", "unfunded"} <= set(data["money"])


def test_a_mechanism_without_a_plan_has_an_empty_report() -> None:
    """A dissolved mechanism is reported without activities and money, not refused."""
    _, found = report_on(PLANS / "history" / "my-task-force-2013.yaml")

    assert (found.plan, found.activities, found.alerts, found.money.total) == (None, 0, (), "0")
    assert found.money.shares == {}
