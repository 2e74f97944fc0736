"""Agencies of a mechanism: the list, one agency, adding and editing one."""

import datetime as dt
from decimal import Decimal
from typing import get_args
from uuid import uuid4

import pytest

from taskforce.models import (
    ActivitySupport,
    Adoption,
    Agency,
    Assignment,
    BudgetLine,
    CostItem,
    Instrument,
    Membership,
    Message,
    ResponsibilityInstrument,
)
from taskforce.models import agency as table
from taskforce.services.agency import Sector
from tests.use.conftest import Statements
from tests.use.questions import set_status
from tests.world import World


def _path(world: World, *parts: object) -> str:
    return "/".join(("/mechanisms", world.mechanism.code, "agencies", *map(str, parts)))


@pytest.mark.parametrize(
    ("who", "reads", "adds"),
    [
        ("stranger", 404, 404),
        ("administrator", 404, 404),
        ("observer", 200, 403),
        ("police_focal", 200, 403),
        ("police_officer", 200, 403),
        ("donor", 200, 403),
        ("treasury", 200, 403),
        ("chair", 200, 403),
        ("secretariat", 200, 201),
    ],
)
async def test_who_may_read_and_add(world: World, visit, who: str, reads: int, adds: int) -> None:
    """All who are appointed read; the secretariat alone keeps the agencies."""
    client = await visit(world.people[who])
    code = f"NEW-{uuid4().hex[:8]}"

    listed = await client.api_get(_path(world))
    one = await client.api_get(_path(world, world.police.id))
    added = await client.api(_path(world, "add"), code=code, title="New agency", sector="ngo")
    edited = await client.api(_path(world, world.police.id, "edit"), title="Police", sector="police", version=1)

    assert (listed.status_code, one.status_code, added.status_code) == (reads, reads, adds)
    assert edited.status_code == (200 if adds == 201 else adds)


async def test_the_list_counts_what_each_agency_does(world: World, visit) -> None:
    """Who answers, lines led and supported in the current plan, duties of today."""
    duty = await world.responsibility()
    await world.add(Assignment(responsibility_id=duty.id, agency_id=world.police.id, role="accountable"))
    await world.add(
        Assignment(
            responsibility_id=duty.id, agency_id=world.education.id, role="informed", ends_on=dt.date(2025, 12, 31)
        )
    )
    await world.add(ActivitySupport(activity_id=world.activity.id, agency_id=world.education.id))
    client = await visit(world.secretariat)

    rows = (await client.api_get(_path(world))).json()["agencies"]
    page = await client.get(_path(world))

    found = {
        each["title"]: (each["led_count"], each["supported_count"], each["responsibility_count"], each["people"])
        for each in rows
    }
    assert found["National Police"] == (1, 0, 1, [world.police_focal.title, world.police_officer.title])
    assert found["Ministry of Education"] == (0, 1, 0, [world.education_focal.title])
    assert page.title.startswith("Every agency has a focal point")
    assert "3 agencies" in page.text


async def test_a_number_tells_nothing_of_others_drafts(world: World, visit) -> None:
    """A draft line is its agency's and the secretariat's: nobody else learns of it, not from a count either."""
    secretariat, observer = await visit(world.secretariat), await visit(world.observer)
    await set_status(world, "draft")

    counts = [
        sum(each["led_count"] for each in (await client.api_get(_path(world))).json()["agencies"])
        for client in (secretariat, observer)
    ]

    assert counts == [1, 0]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("role=donor", ["Safe Futures Fund"]),
        ("sector=police", ["National Police"]),
        ("text=MINÍSTRY", ["Ministry of Education"]),
        ("text=nothing+like+it", []),
        ("past=yes", ["Old Bureau"]),
    ],
)
async def test_filters_stand_in_the_address(world: World, visit, asked: str, expected: list[str]) -> None:
    """Role, sector, name and membership narrow the list; who left is asked for."""
    old = await world.add(Agency(country="TZ", code=f"OLD-{uuid4().hex[:8]}", title="Old Bureau", sector="other"))
    await world.add(Membership(agency_id=old.id, role="member", ends_on=dt.date(2024, 12, 31)))
    client = await visit(world.observer)

    rows = (await client.api_get(f"{_path(world)}?{asked}")).json()["agencies"]
    page = await client.get(f"{_path(world)}?{asked}")

    assert sorted(each["title"] for each in rows) == expected
    assert all(title in page.text for title in expected)
    if not expected:
        assert "No agency matches" in page.text


