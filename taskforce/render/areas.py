"""Draws shares by year as stacked areas, with the payers' names in their areas and a legend for those without room."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from taskforce.render.drawing import (
    GREY,
    INK,
    Sheet,
    drawing,
    element,
    key_of,
    polygon,
    rectangle,
    stripes,
    text,
    written,
)
from taskforce.render.series import Series, Stack
from taskforce.render.wording import gettext, percent, truncated

# Shown 780 to 1,130 CSS px wide, and 250 to 560: text comes out at 12 px or more on screens of 390 px and up.
WIDE = Sheet(width=900, height=350, left=54, right=22, top=30, bottom=54, font=14)
NARROW = Sheet(width=300, height=286, left=42, right=16, top=28, bottom=48, font=13)
TRIED_PLACES = 61
COLUMN = 0.15  # half the width, in years, of a year that stands between years without money


@dataclass(frozen=True)
class Label:
    """Where a payer's name stands: at a year (with fractions) and a share of 0 to 1."""

    series: Series
    year: float
    share: float


def _x(stack: Stack, sheet: Sheet, year: float) -> float:
    first, last = stack.years[0].year, stack.years[-1].year
    return sheet.left + (year - first) / (last - first) * sheet.across


def _band(stack: Stack, run: list[int], place: int, year: float) -> tuple[float, float]:
    """The lower and upper share of a band at a year between two of the run, along straight lines."""
    before = max((index for index in run if stack.years[index].year <= year), default=run[0])
    after = min((index for index in run if stack.years[index].year >= year), default=run[-1])
    low, high = stack.edges(before), stack.edges(after)
    distance = stack.years[after].year - stack.years[before].year
    part = (year - stack.years[before].year) / distance if distance else 0.0
    ends = [low[edge] + (high[edge] - low[edge]) * part for edge in (place, place + 1)]
    return ends[0], ends[1]


def _free(stack: Stack, sheet: Sheet, place: int) -> Iterator[tuple[float, float, float]]:
    """Places for a name: (height that is free, year, middle of the free height), away from edges and marked years."""
    per_unit = (stack.years[-1].year - stack.years[0].year) / sheet.across
    half = (written(stack.series[place].label, sheet.font) / 2 + sheet.font * 0.4) * per_unit
    marks = [year.year for year in stack.years if year.mark]
    for run in stack.runs():
        first, last = stack.years[run[0]].year + half, stack.years[run[-1]].year - half
        for step in range(TRIED_PLACES if last >= first else 0):
            year = first + (last - first) * step / (TRIED_PLACES - 1)
            if any(abs(year - marked) < half * 1.1 for marked in marks):
                continue
            bands = [_band(stack, run, place, at) for at in (year - half, year, year + half)]
            low, high = max(band[0] for band in bands), min(band[1] for band in bands)
            yield high - low, year, (high + low) / 2


def labels(stack: Stack, sheet: Sheet) -> list[Label]:
    """The names that have room in their own area, each off the edges and off the half line if it can be."""
    found = []
    line = sheet.font * 1.25 / sheet.down
    first, last = stack.years[0].year, stack.years[-1].year

    def merit(free: tuple[float, float, float]) -> float:
        # Beyond four lines more height is worth nothing, and a name reads best away from the ends.
        return min(free[0], line * 4) - line * 4 * abs(free[1] - (first + last) / 2) / (last - first)

    for place, series in enumerate(stack.series):
        roomy = [free for free in _free(stack, sheet, place) if free[0] >= line]
        if not roomy:
            continue
        height, year, middle = max(roomy, key=merit)
        if abs(middle - 0.5) < line / 2 and height > 2.4 * line:
            middle += line if middle >= 0.5 else -line
        found.append(Label(series, year, middle))
    return found


def _bands(stack: Stack, sheet: Sheet, hollow: str) -> Iterator[Markup]:
    for run in stack.runs():
        for place, series in enumerate(stack.series):
            fill = f"url(#{hollow})" if series.is_gap else series.colour
            edges = [(float(stack.years[index].year), stack.edges(index)) for index in run]
            if len(run) == 1:
                edges = [(edges[0][0] - COLUMN, edges[0][1]), (edges[0][0] + COLUMN, edges[0][1])]
            upper = [(_x(stack, sheet, year), sheet.level(found[place + 1])) for year, found in edges]
            lower = [(_x(stack, sheet, year), sheet.level(found[place])) for year, found in reversed(edges)]
            yield polygon(upper + lower, fill)


