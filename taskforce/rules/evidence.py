"""What may be kept as evidence: how large, of which kinds, under which name."""

from typing import Final

MOST_BYTES: Final = 10 * 1024 * 1024  # source: integrity.md, uploads
MOST_NAME: Final = 120  # characters
TEXT: Final = "text/plain"
SHEET_AS_TEXT: Final = "text/csv"
# Each kind with the ending that its name gets, whatever it was called.
ENDINGS: Final[dict[str, str]] = {
    "application/pdf": ".pdf",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    SHEET_AS_TEXT: ".csv",
    TEXT: ".txt",
}
# Signs that are read by systems, and those that turn the text after them round, so that exe.pdf looks like fdp.exe.
_NOT_IN_NAMES: Final = frozenset('/\\:*?"<>|%;')


def kind_of_text(name: str) -> str:
    """Text says by its name alone whether it is a table."""
    return SHEET_AS_TEXT if name.lower().endswith(".csv") else TEXT


def evidence_name(sent: str, media_type: str) -> str:
    """The name under which a file is offered: of the sent one only its last part and plain signs; the ending is ours.

    At most MOST_NAME characters; `evidence` where nothing is left.
    """
    last = sent.replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign for sign in last if sign.isprintable() and sign not in _NOT_IN_NAMES)
    ending = ENDINGS[media_type]
    stem = kept.rpartition(".")[0] if "." in kept else kept
    stem = " ".join(stem.split()).strip(". ")[: MOST_NAME - len(ending)].rstrip(". ")
    return f"{stem or 'evidence'}{ending}"
