"""Small pieces of SVG, styled by presentation attributes alone: the security policy forbids style attributes."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

FONTS = "system-ui,Noto Sans,Noto Sans Thai,Noto Sans Khmer,Noto Sans Ethiopic,Arial,sans-serif"
INK = "#0b0c0c"
GREY = "#505a5f"
# Widest ordinary letter mix in units of the font size; text is never measured here, so it is taken a little wide.
CHARACTER_WIDTH = 0.58


@dataclass(frozen=True)
class Sheet:
    """The measures of one drawing, in units of its viewBox; `font` is the size of all text."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    font: float

    @property
    def across(self) -> float:
        """The width of the plot itself."""
        return self.width - self.left - self.right

    @property
    def down(self) -> float:
        """The height of the plot itself."""
        return self.height - self.top - self.bottom

    def level(self, share: float) -> float:
        """The y of a share of 0 to 1, 1 being at the top."""
        return self.top + (1 - share) * self.down


def place(value: float) -> str:
    """A coordinate, to a tenth and without needless zeros."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def written(content: str, font: float) -> float:
    """The width that a text needs, estimated."""
    return len(content) * font * CHARACTER_WIDTH


def element(name: str, content: str = "", /, **attributes: str | float | None) -> Markup:
    """One element; an underscore in an attribute's name stands for a hyphen, one at its end is dropped."""
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(place(value) if isinstance(value, float) else value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{pairs}>{escape(content)}</{name}>" if content else f"<{name}{pairs}/>")  # noqa: S704 (escaped)


def text(x: float, y: float, content: str, /, **attributes: str | float | None) -> Markup:
    """A text whose baseline begins at x, y."""
    return element("text", content, x=float(x), y=float(y), **attributes)


def rectangle(x: float, y: float, across: float, down: float, /, **attributes: str | float | None) -> Markup:
    """A rectangle from its upper left corner."""
    return element("rect", x=float(x), y=float(y), width=float(across), height=float(down), **attributes)


def polygon(points: Iterable[tuple[float, float]], fill: str) -> Markup:
    """A filled area with a white edge that parts it from its neighbours."""
    joined = " ".join(f"{place(x)},{place(y)}" for x, y in points)
    return element("polygon", points=joined, fill=fill, stroke="#fff", stroke_width="1")


def stripes(key: str, colour: str, ground: str) -> Markup:
    """The definition of a striped fill, used as `url(#key)`."""
    return Markup(
        '<pattern id="{}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="7" height="7" fill="{}"/><rect width="2" height="7" fill="{}"/></pattern>'
    ).format(key, ground, colour)


def key_of(*words: object) -> str:
    """A short id that is the same for the same words, so that a page renders equal each time."""
    return "f" + hashlib.sha256("\0".join(map(str, words)).encode()).hexdigest()[:8]


def drawing(sheet: Sheet, key: str, words: tuple[str, str], parts: Sequence[Markup]) -> Markup:
    """The whole picture, named and described by `words` for those who do not see it."""
    head = Markup(
        '<svg class="static" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" role="img" '
        'aria-labelledby="{key}-t {key}-d" font-family="{fonts}" font-size="{font}" fill="{ink}">'
        '<title id="{key}-t">{title}</title><desc id="{key}-d">{description}</desc>'
    ).format(
        **{"w": place(sheet.width), "h": place(sheet.height), "font": place(sheet.font), "key": key},
        **{"fonts": FONTS, "ink": INK, "title": words[0], "description": words[1]},
    )
    return head + Markup("").join(parts) + Markup("</svg>")
