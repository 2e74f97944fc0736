"""What one request carries from its first step to its answer."""

from dataclasses import dataclass, field
from typing import Any, cast

from litestar.connection import Request
from pydantic import BaseModel

from taskforce.access import NOBODY, Actor
from taskforce.queries.account import SignedIn
from taskforce.web.form import Posted


@dataclass
class Carried:
    """Filled in as the request goes: who asks, the secret of its forms, what was posted before, what was answered.

    `command` is what was sent, once it could be read.
    `signed_in` is the session, also while its second factor is still to come; `secret` the new one that it got on the
    way, and `headers` what the answer says of that.
    """

    nonce: str
    request_id: str
    actor: Actor = NOBODY
    csrf: str = ""
    is_demonstration: bool = False
    posted: Posted | None = None
    command: BaseModel | None = None
    answer: dict[str, Any] | None = None
    signed_in: SignedIn | None = None
    has_lost_rights: bool = False
    secret: str = ""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)


def carry(scope: Any, carried: Carried) -> None:
    """Give a request what it carries."""
    scope["taskforce"] = carried


def carried(request: Request[Any, Any, Any]) -> Carried:
    """What this request carries."""
    return cast("Carried", cast("dict[str, Any]", request.scope)["taskforce"])


def route_of(scope: Any) -> str:
    """The pattern of the route, which unlike the path holds no secret of a one-time link; `-` where none fits."""
    return str(scope.get("path_template") or "-")
