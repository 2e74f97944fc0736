"""What is asked of every request, whatever its route: where it comes from, how large it is, that it is text."""

import json
from typing import cast
from uuid import uuid4

import httpx
import pytest

from taskforce.settings import settings
from taskforce.web.form import DEEPEST, MOST_BYTES, MOST_CHARACTERS, MOST_FIELDS, MOST_NAME
from taskforce.web.guard import MOST_ADDRESS_BYTES, MOST_HEADER_BYTES, MOST_HEADERS, allowed_hosts, is_own_origin
from taskforce.web.signed_in import is_own_form, local_path
from tests.page_client import ADDRESS
from tests.world import World

FORM = "application/x-www-form-urlencoded"
EVIL = "https://evil.example"


@pytest.fixture
async def anybody(visit) -> httpx.AsyncClient:
    """A browser of nobody."""
    return (await visit(None)).http


@pytest.mark.parametrize(
    "path", ["/sign-in", "/no/such/page", "/api/v1/mechanisms", "/api/v1/nothing", "/static/tf.css", "/health/live"]
)
async def test_every_answer_carries_the_headers(anybody: httpx.AsyncClient, path: str) -> None:
    """Pages, refusals, the API and files alike; the nonce is another each time, and nothing unsafe is allowed."""
    first, second = await anybody.get(path), await anybody.get(path)
    policy = first.headers["content-security-policy"]

    for part in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        assert part in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert policy != second.headers["content-security-policy"]
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["x-frame-options"] == "DENY"
    assert first.headers["referrer-policy"] == "same-origin"
    assert first.headers["cross-origin-opener-policy"] == "same-origin"
    assert first.headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in first.headers["permissions-policy"]
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert "strict-transport-security" not in first.headers  # the tests' address is no https


