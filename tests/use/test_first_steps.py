"""From nothing to the first administrator."""

import datetime as dt

import pytest

from taskforce import postgres
from taskforce.access import OPERATOR
from taskforce.db import transaction
from taskforce.errors import Refused
from taskforce.services.first_steps import begin
from tests.conftest import NOW, cloned, running
from tests.page_client import Client
from tests.use.ways_in import set_up

GOOD = {"email": "Amina@example.org", "title": "Administrator, Dodoma", "password": "four words do not rhyme"}


@pytest.fixture
async def empty(server: postgres.Server):
    """An installation without accounts, and a browser that is not signed in."""
    async with cloned(server, "empty_installation") as address, running(address) as app:
        client = await Client.opened(app, app.state.sessions, None, NOW)
        yield client, app.state.sessions
        await client.http.aclose()


async def _link(sessions, now: dt.datetime = NOW) -> str:
    async with transaction(sessions, OPERATOR) as session:
        return await begin(session, now)


async def test_an_empty_installation_says_how_to_begin(empty) -> None:
    """The front door leads to the first steps, which name the command and offer no form to a visitor."""
    client, _ = empty

    page = await client.get("/")

    assert page.title.startswith("Nobody has set this installation up yet")
    assert "taskforce init" in page.text
    assert "<form" not in page.html


@pytest.mark.parametrize("secret", ["guess", "x" * 43])
async def test_a_wrong_link_opens_nothing(empty, secret: str) -> None:
    """Who guesses gets no form, and posting without one makes no account."""
    client, sessions = empty
    await _link(sessions)

    page = await client.get(f"/first-steps/{secret}")
    posted = await client.http.post(f"/first-steps/{secret}", data=GOOD, headers={"origin": "http://localhost:8000"})

    assert "used or has run out" in page.text
    assert posted.status_code == 404
    assert (await client.get("/")).title.startswith("Nobody has set")


async def test_the_link_makes_the_administrator_and_leads_to_the_first_mechanism(empty) -> None:
    """One form, then the second factor, and the administrator is asked for the first mechanism; the link is used up."""
    client, sessions = empty
    secret = await _link(sessions)
    page = await client.get(f"/first-steps?token={secret}")

    answer = await client.submit(page, GOOD)

    assert (answer.status_code, answer.headers["location"]) == (303, "/mechanisms/add")
    assert (await client.get("/mechanisms/add")).title.startswith("Your role needs a second factor")
    await set_up(client)
    assert (await client.get("/mechanisms/add")).url.endswith("/mechanisms/add")
    assert (await client.get(f"/first-steps/{secret}")).title.startswith("This installation is set up")
    with pytest.raises(Refused):
        await _link(sessions)


async def test_a_weak_password_keeps_what_was_typed(empty) -> None:
    """A refused form is shown again with the address, and says what a password must be."""
    client, sessions = empty
    page = await client.get(f"/first-steps/{await _link(sessions)}")

    again = await client.send(page, {**GOOD, "password": "short"})

    assert again.status == 400
    assert again.form()["email"] == GOOD["email"]
    assert "12 characters or more" in again.text


async def test_a_link_runs_out_and_a_new_one_replaces_it(empty) -> None:
    """After a day the link is dead; making a new one kills the one before."""
    client, sessions = empty
    old = await _link(sessions, NOW - dt.timedelta(hours=25))
    first = await _link(sessions)
    second = await _link(sessions)

    opened = [(await client.get(f"/first-steps/{secret}")).title.partition(" –")[0] for secret in (old, first, second)]

    nobody = "Nobody has set this installation up yet"
    assert opened == [nobody, nobody, "Who will run this installation?"]


async def test_the_link_makes_one_administrator(empty) -> None:
    """The form sent a second time, with another address, makes no second administrator."""
    client, sessions = empty
    page = await client.get(f"/first-steps/{await _link(sessions)}")
    await client.submit(page, GOOD)
    client.http.cookies.clear()

    second = await client.submit(page, {**GOOD, "email": "other@example.org"})

    assert second.status_code == 404
