"""The log: a line for each request, and no secret in any line."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from sqlalchemy import text

from taskforce.access import SIGN_IN
from taskforce.db import Sessions, transaction
from taskforce.services import account as accounts
from taskforce.web.request_log import LOG_STEPS
from tests.conftest import NOW
from tests.use.questions import mails_to
from tests.use.ways_in import PASSWORD, give_password, sign_in
from tests.world import World

KEYS = {"request_id", "method", "route", "status", "ms", "principal", "event", "level", "timestamp"}


@pytest.fixture
def everything_logged() -> Iterator[None]:
    """The log as an installation has it, not as quiet as in tests."""
    before = structlog.get_config()
    structlog.configure(processors=LOG_STEPS, wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    yield
    structlog.configure(**before)


def _lines(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines() if line]


@pytest.mark.usefixtures("everything_logged")
async def test_a_request_is_one_line(world: World, visit, capsys: pytest.CaptureFixture[str]) -> None:
    """Who, what, how it went and how long it took; the route's pattern and not the address with its query."""
    client = await visit(world.secretariat)
    capsys.readouterr()

    answer = await client.http.get(f"/mechanisms/{world.mechanism.code}/plan?text=confidential")
    await client.http.get("/static/missing.css")
    await client.http.request("BREW", "/desk")

    page, static, unknown = _lines(capsys.readouterr().out)
    assert set(page) == KEYS
    assert page["request_id"] == answer.headers["x-request-id"]
    assert (page["method"], page["route"], page["status"]) == ("GET", "/mechanisms/{code}/plan", 200)
    assert page["principal"] == str(world.secretariat.id)
    assert 0 < page["ms"] < 60_000
    assert (static["route"], static["status"], static["principal"]) == ("/static/{file_path}", 404, "nobody")
    assert (unknown["method"], unknown["status"]) == ("BREW", 404)


@pytest.mark.usefixtures("everything_logged")
async def test_no_secret_is_ever_logged(
    world: World, sessions: Sessions, visit, capsys: pytest.CaptureFixture[str]
) -> None:
    """Through sign-in, a reset link, a one-time link, a token and their failures: none of them is in any line."""
    account = world.police_focal
    await give_password(sessions, account)
    async with transaction(sessions, SIGN_IN) as session:
        link = await accounts.make_link(session, account.id, "sign_in", now=NOW)
    program = await visit(account)
    browser = await visit(None)
    await sign_in(browser, account, "a wrong password of somebody")
    await sign_in(browser, account, PASSWORD)
    cookie = next(iter(browser.http.cookies.jar)).value
    csrf = (await browser.get("/account/edit")).form()["csrf"]
    other = await visit(None)
    await other.send(await other.get("/forgotten-password"), {"email": account.email})
    [mail] = await mails_to(world, account.email)
    reset = mail.body.partition("/sign-in/")[2].split()[0]
    for secret in (link, reset, "unknown-secret-of-a-link"):
        page = await other.get(f"/sign-in/{secret}")
        await other.submit(page)
    await program.api("/agencies/none", name="x")
    await program.http.get("/api/v1/mechanisms", headers={"authorization": f"Bearer {program.token}"})
    await program.http.get("/api/v1/mechanisms", headers={"authorization": "Bearer wrong-token-of-somebody"})
    await program.http.get(f"/desk?token={program.token}")

    printed = capsys.readouterr().out
    secrets = [PASSWORD, "a wrong password", cookie, csrf, link, reset, "unknown-secret", program.token, "wrong-token"]
    assert all(isinstance(secret, str) and len(secret) > 10 for secret in secrets)
    assert [secret for secret in secrets if secret in printed] == []
    assert account.email not in printed
    assert {"/sign-in", "/sign-in/{secret}"} <= {line["route"] for line in _lines(printed)}


@pytest.mark.usefixtures("everything_logged")
async def test_an_error_of_the_database_shows_no_values(sessions: Sessions, capsys: pytest.CaptureFixture[str]) -> None:
    """What was sent to the database stays out of the traceback that is logged with an unexpected error."""
    log = structlog.get_logger()
    secret = "value-of-a-parameter"
    try:
        async with transaction(sessions, SIGN_IN) as session:
            await session.execute(text("select cast(:secret as text)::integer"), {"secret": secret})
    except Exception as broken:
        log.error("unexpected error", exc_info=broken)

    [line] = _lines(capsys.readouterr().out)
    assert "invalid input syntax" in line["exception"][0]["exc_value"]
    assert line["exception"][0]["frames"]
    assert secret not in json.dumps(line)
