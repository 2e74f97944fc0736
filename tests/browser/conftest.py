"""The demonstration as a user starts it, and a real browser."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.browser.accessibility import watch
from tests.browser.walk import DESKTOP, Walk
from tests.data_folder import copied

LINK = re.compile(r"(?P<who>.*?)\s+(?P<link>http://localhost:\d+/sign-in/\S+)")
PATIENCE = 60  # seconds for the demonstration to be served on a busy machine
# The first draws the same pages without the windows of a desktop, in half the time of the processor.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


@dataclass
class Site:
    """A served demonstration: its address, and a sign-in link by the post of its user."""

    address: str
    links: dict[str, str]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program. In CI it must be there; elsewhere its absence is a loud skip."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None and os.environ.get("CI"):
        pytest.fail("no Chromium in CI: `make browser` installs it from Debian")
    if found is None:
        pytest.skip("NO CHROMIUM: the browser tests did not run. Install it (Debian: apt-get install chromium).")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def site(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`taskforce demo` in a process of its own, stopped by Ctrl-C as a user stops it."""
    home, port = copied(demonstration, tmp_path_factory.mktemp("site") / "home"), _free_port()
    environment = os.environ | {"TASKFORCE_HOME": str(home), "PORT": str(port), "COLUMNS": "200"}
    output = Path(home) / "output"
    with output.open("w") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "taskforce", "demo"], env=environment, stdout=written, stderr=subprocess.STDOUT
        )
        links = _printed_links(process, output)
        yield Site(address=f"http://localhost:{port}", links=links)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0, output.read_text()


def _answers(link: str) -> bool:
    """Whether the server listens; the links are printed a moment before."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(link).port or 0)) == 0


def _printed_links(process: subprocess.Popen[bytes], output: Path) -> dict[str, str]:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        text = output.read_text()
        links = {found["who"].strip(): found["link"] for found in map(LINK.search, text.splitlines()) if found}
        if links and "Ctrl-C" in text and _answers(next(iter(links.values()))):
            return links
        assert process.poll() is None, text
        time.sleep(0.1)
    raise AssertionError(f"the demonstration was not served in {PATIENCE} s:\n{output.read_text()}")


@pytest.fixture(scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """One browser for all tests of this worker."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield started
        await started.close()


Cookies = dict[str, list[dict[str, object]]]
Opened = Callable[..., Awaitable[Page]]
Begun = Callable[[str | None], Awaitable[Walk]]


@pytest.fixture(scope="session")
async def cookies() -> Cookies:
    """The cookies of whoever signed in already: a link works once."""
    return {}


async def _sign_in(page: Page, post: str, site: Site, cookies: Cookies) -> None:
    if post in cookies:
        await page.context.add_cookies(cookies[post])  # type: ignore[arg-type]  # as the browser gave them
        return
    await page.goto(next(link for who, link in site.links.items() if who.startswith(post)))
    await page.locator("main button").first.click()
    await page.wait_for_url("**/desk")
    cookies[post] = [dict(cookie) for cookie in await page.context.cookies()]


@pytest.fixture
async def signed_in(browser: Browser, site: Site, cookies: Cookies) -> AsyncIterator[Opened]:
    """Opens the site as a post of the demonstration, in a browser that was never there: `await signed_in("Donor")`."""
    contexts = []

    async def open_as(post: str | None, *, width: int = DESKTOP, scripts: bool = True) -> Page:
        context = await browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripts, base_url=site.address
        )
        contexts.append(context)
        page = await context.new_page()
        if post:
            await _sign_in(page, post, site, cookies)
        return page

    yield open_as
    for context in contexts:
        await context.close()


@pytest.fixture(scope="session")
async def tab(browser: Browser, site: Site) -> AsyncIterator[Walk]:
    """One tab for all walks, so that the browser reads scripts and sheets once; it notes what the browser says."""
    context = await browser.new_context(base_url=site.address)
    await watch(context)
    page = await context.new_page()
    walk = Walk(page, site.address)
    note = walk.problems.append
    page.on("console", lambda said: note(f"{page.url}: {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: note(f"{page.url}: {error}"))
    yield walk
    await context.close()


@pytest.fixture
async def begin(tab: Walk, site: Site, cookies: Cookies) -> Begun:
    """Begins a walk as a post of the demonstration, or as a stranger: `walk = await begin("Donor")`."""

    async def begin_as(post: str | None) -> Walk:
        await tab.page.context.clear_cookies()
        if post:
            await _sign_in(tab.page, post, site, cookies)
        tab.problems.clear()
        tab.drawn.clear()
        tab.fetched.clear()
        return tab

    return begin_as
