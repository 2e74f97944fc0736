"""The authorisation matrix on the API: every route and method, for everybody, on own and foreign and missing things.

What must come out is read off the printed table of permissions by a few plain lines here, not by asking the code.
"""

import datetime as dt
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import text

from taskforce.access import OPERATOR, SIGN_IN, May, policy
from taskforce.access.scopes import TokenScope, actions_of
from taskforce.db import Sessions, transaction
from taskforce.models import Account, Appointment
from taskforce.services.account_token import MakeToken, make_token
from tests.conftest import NOW
from tests.page_client import Client
from tests.routes import ROUTES, Route
from tests.use.authorisation import Objects, address, command_of, missing, objects
from tests.world import ROLES, World

API = [route for route in ROUTES if route.path.startswith("/api/v1/")]
TABLE = Path(__file__).parents[2] / "docs" / "permissions.md"
ANYWHERE, MECHANISM, OWN = "anywhere", "the own mechanism", "what the own agency leads"
OUTSIDERS = ("stranger", "expired", "foreigner")  # no appointment here: none, one that is over, one somewhere else
FOREIGN = "of another mechanism"
NOBODIES = ("nobody", "disabled")
EVERYBODY = (*ROLES, "administrator", *OUTSIDERS, *NOBODIES)
PDF = b"%PDF-1.7\n"
NARROW = MakeToken(title="narrow", scopes=[TokenScope.ACCOUNT], days=1)


