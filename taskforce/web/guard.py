"""What is asked of every request before a route is looked for, and the headers that every answer carries."""

import json
import re
import secrets
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from taskforce.render.wording import gettext as _
from taskforce.settings import settings
from taskforce.web.carried import Carried, carry
from taskforce.web.upload import close_uploads

Headers = list[tuple[bytes, bytes]]
MOST_ADDRESS_BYTES: Final = 8_192  # path and query; a filter with all places of a country is below 2,000
MOST_HEADER_BYTES: Final = 16_384  # all header lines; browsers send below 2,000, and 4,096 for each cookie at most
MOST_HEADERS: Final = 100
# No header line holds these; a tab may stand between words.
CONTROL: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
PROBES: Final = "/health/"
POLICY_HEADER: Final = b"content-security-policy"
DEFAULT_PORTS: Final = {"https": ":443", "http": ":80"}
# What a page of ours never asks the browser for, so that nothing that slips into one can.
NOT_USED: Final = (
    "accelerometer",
    "camera",
    "display-capture",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)


def _headers(nonce: str) -> Headers:
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:;"
        " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = [
        (POLICY_HEADER, policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),  # for browsers that do not know frame-ancestors
        (b"referrer-policy", b"same-origin"),
        (b"permissions-policy", ", ".join(f"{name}=()" for name in NOT_USED).encode()),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]
    if settings().address.startswith("https://"):
        headers.append((b"strict-transport-security", b"max-age=31536000"))
    return headers


def _caching(scope: HTTPScope) -> bytes:
    """Pages are never kept; a static file that is named with the hash of its content is kept for ever."""
    if not scope["path"].startswith("/static/"):
        return b"no-store"
    return b"public, max-age=31536000, immutable" if scope["query_string"].startswith(b"v=") else b"no-cache"


def _without_default_port(host: str, scheme: str) -> str:
    return host.lower().removesuffix(DEFAULT_PORTS[scheme])


def allowed_hosts() -> frozenset[str]:
    """The hosts under which pages are asked for: of the address, of the setting, and this machine's own names."""
    named = settings()
    address = urlsplit(named.address)
    hosts = {address.netloc, *(host.strip() for host in named.allowed_hosts.split(",") if host.strip())}
    own = {f"{name}:{named.port}" for name in LOOPBACK} | (set(LOOPBACK) if named.port == 80 else set())
    return frozenset({_without_default_port(host, address.scheme) for host in hosts} | own)


def is_allowed_host(host: str) -> bool:
    """Whether a Host header names this installation."""
    return _without_default_port(host, urlsplit(settings().address).scheme) in allowed_hosts()


def is_own_origin(origin: str, host: str) -> bool:
    """Whether an Origin header names this installation: its address, or the very host that was asked, if allowed.

    The scheme cannot be seen behind a proxy: it is that of the address, and http for this machine's own names.
    """
    address = settings().address
    if origin == f"{urlsplit(address).scheme}://{urlsplit(address).netloc}":
        return True
    is_loopback = host.rpartition(":")[0] in LOOPBACK or host in LOOPBACK
    scheme = "http" if is_loopback else urlsplit(address).scheme
    return is_allowed_host(host) and origin == f"{scheme}://{host}"


def _is_text(sent: bytes) -> bool:
    """Whether a percent-encoded part of an address is UTF-8 without NUL; nothing that is stored holds another."""
    try:
        return "\0" not in unquote_to_bytes(sent).decode("utf-8")
    except UnicodeDecodeError:
        return False


def _is_header_text(name: bytes, value: bytes) -> bool:
    if CONTROL.search(value) or (name == b"cookie" and b"%00" in value):
        return False
    try:
        return bool(name.decode("ascii")) and value.decode("utf-8") is not None
    except UnicodeDecodeError:
        return False


def fault_of(scope: HTTPScope) -> tuple[int, str] | None:
    """Why a request goes no further: a status and words that repeat nothing of it; None where it may go on."""
    headers = [(name.lower(), value) for name, value in scope["headers"]]
    hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
    path = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogatepass")
    if len(path) + len(scope["query_string"]) > MOST_ADDRESS_BYTES:
        return 414, _("The address is too long. Shorten it.")
    if len(headers) > MOST_HEADERS or sum(len(name) + len(value) for name, value in headers) > MOST_HEADER_BYTES:
        return 431, _("The headers are too large. Clear the cookies of this site and try again.")
    is_probe = scope["path"].startswith(PROBES)  # a load balancer asks by address, and is told nothing of the data
    if len(hosts) != 1 or not (is_allowed_host(hosts[0]) or is_probe):
        return 400, _("This site is not served under that name. Use the address that you were given.")
    if not (_is_text(path) and _is_text(scope["query_string"])):
        return 400, _("The address holds what is no text. Follow a link, or type it again.")
    if not all(_is_header_text(name, value) for name, value in headers):
        return 400, _("The headers hold what is no text.")
    return None


async def _refuse(scope: HTTPScope, send: Send, status: int, detail: str, request_id: str) -> None:
    """Answer without the application: no template, since what was sent cannot be trusted to make a page of."""
    if scope["path"].startswith("/api/"):
        kind = b"application/problem+json"
        title = HTTPStatus(status).phrase
        content = {"type": f"/api#{HTTPStatus(status).name.lower()}", "title": title, "status": status}
        body = json.dumps(content | {"detail": detail, "request_id": request_id}).encode()
    else:
        kind, body = b"text/plain; charset=utf-8", detail.encode()
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def guarded(app: ASGIApp) -> ASGIApp:
    """Gives every answer its request id and headers, also the router's own 404 and 405, which no middleware sees."""

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        nonce, request_id = secrets.token_urlsafe(16), secrets.token_hex(8)
        made = Carried(nonce=nonce, request_id=request_id)
        carry(scope, made)
        own = [*_headers(nonce), (b"x-request-id", request_id.encode()), (b"cache-control", _caching(scope))]
        names = {name for name, _value in own}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                # a file that somebody uploaded comes with a stricter policy of its own
                theirs = [each for each in message["headers"] if each[0] not in names or each[0] == POLICY_HEADER]
                stricter = {POLICY_HEADER} & {name for name, _value in theirs}
                message["headers"] = [*theirs, *made.headers, *(each for each in own if each[0] not in stricter)]
            await send(message)

        fault = fault_of(scope)
        if fault is not None:
            await _refuse(scope, send_with_headers, *fault, request_id)
            return
        try:
            await app(scope, receive, send_with_headers)
        finally:
            close_uploads(scope)

    return asked
