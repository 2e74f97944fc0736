"""Deleting what somebody else changed meanwhile: refused for every noun, on its page and by the API."""

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from taskforce.models import Agency, Appointment, Assignment, CostItem, FundingSource, Instrument, Membership, Place
from taskforce.services.deletion import Deletion
from tests.routes import ROUTES
from tests.world import World

NOT_DELETED = "Somebody changed this after you had read it, so nothing was deleted."


@dataclass(frozen=True)
class Noun:
    """A kind of thing, how one is made that may be deleted, what somebody else changes of it, and how that reads."""

    path: str
    made: Callable[[World], Awaitable[Any]]
    change: dict[str, Any]
    reads: str


async def _output(world: World) -> Any:
    return await world.add_output(world.plan, code="O9")


async def _objective(world: World) -> Any:
    return await world.add_objective(world.plan, "O9")


async def _activity(world: World) -> Any:
    return world.activity


async def _indicator(world: World) -> Any:
    return await world.indicator()


async def _membership(world: World) -> Any:
    agency = await world.add(Agency(country="TZ", code=f"NEW-{world.mechanism.code}", title="New", sector="police"))
    return await world.add(Membership(agency_id=agency.id, role="member", starts_on=dt.date(2026, 1, 1)))


async def _responsibility(world: World) -> Any:
    return await world.responsibility()


async def _assignment(world: World) -> Any:
    duty = await world.responsibility()
    values = {"agency_id": world.police.id, "role": "accountable", "starts_on": world.today}
    return await world.add(Assignment(responsibility_id=duty.id, **values))


async def _instrument(world: World) -> Any:
    return await world.add(Instrument(kind="law", citation="Cybercrimes Act 2015"))


async def _place(world: World) -> Any:
    return await world.add(Place(code="K", title="Kilifi", position=1))


async def _source(world: World) -> Any:
    return await world.add(FundingSource(code="S9", title="A grant", source_class="donor_grant"))


async def _cost_item(world: World) -> Any:
    return await world.add(CostItem(code="C9", title="Hosting"))


async def _budget_line(world: World) -> Any:
    return await world.pay(world.activity, "1000", source=world.source)


async def _appointment(world: World) -> Any:
    return await world.add(
        Appointment(account_id=world.stranger.id, role="observer", starts_on=world.today + dt.timedelta(days=7))
    )


NOUNS = {
    noun.path: noun
    for noun in (
        Noun("/activities", _activity, {"title": "Theirs"}, "Theirs"),
        Noun("/appointments", _appointment, {"ends_on": dt.date(2026, 12, 24)}, "24 December 2026"),
        Noun("/assignments", _assignment, {"role": "consulted"}, "Consulted"),
        Noun("/budget-lines", _budget_line, {"asked_amount": Decimal("2345")}, "TZS 2,345"),
        Noun("/cost-items", _cost_item, {"title": "Theirs"}, "Theirs"),
        Noun("/funding-sources", _source, {"title": "Theirs"}, "Theirs"),
        Noun("/indicators", _indicator, {"title": "Theirs"}, "Theirs"),
        Noun("/instruments", _instrument, {"citation": "Theirs"}, "Theirs"),
        Noun("/memberships", _membership, {"role": "lead"}, "Lead"),
        Noun("/objectives", _objective, {"title": "Theirs"}, "Theirs"),
        Noun("/outputs", _output, {"title": "Theirs"}, "Theirs"),
        Noun("/places", _place, {"title": "Theirs"}, "Theirs"),
        Noun("/responsibilities", _responsibility, {"statement": "Theirs"}, "Theirs"),
    )
}
each_noun = pytest.mark.parametrize("noun", NOUNS.values(), ids=list(NOUNS))


