"""Duplication alerts: raised over all agencies, read by whoever may, decided with a reason."""

import asyncio
import csv
import datetime as dt
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from taskforce.access import OPERATOR
from taskforce.db import Sessions, transaction
from taskforce.errors import NotFound
from taskforce.models import (
    Activity,
    ActivityPlace,
    ActivityTargetGroup,
    BudgetLine,
    CostItem,
    DuplicationAlert,
    Place,
)
from taskforce.services.duplication_alert import ScanCounts, scan_activity, scan_plan
from tests.use.conftest import Statements
from tests.world import World


class Pair:
    """Two activities of different agencies that look like the same work."""

    def __init__(self, world: World, police: Activity, education: Activity) -> None:
        self.world, self.police, self.education = world, police, education

    async def change(self, activity: Activity, **values: Any) -> None:
        """Change one of the two in the database."""
        async with transaction(self.world.sessions, OPERATOR) as session:
            stored = await session.get_one(Activity, (activity.mechanism_id, activity.id))
            for name, value in values.items():
                setattr(stored, name, value)

    async def alert(self) -> DuplicationAlert:
        """The alert on the two, as it is stored."""
        async with transaction(self.world.sessions, OPERATOR) as session:
            first, second = sorted((self.police.id, self.education.id))
            found = await session.execute(
                text("select id from duplication_alert where first_id = :first and second_id = :second"),
                {"first": first, "second": second},
            )
            return await session.get_one(DuplicationAlert, (self.world.mechanism.id, found.scalar_one()))

    async def alert_id(self) -> UUID:
        """Its id."""
        return (await self.alert()).id


async def _activity(world: World, place: Place, code: str, **values: Any) -> Activity:
    activity: Activity = await world.add(
        Activity(
            plan_id=world.plan.id,
            output_id=world.output.id,
            code=code,
            kind_id="kind:awareness",
            **{"starts_on": dt.date(2026, 5, 1), "ends_on": dt.date(2026, 6, 30)} | values,
        )
    )
    await world.add(ActivityPlace(activity_id=activity.id, place_id=place.id))
    await world.add(ActivityTargetGroup(activity_id=activity.id, target_group_id="target_group:children_12_17"))
    return activity


@pytest.fixture
async def pair(world: World) -> Pair:
    """Sessions of the police and of education in the same place, for the same children, at the same time."""
    place = await world.add(Place(code="Temeke", title="Temeke"))
    police = await _activity(
        world, place, "D1", title="Online safety sessions in schools of Temeke", lead_agency_id=world.police.id
    )
    education = await _activity(
        world, place, "D2", title="School sessions on online safety in Temeke", lead_agency_id=world.education.id
    )
    return Pair(world, police, education)


@pytest.fixture
async def raised(pair: Pair) -> Pair:
    """The same, after the plan was scanned."""
    assert (await scan_plan(pair.world.sessions, pair.world.plan.id)).raised == 1
    return pair


async def _events(sessions: Sessions, alert_id: UUID) -> int:
    async with transaction(sessions, OPERATOR) as session:
        found = await session.scalar(text("select count(*) from audit_event where row_id = :id"), {"id": str(alert_id)})
        return int(found or 0)


@pytest.mark.parametrize(
    ("who", "lists", "reads", "decides"),
    [
        ("stranger", 404, 404, 404),
        ("administrator", 404, 404, 404),
        ("observer", 403, 404, 404),
        ("donor", 200, 200, 403),
        ("treasury", 200, 200, 403),
        ("police_focal", 200, 200, 200),
        ("police_officer", 200, 200, 200),
        ("education_focal", 200, 200, 200),
        ("secretariat", 200, 200, 200),
        ("chair", 200, 200, 200),
    ],
)
async def test_who_may_read_and_decide(raised: Pair, visit, who: str, lists: int, reads: int, decides: int) -> None:
    """All but observers read; both lead agencies, secretariat and chair decide; a stranger is told nothing."""
    world = raised.world
    client = await visit(world.people[who])
    path = f"/alerts/{await raised.alert_id()}"

    listed = await client.api_get(f"/mechanisms/{world.mechanism.code}/alerts")
    read = await client.api_get(path)
    decided = await client.api(f"{path}/resolve", resolution="coordinated", reason="Dates agreed.", version=1)

    assert (listed.status_code, read.status_code, decided.status_code) == (lists, reads, decides)
    if decides == 200:
        assert decided.json()["state"] == "resolved"
        assert (await raised.alert()).resolved_by_id == world.people[who].id


