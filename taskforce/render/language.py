"""The language of a request: translation, the conventions for dates and numbers, and what was written before.

Templates and macros share one compiled environment, so the language cannot live in it: it is a context variable. Every
request is a task of its own, hence `set_language("sw")` at its start is enough; `speaking("sw")` does the same for a
block, for mail and tests. `_()`, `{% trans %}` and all filters look it up when a page is rendered. Catalogues are read
from the .po files themselves (once a process), so no compiled copy can be older than its source.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache, wraps
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import ParamSpec, TypeVar

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

P = ParamSpec("P")
T = TypeVar("T")
LOCALE_FOLDER = Path(str(files("taskforce"))) / "locale"

_language: ContextVar[str] = ContextVar("language", default="en")


def set_language(language: str) -> None:
    """Make `language` (a code such as "en" or "sw") the one in which this request's page is written."""
    _language.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Write in `language` inside the block."""
    before = _language.set(language)
    try:
        yield
    finally:
        _language.reset(before)


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language; without one the English source text is shown."""
    source = LOCALE_FOLDER / language / "LC_MESSAGES" / "messages.po"
    if not source.is_file():
        return NullTranslations()
    with source.open("rb") as opened:
        catalogue = read_po(opened, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


@cache
def offered_languages() -> tuple[str, ...]:
    """The codes of the languages that have a catalogue."""
    return tuple(sorted(path.parent.parent.name for path in LOCALE_FOLDER.glob("*/LC_MESSAGES/messages.po")))


def gettext(message: str) -> str:
    """The message in the language of this request."""
    return translations(_language.get()).gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The message in the language of this request, in the form that its grammar wants for `count`."""
    return translations(_language.get()).ngettext(singular, plural, count)


@cache
def locale_of(language: str) -> Locale:
    """The conventions of a language by its code; of an unknown one, British English."""
    # Plain "en" is American to Babel; the pages are British: 15 July 2026.
    try:
        return Locale.parse("en_GB" if language == "en" else language, sep="-" if "-" in language else "_")
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


def locale() -> Locale:
    """The conventions by which this request writes dates and numbers."""
    return locale_of(_language.get())


def remembered(write: Callable[P, T]) -> Callable[P, T]:
    """Keep what was written for equal values in each language: rows of a list repeat dates, amounts and states."""

    @lru_cache(maxsize=8192)
    def kept(_language: str, *values: P.args, **named: P.kwargs) -> T:
        return write(*values, **named)

    @wraps(write)
    def shown(*values: P.args, **named: P.kwargs) -> T:
        return kept(_language.get(), *values, **named)  # type: ignore[arg-type]  # dates, numbers, texts: hashable

    return shown
