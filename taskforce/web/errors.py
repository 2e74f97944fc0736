"""Every no, as a page or as problem+json (RFC 9457); nothing of it shows what the reader must not know."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import structlog
from litestar.connection import Request
from litestar.exceptions import HTTPException
from litestar.response import Redirect, Response, Template
from litestar.response.base import ASGIResponse
from litestar.types import Message, Receive, Scope, Send

from taskforce.access import Role
from taskforce.db import BrokenRule, is_outage, is_retryable, refusal
from taskforce.errors import NotAllowed, NotFound, Refused, Stale, Unread
from taskforce.render.states import N_
from taskforce.render.wording import gettext as _
from taskforce.web import filters
from taskforce.web.carried import Carried, carried, carry, route_of
from taskforce.web.conflict import field_labels
from taskforce.web.filters import WrongFilters
from taskforce.web.form import CONFIRM, INVISIBLE, Malformed, Posted, is_form, posted_values
from taskforce.web.once import Replay
from taskforce.web.page import page_context
from taskforce.web.signed_in import NotSignedIn, SecondFactorWanted
from taskforce.web.step_up import StepUpWanted
from taskforce.web.upload import takes_file

log = structlog.get_logger()
AnyRequest = Request[Any, Any, Any]
NOWHERE = "/page-not-found"  # no page has it
Fields = tuple[tuple[str, str], ...]
Since = Sequence[object] | None
RETRY_AFTER = "10"  # seconds; an embedded server is back within them
# Who may do what somebody else may not.
WHO = {
    Role.USER: N_("whoever has signed in"),
    Role.OBSERVER: N_("the observer"),
    Role.FOCAL_POINT: N_("the focal point of the agency"),
    Role.AUTHORISED_OFFICER: N_("the authorised officer of the agency"),
    Role.SECRETARIAT: N_("the secretariat"),
    Role.CHAIR: N_("the chair"),
    Role.DONOR: N_("the donor reviewer"),
    Role.TREASURY: N_("the treasury reviewer"),
    Role.ADMINISTRATOR: N_("the administrator of the installation"),
}


def is_page(request: AnyRequest) -> bool:
    """Whether the page mount answers; asked before a route is known, so by the path."""
    return not request.url.path.startswith("/api/")


def problem(request: AnyRequest, status: int, detail: str, **members: object) -> Response[dict[str, object]]:
    """An answer of the API that says no."""
    content: dict[str, object] = {
        "type": f"/api#{HTTPStatus(status).name.lower()}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "request_id": carried(request).request_id,
        **members,
    }
    return Response(content, status_code=status, media_type="application/problem+json")


def page(request: AnyRequest, status: int, detail: str, name: str = "", **more: object) -> Response[Any]:
    """A page that says no, in the look of all others. `name`: of its template, if not by the status."""
    name = name or (str(status) if status in (403, 404, 500, 503) else "problem")
    context = page_context(request, None) | {
        "status": status,
        "detail": detail,
        "request_id": carried(request).request_id,
        "is_change": request.method not in ("GET", "HEAD"),
        "form": None,
        **more,
    }
    return Template(f"error/{name}.html", context=context, status_code=status)


def _no(request: AnyRequest, status: int, detail: str, **members: object) -> Response[Any]:
    return page(request, status, detail) if is_page(request) else problem(request, status, detail, **members)


class _Again(Response[None]):
    """The page of a refused form once more, answered by its GET handler as a request of its own."""

    def __init__(self, errors: Fields, status: int, theirs: dict[str, object], since: Since) -> None:
        super().__init__(None, status_code=status)
        self.errors = errors
        self.theirs = theirs
        self.since = since

    def to_asgi_response(self, app: Any, request: AnyRequest, **kwargs: Any) -> ASGIResponse:
        """Forward to the form's page, with what was posted."""
        return _Forward(request, self.errors, self.status_code or 400, self.theirs, self.since)


class _Forward(ASGIResponse):
    def __init__(
        self, request: AnyRequest, errors: Fields, status: int, theirs: dict[str, object], since: Since
    ) -> None:
        super().__init__(status_code=status)
        self.request = request
        self.errors = errors
        self.theirs = theirs
        self.since = since

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        cleaned = {
            name: [INVISIBLE.sub("", each) for each in given]
            for name, given in (await posted_values(self.request)).items()
        }
        values = {name: given if len(given) > 1 else given[0] for name, given in cleaned.items()}
        path = self.request.url.path
        if self.request.route_handler.opt.get("form_is_above"):
            path = path.rsplit("/", 1)[0]
        labels = field_labels(self.request.route_handler.opt.get("command"))
        posted = Posted(values, self.errors, self.status_code, theirs=self.theirs, since=self.since, labels=labels)
        await _open(self.request, path, send, posted)


