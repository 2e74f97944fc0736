"""What must hold of every route, made from the application's own table of routes."""

import pytest
from litestar import Controller, Litestar, Router, get

from taskforce.access import POLICY, May
from taskforce.app import UnnamedAction, check_actions
from tests.routes import ROUTES as TABLE

ROUTES = [(route.method, route.path, route.handler.opt) for route in TABLE]


def test_an_application_with_an_unnamed_action_does_not_start() -> None:
    """Who forgets the action of a route learns it at once, not from an attacker."""

    class Careless(Controller):
        path = "/careless"

        @get("/")
        async def show(self) -> None: ...

    with pytest.raises(UnnamedAction, match="/careless"):
        check_actions(Litestar([Router("/", route_handlers=[Careless])], openapi_config=None))


@pytest.mark.parametrize(("method", "path", "opt"), ROUTES, ids=[f"{method} {path}" for method, path, _ in ROUTES])
def test_a_route_names_an_action_of_the_policy(method: str, path: str, opt: dict[str, object]) -> None:
    """Every route and method has its action, and whoever posts does more than read."""
    action = opt["action"]

    assert action in POLICY
    if method == "POST":
        assert not str(action).endswith(":read"), f"{path} changes data under {action}"


def test_whatever_a_page_can_do_the_api_can() -> None:
    """Each command of the page mount stands on the API too, but for what only people with a browser need."""
    pages = {(method, path) for method, path, opt in ROUTES if opt.get("speaks") == "html" and not opt.get("only_page")}
    programs = {(method, path.removeprefix("/api/v1")) for method, path, opt in ROUTES if opt.get("speaks") == "json"}

    assert pages - programs == set()


def test_only_ways_into_a_browser_are_for_people_alone() -> None:
    """A POST that the API lacks is named here, with its reason: they make, confirm and end browser sessions."""
    posts = {path for method, path, opt in ROUTES if method == "POST" and opt.get("only_page")}

    assert posts <= {
        *("/sign-in", "/sign-in/{secret}", "/sign-in/code", "/sign-out", "/step-up", "/first-steps/{secret}"),
        *("/password", "/forgotten-password", "/account/second-factor", "/account/second-factor/confirm"),
        *("/account/second-factor/codes", "/account/second-factor/remove"),
    }


def test_every_action_is_used_or_gone() -> None:
    """The table of actions holds no action that no route names."""
    assert {str(opt["action"]) for _, _, opt in ROUTES} == {action.value for action in May}