def _printed() -> dict[str, dict[str, str]]:
    """The table of docs/permissions.md: action → role → how far."""
    rows = [line.strip("|").split("|") for line in TABLE.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    roles = [cell.strip().replace(" ", "_") for cell in rows[0][1:]]
    return {row[0].strip(" `"): dict(zip(roles, (cell.strip() for cell in row[1:]), strict=True)) for row in rows[2:]}


PERMISSIONS = _printed()


@dataclass
class Cast:
    """Everybody with a client, the mechanism, and the same objects in five places."""

    world: World
    clients: dict[str, Client]
    narrow: Client
    places: dict[str, Objects]


@pytest.fixture(scope="module")
async def cast(app: Litestar, sessions: Sessions) -> AsyncIterator[Cast]:
    """One mechanism and another; nothing that is asked here changes what later cases need."""
    world, other = await World.made(sessions, NOW), await World.made(sessions, NOW)
    disabled = await world.add(Account(email=f"{uuid4().hex}@example.org", title="Disabled"))
    expired = await world.add(Account(email=f"{uuid4().hex}@example.org", title="Expired"))
    yesterday = world.today - dt.timedelta(days=1)
    for account, ends_on in ((disabled, None), (expired, yesterday)):
        values = {"account_id": account.id, "role": "secretariat", "starts_on": dt.date(2020, 1, 1)}
        await world.add(Appointment(**values, ends_on=ends_on))
    people = world.people | {"expired": expired, "foreigner": other.secretariat, "disabled": disabled}
    clients = {name: await Client.opened(app, sessions, people.get(name), NOW) for name in EVERYBODY}
    await world.change(disabled, disabled_at=NOW)
    async with transaction(sessions, SIGN_IN) as session:
        narrow = await make_token(session, world.secretariat.id, NARROW, now=NOW)
    own = await objects(world, world.police)
    yield Cast(
        world=world,
        clients=clients,
        narrow=Client(http=clients["nobody"].http, token=narrow),
        places={
            "own": own,
            "of another agency": await objects(world, world.education),
            "of another mechanism": await objects(other, other.police),
            "missing": missing(own),
        },
    )
    for client in clients.values():
        await client.http.aclose()


async def _ask(cast: Cast, client: Client, route: Route, place: str) -> httpx.Response:
    path = f"/api/v1{address(route, cast.places[place])}"
    headers = {"authorization": f"Bearer {client.token}"} if client.token else {}
    if route.method == "GET":
        return await client.http.get(path, headers=headers)
    headers["idempotency-key"] = uuid4().hex
    if route.handler.opt["takes_file"]:
        return await client.http.post(path, data={"note": "N"}, files={"file": ("a.pdf", PDF)}, headers=headers)
    lead = cast.world.education if place == "of another agency" else cast.world.police
    command = {
        name: value if _is_json(value) else str(value) for name, value in command_of(route, cast.world, lead).items()
    }
    return await client.http.post(path, json=command, headers=headers)


def _is_json(value: object) -> bool:
    return isinstance(value, str | int | bool | list)


def _is_bare(route: Route) -> bool:
    """Whether the path names nothing that could be somebody else's or missing."""
    return not re.search(r"{(?!path)", route.path)


def _names_own(route: Route) -> bool:
    """Whether it is about a session or token of one's own, of which none has the id that is asked for."""
    return "{session_id}" in route.path or "{token_id}" in route.path


def expected(route: Route, who: str, place: str) -> str:
    """What the table says: "401", "403", "404", or "allowed"."""
    row = PERMISSIONS[str(route.handler.opt["action"])]
    if who in NOBODIES:
        return "allowed" if row["observer"] == ANYWHERE else "401"
    role = ROLES[who][0] if who in ROLES else who
    has_it_anywhere = ANYWHERE in (row["user"], row["observer"], row.get(role))
    is_of_installation = route.path.startswith(("/api/v1/users", "/api/v1/agencies"))
    if _names_own(route):
        return "404"
    if _is_bare(route) or is_of_installation:
        is_missing = place == "missing" and not _is_bare(route)
        return ("404" if is_missing else "allowed") if has_it_anywhere else "403"
    # the administrator sees no mechanism's content without an appointment there
    if place in (FOREIGN, "missing") or who not in ROLES:
        return "404"
    return "allowed" if _holds(route, row[role], who, place) else _no(route, who)


def _holds(route: Route, scope: str, who: str, place: str) -> bool:
    """Whether a role of the mechanism reaches a thing of it; what has no lead agency is no agency's own."""
    has_lead = not route.path.startswith(("/api/v1/cost-items", "/api/v1/instruments"))
    own = {"own": "police", "of another agency": "education"}[place]
    return (scope == MECHANISM and _sees(route, who)) or (scope == OWN and has_lead and ROLES[who][1] == own)


def _sees(route: Route, who: str) -> bool:
    """Whether somebody sees single budget lines, of which the observer has totals, and alerts, of which none."""
    return who != "observer" or not route.path.startswith(("/api/v1/budget-lines", "/api/v1/alerts"))


def _no(route: Route, who: str) -> str:
    return "403" if _sees(route, who) else "404"


def _cases(route: Route) -> Iterator[tuple[str, str]]:
    """Who is asked about what: each refusal that can differ, and none twice."""
    is_split = OWN in PERMISSIONS[str(route.handler.opt["action"])].values()
    for who in EVERYBODY:
        yield who, "own"
        if who in NOBODIES or _is_bare(route):
            continue
        yield who, "missing"
        if who in ROLES:
            yield who, FOREIGN
            if is_split:
                yield who, "of another agency"


def _verdict(answer: httpx.Response) -> str:
    return str(answer.status_code) if answer.status_code in (401, 403, 404, 405, 415, 500) else "allowed"


def _told(answer: httpx.Response) -> str:
    """The answer without the number of its request."""
    return re.sub(r'"request_id":"[^"]*"', "", answer.text)


async def _events(sessions: Sessions) -> int:
    async with transaction(sessions, OPERATOR) as session:
        return int(await session.scalar(text("select coalesce(max(id), 0) from audit_event")) or 0)


def test_the_table_is_read() -> None:
    """Every action stands in the printed table, with every role."""
    assert set(PERMISSIONS) == {action.value for action in May}
    assert {role for row in PERMISSIONS.values() for role in row} >= {role for role, _agency in ROLES.values()}


@pytest.mark.parametrize("route", API, ids=[f"{route.method} {route.path.removeprefix('/api/v1')}" for route in API])
async def test_everybody_may_what_the_table_says(cast: Cast, sessions: Sessions, route: Route) -> None:
    """Status = policy for everybody and everything; foreign and missing are told alike; a refusal changes nothing."""
    cases = list(_cases(route))
    refused = [case for case in cases if expected(route, *case) != "allowed"]
    allowed = [case for case in cases if expected(route, *case) == "allowed"]
    before = await _events(sessions)

    answers = {case: await _ask(cast, cast.clients[case[0]], route, case[1]) for case in refused}
    after = await _events(sessions)
    answers |= {case: await _ask(cast, cast.clients[case[0]], route, case[1]) for case in allowed}

    wrong = {case: (_verdict(answers[case]), answers[case].text[:200]) for case in cases}
    assert {case: said for case, said in wrong.items() if said[0] != expected(route, *case)} == {}
    assert after == before
    for who in EVERYBODY:
        foreign = (who, FOREIGN if who in ROLES else "own")
        if foreign in answers and expected(route, *foreign) == "404" and (who, "missing") in answers:
            assert _told(answers[foreign]) == _told(answers[who, "missing"]), who


@pytest.mark.parametrize("route", API, ids=[f"{route.method} {route.path.removeprefix('/api/v1')}" for route in API])
async def test_a_token_may_only_what_it_was_made_for(cast: Cast, route: Route) -> None:
    """A token of the secretariat for its own account opens nothing else, whatever the secretariat may."""
    answer = await _ask(cast, cast.narrow, route, "own")

    action = May(str(route.handler.opt["action"]))
    if action in actions_of([TokenScope.ACCOUNT]):
        assert (answer.status_code == 404) == _names_own(route)
    else:
        assert answer.status_code in (403, 404), answer.text


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The policy lets everybody do everything."""
    return lambda: monkeypatch.setattr(policy, "may", lambda *_asked: True)


@pytest.mark.parametrize("who", ["secretariat", "donor", "stranger", "administrator"])
async def test_where_the_policy_is_open_no_other_mechanism_is(
    cast: Cast, sessions: Sessions, opened: Callable[[], None], who: str
) -> None:
    """The second wall alone: of another mechanism nothing is read and nothing changed, whatever the policy says."""
    opened()
    before = await _events(sessions)

    for route in API:
        row = PERMISSIONS[str(route.handler.opt["action"])]
        if not _is_bare(route) and ANYWHERE not in (row["user"], row["observer"], row["administrator"]):
            answer = await _ask(cast, cast.clients[who], route, "of another mechanism")
            assert answer.status_code == 404, (route.method, route.path, answer.text[:200])
    assert await _events(sessions) == before
