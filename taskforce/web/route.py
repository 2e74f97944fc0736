"""The decorators by which a handler names its path, its action and the command that it reads."""

from collections.abc import Callable
from typing import Any

from litestar import get, post
from litestar.connection import Request
from litestar.di import NamedDependency, Provide
from litestar.types import Empty
from pydantic import BaseModel

from taskforce.access import Actor, May
from taskforce.web.carried import carried
from taskforce.web.form import read_command, read_upload
from taskforce.web.upload import MOST_REQUEST_BYTES, Upload

# Work that changes no tenant data, or whose answer is a secret, takes no idempotency key: named here, all of them.
WITHOUT_KEY = frozenset(
    {May.CREDENTIAL_EDIT, May.INSTALLATION_BEGIN, May.SESSION_CREATE, May.SESSION_END, May.SESSION_VERIFY}
)

Decorator = Callable[[Any], Any]


def reads(
    path: str, action: May, *, only_page: bool = False, sends_file: bool = False, step_up: bool = False
) -> Decorator:
    """A GET. `only_page`: a form or dashboard that people need and programs do not; it is left out of the API.

    `sends_file`: the answer is the bytes of a file, which are sent as they are. `step_up`: dangerous, see does().
    """
    opt = {"action": action, "only_page": only_page, "sends_file": sends_file, "step_up": step_up}
    return get(path, opt=opt)


def does(
    path: str,
    action: May,
    command: type[BaseModel] | None = None,
    *,
    only_page: bool = False,
    takes_file: bool = False,
    step_up: bool | None = None,
) -> Decorator:
    """A POST that carries out an action.

    The handler gets what was sent, as a posted form or as JSON, as its dependency `command`. A refusal shows the form
    again: the GET handler of the same path, or else of the path without its last part, answers with what was posted.
    `takes_file`: one of the few that take a file beside it, as multipart/form-data on both mounts; the handler gets it
    as `upload`. `step_up`: dangerous, so that in a browser a password or a code must have been given in the last 15
    minutes; whatever deletes is, unless it says otherwise. On the API the scope of the token answers for it.
    """

    # the actor comes first: who is nobody learns nothing of the fields
    async def provide_command(request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Any:
        sent = await read_command(request, command) if command else None
        carried(request).command = sent
        return sent

    async def provide_upload(request: Request[Any, Any, Any], command: NamedDependency[Any]) -> Upload:
        return await read_upload(request)

    dangerous = path.endswith("/delete") if step_up is None else step_up
    file = {"upload": Provide(provide_upload)} if takes_file else {}
    opt = {"action": action, "command": command, "only_page": only_page, "takes_file": takes_file, "step_up": dangerous}
    return post(
        path,
        opt=opt,
        dependencies={"command": Provide(provide_command), **file},
        status_code=200,
        request_max_body_size=MOST_REQUEST_BYTES if takes_file else Empty,
    )