async def test_a_visitor_signs_in_first(raised: Pair, visit) -> None:
    """Nobody reads alerts without an account."""
    client = await visit(None)

    page = await client.get(f"/alerts/{await raised.alert_id()}")

    assert page.title.startswith("Sign in")
    assert (await client.api_get(f"/mechanisms/{raised.world.mechanism.code}/alerts")).status_code == 401


async def test_the_page_says_what_was_found(raised: Pair, visit) -> None:
    """The title is the finding; both sides stand beside each other; a band is shown and never a score."""
    client = await visit(raised.world.secretariat)
    path = f"/alerts/{await raised.alert_id()}"

    page = await client.get(path)
    view = (await client.api_get(path)).json()

    assert page.title.startswith("Two agencies plan awareness sessions for the same children aged 12 to 17 in Temeke")
    for words in (
        "Online safety sessions in schools",
        "School sessions on online safety",
        "61 days together",
        "Likely",
    ):
        assert words in page.text
    assert (view["kind"], view["band"], view["may"]) == ("duplicate", "likely", ["acknowledge", "resolve"])
    assert "score" not in view
    where = next(row for row in view["compared"] if row["field"] == "where")
    assert where["first"] == where["second"] == [{"text": "Temeke", "is_shared": True}]
    assert where["relation"] == "same"


async def test_the_list_shows_the_finding_and_filters(raised: Pair, visit) -> None:
    """A filter in the address keeps what it asks for; where nothing matches, the page says what to do."""
    world = raised.world
    client = await visit(world.secretariat)
    base = f"/mechanisms/{world.mechanism.code}/alerts"

    page = await client.get(base)
    shown = {
        query: (await client.api_get(f"{base}?{query}")).json()["alert_count"]
        for query in (
            "state=open",
            "state=all",
            "state=resolved",
            "band=likely",
            "band=possible",
            "kind=duplicate",
            "kind=complement",
            f"agency={world.police.id}",
            f"agency={world.fund.id}",
            "page=1",
            f"plan={world.plan.code}",
        )
    }

    assert page.title.startswith("1 pair of activities may be the same work")
    assert list(shown.values()) == [1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1]
    assert "No alert matches this filter" in (await client.get(f"{base}?state=resolved")).text
    assert "Same place, 61 days together, same group, same kind of work" in page.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("state=nonsense", 400),
        ("band=sure", 400),
        ("kind=twin", 400),
        ("agency=police", 400),
        ("plan=NO-SUCH", 400),
        ("page=0", 400),
        ("page=99999999999999999999999", 400),
        ("page=999999", 200),
    ],
)
async def test_a_filter_that_is_no_choice_is_told_so(raised: Pair, visit, query: str, status: int) -> None:
    """Nobody gets all alerts for a word that the filter does not know; a page beyond the last is empty."""
    client = await visit(raised.world.secretariat)
    base = f"/mechanisms/{raised.world.mechanism.code}/alerts"

    answer = await client.api_get(f"{base}?{query}")

    assert answer.status_code == status
    assert (await client.status(f"{base}.csv?{query}")) == status


async def test_the_file_holds_what_the_page_shows(raised: Pair, visit) -> None:
    """The CSV has the same rows as the list with the same filter, and no money that its reader may not read."""
    world = raised.world
    client = await visit(world.police_focal)
    base = f"/mechanisms/{world.mechanism.code}/alerts"

    every = await client.http.get(f"{base}.csv")
    none = await client.http.get(f"{base}.csv?state=resolved")

    rows = list(csv.DictReader(StringIO(every.text.removeprefix("\ufeff"))))
    assert [(row["First activity"], row["Second activity"]) for row in rows] in ([("D1", "D2")], [("D2", "D1")])
    assert (rows[0]["Kind"], rows[0]["How sure"], rows[0]["State"]) == ("Duplicate", "Likely", "Open")
    assert (rows[0]["Where"], rows[0]["Days together"]) == ("Same", "61")
    assert len(none.text.splitlines()) == 1


