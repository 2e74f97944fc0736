"""Files as people and attackers send them, made here byte by byte."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from PIL import Image, PngImagePlugin

WORDS = "word/document.xml"
TYPES = "[Content_Types].xml"
GPS, ORIENTATION, MAKER = 0x8825, 0x0112, 0x010F
SECRET = b"Secret place"
PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n"


def archive(parts: Mapping[str, bytes], *, stored: bool = False) -> bytes:
    """A zip file with these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as written:
        for name, content in parts.items():
            written.writestr(name, content)
    return made.getvalue()


def docx(**more: bytes) -> bytes:
    """A document of Word, as far as it is looked at; `more` by the name of a part, with __ for a slash."""
    parts = {TYPES: b"<Types/>", WORDS: b"<document/>"}
    return archive(parts | {name.replace("__", "/"): content for name, content in more.items()})


def xlsx() -> bytes:
    """A workbook."""
    return archive({TYPES: b"<Types/>", "xl/workbook.xml": b"<workbook/>"})


def odf(kind: str, **more: bytes) -> bytes:
    """An OpenDocument of a kind: text or spreadsheet."""
    parts = {"mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(), "content.xml": b"<office/>"}
    return archive(parts | {name.replace("__", "/"): content for name, content in more.items()}, stored=True)


def lying_archive() -> bytes:
    """A document whose directory says that a part unpacks to 10 bytes, while it unpacks to 60 MB."""
    made = bytearray(docx(word__media=b"\0" * 60_000_000))
    size = struct.pack("<I", 60_000_000)
    while size in made:
        place = made.index(size)
        made[place : place + 4] = struct.pack("<I", 10)
    return bytes(made)


def photograph(kind: str = "JPEG", *, size: tuple[int, int] = (40, 20)) -> bytes:
    """A picture whose left half is red, stored lying on its side, with place, maker, comment and profile of colours."""
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, SECRET.decode()
    exif.get_ifd(GPS)[2] = (6.0, 48.0, 36.0)
    made = io.BytesIO()
    more: dict[str, object] = {}
    if kind == "PNG":
        said = PngImagePlugin.PngInfo()
        said.add_text("Comment", SECRET.decode())
        said.add_itxt("XML:com.adobe.xmp", SECRET.decode())
        more = {"pnginfo": said}
    elif kind == "JPEG":
        more = {"comment": SECRET}
    picture.save(made, kind, exif=exif, icc_profile=b"icc " + SECRET, **more)
    return made.getvalue()


def moving(kind: str) -> bytes:
    """A picture of two frames."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    made = io.BytesIO()
    frames[0].save(made, kind, save_all=True, append_images=frames[1:])
    return made.getvalue()


def huge_png(width: int = 100_000, height: int = 100_000) -> bytes:
    """A picture of a few bytes that says it has ten thousand million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )
