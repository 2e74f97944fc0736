"""Names are words of the users: one noun in table, class, file and template; verbs that say what is done."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Boolean, Date, DateTime

from taskforce.models import Base
from taskforce.settings import project_folder

CHECKOUT = Path(__file__).parents[2]
WEB = CHECKOUT / "taskforce" / "web"
CODE = [path for room in ("taskforce", "tests", "bench") for path in sorted((CHECKOUT / room).rglob("*.py"))]
# Verbs and nouns that fit everything and so say nothing.
EMPTY_VERB = re.compile(r"_*(?:handle|process|manage|do)(?:_|$)")
EMPTY_NOUN = re.compile(r"(?:Manager|Handler|Processor|Helper|Util|Utils|Info)$")
SHARED_FOLDERS = {"error", "parts"}  # templates that belong to no noun
MADE = {"plan_step"}  # whose handlers are made from the rows of a table, without a controller
SLOT = "slot"  # when a job was due: the word of the scheduler


def _definitions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node


def _camel(stem: str) -> str:
    return "".join(word.capitalize() for word in stem.split("_"))


def _controllers(path: Path) -> list[str]:
    classes = [node for node in _definitions(path) if isinstance(node, ast.ClassDef)]
    return [node.name for node in classes if any(ast.unparse(base) == "Controller" for base in node.bases)]


def _folders(path: Path) -> set[str]:
    """The folders of the templates that a file of web/ names."""
    tree = ast.parse(path.read_text("utf-8"))
    texts = [str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return {text.split("/")[0].replace("-", "_") for text in texts if re.fullmatch(r"[\w-]+/[\w-]+\.html", text)}


NOUNS = {path.stem: path for path in sorted(WEB.glob("*.py")) if _controllers(path)}


@pytest.mark.parametrize("noun", NOUNS)
def test_a_controller_is_called_as_its_file_and_its_templates(noun: str) -> None:
    """web/place.py has PlaceController alone, and renders templates of place/ alone."""
    assert _controllers(NOUNS[noun]) == [f"{_camel(noun)}Controller"]
    assert _folders(NOUNS[noun]) <= {noun}


def test_a_folder_of_templates_belongs_to_a_noun() -> None:
    """Who looks for a page finds it under the noun of its controller; other files of web/ render what these own."""
    folders = {folder.name.replace("-", "_") for folder in project_folder("templates").iterdir() if folder.is_dir()}
    named = {folder for path in WEB.glob("*.py") for folder in _folders(path)}

    assert folders - SHARED_FOLDERS - MADE <= set(NOUNS)
    assert named <= folders


def test_a_table_is_called_as_its_class() -> None:
    """The table of FundingSource is funding_source."""
    differing = [
        f"{mapper.class_.__name__}: {mapper.local_table}"
        for mapper in Base.registry.mappers
        if _camel(str(mapper.local_table)) != mapper.class_.__name__
    ]

    assert differing == []


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(CHECKOUT).as_posix())
def test_names_say_what_is_done(path: Path) -> None:
    """No function handles, processes, manages or does, and no class is a manager of something."""
    functions = [node.name for node in _definitions(path) if not isinstance(node, ast.ClassDef)]
    classes = [node.name for node in _definitions(path) if isinstance(node, ast.ClassDef)]

    assert [name for name in functions if EMPTY_VERB.match(name)] == []
    assert [name for name in classes if EMPTY_NOUN.search(name)] == []


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=lambda table: table.name)
def test_a_column_says_what_it_holds(table) -> None:
    """A day ends in _on, a moment in _at or _until, and a yes or no reads as a statement: is_seen."""
    days = [column.name for column in table.c if isinstance(column.type, Date)]
    moments = [column.name for column in table.c if isinstance(column.type, DateTime) and column.name != SLOT]
    answers = [column.name for column in table.c if isinstance(column.type, Boolean)]

    assert [name for name in days if not name.endswith("_on")] == []
    assert [name for name in moments if not name.endswith(("_at", "_until"))] == []
    assert [name for name in answers if not re.search(r"(?:^|_)(?:is|has)_", name)] == []
