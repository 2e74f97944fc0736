"""Words of the pages: the template environment, translation, and dates, numbers and names in the reader's language.

Translation. Templates and macros share one compiled environment, so the language cannot live in it: it is a context
variable. Every request is a task of its own, hence `set_language("sw")` at its start is enough; `speaking("sw")` does
the same for a block, for mail and tests. `_()`, `{% trans %}` and all filters below look it up when a page is rendered.
Catalogues are read from the .po files themselves (once a process), so no compiled copy can be older than its source.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import cache
from importlib.resources import files
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent, get_currency_precision
from babel.support import NullTranslations, Translations
from jinja2 import ChainableUndefined, Environment, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined

from taskforce.render.licences import browser_licences, server_licences
from taskforce.render.states import SHAPES, Mark, mark

LOCALE_FOLDER = Path(str(files("taskforce"))) / "locale"
STATIC_FOLDER = Path(str(files("taskforce"))) / "web" / "static"
NO_BREAK = "\u00a0"
ABSENT = "–"

# Components of GOV.UK that macros in parts/ build on: name in `govuk` → folder and macro of govuk-frontend-jinja.
COMPONENTS = {
    "button": "button",
    "breadcrumbs": "breadcrumbs",
    "character_count": "character-count",
    "checkboxes": "checkboxes",
    "details": "details",
    "error_summary": "error-summary",
    "file_upload": "file-upload",
    "input": "input",
    "inset_text": "inset-text",
    "notification_banner": "notification-banner",
    "pagination": "pagination",
    "password_input": "password-input",
    "radios": "radios",
    "select": "select",
    "summary_list": "summary-list",
    "textarea": "textarea",
    "warning_text": "warning-text",
}

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


def gettext(message: str) -> str:
    """The message in the language of this request."""
    return translations(_language.get()).gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The message in the language of this request, in the form that its grammar wants for `count`."""
    return translations(_language.get()).ngettext(singular, plural, count)


@cache
def _locale(language: str) -> Locale:
    # Plain "en" is American to Babel; the pages are British: 15 July 2026.
    try:
        return Locale.parse("en_GB" if language == "en" else language, sep="-" if "-" in language else "_")
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


def locale() -> Locale:
    """The conventions by which this request writes dates and numbers."""
    return _locale(_language.get())


def day(value: date | None) -> str:
    """A date in full: 15 July 2026; a dash when there is none."""
    return format_date(value, "long", locale()) if value else ABSENT


def moment(value: datetime | None, zone: tzinfo | None = None) -> str:
    """A moment to the minute, in `zone` (UTC when none is given): 15 July 2026, 14:32."""
    if value is None:
        return ABSENT
    written = format_datetime(value, "HH:mm", tzinfo=zone, locale=locale())
    return f"{format_datetime(value, 'd MMMM y', tzinfo=zone, locale=locale())}, {written}"


def span(starts_on: date, ends_on: date) -> str:
    """Both days in full, inclusive: 1 January 2026 to 31 December 2026."""
    if starts_on == ends_on:
        return day(starts_on)
    return gettext("%(first)s to %(last)s") % {"first": day(starts_on), "last": day(ends_on)}


def months(starts_on: date, ends_on: date) -> str:
    """The months of a span: Jan to Mar; with the years where they differ: Oct 2025 to Mar 2026."""
    same_year = starts_on.year == ends_on.year
    pattern = "LLL" if same_year else "LLL y"
    # British English shortens September to Sept, the pages to Sep like every other month.
    spoken = Locale("en") if locale().language == "en" else locale()
    first, last = (format_date(each, pattern, spoken) for each in (starts_on, ends_on))
    return first if first == last else gettext("%(first)s to %(last)s") % {"first": first, "last": last}


def number(value: Decimal | int | None, digits: int | None = None) -> str:
    """A number with its thousands grouped, as exact as it is stored or to `digits` decimal places."""
    if value is None:
        return ABSENT
    pattern = "#,##0.###" if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, pattern, locale())


def amount(value: Decimal | int | None, currency: str) -> str:
    """An amount without its currency, for columns that name it: 571,300; minor units only where there are some."""
    if value is None:
        return ABSENT
    exact = Decimal(value)
    if exact == exact.to_integral_value():
        return number(exact, 0)
    places = -int(exact.normalize().as_tuple().exponent)
    return number(exact, max(get_currency_precision(currency), places, 2))


def money(value: Decimal | int | None, currency: str) -> str:
    """An amount with its currency, kept on one line: USD 571,300."""
    return ABSENT if value is None else f"{currency}{NO_BREAK}{amount(value, currency)}"


def percent(share: Decimal | float | None) -> str:
    """A share of 0 to 1 in whole per cent; what only rounds to nothing or to all says so."""
    if share is None:
        return ABSENT
    exact = Decimal(str(share))
    if 0 < exact < Decimal("0.005"):
        return gettext("under %(share)s") % {"share": format_percent(Decimal("0.01"), "#,##0%", locale())}
    if Decimal("0.995") <= exact < 1:
        return gettext("over %(share)s") % {"share": format_percent(Decimal("0.99"), "#,##0%", locale())}
    return format_percent(exact, "#,##0%", locale())


