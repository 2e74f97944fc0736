"""The committed catalogue of words is the one that the sources give."""

import re
from pathlib import Path

from babel.messages.pofile import read_po

from taskforce.render.catalogue import ENGLISH, extracted, written
from taskforce.render.wording import environment

LEXER = environment(Path())
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def test_the_english_catalogue_is_fresh() -> None:
    """Extracting the messages gives exactly the committed file; else run `make catalogue`."""
    assert ENGLISH.read_text(encoding="utf-8") == written(extracted())


def test_english_is_whole() -> None:
    """Every message has its English text, and no placeholder was lost."""
    with ENGLISH.open("rb") as opened:
        catalogue = read_po(opened, locale="en")

    assert len(catalogue) > 100
    for message in catalogue:
        if message.id:
            assert message.string == message.id
            assert not list(message.check(catalogue))


def _spoken(source: str) -> str:
    """What a template itself says: without tags of Jinja, what stands between {% trans %} and its end, and pictures."""
    kept, in_translation = [], False
    for _line, kind, value in LEXER.lex(source):
        if kind == "name" and value in ("trans", "endtrans"):
            in_translation = value == "trans"
        elif kind == "data" and not in_translation:
            kept.append(value)
        else:
            kept.append("\x00")
    return re.sub(r"<svg.*?</svg>|<code>.*?</code>", " ", "".join(kept), flags=re.DOTALL)


def test_no_visible_word_is_unmarked() -> None:
    """Text between tags of a template comes from the catalogue or from a view, not from the template itself."""
    for template in sorted(TEMPLATES.rglob("*.html")):
        found = re.findall(r">([^<>]*)<", f">{_spoken(template.read_text(encoding='utf-8'))}<")
        words = [each for each in found if re.search(r"[A-Za-z]{2,}", each)]

        assert not words, f"{template}: {words}"
