"""A change sent twice is made once: the key of the sender, kept in the transaction of the change."""

import hashlib
from typing import Any

from litestar.connection import Request
from litestar.exceptions import ClientException

from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.services import idempotency_key as keys
from taskforce.web.form import CONFIRM, is_form, posted_values, speaks_html
from taskforce.web.upload import is_multipart, posted_parts

OF_NOW = ("csrf", CONFIRM)


class Replay(Exception):
    """The same change was made before; `answer` is what was answered then."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__("the change was made before")
        self.answer = answer


async def key_of(request: Request[Any, Any, Any]) -> str:
    """The key that a form or an API request carries.

    Raises:
        ClientException: there is none, or it is not 8 to 100 characters long.
    """
    if speaks_html(request):
        key = (await posted_values(request)).get("idempotency_key", [""])[-1]
    else:
        key = request.headers.get("idempotency-key", "")
    if not (8 <= len(key) <= 100 and key.isascii() and key.isprintable()):
        raise ClientException("the header Idempotency-Key is missing: send a new UUID with each change")
    return key


async def _fields(request: Request[Any, Any, Any]) -> list[tuple[str, list[str]]]:
    """What a person typed: a form secret, which is masked anew on each page, or a code tells nothing of it."""
    fields = sorted((name, given) for name, given in (await posted_values(request)).items() if name not in OF_NOW)
    upload = (await posted_parts(request)).upload if is_multipart(request) else None
    return fields if upload is None else [*fields, (upload.name, [upload.sha256])]


async def take(session: Session, principal: str, key: str, request: Request[Any, Any, Any]) -> None:
    """Take the key for this change; whoever sends it again meanwhile waits for the outcome.

    Raises:
        Replay: the change was made before.
        Refused, ClientException: the key was used for something else, by a form, by a program.
    """
    sent = repr(await _fields(request)).encode() if is_form(request) else await request.body()
    digest = hashlib.sha256(f"{request.url.path}\n".encode() + sent).hexdigest()
    earlier = await keys.take(session, principal, key, digest)
    if earlier is None:
        return
    if earlier.request_hash != digest and speaks_html(request):
        raise Refused("You sent this page before, with other text. Look at what is stored now, then change that.")
    if earlier.request_hash != digest:
        raise ClientException("this Idempotency-Key was used for another request: send a new one", status_code=422)
    raise Replay(earlier.answer or {})
