"""What one request carries from its first step to its answer."""

from dataclasses import dataclass
from typing import Any, cast

from litestar.connection import Request

from taskforce.access import NOBODY, Actor
from taskforce.web.form import Posted


@dataclass
class Carried:
    """Filled in as the request goes: who asks, the secret of its forms, what was posted before, what was answered."""

    nonce: str
    request_id: str
    actor: Actor = NOBODY
    csrf: str = ""
    is_demonstration: bool = False
    posted: Posted | None = None
    answer: dict[str, Any] | None = None


def carry(scope: Any, carried: Carried) -> None:
    """Give a request what it carries."""
    scope["taskforce"] = carried


def carried(request: Request[Any, Any, Any]) -> Carried:
    """What this request carries."""
    return cast("Carried", cast("dict[str, Any]", request.scope)["taskforce"])
