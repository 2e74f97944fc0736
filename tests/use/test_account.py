"""My account: who sees it, the language, the sessions; the password, changed and forgotten."""

import re

import pytest
from sqlalchemy import text

from taskforce.access import OPERATOR, SIGN_IN
from taskforce.db import Sessions, transaction
from taskforce.services import account as accounts
from tests.conftest import NOW
from tests.page_client import ADDRESS
from tests.use.questions import mails_to, verifications
from tests.use.ways_in import PASSWORD, age, count, give_password, sign_in
from tests.world import World

OTHER = "another set of plain words"


@pytest.mark.parametrize(("who", "status"), [(None, 401), ("stranger", 200), ("observer", 200), ("administrator", 200)])
async def test_who(world: World, visit, who: str | None, status: int) -> None:
    """Everybody who signed in has an account page, visitors have none; it shows nobody but its reader."""
    client = await visit(world.people[who] if who else None)

    answer = await client.api_get("/account")

    assert answer.status_code == status
    if who:
        assert (answer.json()["email"], answer.json()["post"]) == (world.people[who].email, world.people[who].title)


async def test_the_page_shows_what_the_api_returns(world: World, visit) -> None:
    """Post, address, language, where one is signed in, and the tokens."""
    client = await visit(world.police_focal)

    page, answer = await client.get("/account"), (await client.api_get("/account")).json()

    assert page.status == 200
    for words in (answer["post"], answer["email"], "This one", answer["tokens"][0]["title"]):
        assert words in page.text
    assert len(answer["sessions"]) == 1
    assert answer["second_factor"] == {"since": None, "is_obligatory": False, "recovery_code_count": 0}


@pytest.mark.parametrize(("language", "status"), [("en", 303), ("xx", 409), ("English please", 400)])
async def test_the_language_is_one_of_those_offered(world: World, visit, language: str, status: int) -> None:
    """A language without a catalogue is refused in words."""
    client = await visit(world.police_focal)

    answer = await client.submit(await client.get("/account/edit"), {"language": language})

    assert answer.status_code == status


async def test_one_session_is_ended(world: World, visit) -> None:
    """The other browser is out at its next request; this one stays."""
    here, there = await visit(world.police_focal), await visit(world.police_focal)
    found = (await there.api_get("/account")).json()["sessions"]
    page = await here.get("/account")
    other = next(link for link in re.findall(r"/account/sessions/[0-9a-f-]{36}/end", page.html))

    answer = await here.submit(page, action=other)

    assert len(found) == 2
    assert answer.status_code == 303
    assert (await here.status("/desk"), await there.status("/desk")) == (200, 303)


async def test_all_other_sessions_are_ended(world: World, visit) -> None:
    """One press signs out everywhere else; asked for by a program, everywhere."""
    here, *others = [await visit(world.police_focal) for _ in range(3)]

    await here.submit(await here.get("/account"), action="/account/sessions/end")
    after = [await client.status("/desk") for client in (here, *others)]
    by_program = await here.api("/account/sessions/end")

    assert after == [200, 303, 303]
    assert by_program.json()["sessions"] == []
    assert await here.status("/desk") == 303


async def test_nobody_ends_a_session_of_somebody_else(world: World, visit) -> None:
    """Another's session answers as one that does not exist."""
    client, victim = await visit(world.administrator), await visit(world.police_focal)
    session_id = (await victim.api_get("/account")).json()["sessions"][0]["id"]

    foreign = await client.api(f"/account/sessions/{session_id}/end")
    missing = await client.api("/account/sessions/01a2106c-eb05-7eff-9789-6f6c99d72c19/end")

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert await victim.status("/desk") == 200


async def test_a_password_is_changed_by_who_knows_it(world: World, visit, sessions: Sessions) -> None:
    """The current one is asked for; with it the new one counts, all other browsers and tokens end, this one goes on."""
    await give_password(sessions, world.police_focal)
    here, there = await visit(world.police_focal), await visit(world.police_focal)
    page = await here.get("/password")

    wrong = await here.send(page, {"current": "not the password", "password": OTHER})
    none = await here.send(page, {"password": OTHER})
    done = await here.submit(page, {"current": PASSWORD, "password": OTHER})

    assert (wrong.status, none.status, done.status_code) == (409, 409, 303)
    assert "This is not your current password" in wrong.text
    assert (await here.status("/desk"), await there.status("/desk")) == (200, 303)
    assert (await here.api_get("/account")).status_code == 401
    guest = await visit(None)
    assert (await sign_in(guest, world.police_focal, PASSWORD)).status == 409
    assert (await sign_in(guest, world.police_focal, OTHER)).url.endswith("/desk")


