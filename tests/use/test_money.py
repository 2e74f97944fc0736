"""The money page: its finding, totals, shares, what nobody pays, and who reads which line."""

import datetime as dt
from decimal import Decimal

import pytest

from taskforce.models import (
    ExchangeRate,
    FundingHistory,
    Objective,
    Output,
)
from tests.use.money_world import cost, line, need, read, source
from tests.world import World


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("stranger", 404),
        ("administrator", 404),
        ("observer", 200),
        ("police_focal", 200),
        ("donor", 200),
        ("treasury", 200),
        ("chair", 200),
        ("secretariat", 200),
    ],
)
async def test_who_may_read(world: World, visit, who: str, status: int) -> None:
    """Whoever is appointed in the mechanism reads its money; nobody else is told that it exists."""
    client = await visit(world.people[who])

    answer = await client.api_get(f"/mechanisms/{world.mechanism.code}/money")
    page = await client.http.get(f"/mechanisms/{world.mechanism.code}/money")
    file = await client.api_get(f"/mechanisms/{world.mechanism.code}/money.csv")

    assert (answer.status_code, page.status_code, file.status_code) == (status, status, status)


async def test_an_empty_mechanism_says_what_to_do(world: World, visit) -> None:
    """Without money the title says so, and the page tells where to begin."""
    client = await visit(world.secretariat)

    page = await client.get(f"/mechanisms/{world.mechanism.code}/money")

    assert page.title.startswith("No money is recorded for 2026")
    assert "Add the sources of money first" in page.text
    assert f"/mechanisms/{world.mechanism.code}/funding-sources/add" in page.links()


@pytest.mark.parametrize(
    ("government", "donor", "needed", "title"),
    [
        (30, 60, 90, "Donors pay 67% of what 2026 needs"),
        (60, 30, 90, "Government pays 67% of what 2026 needs"),
        (10, 15, 100, "Nobody pays 75% of what 2026 needs"),
    ],
)
async def test_the_title_states_who_pays_most(
    world: World, visit, government: int, donor: int, needed: int, title: str
) -> None:
    """The finding is the largest share of what the year needs, unfunded money included."""
    item = await cost(world)
    await need(world, item, needed)
    await line(world, item, await source(world, "GOV", "government"), government)
    await line(world, item, world.source, donor)
    client = await visit(world.observer)

    page = await client.get(f"/mechanisms/{world.mechanism.code}/money")

    assert page.title.startswith(title)


async def test_amounts_are_strings_with_their_currency(world: World, visit) -> None:
    """JSON carries money as text, never as a float, and each amount's object names the currency."""
    item = await cost(world)
    await line(world, item, world.source, 30)
    client = await visit(world.secretariat)

    view = await read(world, client)

    found = view["years"][0]["sources"][0]
    assert (found["secured_amount"], found["currency"]) == ("30.00", "TZS")
    assert (view["lines"][0]["secured_amount"], view["lines"][0]["currency"]) == ("30.00", "TZS")


async def test_what_one_cost_has_too_much_does_not_pay_for_another(world: World, visit) -> None:
    """Unfunded is counted for each cost and year; a cost without a recorded need needs what its lines ask for."""
    rich, poor, asking = await cost(world, "C1"), await cost(world, "C2"), await cost(world, "C3")
    await need(world, rich, 50)
    await need(world, poor, 80)
    await line(world, rich, world.source, 90)
    await line(world, poor, world.source, 30)
    await line(world, asking, world.source, 0, asked_amount=Decimal(20), refused_amount=Decimal(5))
    client = await visit(world.secretariat)

    focus = (await read(world, client))["focus"]

    assert (focus["needed_amount"], focus["unfunded_amount"], focus["secured_amount"]) == ("150.00", "70.00", "120.00")
    assert (focus["asked_amount"], focus["refused_amount"]) == ("140.00", "5.00")


async def test_money_in_kind_stands_apart(world: World, visit) -> None:
    """It is a part of what is secured, and each source and year says how much."""
    item = await cost(world)
    await line(world, item, world.source, 30)
    await line(world, item, world.source, 12, is_in_kind=True)
    client = await visit(world.secretariat)

    view = await read(world, client)
    page = await client.get(f"/mechanisms/{world.mechanism.code}/money")

    year = view["years"][0]
    assert (year["secured_amount"], year["in_kind_amount"]) == ("42.00", "12.00")
    assert year["sources"][0]["in_kind_amount"] == "12.00"
    assert "of that in kind" in page.text


