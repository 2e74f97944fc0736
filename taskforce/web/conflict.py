"""What a form says when somebody else saved the thing meanwhile: field by field, in words and not in codes."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from taskforce.render.wording import day
from taskforce.render.wording import gettext as _
from taskforce.web.form import Posted, Values, alike, as_values

SILENT = frozenset({"version"})


def field_labels(command: type[BaseModel] | None) -> dict[str, str]:
    """The fields of a command as its form names them."""
    found = command.model_fields if command else {}
    return {name: _(field.title) for name, field in found.items() if field.title}


def conflict(posted: Posted, view: BaseModel) -> list[dict[str, str]]:
    """The fields in which what is stored now differs from what was typed.

    `base`: what it was when the form was opened, where that is known; a field that only the sender changed is no
    difference then, and one that only others changed is marked as `joined`: it was taken over into the form. Where the
    page offers a list of choices, an id is told by the words of its choice.
    """
    if posted.since is not None:
        return []
    theirs, words = as_values(posted.theirs), dict(_choices(view.model_dump()))
    opened, joined = posted.opened, posted.joined
    return [
        _row(posted, name, (opened, theirs), words) | ({"joined": "yes"} if name in joined else {})
        for name in theirs
        if name not in SILENT
        and not alike(theirs[name], posted.values.get(name, ""))
        and not (name in opened and alike(theirs[name], opened[name]))
    ]


def _row(posted: Posted, name: str, sides: tuple[Values, Values], words: dict[str, str]) -> dict[str, str]:
    opened, theirs = sides
    told = {"name": name, "theirs": _told(theirs, name, words), "yours": _told(posted.values, name, words)}
    base = {"base": _told(opened, name, words)} if name in opened else {}
    return told | base | _label(posted, name)


def _label(posted: Posted, name: str) -> dict[str, str]:
    return {"label": posted.labels[name]} if name in posted.labels else {}


def _told(values: Values, name: str, words: dict[str, str]) -> str:
    value = values.get(name, "")
    return ", ".join(_word(each, words) for each in (value if isinstance(value, list) else [value]))


def _word(text: str, words: dict[str, str]) -> str:
    if text in words:
        return words[text]
    try:
        return day(dt.date.fromisoformat(text)) if len(text) == len("2026-07-15") else text
    except ValueError:
        return text


def _choices(found: Any) -> Iterator[tuple[str, str]]:
    """Every choice that a view offers: its id and its words."""
    if isinstance(found, dict):
        label = found.get("label") or found.get("title")
        if found.get("id") and isinstance(label, str):
            yield str(found["id"]), label
        found = list(found.values())
    if isinstance(found, list):
        for each in found:
            yield from _choices(each)