def country(code: str) -> str:
    """The name of an ISO 3166-1 country in the reader's language, or the code itself when it has none."""
    return str(locale().territories.get(code.upper(), code))


def language(code: str) -> str:
    """The name of a language in the reader's language: Swahili."""
    return str(locale().languages.get(code, code))


def is_rtl(code: str) -> bool:
    """Whether a language is written from right to left."""
    return _locale(code).text_direction == "rtl"


def autonym(code: str) -> str:
    """The name of a language in that language, as a link to its pages should read: Kiswahili."""
    name = _locale(code).languages.get(code, code)
    return str(name)[:1].upper() + str(name)[1:]


def quarters(span: tuple[date, date], plan: tuple[date, date], today: date | None = None) -> list[tuple[bool, bool]]:
    """The quarters of a plan, three months each from its first day: whether the span runs in it, whether today does."""
    start, end = plan
    count = -(-((end.year - start.year) * 12 + end.month - start.month + 1) // 3)
    edges = [start.year * 12 + start.month - 1 + 3 * each for each in range(count + 1)]
    days = [date(edge // 12, edge % 12 + 1, start.day if start.day <= 28 else 28) for edge in edges]
    return [
        (span[0] < until and span[1] >= since, today is not None and since <= today < until)
        for since, until in pairwise(days)
    ]


def truncated(text: str, length: int = 120) -> str:
    """The text cut at a word to at most `length` characters, with … where something is missing."""
    if len(text) <= length:
        return text
    kept = text[: length - 1]
    ends_inside_word = text[length - 1] != " " and " " in kept
    return (kept.rsplit(" ", 1)[0] if ends_inside_word else kept).rstrip(" ,;:.–-") + "…"


def _stored(thing: object, name: str) -> object:
    # A form may be a mapping or an object; `values` of a mapping must not be taken for its method.
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name)


def entered(form: object, name: str) -> str:
    """What stands in a field of the form: one value, empty when there is none."""
    values = chosen(form, name)
    return values[0] if values else ""


def chosen(form: object, name: str) -> list[str]:
    """All values of a field of the form, in their order."""
    values = _stored(form, "values")
    found = values.get(name) if isinstance(values, Mapping) else None
    if found is None:
        return []
    return [found] if isinstance(found, str) else [str(each) for each in found]


def listed(options: Iterable[object], values: list[str]) -> list[dict[str, object]]:
    """Options of radios or checkboxes as GOV.UK's macros want them, those in `values` checked.

    An option is (value, text), (value, text, hint) or a mapping with "value", "text" and perhaps "hint", "conditional".
    """
    made: list[dict[str, object]] = []
    for option in options:
        fields = option if isinstance(option, Mapping) else dict(zip(("value", "text", "hint"), option, strict=False))  # type: ignore[call-overload]
        item: dict[str, object] = {"value": str(fields["value"]), "text": fields["text"]}
        item["checked"] = item["value"] in values
        if fields.get("hint"):
            item["hint"] = {"text": fields["hint"]}
        if fields.get("conditional"):
            item["conditional"] = {"html": fields["conditional"]}
        made.append(item)
    return made


def problem(form: object, name: str) -> str:
    """The first error of a field of the form, empty when it has none."""
    errors = _stored(form, "errors")
    listed: Iterable[object] = errors if isinstance(errors, Iterable) else ()
    return next((str(_stored(error, "text")) for error in listed if _stored(error, "name") == name), "")


def shown_mark(state: object) -> Mark:
    """The mark of a state with its word in the reader's language; a member of an enumeration counts by its value."""
    found = mark(str(getattr(state, "value", state)))
    return Mark(found.tone, found.shape, gettext(found.word))


@cache
def static(name: str) -> str:
    """The address of a file under web/static, with its hash, so that browsers may keep it for ever.

    Raises:
        FileNotFoundError: there is no such file.
    """
    content = (STATIC_FOLDER / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:10]}"


def _govuk() -> SimpleNamespace:
    """The macros of govuk-frontend-jinja, compiled in an environment of their own: they rely on lenient undefineds."""
    lenient = Environment(
        autoescape=True,
        undefined=ChainableUndefined,
        loader=PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
    )
    macros: dict[str, Callable[..., str]] = {}
    for name, folder in COMPONENTS.items():
        module = lenient.get_template(f"govuk_frontend_jinja/components/{folder}/macro.html").module
        macros[name] = getattr(module, "govuk" + "".join(part.capitalize() for part in folder.split("-")))
    return SimpleNamespace(**macros)


def environment(folder: Path) -> Environment:
    """The environment that renders the templates in `folder`; a name that a template does not get is an error."""
    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=FileSystemLoader(folder),
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]  # added by jinja2.ext.i18n
    for written in (day, moment, span, months, number, amount, money, percent, country, language, autonym, truncated):
        made.filters[written.__name__] = written
    for looked_up in (entered, chosen, problem, listed, is_rtl):
        made.filters[looked_up.__name__] = looked_up
    made.globals.update(govuk=_govuk(), mark=shown_mark, shapes=SHAPES, static=static, quarters_of=quarters)
    made.globals.update(browser_licences=browser_licences, server_licences=server_licences)
    made.globals["new_key"] = lambda: str(uuid4())
    return made
