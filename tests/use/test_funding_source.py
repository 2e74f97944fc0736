"""Sources of money, on pages and by the API."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from taskforce.models import BudgetLine, CostItem, CostRequirement, FundingSource
from tests.world import World


async def line(world: World, item: CostItem, source: FundingSource, year: int, secured: int, **values: Any) -> None:
    """A budget line of a cost item."""
    defaults = {"cost_type_id": "cost_type:staff", "currency": "TZS"}
    await world.add(
        BudgetLine(
            cost_item_id=item.id,
            source_id=source.id,
            fiscal_year=year,
            secured_amount=Decimal(secured),
            **{**defaults, **values},
        )
    )


async def helpline(world: World, **needs: int) -> CostItem:
    """A cost item of several years; `y2026=100` says what 2026 needs."""
    item: CostItem = await world.add(CostItem(code="C1", title="Helpline staff"))
    for year, amount in needs.items():
        await world.add(
            CostRequirement(
                cost_item_id=item.id,
                cost_type_id="cost_type:staff",
                fiscal_year=int(year[1:]),
                required_amount=Decimal(amount),
            )
        )
    return item


@pytest.mark.parametrize(
    ("who", "reads", "adds", "edits"),
    [
        ("stranger", 404, 404, 404),
        ("administrator", 404, 404, 404),
        ("observer", 200, 403, 403),
        ("police_focal", 200, 403, 403),
        ("donor", 200, 403, 403),
        ("treasury", 200, 403, 403),
        ("chair", 200, 403, 403),
        ("secretariat", 200, 201, 200),
    ],
)
async def test_who_may_read_add_and_edit(world: World, visit, who: str, reads: int, adds: int, edits: int) -> None:
    """A stranger is told nothing, a reader is told no, the secretariat keeps the sources."""
    client = await visit(world.people[who])

    read = await client.api_get(f"/funding-sources/{world.source.id}")
    added = await client.api(
        f"/mechanisms/{world.mechanism.code}/funding-sources/add",
        code="GOV",
        title="Vote 54",
        source_class="government",
    )
    edited = await client.api(
        f"/funding-sources/{world.source.id}/edit", code="FUND", title="New", source_class="donor_grant", version=1
    )

    assert (read.status_code, added.status_code, edited.status_code) == (reads, adds, edits)


async def test_the_form_adds_a_source_with_its_end(world: World, visit) -> None:
    """The page of the new source says until when it pays, and who gives it."""
    client = await visit(world.secretariat)
    page = await client.get(f"/mechanisms/{world.mechanism.code}/funding-sources/add")

    shown = await client.send(
        page,
        {
            "code": "GRANT",
            "title": "Second grant",
            "source_class": "donor_grant",
            "provider_agency_id": str(world.fund.id),
            "starts_on": "2026-01-01",
            "ends_on": "2027-06-30",
            "currency": "usd",
        },
    )

    assert shown.title.startswith("Second grant pays until 30 June 2027")
    view = (await client.api_get(f"/funding-sources/{shown.url.rsplit('/', 1)[1]}")).json()
    assert (view["provider_title"], view["currency"]) == ("Safe Futures Fund", "USD")


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"title": ""}, 400, "Fill in: Title."),
        ({"source_class": ""}, 400, "Fill in: Whose money."),
        ({"ends_on": "30.6.2027"}, 400, "Pays until must be a real date"),
        ({"starts_on": "2027-01-01", "ends_on": "2026-01-01"}, 409, "It ends 2026-01-01 before it starts 2027-01-01"),
        ({"currency": "QQQ"}, 409, "QQQ is not a currency"),
        ({"code": "FUND"}, 409, "There is one with this code"),
    ],
)
async def test_bad_input_shows_the_form_again(
    world: World, visit, changes: dict[str, str], status: int, words: str
) -> None:
    """A refused form keeps what was typed and says what to do."""
    client = await visit(world.secretariat)
    page = await client.get(f"/mechanisms/{world.mechanism.code}/funding-sources/add")
    typed = {"code": "GOV", "title": "Vote 54", "source_class": "government"} | changes

    again = await client.send(page, typed)

    assert again.status == status
    assert words in again.text
    assert again.form()["code"] == typed["code"]


async def test_a_provider_is_an_agency_of_this_mechanism(world: World, visit, sessions) -> None:
    """A donor of another mechanism cannot be named here."""
    other = await World.made(sessions, dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC))
    client = await visit(world.secretariat)

    answer = await client.api(
        f"/mechanisms/{world.mechanism.code}/funding-sources/add",
        code="X",
        title="X",
        source_class="loan",
        provider_agency_id=str(other.fund.id),
    )

    assert answer.status_code == 409
    assert "not of this mechanism" in answer.json()["detail"]


async def test_a_stale_version_shows_theirs_and_yours(world: World, visit) -> None:
    """Nobody overwrites what somebody else saved meanwhile."""
    client = await visit(world.secretariat)
    page = await client.get(f"/funding-sources/{world.source.id}/edit")
    await client.api(
        f"/funding-sources/{world.source.id}/edit", code="FUND", title="Theirs", source_class="donor_grant", version=1
    )

    conflict = await client.send(page, {"title": "Yours"})

    assert conflict.status == 409
    assert "Theirs" in conflict.text
    assert conflict.form()["title"] == "Yours"


async def test_a_second_click_makes_one_source(world: World, visit) -> None:
    """The same form sent twice arrives at the same source."""
    client = await visit(world.secretariat)
    page = await client.get(f"/mechanisms/{world.mechanism.code}/funding-sources/add")
    typed = {"code": "GOV", "title": "Vote 54", "source_class": "government"}

    first = await client.submit(page, typed)
    second = await client.submit(page, typed)

    assert first.headers["location"] == second.headers["location"]


async def test_the_page_says_what_it_pays_by_year_and_what_stops(world: World, visit) -> None:
    """Of its last year's costs the page names those that the next year needs and nobody pays."""
    client = await visit(world.secretariat)
    await client.api(
        f"/funding-sources/{world.source.id}/edit",
        code="FUND",
        title="Safe Futures Fund grant",
        source_class="donor_grant",
        ends_on="2026-12-31",
        version=1,
    )
    item = await helpline(world, y2026=100, y2027=110)
    await line(world, item, world.source, 2025, 80)
    await line(world, item, world.source, 2026, 90)

    page = await client.get(f"/funding-sources/{world.source.id}")
    view = (await client.api_get(f"/funding-sources/{world.source.id}")).json()

    assert [(year["year"], year["secured_amount"]) for year in view["years"]] == [(2026, "90.00"), (2025, "80.00")]
    assert [(stop["code"], stop["secured_amount"], stop["missing_amount"]) for stop in view["stops"]] == [
        ("C1", "90.00", "110.00")
    ]
    assert "What stops in 2027 unless somebody takes over" in page.text
    assert "TZS\u00a0110" in page.html


