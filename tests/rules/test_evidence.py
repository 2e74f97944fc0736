"""What is taken as evidence and what is not, by its content; pictures lose all but their pixels."""

import io
import resource
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image

from taskforce.errors import Refused
from taskforce.exchange import evidence, evidence_worker
from taskforce.exchange.evidence import take_in
from taskforce.exchange.evidence_worker import MOST_ENTRIES, MOST_PIXELS, NotKept, looked_at
from taskforce.rules.evidence import ENDINGS, MOST_NAME, evidence_name
from taskforce.services.file_store import NewFile, unnamed_file
from tests.evidence_files import (
    PDF,
    SECRET,
    archive,
    docx,
    huge_png,
    lying_archive,
    moving,
    odf,
    photograph,
    xlsx,
)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODF = "application/vnd.oasis.opendocument"


def _kind(sent: bytes) -> tuple[str, bytes]:
    written = io.BytesIO()
    return looked_at(io.BytesIO(sent), written), written.getvalue()


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (PDF, "application/pdf"),
        (photograph("JPEG"), "image/jpeg"),
        (photograph("PNG"), "image/png"),
        (photograph("WEBP"), "image/webp"),
        (docx(), DOCX),
        (xlsx(), XLSX),
        (odf("text"), f"{ODF}.text"),
        (odf("spreadsheet"), f"{ODF}.spreadsheet"),
        (b"name,age\nA,7\n", "text"),
        ("\ufeffJina\tUmri\r\nÉlodie ទាំងអស់\f".encode(), "text"),
    ],
)
def test_what_is_taken(sent: bytes, kind: str) -> None:
    """The kind is that of the content; whatever name or type was sent beside it does not count."""
    assert _kind(sent)[0] == kind


