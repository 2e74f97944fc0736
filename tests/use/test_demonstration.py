"""The demonstration: seven national mechanisms in their current year, with people at every post."""

import datetime as dt
import os
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from taskforce import postgres
from taskforce.access import OPERATOR, SIGN_IN
from taskforce.db import Sessions, create_engine, create_sessions, transaction
from taskforce.errors import Refused
from taskforce.exchange.demonstration import current_year
from taskforce.exchange.demonstration_load import load
from taskforce.exchange.demonstration_next import next_year
from taskforce.exchange.demonstration_people import DOMAIN
from taskforce.exchange.plan_file import activities
from taskforce.exchange.plan_report import report
from taskforce.exchange.plan_yaml import read, read_text, write
from taskforce.exchange.vocabulary import read_vocabularies
from taskforce.queries import demonstration as questions
from taskforce.queries.account import by_email, is_demonstration
from taskforce.services.account import NewAccount, add_account
from taskforce.settings import project_folder
from tests.conftest import NOW, cloned, running
from tests.page_client import Client

PLANS = project_folder("plans")
VOCABULARIES = read_vocabularies(PLANS / "vocabularies")
NATIONAL = sorted(PLANS.glob("*.yaml"))


def _name(purpose: str) -> str:
    return f"demonstration_{purpose}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.fixture
async def empty(server: postgres.Server) -> AsyncIterator[Sessions]:
    """An installation of its own, with nothing but vocabularies."""
    async with cloned(server, _name("empty")) as address:
        engine = create_engine(address, pool_size=2)
        yield create_sessions(engine)
        await engine.dispose()


@pytest.fixture(scope="module")
async def address(server: postgres.Server) -> AsyncIterator[str]:
    """The address of a loaded demonstration, for tests that only read."""
    async with cloned(server, _name("loaded")) as found:
        engine = create_engine(found, pool_size=2)
        assert await load(create_sessions(engine), NOW)
        await engine.dispose()
        yield found


@pytest.fixture
async def loaded(address: str) -> AsyncIterator[Sessions]:
    """Sessions on it."""
    engine = create_engine(address, pool_size=2)
    yield create_sessions(engine)
    await engine.dispose()


@pytest.fixture
async def copy(server: postgres.Server, address: str) -> AsyncIterator[Sessions]:
    """Sessions on a copy of it, for tests that change it."""
    async with cloned(server, _name("copy"), template=_name("loaded")) as found:
        engine = create_engine(found, pool_size=2)
        yield create_sessions(engine)
        await engine.dispose()


async def _all(sessions: Sessions, statement: str, **values: object) -> list[tuple[object, ...]]:
    async with transaction(sessions, OPERATOR) as session:
        return [tuple(row) for row in await session.execute(text(statement), values)]


async def test_a_second_start_changes_nothing(copy: Sessions) -> None:
    """Neither on the same day nor in a later year is anything added, changed or counted up."""
    before = await _all(copy, "select count(*), max(id) from audit_event")

    again = [await load(copy, NOW + dt.timedelta(days=days)) for days in (0, 1, 400)]

    assert again == [False, False, False]
    assert await _all(copy, "select count(*), max(id) from audit_event") == before
    async with transaction(copy, SIGN_IN) as session:
        assert await is_demonstration(session)


async def test_a_start_that_was_killed_is_made_up_for(copy: Sessions) -> None:
    """The import is one transaction; killed before the search for duplicates, the next start does that and no more."""
    rows = "select count(*) from {}"
    before = [await _all(copy, rows.format(table)) for table in ("activity", "account", "appointment")]
    async with transaction(copy, OPERATOR) as session:
        await session.execute(text("delete from duplication_alert"))
        await session.execute(text("update installation set demonstration_on = null"))

    assert await load(copy, NOW)

    assert [await _all(copy, rows.format(table)) for table in ("activity", "account", "appointment")] == before
    assert (await _all(copy, rows.format("duplication_alert")))[0][0] != 0


async def test_a_real_installation_is_no_place_for_it(empty: Sessions) -> None:
    """Where somebody has an account, nothing is loaded and nothing marked."""
    async with transaction(empty, SIGN_IN) as session:
        await add_account(session, NewAccount(email="somebody@ministry.example", title="Administrator"))

    with pytest.raises(Refused, match="no place for a demonstration"):
        await load(empty, NOW)

    assert await _all(empty, "select count(*) from mechanism") == [(0,)]
    async with transaction(empty, SIGN_IN) as session:
        assert not await is_demonstration(session)


async def test_each_mechanism_stands_in_its_current_year(loaded: Sessions) -> None:
    """The published plan, a plan that runs today and one in consultation for the year after; Malaysia is dissolved."""
    plans = await _all(
        loaded,
        "select m.code, array_agg(p.status order by p.starts_on), count(*) filter (where p.status = 'active'"
        " and date '2026-03-10' between p.starts_on and p.ends_on and p.is_illustrative)"
        " from mechanism m join plan p on p.mechanism_id = m.id group by m.code",
    )

    assert len(plans) == 7
    for code, statuses, running_today in plans:
        assert isinstance(statuses, list)
        assert (len(statuses), statuses[1:], running_today) == (3, ["active", "consultation"], 1), code
    assert await _all(loaded, "select status from mechanism where country = 'MY'") == [("dissolved",)]


