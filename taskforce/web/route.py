"""The decorators by which a handler names its path, its action and the command that it reads."""

from collections.abc import Callable
from typing import Any

from litestar import get, post
from litestar.connection import Request
from litestar.di import NamedDependency, Provide
from pydantic import BaseModel

from taskforce.access import Actor, May
from taskforce.web.form import read_command

# Work that changes no tenant data, or whose answer is a secret, takes no idempotency key: named here, all of them.
WITHOUT_KEY = frozenset({May.INSTALLATION_BEGIN, May.SESSION_CREATE, May.SESSION_END})

Decorator = Callable[[Any], Any]


def reads(path: str, action: May, *, only_page: bool = False) -> Decorator:
    """A GET. `only_page`: a form or dashboard that people need and programs do not; it is left out of the API."""
    return get(path, opt={"action": action, "only_page": only_page})


def does(path: str, action: May, command: type[BaseModel] | None = None, *, only_page: bool = False) -> Decorator:
    """A POST that carries out an action.

    The handler gets what was sent, as a posted form or as JSON, as its dependency `command`. A refusal shows the form
    again: the GET handler of the same path, or else of the path without its last part, answers with what was posted.
    """

    # the actor comes first: who is nobody learns nothing of the fields
    async def provide_command(request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Any:
        return await read_command(request, command) if command else None

    return post(
        path,
        opt={"action": action, "command": command, "only_page": only_page},
        dependencies={"command": Provide(provide_command)},
        status_code=200,
    )
