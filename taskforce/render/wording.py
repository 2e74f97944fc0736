"""Words of the pages: the template environment, and dates, numbers and names in the reader's language.

How the language is chosen and translations are found stands in language.py, whose functions are also offered here.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from uuid import uuid4

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent, get_currency_precision
from jinja2 import ChainableUndefined, Environment, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined

from taskforce.render.language import gettext as gettext
from taskforce.render.language import locale, locale_of, remembered
from taskforce.render.language import ngettext as ngettext
from taskforce.render.language import set_language as set_language
from taskforce.render.language import speaking as speaking
from taskforce.render.language import translations as translations
from taskforce.render.licences import browser_licences, server_licences
from taskforce.render.marks import meter, shown_mark, strip, tag
from taskforce.render.states import SHAPES

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


@remembered
def day(value: date | None) -> str:
    """A date in full: 15 July 2026; a dash when there is none."""
    return format_date(value, "long", locale()) if value else ABSENT


def moment(value: datetime | None, zone: tzinfo | None = None) -> str:
    """A moment to the minute, in `zone` (UTC when none is given): 15 July 2026, 14:32."""
    if value is None:
        return ABSENT
    written = format_datetime(value, "HH:mm", tzinfo=zone, locale=locale())
    return f"{format_datetime(value, 'd MMMM y', tzinfo=zone, locale=locale())}, {written}"


@remembered
def span(starts_on: date, ends_on: date) -> str:
    """Both days in full, inclusive: 1 January 2026 to 31 December 2026."""
    if starts_on == ends_on:
        return day(starts_on)
    return gettext("%(first)s to %(last)s") % {"first": day(starts_on), "last": day(ends_on)}


@remembered
def months(starts_on: date, ends_on: date) -> str:
    """The months of a span: Jan to Mar; with the years where they differ: Oct 2025 to Mar 2026."""
    same_year = starts_on.year == ends_on.year
    pattern = "LLL" if same_year else "LLL y"
    # British English shortens September to Sept, the pages to Sep like every other month.
    spoken = Locale("en") if locale().language == "en" else locale()
    first, last = (format_date(each, pattern, spoken) for each in (starts_on, ends_on))
    return first if first == last else gettext("%(first)s to %(last)s") % {"first": first, "last": last}


@remembered
def number(value: Decimal | int | None, digits: int | None = None) -> str:
    """A number with its thousands grouped, as exact as it is stored or to `digits` decimal places."""
    if value is None:
        return ABSENT
    pattern = "#,##0.###" if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, pattern, locale())


@remembered
def amount(value: Decimal | int | None, currency: str) -> str:
    """An amount without its currency, for columns that name it: 571,300; minor units only where there are some."""
    if value is None:
        return ABSENT
    exact = Decimal(value)
    if exact == exact.to_integral_value():
        return number(exact, 0)
    places = -int(exact.normalize().as_tuple().exponent)
    return number(exact, max(get_currency_precision(currency), places, 2))


def rate(value: Decimal) -> str:
    """An exchange rate with all its decimals: 2,630.5."""
    return number(value, max(0, -int(value.normalize().as_tuple().exponent)))


def money(value: Decimal | int | None, currency: str) -> str:
    """An amount with its currency, kept on one line: USD 571,300."""
    return ABSENT if value is None else f"{currency}{NO_BREAK}{amount(value, currency)}"


@remembered
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
    return locale_of(code).text_direction == "rtl"


def autonym(code: str) -> str:
    """The name of a language in that language, as a link to its pages should read: Kiswahili."""
    name = locale_of(code).languages.get(code, code)
    return str(name)[:1].upper() + str(name)[1:]


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
        # the option comes from a template: a mapping, or a tuple of two or three texts
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


@cache
def static(name: str) -> str:
    """The address of a file under web/static, with its hash, so that browsers may keep it for ever.

    Raises:
        FileNotFoundError: there is no such file.
    """
    content = (STATIC_FOLDER / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:10]}"


class _Components:
    """The macros of govuk-frontend-jinja by name. They rely on lenient undefined names, so they live in an environment
    of their own; each is compiled when a page first uses it, because all at once take 0.25 s of every start."""

    def __init__(self) -> None:
        loader = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
        self._lenient = Environment(autoescape=True, undefined=ChainableUndefined, loader=loader)

    def __getattr__(self, name: str) -> Callable[..., str]:
        if name not in COMPONENTS:
            raise AttributeError(f"GOV.UK Frontend has no component {name}: see COMPONENTS")
        folder = COMPONENTS[name]
        module = self._lenient.get_template(f"govuk_frontend_jinja/components/{folder}/macro.html").module
        macro: Callable[..., str] = getattr(module, "govuk" + "".join(part.capitalize() for part in folder.split("-")))
        setattr(self, name, macro)
        return macro


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
    for written in (
        day,
        moment,
        span,
        months,
        number,
        amount,
        rate,
        money,
        percent,
        country,
        language,
        autonym,
        truncated,
    ):
        made.filters[written.__name__] = written
    for looked_up in (entered, chosen, problem, listed, is_rtl):
        made.filters[looked_up.__name__] = looked_up
    made.globals.update(govuk=_Components(), static=static, mark=shown_mark, shapes=SHAPES)
    made.globals.update(drawn_tag=tag, drawn_meter=meter, drawn_strip=strip)
    made.globals.update(browser_licences=browser_licences, server_licences=server_licences)
    made.globals["new_key"] = lambda: str(uuid4())
    return made
