"""Attacks on accounts: guessing, finding out who has one, planted sessions, races with signing out, roles that end."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import text

from taskforce.access import OPERATOR, SIGN_IN
from taskforce.db import Sessions, transaction
from taskforce.models import Account
from taskforce.queries import account as questions
from taskforce.services import account as accounts
from taskforce.services.account import Entry, renew_session
from taskforce.services.account_tries import MOST_TRIES
from taskforce.settings import settings
from taskforce.web.session_cookie import cookie_name
from tests.conftest import NOW
from tests.page_client import ADDRESS, DOMAIN
from tests.use import conftest as counted
from tests.use.questions import mails_to, verifications
from tests.use.ways_in import PASSWORD, code, count, give_app, give_password, sign_in
from tests.world import World

GUESSES = [pytest.param(60, id="sixty"), pytest.param(1_000, id="a thousand", marks=pytest.mark.faults)]
AT_ONCE = 25
statements = counted.statements  # the fixture that counts SQL


def _browser(app: Litestar, address: str, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, client=(address, 40_000))  # type: ignore[arg-type]  # litestar's own types
    return httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers={"origin": ADDRESS, **headers})


async def _guess(app: Litestar, address: str, email: str, password: str, **headers: str) -> httpx.Response:
    async with _browser(app, address, **headers) as http:
        return await http.post("/sign-in", data={"email": email, "password": password})


async def _many(make: Callable[[int], object], number: int) -> list[httpx.Response]:
    """Send many requests, some at once."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(at: int) -> httpx.Response:
        async with gate:
            answer = await make(at)  # type: ignore[misc]  # a coroutine
            assert isinstance(answer, httpx.Response)
            return answer

    return list(await asyncio.gather(*(one(at) for at in range(number))))


def _address(number: int) -> str:
    return f"203.0.{number // 250}.{number % 250 + 1}"


@pytest.mark.parametrize("guesses", GUESSES)
async def test_many_guesses_at_one_account(
    app: Litestar, world: World, sessions: Sessions, monkeypatch: pytest.MonkeyPatch, guesses: int
) -> None:
    """Each from an address of its own: ten are compared, the right password after them gets nobody in."""
    await give_password(sessions, world.chair)
    seen = verifications(monkeypatch)

    answers = await _many(
        lambda at: _guess(app, _address(at), world.chair.email, PASSWORD if at >= 50 else f"guess {at}"), guesses
    )

    assert {answer.status_code for answer in answers} == {409}
    assert len(seen) == MOST_TRIES == 10


@pytest.mark.parametrize("guesses", GUESSES)
async def test_one_guess_at_each_of_many_accounts(
    app: Litestar, world: World, sessions: Sessions, monkeypatch: pytest.MonkeyPatch, guesses: int
) -> None:
    """From one address: ten are compared, whether the accounts exist or not."""
    await give_password(sessions, world.chair)
    seen = verifications(monkeypatch)

    answers = await _many(
        lambda at: _guess(
            app, f"198.51.100.{guesses % 250}", f"nobody.{at}@example.org" if at % 7 else world.chair.email, "guess"
        ),
        guesses,
    )

    assert {answer.status_code for answer in answers} == {409}
    assert len(seen) == settings().most_tries_from_address == 10


