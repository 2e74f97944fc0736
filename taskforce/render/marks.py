"""The small pictures in rows: state tags, meters, strips of quarters, drawn once for equal values.

Each is hidden from screen readers or carries its word; the number or the months stand beside it.
"""

from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from markupsafe import Markup

from taskforce.render.language import gettext, remembered
from taskforce.render.states import SHAPES, Mark, mark

TAG = Markup(
    '<span class="tf-rag tf-{}"><svg viewBox="0 0 12 12" aria-hidden="true" focusable="false">'
    '<path fill-rule="evenodd" d="{}"/></svg>{}</span>'
)
METER = Markup(
    '<svg class="tf-meter" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
    '<rect class="track" width="100" height="8"/>{}</svg>'
)
METER_PART = Markup('<rect class="{}" width="{}" height="8"/>')
STRIP = Markup(
    '<svg class="tf-q" viewBox="0 0 {} 11" preserveAspectRatio="none" aria-hidden="true" focusable="false">{}</svg>'
)
QUARTER = Markup('<rect class="{}" x="{}" y="2" width="22" height="7"/>')
QUARTER_NOW = Markup('<rect class="now" x="{}" y="0.75" width="23" height="9.5"/>')


def shown_mark(state: object) -> Mark:
    """The mark of a state with its word in the reader's language; a member of an enumeration counts by its value."""
    found = mark(str(getattr(state, "value", state)))
    return Mark(found.tone, found.shape, gettext(found.word))


@remembered
def tag(state: object, text: str = "") -> Markup:
    """A state as shape, word and colour; `text` stands in the place of its own word."""
    found = shown_mark(state)
    return TAG.format(found.tone, SHAPES[found.shape], text or found.word)


@lru_cache(maxsize=2048)
def meter(share: Decimal | float | None) -> Markup:
    """A bar for a share of 0 to 1; above 1 it is full and marked as over; None and 0 leave the track empty."""
    if not share:
        return METER.format("")
    width = min(max(float(share) * 100, 0), 100)
    return METER.format(METER_PART.format("over" if share > 1 else "part", f"{width:.1f}"))


def quarters(span: tuple[date, date], plan: tuple[date, date], today: date | None = None) -> list[tuple[bool, bool]]:
    """The quarters of a plan, three months each from its first day: whether the span runs in it, whether today does."""
    start, end = plan
    count = -(-((end.year - start.year) * 12 + end.month - start.month + 1) // 3)
    edges = [start.year * 12 + start.month - 1 + 3 * each for each in range(count + 1)]
    days = [date(edge // 12, edge % 12 + 1, min(start.day, 28)) for edge in edges]
    return [
        (span[0] < until and span[1] >= since, today is not None and since <= today < until)
        for since, until in pairwise(days)
    ]


@lru_cache(maxsize=2048)
def strip(starts_on: date, ends_on: date, plan: tuple[date, date], today: date | None = None) -> Markup:
    """The quarters of a plan as boxes, filled where the span runs; the present quarter is framed."""
    boxes = [
        QUARTER.format("on" if runs else "off", 24 * place) + (QUARTER_NOW.format(24 * place - 0.5) if is_now else "")
        for place, (runs, is_now) in enumerate(quarters((starts_on, ends_on), plan, today))
    ]
    return STRIP.format(24 * len(boxes) - 2, Markup("").join(boxes))
