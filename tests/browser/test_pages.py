"""Every page that a role can reach, in a real browser: accessible, no wider than the screen, nothing in the console."""

import re
from collections import defaultdict
from datetime import UTC, datetime

import pytest
from playwright.async_api import Page

from tests.browser.accessibility import violations
from tests.browser.conftest import Begun, Opened
from tests.browser.walk import Shapes, draw, follow, links

pytestmark = pytest.mark.browser

NEXT_YEAR = datetime.now(UTC).year + 1


@pytest.fixture(scope="session")
def shapes() -> Shapes:
    """What this run has drawn already."""
    return defaultdict(set)


async def _draft(page: Page) -> str:
    """The address of the first line of next year's plan, which is still being written."""
    await page.goto("/mechanisms/TZ-NCOSTF/plan")
    await page.get_by_role("link", name=re.compile(f"^{NEXT_YEAR}")).first.click()
    found = await page.locator("main a[href^='/activities/']").first.get_attribute("href")
    assert found
    return found


# The secretariat comes first: it has most pages and most on them, so that of the others only what differs is drawn.
@pytest.mark.parametrize(
    ("post", "kinds"),
    [
        ("Secretariat", 60),
        ("Focal point", 24),
        ("Donor", 22),
        ("Administrator", 11),
        ("Authorised officer", 24),
        ("Treasury", 22),
        ("Chair", 25),
        ("Observer", 22),
        (None, 7),
    ],
)
async def test_every_page_that_a_role_can_reach(begin: Begun, shapes: Shapes, post: str | None, kinds: int) -> None:
    """From the desk on no link is dead, and whatever differs from what others see is fit for phone and desktop."""
    walk = await begin(post)

    await follow(walk, "/desk" if post else "/", shapes)

    assert walk.problems == []
    assert len(walk.drawn | walk.fetched) >= kinds, sorted(walk.drawn | walk.fetched)


async def test_a_line_of_a_draft_and_its_forms(begin: Begun) -> None:
    """What the secretariat may do to a line only while its plan is written: each page of it, at both widths."""
    walk = await begin("Secretariat")
    line = await _draft(walk.page)

    html = await draw(walk, line)
    forms = {path for path in links(html, walk.address) if path.startswith(f"{line}/")}
    for path in sorted(forms):
        await draw(walk, path)

    assert walk.problems == []
    assert f"{line}/edit" in forms


async def test_faint_and_unnamed_things_are_found(begin: Begun) -> None:
    """A text that is too faint among many of its like, and a button without a name, do not pass as accessible."""
    page = (await begin(None)).page
    await page.goto("/help")
    assert await violations(page) == ""

    await page.evaluate("[...document.querySelectorAll('main p')].at(-1).style.color = '#ccc'")
    faint = await violations(page)
    await page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    unnamed = await violations(page)

    assert "color-contrast" in faint
    assert "button-name" in unnamed


async def test_the_first_visit_is_light(signed_in: Opened) -> None:
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
    await page.goto(await _draft(page))
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
