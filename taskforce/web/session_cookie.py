"""The cookie of a session: its name, its guards, and the new secret that a session gets on the way."""

from typing import Any

from litestar.connection import Request
from litestar.datastructures import Cookie

from taskforce.services.account import Renewed
from taskforce.settings import settings
from taskforce.web.carried import carried


def cookie_name() -> str:
    """The name of the session cookie; the prefix makes browsers insist on https and on the whole site."""
    address = settings().address
    return "__Host-tf" if address.startswith("https://") else f"tf-{settings().port}"


def session_cookie(secret: str) -> Cookie:
    """The cookie that holds a session's secret, for the life of the browser."""
    return Cookie(
        key=cookie_name(),
        value=secret,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings().address.startswith("https://"),
        max_age=None if secret else 0,
    )


def session_secret(request: Request[Any, Any, Any]) -> str:
    """The secret of this browser's session: the one made during this request, or that of its cookie."""
    return carried(request).secret or request.cookies.get(cookie_name(), "")


def remember(request: Request[Any, Any, Any], renewed: Renewed) -> None:
    """Have the answer carry the new secret of the session, whatever the answer is."""
    found = carried(request)
    found.secret, found.csrf = renewed.secret, renewed.csrf
    name, value = session_cookie(renewed.secret).to_encoded_header()
    found.headers[:] = [(name, value)]
