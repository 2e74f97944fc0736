"""The house's own rules that import-linter and ruff cannot see."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "taskforce"
FILES = sorted(path for path in PACKAGE.rglob("*.py"))
MOST_LINES = 400
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "common.py", "misc.py"}


def _calls(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Attribute):
                yield f".{function.attr}", node.lineno
            elif isinstance(function, ast.Name):
                yield function.id, node.lineno


def _found(names: set[str], allowed: tuple[str, ...]) -> list[str]:
    found = []
    for path in FILES:
        place = path.relative_to(PACKAGE).as_posix()
        if place.startswith(allowed):
            continue
        found += [f"{place}:{line} {name}" for name, line in _calls(ast.parse(path.read_text())) if name in names]
    return found


def test_only_db_commits() -> None:
    """A transaction is committed and rolled back in one place."""
    assert _found({".commit", ".rollback"}, ("db.py",)) == []


def test_only_queries_select() -> None:
    """Questions to the database stand in the queries room."""
    assert _found({"select", ".select"}, ("queries/",)) == []


def test_time_is_a_parameter() -> None:
    """Nobody asks the clock but the edge."""
    assert _found({".today", ".now", ".utcnow"}, ("app.py", "cli/", "jobs.py")) == []


def test_rooms_import_only_downwards() -> None:
    """The contracts of pyproject.toml hold."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))",
        ],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_file_is_short_and_says_what_belongs_in_it(path: Path) -> None:
    """At most 400 lines, a docstring, and no drawer for leftovers."""
    text = path.read_text()

    assert len(text.splitlines()) <= MOST_LINES
    assert ast.get_docstring(ast.parse(text))
    assert path.name not in FORBIDDEN_NAMES
