"""Homes of embedded servers that tests may break."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from taskforce import postgres
from tests.data_folder import copied, once


def _make(home: Path) -> None:
    data = postgres.start(home).data
    postgres.stop(home)
    (data / "log").unlink()


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[Path]:
    """A home that does not exist yet; what runs in it is stopped, whatever the test did."""
    home = tmp_path / "home"
    yield home
    if (home / "postgres" / "PG_VERSION").is_file():
        postgres.stop(home)


@pytest.fixture
def home(run_folder: Path, new_home: Path) -> Path:
    """One whose data are made already, and in which nothing ever ran."""
    return copied(once(run_folder / "made", _make), new_home)
