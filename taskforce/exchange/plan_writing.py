"""Writing plan files in the one canonical form: the same plan is always the same bytes."""

import re
from datetime import date
from decimal import Decimal
from typing import Any, Final

from taskforce.exchange.plan_file import PlanFile, plan_year
from taskforce.exchange.plan_tree import Activity

WIDEST: Final = 150  # columns; a mapping or list that fits is written on one line
PLAIN: Final = re.compile(r"[A-Za-z_À-ɏ][\w \u2013./()'’;+&%-]*")
NOT_PLAIN: Final = re.compile(r"(?i)(true|false|null|yes|no|on|off|y|n)$")
ESCAPED: Final = re.compile('[\\\\"\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]')
SHORT_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def write(file: PlanFile) -> str:
    """The canonical text of a plan file; reading it gives an equal file.

    Keys stand in the order of the format and only where they say something: values that equal their default are left
    out, as are what the plan implies (fiscal year, currency). Comments of a file that was read are not kept.
    """
    dumped = file.model_dump(by_alias=True, exclude_defaults=True)
    _shorten(dumped, file)
    return "\n".join(line for key, value in dumped.items() for line in _block(key, value, 0)) + "\n"


def _shorten(dumped: dict[str, Any], file: PlanFile) -> None:
    """Bring equal plans to one form: what follows from something else is not written."""
    if file.plan:
        mechanism = dumped["mechanism"]
        implied = {
            "currency": file.plan.currency,
            "fiscal_year_start": file.plan.start.month,
            "languages": file.plan.languages,
        }
        for key, value in implied.items():
            if mechanism.get(key) == value:
                del mechanism[key]
    for row in [dumped["mechanism"], *dumped.get("responsibilities", ())]:
        _shorten_duty(row)
    year = plan_year(file)
    activities = _activities(dumped)
    for activity in activities:
        if "budget" in activity:
            activity["budget"] = [
                _money(line, None if line.get("year") == year else line.get("year")) for line in activity["budget"]
            ]
    for item in dumped.get("cost_items", ()):
        if "lines" in item:
            item["lines"] = [_money(line, line.get("year", year)) for line in item["lines"]]
    _name_joint_pairs_once(activities)
    _marks_after_scalars(dumped)


def _marks_after_scalars(value: object) -> None:
    """Put `fact` and `illustrative` of every mapping behind its own values and before the lists below it."""
    if isinstance(value, list | tuple):
        for item in value:
            _marks_after_scalars(item)
    elif isinstance(value, dict):
        for item in value.values():
            _marks_after_scalars(item)
        if "fact" in value or "illustrative" in value:
            below = {key: item for key, item in value.items() if _is_list_of_mappings(item)}
            marks = {key: value[key] for key in ("fact", "illustrative") if key in value}
            ordered = {key: item for key, item in value.items() if key not in below and key not in marks}
            value.clear()
            value.update(ordered | marks | below)


def _is_list_of_mappings(value: object) -> bool:
    return isinstance(value, list | tuple) and any(isinstance(item, dict) for item in value)


def _activities(dumped: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        activity
        for objective in dumped.get("objectives", ())
        for output in objective.get("outputs", ())
        for activity in output.get("activities", ())
    ]


def _shorten_duty(row: dict[str, Any]) -> None:
    """Write a single accountable agency as `agency`, and a single instrument without parts as `legal_basis`."""
    parts, instruments = row.get("assignments"), row.get("instruments")
    if parts is not None and len(parts) == 1 and set(parts[0]) == {"agency"}:
        row["assignments"] = parts[0]["agency"]
        _rename(row, "assignments", "agency")
    if instruments and len(instruments) == 1 and set(instruments[0]) <= {"citation", "seen"}:
        row["instruments"] = {"text": instruments[0]["citation"], "seen": instruments[0].get("seen", False)}
        _rename(row, "instruments", "legal_basis")
    if "legal_basis" in row:
        row["legal_basis"].setdefault("seen", False)


def _rename(row: dict[str, Any], old: str, new: str) -> None:
    """Rename a key of a responsibility; `agency` comes right after the code, where the format has it."""
    renamed = {new if key == old else key: value for key, value in row.items()}
    row.clear()
    row.update(renamed)


def _money(line: dict[str, Any], year: int | None) -> dict[str, Any]:
    """A budget line with its year if it is given, with an amount even if it is 0, and `asked` only if it differs."""
    rest = {key: value for key, value in line.items() if key not in ("source", "cost", "year")}
    if not {"amount", "asked", "refused"} & set(rest):
        rest = {"amount": Decimal(0), **rest}
    if rest.get("asked") == rest.get("amount", 0) + rest.get("refused", 0):
        del rest["asked"]
    written_year = {} if year is None else {"year": year}
    return {"source": line["source"], "cost": line["cost"], **written_year, **rest}


def _name_joint_pairs_once(activities: list[dict[str, Any]]) -> None:
    """Name a joint pair on the activity that stands first, in the order of the file."""
    order = {activity["code"]: place for place, activity in enumerate(activities)}
    pairs: set[tuple[int, int]] = set()
    for activity in activities:
        mine = order[activity["code"]]
        for other in activity.get("joint_with", ()):
            pairs.add((min(mine, order[other]), max(mine, order[other])))
    partners: dict[int, list[str]] = {}
    for first, second in sorted(pairs):
        partners.setdefault(first, []).append(activities[second]["code"])
    for place, activity in enumerate(activities):
        activity.pop("joint_with", None)
        if place in partners:
            named = activity | {"joint_with": partners[place]}
            activity.clear()
            activity.update({key: named[key] for key in Activity.model_fields if key in named})


def _block(key: str, value: object, indent: int) -> list[str]:
    """The lines of a key and its value; on one line if that is short and holds no list of mappings."""
    pad = " " * indent
    if isinstance(value, dict):
        return _mapping(key, value, indent)
    if isinstance(value, list | tuple):
        if _is_list_of_mappings(value):
            return [f"{pad}{key}:", *(line for item in value for line in _item(item, indent + 2))]
        line = f"{pad}{key}: {_flow(value)}"
        if len(line) <= WIDEST:
            return [line]
        return [f"{pad}{key}:", *(f"{pad}  - {_scalar(item)}" for item in value)]
    return [f"{pad}{key}: {_scalar(value)}"]


def _mapping(key: str, value: dict[Any, Any], indent: int) -> list[str]:
    pad = " " * indent
    line = f"{pad}{key}: {_flow(value)}"
    if indent and len(line) <= WIDEST and not _holds_mappings(value):
        return [line]
    return [f"{pad}{key}:", *(line for inner, item in value.items() for line in _block(str(inner), item, indent + 2))]


def _item(value: dict[Any, Any], indent: int) -> list[str]:
    """A mapping as an item of a list, after its dash."""
    pad = " " * indent
    if not _holds_mappings(value):
        line = f"{pad}- {_flow(value)}"
        if len(line) <= WIDEST:
            return [line]
    lines = [line for key, item in value.items() for line in _block(str(key), item, indent + 2)]
    return [f"{pad}- {lines[0].lstrip()}", *lines[1:]]


def _holds_mappings(value: dict[Any, Any]) -> bool:
    return any(_is_list_of_mappings(item) for item in value.values())


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _scalar(value)


def _scalar(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if isinstance(value, int | date):
        return str(value)
    text = str(value)
    if PLAIN.fullmatch(text) and not NOT_PLAIN.fullmatch(text) and text == text.strip():
        return text
    return '"' + ESCAPED.sub(_escape, text) + '"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    return SHORT_ESCAPES.get(character) or f"\\u{ord(character):04x}"
