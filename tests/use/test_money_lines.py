"""The lines of the money page: who reads which, filters, pages and the file."""

import csv
from io import StringIO

import pytest

from taskforce.models import Activity, CostItem
from tests.use.money_world import cost, line, need, read, source
from tests.world import World


async def test_filters_narrow_lines_tables_and_file_alike(world: World, visit) -> None:
    """Source and year narrow what is listed, objective and cost type also what is counted; the file follows."""
    own = await cost(world, f"{world.plan.code}:A1", activity_id=world.activity.id)
    wide = await cost(world, "C2")
    government = await source(world, "GOV", "government")
    await line(world, own, world.source, 10)
    await line(world, own, government, 20, cost_type_id="cost_type:venue")
    await line(world, wide, government, 40, fiscal_year=2027)
    client = await visit(world.police_focal)
    base = f"/mechanisms/{world.mechanism.code}/money"

    by_source = await read(world, client, f"?source={government.id}")
    by_year = await read(world, client, "?year=2027")
    by_type = await read(world, client, "?cost_type=cost_type:venue")
    by_objective = await read(world, client, f"?objective={world.objective.id}")
    file = await client.http.get(f"{base}.csv?source={government.id}")
    page = await client.get(f"{base}?source={government.id}")

    assert [found["line_count"] for found in (by_source, by_year, by_type, by_objective)] == [2, 1, 1, 2]
    assert by_source["focus"]["secured_amount"] == "30.00"
    assert by_year["focus"]["year"] == 2027
    assert by_type["focus"]["secured_amount"] == "20.00"
    assert [year["year"] for year in by_objective["years"]] == [2026]
    assert len(list(csv.reader(StringIO(file.text.lstrip("\ufeff"))))) == 3
    assert f"{base}.csv?source={government.id}" in page.links()


async def test_a_filter_that_is_none_is_refused(world: World, visit) -> None:
    """A malformed filter is named; an unknown one finds nothing and says how to go on."""
    client = await visit(world.secretariat)
    base = f"/mechanisms/{world.mechanism.code}/money"

    malformed = await client.api_get(f"{base}?source=abc")
    year = await client.api_get(f"{base}?year=soon")
    unknown = await client.get(f"{base}?year=2031")

    assert (malformed.status_code, year.status_code) == (400, 400)
    assert unknown.title.startswith("No money is recorded for 2031")
    assert "clear the filters" in unknown.text


async def test_the_file_is_safe_to_open(world: World, visit) -> None:
    """The file starts with a byte order mark, and text that begins like a formula is text."""
    item = await world.add(CostItem(code="C9", title="=HYPERLINK(1)"))
    await line(world, item, world.source, 30)
    client = await visit(world.secretariat)

    answer = await client.http.get(f"/mechanisms/{world.mechanism.code}/money.csv")

    rows = list(csv.DictReader(StringIO(answer.text.lstrip("\ufeff"))))
    assert answer.text.startswith("\ufeff")
    assert answer.headers["content-disposition"] == (f'attachment; filename="{world.mechanism.code}-budget-lines.csv"')
    assert (rows[0]["title"], rows[0]["secured"], rows[0]["currency"]) == ("'=HYPERLINK(1)", "30.00", "TZS")


@pytest.mark.parametrize(
    ("who", "reads", "sources"),
    [
        ("secretariat", "all", ["FUND", "GOV"]),
        ("chair", "all", ["FUND", "GOV"]),
        ("treasury", "all", ["FUND", "GOV"]),
        ("education_focal", "shared", ["FUND", "GOV"]),
        ("donor", "own_sources", ["FUND"]),
        ("observer", "totals", []),
    ],
)
async def test_who_reads_which_lines(world: World, visit, who: str, reads: str, sources: list[str]) -> None:
    """Everybody reads the same totals; single lines by role, on the page, in JSON and in the file alike."""
    own = await cost(world, f"{world.plan.code}:A1", activity_id=world.activity.id)
    await line(world, own, world.source, 60)
    await line(world, own, await source(world, "GOV", "government"), 30)
    client = await visit(world.people[who])

    view = await read(world, client)
    file = await client.http.get(f"/mechanisms/{world.mechanism.code}/money.csv")

    assert (view["reads"], sorted(each["source_code"] for each in view["lines"])) == (reads, sources)
    assert view["focus"]["secured_amount"] == "90.00"
    assert [row["source"] for row in csv.DictReader(StringIO(file.text.lstrip("\ufeff")))] == sorted(sources)


