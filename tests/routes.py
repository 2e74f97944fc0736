"""The table of routes: what a test that must hold of every route is made from, so that no later route is forgotten."""

from collections.abc import Iterator
from typing import NamedTuple

from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from taskforce.app import create_app


class Route(NamedTuple):
    """One method of one path, as the application registers it."""

    method: str
    path: str
    handler: HTTPRouteHandler


def _routes() -> Iterator[Route]:
    for route in create_app(database_url="postgresql+asyncpg://nobody@/nothing").routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in handler.http_methods:
                    if str(method) != "OPTIONS":
                        yield Route(str(method), route.path_format, handler)


ROUTES = sorted(_routes(), key=lambda route: route[:2])
