"""The page of a plan, its list by the API, and its file."""

import csv
import datetime as dt
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from taskforce.models import (
    Activity,
    ActivityPlace,
    ActivitySupport,
    ActivityTargetGroup,
    BudgetLine,
    CostItem,
    CostRequirement,
    Indicator,
    Objective,
    Output,
    Place,
    Plan,
    Target,
)
from tests.world import World


async def many(world: World, count: int) -> None:
    """So many more activities of the output, each with what a row shows."""
    place = await world.add(Place(code="Kilifi", title="Kilifi"))
    for number in range(count):
        line = await world.line(code=f"B{number}", title=f"Line {number}", position=number + 1)
        await world.add(ActivitySupport(activity_id=line.id, agency_id=world.education.id))
        await world.add(ActivityPlace(activity_id=line.id, place_id=place.id))
        await world.add(ActivityTargetGroup(activity_id=line.id, target_group_id="target_group:teachers"))
        await world.pay(line, "100", source=world.source)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("stranger", 404),
        ("administrator", 404),
        ("observer", 200),
        ("police_focal", 200),
        ("police_officer", 200),
        ("education_focal", 200),
        ("donor", 200),
        ("treasury", 200),
        ("chair", 200),
        ("secretariat", 200),
    ],
)
async def test_who_may_read(world: World, visit, who: str, status: int) -> None:
    """Whoever is appointed in the mechanism reads its plan, its list and its file; others are told nothing."""
    client = await visit(world.people[who])
    paths = [
        f"/plans/{world.plan.id}",
        f"/mechanisms/{world.mechanism.code}/plan",
        f"/plans/{world.plan.id}/activities",
        f"/plans/{world.plan.id}/activities.csv",
    ]

    answers = [(await client.api_get(path)).status_code for path in paths]

    assert answers == [status] * 4
    assert await client.status(f"/plans/{world.plan.id}") == status


async def test_a_visitor_signs_in_first(world: World, visit) -> None:
    """A plan is nothing for whoever has not signed in."""
    client = await visit(None)

    assert (await client.get(f"/plans/{world.plan.id}")).title.startswith("Sign in")


async def test_the_page_shows_what_the_api_returns(world: World, visit) -> None:
    """Title, dates, status, money, alerts, own-plan answers and every line stand on the page as in the answer."""
    client = await visit(world.secretariat)
    other = await world.line(code="A2", lead_agency_id=world.education.id, status="constrained", own_plan="yes")
    await world.add(ActivitySupport(activity_id=other.id, agency_id=world.police.id))
    await world.pay(other, "300000", source=world.source)
    await world.alert(world.activity, other)

    page = await client.get(f"/plans/{world.plan.id}")
    view = (await client.api_get(f"/plans/{world.plan.id}")).json()

    lines = view["objectives"][0]["outputs"][0]["activities"]
    assert [line["code"] for line in lines] == ["A1", "A2"]
    assert lines[1]["supports"] == ["National Police"]
    assert lines[1]["secured_amount"] == "300000.00"
    assert lines[0]["alerts"][0]["other_code"] == "A2"
    assert view["figures"]["open_alert_count"] == 1
    for words in (
        "1 January 2026 to 31 December 2026",
        "In consultation",
        "Train desk officers",
        "Talks in schools",
        "with National Police",
        "Mar to Sep",
        "May duplicate A2",
        "300,000",
        "Donor grant",
        "1 of 2",
        "1 not answered",
        "1 constrained",
        "2 activities",
    ):
        assert words in page.text
    assert f"/activities/{other.id}" in page.links()


async def test_the_mechanism_opens_with_the_plan_of_today(world: World, visit) -> None:
    """The plan whose dates contain today, not the last one; the others are one link away."""
    next_year = await world.add(
        Plan(
            code="NEXT",
            title="Plan 2027",
            starts_on=dt.date(2027, 1, 1),
            ends_on=dt.date(2027, 12, 31),
            currency="TZS",
        )
    )
    client = await visit(world.observer)

    page = await client.get(f"/mechanisms/{world.mechanism.code}/plan")

    assert page.title.startswith("Annual action plan 2026")
    assert f"/plans/{next_year.id}" in page.links()


