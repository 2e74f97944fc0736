"""Which passwords are easy to guess."""

import pytest

from taskforce.rules.password import weakness


@pytest.mark.parametrize(
    "password",
    [
        "elevenchars",  # too short
        "administrator",
        "Administration2026!",
        "!!!Password!!!",
        "secretariat1",
        "123456789012",
        "098765432109",
        "abcdefghijklm",
        "qwertyuiopasdf",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "2026-03-10 09:00",
        "aabbaabbaabbccdd",
    ],
)
def test_it_is_refused(password: str) -> None:
    """Short, common, a row of the keyboard, repeated, of few signs, or without a letter: refused with what to do."""
    said = weakness(password)

    assert said is not None
    assert "Use a few words" in said


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "twelve chars",
        "four words do not rhyme",
        "Kilimo cha mpunga 7",
        "пароль из слов",
    ],
)
def test_it_is_taken(password: str) -> None:
    """A few words in any language, without capitals, digits or signs, are good."""
    assert weakness(password) is None


@pytest.mark.parametrize(
    ("password", "is_weak"),
    [
        ("amina.salehe@example.org", True),
        ("Amina.Salehe12", True),
        ("focal point, police", True),
        ("amina likes boats and rain", False),
    ],
)
def test_what_others_know_does_not_count(password: str, is_weak: bool) -> None:
    """The own address or post is no password, nor with a few digits; among other words it does no harm."""
    known = ("amina.salehe@example.org", "amina.salehe", "example.org", "Focal point, Police")

    assert (weakness(password, known=known) is not None) is is_weak
