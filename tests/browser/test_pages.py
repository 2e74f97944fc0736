"""Every page that a role can reach, in a real browser: accessible, no wider than the screen, nothing in the console."""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.browser.conftest import Opened, Site

pytestmark = pytest.mark.browser

AN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
A_CODE = re.compile(r"/mechanisms/[A-Z0-9-]+")
NEXT_YEAR = datetime.now(UTC).year + 1
MOST_PAGES = 80
FOOT = ("/help", "/keyboard", "/accessibility", "/privacy", "/licences", "/api")  # the same for everybody
NOT_PAGES = ("/static/", "/api/v1", "/sign-in/", "/sign-out")


def _pattern(path: str) -> str:
    """Pages of one kind count once: ids and mechanism codes are taken out."""
    return A_CODE.sub("/mechanisms/CODE", AN_ID.sub("ID", path))


async def _links(page: Page, address: str) -> list[str]:
    found = await page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    paths = [urlsplit(each).path for each in found if each.startswith(address)]
    return [path for path in paths if not path.startswith(NOT_PAGES) and not path.endswith(".csv")]


async def _check(page: Page, path: str, width: int) -> list[str]:
    problems = []
    wide = await page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        problems.append(f"{path} is {wide} px wide on a screen of {width}")
    results = await Axe().run(page)
    if results.violations_count:
        problems.append(f"{path} at {width} px: {results.generate_report()[:1500]}")
    return problems


@pytest.mark.parametrize(
    ("post", "width"),
    [
        ("Secretariat", 1280),
        ("Secretariat", 390),
        ("Focal point", 390),
        ("Donor", 1280),
        ("Treasury", 390),
        ("Administrator", 1280),
        (None, 390),
    ],
)
async def test_every_page_that_a_role_can_reach(signed_in: Opened, site: Site, post: str | None, width: int) -> None:
    """From the desk on, one page of each kind is opened and checked; no link leads nowhere."""
    page = await signed_in(post, width=width)
    problems: list[str] = []
    page.on("console", lambda said: problems.append(f"{page.url}: {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    waiting, seen = ["/desk" if post else "/"], set[str]()

    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        if _pattern(path) in seen or (path in FOOT and post not in ("Secretariat", None)):
            continue
        seen.add(_pattern(path))
        answer = await page.goto(path)
        if answer is None or answer.status != 200:
            problems.append(f"{path} answered {answer.status if answer else 'nothing'}")
            continue
        problems += await _check(page, path, width)
        waiting += await _links(page, site.address)

    assert problems == []
    assert len(seen) >= (12 if post not in (None, "Administrator") else 5), sorted(seen)


async def test_the_first_visit_is_light(signed_in: Opened, site: Site) -> None:
    """On a slow line the first page costs at most 60 KB in at most 6 requests."""
    page = await signed_in(None)
    client = await page.context.new_cdp_session(page)
    await client.send("Network.enable")
    sizes: list[float] = []
    client.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))

    await page.goto("/sign-in", wait_until="networkidle")

    assert len(sizes) <= 6
    assert sum(sizes) <= 60 * 1024


async def test_an_activity_is_edited_without_scripts(signed_in: Opened) -> None:
    """All works in a browser that runs no scripts: open a line of next year's plan, change it, see the change."""
    page = await signed_in("Secretariat", width=390, scripts=False)
    await page.goto("/mechanisms/TZ-NCOSTF/plan")
    await page.get_by_role("link", name=re.compile(f"^{NEXT_YEAR}")).first.click()
    await page.locator("main a[href^='/activities/']").first.click()
    await page.locator("main a[href^='/activities/'][href$='/edit']").first.click()
    title = "Workshop to agree the words, with everybody"
    await page.locator("[name=title]").fill(title)
    await page.locator("main form").get_by_role("button").first.click()

    assert (await page.locator("h1").inner_text()).strip() == title


async def test_a_refused_form_keeps_what_was_typed(signed_in: Opened) -> None:
    """The error summary says what to do, its link leads to the field, and nothing that was typed is lost."""
    page = await signed_in("Secretariat", width=390, scripts=False)
    await page.goto("/mechanisms/TZ-NCOSTF/responsibilities/add")
    await page.get_by_role("textbox", name="Code").fill("R99")
    await page.locator("main form").get_by_role("button").first.click()

    assert await page.locator(".govuk-error-summary").count() == 1
    assert await page.get_by_role("textbox", name="Code").input_value() == "R99"


async def test_the_chart_is_drawn_by_plotly_on_wide_screens_only(signed_in: Opened) -> None:
    """A phone gets the server's drawing and not the four hundred kilobytes of the library."""
    wide, narrow = await signed_in("Treasury", width=1280), await signed_in("Treasury", width=390)
    asked: list[str] = []
    narrow.on("request", lambda request: asked.append(request.url))

    await wide.goto("/mechanisms/TZ-NCOSTF/money", wait_until="networkidle")
    await narrow.goto("/mechanisms/TZ-NCOSTF/money", wait_until="networkidle")

    await wide.locator(".js-plotly-plot").first.wait_for()
    assert not [url for url in asked if "plotly" in url]
    assert await narrow.locator(".tf-chart-narrow svg").first.is_visible()