async def test_a_plan_without_alerts_says_what_will_appear(world: World, visit) -> None:
    """An empty list explains what is compared, and when."""
    client = await visit(world.donor)

    page = await client.get(f"/mechanisms/{world.mechanism.code}/alerts")

    assert page.title.startswith("No pair of activities waits for a decision")
    assert "Each time an activity is saved it is compared" in page.text


async def test_complements_stand_apart(pair: Pair, visit) -> None:
    """Work that fits together is shown, and counts neither as an alert nor in the menu."""
    await pair.change(pair.education, kind_id="kind:materials", title="Posters")
    world = pair.world
    async with transaction(world.sessions, OPERATOR) as session:
        await session.execute(
            text(
                "with m as (insert into message (mechanism_id, code, audience_id, text) values"
                " (:mechanism, 'M1', 'target_group:children_12_17', 'Tell someone you trust') returning id)"
                " insert into activity_message (mechanism_id, activity_id, message_id)"
                " select :mechanism, a, m.id from m, unnest(array[cast(:one as uuid), cast(:two as uuid)]) a"
            ),
            {"mechanism": world.mechanism.id, "one": pair.police.id, "two": pair.education.id},
        )
        await session.execute(
            text("update activity_target_group set target_group_id = 'target_group:teachers' where activity_id = :id"),
            {"id": pair.education.id},
        )

    await scan_plan(world.sessions, world.plan.id)
    client = await visit(world.secretariat)
    view = (await client.api_get(f"/mechanisms/{world.mechanism.code}/alerts")).json()
    page = await client.get(f"/mechanisms/{world.mechanism.code}/alerts")

    assert (view["alert_count"], view["complement_count"], view["mechanism"]["open_alert_count"]) == (0, 1, 0)
    assert view["complements"][0]["kind"] == "complement"
    assert view["complements"][0]["band"] is None
    assert "Reuse the message: 1 pair" in page.text


async def test_a_second_scan_changes_nothing(raised: Pair) -> None:
    """Scanning again, of the plan or of one activity, leaves no event and no second alert."""
    alert = await raised.alert()
    before = await _events(raised.world.sessions, alert.id)

    scans = [
        await scan_plan(raised.world.sessions, raised.world.plan.id),
        await scan_activity(raised.world.sessions, raised.police.id),
        await scan_activity(raised.world.sessions, raised.education.id),
    ]

    assert scans == [ScanCounts(raised=0, reopened=0, refreshed=0, stale=0)] * 3
    assert await _events(raised.world.sessions, alert.id) == before == 1


async def test_scans_at_the_same_time_raise_a_pair_once(pair: Pair) -> None:
    """Both agencies save at once while the plan is scanned: one alert, and no scan fails."""
    sessions = pair.world.sessions

    counts = await asyncio.gather(
        scan_activity(sessions, pair.police.id),
        scan_activity(sessions, pair.education.id),
        scan_plan(sessions, pair.world.plan.id),
    )

    assert sum(each.raised for each in counts) == 1
    assert (await pair.alert()).version == 1


async def test_saving_one_activity_finds_what_a_scan_of_the_plan_finds(pair: Pair) -> None:
    """What is looked for after each save agrees with the whole, to the fingerprint."""
    await scan_activity(pair.world.sessions, pair.education.id)
    one = await pair.alert()

    await scan_plan(pair.world.sessions, pair.world.plan.id)
    other = await pair.alert()

    assert (one.fingerprint, one.score, one.signals, one.sides) == (
        other.fingerprint,
        other.score,
        other.signals,
        other.sides,
    )
    assert other.version == 1


@pytest.mark.parametrize(
    "change",
    [
        {"starts_on": dt.date(2026, 9, 1), "ends_on": dt.date(2026, 12, 1)},
        {"status": "cancelled"},
        {"title": "Install filters on 12 computers", "kind_id": "kind:data"},
    ],
    ids=["other dates", "cancelled", "other work"],
)
async def test_what_is_no_longer_alike_goes_stale_and_comes_back(raised: Pair, change: dict[str, Any]) -> None:
    """An alert follows its activities: gone with the likeness, open again with it, the same row all the time."""
    alert_id = await raised.alert_id()
    before = {name: getattr(raised.education, name) for name in change}
    await raised.change(raised.education, **change)

    await scan_activity(raised.world.sessions, raised.education.id)
    assert (await raised.alert()).state == "stale"
    await raised.change(raised.education, **before)
    await scan_activity(raised.world.sessions, raised.education.id)

    alert = await raised.alert()
    assert (alert.id, alert.state) == (alert_id, "open")