async def test_shares_add_up_to_the_whole_with_what_is_unfunded(world: World, visit) -> None:
    """Each payer's share and the unfunded one make exactly 1."""
    item = await cost(world)
    await need(world, item, 100)
    await line(world, item, await source(world, "GOV", "local_government"), 33)
    await line(world, item, await source(world, "IND", "industry"), 33)
    await line(world, item, world.source, 1)
    client = await visit(world.secretariat)

    shares = {share["payer"]: Decimal(share["share"]) for share in (await read(world, client))["focus"]["shares"]}

    assert sum(shares.values()) == 1
    assert set(shares) == {"government", "industry", "donor", "unfunded"}


async def test_earlier_years_of_which_only_shares_are_known_come_first(world: World, visit) -> None:
    """They join the chart and the table before the years with lines, and say that they are shares only."""
    item = await cost(world)
    await line(world, item, world.source, 30)
    for year, share in ((2024, "0.9"), (2025, "0.7"), (2026, "0.5")):
        await world.add(FundingHistory(fiscal_year=year, payer="donor", share=Decimal(share)))
    client = await visit(world.secretariat)

    view = await read(world, client)
    page = await client.get(f"/mechanisms/{world.mechanism.code}/money")

    assert [year["year"] for year in view["history"]] == [2024, 2025]
    assert "2024 shares only" in page.text
    assert 'id="shares-figure"' in page.html


async def test_a_chart_needs_money(world: World, visit) -> None:
    """Without any amount or share there is no picture and no script for it."""
    client = await visit(world.secretariat)

    page = await client.get(f"/mechanisms/{world.mechanism.code}/money")

    assert "chart.js" not in page.html


async def test_the_next_source_that_ends_is_named_with_its_amount(world: World, visit) -> None:
    """Ended and merely requested sources do not count; the amount is that of the year in which it ends."""
    item = await cost(world)
    soon = await source(world, "SOON", "donor_grant", ends_on=dt.date(2026, 6, 30))
    await source(world, "LATE", "donor_grant", ends_on=dt.date(2027, 6, 30))
    await source(world, "GONE", "donor_grant", ends_on=dt.date(2026, 3, 9))
    await source(world, "WISH", "donor_grant", ends_on=dt.date(2026, 4, 1), is_requested=True)
    await line(world, item, soon, 30)
    client = await visit(world.observer)

    found = (await read(world, client))["next_end"]

    assert (found["code"], found["ends_on"], found["secured_amount"]) == ("SOON", "2026-06-30", "30.00")


async def test_costs_that_nobody_pays_from_now_on_are_listed(world: World, visit) -> None:
    """This year and later ones, by year; what lacked money in the past is over."""
    helpline, hosting = await cost(world, "C1"), await cost(world, "C2")
    for year in (2025, 2026, 2027):
        await need(world, helpline, 100, year)
    await need(world, hosting, 40, 2027, "hosting")
    await line(world, helpline, world.source, 100)
    client = await visit(world.observer)

    view = await read(world, client)
    page = await client.get(f"/mechanisms/{world.mechanism.code}/money")

    assert [
        (each["code"], [(year["year"], year["amount"]) for year in each["years"]]) for each in view["unfunded"]
    ] == [
        ("C1", [(2027, "100.00")]),
        ("C2", [(2027, "40.00")]),
    ]
    assert view["unfunded_count"] == 2
    assert "No funder from now on" in page.text


async def test_another_currency_stands_apart_until_a_rate_of_the_day_is_known(world: World, visit) -> None:
    """Nothing is converted at a rate of 1 or of today: only at that of the fiscal year's first day."""
    item = await cost(world)
    await line(world, item, world.source, 30)
    await line(world, item, world.source, 3, currency="XAU", cost_type_id="cost_type:venue")
    await world.add(
        ExchangeRate(
            currency="XAU", base_currency="TZS", rate_on=dt.date(2026, 3, 10), rate=Decimal("7"), source="today"
        )
    )
    client = await visit(world.secretariat)
    before = await read(world, client)
    await world.add(
        ExchangeRate(
            currency="XAU", base_currency="TZS", rate_on=dt.date(2026, 1, 1), rate=Decimal("2.5"), source="bank"
        )
    )

    after = await read(world, client)

    assert before["focus"]["secured_amount"] == "30.00"
    assert [(each["currency"], each["secured_amount"]) for each in before["not_convertible"]] == [("XAU", "3.00")]
    assert after["focus"]["secured_amount"] == "37.50"
    assert after["not_convertible"] == []


