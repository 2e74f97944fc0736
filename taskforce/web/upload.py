"""Forms that carry a file: read piece by piece, the file to disk, so that none lies in memory as a whole."""

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedRandom
from typing import Any, Final, cast

from litestar.connection import Request
from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from multipart import (  # type: ignore[import-untyped]  # it carries no types
    MultipartSegment,
    ParserError,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,
)

from taskforce.render.wording import gettext as _
from taskforce.rules.evidence import MOST_BYTES as MOST_FILE_BYTES
from taskforce.services.file_store import unnamed_file

FILE_FIELD: Final = "file"
MOST_PARTS: Final = 50
MOST_FIELD_BYTES: Final = 100_000
MOST_REQUEST_BYTES: Final = MOST_FILE_BYTES + 262_144  # the file with the fields beside it
_KEPT: Final = "taskforce_parts"


@dataclass
class Upload:
    """A posted file. Its bytes lie in a file without a name, which is gone when the request ends, whatever happens."""

    name: str
    file: BufferedRandom
    byte_count: int = 0
    sha256: str = ""


@dataclass
class Parts:
    """The parts of a posted form: each field with all its values, and the file if one was chosen."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    upload: Upload | None = None


@dataclass
class _Reading:
    """Where the reader stands: the parts so far, and the one that is being read."""

    parser: PushMultipartParser
    parts: Parts
    segment: MultipartSegment | None = None
    text: bytearray = field(default_factory=bytearray)
    digest: Any = field(default_factory=hashlib.sha256)


def is_multipart(request: Request[Any, Any, Any]) -> bool:
    """Whether the body is a form that may carry a file."""
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


def takes_file(request: Request[Any, Any, Any]) -> bool:
    """Whether the route is one of the few that take a file."""
    return bool(request.route_handler.opt.get("takes_file"))


async def posted_parts(request: Request[Any, Any, Any]) -> Parts:
    """The parts of a posted form, read once.

    Raises:
        ClientException: the body is no such form, or not UTF-8, or has too many parts.
        RequestEntityTooLarge: the file or a field is larger than allowed.
    """
    scope = cast("dict[str, Any]", request.scope)
    if _KEPT in scope:
        return cast("Parts", scope[_KEPT])
    parts = scope[_KEPT] = Parts()
    _kind, options = parse_options_header(request.headers.get("content-type", ""))
    try:
        with PushMultipartParser(options.get("boundary", ""), max_segment_count=MOST_PARTS, strict=True) as parser:
            reading = _Reading(parser, parts)
            async for chunk in request.stream():
                if not parser.closed:
                    await asyncio.to_thread(_read, reading, chunk)
    except (ParserError, ParserLimitReached, ValueError, LookupError) as problem:
        raise ClientException(_("The form could not be read: it must be UTF-8 text. Send it again.")) from problem
    return parts


def _read(reading: _Reading, chunk: bytes) -> None:
    for piece in cast("Iterator[MultipartSegment | bytearray | None]", reading.parser.parse(chunk)):
        if isinstance(piece, MultipartSegment):
            _begin(reading, piece)
        elif piece:
            _continue(reading, piece)
        else:
            _end(reading)


def _begin(reading: _Reading, segment: MultipartSegment) -> None:
    name = _text(segment.name)
    reading.segment, reading.text = segment, bytearray()
    if not segment.filename:  # a browser sends an empty name where no file was chosen
        return
    if name != FILE_FIELD or reading.parts.upload is not None:
        raise ClientException(_("One file is taken at a time."))
    reading.parts.upload = Upload(_text(segment.filename), unnamed_file())


def _continue(reading: _Reading, piece: bytearray) -> None:
    upload = reading.parts.upload
    if reading.segment is not None and reading.segment.filename and upload is not None:
        upload.byte_count += len(piece)
        if upload.byte_count > MOST_FILE_BYTES:
            raise RequestEntityTooLarge
        upload.file.write(piece)
        reading.digest.update(piece)
        return
    reading.text += piece
    if len(reading.text) > MOST_FIELD_BYTES:
        raise RequestEntityTooLarge


def _end(reading: _Reading) -> None:
    segment, upload = reading.segment, reading.parts.upload
    if segment is None:
        return
    if segment.filename and upload is not None:
        upload.file.flush()
        upload.sha256 = reading.digest.hexdigest()
    elif segment.name != FILE_FIELD:
        reading.parts.fields.setdefault(segment.name, []).append(reading.text.decode("utf-8"))


def _text(sent: str) -> str:
    """A name out of a part's headers, which no control character stands in.

    Raises:
        ValueError: one does.
    """
    if any(sign < " " or sign == "\x7f" for sign in sent):
        raise ValueError("a control character stands in a name")
    return sent


def close_uploads(scope: Any) -> None:
    """Let the bytes of a posted file go, at the end of its request."""
    parts = cast("Parts | None", scope.get(_KEPT))
    if parts is not None and parts.upload is not None:
        parts.upload.file.close()
