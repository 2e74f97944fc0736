"""What is generated is what is committed."""

import pytest

from tests.house.documents import DOCUMENTS, FOLDER


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_generated_document_is_up_to_date(name: str) -> None:
    """Whoever changes the table, the settings or a command also commits what is said of it: run `make documents`."""
    assert (FOLDER / name).read_text(encoding="utf-8") == DOCUMENTS[name]()
