"""YAML text to plain values with the line and column of each, within limits that no file can exceed."""

import re
from dataclasses import dataclass
from sys import intern
from typing import Final, TypeAlias

import yaml

from taskforce.exchange.file_error import FieldPath, FileError, Unreadable, field_name

LARGEST_BYTES: Final = 20 * 1024 * 1024
DEEPEST: Final = 40  # the format itself is 9 levels deep
MOST_EVENTS: Final = 1_500_000  # of the parser; a plan of 10,000 activities has about 550,000

QUOTED: Final = "write it out each time; put a text that begins so in quotes"
NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")

Place = tuple[int, int]  # line and column, from 1


# Where a value and its key stand, and the spots of what lies inside it. Plain tuples, since a large file has half a
# million of them and the garbage collector soon leaves plain tuples of numbers alone.
Spot: TypeAlias = tuple[Place, Place, "dict[str, Spot] | list[Spot] | None"]


@dataclass(slots=True)
class Loaded:
    """A document: every scalar is its text (null is None), so that no date, number or `no` is guessed wrongly."""

    value: object
    spot: Spot
    errors: list[FileError]


@dataclass(slots=True)
class _Open:
    """A list or mapping that has begun; `key` is the mapping's key whose value comes next."""

    value: dict[str, object] | list[object]
    inside: dict[str, Spot] | list[Spot]
    key: str | None = None
    key_at: Place = (1, 1)


def decode(data: bytes) -> str:
    """Bytes of a file to text, without a byte order mark.

    Raises:
        Unreadable: more than `LARGEST_BYTES`, or not UTF-8, or a control character.
    """
    if len(data) > LARGEST_BYTES:
        raise too_large(len(data))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        raise Unreadable(
            f"the file is not UTF-8 text (byte {data[error.start]:#04x})",
            "save it again with the encoding UTF-8",
            line=line,
            column=column,
        ) from None
    return text


def too_large(size: int) -> Unreadable:
    """The refusal of a file of `size` bytes."""
    return Unreadable(
        f"the file has {size / 1024 / 1024:.0f} MB, more than the {LARGEST_BYTES // 1024 // 1024} MB that are read",
        "split it: one file holds one mechanism and one plan",
    )


def load(text: str) -> Loaded:
    """Read one YAML document in one pass of the C parser.

    A key written twice is an error of the result; the second value is kept.

    Raises:
        Unreadable: not YAML, an alias, anchor or tag, nested deeper than `DEEPEST`, more than `MOST_EVENTS` events.
    """
    control = CONTROL.search(text)
    if control:
        before = text[: control.start()]
        raise Unreadable(
            f"the file holds the control character U+{ord(control[0]):04X}",
            "remove it; it is not text",
            line=before.count("\n") + 1,
            column=control.start() - before.rfind("\n"),
        )
    try:
        return _compose(text)
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(error, text) from None
    except yaml.YAMLError as error:
        raise Unreadable(
            f"the file is not YAML ({error})", "correct it, for example in an editor that knows YAML"
        ) from None


def _compose(text: str) -> Loaded:
    errors: list[FileError] = []
    into = _Open([], [])  # the document itself, as a list of one value
    opened = [into]
    for count, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        mark = event.start_mark
        here = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if isinstance(event, yaml.ScalarEvent):
            if event.anchor is not None or event.tag is not None:
                raise _marked(event.anchor, event.tag, here)
            if event.style == '"' and CONTROL.search(event.value):
                raise _refusal(here, "the text holds a control character", "remove its escape, such as \\0 or \\x1b")
            if not _add(into, here, None if event.style == "" and event.value in NULLS else event.value, None):
                errors.append(_twice(opened, here))
        elif isinstance(event, yaml.CollectionEndEvent):
            opened.pop()
            into = opened[-1]
        elif isinstance(event, yaml.CollectionStartEvent):
            if event.anchor is not None or event.tag is not None:
                raise _marked(event.anchor, event.tag, here)
            new = _Open({}, {}) if isinstance(event, yaml.MappingStartEvent) else _Open([], [])
            _add(into, here, new.value, new.inside)
            into = new
            opened.append(into)
            if len(opened) > DEEPEST:
                raise _refusal(here, f"the file is nested deeper than {DEEPEST} levels", "a plan file needs at most 9")
        elif isinstance(event, yaml.AliasEvent):
            raise _refusal(here, f"*{event.anchor} repeats another part of the file", QUOTED)
        elif isinstance(event, yaml.DocumentStartEvent) and into.value:
            raise _refusal(here, "a second document begins here", "keep one document in a file")
        if count > MOST_EVENTS:
            raise _refusal(here, "the file holds too many values", "split it: one plan in a file")
    return _document(into, errors)


def _document(root: _Open, errors: list[FileError]) -> Loaded:
    if isinstance(root.value, list) and isinstance(root.inside, list) and root.value:
        return Loaded(root.value[0], root.inside[0], errors)
    return Loaded(None, ((1, 1), (1, 1), None), errors)


def _marked(anchor: str | None, tag: str | None, here: Place) -> Unreadable:
    if anchor is not None:
        return _refusal(here, f"&{anchor} marks a part to be repeated", QUOTED)
    return _refusal(here, f"the tag {tag} is not part of the format", "remove it and write the value alone")


def _refusal(here: Place, problem: str, advice: str) -> Unreadable:
    return Unreadable(problem, advice, line=here[0], column=here[1])


def _add(into: _Open, here: Place, value: object, inside: dict[str, Spot] | list[Spot] | None) -> bool:
    """Put a value into an open list or mapping, there in turn as a key and as its value; False for a key twice."""
    if isinstance(into.value, dict) and isinstance(into.inside, dict):
        if into.key is not None:
            into.value[into.key] = value
            into.inside[into.key] = (here, into.key_at, inside)
            into.key = None
            return True
        if inside is not None:
            raise _refusal(here, "a list or mapping stands where a key belongs", "write one word before the colon")
        into.key, into.key_at = "" if value is None else intern(str(value)), here
        return into.key not in into.value
    if isinstance(into.value, list) and isinstance(into.inside, list):
        into.value.append(value)
        into.inside.append((here, here, inside))
    return True


def _twice(opened: list[_Open], here: Place) -> FileError:
    """The error of a key that its mapping has already; the second value is kept."""
    path: FieldPath = ()
    for one in opened[1:-1]:
        path += (len(one.value) - 1,) if isinstance(one.value, list) else (next(reversed(one.value)),)
    key, mapping = opened[-1].key or "", opened[-1].inside
    first = mapping[key][1][0] if isinstance(mapping, dict) else 0
    advice = "keep one of the two"
    if key == "lead":
        advice = "an activity has one lead: keep one, and name the other agency under support"
    return FileError(*here, field_name((*path, key)), f"{key} is written twice (first on line {first})", advice)


def _not_yaml(error: yaml.MarkedYAMLError, text: str) -> Unreadable:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    problem = f"the file is not YAML ({error.problem or error.context})"
    advice = "check the quotes, colons, brackets and the indentation of this line and the one before"
    if "\t" in written:
        advice = "the line holds a tab: indent with spaces"
    elif "nesting depth" in str(error.problem):
        problem, advice = f"the file is nested deeper than {DEEPEST} levels", "a plan file needs at most 9"
    return Unreadable(problem, advice, line=line, column=column)
