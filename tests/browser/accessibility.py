"""What axe finds wrong with a page, without judging the same colours again and again."""

import json
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.async_api import BrowserContext, Page

# Nine tenths of axe's time on a long page go into contrast. That depends on the look of a text and of all that
# encloses it: one text of each look on the page is judged, and the others are marked as its repeats.
MARK_REPEATS = """() => {
  const looks = new Map();
  const mark = (element, above) => {
    const is = getComputedStyle(element), words = [...element.childNodes].filter((each) => each.nodeType === 3);
    const letters = words.map((each) => each.data.trim()).join('').length + (element.value ?? '').length;
    const look = [above, element.localName, element.getAttribute('class'), Math.min(letters, 2), is.color,
      is.backgroundColor, is.backgroundImage, is.opacity, is.fontSize, is.fontWeight, is.position, is.textShadow,
      element.checkVisibility({ visibilityProperty: true })].join();
    element.toggleAttribute('data-repeats', looks.has(look));
    if (!looks.has(look)) looks.set(look, looks.size);
    for (const child of element.children) mark(child, looks.get(look));
  };
  mark(document.documentElement, '');
}"""
SETTINGS = {"rules": [{"id": "color-contrast", "selector": "*:not([data-repeats])"}]}
OPTIONS = {"resultTypes": ["violations"], "preload": False}  # nothing here plays media, all that would be loaded
RUN = f"""async () => {{
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  ({MARK_REPEATS})();
  return {{ violations: (await axe.run({json.dumps(OPTIONS)})).violations }};
}}"""


async def watch(context: BrowserContext) -> None:
    """Load axe into every page that the context opens from now on."""
    await context.add_init_script(f"{AXE_SCRIPT};axe.configure({json.dumps(SETTINGS)})")


async def violations(page: Page) -> str:
    """Report what breaks axe's rules at the page's present width, in 1,500 characters at most; empty if all is well."""
    answer: dict[str, Any] = await page.evaluate(RUN)
    return AxeResults(answer).generate_report()[:1500] if answer["violations"] else ""
