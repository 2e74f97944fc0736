"""The desk: what needs somebody today, over all their mechanisms."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from taskforce.models import (
    Activity,
    ActivityTargetGroup,
    Assignment,
    BudgetLine,
    CostItem,
    CostRequirement,
    DuplicationAlert,
    FundingSource,
    Membership,
    Plan,
)
from tests.conftest import NOW
from tests.page_client import Client
from tests.use.conftest import Statements
from tests.use.questions import complete_line, set_status
from tests.world import World

EVERYBODY = ["observer", "police_focal", "police_officer", "secretariat", "chair", "donor", "treasury"]


async def _desk(client: Client) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.api_get("/desk")).json()
    return answer


async def _second_line(world: World, **values: Any) -> Activity:
    defaults = {"plan_id": world.plan.id, "output_id": world.output.id, "code": "A2", "title": "Teach teachers"}
    line: Activity = await world.add(Activity(**defaults | {"lead_agency_id": world.education.id} | values))
    return line


async def _alert(world: World, **values: Any) -> DuplicationAlert:
    other = await _second_line(world)
    first, second = sorted((world.activity, other), key=lambda line: line.id)
    sides = [
        {"code": line.code, "title": line.title, "agency": "Police" if line is world.activity else "Education"}
        for line in (first, second)
    ]
    defaults = {
        "plan_id": world.plan.id,
        "first_id": first.id,
        "second_id": second.id,
        "first_agency_id": first.lead_agency_id,
        "second_agency_id": second.lead_agency_id,
        "kind": "duplicate",
        "band": "likely",
        "score": 0.9,
        "signals": [],
        "sides": sides,
        "model": "test",
        "fingerprint": "x",
    }
    alert: DuplicationAlert = await world.add(DuplicationAlert(**defaults | values))
    return alert


async def _money(world: World, source: FundingSource, year: int, asked: str, secured: str = "0") -> CostItem:
    item: CostItem = await world.add(CostItem(code=f"C-{uuid4().hex[:6]}", title="Helpline staff"))
    line = BudgetLine(cost_item_id=item.id, source_id=source.id, cost_type_id="cost_type:staff", fiscal_year=year)
    line.currency, line.asked_amount, line.secured_amount = "TZS", Decimal(asked), Decimal(secured)
    await world.add(line)
    return item


@pytest.mark.parametrize("who", [*EVERYBODY, "stranger", "administrator"])
async def test_everybody_has_a_desk_that_says_what_to_do(world: World, visit, who: str) -> None:
    """No desk is empty: each has a way on in its main part, on the page and in the API."""
    client = await visit(world.people[who])

    page = await client.get("/desk")

    assert page.status == 200
    main = next(each for each in page.tree.iter("main"))
    ways = [link.get("href", "") for link in main.iter("a")]
    assert len([way for way in ways if way not in ("/help", "/password")]) > 0 or who == "stranger"
    assert (await client.api_get("/desk")).status_code == 200


async def test_a_visitor_signs_in_first(visit) -> None:
    """Nobody's desk is shown to nobody."""
    client = await visit(None)

    assert (await client.get("/desk")).title.startswith("Sign in")
    assert (await client.api_get("/desk")).status_code == 401


async def test_who_is_in_no_mechanism_is_told_whom_to_ask(world: World, visit) -> None:
    """A stranger learns what to do, and nothing of any mechanism."""
    client = await visit(world.stranger)

    page = await client.get("/desk")

    assert page.title.startswith("You are in no mechanism yet")
    assert "Ask the secretariat of your mechanism to invite you" in page.text
    assert world.mechanism.title not in page.text


async def test_the_administrator_sees_the_installation_and_no_mechanism(world: World, visit) -> None:
    """Accounts and mails, the way to a new mechanism, and nobody's content."""
    client = await visit(world.administrator)

    page = await client.get("/desk")
    desk = await _desk(client)

    assert "/mechanisms/add" in page.links()
    assert desk["installation"]["account_count"] >= 10
    assert desk["mechanisms"] == []
    assert world.mechanism.title not in page.text


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        *[(who, 1) for who in ("secretariat", "chair", "police_focal", "police_officer", "education_focal")],
        *[(who, 0) for who in ("observer", "donor", "treasury")],
    ],
)
async def test_an_alert_waits_for_both_leads_and_those_who_decide(world: World, visit, who: str, expected: int) -> None:
    """Each side of an alert and the secretariat and chair find it on their desk, with a link; others do not."""
    alert = await _alert(world)
    client = await visit(world.people[who])

    desk = await _desk(client)
    page = await client.get("/desk")

    assert (desk["alert_count"], len(desk["alerts"])) == (expected, expected)
    assert (f"/alerts/{alert.id}" in page.links()) is bool(expected)
    if expected:
        assert "1 possible duplicate" in page.text
        assert "Train desk officers" in page.text
        assert "Teach teachers" in page.text


