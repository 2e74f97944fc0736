"""Versions over HTTP: what is read carries an ETag, what changes it takes If-Match, nobody changes what is unread."""

from typing import Any

import pytest

from tests.page_client import Client
from tests.routes import ROUTES
from tests.use.test_deletion import NOUNS, Noun
from tests.world import World

PLUMBING = {"csrf", "idempotency_key", "version", "opened"}
# The first two have their own tests: an administrator edits them, or they are edited with their membership. The own
# account is edited by one person alone.
ELSEWHERE = {"/agencies/{agency_id}/edit", "/mechanisms/{code}/agencies/{agency_id}/edit", "/account/edit"}
EDITS = sorted(
    route.path
    for route in ROUTES
    if route.method == "POST" and route.path.endswith("/edit") and not route.path.startswith("/api/")
)
each_noun = pytest.mark.parametrize("noun", NOUNS.values(), ids=list(NOUNS))


async def _address(world: World, pattern: str) -> str:
    """A record that is edited at a route of this pattern, made where the world has none."""
    if noun := NOUNS.get(pattern.split("/{")[0]):
        return f"{noun.path}/{(await noun.made(world)).id}/edit"
    return pattern.format(plan_id=world.plan.id, code=world.mechanism.code)


async def _filled(client: Client, address: str) -> dict[str, Any]:
    """What the form of a record would send, without its version."""
    form = (await client.get(address)).form(address)
    return {name: value for name, value in form.items() if name not in PLUMBING and value not in ("", [])}


@pytest.mark.parametrize("pattern", [pattern for pattern in EDITS if pattern not in ELSEWHERE])
async def test_nobody_edits_what_they_have_not_read(world: World, visit, pattern: str) -> None:
    """Every edit through the API needs the version, as If-Match or in the body; without it the answer is 428."""
    client = await visit(world.secretariat)
    address = await _address(world, pattern)
    command = await _filled(client, address)

    unread = await client.api(address, **command)
    stale = await client.api(address, if_match='"99"', **command)
    current = await client.api(address, if_match='"1"', **command)

    assert (unread.status_code, unread.json()["errors"][0]["field"]) == (428, "version")
    assert "version" in unread.json()["detail"]
    assert (stale.status_code, stale.json()["theirs"]["version"], stale.json()["yours"]["version"]) == (412, 1, 99)
    assert stale.json()["theirs"].keys() == stale.json()["yours"].keys()
    assert current.status_code == 200, current.text


@each_noun
async def test_what_is_read_carries_its_version(world: World, visit, noun: Noun) -> None:
    """The ETag of a record is what If-Match takes to delete it."""
    row = await noun.made(world)
    client = await visit(world.secretariat)
    here = f"{noun.path}/{row.id}"
    if f"/api/v1{noun.path}" not in {route.path.split("/{")[0] for route in ROUTES if route.method == "GET"}:
        pytest.skip(f"{noun.path} is read with what it belongs to")

    read = await client.api_get(here)
    gone = await client.api(f"{here}/delete", if_match=read.headers["etag"])

    assert read.headers["etag"] == '"1"'
    assert gone.status_code == 200
    assert (await client.api_get(here)).status_code == 404


@each_noun
async def test_a_version_that_never_was_is_an_old_one(world: World, visit, noun: Noun) -> None:
    """A number beyond all that the database counts is refused like any other wrong version, and nothing is deleted."""
    row = await noun.made(world)
    client = await visit(world.secretariat)

    answer = await client.api(f"{noun.path}/{row.id}/delete", version=66_447_031_500)

    assert (answer.status_code, answer.json()["theirs"]["version"]) == (412, 1)


@pytest.mark.parametrize(
    ("sent", "version", "says"),
    [
        ("*", None, "* and lists are not taken"),
        ('W/"1"', None, "as you read it"),
        ('"1", "2"', None, "* and lists are not taken"),
        ("1", None, "as you read it"),
        ('"0"', None, "as you read it"),
        ("", None, "as you read it"),
        ('"1"', 2, "If-Match says version 1, and the body 2"),
    ],
)
async def test_a_tag_that_names_no_version_is_refused(
    world: World, visit, sent: str, version: int | None, says: str
) -> None:
    """A tag of another form, or another version than the body's, is 400 with what to send, and nothing is changed."""
    client = await visit(world.secretariat)
    here = f"/objectives/{world.objective.id}"
    command = {"code": "O1", "title": "Other"} | ({} if version is None else {"version": version})

    answer = await client.api(f"{here}/edit", if_match=sent, **command)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "version")
    assert says in answer.json()["detail"]
    assert (await client.api_get(here)).json()["title"] == world.objective.title