async def test_an_invented_forwarding_header_opens_no_other_address(
    app: Litestar, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a configured proxy X-Forwarded-For is not believed."""
    seen = verifications(monkeypatch)

    async def guess(at: int) -> httpx.Response:
        forwarded = {"x-forwarded-for": _address(at)}
        return await _guess(app, "198.51.100.8", f"n{at}@example.org", "guess", **forwarded)

    await _many(guess, 30)

    assert len(seen) == 10


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "counted"),
    [
        ("", "10.9.9.1", "192.0.2.1", "10.9.9.1"),
        ("10.9.9.0/24", "10.9.9.1", "192.0.2.2", "192.0.2.2"),
        ("10.9.9.1", "10.9.9.1", "1.1.1.1, 192.0.2.3", "192.0.2.3"),
        ("10.9.9.1, 10.8.8.8", "10.9.9.1", "192.0.2.4, 10.8.8.8", "192.0.2.4"),
        ("10.9.9.1", "10.9.9.2", "192.0.2.5", "10.9.9.2"),
        ("10.9.9.1", "10.9.9.1", "", "10.9.9.1"),
        ("fd00::/8", "fd00::1", "2001:db8::5", "2001:db8::5"),
    ],
)
async def test_the_address_behind_a_proxy(
    app: Litestar, sessions: Sessions, monkeypatch: pytest.MonkeyPatch, proxies, peer, forwarded, counted
) -> None:
    """What our proxy saw counts, not what the client wrote before it."""
    monkeypatch.setattr(settings(), "proxies", proxies)
    email = f"{uuid4().hex}@example.org"

    await _guess(app, peer, email, "guess", **({"x-forwarded-for": forwarded} if forwarded else {}))

    sql = "select count(*) from sign_in_attempt where email = :email and address = :address"
    assert await count(sessions, sql, email=email, address=counted) == 1


@pytest.mark.parametrize("guesses", GUESSES)
async def test_many_codes_after_the_right_password(
    app: Litestar, world: World, sessions: Sessions, guesses: int
) -> None:
    """Whoever has the password guesses ten codes, from however many addresses, and not the right one after them."""
    await give_password(sessions, world.chair)
    shown = await give_app(sessions, world.chair)
    async with transaction(sessions, SIGN_IN) as session:
        secret = await accounts.open_session(session, world.chair.id, Entry("a", "b"), now=NOW)
        csrf = await session.scalar(
            text("select csrf_secret from auth_session where token_hash = :hash"), {"hash": accounts.digest(secret)}
        )

    async def guess(at: int) -> httpx.Response:
        async with _browser(app, _address(at)) as http:
            http.cookies.set(cookie_name(), secret, domain=DOMAIN)
            page = (await http.get("/sign-in/code")).text
            token = page.split('name="csrf" value="')[1].split('"')[0]
            typed = code(shown) if at >= 50 else f"{at:06}"
            return await http.post("/sign-in/code", data={"csrf": token, "code": typed})

    answers = await _many(guess, guesses)

    assert csrf
    assert {answer.status_code for answer in answers} == {409}
    assert sum("The code is wrong" in answer.text for answer in answers) == MOST_TRIES


async def _statements_of(visit, statements: list[str], path: str, values: dict[str, str]) -> tuple[list[str], str]:
    client = await visit(None)
    page = await client.get(path)
    statements.clear()
    answer = await client.http.post(path, data=page.form() | values, headers={"origin": ADDRESS})
    kept = answer.text.replace(values["email"], "")
    return [each.split("(")[0] for each in statements], f"{answer.status_code} {answer.headers.get('location')}" + kept


def _without_secrets(html: str) -> str:
    """A page without what differs at each request whoever asks."""
    for name in ("csrf", "idempotency_key"):
        first, *rest = html.split(f'name="{name}" value="')
        html = first + "".join(each.partition('"')[2] for each in rest)
    return html


@pytest.mark.parametrize("path", ["/sign-in", "/forgotten-password"])
async def test_nobody_learns_who_has_an_account(
    world: World, visit, sessions: Sessions, statements, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Known, without a password, disabled and unknown: the same answer, statements and number of verifications."""
    await give_password(sessions, world.chair)
    await give_password(sessions, world.donor)
    async with transaction(sessions, OPERATOR) as session:
        await session.execute(
            text("update account set disabled_at = :now, version = version + 1 where id = :id"),
            {"now": NOW, "id": world.donor.id},
        )
    seen = verifications(monkeypatch)
    found = []
    for email in (world.chair.email, world.observer.email, world.donor.email, f"{uuid4().hex}@example.org"):
        before = len(seen)
        values = {"email": email} | ({"password": "not it at all"} if path == "/sign-in" else {})
        sent, answer = await _statements_of(visit, statements, path, values)
        found.append((sent, _without_secrets(answer), len(seen) - before))

    assert found[0][2] == (1 if path == "/sign-in" else 0)
    for other in found[1:]:
        assert other == found[0]


@pytest.mark.parametrize("planted", ["planted", "x" * 43])
async def test_a_planted_session_is_never_taken(world: World, visit, sessions: Sessions, planted: str) -> None:
    """The id is ours at sign-in, after the code and after a step-up; what was there before is worth nothing."""
    await give_password(sessions, world.chair)
    app = await give_app(sessions, world.chair)
    client = await visit(None)
    client.http.cookies.set(cookie_name(), planted, domain=DOMAIN)

    asked = await sign_in(client, world.chair)
    half = client.http.cookies.get(cookie_name())
    await client.send(asked, {"code": code(app)})
    whole = client.http.cookies.get(cookie_name())

    assert len({planted, half, whole}) == 3
    for worthless in (planted, half):
        thief = await visit(None)
        thief.http.cookies.set(cookie_name(), worthless or "", domain=DOMAIN)
        assert await thief.status("/desk") == 303


async def test_a_session_of_somebody_else_in_the_browser_ends_at_sign_in(
    world: World, visit, sessions: Sessions
) -> None:
    """Signing in over an attacker's session leaves the attacker none that is shared."""
    await give_password(sessions, world.police_focal)
    client = await visit(world.stranger)
    planted = client.http.cookies.get(cookie_name())

    await sign_in(client, world.police_focal)
    thief = await visit(None)
    thief.http.cookies.set(cookie_name(), planted or "", domain=DOMAIN)

    assert await thief.status("/desk") == 303


async def test_signing_out_wins_every_race(world: World, visit, sessions: Sessions) -> None:
    """Requests of the same session that run meanwhile do not bring it back, also when they renew it."""
    for _ in range(10):
        client = await visit(world.observer)
        page = await client.get("/account")
        await _long_ago(sessions, world.observer)

        csrf = page.html.split('name="csrf" value="')[1].split('"')[0]
        await asyncio.gather(
            *(client.http.get("/account") for _ in range(3)),
            client.http.post("/sign-out", data={"csrf": csrf}, headers={"origin": ADDRESS}),
            *(client.http.get("/account") for _ in range(3)),
        )

        left = "select count(*) from auth_session where account_id = :id"
        assert await count(sessions, left, id=world.observer.id) == 0


async def _long_ago(sessions: Sessions, account: Account) -> None:
    """Each next request writes the session: it was seen long ago, and a role was gained since."""
    async with transaction(sessions, OPERATOR) as session:
        await session.execute(
            text(
                "update auth_session set seen_at = seen_at - interval '20 minutes', rights = '{}'"
                " where account_id = :id"
            ),
            {"id": account.id},
        )


async def test_a_session_that_was_ended_is_not_renewed(world: World, visit, sessions: Sessions) -> None:
    """A step-up that arrives after signing out gives no new secret."""
    async with transaction(sessions, SIGN_IN) as session:
        secret = await accounts.open_session(session, world.observer.id, Entry("a", "b"), now=NOW)
    async with transaction(sessions, SIGN_IN) as session:
        found = await questions.signed_in(session, accounts.digest(secret), now=NOW)
        await accounts.end_session(session, accounts.digest(secret))

    async with transaction(sessions, SIGN_IN) as session:
        assert found is not None
        assert await renew_session(session, found, now=NOW, is_verified=True) is None


@pytest.mark.parametrize(
    "sql",
    [
        "update appointment set ends_on = '2026-03-09' where account_id = :id",
        "delete from appointment where account_id = :id",
        "update appointment set role = 'observer', version = version + 1 where account_id = :id",
    ],
)
async def test_a_lost_role_counts_at_the_next_request(world: World, visit, sessions: Sessions, sql: str) -> None:
    """The browser is signed out and told why; a program has what is left."""
    client = await visit(world.secretariat)
    form = await client.get(f"/objectives/{world.objective.id}/edit")
    async with transaction(sessions, OPERATOR) as session:
        await session.execute(text(sql), {"id": world.secretariat.id})

    sent = await client.submit(form, {"title": "Taken over"})
    page = await client.get("/desk")
    by_program = await client.api(f"/objectives/{world.objective.id}/edit", code="O1", title="x", version=1)

    assert (sent.status_code, sent.headers["location"].split("?")[0]) == (303, "/sign-in")
    assert page.title.startswith("Sign in")
    assert by_program.status_code in (403, 404)
    title = "select count(*) from objective where id = :id and title = :title"
    assert await count(sessions, title, id=world.objective.id, title=world.objective.title) == 1


async def test_the_administrators_flag_is_a_role_too(world: World, visit, sessions: Sessions) -> None:
    """Whoever stops being administrator is signed out and sees no users."""
    client = await visit(world.administrator)
    async with transaction(sessions, OPERATOR) as session:
        await session.execute(
            text("update account set is_administrator = false, version = version + 1 where id = :id"),
            {"id": world.administrator.id},
        )

    assert await client.status("/users") == 303
    assert (await client.api_get("/users")).status_code == 403


async def test_reset_links_are_limited_too(world: World, visit) -> None:
    """Nobody floods a mailbox: ten links in fifteen minutes, and signing in is not locked by it."""
    client = await visit(None)
    page = await client.get("/forgotten-password")
    for _ in range(MOST_TRIES + 5):
        await client.submit(page, {"email": world.chair.email})

    other = await sign_in(await visit(None), world.chair, "whatever it is")

    assert len(await mails_to(world, world.chair.email)) == MOST_TRIES
    assert "Too many tries" not in other.text
