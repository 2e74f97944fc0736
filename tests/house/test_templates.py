"""What must hold of every template, read from its source: no code, no style, no unmarked word, nothing left over."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import nodes
from jinja2.meta import find_referenced_templates

from taskforce.render.states import STATES
from taskforce.render.wording import environment
from taskforce.settings import project_folder

FOLDER = project_folder("templates")
PACKAGE = Path(__file__).parents[2] / "taskforce"
ENVIRONMENT = environment(FOLDER)
TREES = {
    path.relative_to(FOLDER).as_posix(): ENVIRONMENT.parse(path.read_text("utf-8"))
    for path in sorted(FOLDER.rglob("*.html"))
}
SOURCES = {name: (FOLDER / name).read_text("utf-8") for name in TREES}
PARTS = [name for name in TREES if name.startswith("parts/")]
TRANSLATED = ("_", "gettext", "ngettext")
# Figures that the browser reads, and the sheet that Plotly fills, by their opening tags: neither is code or style.
INLINE = ('<script type="application/json"', '<style id="plotly.js-style-global" nonce=')
# What a reader sees or hears of an attribute.
HEARD = re.compile(r'\b(?:aria-label|alt|title|placeholder|data-l)="([^"{]*[A-Za-z]{2}[^"]*)"')
# A capital and small letters, or two words: written for people.
PROSE = re.compile(r"^[A-Z][a-z]|(?:^|\s)[a-z]{2,}\s[a-z]{2,}(?:\s|$)")

by_template = pytest.mark.parametrize("name", TREES)


@by_template
def test_it_compiles(name: str) -> None:
    """Each template is whole, and each filter and test in it exists."""
    assert ENVIRONMENT.get_template(name)


@by_template
def test_it_has_no_code_and_no_style_of_its_own(name: str) -> None:
    """Scripts and styles are files; handlers and style attributes do not pass the security policy anyway."""
    tags = re.findall(r"<(?:script|style)\b[^>]*", SOURCES[name])
    inline = [tag for tag in tags if " src=" not in tag and not tag.startswith(INLINE)]

    assert inline == []
    assert re.findall(r"\s(?:on[a-z]+|style)=|javascript:", SOURCES[name]) == []


def _words(node: nodes.Node) -> Iterator[str]:
    """Texts that stand in expressions, other than those given to be translated."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Call) and isinstance(child.node, nodes.Name) and child.node.name in TRANSLATED:
            continue
        if isinstance(child, nodes.Const) and isinstance(child.value, str):
            yield child.value
        yield from _words(child)


@by_template
def test_each_word_for_the_reader_is_marked(name: str) -> None:
    """What a macro or an attribute says is translated; the names of states are not said but drawn in words by rag().

    Text between tags is tested with the catalogue.
    """
    given = [word for word in _words(TREES[name]) if PROSE.search(word) and word not in STATES]

    assert given == []
    assert HEARD.findall(SOURCES[name]) == []


@by_template
def test_what_it_imports_is_used_and_shared(name: str) -> None:
    """Each imported macro is called, and comes from parts/ or from a template of the same noun."""
    for imported in TREES[name].find_all(nodes.FromImport):
        source = imported.template.as_const()
        aliases = [each if isinstance(each, str) else each[1] for each in imported.names]

        assert source in TREES
        assert source.split("/")[0] in ("parts", name.split("/")[0])
        assert [alias for alias in aliases if not re.search(rf"\b{alias}\(", SOURCES[name])] == [], f"from {source}"


@pytest.mark.parametrize("name", PARTS)
def test_a_macro_says_what_it_takes(name: str) -> None:
    """Right above each macro that others use stands a comment with its name and arguments, in their order."""
    lines = SOURCES[name].splitlines()
    for macro in TREES[name].find_all(nodes.Macro):
        if macro.name.startswith("_"):
            continue
        above = "\n".join(lines[: macro.lineno - 1])
        said = re.search(r"{# (\w+)\(([^)]*)\): [^#]*#}$", above)

        assert said, f"{macro.name} has no comment above it"
        assert said[1] == macro.name
        told = [each.strip() for each in said[2].split(",") if each.strip() not in ("", "…")]
        assert told == [argument.name for argument in macro.args][: len(told)], macro.name


def test_every_macro_is_used() -> None:
    """No macro in parts/ is kept for later."""
    used = {
        (imported.template.as_const(), each if isinstance(each, str) else each[0])
        for tree in TREES.values()
        for imported in tree.find_all(nodes.FromImport)
        for each in imported.names
    }
    unused = []
    for name in PARTS:
        written = re.sub(r"{#.*?#}|macro \w+", "", SOURCES[name], flags=re.DOTALL)
        for macro in TREES[name].find_all(nodes.Macro):
            if (name, macro.name) not in used and not re.search(rf"\b{macro.name}\(", written):
                unused.append(f"{name}: {macro.name}")

    assert unused == []


def _named_by_code() -> Iterator[tuple[str, str]]:
    """Where the package names a template of ours, and a pattern of its name: a part in braces may be any word."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                parts = [node.value]
            elif isinstance(node, ast.JoinedStr):
                parts = [str(each.value) if isinstance(each, ast.Constant) else "" for each in node.values]
            else:
                continue
            is_whole = parts[0][:1].isalpha()  # and not what follows a brace
            if parts[-1].endswith(".html") and is_whole and "govuk" not in parts[0]:
                yield path.relative_to(PACKAGE).as_posix(), r"[a-z0-9_-]+".join(re.escape(part) for part in parts)


def test_code_and_templates_name_each_other() -> None:
    """Each template that the code names is there, and each that is there is named by code or by another template."""
    named = list(_named_by_code())
    missing = [place for place in named if not any(re.fullmatch(place[1], name) for name in TREES)]
    called = {template for tree in TREES.values() for template in find_referenced_templates(tree)}
    idle = [name for name in TREES if name not in called and not any(re.fullmatch(each, name) for _, each in named)]

    assert missing == []
    assert idle == []
