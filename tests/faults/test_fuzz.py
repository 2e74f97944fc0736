"""Thousands of hostile requests to the API, to forms and to plan imports: refused in words, or stored as sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import pytest
import schemathesis
from hypothesis import strategies as st
from litestar.routes import HTTPRoute
from pydantic import BaseModel
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import text

from taskforce.access import OPERATOR
from taskforce.app import create_app
from taskforce.db import Sessions, transaction
from taskforce.errors import Refused
from taskforce.exchange.file_error import Broken, Unreadable
from taskforce.exchange.plan_file import activities
from taskforce.exchange.plan_import import rows_of
from taskforce.exchange.plan_yaml import read_bytes
from taskforce.services.plan_import import apply
from taskforce.web.open_api import described
from tests.faults.fuzz import TEXTS, each_of, fields_of
from tests.faults.hostile import places_of
from tests.faults.installation import Note
from tests.page_client import ADDRESS, Client
from tests.plan_text import GOOD, VOCABULARIES
from tests.world import World


def _ends(pattern: str) -> bool:
    """Whether what a path names is gone afterwards."""
    return pattern.rpartition("/")[2] in ("delete", "end", "purge", "disable")


APP = create_app(database_url="postgresql+asyncpg://nobody@/nothing")
DESCRIPTION = described(APP, APP.openapi_schema.to_schema())
FOUND = schemathesis.openapi.from_dict(DESCRIPTION).get_all_operations()
# What ends or deletes things comes last, so that the others find them there.
OPERATIONS: list[Any] = sorted((cast("Any", each).ok() for each in FOUND), key=lambda each: _ends(each.path))
CONFORMANCE = [status_code_conformance, content_type_conformance, response_schema_conformance]
# They end what the other cases need: the password, the token or the session of who sends them.
NOT_SENT = ("/account/password", "/account/tokens", "/account/sessions", "/sign-out", "/account/second-factor")
# Fields that are stored in another form on purpose: capitals, small letters, dates and numbers as such.
ANOTHER_FORM = {"code", "currency", "email", "required_amount", "asked_amount", "secured_amount", "refused_amount"}
FORMS = sorted(
    {
        (route.path_format, handler.opt["command"])
        for route in APP.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if handler.opt.get("speaks") == "html"
        and isinstance(handler.opt.get("command"), type)
        and not handler.opt.get("takes_file")
        and "secret" not in route.path_format
        and not route.path_format.startswith(NOT_SENT)
    },
    key=lambda form: (_ends(form[0]), form[0]),
)


@dataclass
class Field:
    """What cases are sent into: a mechanism with one of everything, and who sends them."""

    world: World
    client: Client
    administrator: Client
    places: Mapping[str, Any]
    answers: dict[int, int]
    wrong: list[str]

    def note(self, answer: httpx.Response) -> None:
        """Count an answer; one of ours never breaks."""
        self.answers[answer.status_code] = self.answers.get(answer.status_code, 0) + 1
        assert answer.status_code < 500, f"{answer.request.method} {answer.request.url}: {answer.text[:500]}"


@pytest.fixture
async def field(world: World, visit) -> Field:
    """A world to send into."""
    places = await places_of(world)
    return Field(world, await visit(world.secretariat), await visit(world.administrator), places, {}, [])


def _path(pattern: str, places: Mapping[str, Any]) -> str:
    """A path whose parameters name things that are there."""
    return pattern.format_map({name: places.get(name, uuid4()) for name in _names(pattern)})


def _names(pattern: str) -> list[str]:
    return [part[1:-1] for part in pattern.split("/") if part.startswith("{")]


def _equal(sent: Any, stored: Any) -> bool:
    return not isinstance(sent, str) or not isinstance(stored, str) or sent.strip() == stored


async def _send(field: Field, case: Any) -> None:
    """One case of schemathesis, to things that are there, from somebody who may."""
    path = _path(case.path.removeprefix("/api/v1"), field.places)
    client = field.administrator if path == "/mechanisms/add" or path.startswith("/users") else field.client
    headers = {"authorization": f"Bearer {client.token}"}
    if case.method.lower() == "post":
        key = str((case.headers or {}).get("Idempotency-Key", ""))
        headers["idempotency-key"] = key if key.isascii() and key.isprintable() and len(key) > 30 else str(uuid4())
    sent = case.as_transport_kwargs(base_url=ADDRESS)
    query = {name: value for name, value in (case.query or {}).items() if isinstance(value, str | int | float | list)}
    more: dict[str, Any] = {name: sent[name] for name in ("json", "data", "files") if sent.get(name) is not None}
    answer = await client.http.request(case.method, f"/api/v1{path}", params=query, headers=headers, **more)
    field.note(answer)
    await answer.request.aread()
    case.validate_response(answer, checks=CONFORMANCE)
    body = case.body if isinstance(case.body, dict) else {}
    if answer.is_success and body and answer.headers["content-type"].startswith("application/json"):
        stored = answer.json()
        for name, value in body.items():
            assert name in ANOTHER_FORM or _equal(value, stored.get(name)), f"{path}: {name} is {stored.get(name)!r}"


async def _each(field: Field, place: str, cases: st.SearchStrategy[Any], send: Any, most: int) -> int:
    """The cases of one place; what is wrong there is noted, and the next place is tried all the same."""
    try:
        return await each_of(cases, send, most=most)
    except (Exception, BaseExceptionGroup) as wrong:  # schemathesis raises groups
        field.wrong.append(f"{place}: {type(wrong).__name__} {str(wrong)[:600]} {getattr(wrong, '__notes__', [])}")
        return 0


async def _fuzz_api(field: Field, *, most: int) -> int:
    count = 0
    for operation in OPERATIONS:
        if operation.path.removeprefix("/api/v1").startswith(NOT_SENT):
            continue

        async def send(case: Any) -> None:
            await _send(field, case)

        place = f"{operation.method} {operation.path}"
        count += await _each(field, place, operation.as_strategy(), send, most)
    return count


@dataclass(frozen=True)
class Filled:
    """A form of a route, filled in."""

    pattern: str
    command: type[BaseModel]
    values: Mapping[str, str]
    raw: bytes


def _forms(places: Mapping[str, Any], pattern: str, command: type[BaseModel]) -> st.SearchStrategy[Filled]:
    junk = st.one_of(st.just(b""), st.just(b""), st.just(b""), st.binary(max_size=30))
    return st.builds(Filled, st.just(pattern), st.just(command), fields_of(command, places), junk)


async def _fill_in(field: Field, filled: Filled) -> None:
    """One form, with the plumbing of a real page, sent as a browser sends it."""
    path = _path(filled.pattern, field.places)
    client = field.administrator if path == "/mechanisms/add" else field.client
    plumbing = {"csrf": "", "idempotency_key": str(uuid4())}
    opened = await client.http.get(path)
    field.note(opened)
    if opened.status_code == 200 and 'name="csrf"' in opened.text:
        page = client._page(opened)
        known = page.form() if page.tree.find(".//main//form[@method='post']") is not None else {}
        plumbing["csrf"] = _csrf(opened.text)
        plumbing |= {"version": str(known["version"])} if known.get("version") else {}
    else:
        plumbing["csrf"] = _csrf((await client.http.get("/desk")).text)
    values = {name: value.encode("utf-8", "surrogatepass") for name, value in filled.values.items()}
    sent = urlencode(values | plumbing).encode() + (b"&x=" + filled.raw if filled.raw else b"")
    headers = {"origin": ADDRESS, "content-type": "application/x-www-form-urlencoded"}
    answer = await client.http.post(path, content=sent, headers=headers)
    field.note(answer)
    _no_echo(answer, filled)
    if answer.status_code == 303 and filled.pattern.endswith("/edit"):
        await _reads_back(client, path, filled)


def _csrf(text: str) -> str:
    return text.split('name="csrf" value="')[1].split('"')[0]


def _no_echo(answer: httpx.Response, filled: Filled) -> None:
    """No tag that was sent stands in the page as a tag."""
    for value in filled.values.values():
        if "<" in value and len(value) > 5:
            assert value not in answer.text, f"{filled.pattern} echoes {value!r}"


async def _reads_back(client: Client, path: str, filled: Filled) -> None:
    """What was saved stands in the form that is opened next, as it was typed but for the spaces around it."""
    opened = await client.http.get(path)
    if opened.status_code != 200:
        return  # saved, and by that out of this person's hands
    stored = client._page(opened).form()
    for name, value in filled.values.items():
        found = stored.get(name)
        if name in ANOTHER_FORM or not isinstance(found, str) or name not in filled.command.model_fields:
            continue
        annotation = str(filled.command.model_fields[name].annotation)
        if "str" in annotation and "list" not in annotation:
            assert found.strip() == value.replace("\r\n", "\n").strip(), f"{path} keeps {name} as {found!r}"


async def _fuzz_forms(field: Field, *, most: int) -> int:
    count = 0
    for pattern, command in FORMS:

        async def send(filled: Filled) -> None:
            await _fill_in(field, filled)

        count += await _each(field, pattern, _forms(field.places, pattern, command), send, most)
    return count


PLACES = [place for place, line in enumerate(GOOD.splitlines()) if ":" in line]
TITLES = [place for place, line in enumerate(GOOD.splitlines()) if line.strip().startswith("title:")]
SCALARS = st.one_of(
    TEXTS,
    st.sampled_from(
        ("!!python/object/apply:os.system [id]", "&a [*a]", "{{}: {}}", "? ? ?", "- - - -", "|\n", "\t", "<<: *x")
    ),
    st.integers(1, 200).map(lambda depth: "[" * depth),
    st.integers(1, 200).map(lambda depth: "{a: " * depth),
)
BYTES = st.sampled_from((b"\xff\xfe", b"\x00", b"\xc3\x28", b"\xed\xa0\x80", b"\x85", b"\xef\xbb\xbf", b"\r", b"\x1b"))


@dataclass(frozen=True)
class Edit:
    """A change of the good plan: in a line, what stands after the colon, or bytes put somewhere."""

    line: int
    scalar: str
    raw: bytes
    is_quoted: bool


# Half of the files change free text alone, as a person would, so that many of them are right.
EDITS = st.one_of(
    st.lists(
        st.builds(Edit, st.sampled_from(PLACES), SCALARS, st.one_of(st.just(b""), st.just(b""), BYTES), st.booleans()),
        min_size=1,
        max_size=3,
    ),
    st.lists(st.builds(Edit, st.sampled_from(TITLES), TEXTS, st.just(b""), st.just(True)), min_size=1, max_size=3),
)


def _edited(edits: list[Edit]) -> bytes:
    lines = [line.encode() for line in GOOD.splitlines()]
    for edit in edits:
        start, colon, _rest = lines[edit.line].partition(b":")
        scalar = edit.scalar.encode("utf-8", "surrogatepass")
        if edit.is_quoted:
            scalar = b"'" + scalar.replace(b"'", b"''").replace(b"\n", b" ") + b"'"
        lines[edit.line] = start + colon + b" " + scalar + edit.raw
    return b"\n".join(lines) + b"\n"


STORED = text(
    "select activity.code, activity.title from activity join mechanism on mechanism.id = activity.mechanism_id"
    " where mechanism.code = :code"
)


async def _fuzz_plans(sessions: Sessions, *, most: int) -> tuple[int, int]:
    """How many files were read, and how many of those were right and stored."""
    stored = 0

    async def send(edits: list[Edit]) -> None:
        nonlocal stored
        try:
            file = read_bytes(_edited(edits), VOCABULARIES)
            async with transaction(sessions, OPERATOR) as session, session.begin_nested() as point:
                await apply(session, OPERATOR, rows_of(file), reason="fuzz")
                found = await session.execute(STORED, {"code": file.mechanism.code})
                assert {row.code: row.title for row in found} == {line.code: line.title for _, line in activities(file)}
                await point.rollback()
        except (Broken, Unreadable, Refused):
            return
        stored += 1

    count = await each_of(EDITS, send, most=most)
    return count, stored


async def test_the_api_answers_as_described(field: Field) -> None:
    """One case of each operation: no 5xx, no status and no field that is not described, and text is stored as sent."""
    count = await _fuzz_api(field, most=1)

    assert field.wrong == []
    assert count >= len(OPERATIONS) - len(NOT_SENT) * 3
    assert {200, 400} <= set(field.answers)


async def test_forms_take_what_is_hostile(field: Field) -> None:
    """A few cases of each form: no 5xx, nothing echoed as a tag, and what is stored reads back equal."""
    count = await _fuzz_forms(field, most=2)

    assert field.wrong == []
    assert count >= len(FORMS)
    assert {200, 400} <= set(field.answers)


async def test_plan_files_that_are_hostile(sessions: Sessions) -> None:
    """A broken file is refused with its line; one that is right is stored."""
    count, _stored = await _fuzz_plans(sessions, most=100)

    assert count >= 100


@pytest.mark.faults
async def test_the_api_for_long(field: Field, record_property: Note) -> None:
    """At least 5,000 cases."""
    count = await _fuzz_api(field, most=60)

    record_property("cases", f"{count} over {len(OPERATIONS)} operations")
    record_property("answers", dict(sorted(field.answers.items())))
    assert field.wrong == []
    assert count >= 5_000
    assert {200, 201, 400, 409} <= set(field.answers)


@pytest.mark.faults
async def test_forms_for_long(field: Field, record_property: Note) -> None:
    """At least 2,000 cases."""
    count = await _fuzz_forms(field, most=50)

    record_property("cases", f"{count} over {len(FORMS)} forms")
    record_property("answers", dict(sorted(field.answers.items())))
    assert field.wrong == []
    assert count >= 2_000
    assert {303, 400, 409} <= set(field.answers)


@pytest.mark.faults
async def test_plan_files_for_long(sessions: Sessions, record_property: Note) -> None:
    """At least 1,500 files."""
    count, stored = await _fuzz_plans(sessions, most=1_500)

    record_property("files", count)
    record_property("stored", stored)
    assert count >= 1_500
    assert stored > 50
