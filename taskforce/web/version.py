"""The version of a record as HTTP names it: ETag on what is read, If-Match on what changes it (RFC 9110)."""

import re
from typing import Any, Final

from litestar.connection import Request
from pydantic import BaseModel

from taskforce.views.base import View

STRONG_TAG: Final = re.compile(r'"([1-9][0-9]{0,8})"')
IF_MATCH: Final = "If-Match"


class WrongTag(Exception):
    """If-Match does not name one version that can be compared, or not the one in the body. The message says why."""


def etag(content: object) -> str | None:
    """The tag of what is read: its version, or that of the one part that has a version; None where there is none."""
    if not isinstance(content, View):
        return None
    own = getattr(content, "version", None)
    parts = [getattr(part, "version", None) for _name, part in content if isinstance(part, View)]
    versions = [own] if own is not None else [each for each in parts if each is not None]
    found = versions[0] if len(versions) == 1 else None
    return f'"{found}"' if found is not None else None


def opened(request: Request[Any, Any, Any], command: type[BaseModel], data: Any) -> Any:
    """What was sent, with the version that its header names.

    Raises:
        WrongTag: the header is no tag of ours, or the body says another version.
    """
    sent = request.headers.get(IF_MATCH)
    if sent is None or "version" not in command.model_fields or not isinstance(data, dict):
        return data
    found = STRONG_TAG.fullmatch(sent.strip())
    if found is None:
        raise WrongTag(f'If-Match is {sent[:40]}: send one ETag as you read it, like "3"; * and lists are not taken')
    version = int(found[1])
    if data.get("version") not in (None, version):
        raise WrongTag(f"If-Match says version {version}, and the body {data['version']}: send one, or both alike")
    return {**data, "version": version}
