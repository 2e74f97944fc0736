"""A browser without scripts, and a program on the API; each page that it fetches is checked as a page."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, cast
from uuid import uuid4
from xml.etree.ElementTree import Element

import html5lib
import httpx
from litestar import Litestar

from taskforce.access import SIGN_IN, TokenScope
from taskforce.db import Sessions, transaction
from taskforce.models import Account
from taskforce.services import account as accounts
from taskforce.services.account import Entry
from taskforce.services.account_token import MakeToken, make_token
from taskforce.web.session_cookie import cookie_name

ADDRESS = "http://localhost:8000"
DOMAIN = "localhost.local"  # under which a browser keeps a cookie of localhost
WITH_CODE = Entry(address="test", agent="test", has_second_factor=True)
EVERYTHING = MakeToken(title="test", scopes=list(TokenScope), days=1)
_browsers = count(1)
FILLABLE = ("input", "select", "textarea")


@dataclass(frozen=True)
class Page:
    """A fetched page."""

    status: int
    html: str
    tree: Element
    url: str

    @property
    def title(self) -> str:
        """The words of <title>."""
        return _words(self.tree.find(".//title"))

    @property
    def text(self) -> str:
        """All words of the page that people read, with single spaces."""
        body = self.tree.find("body")
        data = {id(each) for each in self.tree.iter("script")}
        return "" if body is None else " ".join("".join(_read(body, data)).split())

    @property
    def errors(self) -> list[str]:
        """The entries of the error summary."""
        return [
            _words(link) for link in self.tree.findall(".//*[@class]") if "error-summary__list" in link.get("class", "")
        ]

    def links(self) -> list[str]:
        """Where the page leads."""
        return [link.get("href", "") for link in self.tree.iter("a")]

    def form(self, action: str | None = None) -> dict[str, str | list[str]]:
        """The values of the form with this action, or of the first POST form in <main>."""
        return _fields(self._form(action))

    def action(self, action: str | None = None) -> str:
        """Where that form posts to."""
        return self._form(action).get("action", "")

    def _form(self, action: str | None) -> Element:
        main = self.tree.find(".//main")
        assert main is not None, "the page has no main"
        for found in main.iter("form"):
            if found.get("method") == "post" and (action is None or found.get("action") == action):
                return found
        raise AssertionError(f"no form posts to {action} on {self.url}")


def _read(element: Element, left_out: set[int]) -> Iterator[str]:
    if id(element) not in left_out:
        yield element.text or ""
        for child in element:
            yield from _read(child, left_out)
            yield child.tail or ""


def _words(element: Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _fields(form: Element) -> dict[str, str | list[str]]:
    values: dict[str, str | list[str]] = {}
    for field in form.iter():
        name = field.get("name")
        if field.tag not in FILLABLE or not name:
            continue
        if field.tag == "select":
            chosen = [o.get("value", _words(o)) for o in field.iter("option") if o.get("selected") is not None]
            first = next((o.get("value", _words(o)) for o in field.iter("option")), "")
            value = chosen[0] if chosen else first
        elif field.tag == "textarea":
            value = "".join(field.itertext())
        elif field.get("type") in ("checkbox", "radio"):
            if field.get("checked") is None:
                continue
            value = field.get("value", "on")
        else:
            value = field.get("value", "")
        if name in values:
            earlier = values[name]
            values[name] = [*(earlier if isinstance(earlier, list) else [earlier]), value]
        else:
            values[name] = value
    return values


def check_page(page: Page, nonce_header: str) -> None:
    """What must hold of every page: an h1 that the title carries, labels, unique ids, form plumbing, no inline code."""
    tree, url = page.tree, page.url
    headings = [_words(each) for each in tree.iter("h1")]
    assert len(headings) == 1, f"{url} has {len(headings)} h1: {headings}"
    assert headings[0], f"{url}: the h1 is empty"
    assert headings[0] in page.title, f"{url}: title {page.title!r} does not carry h1 {headings[0]!r}"
    ids = [each.get("id", "") for each in tree.iter() if each.get("id")]
    assert len(ids) == len(set(ids)), f"{url} repeats ids {sorted({i for i in ids if ids.count(i) > 1})}"
    labelled = {label.get("for") for label in tree.iter("label")}
    for field in tree.iter():
        if field.tag in FILLABLE and field.get("type") not in ("hidden", "submit", "button"):
            named = field.get("id") in labelled or field.get("aria-label") or field.get("aria-labelledby")
            assert named, f"{url}: the field {field.get('name')} has no label"
        for attribute in field.attrib:
            assert not attribute.startswith("on"), f"{url}: inline handler {attribute}"
            assert attribute != "style", f"{url}: inline style on {field.tag}"
    for form in tree.iter("form"):
        assert form.get("method", "get") == "get" or form.get("action"), f"{url}: a form has no action"
        if form.get("method") == "post":
            assert any(each.get("name") == "csrf" for each in form.iter("input")), f"{url}: a form has no csrf field"
    for script in tree.iter("script"):
        assert script.get("src") or script.get("type") == "application/json", f"{url}: inline script"
    for style in tree.iter("style"):
        assert f"'nonce-{style.get('nonce')}'" in nonce_header, f"{url}: style without nonce"
    assert not re.search(r"%\(\w+\)|\{\{|\}\}|\{%|\bNone\b|&lt;built-in|Undefined", page.text), (
        f"{url}: raw template text"
    )


@dataclass
class Client:
    """One signed-in browser, and the same person's program on the API."""

    http: httpx.AsyncClient
    token: str

    @classmethod
    async def opened(cls, app: Litestar, sessions: Sessions, account: Account | None, now: dt.datetime) -> "Client":
        """A browser of this account, or of nobody."""
        number = next(_browsers)  # each from an address of its own, since failed tries are counted by address
        client = (f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", 50_000)
        http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=cast("Any", app), raise_app_exceptions=True, client=client),
            base_url=ADDRESS,
        )
        token = ""
        if account is not None:
            async with transaction(sessions, SIGN_IN) as session:
                secret = await accounts.open_session(session, account.id, WITH_CODE, now=now)
                token = await make_token(session, account.id, EVERYTHING, now=now)
            http.cookies.set(cookie_name(), secret, domain=DOMAIN)
        return cls(http=http, token=token)

    def _page(self, answer: httpx.Response) -> Page:
        tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(answer.text)
        page = Page(status=answer.status_code, html=answer.text, tree=tree, url=str(answer.url))
        check_page(page, answer.headers.get("content-security-policy", ""))
        return page

    async def get(self, path: str) -> Page:
        """Open a page, following redirects."""
        return self._page(await self.http.get(path, follow_redirects=True))

    async def status(self, path: str) -> int:
        """The status of a page, not followed."""
        return (await self.http.get(path)).status_code

    async def send(self, page: Page, changes: dict[str, Any] | None = None, *, action: str | None = None) -> Page:
        """Fill a form of a page in and send it; redirects are followed."""
        return self._page(await self.submit(page, changes, action=action, follow_redirects=True))

    async def submit(
        self,
        page: Page,
        changes: dict[str, Any] | None = None,
        *,
        action: str | None = None,
        follow_redirects: bool = False,
    ) -> httpx.Response:
        """Fill a form in and send it; the raw answer."""
        values = page.form(action) | (changes or {})
        target = page.action(action) or page.url
        return await self.http.post(target, data=values, headers={"origin": ADDRESS}, follow_redirects=follow_redirects)

    async def api(
        self, path: str, *, key: str | None = None, if_match: str | None = None, **command: Any
    ) -> httpx.Response:
        """POST a command to the API with a new key, or with this one; `if_match`: the ETag that was read."""
        return await self.http.post(
            f"/api/v1{path}",
            content=json.dumps(command, default=str),
            headers={
                "authorization": f"Bearer {self.token}",
                "content-type": "application/json",
                "idempotency-key": key or str(uuid4()),
            }
            | ({} if if_match is None else {"if-match": if_match}),
        )

    async def api_get(self, path: str) -> httpx.Response:
        """GET from the API."""
        return await self.http.get(f"/api/v1{path}", headers={"authorization": f"Bearer {self.token}"})
