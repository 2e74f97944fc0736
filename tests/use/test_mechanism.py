"""Mechanisms: the reader's list, one mechanism, making and editing it."""

import datetime as dt
from decimal import Decimal
from typing import get_args

import pytest

from taskforce.models import Assignment, BudgetLine, CostItem, FundingSource, Membership, Plan, Provenance
from taskforce.models import mechanism as table
from taskforce.services import mechanism as service
from tests.use.conftest import Statements
from tests.use.ways_in import set_up
from tests.world import World

EVERYBODY = ["observer", "police_focal", "police_officer", "secretariat", "chair", "donor", "treasury"]


def _new(number: int, **values: str) -> dict[str, str]:
    return {
        "code": f"KE-NEW-{number}",
        "title": "New council",
        "country": "KE",
        "kind": "council",
        "email": f"new.{number}@example.org",
        "post": "Secretariat, Kenya",
    } | values


@pytest.mark.parametrize(
    ("who", "reads", "edits"),
    [
        *[(who, 200, 403) for who in EVERYBODY if who not in ("secretariat", "chair")],
        ("secretariat", 200, 200),
        ("chair", 200, 200),
        ("stranger", 404, 404),
        ("administrator", 404, 404),
    ],
)
async def test_who_may_read_and_edit(world: World, visit, who: str, reads: int, edits: int) -> None:
    """Whoever is appointed reads; secretariat and chair edit; to all others, administrators too, it does not exist."""
    client = await visit(world.people[who])
    path = f"/mechanisms/{world.mechanism.code}"

    read = await client.api_get(path)
    form = await client.status(f"{path}/edit")
    edited = await client.api(f"{path}/edit", title="T", kind="council", status="active", currency="TZS", version=1)

    assert (read.status_code, form, edited.status_code) == (reads, edits, edits)


@pytest.mark.parametrize(("who", "status"), [*[(who, 403) for who in (*EVERYBODY, "stranger")], ("administrator", 201)])
async def test_who_may_create(world: World, visit, who: str, status: int) -> None:
    """Only an administrator makes mechanisms."""
    client = await visit(world.people[who])

    added = await client.api("/mechanisms/add", **_new(id(world) % 100_000))

    assert added.status_code == status
    assert await client.status("/mechanisms/add") == (200 if status == 201 else 403)


async def test_the_list_holds_the_own_mechanisms_and_no_other(world: World, visit) -> None:
    """A reader sees the mechanisms of their appointments; who has none is told what to do."""
    member, stranger, administrator = [
        await visit(world.people[who]) for who in ("police_focal", "stranger", "administrator")
    ]

    listed = await member.get("/mechanisms")
    empty = await stranger.get("/mechanisms")
    runs_it = await administrator.get("/mechanisms")

    assert [each["code"] for each in (await member.api_get("/mechanisms")).json()["mechanisms"]] == [
        world.mechanism.code
    ]
    assert world.mechanism.title in listed.text
    assert "Annual action plan 2026" in listed.text
    assert (await stranger.api_get("/mechanisms")).json()["mechanisms"] == []
    assert "Ask the secretariat of your mechanism" in empty.text
    assert world.mechanism.title not in runs_it.text
    assert "/mechanisms/add" in runs_it.links()


async def test_a_card_counts_what_the_page_shows(world: World, visit) -> None:
    """Activities of the current plan, and the government's part of what is secured for its year."""
    item = await world.add(CostItem(code="C1", title="Helpline"))
    state = await world.add(FundingSource(code="STATE", title="State budget", source_class="government"))
    for source, secured in ((world.source, "300.00"), (state, "100.00")):
        line = BudgetLine(cost_item_id=item.id, source_id=source.id, cost_type_id="cost_type:staff", fiscal_year=2026)
        line.currency, line.secured_amount = "TZS", Decimal(secured)
        await world.add(line)
    client = await visit(world.secretariat)

    [card] = (await client.api_get("/mechanisms")).json()["mechanisms"]

    assert (card["activity_count"], card["government_share"], card["open_alert_count"]) == (1, "0.250", 0)
    assert "25%" in (await client.get("/mechanisms")).text


async def test_drafts_of_others_are_not_counted(world: World, visit) -> None:
    """A line of a draft plan is its agency's: others do not learn from a number that there is one."""
    draft = Plan(code="DRAFT", title="Next year", starts_on=dt.date(2027, 1, 1), ends_on=dt.date(2027, 12, 31))
    draft.currency = "TZS"
    await world.add(draft)
    lone = await visit(world.observer)

    page = (await lone.api_get(f"/mechanisms/{world.mechanism.code}")).json()

    assert [(plan["code"], plan["activity_count"]) for plan in page["plans"]] == [
        ("DRAFT", 0),
        (world.plan.code, 1),
    ]


