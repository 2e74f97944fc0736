"""What was posted: reading forms and JSON into the same commands, and forms that are shown again."""

import base64
import datetime as dt
import json
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_args
from urllib.parse import parse_qsl
from uuid import uuid4

from litestar.connection import Request
from litestar.exceptions import ClientException
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from taskforce.render.wording import gettext as _
from taskforce.web.upload import FILE_FIELD, Upload, is_multipart, posted_parts, takes_file
from taskforce.web.version import WrongTag, opened

C = TypeVar("C", bound=BaseModel)
Values = dict[str, str | list[str]]
CONFIRM = "confirm_again"  # the password or code that a dangerous action asks for beside its form
OPENED = "opened"  # what a form showed when it was opened, as JSON: what its reader changed shows against it
PLUMBING = frozenset({"csrf", "idempotency_key", CONFIRM, OPENED})
# Control characters, line separators, signs that turn the text after them round, and what is no character at all.
# The last but one are halves of characters, which JSON can carry and UTF-8 cannot.
INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
MOST_BYTES = 1_048_576  # a form or command of one record; files have their own limit
DEEPEST = 32
MOST_FIELDS = 2_000  # a form with every place and activity of a country ticked has below 1,000
MOST_CHARACTERS = 100_000  # of one field; the longest that a command takes is below 20,000
MOST_NAME = 100  # characters of a field's name


@dataclass
class Malformed(Exception):
    """What was sent does not have the shape of the command. One entry a field: its name and what to do."""

    errors: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Posted:
    """A form that was refused: what the person typed, what is wrong, what somebody else saved meanwhile.

    `since`: what others did, where nothing was typed that could be compared with `theirs`. `labels`: of the fields.
    """

    values: Values
    errors: tuple[tuple[str, str], ...]
    status_code: int
    theirs: dict[str, object] = field(default_factory=dict)
    since: Sequence[object] | None = None
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def opened(self) -> Values:
        """What the form showed when it was opened; empty where it does not say so in our own way."""
        try:
            found = json.loads(_joined(self.values.get(OPENED, "")))
        except (ValueError, RecursionError):
            return {}
        items = found.items() if isinstance(found, dict) else ()
        return {name: value for name, value in items if isinstance(value, str) or _are_texts(value)}

    @property
    def joined(self) -> Values:
        """What others changed and the sender did not: it is taken over, and nobody's work is undone."""
        opened, theirs = self.opened, as_values(self.theirs)
        return {
            name: theirs[name]
            for name in theirs.keys() & opened.keys() - {"version"}
            if alike(self.values.get(name, ""), opened[name]) and not alike(theirs[name], opened[name])
        }


@dataclass(frozen=True)
class Form:
    """What a form template shows."""

    values: Values
    errors: list[dict[str, str]]
    version: str | None
    opened: str
    key: str
    conflict: list[dict[str, str]]
    since: Sequence[object]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def as_values(record: BaseModel | dict[str, Any]) -> Values:
    """A command or a dict as the strings that a form shows."""
    items = record.model_dump() if isinstance(record, BaseModel) else record
    return {
        name: [_text(each) for each in value] if isinstance(value, list | tuple | set | frozenset) else _text(value)
        for name, value in items.items()
    }


def alike(one: str | list[str], other: str | list[str]) -> bool:
    """Whether two values of a field say the same: an empty box is not sent, and is stored as no."""
    return _said(one) == _said(other)


def _said(value: str | list[str]) -> list[str]:
    texts = [text.replace("\r\n", "\n").strip() for text in (value if isinstance(value, list) else [value])]
    return sorted(text for text in texts if text not in ("", "no"))


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def filled(values: Values, posted: Posted | None) -> Form:
    """The form as stored, or as it was posted and refused."""
    if posted is None:
        version, key = _version(values), str(uuid4())
        return Form(values, errors=[], version=version, opened=_kept(values), key=key, conflict=[], since=[])
    theirs = as_values(posted.theirs)
    order = {name: place for place, name in enumerate(values)}
    errors = sorted(posted.errors, key=lambda error: order.get(error[0], len(order)))
    return Form(
        values={
            **{name: [] if isinstance(value, list) else "" for name, value in values.items()},
            **posted.values,
            **posted.joined,
        },
        errors=[{"name": name, "text": text} for name, text in errors],
        version=_joined(theirs["version"]) if "version" in theirs else _version(posted.values) or _version(values),
        opened=_kept(theirs or posted.opened),
        key=str(uuid4()),
        conflict=[],
        since=posted.since or [],
    )


