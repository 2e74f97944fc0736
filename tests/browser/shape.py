"""What a page is built of, whatever its words: two pages of one shape look and behave alike in a browser."""

from html.parser import HTMLParser

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
VALUES = frozenset({"class", "content", "href", "id", "value"})  # attributes that say nothing by being there
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


class _Reader(HTMLParser):
    """Collects each element with its classes, its attributes' names and all around it, and the levels of headings."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: set[str] = set()
        self.outline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        names = sorted({name for name, _ in attrs} - VALUES)
        name = f"{tag}.{dict(attrs).get('class') or ''}{names}"
        self.elements.add("/".join([*self.open, name]))
        if tag not in VOID:
            self.open.append(name)
        if tag in HEADINGS and self.outline[-1:] != [tag]:
            self.outline.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close an element and whatever it left open."""
        while self.open and self.open.pop().split(".")[0] != tag:
            pass


def shape(html: str) -> set[str]:
    """List the distinct elements of a page, and the outline that its headings make."""
    reader = _Reader()
    reader.feed(html)
    return reader.elements | {"/".join(["main", *reader.outline])}


def is_of_main(element: str) -> bool:
    """Whether it belongs to the page's own part and not to the frame that all pages share."""
    return "main" in (each.split(".")[0] for each in element.split("/"))