@pytest.mark.parametrize("values", [{"state": "snoozed"}, {"state": "stale"}, {"kind": "complement", "band": None}])
async def test_what_does_not_wait_is_not_on_the_desk(world: World, visit, values: dict[str, Any]) -> None:
    """Snoozed and stale alerts and complements ask nothing of anybody today."""
    await _alert(world, **values)

    assert (await _desk(await visit(world.secretariat)))["alerts"] == []


async def test_alerts_of_a_closed_plan_are_history(world: World, visit) -> None:
    """A plan that is over has nothing to be agreed on; the badge of the menu counts the same."""
    await _alert(world)
    client = await visit(world.secretariat)
    before = await _desk(client), (await client.api_get(f"/mechanisms/{world.mechanism.code}")).json()
    await set_status(world, "closed")
    after = await _desk(client), (await client.api_get(f"/mechanisms/{world.mechanism.code}")).json()

    assert [(desk["alert_count"], page["mechanism"]["open_alert_count"]) for desk, page in (before, after)] == [
        (1, 1),
        (0, 0),
    ]


async def test_a_pair_that_goes_on_waits_once_in_each_plan_and_names_its_year(world: World, visit) -> None:
    """The same work of the same agencies in this and next year's plan: two alerts, told apart by the year."""
    this_year = await world.alert(world.activity, await _second_line(world))
    later = await world.add(
        Plan(
            code="NEXT",
            title="Annual action plan",
            starts_on=dt.date(2027, 1, 1),
            ends_on=dt.date(2027, 12, 31),
            status="consultation",
            currency="TZS",
        )
    )
    output = await world.add_output(later)
    again = {"plan_id": later.id, "output_id": output.id}
    own = await world.line(**again, code="A1", title="Train desk officers")
    next_year = await world.alert(own, await _second_line(world, **again))
    client = await visit(world.secretariat)

    desk, page = await _desk(client), await client.get("/desk")

    assert [(each["id"], each["plan_year"]) for each in desk["alerts"]] == [
        (str(this_year.id), "2026"),
        (str(next_year.id), "2027"),
    ]
    assert desk["alert_count"] == 2
    for alert, year in ((this_year, "2026"), (next_year, "2027")):
        link = next(each for each in page.tree.iter("a") if each.get("href") == f"/alerts/{alert.id}")
        assert "".join(link.itertext()).strip().endswith(f"({year})")


async def test_gaps_and_clashes_wait_for_secretariat_and_chair(world: World, visit) -> None:
    """A duty without an accountable agency and one with two are counted, with the way to the matrix."""
    await world.responsibility(code="R1")
    claimed = await world.responsibility(code="R2", capability_id="capability:12")
    for agency in (world.police, world.education):
        await world.add(Assignment(responsibility_id=claimed.id, agency_id=agency.id, role="accountable"))
    secretariat, chair, focal = [await visit(world.people[who]) for who in ("secretariat", "chair", "police_focal")]

    page = await secretariat.get("/desk")

    for client in (secretariat, chair):
        [found] = (await _desk(client))["coverage"]
        assert (found["gap_count"], found["clash_count"]) == (1, 1)
    assert (await _desk(focal))["coverage"] == []
    assert "1 gap: nobody is accountable" in page.text
    assert f"/mechanisms/{world.mechanism.code}/responsibilities" in page.links()