class _Lost(Response[None]):
    """An address that no route has.

    The page that says so is opened as a request of its own, so that it knows its reader: the router refuses before
    anybody is asked for.
    """

    def to_asgi_response(self, app: Any, request: AnyRequest, **kwargs: Any) -> ASGIResponse:
        """Forward to the route of all other addresses."""
        return _ToNowhere(request)


class _ToNowhere(ASGIResponse):
    def __init__(self, request: AnyRequest) -> None:
        super().__init__(status_code=404)
        self.request = request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _open(self.request, NOWHERE, send, None)


async def _open(request: AnyRequest, path: str, send: Send, posted: Posted | None) -> None:
    """Answer with another page of ours, as if it had been opened."""
    again = dict(request.scope) | {
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        # what is answered here is compressed once, on its way out
        "headers": [(name, value) for name, value in request.scope["headers"] if name != b"accept-encoding"],
        "state": {},
        "path_params": {},
    }
    earlier = carried(request)
    repeated = Carried(nonce=earlier.nonce, request_id=earlier.request_id, posted=posted)
    repeated.secret, repeated.headers = earlier.secret, earlier.headers
    carry(again, repeated)

    async def nothing() -> Message:
        return cast("Message", {"type": "http.request", "body": b"", "more_body": False})

    await request.app.asgi_router(cast("Scope", again), cast("Receive", nothing), send)


def _refuse(
    request: AnyRequest, status: int, errors: Fields, theirs: dict[str, object], since: Since = None
) -> Response[Any]:
    """A refused form is shown again; the API names the fields."""
    if is_page(request) and is_form(request):
        return _Again(errors, status, theirs, since)
    members: dict[str, object] = {"errors": [{"field": field, "detail": text} for field, text in errors]}
    if since is not None:
        members["since"] = since
    detail = errors[0][1] if len(errors) == 1 else _("Some fields are not right.")
    return _no(request, status, detail, **members, **({"theirs": theirs} if theirs else {}))


def _translated(refused: Refused) -> str:
    return _(refused.pattern) % refused.values if refused.values else _(refused.pattern)


def _malformed(request: AnyRequest, said: Malformed) -> Response[Any]:
    return _refuse(request, 400, said.errors, {})


def _wrong_filters(request: AnyRequest, said: WrongFilters) -> Response[Any]:
    """A list with filters that make no sense: a page says which, and leads to the list; the API names the fields."""
    found = filters.shown(request, said.wrong)
    if is_page(request):
        cleared, kept = filters.without(request, said.wrong)
        detail = _("The list cannot be shown like this.")
        return page(request, 400, detail, "filter", wrong=found, cleared=cleared, kept=kept)
    errors = tuple(
        (each.name, f"“{each.value}”: {each.rule}" + (f" Send one of: {', '.join(each.known)}." if each.known else ""))
        for each in found
    )
    return _refuse(request, 400, errors, {})


def _refused(request: AnyRequest, said: Refused) -> Response[Any]:
    return _refuse(request, 409, ((said.field or "", _translated(said)),), {})


def _unread(request: AnyRequest, said: Unread) -> Response[Any]:
    return _refuse(request, 409 if is_page(request) else 428, ((said.field or "", _translated(said)),), {})


def _broken_rule(request: AnyRequest, broken: Exception) -> Response[Any]:
    return _refused(request, refusal(broken))


def _stale(request: AnyRequest, said: Stale) -> Response[Any]:
    text = _("Somebody saved this while you had it open. Compare, then save again.")
    if said.since is not None:
        text = _(
            "Somebody changed this after you had read it, so nothing was deleted. See what changed, and delete it only "
            "if that is still right."
        )
    if is_page(request):
        return _refuse(request, 409, (("", text),), said.theirs, said.since)
    # the base is what was read under that version
    yours = carried(request).command
    members = {"theirs": said.theirs, "yours": yours.model_dump(mode="json") if yours else {}}
    return _no(request, 412, text, **members, **({"since": said.since} if said.since is not None else {}))


