"""Signing in and out, one-time links, tokens, and the guards of every form."""

import datetime as dt

import pytest
from litestar import Litestar
from sqlalchemy import text

from taskforce.access import OPERATOR, SIGN_IN
from taskforce.db import Sessions, transaction
from taskforce.services import account as accounts
from taskforce.services import account_password as passwords
from taskforce.services.account_password import SetPassword, set_password
from taskforce.services.account_tries import MOST_TRIES
from taskforce.web.session_cookie import cookie_name
from taskforce.web.signed_in import local_path
from tests.conftest import NOW
from tests.page_client import ADDRESS
from tests.world import World

PASSWORD = "correct horse battery staple"


@pytest.fixture
async def known(world: World, sessions: Sessions) -> World:
    """A world in which the secretariat and a focal point have a password."""
    for account in (world.secretariat, world.police_focal):
        async with transaction(sessions, SIGN_IN) as session:
            await set_password(session, account.id, SetPassword(password=PASSWORD))
    return world


async def test_signing_in_leads_to_the_page_that_was_wanted(known: World, visit) -> None:
    """Whoever opens a page signed out, signs in and arrives there."""
    client = await visit(None)
    page = await client.get(f"/activities/{known.activity.id}/edit")

    arrived = await client.send(page, {"email": known.police_focal.email.upper(), "password": PASSWORD})

    assert "Edit" in arrived.title
    assert arrived.url.endswith(f"/activities/{known.activity.id}/edit")


@pytest.mark.parametrize(("email", "password"), [("known", "wrong password"), ("nobody@example.org", PASSWORD)])
async def test_the_same_answer_for_unknown_accounts_and_wrong_passwords(
    known: World, visit, email: str, password: str
) -> None:
    """Nobody learns from the sign-in page which addresses have an account."""
    client = await visit(None)
    page = await client.get("/sign-in")

    again = await client.send(
        page, {"email": known.secretariat.email if email == "known" else email, "password": password}
    )

    assert again.status == 409
    assert again.text.count("The e-mail address or the password is wrong.") >= 1
    assert password not in again.html


async def test_ten_wrong_tries_close_the_account_for_a_while(known: World, visit) -> None:
    """After ten failures in fifteen minutes even the right password waits."""
    client = await visit(None)
    page = await client.get("/sign-in")
    for _ in range(MOST_TRIES):
        await client.submit(page, {"email": known.secretariat.email, "password": "guess number n"})

    again = await client.send(page, {"email": known.secretariat.email, "password": PASSWORD})

    assert "Too many tries" in again.text


async def test_the_session_id_never_comes_from_the_client(known: World, visit) -> None:
    """A cookie planted before sign-in is replaced by a new secret of ours, and is worth nothing."""
    client = await visit(None)
    client.http.cookies.set(cookie_name(), "planted", domain="localhost.local")
    page = await client.get("/sign-in")

    answer = await client.submit(page, {"email": known.secretariat.email, "password": PASSWORD})

    cookie = answer.headers["set-cookie"]
    assert "planted" not in cookie
    assert "httponly" in cookie.lower()
    assert "samesite=lax" in cookie.lower()


async def test_signing_out_ends_the_session_on_the_server(world: World, visit) -> None:
    """A kept cookie is worth nothing after signing out."""
    client = await visit(world.secretariat)
    page = await client.get("/sign-in")
    kept = client.http.cookies.get(cookie_name())

    left = await client.http.post("/sign-out", data={"csrf": _csrf(page.html)}, headers={"origin": ADDRESS})
    client.http.cookies.set(cookie_name(), kept)
    after = await client.get(f"/objectives/{world.objective.id}/edit")

    assert left.status_code == 303
    assert after.title.startswith("Sign in")


def _csrf(html: str) -> str:
    return html.split('name="csrf" value="')[1].split('"')[0]


