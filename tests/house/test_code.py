"""What no line of the code does, because an attacker would be glad of it: read from its source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from taskforce.settings import project_folder

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "taskforce"
FILES = sorted(PACKAGE.rglob("*.py"))
TREES = {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text("utf-8")) for path in FILES}
TEMPLATES = sorted(project_folder("templates").rglob("*.*"))

# Where SQL is put together from parts: each part is a constant of ours, never what somebody sent.
SQL_FROM_PARTS: dict[str, str] = {
    "db.py": "the names of the claims that are signed, a constant",
    "cli/database.py": "the name of the embedded database, a constant",
    "cli/dump.py": "the names of tables, as the catalogue of the database gives them, quoted",
}
# Who makes Markup: only of what was escaped, or of what markdown and our own charts made.
MARKUP = {
    "render/wording.py",
    "render/drawing.py",
    "render/areas.py",
    "render/bars.py",
    "render/charts.py",
    "render/marks.py",
}
# Who opens a connection to another machine, and to which: never one that a user named.
CLIENTS: dict[str, set[str]] = {
    "httpx": set(),
    "requests": set(),
    "aiohttp": set(),
    "urllib.request": set(),
    "urllib3": set(),
    "http.client": set(),
    "ftplib": set(),
    "telnetlib": set(),
    "smtplib": {"services/outbox.py"},  # the mail server of the settings
    "aiosmtplib": set(),
    "socket": {"postgres.py", "cli/serve.py"},  # this machine: is the port free, does the server listen
    "ssl": {"services/outbox.py"},
}
RUNS_CODE = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "os.system",
    "os.popen",
    "pickle.load",
    "pickle.loads",
    "marshal.loads",
    "shelve.open",
    "yaml.load",
    "yaml.unsafe_load",
    "yaml.full_load",
    "jsonpickle.decode",
    "subprocess.getoutput",
    "asyncio.create_subprocess_shell",
}
SAFE_LOADERS = {"exchange/yaml_text.py": "a loader of ours on yaml.SafeLoader", "exchange/vocabulary.py": "the same"}


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _is_put_together(node: ast.AST) -> bool:
    """An f-string with something in it, a % or + of what is no constant, or a .format or .join."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return not (isinstance(node.left, ast.Constant) and isinstance(node.right, ast.Constant))
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "join", "replace")
    return False


def _sql_from_parts(tree: ast.AST) -> Iterator[int]:
    """Lines where text that is put together becomes SQL."""
    for call in _calls(tree):
        name = _dotted(call.func).rpartition(".")[2]
        if name in ("text", "literal_column", "exec_driver_sql") and call.args and _is_put_together(call.args[0]):
            yield call.lineno


def test_sql_is_written_and_not_put_together() -> None:
    """What somebody sent reaches SQL as a parameter; where parts are joined, the place is named with its reason."""
    speaking = {place: tree for place, tree in TREES.items() if any(n.startswith("sqlalchemy") for n in _imports(tree))}
    found = {place: list(_sql_from_parts(tree)) for place, tree in speaking.items()}
    joined = {place for place, lines in found.items() if lines}

    assert joined <= set(SQL_FROM_PARTS), {place: found[place] for place in joined - set(SQL_FROM_PARTS)}


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ("text('select 1')", False),
        ("text('select 1' ' from x')", False),
        ("text('select ' + 'x')", False),
        ("text(f'select 1')", False),
        ("text(f'select {name}')", True),
        ("text('select %s' % name)", True),
        ("text('select ' + name)", True),
        ("text('a' + name + 'b')", True),
        ("text('select {}'.format(name))", True),
        ("sqlalchemy.text(f'{x}')", True),
        ("session.exec_driver_sql(f'{x}')", True),
    ],
)
def test_the_search_for_sql_finds_it(code: str, is_found: bool) -> None:
    """The check itself sees each way in which SQL is put together."""
    assert bool(list(_sql_from_parts(ast.parse(code)))) is is_found


def test_nothing_runs_what_somebody_sent() -> None:
    """No eval, no pickle, no shell, no YAML loader that makes objects."""
    found = [
        f"{place}:{call.lineno} {_dotted(call.func)}"
        for place, tree in TREES.items()
        for call in _calls(tree)
        if _dotted(call.func) in RUNS_CODE and not (place in SAFE_LOADERS and _dotted(call.func) == "yaml.load")
    ]
    shells = [
        f"{place}:{call.lineno}"
        for place, tree in TREES.items()
        for call in _calls(tree)
        for keyword in call.keywords
        if keyword.arg == "shell" and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
    ]

    assert found == []
    assert shells == []


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)


@pytest.mark.parametrize("client", CLIENTS)
def test_no_address_that_a_user_typed_is_fetched(client: str) -> None:
    """No URL field leads anywhere: what could fetch is imported in the named places alone, for named machines."""
    users = {
        place
        for place, tree in TREES.items()
        if any(name == client or name.startswith(f"{client}.") for name in _imports(tree))
    }

    assert users <= CLIENTS[client], users - CLIENTS[client]


def test_no_connection_is_opened_by_the_loop() -> None:
    """Nor by asyncio, which needs no import of its own."""
    names = {"asyncio.open_connection", "loop.create_connection", "asyncio.open_unix_connection"}
    calls = [(place, _dotted(call.func)) for place, tree in TREES.items() for call in _calls(tree)]

    assert [each for each in calls if each[1] in names] == []


def test_nobody_waits_for_a_second_connection_with_one_in_hand() -> None:
    """Fifty clicks at once would hold all of them, each waiting for another: look-ups have a pool of their own."""
    asked = [
        (f"{place}: {function.name}", ast.unparse(call.args[0]))
        for place, tree in TREES.items()
        if place.startswith("web/")
        for function in ast.walk(tree)
        if isinstance(function, ast.AsyncFunctionDef) and "session" in {each.arg for each in function.args.args}
        for call in _calls(function)
        if _dotted(call.func) == "transaction"
    ]

    assert {pool for _, pool in asked} == {"request.app.state.lookups"}, asked


def test_only_named_files_make_markup() -> None:
    """What is marked as safe is not escaped any more: only where words are rendered and charts drawn."""
    makers = {place for place, tree in TREES.items() for call in _calls(tree) if _dotted(call.func).endswith("Markup")}

    assert makers <= MARKUP, makers - MARKUP


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: "/".join(path.parts[-2:]))
def test_a_template_escapes_everything(path: Path) -> None:
    """No |safe, no block without escaping, no inline handler, style or address that is code."""
    source = path.read_text("utf-8")

    assert not re.search(r"\|\s*safe\b|autoescape\s+false|\|\s*(?:forceescape|xmlattr)\b", source)
    assert not re.search(r"\s(?:on[a-z]+|style|srcdoc)\s*=", source)
    assert not re.search(r"(?:href|src|action)=[\"']?\s*(?:javascript|data|vbscript):", source, re.IGNORECASE)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: "/".join(path.parts[-2:]))
def test_every_attribute_is_quoted(path: Path) -> None:
    """An unquoted attribute ends at the first space of what somebody typed."""
    source = re.sub(r"{%.*?%}|{#.*?#}", "", path.read_text("utf-8"), flags=re.DOTALL)

    assert re.findall(r"<[a-z][^<>]*\s[a-z-]+={{", source) == []
