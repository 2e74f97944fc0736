"""Histories: what somebody could not have read at the time stays hidden, and values read as on pages."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import inspect

from taskforce.access import OPERATOR
from taskforce.db import transaction
from taskforce.models import Activity, ActivityPlace, CostItem, Place
from tests.use.conftest import Statements
from tests.use.money_world import cost, line, source
from tests.use.questions import set_status
from tests.world import World

ALL = ("secretariat", "chair", "police_focal", "police_officer")
OTHERS = ("education_focal", "observer", "donor", "treasury")


async def _set(world: World, row: Any, **values: Any) -> None:
    """Change columns of a row as it is stored now, in a transaction of its own."""
    async with transaction(world.sessions, OPERATOR) as session:
        stored = await session.get_one(type(row), inspect(row).identity)
        for name, value in values.items():
            setattr(stored, name, value)


async def _confidential_once(world: World) -> Activity:
    """A line of the police that was open, turned confidential, changed, and was opened again."""
    activity = await world.line(title="Open title")
    await _set(world, activity, title="Secret title", is_confidential=True)
    await _set(world, activity, description="Informant lives in Temeke", starts_on=dt.date(2026, 4, 1))
    place = await world.add(Place(code="Temeke", title="Hidden place"))
    await world.add(ActivityPlace(activity_id=activity.id, place_id=place.id))
    await _set(world, activity, title="New title", description="For everybody", is_confidential=False)
    await world.remove(ActivityPlace(mechanism_id=world.mechanism.id, activity_id=activity.id, place_id=place.id))
    await _set(world, activity, title="Last title")
    return activity


@pytest.mark.parametrize("who", ALL)
async def test_the_lead_and_who_governs_read_all_of_a_history(world: World, visit, who: str) -> None:
    """Nothing is cut for those who could read the line all the time."""
    activity = await _confidential_once(world)
    client = await visit(world.people[who])

    page = await client.get(f"/activities/{activity.id}")
    view = (await client.api_get(f"/activities/{activity.id}")).json()

    assert "Informant lives in Temeke" in page.text
    assert "Secret title" in page.text
    assert "Changed while the activity was confidential" not in page.text
    assert {each["hides_before"] or each["hides_after"] for each in view["history"]} == {None}


@pytest.mark.parametrize("who", OTHERS)
async def test_others_read_no_value_of_a_confidential_time(world: World, visit, who: str) -> None:
    """They are told that something changed, who and when; on the two switches they read the open side alone."""
    activity = await _confidential_once(world)
    client = await visit(world.people[who])

    page = await client.get(f"/activities/{activity.id}")
    answer = await client.api_get(f"/activities/{activity.id}")

    told = [
        (each["hides_before"], each["hides_after"], {c["name"]: (c["before"], c["after"]) for c in each["changes"]})
        for each in answer.json()["history"]
    ]
    assert told[0] == (None, None, {"title": ("New title", "Last title")})
    assert told[1] == (None, None, {"places": ("Hidden place", None)})
    assert told[2] == (
        "confidential",
        None,
        {
            "title": (None, "New title"),
            "description": (None, "For everybody"),
            "is_confidential": (None, False),
        },
    )
    assert told[3:5] == [("confidential", "confidential", {})] * 2
    assert told[5] == (None, "confidential", {"title": ("Open title", None), "is_confidential": (False, None)})
    for secret in ("Informant", "Secret title"):
        assert secret not in page.text
        assert secret not in answer.text
    assert page.text.count("Changed while the activity was confidential") == 2
    assert "What it was before is not shown: the activity was confidential then." in page.text
    assert "What it became is not shown: the activity was confidential then." in page.text


async def test_a_reason_of_a_confidential_time_is_not_told(world: World, visit) -> None:
    """Who decides something about a confidential line writes why, and that is part of what is hidden."""
    activity = await world.line()
    await _set(world, activity, is_confidential=True)
    async with transaction(world.sessions, OPERATOR, reason="The informant asked for it") as session:
        (await session.get_one(Activity, (world.mechanism.id, activity.id))).title = "Other"
    await _set(world, activity, is_confidential=False)
    client = await visit(world.education_focal)

    answer = await client.api_get(f"/activities/{activity.id}")

    assert "informant" not in answer.text
    assert "informant" in (await (await visit(world.police_focal)).api_get(f"/activities/{activity.id}")).text


@pytest.mark.parametrize("who", OTHERS)
async def test_a_draft_stays_that_of_its_agency_and_of_the_secretariat(world: World, visit, who: str) -> None:
    """What a draft said before it was opened is told to no other agency, also if the plan is a draft twice."""
    await set_status(world, "draft")
    activity = await world.line(title="Draft title")
    await _set(world, activity, title="Second draft")
    await set_status(world, "consultation")
    await _set(world, activity, title="Open title")
    await set_status(world, "draft")
    await _set(world, activity, title="Third draft")
    await set_status(world, "consultation")
    other, lead = await visit(world.people[who]), await visit(world.police_focal)
    path = f"/activities/{activity.id}"

    answer, page = await other.api_get(path), await other.get(path)

    history = answer.json()["history"]
    assert [(each["what"], each["hides_before"], each["hides_after"]) for each in history] == [
        ("changed", "draft", "draft"),
        ("changed", None, None),
        ("changed", "draft", "draft"),
        ("added", None, "draft"),
    ]
    assert [each["changes"] for each in history if each["hides_after"]] == [[], [], []]
    assert "Draft title" not in answer.text
    assert page.text.count("Changed while the plan was a draft") == 2
    assert "Added while the plan was a draft" in page.text
    assert "Draft title" in (await lead.api_get(path)).text


async def test_a_line_that_changes_hands_keeps_the_secrets_of_who_led_it(world: World, visit) -> None:
    """Who leads a line now reads what it said under them, and not what another agency kept confidential before."""
    activity = await world.line(title="Open title")
    await _set(world, activity, is_confidential=True, title="Secret of the police")
    await _set(world, activity, lead_agency_id=world.education.id, title="Handed over")
    await _set(world, activity, title="Secret of education")
    path = f"/activities/{activity.id}"

    answer = await (await visit(world.education_focal)).api_get(path)

    assert "Secret of the police" not in answer.text
    assert "Secret of education" in answer.text
    assert "Handed over" in answer.text


async def test_a_joint_line_that_is_hidden_is_not_named(world: World, visit) -> None:
    """The history names no activity that the reader does not see, not even by its id."""
    hidden = await world.line(code="H1", is_confidential=True, title="Hidden")
    goes_on = await world.line(code="A3", carried_over_from_id=hidden.id)
    client = await visit(world.education_focal)

    answer = await client.api_get(f"/activities/{goes_on.id}")

    assert str(hidden.id) not in answer.text


@pytest.mark.parametrize(
    ("who", "reads"), [("secretariat", True), ("treasury", True), ("police_focal", True), ("education_focal", False)]
)
async def test_the_money_of_a_confidential_time_stays_hidden(world: World, visit, who: str, reads: bool) -> None:
    """A cost of a line that was confidential: members of other agencies read neither its words nor its amounts."""
    activity = await world.line()
    await _set(world, activity, is_confidential=True)
    item = await world.add(CostItem(code="C1", title="Safe house", activity_id=activity.id))
    paid = await line(world, item, world.source, 7_777)
    await _set(world, paid, secured_amount=Decimal(8_888))
    await _set(world, item, title="Costs")
    await _set(world, activity, is_confidential=False)
    await _set(world, paid, secured_amount=Decimal(9_999))
    client = await visit(world.people[who])

    answer, page = await client.api_get(f"/cost-items/{item.id}"), await client.get(f"/cost-items/{item.id}")

    assert "TZS 9,999" in page.text.replace("\u00a0", " ")
    for secret in ("Safe house", "7,777"):
        assert (secret in page.text) is reads
    for secret in ("Safe house", "7777.00"):
        assert (secret in answer.text) is reads
    assert ("Changed while the activity was confidential" in page.text) is not reads


async def test_the_history_of_an_alert_is_cut_like_its_lines(world: World, visit) -> None:
    """What became of an alert while one of its lines was confidential is told to its leads and who governs alone."""
    other = await world.line(title="Teach teachers", lead_agency_id=world.education.id)
    alert = await world.alert(world.activity, other)
    await _set(world, other, is_confidential=True)
    await _set(world, alert, state="acknowledged", kind="overlap")
    await _set(world, other, is_confidential=False)
    found = {}
    for who in ("police_focal", "education_focal", "chair", "donor", "treasury"):
        client = await visit(world.people[who])
        view = (await client.api_get(f"/alerts/{alert.id}")).json()
        page = await client.get(f"/alerts/{alert.id}")
        found[who] = bool(view["history"][0]["changes"])
        assert ("Changed while the activity was confidential" in page.text) is not found[who]

    assert found == {
        "police_focal": True,
        "education_focal": True,
        "chair": True,
        "donor": False,
        "treasury": False,
    }


async def test_values_read_as_on_the_pages(world: World, visit) -> None:
    """Money with its currency, days as people write them, states and codes as words, years as the mechanism's."""
    await _set(world, world.mechanism, fiscal_year_start_month=7)
    item = await cost(world, "C1", domain="service_delivery", is_recurrent=True)
    paid = await line(world, item, world.source, 43_500_000, asked_amount=Decimal("43500000.50"), weight=Decimal("0.5"))
    payer = await source(world, "S2", "local_government", budget_channel="off_budget", ends_on=dt.date(2027, 6, 30))
    await _set(world, paid, source_id=payer.id, currency="USD", secured_amount=Decimal("1200.5"))
    await _set(world, item, domain="leadership")
    await _set(world, payer, budget_channel="on_treasury", ends_on=dt.date(2028, 2, 29))
    client = await visit(world.secretariat)

    costs = (await client.get(f"/cost-items/{item.id}")).text.replace("\u00a0", " ")
    payers = (await client.get(f"/funding-sources/{payer.id}")).text.replace("\u00a0", " ")
    history = (await client.api_get(f"/cost-items/{item.id}")).json()["history"]

    for shown in (
        "TZS 43,500,000.50",
        "USD 1,200.50",
        "Service delivery",
        "Leadership",
        "2026/27",
        "50%",
        "Safe Futures Fund grant",
        "Source S2",
    ):
        assert shown in costs
    for shown in ("Outside the state budget", "In the state budget and through the treasury", "29 February 2028"):
        assert shown in payers
    for raw in ("43500000", "service_delivery", "off_budget", "2028-02-29", str(world.source.id)):
        assert raw not in costs + payers
    changes = {
        each["column"]: (each["before"], each["after"]) for event in reversed(history) for each in event["changes"]
    }
    assert changes["secured_amount"] == (
        {"amount": "43500000.00", "currency": "TZS"},
        {"amount": "1200.50", "currency": "USD"},
    )


async def test_an_amount_is_no_float_on_its_way(world: World, visit) -> None:
    """The largest amount that a budget line takes is told to the cent."""
    item = await cost(world)
    paid = await line(world, item, world.source, 0)
    await _set(world, paid, secured_amount=Decimal("999999999999999.99"))
    client = await visit(world.secretariat)

    history = (await client.api_get(f"/cost-items/{item.id}")).json()["history"]

    assert history[0]["changes"][0]["after"]["amount"] == "999999999999999.99"


async def test_a_long_history_asks_no_more(world: World, visit, statements: Statements) -> None:
    """The statements behind a page do not grow with what happened."""
    client: Any = await visit(world.education_focal)
    path = f"/activities/{world.activity.id}"
    await _set(world, world.activity, title="Once")
    await client.get(path)
    statements.clear()
    await client.get(path)
    few = len(statements)
    for number in range(12):
        await _set(world, world.activity, title=f"Again {number}", is_confidential=number % 2 == 0)
    statements.clear()
    await client.get(path)

    assert len(statements) == few
