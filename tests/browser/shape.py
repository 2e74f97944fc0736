"""What a page is built of, whatever its words: pages of one shape look and behave alike in a browser."""

import re

TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^>"']|"[^"]*"|'[^']*')*)>""")
ATTRIBUTE = re.compile(r"""([a-zA-Z][\w:-]*)(?:=("[^"]*"|'[^']*'))?""")
VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
VALUES = frozenset({"class", "content", "href", "id", "value"})  # attributes that say nothing by being there
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def _named(tag: str, attributes: str) -> str:
    found = dict(ATTRIBUTE.findall(attributes))
    return f"{tag}.{found.get('class', '')}{sorted(found.keys() - VALUES)}"


def shape(html: str) -> set[str]:
    """List the distinct elements of a page, and the outline that its headings make.

    An element is its tag, its classes, the names of its attributes, and the same of all that encloses it.
    """
    elements, enclosing, outline = set[str](), list[str](), ["main"]
    for ends, tag, attributes in TAG.findall(html):
        if ends:
            while enclosing and enclosing.pop().split(".")[0] != tag:
                pass
            continue
        name = _named(tag, attributes)
        elements.add("/".join([*enclosing, name]))
        if tag not in VOID and not attributes.endswith("/"):
            enclosing.append(name)
        if tag in HEADINGS and outline[-1] != tag:
            outline.append(tag)
    return elements | {"/".join(outline)}


def is_of_main(element: str) -> bool:
    """Whether it belongs to the page's own part and not to the frame that all pages share."""
    return "main" in (each.split(".")[0] for each in element.split("/"))
