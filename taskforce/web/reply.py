"""One answer for both mounts: the view as JSON, or the page that shows it, or the way to the next page."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from litestar.connection import Request
from litestar.response import Redirect, Response, Template
from litestar.response.base import ASGIResponse
from pydantic import BaseModel

from taskforce.web.carried import carried
from taskforce.web.conflict import conflict
from taskforce.web.form import Values, as_values, filled, speaks_html
from taskforce.web.page import page_context
from taskforce.web.version import etag

V = TypeVar("V")
ADDRESS_SIGNS = "/?#&=%+,:;@!$'()*~"  # what stays as it is in an address that is put together


class Reply(Response[V], Generic[V]):
    """A view and the template that shows it; `then` is where a page goes after a command.

    `values` are what a form shows when it is opened: a command, or a dict.
    `made`: the API answers 201 with the place of what was made.
    `draw` makes the picture that only the page shows, as `figure`.
    """

    def __init__(
        self,
        content: V,
        *,
        template: str | None = None,
        then: str | None = None,
        values: BaseModel | dict[str, Any] | None = None,
        made: bool = False,
        draw: Callable[[V], object] | None = None,
        status_code: int | None = None,
    ) -> None:
        super().__init__(content, status_code=status_code or (201 if made else 200))
        self.template = template
        # codes that people chose stand in addresses, and a header holds no other letters
        self.then = None if then is None else quote(then, safe=ADDRESS_SIGNS)
        self.draw = draw
        self.values: Values | None = None if values is None else as_values(values)
        if self.then and made:
            self.headers["Location"] = f"/api/v1{self.then}"

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **kwargs: Any) -> ASGIResponse:
        """Render inside the request's transaction: what cannot be shown is not kept."""
        kwargs.pop("status_code", None)
        html = speaks_html(request)
        answer = {"then": self.then, "status_code": 303 if html else self.status_code}
        if not html:
            if (tag := etag(self.content)) and request.method == "GET":
                self.headers["ETag"] = tag
            answered = super().to_asgi_response(app, request, status_code=self.status_code, **kwargs)
            carried(request).answer = answer | {"body": answered.body.decode()}
            return answered
        carried(request).answer = answer
        if self.then:
            return Redirect(self.then, status_code=303).to_asgi_response(app, request, **kwargs)
        posted = carried(request).posted
        context = page_context(request, self.content)
        context["form"] = filled(self.values, posted) if self.values is not None else None
        if posted and self.values is None:
            context["form"] = filled({}, posted)
        if posted and posted.theirs and isinstance(self.content, BaseModel):
            context["form"] = replace(context["form"], conflict=conflict(posted, self.content))
        if self.draw is not None:
            context["figure"] = self.draw(self.content)
        page = Template(self.template, context=context, status_code=posted.status_code if posted else 200)
        return page.to_asgi_response(app, request, **kwargs)
