"""Filters that make no sense, on every route that has query parameters: the cases come from the table of routes."""

from urllib.parse import quote

import pytest

from taskforce.db import Sessions
from taskforce.models import Baseline
from taskforce.web.filters import parameters, plain
from tests.conftest import NOW, Visit
from tests.page_client import Client
from tests.routes import ROUTES
from tests.world import World

# Any text is good in these: what is searched for, where to go next, the secret of a link.
FREE = {"q", "text", "next", "token", "sent", "ended"}
NONSENSE = ("zzz", "-3", "9" * 30, "\x01a", "“’;--", "<b>x")


TITLES = sorted(
    {
        (route.path, name, title)
        for route in ROUTES
        if route.method == "GET" and "action" in route.handler.opt
        for name, title in parameters(route.handler)
    }
)
CASES = [(path, name, title) for path, name, title in TITLES if name not in FREE and not path.endswith("/add")]
OPEN = [(path, name) for path, name, title in TITLES if (path, name, title) not in CASES]


@pytest.fixture(scope="module")
async def world(sessions: Sessions) -> World:
    """One mechanism for all cases, since none changes it; money and an alert stand there, so each filter is shown."""
    world = await World.made(sessions, NOW)
    await world.pay(world.activity, "100.00", source=world.source)
    await world.alert(world.activity, await world.line(lead_agency_id=world.education.id))
    return world


def _address(world: World, path: str) -> str:
    return path.format(code=world.mechanism.code, plan_id=world.plan.id)


async def _reader(world: World, visit: Visit, path: str) -> Client:
    is_installation = path.removeprefix("/api/v1") in ("/agencies", "/users")
    return await visit(world.administrator if is_installation else world.secretariat)


def test_every_parameter_says_what_it_is() -> None:
    """Each query parameter has a title, by which a reader knows the filter."""
    assert [(path, name) for path, name, title in TITLES if not title] == []


def test_the_table_is_not_empty() -> None:
    """The routes are found, those that only pages have and those of the API."""
    assert {"/plans/{plan_id}", "/mechanisms/{code}/alerts.csv", "/api/v1/mechanisms/{code}/money"} <= {
        path for path, _, _ in CASES
    }
    assert "/sign-in" in {path for path, _ in OPEN}


@pytest.mark.parametrize(
    ("path", "name", "title"), [case for case in CASES if not case[0].startswith("/api/")], ids=str
)
async def test_a_page_names_the_filter(world: World, visit: Visit, path: str, name: str, title: str) -> None:
    """The page says which filter, by its label, which value, and leads to the list without filters."""
    client = await _reader(world, visit, path)
    address = _address(world, path)
    for value in NONSENSE:
        page = await client.get(f"{address}?{name}={quote(value)}")

        assert page.status == 400, value
        assert page.text.count(f"{title}: “{plain(value)}”.") == 1, value
        assert "Nothing was changed" not in page.text
        assert "_" not in name or name not in page.text
        assert address.removesuffix(".csv") in page.links()
    assert (await client.get(address.removesuffix(".csv"))).status == 200


@pytest.mark.parametrize(("path", "name", "title"), [case for case in CASES if case[0].startswith("/api/")], ids=str)
async def test_the_api_names_the_field(world: World, visit: Visit, path: str, name: str, title: str) -> None:
    """A program is told 400, as a problem with the field by its name in the URL and the value that was sent."""
    client = await _reader(world, visit, path)
    address = _address(world, path).removeprefix("/api/v1")
    for value in NONSENSE:
        answer = await client.api_get(f"{address}?{name}={quote(value)}")

        assert answer.status_code == 400, value
        assert answer.headers["content-type"] == "application/problem+json"
        assert [each["field"] for each in answer.json()["errors"]] == [name]
        assert plain(value) in answer.json()["errors"][0]["detail"]
        assert "Nothing was changed" not in answer.text


@pytest.mark.parametrize(("path", "name"), OPEN, ids=str)
async def test_any_text_is_taken(world: World, visit: Visit, path: str, name: str) -> None:
    """A search, and what a form opens with, take any text; none of it breaks a page."""
    client = await _reader(world, visit, path)
    address = _address(world, path)
    for value in NONSENSE:
        query = f"{address.removeprefix('/api/v1')}?{name}={quote(value)}"
        if path.startswith("/api/"):
            assert (await client.api_get(query)).status_code == 200, value
        elif path.endswith(".csv"):
            assert await client.status(query) == 200, value
        else:
            assert (await client.get(query)).status == 200, value


