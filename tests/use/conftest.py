"""Counting SQL statements, so that no page asks once per row."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine


class Statements(list[str]):
    """The statements since the last `clear()`, in order."""


@pytest.fixture
def statements() -> Iterator[Statements]:
    """All SQL that the application sends, from any engine of this process."""
    sent = Statements()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)