def test_every_delete_reads_the_version_and_stands_in_the_table() -> None:
    """A new noun that can be deleted takes the one command, and is tried below."""
    deletes = {
        (route.path, route.handler.opt["command"])
        for route in ROUTES
        if route.method == "POST" and route.path.endswith("/delete")
    }

    assert {command for _path, command in deletes} == {Deletion}
    # the record of an organisation is of no mechanism, and has its own tests: test_shared_agency
    assert {path.removeprefix("/api/v1").split("/{")[0] for path, _command in deletes} == {*NOUNS, "/agencies"}


@each_noun
async def test_who_deletes_an_old_version_is_refused_and_sees_what_changed(world: World, visit, noun: Noun) -> None:
    """The page says what changed since it was opened and asks again; the API answers 412; nothing is lost."""
    row = await noun.made(world)
    here = f"{noun.path}/{row.id}"
    client = await visit(world.secretariat)
    page = await client.get(f"{here}/delete")
    await world.change(row, version=2, **noun.change)

    again = await client.send(page)
    api = await client.api(f"{here}/delete", version=1)
    kept = await client.api_get(here) if noun.path != "/assignments" else None
    gone = await client.submit(again)

    assert page.form()["version"] == "1"
    assert again.status == 409
    assert NOT_DELETED in again.text
    assert noun.reads in again.text
    assert "Operator on the server" in again.text
    assert (api.status_code, api.json()["theirs"]["version"]) == (412, 2)
    assert [change["column"] for event in api.json()["since"] for change in event["changes"]] == list(noun.change)
    assert kept is None or kept.status_code == 200
    assert again.form()["version"] == "2"
    assert gone.status_code == 303
    assert await client.status(f"{here}/delete") == 404


@each_noun
async def test_who_names_no_version_is_refused(world: World, visit, noun: Noun) -> None:
    """Nobody deletes what they have not read: the refusal says what to send; the page asks again with the version."""
    row = await noun.made(world)
    client = await visit(world.secretariat)
    page = await client.get(f"{noun.path}/{row.id}/delete")

    api = await client.api(f"{noun.path}/{row.id}/delete")
    again = await client.send(page, {"version": ""})

    assert (api.status_code, api.json()["errors"][0]["field"]) == (428, "version")
    assert "send the number that you read as version" in api.json()["detail"]
    assert again.status == 409
    assert again.form()["version"] == "1"
    assert await client.status(f"{noun.path}/{row.id}/delete") == 200


@pytest.mark.parametrize(
    ("targets", "words"), [(["2026: 120"], "Value now: 120"), ([], "Value before: 80")], ids=["changed", "taken away"]
)
async def test_what_hangs_on_a_thing_counts_as_its_change(world: World, visit, targets: list[str], words: str) -> None:
    """A target that somebody set or took away stands among what changed, as it goes with its indicator."""
    command = {"code": "I1", "title": "Trained", "unit": "people"}
    client = await visit(world.secretariat)
    path = f"/outputs/{world.output.id}/indicators/add"
    made = (await client.api(path, **command, targets=["2026: 80"])).json()
    page = await client.get(f"/indicators/{made['id']}/delete")
    await client.api(f"/indicators/{made['id']}/edit", **command, targets=targets, version=1)

    again = await client.send(page)

    assert again.status == 409
    assert NOT_DELETED in again.text
    assert words.split()[-1] in again.text[again.text.index("What changed since you read it") :]


async def test_what_changed_is_told_by_who_did_it_and_from_what_to_what(world: World, visit) -> None:
    """Names stand for ids, links count too, and what was there when the page was opened is not told again."""
    chair_now = world.secretariat.title
    client = await visit(world.secretariat)
    path = f"/objectives/{world.objective.id}"
    await client.api(f"{path}/edit", code="O1", title="Second", capabilities=["capability:13"], version=1)
    page = await client.get(f"{path}/delete")
    await client.api(f"{path}/edit", code="O1", title="Third", capabilities=["capability:13"], version=2)

    again = await client.send(page)

    told = again.text[again.text.index("What changed since you read it") :]
    assert chair_now in told
    assert "before: Second" in told
    assert "now: Third" in told
    assert "Children are safe online" not in told