async def test_unfinished_lines_say_what_is_missing(world: World, visit) -> None:
    """The secretariat sees all lines of an open plan that lack something, an agency its own; each names what."""
    await _second_line(world, kind_id="kind:training", is_national=True)
    secretariat, police, chair = [await visit(world.people[who]) for who in ("secretariat", "police_focal", "chair")]

    lines = {line["code"]: line["missing"] for line in (await _desk(secretariat))["unfinished"]}
    page = await secretariat.get("/desk")

    assert lines == {"A1": ["place", "target_group", "own_plan"], "A2": ["dates", "target_group", "own_plan"]}
    assert [(each["title"], each["count"]) for each in (await _desk(secretariat))["unanswered"]] == [
        (world.plan.title, 2)
    ]
    assert (await _desk(police))["unanswered"] == []
    assert "2 lines are not complete" in page.text
    assert "Missing: place, target group, whether it is in the agency's own plan" in page.text
    assert [line["code"] for line in (await _desk(police))["unfinished"]] == ["A1"]
    assert (await _desk(chair))["unfinished"] == []


async def test_a_whole_line_waits_for_its_agency_alone(world: World, visit) -> None:
    """Whether a line stands in the agency's own plan is the agency's to say; the secretariat is told how many wait."""
    await complete_line(world)
    await world.add(ActivityTargetGroup(activity_id=world.activity.id, target_group_id="target_group:police"))
    secretariat, police = await _desk(await visit(world.secretariat)), await _desk(await visit(world.police_focal))

    assert secretariat["unfinished"] == []
    assert [each["count"] for each in secretariat["unanswered"]] == [1]
    assert [each["missing"] for each in police["unfinished"]] == [["own_plan"]]


async def test_lines_of_an_endorsed_plan_are_not_unfinished(world: World, visit) -> None:
    """Past consultation nobody fills fields in; the line stands among the agency's own."""
    await set_status(world, "active")
    client = await visit(world.police_focal)

    desk = await _desk(client)

    assert desk["unfinished"] == []
    assert [line["code"] for line in desk["lines"]] == ["A1"]


@pytest.mark.parametrize(
    ("ends_on", "is_cliff"),
    [
        (dt.date(2026, 3, 9), False),
        (dt.date(2026, 3, 10), True),
        (dt.date(2027, 9, 10), True),
        (dt.date(2027, 9, 11), False),
        (None, False),
    ],
)
async def test_money_that_ends_within_18_months_waits(
    world: World, visit, ends_on: dt.date | None, is_cliff: bool
) -> None:
    """From today to the same day in 18 months, both included, it is on the desks of secretariat, chair and treasury."""
    await world.add(FundingSource(code="S2", title="Second grant", source_class="donor_grant", ends_on=ends_on))

    for who in ("secretariat", "chair", "treasury"):
        client = await visit(world.people[who])
        assert [each["code"] for each in (await _desk(client))["ending"]] == (["S2"] if is_cliff else []), who
        assert ("Money that ends within 18 months" in (await client.get("/desk")).text) is is_cliff
    assert (await _desk(await visit(world.police_focal)))["ending"] == []


async def test_a_donor_sees_the_own_sources_with_amounts_and_ends(world: World, visit) -> None:
    """What it pays, what is secured and when it ends; not what others pay."""
    other = FundingSource(code="OTHER", title="Somebody else's", source_class="donor_grant")
    other.provider_agency_id = world.education.id
    await world.add(other)
    await _money(world, world.source, 2026, "900", "600.50")
    client = await visit(world.donor)

    desk = await _desk(client)
    page = await client.get("/desk")

    assert [(each["code"], each["secured_amount"], each["item_count"]) for each in desk["sources"]] == [
        ("FUND", "600.50", 1)
    ]
    assert "Safe Futures Fund grant" in page.text
    assert "TZS\xa0600.50" in page.html
    assert "Somebody else's" not in page.text


async def test_the_treasury_sees_what_falls_on_the_budget_by_year(world: World, visit) -> None:
    """Government sources from this fiscal year on, and the costs that are to be taken over, with their day."""
    state = await world.add(FundingSource(code="STATE", title="State budget", source_class="government"))
    for year, asked, secured in ((2025, "1", "1"), (2026, "100", "80"), (2027, "200", "0")):
        await _money(world, state, year, asked, secured)
    await _money(world, world.source, 2027, "5000")
    item = await world.add(
        CostItem(
            code="STAFF",
            title="Secretariat staff",
            handover_from_id=world.source.id,
            handover_to_id=state.id,
            handover_on=dt.date(2027, 1, 1),
        )
    )
    need = CostRequirement(cost_item_id=item.id, cost_type_id="cost_type:staff", fiscal_year=2027)
    need.required_amount = Decimal(450)
    await world.add(need)
    client = await visit(world.treasury)

    desk = await _desk(client)
    page = await client.get("/desk")

    assert [(each["label"], each["asked_amount"], each["secured_amount"]) for each in desk["budget"]] == [
        ("2026", "100.00", "80.00"),
        ("2027", "200.00", "0.00"),
    ]
    assert [(each["code"], each["required_amount"]) for each in desk["handovers"]] == [("STAFF", "450.00")]
    assert "Safe Futures Fund grant to State budget" in page.text
    assert (await _desk(await visit(world.donor)))["budget"] == []


