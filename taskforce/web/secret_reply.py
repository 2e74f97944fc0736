"""An answer that shows a secret once: it is not stored with the key of its change."""

import json
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from litestar.connection import Request
from litestar.response.base import ASGIResponse
from pydantic import BaseModel

from taskforce.web.carried import carried
from taskforce.web.reply import Reply

V = TypeVar("V", bound=BaseModel)


class SecretReply(Reply[V], Generic[V]):
    """The page, or the API's 201, that shows a secret; it is made where it was asked for, without a redirect.

    The same change sent again goes on to `afterwards`; the API answers it with 409, since the secret is gone.
    """

    def __init__(self, content: V, *, template: str, afterwards: str) -> None:
        super().__init__(content, template=template, made=True)
        self.afterwards = afterwards

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **kwargs: Any) -> ASGIResponse:
        """Answer as always, and keep for a replay what holds no secret."""
        answered = super().to_asgi_response(app, request, **kwargs)
        again = {
            "type": "/api#conflict",
            "title": HTTPStatus.CONFLICT.phrase,
            "status": HTTPStatus.CONFLICT.value,
            "detail": "this change was made before; its answer held a secret that is shown once",
            "request_id": carried(request).request_id,
        }
        carried(request).answer = {"then": self.afterwards, "status_code": 409, "body": json.dumps(again)}
        return answered
