"""The filters of a list as they stand in a URL: reading them, and saying which of them makes no sense."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from litestar.connection import Request
from litestar.params import QueryParameter

from taskforce.render.states import N_
from taskforce.render.wording import gettext as _

MOST_TEXT: Final = 200  # characters of a search
MOST_DIGITS: Final = 6  # of a page number; no list has more pages
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2200


@dataclass(frozen=True)
class Wrong:
    """A value that its filter does not know.

    `known`: the codes that may stand there, if they can be told; `rule`: what may, as a message of the catalogue.
    """

    name: str
    value: str
    rule: str
    known: tuple[str, ...] = ()


@dataclass
class WrongFilters(Exception):
    """A list was asked for with filters that make no sense; all of them are named."""

    wrong: tuple[Wrong, ...]


@dataclass(frozen=True)
class Shown:
    """What is wrong with one filter, in the reader's words. `label`: as the page names the filter."""

    name: str
    label: str
    value: str
    rule: str
    known: tuple[str, ...]


def plain(text: str) -> str:
    """A search text without the signs that the database does not take."""
    return "".join(sign for sign in text if sign.isprintable()).strip()[:MOST_TEXT]


def one_of(wrong: list[Wrong], name: str, value: str, known: Sequence[str]) -> str:
    """The value, or "" where none of `known` is asked for; what is not known is added to `wrong`."""
    if not value or value in known:
        return value
    wrong.append(Wrong(name, value, N_("It is not one of the choices."), tuple(known)))
    return ""


def listed(wrong: list[Wrong], name: str, value: str, known: Sequence[str]) -> str:
    """The same for a list that is too long, or too technical, to be read out."""
    if not value or value in known:
        return value
    wrong.append(Wrong(name, value, N_("It is not in the list. Choose from the list.")))
    return ""


def id_of(wrong: list[Wrong], name: str, value: str) -> UUID | None:
    """The id that is asked for, if any."""
    try:
        return UUID(value) if value else None
    except ValueError:
        wrong.append(Wrong(name, value, N_("It is not in the list. Choose from the list.")))
        return None


def page_number(wrong: list[Wrong], value: str) -> int:
    """The page of a list, from 1."""
    if not value:
        return 1
    if value.isascii() and value.isdigit() and len(value) <= MOST_DIGITS and int(value) > 0:
        return int(value)
    wrong.append(Wrong("page", value, N_("A page is a whole number, from 1.")))
    return 1


def year_of(wrong: list[Wrong], name: str, value: str) -> int | None:
    """The year that is asked for, if any, from 1900 to 2200."""
    if not value:
        return None
    if value.isascii() and value.isdigit() and len(value) == 4 and FIRST_YEAR <= int(value) <= LAST_YEAR:
        return int(value)
    wrong.append(Wrong(name, value, N_("A year is written in four digits, like 2026.")))
    return None


def day_of(wrong: list[Wrong], name: str, value: str) -> dt.date | None:
    """The day that is asked for, if any, as browsers send it."""
    try:
        day = dt.date.fromisoformat(value) if value else None
    except ValueError:
        day = None
    if day and FIRST_YEAR <= day.year <= LAST_YEAR and value == day.isoformat():
        return day
    if value:
        wrong.append(Wrong(name, value, N_("A day is written as year, month and day, like 2026-07-15.")))
    return None


def check(wrong: Sequence[Wrong]) -> None:
    """Go on only if every filter made sense.

    Raises:
        WrongFilters: one did not.
    """
    if wrong:
        raise WrongFilters(tuple(wrong))


def parameters(handler: Any) -> Iterator[tuple[str, str]]:
    """The query parameters of a route and of the dependencies that it uses: name in the URL, title (a message)."""
    provided = handler.resolve_dependencies()
    waiting, seen = [handler], set()
    while waiting:
        for field, found in waiting.pop().parsed_fn_signature.parameters.items():
            kind = found.kwarg_definition
            if isinstance(kind, QueryParameter):
                yield kind.name or field, kind.title or ""
            elif field in provided and field not in seen:
                seen.add(field)
                waiting.append(provided[field])


def shown(request: Request[Any, Any, Any], wrong: Sequence[Wrong]) -> list[Shown]:
    """What is wrong, with the label of each filter."""
    titles = dict(parameters(request.route_handler))
    return [
        Shown(each.name, _(titles.get(each.name) or each.name), plain(each.value), _(each.rule), each.known)
        for each in wrong
    ]


def without(request: Request[Any, Any, Any], wrong: Sequence[Wrong]) -> tuple[str, str]:
    """Where the list is without any filter, and with those that make sense; "" if there are none.

    A file leads to the page that shows the same list.
    """
    path = request.url.path.removesuffix(".csv")
    names = {each.name for each in wrong}
    kept = [(name, value) for name, value in parse_qsl(request.url.query) if name not in names]
    return path, f"{path}?{urlencode(kept)}" if kept else ""