def _kept(values: Values) -> str:
    """What a form shows, as the form carries it until it is sent."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _version(values: Values) -> str | None:
    found = values.get("version")
    return found if isinstance(found, str) and found else None


def _joined(value: str | list[str]) -> str:
    return ", ".join(value) if isinstance(value, list) else value


async def receive_body(request: Request[Any, Any, Any]) -> None:
    """Read what was sent, once, before the command and the session, which are made at the same time, both ask for it.

    Raises:
        ClientException: it is a form with a file that cannot be read.
    """
    if is_multipart(request):
        await posted_parts(request)
    else:
        await request.body()


async def posted_values(request: Request[Any, Any, Any]) -> dict[str, list[str]]:
    """The fields of a posted form, each with all its values, plumbing included.

    Raises:
        ClientException: the body is not UTF-8, or has too many fields, or too long ones.
    """
    if is_multipart(request):
        return _checked((await posted_parts(request)).fields)
    body = await request.body()
    if body.count(b"&") >= MOST_FIELDS:
        raise ClientException(_("The form has too many fields. Send fewer at a time."))
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict")
    except ValueError as problem:
        raise ClientException(_("The form could not be read: it must be UTF-8 text. Send it again.")) from problem
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return _checked(values)


def _checked(values: dict[str, list[str]]) -> dict[str, list[str]]:
    """Let pass names that may be those of fields, and values that some field may have."""
    for name, given in values.items():
        if len(name) > MOST_NAME or not name.isprintable():
            raise ClientException(_("The form has a field that is none of ours. Open the page again."))
        if any(len(value) > MOST_CHARACTERS for value in given):
            raise ClientException(_("One field holds more than 100,000 characters. Shorten it."))
    return values


async def read_upload(request: Request[Any, Any, Any]) -> Upload:
    """The file that was posted.

    Raises:
        Malformed: none was chosen, or it is empty.
    """
    upload = (await posted_parts(request)).upload if is_multipart(request) else None
    if upload is None or not upload.byte_count:
        raise Malformed(((FILE_FIELD, _("Choose a file that is not empty.")),))
    return upload


def is_form(request: Request[Any, Any, Any]) -> bool:
    """Whether the body is a posted form."""
    kind = request.headers.get("content-type", "").lower()
    return kind.startswith("application/x-www-form-urlencoded") or is_multipart(request)


def speaks_html(request: Request[Any, Any, Any]) -> bool:
    """Whether the page mount answers, not the API."""
    return bool(request.route_handler.opt.get("speaks") == "html")


def masked(secret: str) -> str:
    """A form secret as a page carries it: other bytes each time, so that its compressed length tells nothing."""
    pad = secrets.token_bytes(len(secret))
    mixed = bytes(a ^ b for a, b in zip(pad, secret.encode(), strict=True))
    return base64.urlsafe_b64encode(pad + mixed).decode()


def unmasked(sent: str) -> str:
    """The form secret that a page carried; what was never masked gives no secret of ours."""
    try:
        raw = base64.urlsafe_b64decode(sent.encode())
        half = len(raw) // 2
        return bytes(a ^ b for a, b in zip(raw[:half], raw[half:], strict=True)).decode()
    except ValueError:
        return ""


def require_known_kind(request: Request[Any, Any, Any]) -> None:
    """Forms belong to pages, which guard them by secret and origin; the API takes JSON, but for files.

    Raises:
        ClientException: a form was sent to the API, something else to a page, or a file to where none is taken.
    """
    kind = request.headers.get("content-type", "").lower()
    if is_multipart(request) and takes_file(request):
        return
    if speaks_html(request) and not kind.startswith("application/x-www-form-urlencoded"):
        raise ClientException(_("Pages take forms. Open the page and send it from there."), status_code=415)
    if takes_file(request):
        raise ClientException("a file comes as multipart/form-data: send that", status_code=415)
    if not speaks_html(request) and kind and not kind.startswith("application/json"):
        raise ClientException("the API takes JSON, not forms: send application/json", status_code=415)


async def read_command(request: Request[Any, Any, Any], command: type[C]) -> C:
    """What was posted, as the command.

    Raises:
        Malformed: fields are missing or wrong; each is named with what to do.
        ClientException: the body cannot be read at all.
    """
    require_known_kind(request)
    data = _from_form(await posted_values(request), command) if is_form(request) else await _from_json(request)
    if not speaks_html(request):
        try:
            data = opened(request, command, data)
        except WrongTag as wrong:
            raise Malformed((("version", str(wrong)),)) from None
    problems = _control_characters(data) + _dates_as_numbers(data, command)
    if problems:
        raise Malformed(problems)
    try:
        return command.model_validate(data)
    except ValidationError as invalid:
        raise Malformed(tuple(_worded(error, command) for error in invalid.errors(include_url=False))) from None


def _from_form(values: dict[str, list[str]], command: type[BaseModel]) -> dict[str, Any]:
    """Form fields as JSON-like values: an empty field is a missing one, a list field takes all its values."""
    data: dict[str, Any] = {}
    for name, given in values.items():
        if name in PLUMBING:
            continue
        kept = [value.replace("\r\n", "\n").strip() for value in given]
        kept = [value for value in kept if value]
        if _is_list(command, name):
            data[name] = kept
        elif kept:
            data[name] = kept[-1]
    return data


def _is_list(command: type[BaseModel], name: str) -> bool:
    found = command.model_fields.get(name)
    return found is not None and getattr(found.annotation, "__origin__", None) in (list, tuple, set, frozenset)


async def _from_json(request: Request[Any, Any, Any]) -> Any:
    body = await request.body()
    try:
        text = body.decode("utf-8")
        if _depth(text) > DEEPEST:
            raise ClientException(f"the JSON is nested deeper than {DEEPEST} levels: flatten it")
        return json.loads(text or "{}", parse_constant=_no_number)
    except (ValueError, RecursionError) as problem:
        raise ClientException(f"the body is not JSON in UTF-8: {problem}") from problem


def _no_number(said: str) -> None:
    """NaN and Infinity are Python's, not JSON's."""
    raise ValueError(f"{said} is no number")


def _depth(text: str) -> int:
    """How deep brackets nest; those inside strings count too, which only makes the bound stricter."""
    deepest = depth = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _control_characters(data: Any) -> tuple[tuple[str, str], ...]:
    """PostgreSQL stores no NUL; other control characters would break tables and files."""
    if not isinstance(data, dict):
        return ()
    return tuple(
        (INVISIBLE.sub("", name), _("An invisible sign stood in the text and was taken out. Check it and save again."))
        for name, value in data.items()
        if any(INVISIBLE.search(text) for text in (name, *_texts(value)))
    )


def _texts(value: Any) -> Iterator[str]:
    """Every text of a value, however deep it lies: the depth of JSON is bounded before."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _dates_as_numbers(data: Any, command: type[BaseModel]) -> tuple[tuple[str, str], ...]:
    """A bare number is no date: pydantic would read "2016" as seconds since 1970."""
    if not isinstance(data, dict):
        return ()
    return tuple(
        (name, _("%(label)s must be a real date, like 2026-07-15.") % {"label": _(found.title or name)})
        for name, found in command.model_fields.items()
        if dt.date in (found.annotation, *get_args(found.annotation))
        and re.fullmatch(r"\s*-?[\d.]+\s*", str(data.get(name, "")))
    )


