"""Reading plan files: text to a checked PlanFile, or every error with its line, column and what to write."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from taskforce.exchange.file_error import (
    MOST_ERRORS,
    Broken,
    FieldPath,
    Problem,
    Unreadable,
    field_name,
    file_error,
    suggestion,
)
from taskforce.exchange.format_errors import explain
from taskforce.exchange.plan_file import PlanFile
from taskforce.exchange.plan_references import reference_problems
from taskforce.exchange.plan_rows import all_rows
from taskforce.exchange.plan_rules import rule_problems
from taskforce.exchange.plan_writing import write
from taskforce.exchange.vocabulary import Vocabularies
from taskforce.exchange.yaml_text import LARGEST_BYTES, Loaded, Place, Spot, decode, load, too_large

__all__ = ["json_schema", "read", "read_bytes", "read_text", "write"]

OTHER_SPELLINGS: Final = {"amount": ("secured",), "asked": ("amount", "secured")}  # of budget entries


def read(path: Path, vocabularies: Vocabularies) -> PlanFile:
    """Read and check one plan file; a file above `LARGEST_BYTES` is refused unread.

    Raises:
        Unreadable: missing, no ordinary file, too large, not UTF-8, not YAML, aliases, nested too deep.
        Broken: it breaks the format or a rule; the exception holds every error.
    """
    try:
        if not path.exists():
            raise Unreadable(f"there is no file {path}", "check its name and folder")
        if not path.is_file():
            raise Unreadable(f"{path} is no ordinary file", "name a plan file, ending in .yaml")
        if path.stat().st_size > LARGEST_BYTES:
            raise too_large(path.stat().st_size)
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise Unreadable(f"{path} cannot be read ({error.strerror})", "check who may read it") from None
    except ValueError as error:
        raise Unreadable(f"this is no name of a file ({error})", "check its name and folder") from None
    return read_bytes(data, vocabularies)


def read_bytes(data: bytes, vocabularies: Vocabularies) -> PlanFile:
    """Read and check the bytes of a plan file, for example an upload. Raises as `read`."""
    return read_text(decode(data), vocabularies)


def read_text(text: str, vocabularies: Vocabularies) -> PlanFile:
    """Read and check the text of a plan file. Raises as `read`."""
    loaded = load(text)
    file: PlanFile | None = None
    found = [
        _Found((error.line, error.column), error.field, (), (error.problem, error.advice)) for error in loaded.errors
    ]
    try:
        file = PlanFile.model_validate(loaded.value)
    except ValidationError as error:
        found += _format_errors(error, loaded)
    rows = all_rows(loaded.value)
    taken = {one.field for one in found}
    for problem in chain(reference_problems(rows, vocabularies), rule_problems(rows)):
        field = field_name(problem.path)
        if field not in taken:
            place = _find(loaded.spot, problem.path)[0][0]
            found.append(_Found(place, field, problem.path, problem))
    if file is None or found:
        raise _broken(found)
    return file


def json_schema() -> dict[str, Any]:
    """The format as JSON Schema (draft 2020-12), for editors that check and complete while a person types."""
    schema = PlanFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


class _Found(NamedTuple):
    """An error at its place; what it says is put into words only if it is among those that are shown."""

    place: Place
    field: str
    path: FieldPath
    source: Problem | ErrorDetails | tuple[str, str]


def _broken(found: list[_Found]) -> Broken:
    shown = sorted(found, key=lambda one: (one.place, one.field))[:MOST_ERRORS]
    errors = tuple(file_error(one.place, one.field, *_in_words(one)) for one in shown)
    return Broken(errors, left_off=len(found) - len(errors))


def _in_words(found: _Found) -> tuple[str, str]:
    """What is wrong, and what to write."""
    source = found.source
    if isinstance(source, Problem):
        advice = source.advice if source.known is None else suggestion(source.advice, source.known)
        return source.problem, advice
    return source if isinstance(source, tuple) else explain(source, found.path)


def _format_errors(error: ValidationError, loaded: Loaded) -> Iterator[_Found]:
    seen: set[FieldPath] = set()
    for one in error.errors(include_url=False, include_input=True):
        path = _known_path(one, loaded.spot)
        if path not in seen:
            seen.add(path)
            (value_at, key_at, _), whole = _find(loaded.spot, path)
            place = key_at if whole and one["type"] == "extra_forbidden" else value_at
            yield _Found(place, field_name(path), path, one)


def _known_path(error: ErrorDetails, spot: Spot) -> FieldPath:
    """The way to the value without the steps that pydantic adds for choices between types."""
    path: FieldPath = ()
    for step in error["loc"]:
        (_, _, inside), whole = _find(spot, (*path, step))
        if not whole and not (error["type"] == "missing" and step == error["loc"][-1]):
            return (*path, step) if isinstance(inside, dict) and step in OTHER_SPELLINGS else path
        path = (*path, step)
    return path


def _find(spot: Spot, path: FieldPath) -> tuple[Spot, bool]:
    """The spot of a value, and whether the way leads to it; else the spot of the last mapping or list on the way."""
    for step in path:
        inside = spot[2]
        if isinstance(inside, dict):
            found = next((inside[name] for name in (step, *OTHER_SPELLINGS.get(str(step), ())) if name in inside), None)
        else:
            found = inside[step] if isinstance(inside, list) and isinstance(step, int) and step < len(inside) else None
        if found is None:
            return spot, False
        spot = found
    return spot, True
