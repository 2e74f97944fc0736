"""What pydantic says about a value, in words for the person who writes the file."""

from functools import cache
from typing import Any, Final, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from taskforce.exchange.file_error import FieldPath, suggestion
from taskforce.exchange.plan_file import PlanFile
from taskforce.exchange.plan_values import CODE, LANGUAGE, MECHANISM_CODE, ONE_LINE, shown

PATTERNS: Final = {
    CODE: "write 1 to 40 letters, digits, dots, dashes or underscores, the first a letter or digit",
    MECHANISM_CODE: "write 2 to 40 capitals, digits or dashes, for example KE-COPTWG",
    LANGUAGE: "write a language code, for example en, sw or fil",
    ONE_LINE: "write it on one line",
}
TWO_LEADS: Final = "write one agency code, and name the other agencies under support"


def explain(error: ErrorDetails, path: FieldPath) -> tuple[str, str]:
    """What is wrong with the value at a path, and what to write instead."""
    kind = error["type"]
    context = error.get("ctx", {})
    value = error["input"]
    name = next((step for step in reversed(path) if isinstance(step, str)), "file")
    if kind == "plan_file":
        return str(context["problem"]), str(context["advice"])
    if kind == "missing":
        return f"{name} is missing", f"add {name}: {_meaning(path)}"
    if kind == "extra_forbidden":
        return f"the key “{name}” is unknown here", suggestion(name, sorted(_fields(path[:-1])))
    if kind == "literal_error":
        expected = str(context["expected"]).replace("'", "").replace(" or ", ", ")
        return f"{shown(value)} is not one of the words for {name}", suggestion(str(value), expected.split(", "))
    if kind == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        return f"{shown(value)} is not allowed for {name}", PATTERNS.get(pattern, "write an address, http or https")
    if kind in ("string_too_short", "string_too_long"):
        limit = context.get("min_length", context.get("max_length"))
        length = len(str(value).strip())
        return (
            f"{name} has {length} characters",
            f"write {'at least' if 'min_length' in context else 'at most'} {limit}",
        )
    if kind in ("greater_than_equal", "less_than_equal"):
        limit = context.get("ge", context.get("le"))
        return f"{shown(value)} is out of range", f"write {'at least' if 'ge' in context else 'at most'} {limit}"
    return _wrong_shape(kind, name, value, path)


def _wrong_shape(kind: str, name: str, value: object, path: FieldPath) -> tuple[str, str]:
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        if not path:
            return f"the file holds {shown(value)}, not a plan", "begin it with schema: taskforce.plan/1"
        return f"{name} is {shown(value)}, not a mapping", f"write key: value pairs: {_meaning(path)}"
    if kind == "tuple_type":
        return f"{name} is {shown(value)}, not a list", "write a list, for example [A, B], or [] for none"
    if kind == "string_type" and name == "lead" and isinstance(value, list):
        return f"lead is a list of {len(value)}; an activity has one lead", TWO_LEADS
    if kind == "string_type":
        return f"{name} is {shown(value)}, not a text", "write a text, or leave the key out"
    if kind in ("bool_parsing", "bool_type"):
        return f"{shown(value)} is neither true nor false", "write true or false"
    return f"{shown(value)} is not allowed for {name}", _meaning(path)


def _meaning(path: FieldPath) -> str:
    described = _fields(path[:-1]).get(str(path[-1])) if path else None
    return described or "see taskforce plan schema"


def _fields(path: FieldPath) -> dict[str, str]:
    """The keys that a mapping at this path may have, each with its meaning."""
    return _keys().get(tuple(step for step in path if isinstance(step, str)), {})


@cache
def _keys() -> dict[tuple[str, ...], dict[str, str]]:
    found: dict[tuple[str, ...], dict[str, str]] = {}
    open_models: list[tuple[tuple[str, ...], type[BaseModel]]] = [((), PlanFile)]
    while open_models:
        path, model = open_models.pop()
        found[path] = {_key(name, field): field.description or "" for name, field in model.model_fields.items()}
        for name, field in model.model_fields.items():
            open_models += [((*path, _key(name, field)), inner) for inner in _models_in(field.annotation)]
    return found


def _key(name: str, field: FieldInfo) -> str:
    return field.alias or name


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]