MANY = {f"word/{number}.xml": b"<x/>" for number in range(MOST_ENTRIES)}
REFUSED = {
    "a program of Windows": (b"MZ\x90\x00\x03\x00", "kind"),
    "a program of Linux": (b"\x7fELF\x02\x01\x01", "kind"),
    "a page": (b"<!DOCTYPE html><script>alert(1)</script>", "kind"),
    "a page after spaces": (b"\n \t<HTML><body>", "kind"),
    "a drawing that runs": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "kind"),
    "a drawing with a mark of order": ("\ufeff<svg/>".encode(), "kind"),
    "a script": (b"#!/bin/sh\nrm -rf /\n", "kind"),
    "a moving picture of another kind": (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "kind"),
    "letters of another country": ("é".encode("latin-1"), "kind"),
    "letters of two bytes": ("text".encode("utf-16"), "kind"),
    "text with a NUL": (b"a\x00b", "kind"),
    "nothing but spaces": (b"  \n ", "kind"),
    "the start of a PDF further on": (b"x" * 20 + PDF, "text"),
    "an archive of no document": (archive({"a.txt": b"a"}), "kind"),
    "a program in an archive": (archive({"a.exe": b"MZ"}), "kind"),
    "an archive that ends early": (docx()[:-30], "broken"),
    "a name that leads out": (docx(**{"..__..__etc__passwd": b"x"}), "broken"),
    "a name from the root": (docx(__etc__passwd=b"x"), "broken"),
    "too many parts": (docx(**{name.replace("/", "__"): text for name, text in MANY.items()}), "bomb"),
    "one part that grows": (docx(word__a=b"\0" * 51_000_000), "bomb"),
    "a part that grows a thousand times": (docx(word__a=b"\0" * 9_000_000), "bomb"),
    "a directory that lies": (lying_archive(), "bomb"),
    "Visual Basic": (docx(word__vbaProject=b"x"), "macros"),
    "macros by their type": (
        archive(
            {"[Content_Types].xml": b"application/vnd.ms-word.document.macroEnabled.main", "word/document.xml": b""}
        ),
        "macros",
    ),
    "a macro sheet of Excel 4": (docx(xl__macrosheets__sheet1=b"x"), "macros"),
    "a control that runs": (docx(word__activeX__activeX1=b"x"), "macros"),
    "Basic in an OpenDocument": (odf("text", Basic__Standard__Module1=b"x"), "macros"),
    "a picture that is cut": (photograph("JPEG")[:300], "broken"),
    "a picture of its first bytes": (b"\xff\xd8\xff\xe0" + b"\0" * 50, "broken"),
    "a picture with ten thousand million pixels": (huge_png(), "pixels"),
    "a picture with a few pixels too many": (huge_png(MOST_PIXELS + 1, 1), "pixels"),
    "a PNG that moves": (moving("PNG"), "moving"),
    "a WebP that moves": (moving("WEBP"), "moving"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_taken(name: str) -> None:
    """Each is refused for its own reason, and a sentence says what to do; only true text goes on as text."""
    sent, reason = REFUSED[name]
    if reason == "text":
        assert _kind(sent)[0] == "text"
        return

    with pytest.raises(NotKept, match=f"^{'broken|bomb' if name == 'a directory that lies' else reason}$"):
        _kind(sent)
    assert reason in evidence.REASONS


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_keeps_nothing_but_its_pixels(kind: str) -> None:
    """Place, camera, comments and colour profile go; what was stored on its side stands upright."""
    sent = photograph(kind)
    assert SECRET in sent

    _said, kept = _kind(sent + b"trailing " + SECRET if kind != "WEBP" else sent)

    assert SECRET not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert not picture.getexif()
        assert not {"exif", "icc_profile", "comment", "xmp", "Comment"} & set(picture.info)
        assert picture.size == (20, 40)
        top = picture.convert("RGB").getpixel((10, 3))
        assert isinstance(top, tuple)
        assert top[0] > 200, "the red half stands on top"
        assert top[2] < 60


def test_a_picture_keeps_what_shines_through() -> None:
    """A picture with see-through parts keeps them."""
    made = io.BytesIO()
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(made, "PNG")

    with Image.open(io.BytesIO(_kind(made.getvalue())[1])) as kept:
        assert kept.mode == "RGBA"
        assert kept.getpixel((0, 0)) == (255, 0, 0, 0)


@asynccontextmanager
async def taken(sent: bytes, name: str) -> AsyncIterator[NewFile]:
    """What is kept of a file, until the end of the block."""
    with unnamed_file() as file:
        file.write(sent)
        kept = await take_in(file, name)
        with kept.file:
            yield kept


async def test_a_file_is_looked_at_in_a_process_of_its_own() -> None:
    """What comes back is measured on the bytes that will be kept, and those of a document are the ones that came."""
    async with taken(PDF, "C:\\reports\\Report.PDF.exe") as kept, taken(photograph("JPEG"), "IMG_1.png") as picture:
        assert (kept.media_type, kept.name, kept.byte_count) == ("application/pdf", "Report.PDF.pdf", len(PDF))
        assert kept.file.read() == PDF
        assert (picture.media_type, picture.name) == ("image/jpeg", "IMG_1.jpg")
        assert SECRET not in picture.file.read()


async def test_a_refusal_says_what_is_taken() -> None:
    """Whoever sends something else is told which kinds are."""
    with pytest.raises(Refused, match=r"PDF, PNG, JPEG.*plain text"):
        await taken(b"\x7fELF", "report.pdf").__aenter__()


def _worker(code: str) -> subprocess.CompletedProcess[bytes]:
    """Some code in a process with the limits of the worker."""
    start = f"import runpy; w = runpy.run_path({evidence_worker.__file__!r}); w['limit_oneself'](); "
    return subprocess.run(  # noqa: S603 -- our own interpreter and code
        [sys.executable, "-I", "-c", start + code], capture_output=True, check=False, timeout=60
    )


def test_the_process_is_bounded_in_memory_and_output() -> None:
    """Two gigabytes are not to be had, and no more than 64 MB are written; within the limits it works."""
    too_much = _worker("bytearray(2_000_000_000)")
    too_long = _worker("open('/tmp/taskforce-limit', 'wb').write(b'a' * 70_000_000)")
    Path("/tmp/taskforce-limit").unlink(missing_ok=True)  # noqa: S108 -- the file of this test

    assert b"MemoryError" in too_much.stderr
    assert too_long.returncode != 0
    assert _worker("bytearray(100_000_000)").returncode == 0
    assert _worker("import resource; print(resource.getrlimit(resource.RLIMIT_CPU))").stdout.split() == [
        f"({evidence_worker.CPU_SECONDS},".encode(),
        f"{evidence_worker.CPU_SECONDS})".encode(),
    ]
    assert resource.getrlimit(resource.RLIMIT_CPU)[0] != evidence_worker.CPU_SECONDS, "the server itself is not bound"


async def test_a_process_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By the clock, not only by the work it does; the file then counts as damaged."""
    idle = tmp_path / "idle.py"
    idle.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(evidence, "_PROGRAM", idle)
    monkeypatch.setattr(evidence, "SECONDS", 0.5)

    with pytest.raises(Refused, match="damaged"):
        await taken(PDF, "a.pdf").__aenter__()


async def test_the_process_knows_no_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the address of the database nor a key is there to be read, and nothing of ours is imported."""
    monkeypatch.setenv("TASKFORCE_DATABASE_URL", "postgresql://a-secret")
    spying = tmp_path / "spying.py"
    spying.write_text(
        "import json, os, sys; os.write(int(sys.argv[1]), json.dumps({'kind': repr(dict(os.environ))}).encode())"
    )
    monkeypatch.setattr(evidence, "_PROGRAM", spying)
    with unnamed_file() as file, unnamed_file() as written:
        seen = (await evidence._looked_at(file, written))["kind"]

    assert "TASKFORCE" not in seen
    assert "a-secret" not in seen
    assert not [name for name in vars(evidence_worker).values() if "taskforce" in getattr(name, "__name__", "")]


@pytest.mark.parametrize(
    ("sent", "media_type", "name"),
    [
        ("report.pdf", "application/pdf", "report.pdf"),
        ("report", "application/pdf", "report.pdf"),
        ("report.exe", "application/pdf", "report.pdf"),
        ("photo.JPEG", "image/jpeg", "photo.jpg"),
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("C:\\a\\b.txt", "text/plain", "b.txt"),
        ("a\r\nSet-Cookie: x", "text/plain", "aSet-Cookie x.txt"),
        ("\u202efdp.exe", "application/pdf", "fdp.pdf"),
        ('a"b;c%00.txt', "text/plain", "abc00.txt"),
        (".htaccess", "text/plain", "evidence.txt"),
        ("...", "text/plain", "evidence.txt"),
        ("", "text/plain", "evidence.txt"),
        ("  two   words .txt", "text/plain", "two words.txt"),
        ("របាយការណ៍.pdf", "application/pdf", "របាយការណ៍.pdf"),
    ],
)
def test_a_name_is_plain_and_its_ending_is_ours(sent: str, media_type: str, name: str) -> None:
    """Nothing of a path, no sign that systems read, no invisible sign, and an ending that fits the content."""
    assert evidence_name(sent, media_type) == name


def test_a_name_is_short() -> None:
    """However long it was."""
    for media_type in ENDINGS:
        assert len(evidence_name("a" * 10_000, media_type)) <= MOST_NAME
