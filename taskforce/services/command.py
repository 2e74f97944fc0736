"""The base of all commands, and the check of the version that a form was opened with."""

from typing import Protocol

from pydantic import BaseModel, ConfigDict

from taskforce.errors import Stale, Unread


class Command(BaseModel):
    """What a form and the API both send: unknown fields are refused, spaces around text are cut."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class Versioned(Protocol):
    """A row that forms send a version of."""

    version: int


def is_current(record: Versioned, opened: int | None) -> bool:
    """Whether the sender opened the version that is stored.

    Raises:
        Unread: the sender does not say which version they opened.
    """
    if opened is None:
        raise Unread("Read it first, and send the number that you read as version.", field="version")
    return record.version == opened


def require_current(record: Versioned, opened: int | None, stored: BaseModel) -> None:
    """Let pass who opened the current version, which stays: for what is said of a record and changes nothing of it.

    `stored` is the command that would write what is stored now; a stale sender is shown it.

    Raises:
        Unread: the sender does not say which version they opened.
        Stale: somebody saved another version meanwhile.
    """
    if not is_current(record, opened):
        raise Stale(
            f"you opened version {opened}, and version {record.version} was saved since: compare and save again",
            theirs=stored.model_dump() | {"version": record.version},
        )


def check_version(record: Versioned, opened: int | None, stored: BaseModel) -> None:
    """Let pass who opened the current version, and count it up. Raises as `require_current` does."""
    require_current(record, opened, stored)
    record.version += 1