async def test_without_a_plan_of_today_the_latest_is_shown(world: World, visit) -> None:
    """A mechanism whose year has passed shows its last plan, not an empty page."""
    await world.change(world.plan, starts_on=dt.date(2024, 1, 1), ends_on=dt.date(2024, 12, 31))
    client = await visit(world.observer)

    page = await client.get(f"/mechanisms/{world.mechanism.code}/plan")

    assert page.title.startswith("Annual action plan 2026")


async def test_money_is_secured_of_required_in_the_plans_currency_and_year(world: World, visit) -> None:
    """What a cost item needs counts, else what its lines ask for; other years and currencies are not mixed in."""
    item = await world.add(CostItem(code="STAFF", title="Helpline staff"))
    await world.add(
        CostRequirement(
            cost_item_id=item.id,
            cost_type_id="cost_type:staff",
            fiscal_year=2026,
            required_amount=Decimal("1000"),
        )
    )
    line = {"cost_item_id": item.id, "source_id": world.source.id, "cost_type_id": "cost_type:staff"}
    for year, currency, amount, weight in (
        (2026, "TZS", "500", "0.5"),
        (2027, "TZS", "70", "1"),
        (2026, "USD", "9", "1"),
    ):
        await world.add(
            BudgetLine(
                **line,
                fiscal_year=year,
                currency=currency,
                secured_amount=Decimal(amount),
                weight=Decimal(weight),
                is_in_kind=currency == "USD",
            )
        )
    await world.pay(world.activity, "200", source=world.source, asked_amount=Decimal("400"))
    client = await visit(world.treasury)

    figures = (await client.api_get(f"/plans/{world.plan.id}")).json()["figures"]

    assert (figures["required_amount"], figures["secured_amount"]) == ("1400.00", "450.00")
    assert figures["has_other_currency"] is True


async def test_an_indicator_stands_under_its_output_with_baseline_and_target(world: World, visit) -> None:
    """The year's target is shown beside the baseline, each with its year and unit."""
    indicator = await world.indicator(baseline=Decimal(6), baseline_year=2025)
    await world.add(Target(indicator_id=indicator.id, fiscal_year=2026, value=Decimal(120)))
    client = await visit(world.observer)

    page = await client.get(f"/plans/{world.plan.id}")

    assert "Indicator I1: Trained. From 6 (2025) to 120 people in 2026." in page.text


FILTERS = [
    ("q=talks", ["A2"]),
    ("q=TALKS", ["A2"]),
    ("q=%25", []),
    ("lead={education}", ["A3"]),
    ("status=met", ["A2"]),
    ("place={kilifi}", ["A2"]),
    ("place={coast}", ["A2"]),
    ("place=national", ["A3"]),
    ("group=target_group:teachers", ["A2"]),
    ("alerts=yes", ["A1", "A3"]),
    ("unfunded=yes", ["A1", "A3"]),
    ("lead={education}&status=met", []),
    ("unfunded=yes&alerts=yes&q=desk", ["A1", "A3"]),
    ("unfunded=yes&alerts=yes&q=officers&status=met", []),
]


@pytest.mark.parametrize(("query", "codes"), FILTERS, ids=[query for query, _ in FILTERS])
async def test_page_list_and_file_filter_alike(world: World, visit, query: str, codes: list[str]) -> None:
    """Each filter keeps what it names, on page, list and file alike; a place stands for all that lies in it."""
    coast = await world.add(Place(code="Coast", title="Coast"))
    kilifi = await world.add(Place(code="Kilifi", title="Kilifi", parent_id=coast.id))
    talks = await world.line(code="A2", status="met")
    await world.add(ActivityPlace(activity_id=talks.id, place_id=kilifi.id))
    await world.add(ActivityTargetGroup(activity_id=talks.id, target_group_id="target_group:teachers"))
    await world.pay(talks, "10", source=world.source)
    rival = await world.line(
        code="A3", title="Train officers", lead_agency_id=world.education.id, is_national=True, description="At desks"
    )
    await world.alert(world.activity, rival)
    query = query.format(education=world.education.id, kilifi=kilifi.id, coast=coast.id)
    client = await visit(world.donor)

    view = (await client.api_get(f"/plans/{world.plan.id}?{query}")).json()
    listed = (await client.api_get(f"/plans/{world.plan.id}/activities?{query}")).json()
    file = (await client.api_get(f"/plans/{world.plan.id}/activities.csv?{query}")).text
    page = await client.get(f"/plans/{world.plan.id}?{query}")

    on_page = [line["code"] for each in view["objectives"] for out in each["outputs"] for line in out["activities"]]
    assert on_page == codes
    assert view["matched_count"] == len(codes)
    assert [line["code"] for line in listed["activities"]] == codes
    assert [row[4] for row in csv.reader(StringIO(file))][1:] == codes
    assert ("No activity matches" in page.text) == (not codes)