async def test_a_donor_reads_the_own_source_in_full_and_others_in_totals(world: World, visit) -> None:
    """What other sources pay for is shown as sums by year, without the costs."""
    government = await world.add(FundingSource(code="GOV", title="Vote 54", source_class="government"))
    item = await helpline(world)
    await line(world, item, world.source, 2026, 90)
    await line(world, item, government, 2026, 10)
    client = await visit(world.donor)

    own = (await client.api_get(f"/funding-sources/{world.source.id}")).json()["years"][0]
    other = (await client.api_get(f"/funding-sources/{government.id}")).json()["years"][0]
    page = await client.get(f"/funding-sources/{government.id}")

    assert (own["secured_amount"], [cost["code"] for cost in own["costs"]]) == ("90.00", ["C1"])
    assert (other["secured_amount"], other["costs"]) == ("10.00", [])
    assert "You read this source in totals" in page.text


async def test_a_source_that_pays_is_not_deleted(world: World, visit) -> None:
    """A source with lines stays, and the refusal says what to do; one without goes."""
    item = await helpline(world)
    await line(world, item, world.source, 2026, 90)
    free = await world.add(FundingSource(code="FREE", title="Never used", source_class="loan"))
    client = await visit(world.secretariat)

    refused = await client.send(await client.get(f"/funding-sources/{world.source.id}/delete"))
    gone = await client.submit(await client.get(f"/funding-sources/{free.id}/delete"))

    assert refused.status == 409
    assert "Something else still refers to it" in refused.text
    assert gone.headers["location"] == f"/mechanisms/{world.mechanism.code}/money"
    assert (await client.api_get(f"/funding-sources/{free.id}")).status_code == 404


async def test_the_history_names_who_changed_what(world: World, visit) -> None:
    """Every change of a source stands on its page, by post and with the value before."""
    client = await visit(world.secretariat)
    await client.api(
        f"/funding-sources/{world.source.id}/edit", code="FUND", title="Renamed", source_class="donor_grant", version=1
    )

    view = (await client.api_get(f"/funding-sources/{world.source.id}")).json()

    assert view["history"][0]["who"] == world.secretariat.title
    assert {"column": "title", "before": "Safe Futures Fund grant", "after": "Renamed"} in view["history"][0]["changes"]


async def test_the_page_asks_once_however_much_it_pays_for(world: World, visit, statements) -> None:
    """The number of statements does not grow with the lines of a source."""
    client = await visit(world.secretariat)
    item = await helpline(world)
    await line(world, item, world.source, 2026, 1)
    statements.clear()
    await client.get(f"/funding-sources/{world.source.id}")
    few = len(statements)
    for year in range(2000, 2025):
        await line(world, item, world.source, year, 1)
    statements.clear()

    await client.get(f"/funding-sources/{world.source.id}")

    assert len(statements) == few