async def test_a_one_time_link_works_once(world: World, visit, sessions: Sessions) -> None:
    """Opening the page uses nothing up; the button signs in; the second press is told so."""
    async with transaction(sessions, SIGN_IN) as session:
        secret = await accounts.make_link(session, world.secretariat.id, "sign_in", now=NOW)
    client = await visit(None)
    page = await client.get(f"/sign-in/{secret}")
    await client.get(f"/sign-in/{secret}")

    first = await client.submit(page)
    other = await visit(None)
    second = await other.submit(await other.get(f"/sign-in/{secret}"))

    assert (first.status_code, first.headers["location"]) == (303, "/desk")
    assert second.status_code == 409
    assert "This link was used already" in second.text


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("update account set disabled_at = now(), version = version + 1 where id = :id", "disabled"),
        ("update auth_session set idle_until = '2000-01-01' where account_id = :id", "idle"),
        ("update auth_session set absolute_until = '2000-01-01' where account_id = :id", "twelve hours"),
    ],
)
async def test_a_session_ends(world: World, visit, sessions: Sessions, sql: str, reason: str) -> None:
    """Disabled accounts, idle and old sessions are out at the next request."""
    client = await visit(world.secretariat)
    async with transaction(sessions, OPERATOR) as session:
        await session.execute(text(sql), {"id": world.secretariat.id})

    page = await client.get(f"/objectives/{world.objective.id}/edit")

    assert page.title.startswith("Sign in"), reason


async def test_who_leaves_a_mechanism_sees_it_no_more_at_the_next_request(
    world: World, visit, sessions: Sessions
) -> None:
    """Appointments are asked at each request; one that ended yesterday gives nothing today."""
    client = await visit(world.secretariat)
    yesterday = NOW.date() - dt.timedelta(days=1)
    async with transaction(sessions, OPERATOR) as session:
        await session.execute(
            text("update appointment set ends_on = :day where account_id = :id"),
            {"day": yesterday, "id": world.secretariat.id},
        )

    assert (await client.api_get(f"/objectives/{world.objective.id}")).status_code == 404


@pytest.mark.parametrize(
    ("headers", "csrf"),
    [
        ({"origin": "https://evil.example"}, True),
        ({"origin": ADDRESS, "sec-fetch-site": "cross-site"}, True),
        ({"origin": ADDRESS}, False),
    ],
)
async def test_a_form_of_another_site_changes_nothing(world: World, visit, headers: dict[str, str], csrf: bool) -> None:
    """The origin must be ours and the secret that of the session."""
    client = await visit(world.secretariat)
    page = await client.get(f"/objectives/{world.objective.id}/edit")
    fields = page.form() | {"title": "Taken over"} | ({} if csrf else {"csrf": "guess"})

    answer = await client.http.post(page.action(), data=fields, headers=headers)

    assert answer.status_code == 409
    stored = (await client.api_get(f"/objectives/{world.objective.id}")).json()
    assert stored["title"] == "Children are safe online"


async def test_the_api_ignores_cookies_and_refuses_forms(world: World, visit) -> None:
    """Programs send tokens and JSON: a browser that is signed in cannot be made to call the API."""
    client = await visit(world.secretariat)
    path = f"/api/v1/objectives/{world.objective.id}"

    by_cookie = await client.http.get(path)
    by_form = await client.http.post(
        f"{path}/edit", data={"title": "x"}, headers={"authorization": f"Bearer {client.token}"}
    )

    assert (by_cookie.status_code, by_form.status_code) == (401, 415)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"code": "O1", "title": "x", "version": 1, "surprise": 1}', 400),
        (b'{"code": "O1"', 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"code": "O1", "title": "nul \\u0000 inside", "version": 1}', 400),
        (b"[]", 400),
        (b"", 400),
    ],
)
async def test_a_malformed_body_is_refused_and_never_an_error_of_ours(
    world: World, visit, body: bytes, status: int
) -> None:
    """What cannot be a command gets a problem that says so."""
    client = await visit(world.secretariat)

    answer = await client.http.post(
        f"/api/v1/objectives/{world.objective.id}/edit",
        content=body,
        headers={
            "authorization": f"Bearer {client.token}",
            "content-type": "application/json",
            "idempotency-key": "a-key-for-this",
        },
    )

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    ("path", "kept"),
    [("/desk", "/desk"), ("//evil.example", "/desk"), ("https://evil.example", "/desk"), ("/\\evil", "/desk")],
)
def test_the_next_page_is_one_of_ours(path: str, kept: str) -> None:
    """A sign-in link cannot be made to lead elsewhere."""
    assert local_path(path) == kept