@pytest.mark.parametrize(("path", "name", "title"), TITLES, ids=str)
async def test_a_parameter_sent_twice_breaks_nothing(
    world: World, visit: Visit, path: str, name: str, title: str
) -> None:
    """A parameter that is sent twice is read or refused, never an error of ours."""
    client = await _reader(world, visit, path)
    address = _address(world, path)

    answer = await client.http.get(
        f"{address}?{name}=zzz&{name}=yyy", headers={"authorization": f"Bearer {client.token}"}
    )

    assert answer.status_code < 500


@pytest.mark.parametrize(
    "path",
    sorted(
        {path for path, name, _ in CASES if name != "page" and not path.startswith("/api/") and path[-4:] != ".csv"}
    ),
)
async def test_the_label_is_that_of_the_page(world: World, visit: Visit, path: str) -> None:
    """What a refusal calls a filter is what stands over it on the list."""
    if path.endswith("/compare"):  # which has something to choose once there is a baseline
        digest = "0" * 64
        await world.add(Baseline(plan_id=world.plan.id, number=1, cause="endorsed", digest=digest, record_count=0))
    client = await _reader(world, visit, path)
    page = await client.get(_address(world, path))
    titles = {name: title for found, name, title in TITLES if found == path}

    shown = {
        (label.get("for") or "").removeprefix("filter-"): " ".join("".join(label.itertext()).split())
        for label in page.tree.iter("label")
        if (label.get("for") or "").startswith("filter-")
    }
    assert shown
    assert shown == {name: titles.get(name) for name in shown}


async def test_all_that_is_wrong_is_said_at_once(world: World, visit: Visit) -> None:
    """Two wrong filters are both named with what is allowed, and the good ones can be kept."""
    client = await visit(world.secretariat)
    base = f"/mechanisms/{world.mechanism.code}/plan"

    page = await client.get(f"{base}?status=zzz&page=-3&q=officers&place=national")

    assert "2 filters of this list make no sense" in page.title
    assert "Status: “zzz”. It is not one of the choices. Choose: Not started, On track, Constrained" in page.text
    assert "Page of the list: “-3”. A page is a whole number, from 1." in page.text
    assert f"{base}?q=officers&place=national" in page.links()
    assert (await client.get(f"{base}?q=officers&place=national")).status == 200


async def test_the_api_says_what_is_allowed(world: World, visit: Visit) -> None:
    """A program reads the codes that it may send, not the words of the page."""
    client = await visit(world.secretariat)

    answer = await client.api_get(f"/plans/{world.plan.id}/activities?status=zzz&lead=abc")

    errors = {each["field"]: each["detail"] for each in answer.json()["errors"]}
    assert "not_started, on_track, constrained, no_progress, met, cancelled" in errors["status"]
    assert set(errors) == {"status", "lead"}


@pytest.mark.parametrize("query", ["role=zzz", "sector=zzz"], ids=lambda query: query.split("=")[0])
async def test_choices_are_in_words(world: World, visit: Visit, query: str) -> None:
    """The page lists the choices as the filter does, not as codes."""
    client = await visit(world.secretariat)

    page = await client.get(f"/mechanisms/{world.mechanism.code}/agencies?{query}")

    words = {"role=zzz": "Lead, Chair, Co-chair, Secretariat", "sector=zzz": "Government, Local government, Police and"}
    assert words[query] in page.text
    assert "local_government" not in page.text


async def test_a_visitor_signs_in_first_and_comes_back(world: World, visit: Visit) -> None:
    """Who is nobody learns nothing of a list's filters, and keeps them through signing in."""
    client = await visit(None)
    wanted = f"/mechanisms/{world.mechanism.code}/plan?status=zzz"

    answer = await client.http.get(wanted)
    program = await client.http.get(f"/api/v1{wanted}")

    assert (answer.status_code, program.status_code) == (303, 401)
    assert answer.headers["location"] == f"/sign-in?next={quote(wanted, safe='/')}"


async def test_a_page_beyond_the_last_is_the_last(world: World, visit: Visit) -> None:
    """A page number that was good once, before lines were deleted, still shows the list."""
    client = await visit(world.secretariat)

    for path in ("plan", "alerts", "money"):
        page = await client.get(f"/mechanisms/{world.mechanism.code}/{path}?page=999")
        assert page.status == 200


async def test_a_choice_that_left_the_list_is_still_shown(world: World, visit: Visit) -> None:
    """An address that names an agency which is none of the list any more shows that a filter is set, and clears it."""
    client = await visit(world.secretariat)
    base = f"/plans/{world.plan.id}"

    page = await client.get(f"{base}?lead={world.objective.id}")

    assert page.status == 200
    assert "No activity matches" in page.text
    assert f'<option value="{world.objective.id}" selected>Not in this list</option>' in page.html
    assert base in page.links()