@pytest.fixture
def https(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation behind TLS, with one more name."""
    changed = settings().model_copy(
        update={"base_url": "https://plan.example.org", "allowed_hosts": "plan.example.net, Old.example.org:443"}
    )
    monkeypatch.setattr("taskforce.web.guard.settings", lambda: changed)


@pytest.mark.usefixtures("https")
async def test_an_https_address_is_asked_for_by_https_alone(anybody: httpx.AsyncClient) -> None:
    """Browsers that were here once never come by plain http again."""
    answer = await anybody.get("/sign-in", headers={"host": "plan.example.org"})

    assert answer.status_code == 200
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


HOSTS = [
    ("localhost:8000", 200),
    ("LOCALHOST:8000", 200),
    ("127.0.0.1:8000", 200),
    ("[::1]:8000", 200),
    ("evil.example", 400),
    ("localhost", 400),
    ("localhost:8001", 400),
    ("localhost:8000.evil.example", 400),
    ("evil.example#localhost:8000", 400),
    ("localhost:8000@evil.example", 400),
    ("", 400),
]


@pytest.mark.parametrize(("host", "status"), HOSTS)
@pytest.mark.parametrize("path", ["/sign-in", "/api/v1/schema/openapi.json"])
async def test_only_our_hosts_are_answered(anybody: httpx.AsyncClient, host: str, status: int, path: str) -> None:
    """A request under another name gets 400, and nothing of that name is said back."""
    answer = await anybody.get(path, headers={"host": host})

    assert answer.status_code == status
    assert "evil" not in answer.text


@pytest.mark.usefixtures("https")
def test_the_allowed_hosts_of_an_installation() -> None:
    """Its address, what the setting adds, and this machine's own names; default ports say nothing."""
    own = {"localhost:8000", "127.0.0.1:8000", "[::1]:8000"}

    assert allowed_hosts() == {"plan.example.org", "plan.example.net", "old.example.org"} | own


async def test_a_load_balancer_asks_under_any_name(anybody: httpx.AsyncClient) -> None:
    """Whether the process lives tells nothing of the data, and is asked by address."""
    assert (await anybody.get("/health/live", headers={"host": "10.0.0.7:8000"})).status_code == 200


@pytest.mark.usefixtures("https")
@pytest.mark.parametrize(
    ("origin", "host", "is_own"),
    [
        ("https://plan.example.org", "plan.example.org", True),
        ("https://plan.example.net", "plan.example.net", True),
        ("http://plan.example.org", "plan.example.org", False),
        ("https://plan.example.net", "plan.example.org", False),
        ("http://localhost:8000", "localhost:8000", True),
        ("https://evil.example", "evil.example", False),
        ("null", "plan.example.org", False),
        ("", "plan.example.org", False),
    ],
)
def test_origins(origin: str, host: str, is_own: bool) -> None:
    """An origin is ours by its scheme, host and port together; one allowed host does not speak for another."""
    assert is_own_origin(origin, host) is is_own


# Sec-Fetch-Site, Origin, whether the form is taken for ours.
SITES = [
    ("same-origin", ADDRESS, True),
    ("same-origin", None, True),
    ("none", None, True),
    (None, ADDRESS, True),
    ("cross-site", None, False),
    ("cross-site", ADDRESS, False),
    ("same-site", None, False),
    ("same-site", ADDRESS, False),
    ("nonsense", ADDRESS, False),
    ("same-origin", EVIL, False),
    ("none", EVIL, False),
    (None, EVIL, False),
    (None, "null", False),
    ("same-origin", "null", False),
    (None, "http://localhost:8001", False),
    (None, "https://localhost:8000", False),
    (None, None, False),
]


@pytest.mark.parametrize(("site", "origin", "is_own"), SITES)
def test_where_a_form_comes_from(site: str | None, origin: str | None, is_own: bool) -> None:
    """Both headers must say that it was a page of this site, as far as the browser sends them."""
    sent = {"sec-fetch-site": site, "origin": origin, "host": "localhost:8000"}

    assert is_own_form({name: value for name, value in sent.items() if value is not None}) is is_own


@pytest.mark.parametrize(("site", "origin", "is_own"), SITES)
async def test_a_form_of_another_site_changes_nothing(
    world: World, visit, site: str | None, origin: str | None, is_own: bool
) -> None:
    """Not even with the session's own secret in it."""
    client = await visit(world.secretariat)
    page = await client.get(f"/objectives/{world.objective.id}/edit")
    sent = {"sec-fetch-site": site, "origin": origin}
    headers = {name: value for name, value in sent.items() if value is not None}

    answer = await client.http.post(page.action(), data=page.form() | {"title": "New words"}, headers=headers)

    stored = (await client.api_get(f"/objectives/{world.objective.id}")).json()["title"]
    assert answer.status_code == (303 if is_own else 409)
    assert (stored == "New words") is is_own


@pytest.mark.parametrize(
    ("wanted", "then"),
    [
        ("/desk", "/desk"),
        ("/plans/1?page=2#top", "/plans/1?page=2#top"),
        ("/mechanisms/TZ-1/plan?q=%C3%A9", "/mechanisms/TZ-1/plan?q=%C3%A9"),
        ("//evil.example", "/desk"),
        ("///evil.example", "/desk"),
        ("/\\evil.example", "/desk"),
        ("/plans\\..\\evil", "/desk"),
        ("\\\\evil.example", "/desk"),
        ("/%2f%2fevil.example", "/desk"),
        ("/%2Fevil.example", "/desk"),
        ("%2f%2fevil.example", "/desk"),
        ("/%252fevil.example", "/desk"),
        ("/%5cevil.example", "/desk"),
        ("/\t/evil.example", "/desk"),
        ("/\r\nset-cookie: a=b", "/desk"),
        ("/%0d%0aset-cookie:%20a=b", "/desk"),
        ("/%00", "/desk"),
        ("/\u202eevil", "/desk"),
        ("https://evil.example", "/desk"),
        ("javascript:alert(1)", "/desk"),
        ("data:text/html,x", "/desk"),
        ("desk", "/desk"),
        ("", "/desk"),
        (" /desk", "/desk"),
        ("@evil.example", "/desk"),
    ],
)
def test_the_next_page_is_one_of_ours(wanted: str, then: str) -> None:
    """After signing in nobody is led to another site, however the address is written."""
    assert local_path(wanted) == then


RAW = [b"\x00", b"%00", b"\xff", b"%ff", b"%c3%28", b"%ed%a0%80", b"%f8%a1%a1%a1"]


async def _asked(client: httpx.AsyncClient, path: bytes) -> httpx.Response:
    """A GET whose path is handed over byte by byte, past everything that a client would put right."""
    app = cast("httpx.ASGITransport", client._transport).app
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=_with_path(app, path)), base_url=ADDRESS) as raw:
        return await raw.get("/")