async def test_a_decided_pair_is_not_raised_again_until_it_changes(raised: Pair, visit) -> None:
    """A decision holds over every scan; only new work, not new spelling, raises the pair again, with its history."""
    client = await visit(raised.world.police_focal)
    path = f"/alerts/{await raised.alert_id()}"
    await client.api(f"{path}/resolve", resolution="not_a_duplicate", reason="Other schools.", version=1)
    await raised.change(raised.education, title="SCHOOL SESSIONS on online safety, in Temeke!")
    await scan_plan(raised.world.sessions, raised.world.plan.id)
    await scan_activity(raised.world.sessions, raised.education.id)
    kept = (await raised.alert()).state

    await raised.change(raised.education, ends_on=dt.date(2026, 7, 15))
    await scan_activity(raised.world.sessions, raised.education.id)

    alert = await raised.alert()
    assert (kept, alert.state, alert.resolution) == ("resolved", "open", None)
    page = await client.get(path)
    assert "Other schools." in page.text
    assert "Raised again, because the activities changed" in page.text


async def test_joint_declares_the_two_joint(raised: Pair, visit) -> None:
    """Who decides for one joint activity links the two, so that no later scan raises them."""
    client = await visit(raised.world.education_focal)

    await client.api(
        f"/alerts/{await raised.alert_id()}/resolve", resolution="joint", reason="Agreed on 3 March.", version=1
    )

    async with transaction(raised.world.sessions, OPERATOR) as session:
        linked = await session.execute(
            text("select activity_id, other_id from activity_joint where mechanism_id = :id"),
            {"id": raised.world.mechanism.id},
        )
        assert [tuple(row) for row in linked] == [tuple(sorted((raised.police.id, raised.education.id)))]
    assert (await scan_plan(raised.world.sessions, raised.world.plan.id)).raised == 0
    assert (await raised.alert()).state == "resolved"


async def test_a_draft_is_compared_and_its_money_stays_hidden(raised: Pair, visit) -> None:
    """Each lead reads what was compared of the other's draft, never its money; who leads neither reads nothing."""
    world = raised.world
    async with transaction(world.sessions, OPERATOR) as session:
        (await session.get_one(type(world.plan), (world.mechanism.id, world.plan.id))).status = "draft"
    item = await world.add(CostItem(code="P:D2", title="Sessions", activity_id=raised.education.id))
    await world.add(
        BudgetLine(
            cost_item_id=item.id,
            activity_id=raised.education.id,
            source_id=world.source.id,
            cost_type_id="cost_type:sessions",
            fiscal_year=2026,
            currency="TZS",
            secured_amount=5_000_000,
        )
    )
    path = f"/alerts/{await raised.alert_id()}"
    police, secretariat, treasury = [
        await visit(world.people[who]) for who in ("police_focal", "secretariat", "treasury")
    ]

    page, view = await police.get(path), (await police.api_get(path)).json()

    assert "School sessions on online safety in Temeke" in page.text
    assert "5,000,000" not in page.text
    assert view["money"] is None
    assert [view[f"may_open_{side}"] for side in ("first", "second")].count(True) == 1
    assert "5,000,000" in (await secretariat.get(path)).text
    assert (await treasury.api_get(path)).status_code == 404
    assert (await treasury.api_get(f"/mechanisms/{world.mechanism.code}/alerts")).json()["alert_count"] == 0


async def test_a_confidential_activity_stays_between_its_agencies(pair: Pair, visit) -> None:
    """A confidential line raises an alert that its two leads, secretariat and chair alone read."""
    await pair.change(pair.education, is_confidential=True)
    await scan_plan(pair.world.sessions, pair.world.plan.id)
    path = f"/alerts/{await pair.alert_id()}"

    seen = {
        who: (await (await visit(pair.world.people[who])).api_get(path)).status_code
        for who in ("police_focal", "education_focal", "secretariat", "chair", "observer", "donor", "treasury")
    }

    assert list(seen.values()) == [200, 200, 200, 200, 404, 404, 404]


