"""Work that follows a change once it is kept, before the answer goes: its result stands on the next page."""

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import structlog
from litestar.connection import Request
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send
from pydantic import BaseModel

from taskforce.web.reply import Reply

log = structlog.get_logger()
V = TypeVar("V", bound=BaseModel)
Work = Callable[[], Awaitable[object]]


class Afterwards(Reply[V], Generic[V]):
    """A reply to a change, with work in a transaction of its own. If that fails, the change is kept all the same."""

    def __init__(self, content: V, work: Work, *, then: str, made: bool = False) -> None:
        super().__init__(content, then=then, made=made)
        self.work = work

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **kwargs: Any) -> ASGIResponse:
        """Render inside the request's transaction as ever; the work waits until that has ended."""
        return _Worked(super().to_asgi_response(app, request, **kwargs), self.work)


class _Worked(ASGIResponse):
    def __init__(self, answered: ASGIResponse, work: Work) -> None:
        super().__init__(status_code=answered.status_code)
        self.answered = answered
        self.work = work

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.work()
        except Exception as broken:
            log.error("work after a change failed; the change is kept", exc_info=broken, path=scope["path"])
        await self.answered(scope, receive, send)