def _with_path(app, raw: bytes):
    route, _, query = raw.partition(b"?")

    async def asked(scope, receive, send) -> None:
        path = route.decode("utf-8", "replace")
        await app({**scope, "path": path, "raw_path": route, "query_string": query}, receive, send)

    return asked


@pytest.mark.parametrize("raw", RAW)
@pytest.mark.parametrize("path", [b"/mechanisms/", b"/api/v1/mechanisms/", b"/sign-in?next=", b"/static/"])
async def test_an_address_that_is_no_text(anybody: httpx.AsyncClient, path: bytes, raw: bytes) -> None:
    """NUL and broken UTF-8 in a path or a query get 400 on both mounts."""
    assert (await _asked(anybody, path + raw)).status_code == 400


@pytest.mark.parametrize("value", [b"a\x00b", b"\xff", b"a\x01", b"a\nb"])
@pytest.mark.parametrize("name", ["user-agent", "cookie", "idempotency-key", "authorization", "x-anything"])
async def test_headers_that_are_no_text(anybody: httpx.AsyncClient, name: str, value: bytes) -> None:
    """NUL, control characters and broken UTF-8 in any header get 400, the cookie's too."""
    answer = await anybody.get("/sign-in", headers=[(name.encode(), value)])

    assert answer.status_code == 400


async def test_a_cookie_with_an_encoded_nul(anybody: httpx.AsyncClient) -> None:
    """Cookies are decoded once more, so that what they hide counts too."""
    assert (await anybody.get("/desk", headers={"cookie": "tf-8000=%00"})).status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"x-long": "a" * MOST_HEADER_BYTES}, 431),
        ({f"x-{number}": "a" for number in range(MOST_HEADERS + 1)}, 431),
        ({"x-long": "a" * (MOST_HEADER_BYTES // 2)}, 200),
    ],
)
async def test_the_size_of_headers(anybody: httpx.AsyncClient, headers: dict[str, str], status: int) -> None:
    """Headers together are at most 16 KiB, and a hundred."""
    assert (await anybody.get("/sign-in", headers=headers)).status_code == status


async def test_the_length_of_an_address(anybody: httpx.AsyncClient) -> None:
    """Path and query are at most 8 KiB."""
    assert (await anybody.get("/sign-in?next=/" + "a" * MOST_ADDRESS_BYTES)).status_code == 414
    assert (await anybody.get("/sign-in?next=/" + "a" * (MOST_ADDRESS_BYTES // 2))).status_code == 200


async def _post_form(world: World, visit, body: bytes) -> httpx.Response:
    client = await visit(world.secretariat)
    page = await client.get(f"/objectives/{world.objective.id}/edit")
    plumbing = {name: value for name, value in page.form().items() if name in ("csrf", "idempotency_key", "version")}
    start = httpx.QueryParams(plumbing).__str__().encode()
    headers = {"origin": ADDRESS, "content-type": FORM}
    return await client.http.post(page.action(), content=start + b"&" + body, headers=headers)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"code=O1&title=A%00b", 400),
        (b"code=O1&title=A\x00b", 400),
        (b"code=O1&ti%00tle=A", 400),
        (b"code=O1&title=%ff", 400),
        (b"code=O1&title=\xff", 400),
        (b"code=O1&%ff=A", 400),
        (b"code=O1&title=%ed%a0%80", 400),
        (b"code=O1&title=" + b"a" * (MOST_CHARACTERS + 1), 400),
        (b"code=O1&title=A&" + b"a" * (MOST_NAME + 1) + b"=1", 400),
        (b"code=O1&title=A" + b"&a=1" * MOST_FIELDS, 400),
        (b"code=O1&title=" + b"a" * MOST_BYTES, 413),
        (b"code=O1&title=A&idempotency_key=12345678%00", 400),
        (b"code=O1&title=Fine", 303),
    ],
)
async def test_forms_that_are_no_text_or_too_large(world: World, visit, body: bytes, status: int) -> None:
    """400 or 413, never 500; a whole form of text is taken."""
    assert (await _post_form(world, visit, body)).status_code == status


NESTED = b'{"code": "O8", "title": ' + b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1) + b"}"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"code": "O8", "title": "A\x00b"}', 400),
        (rb'{"code": "O8", "title": "A\u0000b"}', 400),
        (rb'{"code": "O8", "title": "A\ud800b"}', 400),
        (rb'{"code": "O8", "title": "A", "capabilities": ["\ud800"]}', 400),
        (rb'{"code": "O8", "title": "A", "\u0000": 1}', 400),
        (rb'{"code": "O8", "title": {"a": {"b": "\u0000"}}}', 400),
        (b'{"code": "O8", "title": "\xff"}', 400),
        (b'{"code": "O8", "title": NaN}', 400),
        (b'{"code": "O8", "title": ' + b"9" * 5_000 + b"}", 400),
        (b"[" * 100_000, 400),
        (NESTED, 400),
        (b'{"code": "O8", "title": "' + b"a" * MOST_BYTES + b'"}', 413),
        (b"[]", 400),
        (b"null", 400),
        (b"{", 400),
        (b'{"code": "O8", "title": "Fine"}', 201),
    ],
)
async def test_json_that_is_no_text_or_too_large(world: World, visit, body: bytes, status: int) -> None:
    """400 or 413, never 500, as problem+json; a whole object of text is taken."""
    client = await visit(world.secretariat)
    headers = {
        "authorization": f"Bearer {client.token}",
        "content-type": "application/json",
        "idempotency-key": str(uuid4()),
    }

    answer = await client.http.post(f"/api/v1/plans/{world.plan.id}/objectives/add", content=body, headers=headers)

    assert answer.status_code == status, answer.text
    assert status == 201 or answer.headers["content-type"].startswith("application/problem+json")