async def test_a_page_that_does_not_exist_knows_who_asks(world: World, visit) -> None:
    """The page says that there is nothing here, in the look of all others, to whoever is signed in."""
    page = await (await visit(world.secretariat)).get("/no/such/page")

    assert page.status == 404
    assert world.secretariat.title in page.text


async def test_the_passwords_rules_say_what_to_do(world: World, visit) -> None:
    """A short or common password is refused in words, and a good one signs this browser in anew."""
    client = await visit(world.secretariat)
    page = await client.get("/password")

    short = await client.send(page, {"password": "short"})
    answer = await client.submit(page, {"password": PASSWORD})

    assert "12 characters or more" in short.text
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")


async def test_anonymous_hits_write_nothing(visit, sessions: Sessions) -> None:
    """A visitor leaves no session row behind."""
    counting = text("select count(*) from auth_session")
    async with transaction(sessions, SIGN_IN) as session:
        before = await session.scalar(counting)
    client = await visit(None)
    for path in ("/", "/sign-in", "/desk"):
        await client.status(path)

    async with transaction(sessions, SIGN_IN) as session:
        assert await session.scalar(counting) == before


async def test_an_error_of_ours_shows_and_logs_no_secret(
    app: Litestar, world: World, visit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Something unexpected answers 500 in our look; the log has where it broke, and no value of any variable."""

    async def broken(*_arguments: object, **_named: object) -> None:
        raise ZeroDivisionError("unexpected")

    monkeypatch.setattr(passwords, "fits", broken)
    client = await visit(None)
    page = await client.get("/sign-in")

    answer = await client.submit(page, {"email": "someone@example.org", "password": PASSWORD})

    logged = capsys.readouterr().out
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "ZeroDivisionError" in logged, logged
    assert PASSWORD not in logged + answer.text


@pytest.mark.parametrize("path", ["/mechanisms?q=%00", "/desk?next=a%00b"])
async def test_a_nul_in_an_address_is_refused(world: World, visit, path: str) -> None:
    """No address makes the database fail."""
    client = await visit(world.secretariat)

    assert await client.status(path) == 400


@pytest.mark.parametrize("written", ["2016", "86400", 1735689600])
async def test_a_number_is_no_date(world: World, visit, written: object) -> None:
    """A year or a count of seconds is not taken for a day."""
    client = await visit(world.secretariat)

    answer = await client.api(
        f"/mechanisms/{world.mechanism.code}/plans/add",
        code="P",
        title="Plan",
        starts_on=written,
        ends_on="2026-12-31",
        currency="TZS",
    )

    assert answer.status_code == 400
    assert "real date" in answer.text


@pytest.mark.parametrize("sign", ["\u2028", "\u202e", "\ufffe", "\x85", "\x07"])
async def test_invisible_signs_are_refused(world: World, visit, sign: str) -> None:
    """A sign that nobody sees can turn a line round or break it when it is shown again, so it is not stored."""
    client = await visit(world.secretariat)
    page = await client.get(f"/objectives/{world.objective.id}/edit")

    again = await client.send(page, {"title": f"Safe {sign}online"})

    assert again.status == 400
    assert "An invisible sign stood in the text and was taken out. Check it and save again." in again.text
    assert again.form()["title"] == "Safe online"


async def test_nobody_learns_of_fields_before_signing_in(world: World, visit) -> None:
    """Without a token a wrong command is answered like a right one."""
    client = await visit(None)

    answer = await client.api(f"/plans/{world.plan.id}/objectives/add", surprise=1)

    assert answer.status_code == 401
