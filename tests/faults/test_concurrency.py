"""Many at once: editors of one plan lose nothing, and what is sent many times with one key is done once."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from litestar import Litestar
from sqlalchemy import text

from taskforce.access import OPERATOR
from taskforce.db import Sessions, transaction
from taskforce.models import Agency, FundingSource
from taskforce.web.route import WITHOUT_KEY
from tests.conftest import NOW
from tests.page_client import Client
from tests.routes import ROUTES, Route
from tests.use.authorisation import address, command_of, objects
from tests.world import World

POSTS = [
    route
    for route in ROUTES
    if route.method == "POST" and route.path.startswith("/api/") and route.handler.opt["action"] not in WITHOUT_KEY
]
NAMES = [route.path.removeprefix("/api/v1") for route in POSTS]
PDF = b"%PDF-1.7\n"
# They need what the objects of the matrix do not have, or have one effect by their nature; each has tests of its own.
ELSEWHERE = {
    "/account/edit": "one person alone, without a version: test_account",
    "/account/sessions/end": "ends what is open, however often: test_account",
    "/account/sessions/{session_id}/end": "needs a second session: test_account",
    "/account/tokens/add": "answers with a secret, which no replay repeats: test_account_token",
    "/account/tokens/{token_id}/revoke": "needs a token: test_account_token",
    "/users/{user_id}/enable": "needs a disabled account: test_user",
    "/mechanisms/{code}/agencies/{agency_id}/join": "needs an agency outside: test_agency",
    "/mechanisms/{code}/plans/start": "needs a mechanism without a plan: test_starter",
    "/plans/{plan_id}/open-consultation": "needs a plan with lines and targets: test_plan_draft",
    "/plans/{plan_id}/begin-closing": "needs a plan whose year is over: test_plan_step",
    "/plans/{plan_id}/cancel": "is the chair's: test_plan_step",
    "/plans/{plan_id}/close": "needs a plan that is closing: test_plan_step",
    "/plans/{plan_id}/endorse": "needs a plan that was submitted: test_plan_step",
    "/plans/{plan_id}/resume": "needs a plan that is suspended: test_plan_step",
    "/plans/{plan_id}/return": "needs a plan that was submitted: test_plan_step",
    "/plans/{plan_id}/rework": "needs a plan that was returned: test_plan_step",
    "/plans/{plan_id}/start": "needs a plan that was endorsed: test_plan_step",
    "/plans/{plan_id}/submit": "needs a plan whose lines are confirmed: test_plan_step",
    "/plans/{plan_id}/suspend": "needs a plan that was endorsed: test_plan_step",
}
# Their answer holds a one-time link, which is stored nowhere: a replay says that the change was made.
WITH_SECRET = {
    "/appointments/{appointment_id}/hand-over",
    "/appointments/{appointment_id}/invite-again",
    "/mechanisms/add",
    "/mechanisms/{code}/appointments/add",
}
MAIL_ONLY = "/appointments/{appointment_id}/invite-again"  # a link and a mail, which are no records
# A good value where the matrix, which is refused before its text is looked at, needs none.
GOOD: dict[str, dict[str, Any]] = {
    "/activities/{activity_id}/budget-lines/add": {"cost_type_id": "cost_type:staff"},
    "/places/{place_id}/edit": {"title": "Mombasa"},
    "/plans/{plan_id}/edit": {"starts_on": "2030-01-01", "ends_on": "2030-12-31"},
    "/appointments/{appointment_id}/end": {"ends_on": "2026-12-31"},
    "/appointments/{appointment_id}/hand-over": {"starts_on": "2026-04-01"},
    "/assignments/{assignment_id}/end": {"ends_on": "2026-12-31"},
    "/memberships/{membership_id}/end": {"ends_on": "2026-12-31"},
    "/cost-items/{cost_item_id}/require": {"cost_type_id": "cost_type:training"},
}


async def _own(world: World, route: Route) -> dict[str, Any]:
    """The objects of the matrix, or others where those cannot be deleted, opened or edited."""
    name, number = route.path.removeprefix("/api/v1"), uuid4().hex[:8].upper()
    found = dict(await objects(world, world.police))
    if name == "/agencies/{agency_id}/delete":
        agency = Agency(country="TZ", code=f"U-{number}", title="Unused", sector="ngo")
        return found | {"agency_id": (await world.add(agency)).id}
    if name == "/mechanisms/{code}/agencies/{agency_id}/edit":
        return found | {"agency_id": world.fund.id}
    if name == "/funding-sources/{source_id}/delete":
        source = FundingSource(code=f"U-{number}", title="Unused", source_class="donor_grant")
        return found | {"source_id": (await world.add(source)).id}
    if name == "/objectives/{objective_id}/delete":
        return found | {"objective_id": (await world.add_objective(world.plan, f"U{number}")).id}
    if name == "/outputs/{output_id}/delete":
        return found | {"output_id": (await world.add_output(world.plan, f"U{number}")).id}
    if name == "/plans/{plan_id}/edit":
        return found | {"plan_id": (await world.add_plan(f"U{number}", 2030)).id}
    return found


@pytest.fixture(scope="module")
async def place(app: Litestar, sessions: Sessions) -> AsyncIterator[tuple[World, dict[str, Client]]]:
    """One mechanism, its secretariat and an administrator."""
    world = await World.made(sessions, NOW)
    clients = {
        name: await Client.opened(app, sessions, world.people[name], NOW) for name in ("secretariat", "administrator")
    }
    yield world, clients
    for client in clients.values():
        await client.http.aclose()


async def _events(sessions: Sessions) -> int:
    async with transaction(sessions, OPERATOR) as session:
        return int(await session.scalar(text("select count(*) from audit_event")) or 0)


async def _send(client: Client, route: Route, path: str, key: str, command: dict[str, Any]) -> Any:
    if route.handler.opt["takes_file"]:
        headers = {"authorization": f"Bearer {client.token}", "idempotency-key": key}
        files = {"file": ("a.pdf", PDF + path.encode())}
        return await client.http.post(f"/api/v1{path}", data={"note": "N"}, files=files, headers=headers)
    return await client.api(path, key=key, **command)


def _command(route: Route, world: World) -> dict[str, Any]:
    """What changes the thing: of the version that every new row has."""
    command: Any = route.handler.opt["command"]
    if command is None:
        return {}
    found = command_of(route, world, world.police) | GOOD.get(route.path.removeprefix("/api/v1"), {})
    if command.__name__ == "AddAssignment":
        found["agency_id"] = world.education.id
    fields = {name: value if isinstance(value, bool | int | list) else str(value) for name, value in found.items()}
    return fields | ({"version": 1} if "version" in command.model_fields else {})


@pytest.mark.parametrize(
    "times", [pytest.param(5, id="5 times"), pytest.param(50, id="50 times", marks=pytest.mark.faults)]
)
@pytest.mark.parametrize("route", POSTS, ids=NAMES)
async def test_what_is_sent_many_times_at_once_is_done_once(
    place: tuple[World, dict[str, Client]], sessions: Sessions, route: Route, times: int
) -> None:
    """All with one key: one is carried out, the others get its answer; another body under the key is refused."""
    name = route.path.removeprefix("/api/v1")
    if name in ELSEWHERE:
        pytest.skip(ELSEWHERE[name])
    world, clients = place
    is_installation = name.startswith(("/users", "/agencies", "/mechanisms/add", "/exchange-rates"))
    client = clients["administrator" if is_installation else "secretariat"]
    path = address(route, await _own(world, route))
    key, command, before = uuid4().hex, _command(route, world), await _events(sessions)

    answers = await asyncio.gather(*(_send(client, route, path, key, command) for _ in range(times)))
    after = await _events(sessions)
    late = await _send(client, route, path, key, command)
    other = await client.http.post(
        f"/api/v1{path}",
        json={**command, "reason": "another"},
        headers={"authorization": f"Bearer {client.token}", "idempotency-key": key},
    )

    first = [answer for answer in answers if answer.is_success and "idempotency-replayed" not in answer.headers]
    assert [answer.status_code for answer in first] in ([200], [201]), answers[0].text
    for answer in (*(each for each in answers if each is not first[0]), late):
        if name in WITH_SECRET:
            assert (answer.status_code, "made before" in answer.text) == (409, True)
        else:
            assert (answer.status_code, answer.text) == (first[0].status_code, first[0].text)
    assert after > before or name == MAIL_ONLY
    assert await _events(sessions) == after
    if not route.handler.opt["takes_file"]:
        assert other.status_code in (400, 422)


def test_what_takes_no_key_is_named() -> None:
    """Only what signs somebody in or out, or sets the ways in up, takes none; the API has no such route."""
    without = {route.path for route in ROUTES if route.method == "POST" and route.handler.opt["action"] in WITHOUT_KEY}

    assert not [path for path in without if path.startswith("/api/")]
    assert sorted(without) == [
        "/account/second-factor",
        "/account/second-factor/codes",
        "/account/second-factor/confirm",
        "/account/second-factor/remove",
        "/first-steps/{secret}",
        "/forgotten-password",
        "/password",
        "/sign-in",
        "/sign-in/code",
        "/sign-in/{secret}",
        "/sign-out",
        "/step-up",
    ]


@pytest.mark.parametrize(
    ("editors", "lines"),
    [
        pytest.param(20, 3, id="20 editors"),
        pytest.param(500, 25, id="500 editors", marks=pytest.mark.faults),
    ],
)
async def test_no_edit_is_lost(world: World, visit: Any, record_property: Any, editors: int, lines: int) -> None:
    """Each adds a word to a line that others edit too, and reads again when told that it is stale; all words stand."""
    client = await visit(world.secretariat)
    ids = [(await world.line(code=f"E{number}", description="")).id for number in range(lines)]
    stale = 0

    async def edit(number: int) -> None:
        nonlocal stale
        here = f"/activities/{ids[number % lines]}"
        while True:
            read = await client.api_get(here)
            found = read.json()
            command = {"code": found["code"], "title": found["title"], "lead_agency_id": found["lead_agency_id"]}
            words = {"description": f"{found['description'] or ''} w{number}".strip()}
            days = {"starts_on": dt.date(2026, 3, 1), "ends_on": dt.date(2026, 9, 30)}
            answer = await client.api(f"{here}/edit", if_match=read.headers["etag"], **command, **words, **days)
            if answer.status_code == 200:
                return
            assert answer.status_code == 412, answer.text
            stale += 1

    await asyncio.gather(*(edit(number) for number in range(editors)))

    stored = [(await client.api_get(f"/activities/{each}")).json() for each in ids]
    words = sorted(word for each in stored for word in each["description"].split())
    assert words == sorted(f"w{number}" for number in range(editors))
    assert sum(each["version"] - 1 for each in stored) == editors
    assert stale > 0
    record_property("told that they were stale", stale)
