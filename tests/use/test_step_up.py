"""Dangerous actions ask for the password or a code of the last minutes, and lose nothing that was typed."""

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from taskforce.db import Sessions
from taskforce.services.account_tries import MOST_TRIES
from taskforce.web.session_cookie import cookie_name
from tests.page_client import DOMAIN
from tests.use.questions import appointment_of, verifications
from tests.use.ways_in import PASSWORD, age, code, give_app, give_password
from tests.world import World

ASKED = "Confirm that it is you"


def test_which_actions_are_dangerous(app: Litestar) -> None:
    """Ways into accounts, appointments of others, users, and whatever deletes."""
    marked = {
        route.path_format
        for route in app.routes
        if isinstance(route, HTTPRoute) and not route.path_format.startswith("/api/")
        for handler in route.route_handlers
        if handler.opt.get("step_up") and "POST" in {str(method) for method in handler.http_methods}
    }
    deletes = {
        route.path_format
        for route in app.routes
        if route.path_format.endswith("/delete") and not route.path_format.startswith("/api/")
    }

    assert deletes <= marked
    assert {
        "/account/tokens/add",
        "/account/second-factor",
        "/account/second-factor/confirm",
        "/account/second-factor/codes",
        "/account/second-factor/remove",
        "/appointments/{appointment_id}/end",
        "/appointments/{appointment_id}/hand-over",
        "/users/{user_id}/disable",
        "/users/{user_id}/reset",
    } <= marked


async def test_a_fresh_session_is_not_asked(world: World, visit, sessions: Sessions) -> None:
    """Within 15 minutes of signing in nothing is in the way."""
    client = await visit(world.secretariat)
    await age(sessions, world.secretariat, 14)

    assert (await client.get("/account/tokens/add")).title.startswith("Make a token")


async def test_a_page_that_is_dangerous_asks_first(world: World, visit, sessions: Sessions) -> None:
    """Then it goes on to where one was; the session has a new secret, and the old one is worth nothing."""
    await give_password(sessions, world.secretariat)
    client = await visit(world.secretariat)
    await age(sessions, world.secretariat, 16)
    before = client.http.cookies.get(cookie_name())

    asked = await client.get("/account/tokens/add")
    wrong = await client.send(asked, {"given": "not the password"})
    arrived = await client.send(wrong, {"given": PASSWORD})
    thief = await visit(None)
    thief.http.cookies.set(cookie_name(), before or "", domain=DOMAIN)

    assert asked.title.startswith(ASKED)
    assert wrong.status == 409
    assert arrived.title.startswith("Make a token")
    assert client.http.cookies.get(cookie_name()) != before
    assert await thief.status("/desk") == 303


@pytest.mark.parametrize("by", ["password", "code"])
async def test_nothing_that_was_typed_is_lost(world: World, visit, sessions: Sessions, by: str) -> None:
    """A form that was open too long asks on its way, by password or code, and is then carried out as it was."""
    await give_password(sessions, world.chair)
    app = await give_app(sessions, world.chair)
    client = await visit(world.chair)
    appointment = await appointment_of(world, "observer")
    form = await client.get(f"/appointments/{appointment.id}/end")
    await age(sessions, world.chair, 16)

    asked = await client.send(form, {"ends_on": "2026-04-30"})
    unchanged = (await client.api_get(f"/appointments/{appointment.id}")).json()["ends_on"]
    done = await client.submit(asked, {"confirm_again": PASSWORD if by == "password" else code(app)})

    assert asked.status == 403
    assert asked.title.startswith(ASKED)
    assert unchanged is None
    assert done.status_code == 303, done.text
    assert (await client.api_get(f"/appointments/{appointment.id}")).json()["ends_on"] == "2026-04-30"


async def test_a_wrong_password_changes_nothing_and_keeps_the_form(world: World, visit, sessions: Sessions) -> None:
    """The page asks again, with all that was typed, and not with the password."""
    await give_password(sessions, world.chair)
    client = await visit(world.chair)
    appointment = await appointment_of(world, "observer")
    form = await client.get(f"/appointments/{appointment.id}/end")
    await age(sessions, world.chair, 16)
    asked = await client.send(form, {"ends_on": "2026-04-30"})

    again = await client.send(asked, {"confirm_again": "not the password"})

    assert again.status == 403
    assert "That is not right" in again.text
    assert again.form()["ends_on"] == "2026-04-30"
    assert "not the password" not in again.html
    assert (await client.api_get(f"/appointments/{appointment.id}")).json()["ends_on"] is None


async def test_a_form_that_is_refused_after_the_password_is_shown_again(
    world: World, visit, sessions: Sessions
) -> None:
    """The session's new secret reaches the browser also when the rule says no."""
    await give_password(sessions, world.chair)
    client = await visit(world.chair)
    appointment = await appointment_of(world, "observer")
    form = await client.get(f"/appointments/{appointment.id}/end")
    await age(sessions, world.chair, 16)
    asked = await client.send(form, {"ends_on": "2019-01-01"})

    refused = await client.send(asked, {"confirm_again": PASSWORD})
    done = await client.submit(refused, {"ends_on": "2026-04-30"})

    assert refused.status == 409
    assert "It began on" in refused.text
    assert done.status_code == 303


async def test_guesses_are_limited(world: World, visit, sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser that is left open is no place to guess the password at leisure."""
    await give_password(sessions, world.chair)
    client = await visit(world.chair)
    await age(sessions, world.chair, 16)
    seen = verifications(monkeypatch)
    asked = await client.get("/account/tokens/add")

    for number in range(MOST_TRIES + 3):
        last = await client.send(asked, {"given": f"guess number {number}"})

    assert len(seen) == MOST_TRIES
    assert "Too many tries" in last.text


async def test_a_program_is_asked_by_scope_instead(world: World, visit, sessions: Sessions) -> None:
    """The API has no sessions; a token that may change people ends an appointment at any time."""
    client = await visit(world.chair)
    await age(sessions, world.chair, 600)
    appointment = await appointment_of(world, "observer")

    answer = await client.api(f"/appointments/{appointment.id}/end", ends_on="2026-04-30", version=1)

    assert answer.status_code == 200