async def test_a_new_mechanism_is_led_step_by_step(world: World, visit) -> None:
    """First agencies and a plan, then people, then the plan's content; a step that is done is gone."""
    administrator, client = await visit(world.administrator), await visit(world.stranger)
    code = f"KE-D-{uuid4().hex[:6]}".upper()
    new = {"code": code, "title": "Council", "country": "KE", "email": world.stranger.email, "post": "Secretariat"}
    await administrator.api("/mechanisms/add", **new)

    begun = await client.get("/desk")
    kinds = [[step["kind"] for step in (await _desk(client))["steps"]]]
    agency = {"code": f"MOE-{uuid4().hex[:6]}", "title": "Education", "sector": "government"}
    await client.api(f"/mechanisms/{code}/agencies/add", **agency)
    kinds.append([step["kind"] for step in (await _desk(client))["steps"]])
    plan = {"code": "P1", "title": "First", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "currency": "KES"}
    await client.api(f"/mechanisms/{code}/plans/add", **plan)
    kinds.append([step["kind"] for step in (await _desk(client))["steps"]])

    assert kinds == [["no_members", "no_plan"], ["silent_agencies", "no_plan"], ["silent_agencies", "empty_plan"]]
    assert begun.title.startswith("2 things need you")
    assert f"/mechanisms/{code}/agencies/find" in begun.links()
    assert f"/mechanisms/{code}/plans/add" in begun.links()


async def test_a_draft_with_lines_is_to_be_opened(world: World, visit) -> None:
    """Once a draft has content its secretariat is asked to open it; nobody else is."""
    await set_status(world, "draft")

    secretariat, chair = await _desk(await visit(world.secretariat)), await _desk(await visit(world.chair))

    assert [step["kind"] for step in secretariat["steps"]] == ["open_consultation"]
    assert chair["steps"] == []


async def test_nothing_of_another_mechanism(world: World, visit, sessions) -> None:
    """Alerts, lines and money of mechanisms without an appointment stay where they are."""
    other = await World.made(sessions, NOW)
    await _alert(other)
    await other.add(FundingSource(code="S9", title="Ends", source_class="donor_grant", ends_on=dt.date(2026, 6, 30)))

    desk = await _desk(await visit(world.secretariat))

    assert [each["code"] for each in desk["mechanisms"]] == [world.mechanism.code]
    assert (desk["alerts"], desk["ending"]) == ([], [])
    assert {line["mechanism"] for line in desk["unfinished"]} == {world.mechanism.code}


async def test_a_full_desk_asks_no_more(world: World, visit, statements: Statements) -> None:
    """The number of statements does not grow with what waits."""
    client = await visit(world.secretariat)
    counts = []
    for more in (0, 6):
        for number in range(more):
            await _second_line(world, code=f"B{number}")
            await world.responsibility(code=f"D{number}")
            source = FundingSource(code=f"S{number}", title="Ends", source_class="loan", ends_on=dt.date(2026, 9, 30))
            await _money(world, await world.add(source), 2026, "1")
        statements.clear()
        await client.get("/desk")
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 17
    assert (await _desk(client))["unfinished_count"] == 7


async def test_members_without_a_focal_point_are_counted(world: World, visit) -> None:
    """An agency that nobody answers for is a step; a donor needs no focal point."""
    await world.add(Membership(agency_id=world.police.id, role="member", ends_on=dt.date(2019, 12, 31)))
    client = await visit(world.secretariat)

    assert (await _desk(client))["steps"] == []
    await client.api(
        f"/mechanisms/{world.mechanism.code}/agencies/add", code=f"N-{uuid4().hex[:6]}", title="New", sector="ngo"
    )
    [step] = (await _desk(client))["steps"]
    assert (step["kind"], step["count"]) == ("silent_agencies", 1)