def _worded(error: ErrorDetails, command: type[BaseModel]) -> tuple[str, str]:
    """A pydantic error as the field's name and a sentence that says what to type."""
    name = str(error["loc"][0]) if error["loc"] else ""
    found = command.model_fields.get(name)
    label = _(found.title) if found and found.title else name.replace("_", " ")
    limits = error.get("ctx", {})
    sentences = {
        "missing": _("Fill in: %(label)s."),
        "string_too_short": _("Fill in: %(label)s."),
        "string_too_long": _("%(label)s must have %(limit)s characters or fewer. Shorten it."),
        "date_from_datetime_inexact": _("%(label)s must be a real date, like 2026-07-15."),
        "date_from_datetime_parsing": _("%(label)s must be a real date, like 2026-07-15."),
        "date_parsing": _("%(label)s must be a real date, like 2026-07-15."),
        "uuid_parsing": _("%(label)s must be one of the list. Choose again."),
        "int_parsing": _("%(label)s must be a whole number, like 12."),
        "decimal_parsing": _("%(label)s must be a number in digits, like 1200.50."),
        "decimal_max_places": _("%(label)s has too many decimals."),
        "greater_than_equal": _("%(label)s must be %(limit)s or more."),
        "less_than_equal": _("%(label)s must be %(limit)s or less."),
        "literal_error": _("%(label)s must be one of: %(limit)s."),
        "enum": _("%(label)s must be one of: %(limit)s."),
        "extra_forbidden": _("%(label)s is not a field here. Leave it out."),
    }
    limit = next((limits[key] for key in ("max_length", "ge", "le", "expected") if key in limits), "")
    if error["type"] == "value_error":
        return name, str(limits["error"])
    pattern = sentences.get(error["type"])
    return name, (pattern % {"label": label, "limit": limit}) if pattern else f"{label}: {error['msg']}"
