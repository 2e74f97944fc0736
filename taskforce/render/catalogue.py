"""The catalogue of words: every message that pages, refusals and fields mark, and its English file.

After a change of wording run `python -m taskforce.render.catalogue` in the checkout; a house test compares.
"""

import ast
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import write_po

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = ROOT / "taskforce" / "locale" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
# One line a field, no dates and no line numbers: the file changes only when a word does.
HEADER = (
    'msgid ""\nmsgstr ""\n'
    '"Project-Id-Version: Taskforce\\n"\n"Language: en\\n"\n"MIME-Version: 1.0\\n"\n'
    '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)


def _named(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _literal(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _said_in_code(root: Path) -> Iterator[str]:
    """Sentences of Refused(…) and NotAllowed(…), titles of Field(…): web/ translates them when it shows them."""
    for source in sorted((root / "taskforce").rglob("*.py")):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            if _named(node) in ("Refused", "NotAllowed") and node.args:
                yield _literal(node.args[0])
            if _named(node) == "Field":
                yield next((_literal(keyword.value) for keyword in node.keywords if keyword.arg == "title"), "")


def extracted(root: Path = ROOT) -> Catalog:
    """All messages that the sources under `root` mark, each with its English text as its translation."""
    with (root / "taskforce" / "locale" / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]  # Babel does not annotate it
    found = Catalog(locale="en")
    for _file, _line, message, _comments, _context in extract_from_dir(root, methods, options, keywords=KEYWORDS):
        found.add(message, message if isinstance(message, str) else tuple(message))
    for sentence in _said_in_code(root):
        if sentence:
            found.add(sentence, sentence)
    return found


def written(catalogue: Catalog) -> str:
    """The catalogue as the text of its file, sorted."""
    text = BytesIO()
    write_po(text, catalogue, width=0, no_location=True, omit_header=True, sort_output=True)
    return HEADER + text.getvalue().decode("utf-8").strip() + "\n"


def main() -> None:
    """Write the English file anew and say how many messages it holds."""
    catalogue = extracted()
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    ENGLISH.write_text(written(catalogue), encoding="utf-8")
    sys.stdout.write(f"{ENGLISH.relative_to(ROOT)}: {len(catalogue)} messages\n")


if __name__ == "__main__":
    main()