async def test_a_decision_needs_a_kind_and_a_reason(raised: Pair, visit) -> None:
    """An empty form is shown again with what to do, and keeps what was typed."""
    client = await visit(raised.world.secretariat)
    path = f"/alerts/{await raised.alert_id()}"
    page = await client.get(path)

    again = await client.send(page, {"resolution": "split", "reason": ""}, action=f"{path}/resolve")
    api = await client.api(f"{path}/resolve", resolution="merged", reason="no")

    assert again.status == 400
    assert "Fill in: What was agreed, and why." in again.text
    assert again.form(f"{path}/resolve")["resolution"] == "split"
    assert api.status_code == 400
    assert (await raised.alert()).state == "open"


async def test_acknowledge_then_decide_on_the_page(raised: Pair, visit) -> None:
    """Both forms work by hand, and the history names who did what and why."""
    client = await visit(raised.world.police_focal)
    path = f"/alerts/{await raised.alert_id()}"

    page = await client.send(await client.get(path), action=f"{path}/acknowledge")
    done = await client.send(
        page, {"resolution": "split", "reason": "We take the schools in the north."}, action=f"{path}/resolve"
    )

    assert "Acknowledged" in page.text
    assert "Scope split" in done.text
    assert done.text.count("We take the schools in the north.") == 2
    assert "resolve" not in " ".join(each.get("action", "") for each in done.tree.iter("form"))
    assert raised.world.police_focal.title in done.text
    assert await _events(raised.world.sessions, await raised.alert_id()) == 3
    again = await client.api(f"{path}/acknowledge", version=(await raised.alert()).version)
    assert again.status_code == 409


async def test_a_stale_decision_overwrites_nothing(raised: Pair, visit) -> None:
    """Of two who decide at once the second sees what the first decided."""
    first, second = await visit(raised.world.police_focal), await visit(raised.world.education_focal)
    path = f"/alerts/{await raised.alert_id()}"
    page = await second.get(path)
    await first.api(f"{path}/acknowledge", version=1)

    late = await second.send(page, {"resolution": "joint", "reason": "ours"}, action=f"{path}/resolve")
    api = await second.api(f"{path}/resolve", resolution="joint", reason="ours", version=1)

    assert (late.status, api.status_code) == (409, 412)
    assert late.form(f"{path}/resolve")["reason"] == "ours"
    assert (await raised.alert()).state == "acknowledged"


async def test_who_comes_late_to_a_decision_reads_it_and_keeps_their_words(raised: Pair, visit) -> None:
    """A decided alert shows no form any more, so the page repeats what the second person had written."""
    first, second = await visit(raised.world.police_focal), await visit(raised.world.education_focal)
    path = f"/alerts/{await raised.alert_id()}"
    page = await second.get(path)
    await first.api(f"{path}/resolve", resolution="split", reason="Theirs.", version=1)

    late = await second.send(page, {"resolution": "joint", "reason": "Mine."}, action=f"{path}/resolve")

    assert late.status == 409
    assert "Somebody else decided this while you were writing" in late.text
    assert "You had written: Mine." in late.text
    assert "Theirs." in late.text