async def test_a_password_that_others_can_guess_is_refused(world: World, visit) -> None:
    """The own address is no password."""
    client = await visit(world.police_focal)

    again = await client.send(await client.get("/password"), {"password": world.police_focal.email})

    assert again.status == 409
    assert "easy to guess" in again.text


async def test_hashing_leaves_the_event_loop_alone(world: World, visit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are compared in threads: never where all other requests run."""
    threads: list[str] = []
    seen = verifications(monkeypatch, threads)
    client = await visit(None)

    await sign_in(client, world.police_focal, "whatever it is")

    assert len(seen) == 1
    assert "MainThread" not in threads


async def _forgotten(visit, email: str):
    client = await visit(None)
    return await client.send(await client.get("/forgotten-password"), {"email": email})


async def test_a_forgotten_password_is_set_anew(world: World, visit, sessions: Sessions) -> None:
    """The link comes by mail, leads to the configured address, works once, and asks for no current password."""
    await give_password(sessions, world.police_focal)
    client = await visit(None)
    page = await client.get("/forgotten-password")
    said = await client.send(page, {"email": f" {world.police_focal.email.upper()} "})
    [mail] = await mails_to(world, world.police_focal.email)
    [link] = re.findall(r"http\S+", mail.body)

    asked = await client.send(await client.get(link.removeprefix(ADDRESS)))
    done = await client.submit(asked, {"password": OTHER})
    again = await (await visit(None)).get(link.removeprefix(ADDRESS))

    assert "Look into your mailbox" in said.title
    assert link.startswith(f"{ADDRESS}/sign-in/")
    assert "Current password" not in asked.text
    assert done.status_code == 303
    assert (await client.send(again)).status == 409
    assert (await sign_in(await visit(None), world.police_focal, OTHER)).url.endswith("/desk")


async def test_the_link_never_leads_where_the_request_said(world: World, visit) -> None:
    """Whoever asks under another Host, even one that is allowed, puts no address of theirs into the mail."""
    client = await visit(None)
    page = await client.get("/forgotten-password")
    own = {"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:8000", "x-forwarded-host": "evil.example"}

    await client.http.post("/forgotten-password", data=page.form() | {"email": world.observer.email}, headers=own)
    [mail] = await mails_to(world, world.observer.email)

    assert re.findall(r"https?://[^/\s]+", mail.body) == [ADDRESS]


async def test_a_reset_link_ends_after_a_day(world: World, visit, sessions: Sessions) -> None:
    """It is asked for by somebody who waits for it, so it lives shorter than an invitation."""
    await _forgotten(visit, world.observer.email)

    life = await count(
        sessions,
        "select extract(epoch from expires_at - :now) / 3600 from one_time_link where account_id = :id",
        now=NOW,
        id=world.observer.id,
    )

    assert life == 24


async def test_who_came_by_a_link_long_ago_is_asked_for_the_password(world: World, visit, sessions: Sessions) -> None:
    """A browser that is left open after a link gives nobody a new password."""
    await give_password(sessions, world.police_focal)
    async with transaction(sessions, SIGN_IN) as session:
        secret = await accounts.make_link(session, world.police_focal.id, "sign_in", now=NOW)
    client = await visit(None)
    await client.submit(await client.get(f"/sign-in/{secret}"))
    fresh = await client.get("/password")

    await age(sessions, world.police_focal, 16)
    late = await client.get("/password")

    assert "Current password" not in fresh.text
    assert "Current password" in late.text
    assert (await client.submit(fresh, {"password": OTHER})).status_code == 409


async def test_a_disabled_account_gets_no_link(world: World, visit, sessions: Sessions) -> None:
    """The answer is the same as ever, and nothing is mailed."""
    async with transaction(sessions, OPERATOR) as session:
        await session.execute(
            text("update account set disabled_at = :now, version = version + 1 where id = :id"),
            {"now": NOW, "id": world.observer.id},
        )

    said = await _forgotten(visit, world.observer.email)

    assert "Look into your mailbox" in said.title
    assert await mails_to(world, world.observer.email) == []


async def test_an_account_page_asks_a_fixed_number_of_questions(world: World, visit, statements) -> None:
    """Not one for each session or token."""
    client = await visit(world.police_focal)
    await client.get("/account")
    statements.clear()
    await client.get("/account")
    few = len(statements)
    for _ in range(5):
        await visit(world.police_focal)
    statements.clear()
    await client.get("/account")

    assert len(statements) == few
