"""Draws the shares of one year as one bar, with a line of figures for each payer under it."""

from markupsafe import Markup

from taskforce.render.drawing import Sheet, drawing, key_of, rectangle, stripes, text, written
from taskforce.render.series import Stack
from taskforce.render.wording import gettext, money, percent, truncated

WIDE = Sheet(width=900, height=40, left=0, right=0, top=0, bottom=0, font=14)
NARROW = Sheet(width=300, height=36, left=0, right=0, top=0, bottom=0, font=13)


def picture(stack: Stack, words: tuple[str, str], sheet: Sheet) -> Markup:
    """The bar and its lines on one sheet; `words` are its name and its description."""
    key = key_of(*words, sheet.width)
    hollow = f"{key}-g"
    parts = [Markup("<defs>"), stripes(hollow, "#8b969c", "#ffffff"), Markup("</defs>")]
    edges = stack.edges(0)
    if not stack.total(0):
        parts.append(rectangle(0, 0, sheet.width, sheet.height, fill="#eef0f1"))
        parts.append(text(10, sheet.height / 2 + sheet.font * 0.35, gettext("No amounts are recorded.")))
    y = sheet.height + sheet.font * 1.5
    for place, series in enumerate(stack.series):
        fill = f"url(#{hollow})" if series.is_gap else series.colour
        x, across = edges[place] * sheet.width, (edges[place + 1] - edges[place]) * sheet.width
        parts.append(
            rectangle(x, 0, max(across - 2, 1), sheet.height, fill=fill, stroke="#8b969c" if series.is_gap else None)
        )
        share, paid = percent(stack.share(series.label, 0)), money(stack.amount(series.label, 0), stack.currency)
        if across > written(share, sheet.font) + 10 and not series.is_gap:
            middle = sheet.height / 2 + sheet.font * 0.35
            parts.append(text(x + across / 2, middle, share, text_anchor="middle", font_weight="700", fill=series.ink))
        end = f"{share} · {paid}"
        room = int((min(sheet.width, 640) - written(end, sheet.font) - 34) / written("n", sheet.font))
        parts.append(rectangle(0, y - sheet.font * 0.85, 13, 13, fill=fill, stroke="#8b969c"))
        parts.append(text(20, y, truncated(series.label, max(room, 8))))
        parts.append(text(min(sheet.width, 640), y, end, text_anchor="end"))
        y += sheet.font * 1.7
    whole = Sheet(**{**vars(sheet), "height": y - sheet.font * 0.9})
    return drawing(whole, key, words, parts)
