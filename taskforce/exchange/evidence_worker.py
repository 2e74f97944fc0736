"""A program of its own that looks at one posted file: what it is by its content, and a picture without its metadata.

It reads the file from standard input, writes a cleaned picture to standard output, and its finding, as JSON, to the
descriptor that its argument names. It imports nothing of ours and gets no setting: whatever a hostile file does here
reaches no secret, and ends with the limits that it sets for itself before it looks.
"""

import io
import json
import os
import resource
import sys
import unicodedata
import zipfile
from collections.abc import Sequence
from typing import BinaryIO, Final

from PIL import Image, ImageOps

MEMORY_BYTES: Final = 1024 * 1024 * 1024
CPU_SECONDS: Final = 10
MOST_OUTPUT_BYTES: Final = 64 * 1024 * 1024  # of a re-encoded picture; the caller keeps 10 MiB at most
MOST_PIXELS: Final = 50_000_000  # a camera of 50 megapixels; 200 MB of memory when it is open
MOST_ENTRIES: Final = 200  # source: integrity.md, uploads
MOST_UNPACKED_BYTES: Final = 50 * 1024 * 1024
MOST_RATIO: Final = 100
PIECE: Final = 65_536
OFFICE: Final = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
OPEN_DOCUMENTS: Final = (
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.text",
)
# Parts of an office file that run: Visual Basic, Excel 4 macro sheets, ActiveX controls, Basic and other scripts.
RUNNING: Final = ("vbaproject", "vbadata", "macrosheets/", "activex/", "basic/", "scripts/")
PICTURES: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
MARKUP: Final = ("<!doctype", "<html", "<svg", "<script", "<?xml", "<?php", "#!")


class NotKept(Exception):
    """The file is not taken; the word says why, and the caller has the sentence for it."""


def limit_oneself() -> None:
    """Give this process bounds of memory, time and output, from which there is no way back."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, MOST_OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(what, (most, most))


def office_kind(file: BinaryIO) -> str:
    """Which kind of office file an archive is.

    Raises:
        NotKept: it is none, or larger than allowed, or something in it runs.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            _unpack(archive, entries)
            return _kind(archive, {entry.filename for entry in entries})
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, RuntimeError, OSError) as broken:
        raise NotKept("broken") from broken


def _check_entries(entries: Sequence[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED_BYTES or unpacked > MOST_RATIO * max(packed, 1):
        raise NotKept("bomb")
    if len(set(names)) < len(names) or any(name.startswith("/") or ".." in name.split("/") for name in names):
        raise NotKept("broken")
    if any(entry.flag_bits & 1 for entry in entries):
        raise NotKept("encrypted")
    if any(part in name.lower() for name in names for part in RUNNING):
        raise NotKept("macros")


def _unpack(archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo]) -> None:
    """Unpack all and keep nothing: the sizes that an archive states may be lies, and its sums may not fit."""
    left = MOST_UNPACKED_BYTES
    for entry in entries:
        with archive.open(entry) as opened:
            while piece := opened.read(PIECE):
                left -= len(piece)
                if left < 0:
                    raise NotKept("bomb")


def _kind(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "mimetype" in names:
        said = archive.read("mimetype").decode("ascii", "replace").strip()
        if said in OPEN_DOCUMENTS and "content.xml" in names:
            return said
    if "[Content_Types].xml" in names:
        if b"macroEnabled" in archive.read("[Content_Types].xml"):
            raise NotKept("macros")
        for part, kind in OFFICE.items():
            if part in names:
                return kind
    raise NotKept("kind")


def clean_picture(file: BinaryIO, written: BinaryIO) -> str:
    """Write a picture anew, upright and with nothing but its pixels, and say its kind.

    Of a photograph that holds several pictures, as some telephones store them, the first is kept.

    Raises:
        NotKept: it is broken, moves, or has more pixels than allowed.
    """
    try:
        with Image.open(file, formats=tuple(PICTURES)) as opened:
            kind = "JPEG" if opened.format == "MPO" else str(opened.format)
            if opened.width * opened.height > MOST_PIXELS:
                raise NotKept("pixels")
            if kind != "JPEG" and getattr(opened, "n_frames", 1) > 1:
                raise NotKept("moving")
            upright = ImageOps.exif_transpose(opened)
            has_alpha = kind != "JPEG" and ("transparency" in upright.info or upright.mode in ("RGBA", "LA", "PA"))
            pixels = upright.convert("RGBA" if has_alpha else "L" if upright.mode in ("1", "L") else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as broken:
        raise NotKept("pixels") from broken
    except (OSError, SyntaxError, ValueError) as broken:
        raise NotKept("broken") from broken
    pixels.info.clear()  # the profile of colours, comments and times would be written from here
    made = io.BytesIO()
    pixels.save(made, format=kind, **({"quality": 90} if kind != "PNG" else {}))
    written.write(made.getbuffer())
    return PICTURES[kind]


def check_text(file: BinaryIO) -> None:
    """Let pass what is text in UTF-8 and no program and no page.

    Raises:
        NotKept: it is none.
    """
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        raise NotKept("kind") from broken
    if any(unicodedata.category(sign) == "Cc" and sign not in "\t\n\r\f" for sign in set(text)) or not text.strip():
        raise NotKept("kind")
    if text.lstrip().lower().startswith(MARKUP):
        raise NotKept("kind")


def looked_at(file: BinaryIO, written: BinaryIO) -> str:
    """The kind of a file, by its content; `text` where it is text. A picture is written anew to `written`.

    Raises:
        NotKept: it is not taken.
    """
    head = file.read(12)
    file.seek(0)
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or (head[:4] == b"RIFF" and head[8:] == b"WEBP"):
        return clean_picture(file, written)
    if head.startswith(b"PK\x03\x04"):
        return office_kind(file)
    check_text(file)
    return "text"


def main() -> None:
    """Look at standard input and say what it is."""
    limit_oneself()
    try:
        finding = {"kind": looked_at(sys.stdin.buffer, sys.stdout.buffer)}
    except NotKept as no:
        finding = {"no": str(no)}
    except MemoryError:
        finding = {"no": "pixels"}
    sys.stdout.buffer.flush()
    os.write(int(sys.argv[1]), json.dumps(finding).encode())


if __name__ == "__main__":
    main()
