"""The illustrative plan of the current year: whatever the day, no desk is empty."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from taskforce.errors import Refused
from taskforce.exchange.demonstration import current_year
from taskforce.exchange.demonstration_money import rounded
from taskforce.exchange.plan_file import PlanFile, activities, plan_year
from taskforce.exchange.plan_report import report
from taskforce.exchange.plan_yaml import read, read_text, write
from taskforce.rules.periods import add_months
from tests.plan_text import GOOD, PLANS, VOCABULARIES, read_good

NATIONAL = sorted(PLANS.glob("*.yaml"))
DAYS = [date(2026, 7, 1), date(2026, 12, 31), date(2027, 1, 1), date(2028, 2, 29), date(2031, 3, 31), date(2026, 6, 30)]


@pytest.fixture(params=[path.name for path in NATIONAL])
def old(request: pytest.FixtureRequest) -> PlanFile:
    """Each national plan in turn."""
    return read(PLANS / Path(request.param), VOCABULARIES)


@pytest.fixture(params=DAYS, ids=str)
def today(request: pytest.FixtureRequest) -> date:
    """Each day in turn, among them a leap day and the edges of fiscal years."""
    day: date = request.param
    return day


def test_it_is_a_valid_plan_of_the_fiscal_year_of_today(old: PlanFile, today: date) -> None:
    """It passes the check as a file, holds today, follows the old plan and lies within its own year."""
    new = current_year(old, today)
    assert new.plan is not None
    assert old.plan is not None

    assert write(read_text(write(new), VOCABULARIES)) == write(new)
    assert new.plan.start <= today <= new.plan.end
    assert add_months(new.plan.start, 12) > new.plan.end >= add_months(new.plan.start, 11)
    assert (new.plan.follows, new.plan.status) == (old.plan.code, "active")
    assert new.plan.code.startswith(f"{old.mechanism.country}-{new.plan.start.year}")
    assert new.mechanism == old.mechanism


def test_everything_in_it_is_marked_illustrative(old: PlanFile) -> None:
    """No node of the new plan claims a source, and each says that it is invented."""
    new = current_year(old, DAYS[0])
    outputs = [output for objective in new.objectives for output in objective.outputs]
    nodes = [
        new.plan,
        *new.objectives,
        *outputs,
        *(indicator for output in outputs for indicator in output.indicators),
        *(activity for _, activity in activities(new)),
        *new.cost_items,
    ]

    assert all(node and node.illustrative and node.fact is None for node in nodes)
    assert all(entry.illustrative is None for _, activity in activities(new) for entry in activity.budget)
    assert {duty for duty in new.responsibilities if duty not in old.responsibilities} == {
        duty for duty in new.responsibilities if duty.illustrative
    }


def test_every_desk_has_something_to_do(old: PlanFile, today: date) -> None:
    """Two gaps and a disputed clash, alerts, every status, own-plan answers with one missing, donor and treasury."""
    new = current_year(old, today)
    found = report(new, today=today)
    answers = [activity.own_plan for _, activity in activities(new)]

    assert len([gap for gap in found.gaps if gap.kind == "duty"]) == 2
    assert [clash.disputed for clash in found.clashes if clash.kind == "duty"] == [True]
    assert [alert for alert in found.alerts if alert.kind in ("duplicate", "overlap")]
    assert {activity.status for _, activity in activities(new)} == {
        "met",
        "on_track",
        "constrained",
        "no_progress",
        "not_started",
    }
    assert {True, False, None} <= set(answers)
    assert answers.count(None) == 1
    assert {"donor", "treasury"} <= {agency.role for agency in new.agencies}


def test_donor_money_ends_and_government_money_grows(old: PlanFile, today: date) -> None:
    """Lines of four years; one donor stops in about 5 months, one in 14, none pays beyond its end; a gap remains."""
    new = current_year(old, today)
    year = plan_year(new)
    assert year is not None
    assert new.plan is not None
    money = report(new, today=today).money
    recurrent = [line for item in new.cost_items for line in item.lines]
    donors = {source.code: source.end for source in new.funding_sources if source.kind == "donor"}
    ends = sorted((end.year - today.year) * 12 + end.month - today.month for end in donors.values() if end)

    assert [row.year for row in money.by_year] == [year - 1, year, year + 1, year + 2]
    assert ends[:2] == [5, 14]
    assert all(Decimal(row.unfunded) > 0 for row in money.by_year)
    by_year = [
        sum(line.amount for line in recurrent if line.year == one and line.source in donors)
        for one in range(year - 1, year + 3)
    ]
    government = [
        sum(line.amount for line in recurrent if line.year == one and line.source not in donors)
        for one in range(year - 1, year + 3)
    ]
    assert by_year == sorted(by_year, reverse=True)
    assert government == sorted(government)
    assert by_year[-1] == 0 < by_year[0]
    for line in recurrent:
        end = donors.get(line.source)
        assert end is None or line.year is None or add_months(new.plan.start, 12 * (line.year - year)) <= end, line


def test_dates_move_by_whole_years() -> None:
    """An activity keeps its day and month; 29 February becomes the 28th; the old plan is not changed."""
    file = read_text(GOOD.replace("2026", "2024").replace("start: 2024-02-01", "start: 2024-02-29", 1), VOCABULARIES)
    new = current_year(file, date(2026, 5, 1))

    assert activities(new)[0][1].start == date(2026, 2, 28)
    assert activities(new)[0][1].end == date(2026, 3, 31)
    assert activities(file)[0][1].start == date(2024, 2, 29)


def test_it_is_never_the_year_of_the_old_plan() -> None:
    """Within or before the old plan's year the new one is of the year after, so that the two do not overlap."""
    file = read_good()

    for today in (date(2026, 5, 1), date(2020, 5, 1)):
        new = current_year(file, today)
        assert new.plan is not None
        assert new.plan.start == date(2027, 1, 1)


def test_a_plan_without_look_alikes_gets_one() -> None:
    """Where the old plan has no alert, one activity gets a twin led by another agency."""
    file = read_good()
    new = current_year(file, date(2027, 5, 1))

    assert not [alert for alert in report(file, today=date(2027, 5, 1)).alerts if alert.kind != "complement"]
    assert [alert for alert in report(new, today=date(2027, 5, 1)).alerts if alert.kind in ("duplicate", "overlap")]
    assert write(read_text(write(new), VOCABULARIES)) == write(new)


def test_a_mechanism_without_donors_gets_them() -> None:
    """A plan whose file names neither donor nor treasury nor a second grant has them afterwards, marked as invented."""
    new = current_year(read_good(), date(2027, 5, 1))
    added = [agency for agency in new.agencies if agency.role in ("donor", "treasury")]

    assert [agency.illustrative for agency in added] == [True, True]
    assert [source.code for source in new.funding_sources if source.kind == "donor"] == ["GRANT", "GRANT-2"]


def test_without_a_plan_there_is_nothing_to_follow() -> None:
    """A dissolved mechanism gets no invented plan."""
    with pytest.raises(Refused, match="MY-TASK-FORCE-2013 has no plan"):
        current_year(read(PLANS / "history" / "my-task-force-2013.yaml", VOCABULARIES), date(2026, 5, 1))


@pytest.mark.parametrize(
    ("amount", "planned"),
    [("0", "0"), ("7.4", "7"), ("123.6", "124"), ("123456", "123000"), ("123500", "124000"), ("999600", "1000000")],
)
def test_invented_amounts_are_round(amount: str, planned: str) -> None:
    """Three significant digits and no cents, as budgets are planned."""
    assert rounded(Decimal(amount)) == Decimal(planned)