@pytest.mark.parametrize("query", ["lead=nobody", "status=finished", "place=kilifi", "alerts=no"])
async def test_a_filter_that_nobody_knows_is_refused(world: World, visit, query: str) -> None:
    """A wrong value is named; it is never taken for no filter."""
    client = await visit(world.observer)

    answer = await client.api_get(f"/plans/{world.plan.id}?{query}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == query.split("=")[0]
    assert (await client.get(f"/plans/{world.plan.id}?{query}")).status == 400


async def test_drafts_of_other_agencies_are_not_there(world: World, visit) -> None:
    """While the plan is a draft an agency sees its own lines; counts, list and file know no others."""
    await world.change(world.plan, status="draft")
    await world.line(code="A2", title="Hidden talks", lead_agency_id=world.education.id)
    client = await visit(world.police_focal)

    page = await client.get(f"/plans/{world.plan.id}")
    view = (await client.api_get(f"/plans/{world.plan.id}")).json()
    file = (await client.api_get(f"/plans/{world.plan.id}/activities.csv")).text

    assert view["activity_count"] == 1
    assert "Hidden talks" not in page.text + file
    assert "This plan is a draft." in page.text
    governing = (await (await visit(world.chair)).api_get(f"/plans/{world.plan.id}")).json()
    assert governing["activity_count"] == 2


async def test_a_confidential_line_is_its_agencys_and_the_governings(world: World, visit) -> None:
    """Members do not see it, and no alert tells them of it; the lead and the secretariat do."""
    secret = await world.line(code="A2", title="Undercover", is_confidential=True)
    await world.alert(world.activity, secret)
    seen = {}
    for who in ("police_focal", "education_focal", "observer", "donor", "secretariat"):
        client = await visit(world.people[who])
        page = await client.get(f"/plans/{world.plan.id}")
        seen[who] = ("Undercover" in page.text, "May duplicate A2" in page.text)

    assert seen == {
        "police_focal": (True, True),
        "education_focal": (False, False),
        "observer": (False, False),
        "donor": (False, False),
        "secretariat": (True, True),
    }


@pytest.mark.parametrize(("who", "links"), [("secretariat", True), ("police_focal", False), ("observer", False)])
async def test_who_is_offered_what(world: World, visit, who: str, links: bool) -> None:
    """Structure is offered to the secretariat, activities also to agencies, nothing to observers."""
    client = await visit(world.people[who])

    page = await client.get(f"/plans/{world.plan.id}")

    offered = page.links()
    assert (f"/objectives/{world.objective.id}/outputs/add" in offered) == links
    assert (f"/outputs/{world.output.id}/activities/add" in offered) == (who != "observer")


async def test_nothing_is_offered_once_the_plan_is_past_consultation(world: World, visit) -> None:
    """A plan that runs changes by amendment; its page offers no editing."""
    await world.change(world.plan, status="active")
    client = await visit(world.secretariat)

    page = await client.get(f"/plans/{world.plan.id}")

    assert not [link for link in page.links() if link.endswith(("/add", "/edit"))]


async def test_few_objectives_stand_open_many_lines_open_the_first(world: World, visit) -> None:
    """With fewer than 30 lines all objectives are open, with more only the first; a filter opens what matches."""
    second = await world.add(Objective(plan_id=world.plan.id, code="O2", title="Second", position=1))
    output = await world.add(Output(plan_id=world.plan.id, objective_id=second.id, code="O2.1", title="More"))
    await world.line(code="Z1", output_id=output.id, status="met")
    client = await visit(world.observer)

    async def opened(query: str = "") -> list[bool]:
        view = (await client.api_get(f"/plans/{world.plan.id}{query}")).json()
        return [each["is_open"] for each in view["objectives"]]

    assert await opened() == [True, True]
    await many(world, 30)
    assert await opened() == [True, False]
    assert await opened("?status=met") == [True]


async def test_a_long_plan_comes_in_pages_and_no_line_is_lost(world: World, visit) -> None:
    """50 lines a page; the pages together hold every line once; an objective says on which page it begins."""
    second = await world.add(Objective(plan_id=world.plan.id, code="O2", title="Second", position=1))
    output = await world.add(Output(plan_id=world.plan.id, objective_id=second.id, code="O2.1", title="More"))
    await world.line(code="Z1", output_id=output.id)
    await many(world, 60)
    client = await visit(world.observer)

    pages = [(await client.api_get(f"/plans/{world.plan.id}?page={number}")).json() for number in (1, 2, 9)]
    first = await client.get(f"/plans/{world.plan.id}")

    codes = [
        [line["code"] for each in view["objectives"] for out in each["outputs"] for line in out["activities"]]
        for view in pages
    ]
    assert [len(each) for each in codes] == [50, 12, 12]
    assert len({*codes[0], *codes[1]}) == 62 == pages[0]["activity_count"]
    assert (pages[0]["objectives"][1]["page"], pages[0]["objectives"][1]["is_here"]) == (2, False)
    assert "Activities 1 to 50 of 62" in first.text
    assert f"/plans/{world.plan.id}?page=2#O2" in first.links()


async def test_the_list_of_the_api_goes_on_where_it_stopped(world: World, visit) -> None:
    """100 lines an answer with a cursor for those that follow, until there is none; a made-up cursor is refused."""
    for number in range(120):
        await world.line(code=f"B{number}", position=number // 2)
    client = await visit(world.observer)
    path = f"/plans/{world.plan.id}/activities"

    first = (await client.api_get(path)).json()
    second = (await client.api_get(f"{path}?cursor={first['next_cursor']}")).json()
    wrong = await client.api_get(f"{path}?cursor=abc")

    codes = [line["code"] for line in first["activities"] + second["activities"]]
    assert (len(first["activities"]), len(second["activities"]), second["next_cursor"]) == (100, 21, None)
    assert len(set(codes)) == 121
    assert wrong.status_code == 400


async def test_the_file_runs_no_formula(world: World, visit) -> None:
    """Text that a spreadsheet would run is put behind an apostrophe; the file says its letters and its name."""
    for number, title in enumerate(("=1+1", "+1", "-1", "@SUM(A1)", 'Safe, "quoted" and é')):
        await world.line(code=f"F{number}", title=title, position=number + 1)
    client = await visit(world.observer)

    answer = await client.http.get(f"/plans/{world.plan.id}/activities.csv")

    rows = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row[5] for row in rows][2:] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", 'Safe, "quoted" and é']
    assert rows[0][0] == "Objective"
    assert answer.text.startswith("\ufeff")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="{world.plan.code}-activities.csv"'


async def test_an_empty_plan_says_what_to_do(world: World, visit) -> None:
    """Where there is nothing yet, the page names the first step for whoever may take it."""
    plan = await world.add(
        Plan(
            code="P27", title="Plan 2027", starts_on=dt.date(2027, 1, 1), ends_on=dt.date(2027, 12, 31), currency="TZS"
        )
    )

    secretariat = await (await visit(world.secretariat)).get(f"/plans/{plan.id}")
    observer = await (await visit(world.observer)).get(f"/plans/{plan.id}")

    assert f"/plans/{plan.id}/objectives/add" in secretariat.links()
    assert "This plan has no objectives yet" in observer.text


async def test_a_mechanism_without_a_plan_says_so(world: World, visit, sessions) -> None:
    """No plan is no error: the page says what to do."""
    other = await World.made(sessions, world.now)
    for row in (other.activity, other.output, other.objective, other.plan):
        await other.remove(row)
    client = await visit(other.secretariat)

    page = await client.get(f"/mechanisms/{other.mechanism.code}/plan")

    assert page.title.startswith("There is no plan yet")
    assert f"/mechanisms/{other.mechanism.code}/plans/add" in page.links()


async def test_statements_do_not_grow_with_the_lines(world: World, visit, statements) -> None:
    """A page of 60 activities asks the database exactly as often as one of 3."""
    client = await visit(world.secretariat)
    await world.add(Indicator(plan_id=world.plan.id, output_id=world.output.id, code="I1", title="T", unit="people"))
    await many(world, 2)
    await client.get(f"/plans/{world.plan.id}")
    statements.clear()
    await client.get(f"/plans/{world.plan.id}")
    few = len(statements)
    place_id = (await client.api_get(f"/plans/{world.plan.id}")).json()["choices"]["places"][0]["id"]
    for number in range(57):
        line: Activity = await world.line(code=f"D{number}", position=9)
        await world.add(ActivityPlace(activity_id=line.id, place_id=place_id))
        await world.pay(line, "5", source=world.source)
    statements.clear()
    await client.get(f"/plans/{world.plan.id}")

    assert len(statements) == few


async def test_the_plan_and_the_money_page_agree(world: World, visit) -> None:
    """What the year needs and has secured is the same number on both pages, for whoever reads either."""
    item = await world.add(CostItem(code="STAFF", title="Helpline staff"))
    await world.add(
        CostRequirement(
            cost_item_id=item.id, cost_type_id="cost_type:staff", fiscal_year=2026, required_amount=Decimal("1000")
        )
    )
    for cost_type, amount in (("cost_type:staff", "300"), ("cost_type:travel", "70")):
        await world.add(
            BudgetLine(
                cost_item_id=item.id,
                source_id=world.source.id,
                cost_type_id=cost_type,
                fiscal_year=2026,
                currency="TZS",
                asked_amount=Decimal("400"),
                secured_amount=Decimal(amount),
            )
        )
    await world.pay(world.activity, "200", source=world.source)
    secret = await world.line(code="A2", is_confidential=True, lead_agency_id=world.education.id)
    await world.pay(secret, "5000", source=world.source)
    cancelled = await world.line(code="A3", status="cancelled")
    await world.pay(cancelled, "9000", source=world.source)

    for who in ("secretariat", "police_focal", "observer"):
        client = await visit(world.people[who])
        figures = (await client.api_get(f"/plans/{world.plan.id}")).json()["figures"]
        money = (await client.api_get(f"/mechanisms/{world.mechanism.code}/money")).json()
        year = next(each for each in money["years"] if each["year"] == 2026)
        assert (figures["required_amount"], figures["secured_amount"]) == (
            year["needed_amount"],
            year["secured_amount"],
        ), who


async def test_all_pages_mean_the_same_plan(world: World, visit) -> None:
    """Between two years it is the plan that has begun last: never a draft of later, and never a cancelled one."""
    year = {"starts_on": dt.date(2025, 1, 1), "ends_on": dt.date(2025, 12, 31)}
    await world.change(world.plan, status="active", title="Plan of 2025", **year)
    for code, begins, status in (("P26", 2026, "cancelled"), ("P27", 2027, "draft")):
        dates = {"starts_on": dt.date(begins, 1, 1), "ends_on": dt.date(begins, 12, 31)}
        await world.add(
            Plan(code=code, title=f"Plan of {begins}", status=status, currency="TZS", status_reason="Because.", **dates)
        )
    for begins in (2025, 2027):  # no money in the present year: the money page turns to that of the plan
        await world.pay(world.activity, "100", source=world.source, fiscal_year=begins)
    client = await visit(world.secretariat)
    home = f"/mechanisms/{world.mechanism.code}"

    async def of(path: str) -> dict[str, Any]:
        answer: dict[str, Any] = (await client.api_get(path)).json()
        return answer

    assert (await of(f"{home}/plan"))["plan"]["title"] == "Plan of 2025"
    assert (await of(f"{home}/alerts"))["plan_title"] == "Plan of 2025"
    assert (await of(f"{home}/responsibilities"))["plan_title"] == "Plan of 2025"
    assert (await of(f"{home}/agencies/{world.police.id}"))["plan"]["title"] == "Plan of 2025"
    assert (await of(home))["current_plan_id"] == str(world.plan.id)
    assert (await of("/desk"))["mechanisms"][0]["plan_title"] == "Plan of 2025"
    assert (await of(f"{home}/money"))["focus"]["year"] == 2025
