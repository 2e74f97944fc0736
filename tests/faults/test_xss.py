"""Scripts that people type: stored and shown in a real browser, where none of them ever runs."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, Route, async_playwright

from taskforce.web.session_cookie import cookie_name
from tests.browser.conftest import chromium
from tests.faults.hostile import PAYLOADS, SAYS, places_of
from tests.faults.installation import Note
from tests.faults.test_fuzz import FORMS, _path
from tests.page_client import ADDRESS, Client
from tests.world import World

pytestmark = pytest.mark.browser
__all__ = ["chromium"]

# Fields that a person types in freely; what fills the others is already in the form.
TYPED = "main form[method=post] :is(input:not([type]), input[type=text], input[type=url], input[type=email], textarea)"
LISTEN = """
window.violations = [];
document.addEventListener('securitypolicyviolation', event =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
FILL = """([texts, names]) => {
  const filled = {};
  document.querySelectorAll(names).forEach((field, place) => {
    if (field.name === 'csrf' || field.type === 'hidden') return;
    filled[field.name] = field.value = texts[place % texts.length];
  });
  return filled;
}"""
# Sent past what a browser would check of them; the server has its own say.
SEND = "names => document.querySelector(names).form.submit()"


@dataclass
class Watched:
    """A browser's page, and whatever ran or was about to."""

    page: Page
    dialogs: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    sent: dict[str, set[str]] = field(default_factory=dict)

    async def note_violations(self) -> None:
        """What the page reports since it was loaded."""
        self.violations += [f"{self.page.url}: {each}" for each in await self.page.evaluate("window.violations || []")]

    async def open(self, path: str) -> int:
        """Load a page and wait until everything in it had its chance to run."""
        answer = await self.page.goto(f"{ADDRESS}{path}", wait_until="load")
        await self.note_violations()
        return answer.status if answer else 0


Files = dict[str, tuple[dict[str, str], bytes]]


async def _answered(client: Client, files: Files, route: Route) -> None:
    """Answer a request of the browser by the application in this process; redirects are followed here.

    `files` are scripts and styles that were asked for before: a new browser would ask for them on each page.
    """
    asked = route.request
    if asked.url in files:
        headers, body = files[asked.url]
        await route.fulfill(status=200, headers=headers, body=body)
        return
    if not asked.url.startswith(ADDRESS):
        await route.abort()
        return
    headers = {name: value for name, value in (await asked.all_headers()).items() if not name.startswith(":")}
    parts = urlsplit(asked.url)
    answer = await client.http.request(
        asked.method,
        parts.path + (f"?{parts.query}" if parts.query else ""),
        content=asked.post_data_buffer,
        headers={**headers, "cookie": f"{cookie_name()}={client.http.cookies.get(cookie_name())}"},
        follow_redirects=True,
    )
    kept = {name: value for name, value in answer.headers.items() if name not in ("content-encoding", "content-length")}
    if parts.path.startswith("/static/"):
        files[asked.url] = (kept, answer.content)
    await route.fulfill(status=answer.status_code, headers=kept, body=answer.content)


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """A real browser."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield started
        await started.close()


async def _watched(browser: Browser, client: Client) -> Watched:
    context = await browser.new_context()
    page = await context.new_page()
    watched = Watched(page)

    async def dismiss(dialog: Any) -> None:
        watched.dialogs.append(f"{page.url}: {dialog.message}")
        await dialog.dismiss()

    page.on("dialog", dismiss)
    page.on(
        "console",
        lambda said: watched.violations.append(f"{page.url}: {said.text}") if "Content Security" in said.text else None,
    )
    await page.add_init_script(LISTEN)

    files: Files = {}

    async def answer(route: Route) -> None:
        await _answered(client, files, route)

    await context.route("**/*", answer)
    return watched


async def _type_into(watched: Watched, path: str, texts: Iterator[str]) -> None:
    """Fill every text field of a form with another payload, send it, and look at what comes."""
    if await watched.open(path) != 200 or not await watched.page.locator(TYPED).count():
        return
    count = await watched.page.locator(TYPED).count()
    filled = cast("dict[str, str]", await watched.page.evaluate(FILL, [[next(texts) for _ in range(count)], TYPED]))
    for name, text in filled.items():
        watched.sent.setdefault(f"{path} {name}", set()).add(text)
    async with watched.page.expect_navigation(wait_until="load"):
        await watched.page.evaluate(SEND, TYPED)
    await watched.note_violations()


@dataclass(frozen=True)
class Stored:
    """Text that the API took, where it is read again."""

    path: str
    name: str
    text: str


async def _store(world: World, client: Client, places: dict[str, Any], texts: Iterator[str]) -> list[Stored]:
    """Payloads in the texts that pages show most, through the API, which takes them as they are."""
    stored: list[Stored] = []

    async def edit(path: str, *names: str, **more: Any) -> None:
        now = (await client.api_get(path)).json()
        fields = {name: next(texts)[:180] for name in names}
        answer = await client.api(f"{path}/edit", version=now["version"], **{**more, **fields})
        assert answer.status_code == 200, f"{path}: {answer.text}"
        stored.extend(Stored(path, name, text) for name, text in fields.items())

    await edit(f"/objectives/{world.objective.id}", "title", code="O1")
    await edit(f"/outputs/{world.output.id}", "title", code="O1.1")
    await edit(f"/cost-items/{places['cost_item_id']}", "title", code="C1")
    await edit(f"/indicators/{places['indicator_id']}", "title", "unit", code="I1")
    await edit(f"/places/{places['place_id']}", "title", code="P1")
    line = {"output_id": str(world.output.id), "lead_agency_id": str(world.police.id), "status": "not_started"}
    line |= {"own_plan": "yes", "code": "A1"}
    await edit(f"/activities/{world.activity.id}", "title", "description", "own_plan_reference", **line)
    return stored


async def _run(world: World, watched: Watched, client: Client, *, forms: int, most: int) -> set[str]:
    """Store payloads, type them into forms until `most` were sent, look at the pages that show them; what was sent."""
    places, texts = await places_of(world), cycle(PAYLOADS)
    stored = await _store(world, client, places, texts)
    chosen = [pattern for pattern, _command in FORMS if "delete" not in pattern and "end" not in pattern.split("/")]
    rounds = 0
    while rounds == 0 or (len(watched_texts(watched)) < most and rounds < 8):
        rounds += 1
        for pattern in chosen[:: max(1, len(chosen) // forms)]:
            await _type_into(watched, _path(pattern, places), texts)
    for path in _pages(world, places):
        await watched.open(path)
    for each in stored:
        found = (await client.api_get(each.path)).json()
        if each.name in found:
            assert found[each.name] in (each.text.strip(), *watched_texts(watched)), f"{each.path} {each.name}"
    return watched_texts(watched) | {each.text.strip() for each in stored}


def watched_texts(watched: Watched) -> set[str]:
    """All that was typed in the browser, as it is stored: a later save may have replaced an earlier one."""
    return {text.strip() for texts in watched.sent.values() for text in texts}


def _pages(world: World, places: dict[str, Any]) -> list[str]:
    mechanism = f"/mechanisms/{world.mechanism.code}"
    pages = ["", "/plan", "/alerts", "/money", "/places", "/responsibilities", "/agencies", "/edit"]
    kinds = ("activity", "alert", "cost_item", "source", "responsibility", "plan")
    homes = {"activity": "activities", "cost_item": "cost-items", "source": "funding-sources"}
    homes |= {"responsibility": "responsibilities", "plan": "plans", "alert": "alerts"}
    return [
        "/desk",
        *(mechanism + each for each in pages),
        *(f"/{homes[kind]}/{places[f'{kind}_id']}" for kind in kinds),
        f"/activities/{world.activity.id}/edit",
        f"/activities/{world.activity.id}/attachments",
    ]


@pytest.mark.parametrize(
    ("policy", "dialogs", "violations"), [(None, True, False), ("default-src 'none'", False, True)]
)
async def test_the_watch_sees_what_runs(
    world: World, visit, browser: Browser, policy: str | None, dialogs: bool, violations: bool
) -> None:
    """Control: a page that shows a payload without escaping is noticed, by its dialog or by what stopped it."""
    watched = await _watched(browser, await visit(world.secretariat))
    headers = {"content-type": "text/html"} | ({"content-security-policy": policy} if policy else {})

    async def careless(route: Route) -> None:
        await route.fulfill(status=200, headers=headers, body=f"<h1><img src=x onerror={SAYS}></h1>")

    await watched.page.route(f"{ADDRESS}/careless", careless)

    await watched.open("/careless")
    await watched.page.wait_for_timeout(200)
    await watched.note_violations()

    assert bool(watched.dialogs) is dialogs
    assert bool(watched.violations) is violations


async def test_a_few_payloads_do_not_run(world: World, visit, browser: Browser) -> None:
    """Twenty and more, in the texts that pages show most and in some forms."""
    client = await visit(world.secretariat)
    watched = await _watched(browser, client)

    sent = await _run(world, watched, client, forms=6, most=0)

    assert watched.dialogs == []
    assert watched.violations == []
    assert len(sent) >= 20


@pytest.mark.faults
async def test_two_hundred_payloads_do_not_run(world: World, visit, browser: Browser, record_property: Note) -> None:
    """Each in at least one field, and every text field of every form at least one."""
    client = await visit(world.secretariat)
    watched = await _watched(browser, client)

    await _run(world, watched, client, forms=len(FORMS), most=len(PAYLOADS))

    record_property("payloads", len(watched_texts(watched)))
    record_property("fields", len(watched.sent))
    assert watched.dialogs == []
    assert watched.violations == []
    assert watched_texts(watched) >= {text.strip() for text in PAYLOADS}
