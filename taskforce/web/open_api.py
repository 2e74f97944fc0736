"""The OpenAPI description: what litestar reads off the routes, and the commands and answers that it cannot see."""

import json
from collections.abc import Iterator
from typing import Any

from litestar.connection import Request
from litestar.enums import MediaType
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.routes import HTTPRoute
from pydantic import BaseModel

from taskforce.rules.evidence import ENDINGS
from taskforce.web.upload import FILE_FIELD

PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
        "theirs": {"type": "object"},
        "yours": {"type": "object"},
        "since": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["type", "title", "status", "detail", "request_id"],
}
# What each operation may answer beside its success, and what one that changes data may answer more.
ANSWERS = {
    "400": "What was sent does not have the shape that is asked for",
    "401": "No bearer token, or one that has run out",
    "403": "Visible, but not yours to do",
    "404": "There is none, or it is not yours to see",
    "409": "A rule says no",
    "414": "The address is longer than 8 KiB",
    "431": "The headers are larger than 16 KiB",
    "503": "The database does not answer; try again",
}
ANSWERS_TO_CHANGES = {
    "412": "Somebody saved another version meanwhile",
    "413": "The body is larger than 1 MB, or a file than 10 MB",
    "415": "The API takes JSON, and multipart/form-data where a file is sent",
    "422": "The Idempotency-Key was used for another request",
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "A new UUID for each change; the same key again is answered with the first answer.",
    "schema": {"type": "string", "minLength": 8, "maxLength": 100},
}

TAG = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag that you read; or send its number as version in the body. One of both is needed.",
    "schema": {"type": "string", "pattern": '^"[1-9][0-9]*"$'},
}
UNREAD = "You do not say which version you read: send it as If-Match, or as version"


def _changes(app: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The path of each POST of the API and what its route says of itself."""
    for route in app.routes:
        if isinstance(route, HTTPRoute) and route.path_format.startswith("/api/v1"):
            for handler in route.route_handlers:
                if "POST" in {str(method) for method in handler.http_methods}:
                    yield route.path_format, handler.opt


def _body(command: type[BaseModel], schemas: dict[str, Any], *, takes_file: bool) -> dict[str, Any]:
    schema = command.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(schema.pop("$defs", {}))
    schemas[command.__name__] = schema
    if not takes_file:
        reference = {"$ref": f"#/components/schemas/{command.__name__}"}
        return {"required": True, "content": {"application/json": {"schema": reference}}}
    file = {FILE_FIELD: {"type": "string", "format": "binary", "description": "At most 10 MB."}}
    form = schema | {"properties": schema["properties"] | file, "required": [*schema["required"], FILE_FIELD]}
    return {"required": True, "content": {"multipart/form-data": {"schema": form}}}


def described(app: Any, schema: dict[str, Any]) -> dict[str, Any]:
    """The description with request bodies, refusals, the key header and the bearer token."""
    # a value of a union may fit several of its kinds: a day is a text too
    full: dict[str, Any] = json.loads(json.dumps(schema).replace('"oneOf":', '"anyOf":'))
    components = full.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    full["security"] = [{"token": []}]
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for item in full.get("paths", {}).values():
        for method, operation in item.items():
            for status, description in (ANSWERS | (ANSWERS_TO_CHANGES if method == "post" else {})).items():
                operation["responses"][status] = {"description": description, "content": content}
    for path, item in full.get("paths", {}).items():
        kinds = ("text/csv",) if path.endswith(".csv") else tuple(ENDINGS) if path.endswith("/file") else ()
        if kinds:
            item["get"]["responses"]["200"]["content"] = {kind: {"schema": {"type": "string"}} for kind in kinds}
    for path, said in _changes(app):
        operation = full["paths"][path]["post"]
        operation.setdefault("parameters", []).append(KEY)
        operation["responses"]["201"] = operation["responses"]["200"] | {"description": "Made; Location says where"}
        if said.get("command"):
            if "version" in said["command"].model_fields:
                operation["parameters"].append(TAG)
                operation["responses"]["428"] = {"description": UNREAD, "content": content}
            operation["requestBody"] = _body(said["command"], schemas, takes_file=bool(said.get("takes_file")))
    return full


class DescriptionPlugin(OpenAPIRenderPlugin):
    """Serves the description as JSON."""

    def __init__(self) -> None:
        super().__init__(path="/openapi.json", media_type=MediaType.JSON)

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The whole description."""
        return json.dumps(described(request.app, openapi_schema)).encode()