async def test_a_second_click_decides_once(raised: Pair, visit) -> None:
    """The same form sent twice is one decision, and both senders arrive at the alert."""
    client = await visit(raised.world.secretariat)
    path = f"/alerts/{await raised.alert_id()}"
    page = await client.get(path)
    form = {"resolution": "coordinated", "reason": "Once."}

    answers = [await client.submit(page, form, action=f"{path}/resolve") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert (await raised.alert()).version == 2


async def test_a_line_that_turns_confidential_hides_its_alert_at_once(raised: Pair, visit) -> None:
    """Others lose the alert with the activity, even before anything is compared again; both leads keep it."""
    path = f"/alerts/{await raised.alert_id()}"
    base = f"/mechanisms/{raised.world.mechanism.code}/alerts"
    await raised.change(raised.education, is_confidential=True)
    donor, police = await visit(raised.world.donor), await visit(raised.world.police_focal)

    hidden, listed = await donor.api_get(path), (await donor.api_get(base)).json()

    assert hidden.status_code == 404
    assert (listed["alert_count"], listed["mechanism"]["open_alert_count"], listed["agencies"]) == (0, 0, [])
    assert (await police.api_get(path)).status_code == 200


async def test_saving_an_activity_raises_its_alerts(pair: Pair, visit) -> None:
    """Whoever saves a line finds its look-alikes on the next page, also those in drafts that they may not read."""
    world = pair.world
    await pair.change(pair.police, is_confidential=True)
    client = await visit(world.education_focal)
    page = await client.get(f"/activities/{pair.education.id}/edit")

    saved = await client.send(page, {"description": "In twelve schools"})

    assert "Online safety sessions in schools of Temeke" in saved.text
    assert (await pair.alert()).state == "open"


async def test_the_menu_counts_what_the_lists_of_running_plans_show(raised: Pair, visit) -> None:
    """The number beside “Alerts” is the sum over the plans that are not over; a closed plan counts for nothing."""
    world = raised.world
    client = await visit(world.secretariat)
    base = f"/mechanisms/{world.mechanism.code}/alerts"
    before = (await client.api_get(base)).json()

    async with transaction(world.sessions, OPERATOR) as session:
        (await session.get_one(type(world.plan), (world.mechanism.id, world.plan.id))).status = "closed"
    after = (await client.api_get(base)).json()

    assert before["mechanism"]["open_alert_count"] == sum(each["open_count"] for each in before["plans"]) == 1
    assert (after["mechanism"]["open_alert_count"], after["plans"][0]["status"]) == (0, "closed")


async def test_the_list_asks_as_often_for_many_as_for_one(raised: Pair, visit, statements: Statements) -> None:
    """The number of statements does not grow with the number of alerts."""
    world = raised.world
    client = await visit(world.secretariat)
    path = f"/mechanisms/{world.mechanism.code}/alerts"
    await client.api_get(path)
    statements.clear()
    await client.api_get(path)
    for_one = len(statements)
    place = await world.add(Place(code="Ilala", title="Ilala"))
    for number in range(6):
        agency = world.police if number % 2 else world.education
        await _activity(world, place, f"E{number}", title="Online safety sessions", lead_agency_id=agency.id)
    await scan_plan(world.sessions, world.plan.id)

    statements.clear()
    view = (await client.api_get(path)).json()

    assert view["alert_count"] > 5
    assert len(statements) == for_one <= 12


async def test_an_unknown_activity_is_not_scanned(sessions: Sessions) -> None:
    """A scan of something that is gone says so."""
    with pytest.raises(NotFound):
        await scan_activity(sessions, UUID(int=1))


async def test_an_alert_of_the_factory_opens(world: World, visit) -> None:
    """An alert that tests store directly has the shape that the scan stores: its page opens."""
    alert = await world.alert(world.activity, await world.line(lead_agency_id=world.education.id))
    client = await visit(world.secretariat)

    page = await client.get(f"/alerts/{alert.id}")

    assert "Talks in schools" in page.text


@pytest.mark.parametrize(
    "change",
    [{}, {"starts_on": dt.date(2026, 10, 1), "ends_on": dt.date(2026, 11, 30)}],
    ids=["still alike", "no longer alike"],
)
@pytest.mark.parametrize("decided", [True, False])
async def test_an_alert_follows_whose_its_lines_are(raised: Pair, visit, decided: bool, change: dict[str, Any]) -> None:
    """A decision stands over every scan; who may read the alert follows the lines, decided or not, alike or not."""
    world = raised.world
    path = f"/alerts/{await raised.alert_id()}"
    if decided:
        secretariat = await visit(world.secretariat)
        await secretariat.api(f"{path}/resolve", resolution="coordinated", reason="One team.", version=1)
    await raised.change(raised.education, lead_agency_id=world.fund.id, is_confidential=True, **change)

    await scan_activity(world.sessions, raised.education.id)

    alert = await raised.alert()
    assert (alert.state == "resolved", alert.is_confidential) == (decided, True)
    assert {alert.first_agency_id, alert.second_agency_id} == {world.police.id, world.fund.id}
    assert (await (await visit(world.education_focal)).api_get(path)).status_code == 404
    assert (await (await visit(world.police_focal)).api_get(path)).status_code == 200

    await raised.change(raised.education, is_confidential=False)
    await scan_activity(world.sessions, raised.police.id)

    assert (await raised.alert()).is_confidential is False