async def test_the_current_plans_have_something_to_decide(loaded: Sessions) -> None:
    """Each has an alert, lines of three years, money that ends, a gap and a clash, so that no page is empty."""
    found = await _all(
        loaded,
        "select m.code,"
        " (select count(*) from duplication_alert d join plan p on p.id = d.plan_id"
        "  where d.mechanism_id = m.id and p.status = 'active' and p.is_illustrative and d.kind <> 'complement'),"
        " (select count(distinct l.fiscal_year) from budget_line l where l.mechanism_id = m.id"
        "  and l.fiscal_year between 2024 and 2028),"
        " (select count(*) from funding_source s where s.mechanism_id = m.id and s.ends_on > '2026-03-10'),"
        " (select count(*) from responsibility r where r.mechanism_id = m.id and not exists"
        "  (select 1 from assignment a where a.responsibility_id = r.id)),"
        " (select count(*) from assignment a where a.mechanism_id = m.id and a.is_disputed)"
        " from mechanism m where m.status <> 'dissolved' order by 1",
    )

    assert len(found) == 7
    for code, alerts, years, sources, gaps, clashes in found:
        assert all(isinstance(count, int) for count in (alerts, years, sources, gaps, clashes))
        assert (alerts >= 1, years >= 3, sources >= 2, gaps >= 2, clashes >= 1) == (True,) * 5, code  # type: ignore[operator]  # checked above


async def test_the_alerts_are_those_of_plan_check(loaded: Sessions) -> None:
    """What pages show of a published plan is what the command line reports of its file, to the score."""
    for path in NATIONAL:
        file = read(path, VOCABULARIES)
        assert file.plan
        stored = await _all(
            loaded,
            "select a.code, b.code, d.kind, d.band, round(d.score::numeric, 6)::text from duplication_alert d"
            " join activity a on a.id = d.first_id join activity b on b.id = d.second_id"
            " join plan p on p.id = d.plan_id"
            " where p.code = :code",
            code=file.plan.code,
        )

        expected = {
            (frozenset((alert.a, alert.b)), alert.kind, alert.band, f"{alert.score:.6f}")
            for alert in report(file, today=NOW.date()).alerts
        }
        assert {(frozenset((row[0], row[1])), *row[2:]) for row in stored} == expected, path.name


async def test_people_are_named_by_their_post(loaded: Sessions) -> None:
    """Every post of every mechanism is filled; a donor reviews in several; nobody gets mail."""
    async with transaction(loaded, OPERATOR) as session:
        people = await questions.people(session, OPERATOR, email_domain=DOMAIN)

    titles = {person.title for person in people}
    assert {"Secretariat, Tanzania", "Chair, Tanzania", "Treasury reviewer, Tanzania", "Observer, Malaysia"} <= titles
    assert "Administrator of this installation" in titles
    roles = {"secretariat", "chair", "focal_point", "authorised_officer", "donor", "treasury", "observer"}
    for code in {person.mechanism_code for person in people if person.country not in ("", "MY")}:
        assert {person.role for person in people if person.mechanism_code == code} == roles, code
    donor = [person.mechanism_code for person in people if person.title == "Donor reviewer, Safe Online"]
    assert len(donor) == len(set(donor)) == 5


async def test_every_post_can_open_every_page(address: str, loaded: Sessions) -> None:
    """Desk, mechanism, plan, alerts, money, responsibilities and agencies answer; observers read no alerts."""
    base = "/mechanisms/KE-COPTWG"
    paths = ["/desk", *(f"{base}{end}" for end in ("", "/plan", "/alerts", "/money", "/responsibilities", "/agencies"))]
    posts = ("secretariat", "chair", "focal.point", "officer", "treasury", "observer")
    async with transaction(loaded, SIGN_IN) as session:
        accounts = [await by_email(session, f"{post}.ke@{DOMAIN}") for post in posts]

    async with running(address) as app:
        for account, post in zip(accounts, posts, strict=True):
            client = await Client.opened(app, app.state.sessions, account, NOW)
            refused = [f"{base}/alerts"] if post == "observer" else []
            found = {path: await client.status(path) for path in paths}
            assert found == dict.fromkeys(paths, 200) | dict.fromkeys(refused, 403), post
            assert "Demonstration." in (await client.http.get("/desk")).text
            await client.http.aclose()


@pytest.mark.parametrize("today", [dt.date(2025, 1, 1), dt.date(2026, 3, 10), dt.date(2028, 2, 29)])
def test_the_next_year_is_a_valid_smaller_plan(today: dt.date) -> None:
    """It follows this year's plan, holds only what goes on, and is a plan file that passes every check."""
    for path in NATIONAL:
        this = current_year(read(path, VOCABULARIES), today)
        file = next_year(this)

        assert read_text(write(file), VOCABULARIES) == file, path.name
        assert file.plan
        assert this.plan
        assert (file.plan.follows, file.plan.status) == (this.plan.code, "consultation")
        assert (file.plan.start - this.plan.end).days == 1
        assert 0 < len(activities(file)) < len(activities(this))
        assert all(one.carried_over_from for _, one in activities(file))
