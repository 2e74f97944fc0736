"""One activity: its page, its form, its history, and who may do what to it."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from taskforce.models import (
    ActivityJoint,
    ActivityPlace,
    ActivityResponsibility,
    ActivitySupport,
    FundingSource,
    Message,
    Place,
    Plan,
    Provenance,
)
from tests.use.questions import set_status
from tests.world import World


def line_of(world: World, **values: Any) -> dict[str, Any]:
    """A command that adds a line led by the police."""
    return {"code": "N1", "title": "New line", "lead_agency_id": str(world.police.id)} | values


@pytest.mark.parametrize(
    ("who", "reads", "adds", "edits", "deletes"),
    [
        ("stranger", 404, 404, 404, 404),
        ("administrator", 404, 404, 404, 404),
        ("observer", 200, 403, 403, 403),
        ("police_focal", 200, 201, 200, 200),
        ("police_officer", 200, 201, 200, 200),
        ("education_focal", 200, 403, 403, 403),
        ("donor", 200, 403, 403, 403),
        ("treasury", 200, 403, 403, 403),
        ("chair", 200, 403, 403, 403),
        ("secretariat", 200, 201, 200, 200),
    ],
)
async def test_who_may_read_add_edit_and_delete(
    world: World, visit, who: str, reads: int, adds: int, edits: int, deletes: int
) -> None:
    """Members read; the agency that leads a line and the secretariat keep it; nobody adds lines for other agencies."""
    client = await visit(world.people[who])

    answers = [
        await client.api_get(f"/activities/{world.activity.id}"),
        await client.api(f"/outputs/{world.output.id}/activities/add", **line_of(world)),
        await client.api(f"/activities/{world.activity.id}/edit", **line_of(world, code="A1", version=1)),
        await client.api(f"/activities/{world.activity.id}/delete", version=2),
    ]

    assert [answer.status_code for answer in answers] == [reads, adds, edits, deletes]


async def test_a_focal_point_gives_no_line_away_and_takes_none(world: World, visit) -> None:
    """The lead stays with an agency for which the person may act; the secretariat may move it."""
    theirs = await world.line(code="A2", lead_agency_id=world.education.id)
    focal = await visit(world.police_focal)
    secretariat = await visit(world.secretariat)
    away = line_of(world, code="A1", lead_agency_id=str(world.education.id), version=1)

    given = await focal.api(f"/activities/{world.activity.id}/edit", **away)
    taken = await focal.api(f"/activities/{theirs.id}/edit", **line_of(world, code="A2", version=1))
    moved = await secretariat.api(f"/activities/{world.activity.id}/edit", **away)
    form = await focal.get(f"/outputs/{world.output.id}/activities/add")

    assert (given.status_code, taken.status_code, moved.status_code) == (403, 403, 200)
    assert form.form()["lead_agency_id"] == str(world.police.id)
    assert f'<option value="{world.education.id}"' not in form.html


@pytest.mark.parametrize(
    ("status", "confidential", "seen"), [("draft", False, 404), ("active", True, 404), ("active", False, 200)]
)
async def test_drafts_and_confidential_lines_of_others_are_not_there(
    world: World, visit, status: str, confidential: bool, seen: int
) -> None:
    """Reading, its form and its delete page answer as if there were no such line."""
    hidden = await world.line(code="A2", is_confidential=confidential)
    await set_status(world, status)
    client = await visit(world.education_focal)

    paths = [f"/activities/{hidden.id}", f"/activities/{hidden.id}/edit", f"/activities/{hidden.id}/delete"]
    statuses = [await client.status(path) for path in paths]
    api = (await client.api_get(f"/activities/{hidden.id}")).status_code
    missing = (await client.api_get("/activities/0198a000-0000-7000-8000-000000000000")).status_code

    assert statuses == [seen, 403 if seen == 200 else 404, 403 if seen == 200 else 404]
    assert (api, missing) == (seen, 404)
    assert (await (await visit(world.police_focal)).api_get(f"/activities/{hidden.id}")).status_code == 200


async def test_a_visitor_signs_in_first(world: World, visit) -> None:
    """No page of an activity is open to everybody."""
    client = await visit(None)

    assert (await client.get(f"/activities/{world.activity.id}")).title.startswith("Sign in")
    assert (await client.api_get(f"/activities/{world.activity.id}")).status_code == 401


async def test_the_form_writes_every_field_and_shows_it_again(world: World, visit) -> None:
    """All that is typed is stored with its links, and the form opens with it."""
    duty = await world.responsibility()
    message = await world.add(Message(code="M1", audience_id="target_group:public", text="Call 116"))
    kilifi = await world.add(Place(code="K", title="Kilifi"))
    last_year = await world.add(
        Plan(
            code="P25", title="Plan 2025", starts_on=dt.date(2025, 1, 1), ends_on=dt.date(2025, 12, 31), currency="TZS"
        )
    )
    earlier_output = await world.add_output(last_year)
    await world.line(code="OLD", plan_id=last_year.id, output_id=earlier_output.id)
    await world.change(world.plan, follows_id=last_year.id)
    client = await visit(world.police_focal)
    typed: dict[str, Any] = {
        "code": "A7",
        "title": "Train officers in Kilifi",
        "description": "Two courses.\nOne pilot.",
        "kind": "kind:training",
        "output_id": str(world.output.id),
        "lead_agency_id": str(world.police.id),
        "support_agency_ids": [str(world.education.id), str(world.fund.id)],
        "starts_on": "2026-02-01",
        "ends_on": "2026-11-30",
        "is_national": "yes",
        "place_ids": [str(kilifi.id)],
        "target_groups": ["target_group:police", "target_group:teachers"],
        "capabilities": ["capability:4"],
        "own_plan": "yes",
        "own_plan_reference": "Line 14",
        "responsibility_ids": [str(duty.id)],
        "message_ids": [str(message.id)],
        "carried_over_from": "OLD",
        "is_confidential": "yes",
    }

    page = await client.send(await client.get(f"/outputs/{world.output.id}/activities/add"), typed)
    form = (await client.get(f"{page.url.removeprefix('http://localhost:8000')}/edit")).form()

    as_typed = {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value for name, value in typed.items()
    }
    shown = {name: sorted(value) if isinstance(value, list) else value for name, value in form.items()}
    assert {name: shown.get(name) for name in as_typed} == {
        name: sorted(value) if isinstance(value, list) else value for name, value in as_typed.items()
    }
    for words in (
        "Train officers in Kilifi",
        "Two courses.",
        "Training",
        "Ministry of Education",
        "Whole country",
        "Kilifi",
        "Police",
        "Dedicated law enforcement",
        "Yes: Line 14",
        "1 February 2026 to 30 November 2026",
        "R1",
        "Call 116",
        "OLD Talks in schools",
        "Carried over from Plan 2025",
        "Confidential",
    ):
        assert words in page.text


async def test_only_code_title_and_lead_are_needed_and_the_page_says_what_is_missing(world: World, visit) -> None:
    """The rest may wait; the page lists what is needed before the consultation ends, until it is there."""
    client = await visit(world.police_focal)
    made = await client.api(f"/outputs/{world.output.id}/activities/add", **line_of(world))
    path = f"/activities/{made.json()['id']}"

    bare = await client.get(path)
    await client.api(
        f"{path}/edit",
        **line_of(
            world,
            kind="kind:law",
            starts_on="2026-01-01",
            ends_on="2026-12-31",
            is_national=True,
            target_groups=["target_group:public"],
            version=1,
        ),
    )
    whole = await client.get(path)
    api = (await client.api_get(path)).json()

    assert "First and last day, place, target group, kind of work" in bare.text
    assert "Still missing" not in whole.text
    assert api["missing"] == []


REFUSED = [
    ({"starts_on": "2025-12-31"}, "starts_on", "2025-12-31 is outside the plan"),
    ({"ends_on": "2027-01-01"}, "ends_on", "2027-01-01 is outside the plan"),
    (
        {"starts_on": "2026-05-01", "ends_on": "2026-04-30"},
        "ends_on",
        "It ends 2026-04-30, before it starts 2026-05-01",
    ),
    ({"support_agency_ids": ["{police}"]}, "support_agency_ids", "The lead agency cannot also support."),
    ({"support_agency_ids": ["{stranger}"]}, "support_agency_ids", "A supporting agency is not a member today."),
    ({"own_plan": "no", "own_plan_reference": "Line 1"}, "own_plan_reference", "A reference needs the answer yes"),
    ({"own_plan_reference": "Line 1"}, "own_plan_reference", "A reference needs the answer yes"),
    ({"kind": "kind:dancing"}, "kind", "kind:dancing is not in the vocabulary."),
    ({"kind": "capability:4"}, "kind", "capability:4 is not in the vocabulary."),
    ({"target_groups": ["target_group:aliens"]}, "target_groups", "target_group:aliens is not in the vocabulary."),
    ({"capabilities": ["capability:99"]}, "capabilities", "capability:99 is not in the vocabulary."),
    ({"place_ids": ["{stranger}"]}, "place_ids", "One of these is not in the list of this mechanism."),
    ({"responsibility_ids": ["{stranger}"]}, "responsibility_ids", "One of these is not in the list"),
    ({"output_id": "{stranger}"}, "output_id", "One of these is not in the list"),
    ({"new_place": "National"}, "new_place", "The whole country is no place of this list."),
    ({"status": "constrained"}, "status_reason", "this status needs a reason"),
    ({"actual_starts_on": "2026-03-11"}, "actual_starts_on", "2026-03-11 has not come yet"),
    ({"carried_over_from": "A0"}, "carried_over_from", "has no line A0 that you can see"),
    ({"code": "A2"}, "code", "There is one with this code or name already."),
]


@pytest.mark.parametrize(
    ("values", "field", "said"), REFUSED, ids=[f"{field} {said[:24]}" for _, field, said in REFUSED]
)
async def test_a_line_that_breaks_a_rule_is_refused(
    world: World, visit, values: dict[str, Any], field: str, said: str
) -> None:
    """The field is named, the sentence says what to do, and the form keeps what was typed."""
    await world.line(code="A2")
    names = {"police": world.police.id, "stranger": world.people["stranger"].id}
    values = {
        name: [each.format(**names) for each in value] if isinstance(value, list) else value.format(**names)
        for name, value in values.items()
    }
    client = await visit(world.secretariat)

    api = await client.api(f"/activities/{world.activity.id}/edit", **line_of(world, version=1) | values)
    page = await client.send(await client.get(f"/activities/{world.activity.id}/edit"), {"title": "Kept"} | values)

    assert api.status_code == 409
    assert (api.json()["errors"][0]["field"], said in api.json()["detail"]) == (field, True)
    assert page.status == 409
    assert said in page.text
    assert page.form()["title"] == "Kept"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"title": ""}, "Fill in: Title."),
        ({"code": ""}, "Fill in: Code."),
        ({"code": "A 1"}, "The code may have letters"),
        ({"lead_agency_id": ""}, "Fill in: Lead agency."),
        ({"starts_on": "next week"}, "First day must be a real date, like 2026-07-15."),
        ({"title": "x" * 501}, "Title must have 500 characters or fewer."),
    ],
)
async def test_a_malformed_form_is_shown_again(world: World, visit, values: dict[str, Any], said: str) -> None:
    """What cannot be read is named with what to type."""
    client = await visit(world.secretariat)
    page = await client.get(f"/activities/{world.activity.id}/edit")

    again = await client.send(page, {"description": "Kept"} | values)

    assert again.status == 400
    assert said in again.text
    assert str(again.form()["description"]).strip() == "Kept"


async def test_an_agency_that_left_may_stay_on_its_line_and_joins_no_new_one(world: World, visit) -> None:
    """Whoever edits a line need not first replace an agency that left meanwhile."""
    await world.end_membership(world.education, dt.date(2026, 1, 31))
    await world.add(ActivitySupport(activity_id=world.activity.id, agency_id=world.education.id))
    client = await visit(world.secretariat)
    support = [str(world.education.id)]

    kept = await client.api(
        f"/activities/{world.activity.id}/edit", **line_of(world, support_agency_ids=support, version=1)
    )
    new = await client.api(
        f"/outputs/{world.output.id}/activities/add", **line_of(world, code="N2", support_agency_ids=support)
    )

    assert (kept.status_code, new.status_code) == (200, 409)


async def test_a_new_place_is_added_once(world: World, visit) -> None:
    """A place that is not in the list is added by its name; the same name, however spelled, is the same place."""
    client = await visit(world.police_focal)
    path = f"/outputs/{world.output.id}/activities/add"

    first = await client.api(path, **line_of(world, new_place="Kilifi"))
    second = await client.api(path, **line_of(world, code="N2", new_place="kilifi"))

    places = (await client.api_get(f"/mechanisms/{world.mechanism.code}/places")).json()["places"]
    assert (first.status_code, second.status_code) == (201, 201)
    assert [(each["title"], each["activity_count"]) for each in places] == [("Kilifi", 2)]


async def test_a_second_click_makes_one_line(world: World, visit) -> None:
    """The same form sent twice adds one line, and both senders arrive at it."""
    client = await visit(world.police_focal)
    page = await client.get(f"/outputs/{world.output.id}/activities/add")

    answers = [await client.submit(page, {"code": "A9", "title": "Once"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]


async def test_a_stale_version_is_compared_in_words(world: World, visit) -> None:
    """Ids stand there by their names, and only what differs is shown."""
    kilifi = await world.add(Place(code="K", title="Kilifi"))
    client = await visit(world.secretariat)
    page = await client.get(f"/activities/{world.activity.id}/edit")
    await client.api(
        f"/activities/{world.activity.id}/edit",
        **line_of(
            world,
            code="A1",
            title="Theirs",
            kind="kind:training",
            starts_on="2026-02-01",
            ends_on="2026-06-30",
            place_ids=[str(kilifi.id)],
            version=1,
        ),
    )

    conflict = await client.send(page, {"title": "Yours"})
    again = await client.send(conflict)

    summary = conflict.text[: conflict.text.index("Annual action plan 2026")]
    assert conflict.status == 409
    assert "Theirs" in summary
    assert "Kilifi" in summary
    assert "Confidential" not in summary
    assert str(kilifi.id) not in summary
    assert conflict.form()["title"] == "Yours"
    assert again.status == 200


@pytest.mark.parametrize("status", ["submitted", "endorsed", "active", "closed"])
async def test_past_consultation_no_line_changes(world: World, visit, status: str) -> None:
    """Neither added nor edited nor deleted; the page offers none of it."""
    await set_status(world, status)
    client = await visit(world.secretariat)

    answers = [
        await client.api(f"/outputs/{world.output.id}/activities/add", **line_of(world)),
        await client.api(f"/activities/{world.activity.id}/edit", **line_of(world, version=1)),
        await client.api(f"/activities/{world.activity.id}/delete", version=1),
    ]
    page = await client.get(f"/activities/{world.activity.id}")

    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert not [link for link in page.links() if link.endswith(("/edit", "/delete"))]


async def test_the_history_tells_who_changed_what_from_what_to_what(world: World, visit) -> None:
    """One entry a save, in words and names: fields old and new, links that came and went, what stayed is not there."""
    kilifi = await world.add(Place(code="K", title="Kilifi"))
    await world.add(ActivityPlace(activity_id=world.activity.id, place_id=kilifi.id))
    await world.add(ActivitySupport(activity_id=world.activity.id, agency_id=world.fund.id))
    client = await visit(world.police_focal)
    page = await client.get(f"/activities/{world.activity.id}/edit")

    after = await client.send(
        page,
        {
            "title": "Train desk officers well",
            "ends_on": "2026-07-31",
            "support_agency_ids": [str(world.fund.id), str(world.education.id)],
            "place_ids": [],
            "new_place": "Kwale",
            "own_plan": "yes",
        },
    )

    latest, *earlier = (await client.api_get(f"/activities/{world.activity.id}")).json()["history"]
    assert latest["who"] == world.police_focal.title
    assert (latest["what"], latest["action"]) == ("changed", "activity:edit")
    assert {each["name"]: (each["before"], each["after"]) for each in latest["changes"]} == {
        "title": ("Train desk officers", "Train desk officers well"),
        "ends_on": ("2026-06-30", "2026-07-31"),
        "own_plan": (None, "yes"),
        "places": ("Kilifi", "Kwale"),
        "supports": (None, "Ministry of Education"),
    }
    assert [each["what"] for each in earlier] == ["changed", "changed", "added"]
    assert earlier[-1]["who"] == "Operator on the server"
    for words in ("Train desk officers well", "30 June 2026", "31 July 2026", "Activity added"):
        assert words in after.text


async def test_saving_without_a_change_leaves_no_entry(world: World, visit) -> None:
    """Who only opens and saves has changed nothing."""
    client = await visit(world.police_focal)

    await client.send(await client.get(f"/activities/{world.activity.id}/edit"))

    history = (await client.api_get(f"/activities/{world.activity.id}")).json()["history"]
    assert [each["what"] for each in history] == ["added"]


@pytest.mark.parametrize(
    ("who", "lines", "others"),
    [
        ("secretariat", {"Safe Futures Fund grant", "State budget"}, []),
        ("treasury", {"Safe Futures Fund grant", "State budget"}, []),
        ("police_focal", {"Safe Futures Fund grant", "State budget"}, []),
        ("donor", {"Safe Futures Fund grant"}, ["150.00"]),
        ("observer", set(), ["1150.00"]),
    ],
)
async def test_a_donor_sees_the_own_money_line_by_line_and_other_money_in_sum(
    world: World, visit, who: str, lines: set[str], others: list[str]
) -> None:
    """Who pays is open to members and the treasury; a donor reads other sources as one total, an observer all."""
    state = await world.add(FundingSource(code="GOV", title="State budget", source_class="government"))
    await world.pay(world.activity, "1000", source=world.source)
    await world.pay(world.activity, "300", source=state, weight=Decimal("0.5"), vote_code="V-12")
    client = await visit(world.people[who])

    page = await client.get(f"/activities/{world.activity.id}")
    money = (await client.api_get(f"/activities/{world.activity.id}")).json()["money"]

    assert {each["source_title"] for each in money["lines"]} == lines
    assert [each["secured_amount"] for each in money["others"]] == others
    assert [each["secured_amount"] for each in money["totals"]] == ["1150.00"]
    assert ("State budget" in page.text, "V-12" in page.text) == (not others, not others)
    assert ("Other sources together" in page.text, "All sources together" in page.text) == (
        who == "donor",
        who == "observer",
    )


async def test_the_page_shows_alerts_joint_lines_and_where_it_comes_from(world: World, visit) -> None:
    """What looks alike, what is done together and the cited source stand on the page."""
    fact = await world.add(Provenance(code="S1", reference="Annual report 2025", statement="100 officers were trained"))
    other = await world.line(code="A2", lead_agency_id=world.education.id, fact_id=fact.id)
    low, high = sorted((world.activity.id, other.id))
    await world.add(ActivityJoint(activity_id=low, other_id=high))
    alert = await world.alert(world.activity, other)
    await world.change(world.activity, is_illustrative=True)
    client = await visit(world.donor)

    page = await client.get(f"/activities/{world.activity.id}")
    cited = await client.get(f"/activities/{other.id}")

    assert f"/alerts/{alert.id}" in page.links()
    assert f"/activities/{other.id}" in page.links()
    assert "Illustrative" in page.text
    assert "Source: Annual report 2025: 100 officers were trained" in cited.text


async def test_an_alert_with_a_hidden_line_is_told_to_no_other_reader(world: World, visit) -> None:
    """The lead of the visible line reads the alert; a donor does not learn that there is one."""
    secret = await world.line(code="A2", title="Undercover", lead_agency_id=world.education.id, is_confidential=True)
    await world.alert(world.activity, secret)

    lead = await (await visit(world.police_focal)).get(f"/activities/{world.activity.id}")
    donor = await (await visit(world.donor)).get(f"/activities/{world.activity.id}")

    assert ("Undercover" in lead.text, "Undercover" in donor.text) == (True, False)
    assert "No alert" in donor.text


async def test_observers_learn_nothing_of_alerts(world: World, visit) -> None:
    """Neither pages nor figures nor the menu speak of alerts to whoever may not read them; no zero stands for them."""
    await world.alert(world.activity, await world.line(code="A2", lead_agency_id=world.education.id))
    told = {}
    for who in ("observer", "donor"):
        client = await visit(world.people[who])
        paths = ("/mechanisms", f"/mechanisms/{world.mechanism.code}", f"/plans/{world.plan.id}")
        pages = [await client.get(path) for path in (*paths, f"/activities/{world.activity.id}", "/desk")]
        texts = [page.text.replace("Open alerts –", "").replace("Open alerts", "", who == "observer") for page in pages]
        told[who] = ["alert" in text.lower() or "duplicate" in text.lower() for text in texts]
        view = (await client.api_get(f"/plans/{world.plan.id}?alerts=yes")).json()
        told[who] += [view["figures"]["open_alert_count"], view["matched_count"]]

    assert told["observer"] == [False] * 5 + [None, 0]
    assert told["donor"][:4] == [True] * 4
    assert told["donor"][5:] == [1, 2]


async def test_saving_looks_for_duplicates_and_the_next_page_shows_them(world: World, visit) -> None:
    """Two agencies plan the same course: the second learns of it on the page that follows the save."""
    client = await visit(world.education_focal)
    page = await client.get(f"/outputs/{world.output.id}/activities/add")

    after = await client.send(
        page,
        {
            "code": "E1",
            "title": "Train desk officers",
            "kind": "kind:training",
            "starts_on": "2026-02-01",
            "ends_on": "2026-06-30",
        },
    )

    assert after.status == 200
    assert "A1 Train desk officers" in after.text


async def test_a_delete_says_what_goes_and_takes_it_along(world: World, visit) -> None:
    """Budget lines and alerts go with a line, and the page that asks says so with the amount."""
    other = await world.line(code="A2", lead_agency_id=world.education.id)
    await world.pay(world.activity, "1000", source=world.source)
    await world.alert(world.activity, other)
    client = await visit(world.police_focal)
    page = await client.get(f"/activities/{world.activity.id}/delete")

    after = await client.send(page)

    assert "1 budget line goes with it: TZS 1,000 secured for 2026." in page.text
    assert "1 duplication alert goes with it." in page.text
    assert after.status == 200
    assert (await client.api_get(f"/activities/{world.activity.id}")).status_code == 404
    assert (await client.api_get(f"/plans/{world.plan.id}")).json()["figures"]["open_alert_count"] == 0


async def test_statements_do_not_grow_with_what_hangs_on_a_line(world: World, visit, statements) -> None:
    """Many agencies, places, budget lines, alerts and changes are read with as many statements as none."""
    client = await visit(world.secretariat)
    statements.clear()
    await client.get(f"/activities/{world.activity.id}")
    few = len(statements)
    await world.add(ActivitySupport(activity_id=world.activity.id, agency_id=world.education.id))
    await world.add(ActivitySupport(activity_id=world.activity.id, agency_id=world.fund.id))
    for number in range(8):
        place = await world.add(Place(code=f"P{number}", title=f"P{number}"))
        await world.add(ActivityPlace(activity_id=world.activity.id, place_id=place.id))
        duty = await world.responsibility(code=f"R{number}")
        await world.add(ActivityResponsibility(activity_id=world.activity.id, responsibility_id=duty.id))
        await world.pay(world.activity, "10", source=world.source)
        await world.alert(world.activity, await world.line(code=f"B{number}", lead_agency_id=world.education.id))
    statements.clear()
    await client.get(f"/activities/{world.activity.id}")

    assert len(statements) == few