async def test_a_body_that_states_no_length_is_counted(world: World, visit) -> None:
    """Pieces that come one after another are not taken beyond the limit either."""
    client = await visit(world.secretariat)
    taken = 0

    async def pieces():
        nonlocal taken
        for _ in range(64):
            taken += 65_536
            yield b"a" * 65_536

    headers = {"authorization": f"Bearer {client.token}", "content-type": "application/json"}
    answer = await client.http.post(
        f"/api/v1/plans/{world.plan.id}/objectives/add",
        content=pieces(),
        headers=headers | {"idempotency-key": "12345678"},
    )

    assert answer.status_code == 413
    assert json.loads(answer.text)["detail"]


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=a", None])
async def test_a_page_takes_forms_alone(world: World, visit, kind: str | None) -> None:
    """What a script of another site can send without asking first is no form of ours."""
    client = await visit(world.secretariat)
    headers = {"origin": ADDRESS} | ({"content-type": kind} if kind else {})

    answer = await client.http.post(f"/objectives/{world.objective.id}/edit", content=b"{}", headers=headers)

    assert answer.status_code == 415


async def test_a_key_is_plain_text(world: World, visit) -> None:
    """What is stored as the key of a change is 8 to 100 plain signs."""
    client = await visit(world.secretariat)
    for key in ("short", "a" * 101, "ключ-ключ", "tab\there"):
        headers = {
            "authorization": f"Bearer {client.token}",
            "content-type": "application/json",
            "idempotency-key": key.encode(),
        }
        answer = await client.http.post(f"/api/v1/plans/{world.plan.id}/objectives/add", content=b"{}", headers=headers)

        assert answer.status_code == 400


@pytest.mark.parametrize("code", ["Ā-衟", "O 9", 'a"b', "50%", "x\u00e9"])
async def test_a_code_in_an_address_is_written_for_a_header(world: World, visit, code: str) -> None:
    """Where a change leads, the codes that people chose may hold any letter: a header holds ASCII alone."""
    client = await visit(world.secretariat)
    path = f"/plans/{world.plan.id}/objectives/add"

    made = await client.api(path, code=code, title="Heard")
    sent = await client.submit(await client.get(path), {"code": f"{code}2", "title": "Seen"})

    assert made.status_code == 201, made.text
    assert made.headers["location"].isascii()
    assert sent.status_code == 303
    assert sent.headers["location"].isascii()
    assert (await client.get(sent.headers["location"])).status == 200
