"""Taking a posted file in: what it is, by its content, found out by a process that can do no harm."""

import asyncio
import hashlib
import json
import os
import sys
from contextlib import ExitStack
from io import BufferedRandom
from pathlib import Path
from typing import Final

from taskforce.errors import Refused
from taskforce.exchange import evidence_worker
from taskforce.rules.evidence import MOST_BYTES, evidence_name, kind_of_text
from taskforce.services.file_store import NewFile, unnamed_file

SECONDS: Final = 20  # by the clock; the process itself stops after 10 seconds of work
MOST_AT_ONCE: Final = 2  # processes of this worker, each with up to 1 GiB of memory
ALLOWED: Final = "PDF, PNG, JPEG, WebP, DOCX, XLSX, ODT, ODS, CSV and plain text in UTF-8"
REASONS: Final = {
    "bomb": "The file unpacks to more than 50 MB, more than 200 parts or more than 100 times its size. "
    "Save it with less in it.",
    "broken": "The file is damaged or not whole. Open it on your computer, save it again and send that.",
    "encrypted": "The file is locked with a password. Save it without one and send that.",
    "kind": "Files of this kind are not taken. Send one of these: %(allowed)s.",
    "macros": "The file holds macros or controls that run. Save it without them and send that.",
    "moving": "The picture moves. Send one that stands still.",
    "pixels": "The picture has more than 50 million pixels. Save it smaller and send that.",
}
_PROGRAM: Final = Path(evidence_worker.__file__)
_turns = asyncio.Semaphore(MOST_AT_ONCE)


async def take_in(sent: BufferedRandom, name: str) -> NewFile:
    """Look at a posted file and give back what is to be kept of it: of a picture, another one without its metadata.

    The caller closes both files.

    Raises:
        Refused: it is of a kind that is not taken, or damaged, or too large.
    """
    with ExitStack() as closing:
        written = closing.enter_context(unnamed_file())
        async with _turns:
            finding = await _looked_at(sent, written)
        no, kind = finding.get("no"), finding.get("kind", "")
        if no is not None:
            raise Refused(REASONS[no], field="file", **({"allowed": ALLOWED} if no == "kind" else {}))
        kept = written if kind.startswith("image/") else sent
        byte_count, sha256 = await asyncio.to_thread(_measured, kept)
        if byte_count > MOST_BYTES:
            raise Refused("The picture is larger than 10 MB without its metadata. Save it smaller.", field="file")
        if kept is written:
            closing.pop_all()
    media_type = kind_of_text(name) if kind == "text" else kind
    return NewFile(kept, evidence_name(name, media_type), media_type, byte_count, sha256)


async def _looked_at(sent: BufferedRandom, written: BufferedRandom) -> dict[str, str]:
    """The finding of the process. One that its limits ended says nothing: the file is taken for damaged."""
    sent.seek(0)
    reader, writer = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(_PROGRAM), str(writer)),
        stdin=sent,
        stdout=written,
        stderr=asyncio.subprocess.DEVNULL,
        pass_fds=(writer,),
        env={},
        cwd="/",
    )
    os.close(writer)
    try:
        await asyncio.wait_for(process.wait(), SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
    said = os.read(reader, 1024)  # it ended, so that this waits for nobody
    os.close(reader)
    return dict(json.loads(said)) if process.returncode == 0 and said else {"no": "broken"}


def _measured(file: BufferedRandom) -> tuple[int, str]:
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = file.tell()
    file.seek(0)
    return size, digest
