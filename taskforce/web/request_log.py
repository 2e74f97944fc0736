"""One line of the log for each request: enough to find what happened to whom, and nothing that must stay secret."""

import re
import time

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, WrappedLogger

from taskforce.web.carried import Carried, route_of

log = structlog.get_logger("requests")
CLIENT_LEFT = 499  # no answer was begun; the number that proxies use for it

# In messages of exceptions: the database and its driver quote what they were sent.
QUOTED = re.compile(r"""(?<!<class )("[^"]*"|'[^']*')""")


def hide_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Take what people typed out of the messages of exceptions: quoted text, and the details below the first line."""
    for shown in event.get("exception", ()):
        shown["exc_value"] = QUOTED.sub("'…'", shown["exc_value"].partition("\n")[0])
        shown["exc_notes"] = []
    return event


# JSON lines; tracebacks without the values of variables, among which are passwords and form secrets.
LOG_STEPS: list[structlog.typing.Processor] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
    hide_values,
    structlog.processors.JSONRenderer(),
]


def logged(app: ASGIApp) -> ASGIApp:
    """Write, when a request has ended, its id, method, route pattern, status, duration and principal.

    Never the path, the query, a header or the body: they hold one-time links, names and what people typed.
    """

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        began, status = time.perf_counter(), CLIENT_LEFT

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, send_and_note)
        finally:
            found: Carried | None = scope.get("taskforce")  # type: ignore[assignment]  # a key of ours
            log.info(
                "request",
                request_id=found.request_id if found else None,
                method=scope["method"],
                route=route_of(scope),
                status=status,
                ms=round((time.perf_counter() - began) * 1000, 1),
                principal=found.actor.principal if found else None,
            )

    return asked