@pytest.mark.parametrize(
    ("needed", "secured", "apart", "unfunded", "certainty", "title"),
    [
        (100, 30, {}, "70.00", "exact", "Nobody pays 70% of what 2026 needs"),
        (100, 30, {"secured": 3}, "70.00", "at_most", "Nobody pays 70% of what is known of 2026"),
        (100, 30, {"asked": 9}, "70.00", "exact", "Nobody pays 70% of what 2026 needs"),
        (100, 100, {"secured": 3}, "0.00", "at_most", "Donors pay 100% of what is known of 2026"),
        (None, 30, {"asked": 9}, "0.00", "incomplete", "Donors pay 100% of what is known of 2026"),
        (None, 0, {"secured": 3}, "0.00", "incomplete", "What is recorded for 2026 is not convertible"),
    ],
)
async def test_a_year_with_money_that_has_no_rate_is_not_called_known(
    world: World,
    visit,
    needed: int | None,
    secured: int,
    apart: dict[str, int],
    unfunded: str,
    certainty: str,
    title: str,
) -> None:
    """What is not convertible stands apart by currency and year, is in no share, and what is unfunded says so: at most
    that where a need is recorded, incomplete where only the lines say what is needed."""
    item = await cost(world)
    if needed is not None:
        await need(world, item, needed)
    if secured:
        await line(world, item, world.source, secured)
    if apart:
        foreign = await source(world, "FOREIGN", "donor_grant")
        asked = Decimal(apart.get("asked", 0))
        await line(world, item, foreign, apart.get("secured", 0), currency="XPT", asked_amount=asked)
    client = await visit(world.secretariat)

    focus = (await read(world, client))["focus"]
    page = await client.get(f"/mechanisms/{world.mechanism.code}/money")
    costs = await client.get(f"/cost-items/{item.id}")

    assert (focus["unfunded_amount"], focus["unfunded_is"]) == (unfunded, certainty)
    assert [each["currency"] for each in focus["not_convertible"]] == (["XPT"] if apart else [])
    assert page.title.startswith(title)
    assert ("Not convertible, XPT" in page.text) is bool(apart)
    assert ("everything recorded is paid for" in page.text) is False
    assert ("at most TZS" in page.text.replace("\u00a0", " ")) is (certainty == "at_most")
    assert ("is paid for until" in costs.title) is False
    assert sum(Decimal(share["share"]) for share in focus["shares"]) == (1 if needed or secured else 0)


async def test_a_rate_makes_the_year_whole(world: World, visit) -> None:
    """Once the rate of the year's first day is recorded, nothing is at most or incomplete any more."""
    item = await cost(world)
    await need(world, item, 100)
    await line(world, item, world.source, 8, currency="XPD")
    await world.add(
        ExchangeRate(
            currency="XPD", base_currency="TZS", rate_on=dt.date(2026, 1, 1), rate=Decimal("12.5"), source="test bank"
        )
    )
    client = await visit(world.secretariat)

    focus = (await read(world, client))["focus"]
    page = await client.get(f"/mechanisms/{world.mechanism.code}/money")

    assert (focus["unfunded_amount"], focus["unfunded_is"], focus["not_convertible"]) == ("0.00", "exact", [])
    assert page.title.startswith("Donors pay 100% of what 2026 needs")
    assert "everything recorded is paid for" in page.text


async def test_the_page_asks_as_often_for_60_lines_as_for_3(world: World, visit, statements) -> None:
    """The number of statements does not grow with lines, costs, sources and objectives."""
    client = await visit(world.secretariat)
    path = f"/mechanisms/{world.mechanism.code}/money"
    for number in range(3):
        await line(world, await cost(world, f"C{number}"), world.source, 1)
    statements.clear()
    await client.get(path)
    few = len(statements)
    for number in range(3, 60):
        payer = await source(world, f"S{number}", "government")
        item = await cost(world, f"C{number}")
        await need(world, item, 5, 2026 + number % 4)
        await line(world, item, payer, 1, fiscal_year=2026 + number % 4)
    objective = await world.add(Objective(plan_id=world.plan.id, code="O2", title="More"))
    await world.add(Output(plan_id=world.plan.id, objective_id=objective.id, code="O2.1", title="More"))
    statements.clear()

    await client.get(path)

    assert len(statements) == few


async def test_made_up_figures_say_so(world: World, visit) -> None:
    """Whoever reads totals alone is told too how many of the lines behind them are illustrative."""
    made_up = await cost(world, "C1", is_illustrative=True)
    await line(world, made_up, world.source, 10)
    await line(world, await cost(world, "C2"), world.source, 20)
    await line(world, await cost(world, "C3"), await source(world, "GOV", "government", is_illustrative=True), 30)
    client = await visit(world.observer)

    page = await client.get(f"/mechanisms/{world.mechanism.code}/money")

    assert "2 of the 3 budget lines behind these figures are not real." in page.text
