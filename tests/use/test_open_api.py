"""The description of the API says what the API does, for each of its routes."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from pydantic import BaseModel

from tests.world import World

ADDRESS = "/api/v1/schema/openapi.json"
PROBLEM = "application/problem+json"
# Refusals that each operation may answer, whatever it does.
REFUSALS = {"400", "401", "403", "404"}
Routes = dict[tuple[str, str], type[BaseModel] | None]


@pytest.fixture
async def described(visit) -> dict[str, Any]:
    """The description as any program gets it, without a token."""
    client = await visit(None)
    answer = await client.http.get(ADDRESS)
    return dict(answer.json())


@pytest.fixture
def routes(app: Litestar) -> Routes:
    """Each operation of the API, as path and method, with the command that it reads."""
    return {
        (route.path_format, str(method).lower()): handler.opt.get("command")
        for route in app.routes
        if isinstance(route, HTTPRoute) and route.path_format.startswith("/api/v1/") and "schema" not in route.path
        for handler in route.route_handlers
        for method in handler.http_methods
        if str(method) != "OPTIONS"
    }


def _operations(described: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (path, method): operation for path, item in described["paths"].items() for method, operation in item.items()
    }


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from _references(child)
    elif isinstance(node, list):
        for child in node:
            yield from _references(child)


def _resolved(described: dict[str, Any], reference: str) -> dict[str, Any] | None:
    found: Any = described
    for step in reference.removeprefix("#/").split("/"):
        found = found.get(step) if isinstance(found, dict) else None
    return found


@pytest.mark.parametrize("who", [None, "stranger", "secretariat"])
async def test_anybody_may_read_it(world: World, visit, who: str | None) -> None:
    """It holds nothing of any mechanism, so visitors get it as JSON too."""
    client = await visit(world.people[who] if who else None)

    answer = await client.http.get(ADDRESS)

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert world.mechanism.code not in answer.text


async def test_it_has_the_shape_of_openapi(described: dict[str, Any]) -> None:
    """Version 3.1, a title, and for each operation an id of its own, what it does, and answers with their meaning."""
    operations = _operations(described)
    ids = [operation["operationId"] for operation in operations.values()]

    assert described["openapi"].startswith("3.1.")
    assert set(described["info"]) >= {"title", "version"}
    assert len(set(ids)) == len(ids)
    for place, operation in operations.items():
        assert operation["summary"], place
        assert all(answer["description"] for answer in operation["responses"].values()), place
        assert all(re.fullmatch(r"[1-5]\d\d", status) for status in operation["responses"]), place


async def test_each_route_is_described(described: dict[str, Any], routes: Routes) -> None:
    """The operations described are those of the API, all and no other."""
    assert set(_operations(described)) == set(routes)


async def test_each_part_of_a_path_is_a_parameter(described: dict[str, Any]) -> None:
    """What stands in braces is explained, and must be given."""
    for (path, _method), operation in _operations(described).items():
        told = {each["name"] for each in operation.get("parameters", []) if each["in"] == "path" and each["required"]}

        assert told == set(re.findall(r"{(\w+)}", path)), path


async def test_each_command_is_described(described: dict[str, Any], routes: Routes) -> None:
    """A change says what it reads, field by field, and what may be left out; commands of one name are not mixed up."""
    operations = _operations(described)
    for place, command in routes.items():
        body = operations[place].get("requestBody")
        if command is None:
            assert body is None, place
            continue
        assert body, place
        [(kind, said)] = body["content"].items()
        schema = _resolved(described, said["schema"]["$ref"]) if "$ref" in said["schema"] else said["schema"]
        wanted = command.model_json_schema()

        assert schema is not None, place
        if kind == "multipart/form-data":  # the command's fields beside a file
            wanted = {"properties": {*wanted["properties"], "file"}, "required": [*wanted["required"], "file"]}
        assert set(schema["properties"]) == set(wanted["properties"]), place
        assert schema.get("required", []) == wanted.get("required", []), place


async def test_each_operation_says_how_it_refuses(described: dict[str, Any]) -> None:
    """Each refusal is a problem as RFC 9457 has it, and each operation needs the bearer token."""
    schemes = set(described["components"]["securitySchemes"])
    for place, operation in _operations(described).items():
        refusals = {status: each for status, each in operation["responses"].items() if status.startswith("4")}
        needed = operation.get("security", described["security"])

        assert set(refusals) >= REFUSALS, place
        assert all(set(each["content"]) == {PROBLEM} for each in refusals.values()), place
        assert needed, place
        assert all(set(each) <= schemes and each for each in needed), place


async def test_each_reference_leads_somewhere(described: dict[str, Any]) -> None:
    """No schema is named that is not there."""
    references = set(_references(described))

    assert len(references) > 10
    assert [each for each in references if not _resolved(described, each)] == []


async def test_what_is_answered_is_described(world: World, visit, described: dict[str, Any]) -> None:
    """What is made, what is read and a refusal come with a described status, and with the fields described."""
    client = await visit(world.secretariat)
    place = "/api/v1/plans/{plan_id}/objectives/add"
    path = f"/plans/{world.plan.id}/objectives/add"
    one = "/api/v1/objectives/{objective_id}"

    made = await client.api(path, code="O9", title="Children are heard")
    again = await client.api(path, code="O9", title="Children are heard")
    read = await client.api_get(f"/objectives/{world.objective.id}")

    paths = described["paths"]
    for answer, operation in ((made, paths[place]["post"]), (again, paths[place]["post"]), (read, paths[one]["get"])):
        assert str(answer.status_code) in operation["responses"], answer.text
        [content] = operation["responses"][str(answer.status_code)]["content"].items()
        schema = _resolved(described, content[1]["schema"]["$ref"])
        assert answer.headers["content-type"].startswith(content[0])
        assert schema is not None
        assert set(schema["required"]) <= set(answer.json()) <= set(schema["properties"])
    assert made.is_success
    assert again.status_code == 409