async def test_one_agency_shows_all_that_hangs_on_it(world: World, visit) -> None:
    """People, duties with what they rest on, lines, messages, money of its lines."""
    duty = await world.responsibility()
    law = await world.add(Instrument(kind="law", citation="Cybercrime Act", article="section 13", is_seen=True))
    await world.add(ResponsibilityInstrument(responsibility_id=duty.id, instrument_id=law.id))
    await world.add(
        Assignment(responsibility_id=duty.id, agency_id=world.police.id, role="accountable", is_disputed=True)
    )
    message = await world.add(Message(code="M1", audience_id="target_group:children_12_17", text="Ring 116."))
    await world.add(Adoption(message_id=message.id, agency_id=world.police.id))
    item = await world.add(CostItem(code="C1", title="Training", activity_id=world.activity.id))
    line = BudgetLine(cost_item_id=item.id, activity_id=world.activity.id, source_id=world.source.id, fiscal_year=2026)
    line.cost_type_id, line.currency, line.asked_amount = "cost_type:training", "TZS", Decimal(5000)
    await world.add(line)
    client = await visit(world.observer)

    page = await client.get(_path(world, world.police.id))
    answer = (await client.api_get(_path(world, world.police.id))).json()

    for words in (
        "It leads 1 line of Annual action plan 2026",
        world.police_focal.title,
        "investigate abuse",
        "Disputed",
        "Cybercrime Act, section 13",
        "Text seen",
        "Train desk officers",
        "Ring 116.",
        "TZS\u00a05,000",
    ):
        assert words in page.text.replace("TZS 5,000", "TZS\u00a05,000")
    assert [(each["fiscal_year"], each["asked_amount"]) for each in answer["money"]] == [(2026, "5000.00")]
    assert answer["duties"][0]["basis"] == ["Cybercrime Act, section 13"]


@pytest.mark.parametrize(("who", "sees"), [("secretariat", True), ("chair", True), ("observer", False)])
async def test_addresses_are_for_those_who_invite(world: World, visit, who: str, sees: bool) -> None:
    """Others in the mechanism see post and role, not the e-mail address."""
    client = await visit(world.people[who])

    page = await client.get(_path(world, world.police.id))
    people = (await client.api_get(_path(world, world.police.id))).json()["people"]

    assert (world.police_focal.email in page.html) is sees
    assert [bool(each["email"]) for each in people] == [sees, sees]


async def test_the_donors_page_shows_what_it_pays(world: World, visit) -> None:
    """An agency that gives money shows its sources with their ends."""
    client = await visit(world.donor)

    page = await client.get(_path(world, world.fund.id))

    assert "Safe Futures Fund grant" in page.text
    assert "No end recorded" in page.text


async def test_an_agency_of_another_mechanism_is_not_shown_here(world: World, visit) -> None:
    """Only agencies that are or were members stand under a mechanism; others and missing ones answer alike."""
    stray = await world.add(Agency(country="TZ", code=f"STRAY-{uuid4().hex[:8]}", title="Stray", sector="ngo"))
    client = await visit(world.secretariat)

    statuses = [await client.status(_path(world, each)) for each in (stray.id, uuid4())]
    edited = await client.api(_path(world, stray.id, "edit"), title="Mine now", sector="ngo")

    assert statuses == [404, 404]
    assert edited.status_code == 404


async def test_searching_comes_before_recording(world: World, visit) -> None:
    """An organisation of the country or an international one is found by any of its names and added as a member."""
    mark = uuid4().hex[:8]
    known = Agency(country=None, code=f"UN-{mark}", title=f"Children's Fund {mark}", sector="un")
    known.other_names = [f"Fonds des enfants {mark}"]
    await world.add(known)
    abroad = await world.add(Agency(country="KE", code=f"KE-{mark}", title=f"Abroad {mark}", sector="ngo"))
    client = await visit(world.secretariat)

    found = await client.get(_path(world, f"find?text=fonds+des+enfants+{mark}"))
    [link] = [each for each in found.links() if each.endswith("/join")]
    joined = await client.send(await client.get(link), {"role": "observer"})
    nowhere = await client.get(_path(world, f"find?text=Abroad+{mark}"))
    again = await client.get(_path(world, f"find?text={mark}"))

    assert str(abroad.id) not in nowhere.html
    assert "Record a new agency" in nowhere.text
    assert joined.title.startswith(f"Children's Fund {mark}")
    assert "Is a member" in again.text


async def test_a_new_agency_becomes_a_member(world: World, visit) -> None:
    """One form records the organisation and its membership."""
    client = await visit(world.secretariat)
    code = f"SOC-{uuid4().hex[:8]}"
    form = await client.get(_path(world, "add"))

    page = await client.send(
        form,
        {"code": code, "title": "Social Welfare", "sector": "government", "role": "member", "starts_on": "2021-05-01"}
        | {"other_names": "Ustawi wa Jamii\nWelfare Office"},
    )

    assert page.title.startswith("Social Welfare")
    assert "Ustawi wa Jamii, Welfare Office" in page.text
    assert "from 1 May 2021" in page.text


async def test_a_code_names_one_agency_of_a_country(world: World, visit) -> None:
    """A code that is taken is refused at its field, whatever its capitals, and says what to do."""
    client = await visit(world.secretariat)
    form = await client.get(_path(world, "add"))

    again = await client.send(form, {"code": world.police.code.lower(), "title": "Twin", "sector": "police"})

    assert again.status == 409
    assert "Search for it and add it as a member" in again.text
    assert again.form()["title"] == "Twin"


