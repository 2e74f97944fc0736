"""What a form says when somebody else saved the thing meanwhile: field by field, in words and not in codes."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from taskforce.render.wording import day
from taskforce.render.wording import gettext as _
from taskforce.web.form import Posted, Values, as_values

SILENT = frozenset({"version"})


def field_labels(command: type[BaseModel] | None) -> dict[str, str]:
    """The fields of a command as its form names them."""
    found = command.model_fields if command else {}
    return {name: _(field.title) for name, field in found.items() if field.title}


def conflict(posted: Posted, view: BaseModel) -> list[dict[str, str]]:
    """The fields in which what is stored now differs from what was typed.

    Where the page offers a list of choices, an id is told by the words of its choice.
    """
    if posted.since is not None:
        return []
    theirs, words = as_values(posted.theirs), dict(_choices(view.model_dump()))
    rows = [(name, _told(theirs, name, words), _told(posted.values, name, words)) for name in theirs]
    return [
        {"name": name, "theirs": before, "yours": after} | _label(posted, name)
        for name, before, after in rows
        if name not in SILENT and _compared(before) != _compared(after)
    ]


def _label(posted: Posted, name: str) -> dict[str, str]:
    return {"label": posted.labels[name]} if name in posted.labels else {}


def _compared(text: str) -> str:
    """An empty box of a form is not sent, and "no" is stored."""
    return "" if text == "no" else text


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