async def test_the_page_says_by_what_right(world: World, visit) -> None:
    """Legal basis, whether its text was read, lead, members with their dates, gaps and clashes, cited sources."""
    await world.add(Provenance(code="S1", reference="https://example.org/report", statement="it began in 2016"))
    duty = await world.responsibility()
    await world.responsibility(code="R2", statement="run the hotline", capability_id="capability:12")
    for agency in (world.police, world.education):
        await world.add(Assignment(responsibility_id=duty.id, agency_id=agency.id, role="accountable"))
    client = await visit(world.secretariat)
    path = f"/mechanisms/{world.mechanism.code}"
    form = await client.get(f"{path}/edit")
    await client.send(
        form,
        {"legal_basis": "Child Act, section 7", "established_on": "2016-01-01", "established_is_year_only": "yes"}
        | {"lead_agency_id": str(world.education.id)},
    )

    page = await client.get(path)
    answer = (await client.api_get(path)).json()

    assert page.title.startswith("3 agencies, led by Ministry of Education")
    for words in ("Child Act, section 7", "Text not seen", "it began in 2016", "National Police"):
        assert words in page.text
    assert answer["coverage"] | {"capability_count": 21} == {
        "duty_count": 2,
        "gap_count": 1,
        "clash_count": 1,
        "covered_count": 1,
        "capability_count": 21,
    }
    assert answer["first_on"] == "2016-01-01"


async def test_a_dissolved_mechanism_says_so_at_once(world: World, visit) -> None:
    """Only the chair dissolves; from then on the first thing on the page is that it is over."""
    secretariat, chair = await visit(world.secretariat), await visit(world.chair)
    path = f"/mechanisms/{world.mechanism.code}"
    ending = {"status": "dissolved", "ended_on": "2026-02-28"}

    refused = await secretariat.send(await secretariat.get(f"{path}/edit"), ending)
    undated = await chair.send(await chair.get(f"{path}/edit"), {"status": "dissolved"})
    done = await chair.submit(await chair.get(f"{path}/edit"), ending)

    assert (refused.status, undated.status, done.status_code) == (409, 409, 303)
    assert "Only the chair dissolves a mechanism" in refused.text
    assert (await secretariat.get(path)).title.startswith("This mechanism does not exist any more")


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("title", "", "Fill in: Name."),
        ("time_zone", "Dodoma", "Dodoma is no time zone"),
        ("currency", "ABC", "ABC is no currency"),
        ("reporting_due_days", "two", "must be a whole number"),
        ("established_on", "2016", "must be a real date"),
        ("lead_agency_id", "nonsense", "must be one of the list"),
    ],
)
async def test_bad_input_is_named_at_its_field(world: World, visit, field: str, value: str, says: str) -> None:
    """Each wrong field is named with what to write, and nothing is saved."""
    client = await visit(world.secretariat)
    form = await client.get(f"/mechanisms/{world.mechanism.code}/edit")

    again = await client.send(form, {field: value})

    assert again.status == 400
    assert says in again.text


async def test_a_stale_form_overwrites_nothing(world: World, visit) -> None:
    """Two who edit at once: the second sees both texts and saves again."""
    client = await visit(world.secretariat)
    path = f"/mechanisms/{world.mechanism.code}/edit"
    first, second = await client.get(path), await client.get(path)
    await client.submit(first, {"topic": "Theirs"})

    conflict = await client.send(second, {"topic": "Yours"})

    assert conflict.status == 409
    assert "Theirs" in conflict.text
    assert conflict.form()["topic"] == "Yours"


async def test_the_administrator_makes_a_mechanism_and_hands_it_over(world: World, visit) -> None:
    """The link of the secretariat is shown once, works, and leads into the mechanism that its maker does not see."""
    administrator, secretariat = await visit(world.administrator), await visit(None)
    new = _new(id(visit) % 100_000)
    form = await administrator.get("/mechanisms/add")

    made = await administrator.send(form, new)
    again = await administrator.send(form, new)
    [link] = [field.get("value", "") for field in made.tree.iter("input") if field.get("id") == "link"]
    opened = await secretariat.get(link)
    signed_in = await secretariat.submit(opened)

    assert made.title.startswith("Send this link to Secretariat, Kenya")
    assert link not in again.html
    assert await administrator.status(f"/mechanisms/{new['code']}") == 404
    assert signed_in.headers["location"] == "/password"
    await set_up(secretariat)  # a secretariat has a second factor before anything else
    page = await secretariat.get(f"/mechanisms/{new['code']}")
    assert page.title.startswith("Nobody is a member yet")
    assert "KES" in page.text
    assert f"/mechanisms/{new['code']}/agencies/find" in page.links()


