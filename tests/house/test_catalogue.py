"""The committed catalogue of words is the one that the sources give."""

import re
from pathlib import Path

from babel.messages.pofile import read_po
from taskforce.render.catalogue import ENGLISH, extracted, written

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


def test_no_visible_word_is_unmarked() -> None:
    """Text between tags of a template comes from the catalogue or from a view, not from the template itself."""
    for template in sorted(TEMPLATES.rglob("*.html")):
        source = template.read_text(encoding="utf-8")
        bare = re.sub(r"\{#.*?#\}|\{%-?\s*trans\b.*?endtrans\s*-?%\}|<svg.*?</svg>", " ", source, flags=re.DOTALL)
        bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "\x00", bare, flags=re.DOTALL)
        words = [found for found in re.findall(r">([^<>]*)<", bare) if re.search(r"[A-Za-z]{2,}", found)]
        assert not words, f"{template}: {words}"