async def test_the_record_is_edited_with_its_version(world: World, visit) -> None:
    """What is stored is shown, a change is kept, and a stale form overwrites nothing."""
    client = await visit(world.secretariat)
    path = _path(world, world.police.id, "edit")
    first, second = await client.get(path), await client.get(path)

    saved = await client.submit(first, {"title": "Police Force", "other_names": "Polisi"})
    conflict = await client.send(second, {"title": "Constabulary"})

    assert saved.status_code == 303
    assert conflict.status == 409
    assert "Police Force" in conflict.text
    assert (await client.api_get(_path(world, world.police.id))).json()["agency"]["other_names"] == ["Polisi"]


async def test_one_country_does_not_rename_what_all_share(world: World, visit) -> None:
    """An international organisation is no single secretariat's to change."""
    shared = await world.add(Agency(country=None, code=f"UN-{uuid4().hex[:8]}", title="United Nations", sector="un"))
    await world.add(Membership(agency_id=shared.id, role="member"))
    client = await visit(world.secretariat)

    page = await client.get(_path(world, shared.id))
    answer = await client.api(_path(world, shared.id, "edit"), title="Ours", sector="un")

    assert "/edit" not in " ".join(link for link in page.links() if str(shared.id) in link)
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("who", "status"),
    [(who, 403) for who in ("stranger", "observer", "secretariat", "chair")] + [("administrator", 200)],
)
async def test_an_administrator_keeps_what_countries_share(world: World, visit, who: str, status: int) -> None:
    """Whoever runs the installation finds and edits any record, and sees no mechanism by it."""
    title = f"United Nations {uuid4().hex[:8]}"
    shared = await world.add(Agency(country=None, code=f"UN-{uuid4().hex[:8]}", title=title, sector="un"))
    client = await visit(world.people[who])

    listed = await client.api_get(f"/agencies?text={title}")
    form = await client.status(f"/agencies/{shared.id}/edit")
    edited = await client.api(f"/agencies/{shared.id}/edit", title=f"{title} again", sector="un", version=1)
    stale = await client.api(f"/agencies/{shared.id}/edit", title="Too late", sector="un", version=1)

    assert (listed.status_code, form, edited.status_code) == (status, status, status)
    if status == 200:
        assert [each["title"] for each in listed.json()["agencies"]] == [title]
        assert stale.status_code == 412
        page = await client.get(f"/agencies?text={title}")
        assert f"{title} again" in page.text
        assert f"/agencies/{shared.id}/edit" in page.links()
        assert world.mechanism.title not in page.text


async def test_many_agencies_ask_no_more(world: World, visit, statements: Statements) -> None:
    """The list and the page of one agency ask as often for many rows as for few."""
    client = await visit(world.secretariat)
    counts = []
    for more in (0, 6):
        for number in range(more):
            code = f"X{number}-{uuid4().hex[:6]}"
            agency = await world.add(Agency(country="TZ", code=code, title=f"Agency {number}", sector="ngo"))
            await world.add(Membership(agency_id=agency.id, role="member"))
            duty = await world.responsibility(code=f"D{number}")
            await world.add(Assignment(responsibility_id=duty.id, agency_id=world.police.id, role="informed"))
        for path in (_path(world), _path(world, world.police.id)):
            statements.clear()
            await client.get(path)
            counts.append(len(statements))

    assert counts[:2] == counts[2:]
    assert counts[0] <= 9
    assert counts[1] <= 15


def test_sectors_of_the_form_are_those_of_the_table() -> None:
    """What the form offers is what the database takes."""
    assert get_args(Sector) == table.SECTORS


@pytest.mark.parametrize("who", ["observer", "education_focal", "donor"])
async def test_a_confidential_cost_changes_no_figure_for_others(world: World, visit, who: str) -> None:
    """What a source pays for a confidential line is in no figure of readers who do not read all money."""
    secret = await world.line(code="A9", is_confidential=True)
    await world.pay(world.activity, "100", source=world.source)
    client = await visit(world.people[who])
    paths = _path(world, world.fund.id), _path(world, world.police.id), "/desk"
    before = [(await client.api_get(path)).json() for path in paths]
    await world.pay(secret, "5000", source=world.source)

    after = [(await client.api_get(path)).json() for path in paths]

    assert [each["secured_amount"] for each in before[0]["provided"]] == ["100.00"]
    assert after == before


@pytest.mark.parametrize("who", ["donor", "secretariat", "chair", "treasury"])
async def test_a_cancelled_cost_is_counted_nowhere(world: World, visit, who: str) -> None:
    """The costs of a cancelled line are on no page of money, of an agency, and on no desk."""
    cancelled = await world.line(code="A9", status="cancelled", status_reason="No staff.")
    await world.change(world.source, ends_on=dt.date(2026, 12, 31))
    await world.pay(world.activity, "100", source=world.source)
    client = await visit(world.people[who])
    money = f"/mechanisms/{world.mechanism.code}/money"
    paths = _path(world, world.fund.id), _path(world, world.police.id), "/desk", money
    before = [(await client.api_get(path)).json() for path in paths]
    await world.pay(cancelled, "5000", source=world.source)

    after = [(await client.api_get(path)).json() for path in paths]

    assert [each["secured_amount"] for each in before[2]["ending"] + before[2]["sources"]] == ["100.00"]
    assert after == before