async def test_a_link_is_not_in_the_stored_answer(world: World, visit) -> None:
    """The API shows the link once: the same key again is answered with 409 and no link."""
    client = await visit(world.administrator)
    new = _new(id(visit) % 100_000 + 100_000)

    first = await client.api("/mechanisms/add", key="a-key-of-this-test", **new)
    second = await client.api("/mechanisms/add", key="a-key-of-this-test", **new)

    assert (first.status_code, second.status_code) == (201, 409)
    assert "/sign-in/" in first.json()["link"]
    assert "/sign-in/" not in second.text


async def test_an_administrator_may_appoint_themselves(world: World, visit) -> None:
    """Somebody who sets everything up alone goes on without a link."""
    client = await visit(world.administrator)
    new = _new(id(visit) % 100_000 + 200_000, email=world.administrator.email)

    made = await client.send(await client.get("/mechanisms/add"), new)

    assert made.title.startswith("You are the secretariat of New council")
    assert (await client.get(f"/mechanisms/{new['code']}")).status == 200


async def test_a_starter_plan_brings_agencies_duties_and_a_draft(world: World, visit) -> None:
    """It opens with members, duties and a draft of this year, for its secretariat alone."""
    administrator = await visit(world.administrator)
    form = await administrator.get("/mechanisms/add")
    new = _new(id(visit) % 100_000 + 300_000, email=world.stranger.email, starter="child-online-safety")

    made = await administrator.send(form, new)
    secretariat = await visit(world.stranger)
    answer = (await secretariat.api_get(f"/mechanisms/{new['code']}")).json()

    assert made.title.startswith(f"{world.stranger.title} can sign in now")
    assert answer["about"]["kind"] == "council"
    assert (answer["mechanism"]["title"], answer["mechanism"]["currency"]) == ("New council", "KES")
    assert len(answer["members"]) > 5
    assert [plan["status"] for plan in answer["plans"]] == ["draft"]
    assert answer["plans"][0]["starts_on"].startswith("2026")
    assert await administrator.status(f"/mechanisms/{new['code']}") == 404


async def test_a_starter_plan_that_is_not_there(world: World, visit) -> None:
    """An unknown name makes nothing."""
    client = await visit(world.administrator)
    new = _new(id(visit) % 100_000 + 400_000, starter="nothing")

    refused = await client.api("/mechanisms/add", **new)
    later = await client.api("/mechanisms/add", **new | {"starter": "anti-trafficking"})

    assert refused.status_code == 404
    assert later.status_code == 201


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("code", "Ü 1", "like TZ-NCOSTF"),
        ("country", "XY", "Choose a country from the list."),
        ("country", "", "Fill in: Country."),
        ("email", "nobody", "Write a whole e-mail address"),
        ("currency", "QQQ", "QQQ is no currency"),
    ],
)
async def test_what_a_new_mechanism_needs_is_said_in_words(
    world: World, visit, field: str, value: str, says: str
) -> None:
    """Each mistake says what to write; nothing is made."""
    client = await visit(world.administrator)

    again = await client.send(await client.get("/mechanisms/add"), _new(id(visit) % 100_000 + 500_000) | {field: value})

    assert again.status == 400
    assert says in again.text


async def test_a_code_is_taken_once(world: World, visit) -> None:
    """A code that another mechanism has is refused at its field."""
    client = await visit(world.administrator)

    again = await client.send(
        await client.get("/mechanisms/add"), _new(id(visit) % 100_000, code=world.mechanism.code.lower())
    )

    assert again.status == 409
    assert "with this code" in again.text


async def test_a_long_mechanism_asks_no_more(world: World, visit, statements: Statements) -> None:
    """The page and the list ask as often for many members and plans as for few."""
    client = await visit(world.secretariat)
    counts = []
    for more in (0, 8):
        for number in range(more):
            year = 2000 + number
            plan = Plan(code=f"P{year}", title=str(year), starts_on=dt.date(year, 1, 1), ends_on=dt.date(year, 12, 31))
            plan.currency = "TZS"
            await world.add(plan)
            await world.add(
                Membership(
                    agency_id=world.police.id,
                    role="member",
                    starts_on=dt.date(year, 1, 1),
                    ends_on=dt.date(year, 12, 31),
                )
            )
        for path in (f"/mechanisms/{world.mechanism.code}", "/mechanisms"):
            statements.clear()
            await client.get(path)
            counts.append(len(statements))

    assert counts[:2] == counts[2:]
    assert counts[0] <= 14
    assert counts[1] <= 6


def test_the_choices_of_the_forms_are_those_of_the_tables() -> None:
    """What a form offers is what the database takes."""
    assert get_args(service.Kind) == table.MECHANISM_KINDS
    assert get_args(service.Status) == table.MECHANISM_STATUSES
    assert get_args(service.Frequency) == table.FREQUENCIES
