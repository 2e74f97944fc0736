"""Users from the command line: listed, disabled, enabled, reset, with tokens; on the same database as the pages."""

import asyncio
import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from taskforce.cli import main
from taskforce.db import Sessions
from taskforce.settings import settings
from tests.conftest import NOW
from tests.use.ways_in import PASSWORD, count, give_app, give_password, sign_in
from tests.world import World


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command of the program beside the application."""
    monkeypatch.setattr(settings(), "database_url", database_url)

    async def invoke(*arguments: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, main, ["user", *arguments])

    return invoke


async def test_the_list_says_who_can_come_in(world: World, sessions: Sessions, run) -> None:
    """As a table and as JSON; no secret is among it."""
    await give_password(sessions, world.chair)
    await give_app(sessions, world.chair)

    table = await run("list", "--text", world.chair.email)
    [found] = json.loads((await run("list", "--text", world.chair.email, "--json")).stdout)

    assert table.exit_code == 0, table.output
    assert "1 users" in table.stdout
    assert (found["email"], found["has_password"], found["disabled_at"]) == (world.chair.email, True, None)
    assert found["second_factor_at"].startswith(str(NOW.date()))
    assert not [name for name in found if "hash" in name or "secret" in name]


async def test_disable_and_enable(world: World, visit, sessions: Sessions, run) -> None:
    """Out at the next request, with the reason in the history; then in again with the same password."""
    await give_password(sessions, world.observer)
    client = await visit(world.observer)

    done = await run("disable", "--email", world.observer.email, "--reason", "left", "--json")
    out = (await client.status("/desk"), (await client.api_get("/account")).status_code)
    twice = await run("disable", "--email", world.observer.email)
    back = await run("enable", "--email", world.observer.email)

    assert json.loads(done.stdout) == {"email": world.observer.email, "did": "disabled"}
    assert out == (303, 401)
    assert (twice.exit_code, "is disabled already" in twice.output) == (1, True)
    assert back.exit_code == 0, back.output
    assert (await sign_in(await visit(None), world.observer, PASSWORD)).url.endswith("/desk")
    events = "select count(*) from audit_event where table_name = 'account' and row_id = :id and reason = 'left'"
    assert await count(sessions, events, id=str(world.observer.id)) == 1


async def test_reset_prints_the_link_once(world: World, visit, sessions: Sessions, run) -> None:
    """Whoever has a shell hands the link over; password, second factor and browsers are gone."""
    await give_password(sessions, world.police_focal)
    await give_app(sessions, world.police_focal)
    client = await visit(world.police_focal)

    done = await run("reset", "--email", world.police_focal.email, "--reason", "lost the phone", "--json")
    link = json.loads(done.stdout)["link"]
    guest = await visit(None)
    entered = await guest.send(await guest.get(link.removeprefix(settings().address)))

    assert await client.status("/desk") == 303
    assert (await sign_in(await visit(None), world.police_focal, PASSWORD)).status == 409
    assert entered.title.startswith("Set your password")
    assert (await guest.send(entered, {"password": "a wholly new set of words"})).url.endswith("/desk")


@pytest.mark.parametrize(
    ("scopes", "reads", "writes"),
    [((), 200, 403), (("--scope", "read", "--scope", "write_plan"), 200, 400), (("--scope", "write_plan"), 403, 400)],
)
async def test_a_token_has_the_scopes_that_were_asked_for(
    world: World, visit, run, scopes: tuple[str, ...], reads: int, writes: int
) -> None:
    """Without any it reads; the secret is all that is printed."""
    done = await run("token", "--email", world.police_focal.email, "--days", "1", *scopes)
    client = await visit(None)
    client.token = done.stdout.strip()

    assert (await client.api_get(f"/activities/{world.activity.id}")).status_code == reads
    assert (await client.api(f"/activities/{world.activity.id}/edit")).status_code == writes


@pytest.mark.parametrize("verb", ["disable", "enable", "reset", "token"])
async def test_an_unknown_address_is_told_in_words(world: World, run, verb: str) -> None:
    """No traceback, and what to do."""
    done = await run(verb, "--email", "nobody@example.net")

    assert done.exit_code == 1
    assert "there is no account nobody@example.net; add it with: taskforce user add" in done.output


@pytest.mark.parametrize("verb", ["add", "disable", "enable", "list", "reset", "token"])
async def test_help_has_an_example(run, verb: str) -> None:
    """Each command shows how it is called."""
    done = await run(verb, "--help")

    assert f"Example: taskforce user {verb}" in done.stdout
    assert "--json" in done.stdout