def _axes(stack: Stack, sheet: Sheet) -> Iterator[Markup]:
    steps = 5 if sheet is WIDE else 4
    for step in range(steps + 1):
        level = sheet.level(step / steps)
        yield text(sheet.left - 6, level + sheet.font * 0.35, percent(step / steps), text_anchor="end")
    kept = 1e9
    for year in reversed(stack.years):
        x = _x(stack, sheet, year.year)
        if kept - x >= written("0000", sheet.font) * 1.25:
            kept = x
            yield text(x, sheet.height - sheet.bottom + sheet.font * 1.35, str(year.year), text_anchor="middle")
    for note, group in groupby(stack.years, key=lambda year: year.note):
        spots = [_x(stack, sheet, year.year) for year in group]
        room = spots[-1] - spots[0] + sheet.across / max(len(stack.years) - 1, 1)
        if note and written(note, sheet.font) <= room:
            half = written(note, sheet.font) / 2
            middle = min(max((spots[0] + spots[-1]) / 2, half), sheet.width - half)
            low = sheet.height - sheet.bottom + sheet.font * 2.6
            yield text(middle, low, note, text_anchor="middle", fill=GREY)


def _marks(stack: Stack, sheet: Sheet) -> Iterator[Markup]:
    half = sheet.level(0.5)
    ends = {"x1": sheet.left, "x2": sheet.width - sheet.right}
    yield element("line", **ends, y1=half, y2=half, stroke="#fff", stroke_width="1.5", stroke_dasharray="2 3")
    for year in stack.years:
        if year.mark:
            x = _x(stack, sheet, year.year)
            yield element("line", x1=x, x2=x, y1=sheet.top - 4, y2=sheet.level(0), stroke=INK, stroke_width="2")
            width = written(year.mark, sheet.font) / 2
            middle = min(max(x, width), sheet.width - width)
            yield text(middle, sheet.top - 9, year.mark, text_anchor="middle", font_weight="700")


def _legend(sheet: Sheet, shown: list[tuple[str, str]]) -> tuple[list[Markup], float]:
    """Swatches with names, (fill, words), in rows under the drawing, and the height that they need."""
    parts: list[Markup] = []
    x, y = sheet.left if sheet is WIDE else 4.0, sheet.height + sheet.font
    for fill, words in shown:
        cut = truncated(words, int((sheet.width - 30) / written("n", sheet.font)))
        wanted = 20 + written(cut, sheet.font) + 14
        if x + wanted - 14 > sheet.width and x > sheet.left:
            x, y = sheet.left if sheet is WIDE else 4.0, y + sheet.font * 1.6
        parts.append(rectangle(x, y - sheet.font * 0.8, 13, 13, fill=fill, stroke="#8b969c"))
        parts.append(text(x + 19, y + 1, cut))
        x += wanted
    return parts, y + sheet.font * 0.8 - sheet.height if shown else 0.0


def picture(stack: Stack, words: tuple[str, str], sheet: Sheet) -> Markup:
    """The stacked areas on one sheet; `words` are its name and its description."""
    key = key_of(*words, sheet.width)
    hollow, beyond = f"{key}-g", f"{key}-b"
    parts = [
        Markup("<defs>"),
        stripes(hollow, "#8b969c", "#ffffff"),
        stripes(f"{key}-s", "#ffffff", "#9aa4a9"),
        stripes(beyond, "rgba(255,255,255,.55)", "rgba(255,255,255,.12)"),
        Markup("</defs>"),
        *_bands(stack, sheet, hollow),
    ]
    last = stack.years[-1].year
    is_open = stack.known_until is not None and stack.known_until < last
    if stack.known_until is not None and is_open:
        since = _x(stack, sheet, max(stack.known_until + 0.5, stack.years[0].year))
        until = _x(stack, sheet, last + (COLUMN if len(stack.runs()[-1:] and stack.runs()[-1]) == 1 else 0))
        parts.append(rectangle(since, sheet.top, until - since, sheet.down, fill=f"url(#{beyond})"))
    parts += [*_marks(stack, sheet), *_axes(stack, sheet)]
    placed = labels(stack, sheet)
    for label in placed:
        x, y = _x(stack, sheet, label.year), sheet.level(label.share) + sheet.font * 0.35
        # A rim in the area's colour keeps the name readable over stripes.
        rim = {"stroke": label.series.colour, "stroke_width": "4", "paint_order": "stroke", "stroke_linejoin": "round"}
        name = label.series.label
        parts.append(text(x, y, name, text_anchor="middle", font_weight="700", fill=label.series.ink, **rim))
    named = {label.series.label for label in placed}
    missing = [each for each in stack.series if each.label not in named]
    shown = [(f"url(#{hollow})" if each.is_gap else each.colour, each.label) for each in missing]
    if is_open:
        after = gettext("Striped: not yet known, after %(year)s") % {"year": stack.known_until}
        shown.append((f"url(#{key}-s)", after))
    legend, height = _legend(sheet, shown)
    whole = Sheet(**{**vars(sheet), "height": sheet.height + height})
    return drawing(whole, key, words, parts + legend)
