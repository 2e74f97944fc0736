"""Goes through the demonstration from link to link, draws the pages of new shape, and notes what is wrong."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlsplit

from playwright.async_api import Page

from tests.browser.accessibility import violations
from tests.browser.shape import is_of_main, shape

PHONE, DESKTOP = 390, 1280  # px
AN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
A_CODE = re.compile(r"/mechanisms/[A-Z0-9-]+")
A_LINK = re.compile(r'<a\s[^>]*href="([^"]+)"')
NOT_PAGES = ("/static/", "/api/v1", "/sign-in/", "/sign-out")
# Pages that a script builds, and what tells that it is done.
BUILT = {"#api-list": "#api-list .opblock", "[data-figure]": ".js-plotly-plot .main-svg"}
AS_LOADED = ".tf-filter, [data-figure]"  # parts whose scripts look at the width only when a page is loaded


@dataclass
class Walk:
    """One user's way through the site, what was wrong on it, and which pages of which kind were only fetched."""

    page: Page
    address: str
    drawn: set[str] = field(default_factory=set)
    fetched: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


Shapes = defaultdict[str, set[str]]  # by kind of page, and for the frame: the elements that were drawn already
FRAME = "the frame"


def kind(path: str) -> str:
    """What pages of one kind have in common: ids and mechanism codes are taken out."""
    return A_CODE.sub("/mechanisms/CODE", AN_ID.sub("ID", path))


def links(html: str, address: str) -> list[str]:
    """The paths of the site's pages that a page leads to, in order, without what they ask for."""
    found = (unescape(each).removeprefix(address) for each in A_LINK.findall(html))
    paths = (urlsplit(each).path for each in found if each.startswith("/") and not each.startswith("//"))
    return [path for path in paths if not path.startswith(NOT_PAGES) and not path.endswith(".csv")]


async def _load(walk: Walk, path: str, width: int) -> str:
    """Open a page at a width, wait until its scripts have built it, and return the HTML that was sent."""
    page = walk.page
    await page.set_viewport_size({"width": width, "height": 900})
    answer = await page.goto(path)
    assert answer is not None, path
    if answer.status != 200:
        walk.problems.append(f"{path} answered {answer.status}")
    for mark, built in BUILT.items():
        if (width == DESKTOP or mark != "[data-figure]") and await page.locator(mark).count():
            await page.locator(built).first.wait_for()
    return await answer.text()


async def draw(walk: Walk, path: str) -> str:
    """Check a page on a phone and on a desktop, and return its HTML.

    It is loaded twice only where its scripts look at the width.
    """
    html = await _load(walk, path, PHONE)
    for width in (PHONE, DESKTOP):
        if width != PHONE and await walk.page.locator(AS_LOADED).count():
            await _load(walk, path, width)
        await walk.page.set_viewport_size({"width": width, "height": 900})
        wide = await walk.page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            walk.problems.append(f"{path} is {wide} px wide on a screen of {width}")
        if broken := await violations(walk.page):
            walk.problems.append(f"{path} at {width} px: {broken}")
    walk.drawn.add(kind(urlsplit(walk.page.url).path))
    return html


async def _fetch(walk: Walk, path: str) -> tuple[str, str]:
    """Ask for a page without drawing it: its kind after redirections, and its HTML."""
    answer = await walk.page.request.get(path)
    if answer.status != 200:
        walk.problems.append(f"{path} answered {answer.status}")
    arrived = kind(urlsplit(answer.url).path)
    walk.fetched.add(arrived)
    return arrived, await answer.text() if "html" in answer.headers.get("content-type", "") else ""


def _has_new(shapes: Shapes, page_kind: str, html: str) -> bool:
    """Whether the page has anything that no page of its kind had; from now on it is known."""
    is_new = False
    for element in shape(html):
        known = shapes[page_kind if is_of_main(element) else FRAME]
        is_new |= element not in known
        known.add(element)
    return is_new


async def follow(walk: Walk, start: str, shapes: Shapes) -> None:
    """Follow all links from a page on, one page of each kind; draw the first and each that has something new."""
    waiting, asked = [start], set[str]()
    while waiting:
        path = waiting.pop(0)
        if kind(path) in asked:
            continue
        asked.add(kind(path))
        if path == start or kind(path) not in shapes:
            html = await draw(walk, path)
            _has_new(shapes, kind(urlsplit(walk.page.url).path), html)
            shapes.setdefault(kind(path), set())  # it may have led elsewhere
        else:
            arrived, html = await _fetch(walk, path)
            if html and _has_new(shapes, arrived, html):
                await draw(walk, path)
        waiting += links(html, walk.address)