async def test_totals_are_not_narrowed_to_a_single_line_for_who_reads_totals(world: World, visit) -> None:
    """A filter by objective or cost type would tell an observer a line; it is not offered and does nothing."""
    item = await cost(world)
    await line(world, item, world.source, 60)
    await line(world, item, world.source, 30, cost_type_id="cost_type:venue")
    client = await visit(world.observer)

    view = await read(world, client, "?cost_type=cost_type:venue")
    page = await client.get(f"/mechanisms/{world.mechanism.code}/money")

    assert view["focus"]["secured_amount"] == "90.00"
    assert view["chosen"]["cost_type"] == ""
    assert 'id="filter-cost_type"' not in page.html


async def test_confidential_money_is_counted_by_who_reads_all_and_named_by_who_knows(world: World, visit) -> None:
    """The treasury reads the amount without the activity, another agency neither, the lead and the secretariat all."""
    secret = await world.add(
        Activity(
            plan_id=world.plan.id,
            output_id=world.output.id,
            code="A2",
            title="Secret operation",
            lead_agency_id=world.police.id,
            is_confidential=True,
        )
    )
    own = await cost(world, f"{world.plan.code}:A2", activity_id=secret.id)
    await line(world, own, world.source, 60)
    seen = {}
    for who in ("secretariat", "police_focal", "treasury", "education_focal", "donor", "observer"):
        client = await visit(world.people[who])
        view = await read(world, client)
        page = await client.get(f"/mechanisms/{world.mechanism.code}/money")
        seen[who] = (view["focus"]["secured_amount"], len(view["lines"]), "Secret operation" in page.text)

    assert seen == {
        "secretariat": ("60.00", 1, True),
        "police_focal": ("60.00", 1, True),
        "treasury": ("60.00", 1, False),
        "education_focal": ("0.00", 0, False),
        "donor": ("0.00", 0, False),
        "observer": ("0.00", 0, False),
    }


async def test_cancelled_work_costs_nothing(world: World, visit) -> None:
    """The money of a cancelled activity counts in no total and no list."""
    cancelled = await world.add(
        Activity(
            plan_id=world.plan.id,
            output_id=world.output.id,
            code="A2",
            title="Called off",
            lead_agency_id=world.police.id,
            status="cancelled",
        )
    )
    own = await cost(world, f"{world.plan.code}:A2", activity_id=cancelled.id)
    await need(world, own, 100)
    await line(world, own, world.source, 60)
    client = await visit(world.secretariat)

    view = await read(world, client)

    assert (view["years"], view["lines"], view["unfunded"]) == ([], [], [])


async def test_lines_come_in_pages(world: World, visit) -> None:
    """Fifty lines a page; the count is that of all, and the next page goes on where this one ends."""
    for number in range(53):
        await line(world, await cost(world, f"C{number:02}"), world.source, 1)
    client = await visit(world.secretariat)

    first = await read(world, client)
    second = await read(world, client, "?page=2")
    page = await client.get(f"/mechanisms/{world.mechanism.code}/money")

    assert (len(first["lines"]), len(second["lines"]), first["line_count"]) == (50, 3, 53)
    assert not {each["id"] for each in first["lines"]} & {each["id"] for each in second["lines"]}
    assert f"/mechanisms/{world.mechanism.code}/money?page=2" in page.links()