def _not_found(request: AnyRequest, said: NotFound) -> Response[Any]:
    return _no(request, 404, _("There is no such page, or it is not yours to see."))


def _not_allowed(request: AnyRequest, said: NotAllowed) -> Response[Any]:
    roles = ", ".join(_(WHO[Role(role)]) for role in said.roles)
    return _no(request, 403, _(said.pattern) % {"roles": roles} if roles else _(said.pattern))


def _not_signed_in(request: AnyRequest, said: NotSignedIn) -> Response[Any]:
    if is_page(request):
        query = f"?{request.url.query}" if request.url.query else ""
        wanted = request.url.path + query if request.method == "GET" else "/desk"
        why = "&ended=yes" if carried(request).has_lost_rights else ""
        return Redirect(f"/sign-in?next={quote(wanted)}{why}", status_code=303)
    answer = problem(request, 401, "send a bearer token: Authorization: Bearer TOKEN")
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _wanted(request: AnyRequest) -> str:
    """The page that was asked for, to go on to; a form that was sent is opened again."""
    query = f"?{request.url.query}" if request.url.query and request.method == "GET" else ""
    path = request.url.path
    if request.method != "GET" and request.route_handler.opt.get("form_is_above"):
        path = path.rsplit("/", 1)[0]
    return path + query


def _second_factor_wanted(request: AnyRequest, said: SecondFactorWanted) -> Response[Any]:
    return Redirect(f"{said.path}?next={quote(_wanted(request))}", status_code=303)


def _step_up_wanted(request: AnyRequest, said: StepUpWanted) -> Response[Any]:
    if request.method == "GET":
        return Redirect(f"/step-up?next={quote(_wanted(request))}", status_code=303)
    error = _(said.error) if said.error else ""
    found = carried(request).signed_in
    context = page_context(request, None) | {
        "action": request.url.path,
        "typed": said.typed,
        "wants_code": bool(found and found.has_second_factor),
        "form": {
            "values": {CONFIRM: ""},
            "errors": [{"name": CONFIRM, "text": error}] if error else [],
            "conflict": [],
        },
    }
    return Template("sign-in/step_up.html", context=context, status_code=403)


def _replay(request: AnyRequest, said: Replay) -> Response[Any]:
    if is_page(request):
        return Redirect(said.answer.get("then") or "/desk", status_code=303)
    body = str(said.answer.get("body", ""))
    answer: Response[Any] = Response(
        body.encode(), status_code=int(said.answer.get("status_code", 200)), media_type="application/json"
    )
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def _http(request: AnyRequest, said: HTTPException) -> Response[Any]:
    is_lost = said.status_code in (404, 405)
    if is_lost and is_page(request):
        return _Lost(None, status_code=404)
    if said.status_code == 404:
        return _not_found(request, NotFound())
    if said.status_code == 413:
        most = _("10 MB") if takes_file(request) else _("1 MB")
        return _no(request, 413, _("What you sent is larger than %(most)s. Send less.") % {"most": most})
    return _no(request, said.status_code, said.detail)


def _unavailable(request: AnyRequest, broken: Exception) -> Response[Any]:
    log.warning("database unavailable", error=type(broken).__name__, request_id=carried(request).request_id)
    answer = _no(request, 503, _("The database does not answer. Nothing was lost; try again in a minute."))
    answer.headers["Retry-After"] = RETRY_AFTER
    return answer


def _unexpected(request: AnyRequest, broken: Exception) -> Response[Any]:
    if is_outage(broken) or is_retryable(broken):
        return _unavailable(request, broken)
    request_id = carried(request).request_id
    log.error("unexpected error", exc_info=broken, route=route_of(request.scope), request_id=request_id)
    return _no(request, 500, _("Something went wrong on our side. What you typed was not saved."))


HANDLERS: dict[Any, Callable[..., Response[Any]]] = {
    Malformed: _malformed,
    WrongFilters: _wrong_filters,
    Refused: _refused,
    BrokenRule: _broken_rule,
    Stale: _stale,
    Unread: _unread,
    NotFound: _not_found,
    NotAllowed: _not_allowed,
    NotSignedIn: _not_signed_in,
    SecondFactorWanted: _second_factor_wanted,
    StepUpWanted: _step_up_wanted,
    Replay: _replay,
    HTTPException: _http,
    Exception: _unexpected,
}
