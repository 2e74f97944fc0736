"""Words and letter groups of texts in any script."""

import pytest

from taskforce.rules.trigrams import likeness, trigrams, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Élaborer des fiches", "elaborer des fiches"),
        ("children's, (online)", "children s online"),
        ("Trẻ em", "tre em"),
        ("កុមារ", "កុមារ"),
        ("बच्चे", "बच्चे"),
        ("--- ", ""),
    ],
)
def test_words_are_found_in_any_script(text: str, expected: str) -> None:
    """Accents of Latin letters fall away, vowel signs of other scripts stay, punctuation parts words."""
    assert words(text) == expected


def test_likeness_runs_from_nothing_to_the_same() -> None:
    """Texts without letters are like nothing, a text is like itself, and shared words count by their letter groups."""
    assert trigrams("a bus") == {" a ", " bu", "bus", "us "}
    assert likeness(trigrams("bus"), trigrams("bus")) == 1.0
    assert likeness(trigrams("bus"), trigrams("bus stop")) == pytest.approx(3 / (3 * 7) ** 0.5)
    assert likeness(trigrams(""), trigrams("bus")) == 0.0
