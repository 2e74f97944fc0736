"""YAML text to plain values with the line and column of each, within limits that no file can exceed."""

import re
from dataclasses import dataclass, field
from sys import intern
from typing import Final

import yaml

from taskforce.exchange.file_error import FileError, Path, Unreadable, field_name

LARGEST_BYTES: Final = 20 * 1024 * 1024
DEEPEST: Final = 40  # the format itself is 9 levels deep
MOST_NODES: Final = 1_500_000  # a plan of 10,000 activities has about 450,000; one node takes about 250 bytes

NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")

Place = tuple[int, int]  # line and column, from 1


@dataclass(slots=True)
class Spot:
    """Where a value and its key stand, and the spots of what lies inside it."""

    value_at: Place
    key_at: Place
    inside: "dict[str, Spot] | list[Spot] | None" = None


@dataclass(slots=True)
class Loaded:
    """A document: every scalar is its text (null is None), so that no date, number or `no` is guessed wrongly."""

    value: object = None
    spot: Spot = field(default_factory=lambda: Spot((1, 1), (1, 1)))
    errors: list[FileError] = field(default_factory=list)


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
        Unreadable: not YAML, an alias, anchor or tag, nested deeper than `DEEPEST`, more than `MOST_NODES` values.
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
        raise Unreadable(f"the file is not YAML ({error})", "correct it, for example in an editor that knows YAML") from None


def _compose(text: str) -> Loaded:
    loaded = Loaded()
    opened: list[_Open] = []
    nodes = documents = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        kind = type(event)
        if kind is yaml.ScalarEvent:
            _refuse_marks(event)
            value = None if event.style == "" and event.value in NULLS else event.value
            _add(loaded, opened, event, value, None)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            _refuse_marks(event)
            new = _Open({}, {}) if kind is yaml.MappingStartEvent else _Open([], [])
            _add(loaded, opened, event, new.value, new.inside)
            opened.append(new)
            if len(opened) > DEEPEST:
                raise _at(event, f"the file is nested deeper than {DEEPEST} levels", "a plan file needs no more than 9")
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            opened.pop()
            continue
        elif kind is yaml.AliasEvent:
            raise _at(event, f"*{event.anchor} repeats another part of the file", "write the value out: aliases are not read")
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                raise _at(event, "a second document begins here", "keep one document in a file")
        nodes += 1
        if nodes > MOST_NODES:
            raise _at(event, f"the file holds more than {MOST_NODES} values", "split it into files of one plan each")
    return loaded


def _refuse_marks(event: yaml.NodeEvent) -> None:
    if event.anchor is not None:
        raise _at(event, f"&{event.anchor} marks a part to be repeated", "remove it: anchors and aliases are not read")
    if event.tag is not None:
        raise _at(event, f"the tag {event.tag} is not part of the format", "remove it and write the value alone")


def _at(event: yaml.Event, problem: str, advice: str) -> Unreadable:
    mark = event.start_mark
    return Unreadable(problem, advice, line=mark.line + 1, column=mark.column + 1)


def _add(
    loaded: Loaded,
    opened: list[_Open],
    event: yaml.NodeEvent,
    value: object,
    inside: dict[str, Spot] | list[Spot] | None,
) -> None:
    """Put a value where it belongs: into the open list, as a mapping's key, or as the value of that key."""
    mark = event.start_mark
    here = (mark.line + 1, mark.column + 1)
    if not opened:
        loaded.value, loaded.spot = value, Spot(here, here, inside)
        return
    into = opened[-1]
    if isinstance(into.value, list):
        into.value.append(value)
        into.inside.append(Spot(here, here, inside))  # type: ignore[union-attr]  # a list's inside is a list
        return
    spots: dict[str, Spot] = into.inside  # type: ignore[assignment]  # a mapping's inside is a mapping
    if into.key is None:
        if inside is not None:
            raise _at(event, "a list or mapping stands where a key belongs", "write a single word before the colon")
        key = "" if value is None else intern(str(value))
        if key in into.value:
            loaded.errors.append(_twice(opened, key, here, spots[key].key_at[0]))
        into.key, into.key_at = key, here
        return
    into.value[into.key] = value
    spots[into.key] = Spot(here, into.key_at, inside)
    into.key = None


def _twice(opened: list[_Open], key: str, here: Place, first_line: int) -> FileError:
    path: Path = ()
    for one in opened[:-1]:
        path += (len(one.value) - 1,) if isinstance(one.value, list) else (list(one.value)[-1],)
    advice = "keep one of the two"
    if key == "lead":
        advice = "an activity has one lead: keep one, and name the other agency under support"
    return FileError(*here, field_name((*path, key)), f"{key} is written twice (first on line {first_line})", advice)


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
        problem, advice = f"the file is nested deeper than {DEEPEST} levels", "a plan file needs no more than 9"
    return Unreadable(problem, advice, line=line, column=column)
