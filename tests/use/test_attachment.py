"""Evidence files: who adds, reads and purges them; what is kept, once, and what is gone for good."""

import asyncio
import datetime as dt
import hashlib
import os
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from sqlalchemy import func, select, text

from taskforce.access import JOBS, OPERATOR
from taskforce.db import Sessions, transaction
from taskforce.models import Attachment, CostItem, Instrument, Plan
from taskforce.rules.evidence import MOST_BYTES
from taskforce.services import attachment as service
from taskforce.services import file_store
from taskforce.settings import settings
from taskforce.web import upload
from taskforce.web.form import MOST_BYTES as MOST_JSON_BYTES
from tests.conftest import NOW
from tests.evidence_files import PDF, SECRET, docx, photograph
from tests.page_client import ADDRESS, Client, Page
from tests.world import World


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files of each test lie in a folder of its own."""
    changed = settings().model_copy(update={"home": tmp_path})
    monkeypatch.setattr(file_store, "settings", lambda: changed)
    return tmp_path


def _files(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "files").rglob("*") if path.is_file())


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def _sent(client: Client, path: str, content: bytes, *, name: str = "report.pdf", **more: str) -> httpx.Response:
    """A file through the form of a page, without scripts."""
    page = await client.get(path)
    if page.status != 200:
        return await client.http.post(path, headers={"origin": ADDRESS}, files={"file": (name, content)})
    fields = {field: value for field, value in page.form().items() if field != "file"} | {"note": "Signed", **more}
    return await client.http.post(
        page.action(), data=fields, files={"file": (name, content)}, headers={"origin": ADDRESS}
    )


async def _posted(client: Client, path: str, content: bytes, *, key: str = "", name: str = "a.pdf") -> httpx.Response:
    """A file through the API."""
    headers = {"authorization": f"Bearer {client.token}", "idempotency-key": key or str(uuid4())}
    return await client.http.post(
        f"/api/v1{path}", data={"note": "Signed"}, files={"file": (name, content)}, headers=headers
    )


def _adding(world: World) -> str:
    return f"/activities/{world.activity.id}/attachments/add"


def _report() -> bytes:
    """A file that no other test sends: bytes are shared by all mechanisms of the database."""
    return PDF + uuid4().hex.encode()


async def _kept(client: Client, world: World, content: bytes | None = None) -> dict[str, Any]:
    answer = await _posted(client, _adding(world), content or _report())
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["attachment"]
    return found


WHO = [
    ("secretariat", 200, 201),
    ("police_focal", 200, 201),
    ("police_officer", 200, 201),
    ("education_focal", 200, 403),
    ("observer", 200, 403),
    ("chair", 200, 403),
    ("donor", 200, 403),
    ("treasury", 200, 403),
    ("stranger", 404, 404),
    ("administrator", 404, 404),
]


@pytest.mark.parametrize(("who", "reads", "adds"), WHO)
async def test_who_reads_and_adds(world: World, visit, home: Path, who: str, reads: int, adds: int) -> None:
    """Whoever reads the activity reads its evidence; whoever changes it adds some; a stranger is told nothing."""
    kept = await _kept(await visit(world.secretariat), world)
    client = await visit(getattr(world, who))
    listed = await client.api_get(f"/activities/{world.activity.id}/attachments")
    record = await client.api_get(f"/attachments/{kept['id']}")
    file = await client.api_get(f"/attachments/{kept['id']}/file")

    added = await _posted(client, _adding(world), b"Some words")

    assert (listed.status_code, record.status_code, file.status_code) == (reads, reads, reads)
    assert added.status_code == adds
    assert len(_files(home)) == (2 if adds == 201 else 1)


async def test_nobody_reads_or_adds_without_signing_in(world: World, visit) -> None:
    """Evidence is never public."""
    guest = await visit(None)

    assert (await guest.http.get(f"/api/v1/activities/{world.activity.id}/attachments")).status_code == 401
    assert (await guest.http.post(f"/api/v1{_adding(world)}", files={"file": ("a", PDF)})).status_code == 401


@pytest.mark.parametrize("who", ["education_focal", "donor"])
async def test_evidence_of_a_hidden_line_is_hidden(world: World, visit, who: str) -> None:
    """While the plan is a draft, and where the line is confidential, others than its lead find nothing."""
    kept = await _kept(await visit(world.secretariat), world)
    await world.change(world.activity, is_confidential=True)
    client = await visit(getattr(world, who))

    for path in (f"/activities/{world.activity.id}/attachments", f"/attachments/{kept['id']}"):
        assert (await client.api_get(path)).status_code == 404
        assert (await client.api_get(f"{path}/file")).status_code == 404
    await world.change(world.activity, is_confidential=False)
    await world.change(await _plan(world), status="draft")
    assert (await client.api_get(f"/attachments/{kept['id']}/file")).status_code == 404


async def _plan(world: World) -> Plan:
    return world.plan


async def test_the_database_hides_it_too(world: World, visit, sessions: Sessions) -> None:
    """With WHERE forgotten, evidence of a confidential line is not read by another agency, nor changed."""
    await _kept(await visit(world.secretariat), world)
    await world.change(world.activity, is_confidential=True)
    other = await World.made(sessions, world.now)

    for who, seen in (("secretariat", 1), ("police_focal", 1), ("education_focal", 0), ("observer", 0)):
        async with transaction(sessions, await world.actor(who)) as session:
            assert await session.scalar(select(func.count()).select_from(Attachment)) == seen, who
    async with transaction(sessions, await other.actor("secretariat")) as session:
        assert await session.scalar(select(func.count()).select_from(Attachment)) == 0
        changed = await session.execute(text("update attachment set note = 'taken over'"))
        assert changed.rowcount == 0  # type: ignore[attr-defined]  # a cursor of an UPDATE


async def test_a_file_comes_by_the_form_and_is_listed(world: World, visit, home: Path) -> None:
    """Without scripts: choose, send, see it in the list, save it."""
    client, sent = await visit(world.police_focal), docx()
    form = await client.get(_adding(world))
    answer = await _sent(client, _adding(world), sent, name="Minutes of May.DOC")

    page = await client.get(answer.headers["location"])

    assert "case data of a child" in form.text
    assert answer.status_code == 303
    assert page.title.startswith("1 evidence file")
    assert "Minutes of May.docx" in page.text
    [link] = [href for href in page.links() if href.endswith("/file")]
    file = await client.http.get(link)
    assert file.content == sent
    assert _files(home) == [_sha(sent)]


async def test_a_file_is_served_to_be_saved(world: World, visit) -> None:
    """As an attachment, of the type that its content has, never guessed, in a box in which nothing runs."""
    client = await visit(world.police_focal)
    await _sent(client, _adding(world), "é, ü\n".encode(), name='x"; filename=evil.html')
    [kept] = (await client.api_get(f"/activities/{world.activity.id}/attachments")).json()["attachments"]

    answer = await client.http.get(f"/attachments/{kept['id']}/file")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "evil.html" not in answer.headers["content-disposition"].replace("filename=evil.txt", "")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["cache-control"] == "no-store"
    assert int(answer.headers["content-length"]) == kept["byte_count"]


async def test_a_picture_loses_what_it_told_beside_itself(world: World, visit, home: Path) -> None:
    """Where and with what it was taken is neither served nor on disk."""
    client = await visit(world.police_focal)
    kept = await _kept(client, world, photograph())

    file = await client.api_get(f"/attachments/{kept['id']}/file")

    assert SECRET not in file.content
    assert SECRET not in file_store.path_of(kept["sha256"]).read_bytes()
    assert kept["sha256"] == _sha(file.content) != _sha(photograph())
    assert kept["media_type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.pdf", "Choose a file"),
        (b"\x7fELF", "a.pdf", "Send one of these: PDF"),
        (b"<svg onload=alert(1)>", "a.png", "Send one of these: PDF"),
        (docx(word__vbaProject=b"x"), "a.docx", "macros"),
    ],
)
async def test_what_is_not_taken_is_refused_with_a_reason(
    world: World, visit, home: Path, content: bytes, name: str, words: str
) -> None:
    """The form comes again with what was typed; the API names the field; nothing is kept."""
    client = await visit(world.police_focal)
    answer = await _sent(client, _adding(world), content, name=name, note="The list of May")
    page: Page = client._page(answer)

    said = await _posted(client, _adding(world), content, name=name)

    assert answer.status_code in (400, 409)
    assert any(words in each for each in page.errors)
    assert page.form()["note"] == "The list of May"
    assert said.status_code == answer.status_code
    assert said.json()["errors"][0]["field"] == "file"
    assert _files(home) == []


async def test_a_form_without_a_file_says_so(world: World, visit) -> None:
    """A browser sends an empty part where none was chosen."""
    client = await visit(world.police_focal)
    page = await client.get(_adding(world))
    fields = {name: value for name, value in page.form().items() if name != "file"} | {"note": "Signed"}

    answer = await client.http.post(page.action(), data=fields, files={"file": ("", b"")}, headers={"origin": ADDRESS})

    assert answer.status_code == 400
    assert client._page(answer).errors == ["Choose a file that is not empty."]


@pytest.mark.parametrize("more", [1, 5_000_000])
async def test_ten_megabytes_are_the_most(world: World, visit, home: Path, more: int) -> None:
    """One byte more is refused on both mounts; as much as that is taken."""
    client = await visit(world.police_focal)
    most = PDF + b"\n" * (MOST_BYTES - len(PDF))

    assert (await _posted(client, _adding(world), most)).status_code == 201
    assert (await _posted(client, _adding(world), most + b"\n" * more)).status_code == 413
    assert (await _sent(client, _adding(world), most + b"\n" * more)).status_code == 413
    assert len(_files(home)) == 1


async def test_a_file_is_never_in_memory_as_a_whole(world: World, visit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece goes to disk as it comes; none is larger than what a server hands over at once."""
    client, piece = await visit(world.police_focal), 65_536
    written: list[int] = []
    go_on = upload._continue

    def noting(reading, part: bytearray) -> None:
        written.append(len(part))
        go_on(reading, part)

    monkeypatch.setattr(upload, "_continue", noting)
    start = b"--b\r\ncontent-disposition: form-data; name=note\r\n\r\nSigned\r\n--b\r\n"
    start += b'content-disposition: form-data; name=file; filename="a.pdf"\r\n\r\n' + PDF

    async def pieces():
        yield start
        for _ in range(40):
            yield b"\n" * piece
        yield b"\r\n--b--\r\n"

    headers = {"authorization": f"Bearer {client.token}", "idempotency-key": str(uuid4())}
    headers["content-type"] = "multipart/form-data; boundary=b"
    answer = await client.http.post(f"/api/v1{_adding(world)}", content=pieces(), headers=headers)

    assert answer.status_code == 201, answer.text
    assert sum(written) == len(PDF) + 40 * piece + len(b"Signed")
    assert max(written) <= 2 * piece


NOT_A_FORM = [
    b"",
    b"--b",
    b"--b\r\n\r\n\r\n--b--\r\n",
    b"--b\r\ncontent-disposition: form-data; name=note\r\n\r\nA",
    b"--b\r\ncontent-disposition: form-data; name=\xff\r\n\r\nA\r\n--b--\r\n",
    b'--b\r\ncontent-disposition: form-data; name="a\x00b"\r\n\r\nA\r\n--b--\r\n',
    b"--b\r\ncontent-disposition: form-data; name=note\r\n\r\n\xff\r\n--b--\r\n",
    b"--b\r\ncontent-disposition: form-data; name=note\r\n\r\nA\x00B\r\n--b--\r\n",
    b'--b\r\ncontent-disposition: form-data; name=file; filename="a\x00.pdf"\r\n\r\n%PDF-\r\n--b--\r\n',
    b'--b\r\ncontent-disposition: form-data; name=file; filename="\xff.pdf"\r\n\r\n%PDF-\r\n--b--\r\n',
    b'--b\r\ncontent-disposition: form-data; name=other; filename="a.pdf"\r\n\r\n%PDF-\r\n--b--\r\n',
    b"--b\r\ncontent-disposition: form-data; name=a\r\n\r\nA\r\n" * 60 + b"--b--\r\n",
    b"--b\r\nx: " + b"a" * 10_000 + b"\r\n\r\nA\r\n--b--\r\n",
]


@pytest.mark.parametrize("body", NOT_A_FORM)
@pytest.mark.parametrize("mount", ["/api/v1", ""])
async def test_a_broken_form_is_400(world: World, visit, home: Path, mount: str, body: bytes) -> None:
    """NUL, bad UTF-8, too many parts, an early end: never 500, and nothing is kept."""
    client = await visit(world.police_focal)
    headers = {"content-type": "multipart/form-data; boundary=b", "idempotency-key": str(uuid4()), "origin": ADDRESS}
    if mount:
        headers["authorization"] = f"Bearer {client.token}"

    answer = await client.http.post(f"{mount}{_adding(world)}", content=body, headers=headers)

    assert answer.status_code == (400 if mount else answer.status_code)
    assert answer.status_code in (400, 409)  # a page without the session's secret is refused by that
    assert _files(home) == []


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=", "application/json", "text/x"]
)
async def test_a_file_comes_as_a_form(world: World, visit, kind: str) -> None:
    """Another kind, or a form that does not say where its parts end, is refused."""
    client = await visit(world.police_focal)
    headers = {"authorization": f"Bearer {client.token}", "content-type": kind, "idempotency-key": str(uuid4())}

    answer = await client.http.post(f"/api/v1{_adding(world)}", content=b"{}", headers=headers)

    assert answer.status_code == (400 if kind.startswith("multipart") else 415)


async def test_files_are_taken_at_their_own_routes_alone(world: World, visit) -> None:
    """Elsewhere the API takes JSON and pages take plain forms."""
    client = await visit(world.secretariat)
    headers = {"authorization": f"Bearer {client.token}", "idempotency-key": str(uuid4()), "origin": ADDRESS}

    for mount in ("/api/v1", ""):
        answer = await client.http.post(
            f"{mount}/plans/{world.plan.id}/objectives/add", files={"file": ("a.pdf", PDF)}, headers=headers
        )
        assert answer.status_code == 415


async def test_a_file_of_another_site_changes_nothing(world: World, visit, home: Path) -> None:
    """Multipart is what a page of another site can send too: secret and origin are asked for."""
    client = await visit(world.police_focal)
    page = await client.get(_adding(world))
    fields = {name: value for name, value in page.form().items() if name != "file"} | {"note": "Signed"}
    file = {"file": ("a.pdf", PDF)}

    forged = await client.http.post(page.action(), data=fields | {"csrf": "x"}, files=file, headers={"origin": ADDRESS})
    foreign = await client.http.post(page.action(), data=fields, files=file, headers={"origin": "https://evil.example"})

    assert (forged.status_code, foreign.status_code) == (409, 409)
    assert _files(home) == []


async def test_sent_twice_it_is_kept_once(world: World, visit, sessions: Sessions) -> None:
    """The same key and file give the first answer; another file under that key is refused."""
    client, key = await visit(world.police_focal), str(uuid4())

    first = await _posted(client, _adding(world), PDF, key=key)
    again = await _posted(client, _adding(world), PDF, key=key)
    other = await _posted(client, _adding(world), PDF + b"\n", key=key)

    assert first.status_code == 201
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert other.status_code == 422
    listed = (await client.api_get(f"/activities/{world.activity.id}/attachments")).json()["attachments"]
    assert len(listed) == 1


async def test_the_same_bytes_lie_on_disk_once(world: World, visit, sessions: Sessions, home: Path) -> None:
    """Of two records, in two mechanisms, the purge of one leaves the bytes to the other; the second takes them."""
    other = await World.made(sessions, world.now)
    mine, theirs, sent = await visit(world.secretariat), await visit(other.secretariat), _report()
    one, two = await _kept(mine, world, sent), await _kept(theirs, other, sent)
    assert _files(home) == [_sha(sent)]

    await mine.api(f"/attachments/{one['id']}/purge", reason="A name stood in it", version=1)
    after_one = _files(home)
    read = await theirs.api_get(f"/attachments/{two['id']}/file")
    await theirs.api(f"/attachments/{two['id']}/purge", reason="A name stood in it", version=1)

    assert after_one == [_sha(sent)]
    assert read.content == sent
    assert _files(home) == []


async def test_one_thing_may_have_the_same_file_twice_at_once(world: World, visit, home: Path) -> None:
    """Ten people who send it at the same moment make ten records of one file."""
    client = await visit(world.secretariat)

    answers = await asyncio.gather(*(_posted(client, _adding(world), PDF) for _ in range(10)))

    assert {answer.status_code for answer in answers} == {201}
    assert _files(home) == [_sha(PDF)]


async def test_a_purge_and_an_upload_at_once_lose_nothing(world: World, visit, home: Path) -> None:
    """Whichever comes first: a record that is kept has its bytes."""
    client, sent = await visit(world.secretariat), _report()
    for _ in range(5):
        kept = await _kept(client, world, sent)

        purged, added = await asyncio.gather(
            client.api(f"/attachments/{kept['id']}/purge", reason="Wrong file", version=1),
            _posted(client, _adding(world), sent),
        )

        assert (purged.status_code, added.status_code) == (200, 201)
        new = added.json()["attachment"]
        assert (await client.api_get(f"/attachments/{new['id']}/file")).content == sent
        await client.api(f"/attachments/{new['id']}/purge", reason="Wrong file", version=1)
        assert _files(home) == []


@pytest.mark.parametrize(
    ("who", "status"),
    [(who, 200 if who == "secretariat" else 403 if reads == 200 else 404) for who, reads, _adds in WHO],
)
async def test_who_purges(world: World, visit, home: Path, who: str, status: int) -> None:
    """The secretariat alone."""
    kept = await _kept(await visit(world.police_focal), world)
    client = await visit(getattr(world, who))

    answer = await client.api(f"/attachments/{kept['id']}/purge", reason="A name stood in it", version=1)

    assert answer.status_code == status
    assert len(_files(home)) == (0 if status == 200 else 1)


async def test_a_purge_keeps_what_who_and_why(world: World, visit, sessions: Sessions) -> None:
    """The bytes are gone, the record says what was there; the audit says it too, with the reason."""
    kept = await _kept(await visit(world.police_focal), world)
    client = await visit(world.secretariat)
    page = await client.get(f"/attachments/{kept['id']}/purge")

    listed = await client.send(page, {"reason": "A name stood in it"})

    record = (await client.api_get(f"/attachments/{kept['id']}")).json()["attachment"]
    assert "A name stood in it" in listed.text
    assert listed.title.startswith("No evidence file is left")
    assert record["sha256"] == kept["sha256"]
    assert (record["purged_by"], record["purge_reason"]) == (world.secretariat.title, "A name stood in it")
    assert (record["may"], record["version"]) == ([], 2)
    assert (await client.api_get(f"/attachments/{kept['id']}/file")).status_code == 404
    async with transaction(sessions, OPERATOR) as session:
        found = await session.execute(
            text("select operation, action, reason, principal from audit_event where row_id = :id order by id"),
            {"id": kept["id"]},
        )
        assert [tuple(row) for row in found] == [
            ("insert", "attachment:add", None, str(world.police_focal.id)),
            ("update", "attachment:purge", "A name stood in it", str(world.secretariat.id)),
        ]


async def test_a_purge_of_what_somebody_purged_is_refused(world: World, visit) -> None:
    """Twice, and without the version, and with an old one; and never without a reason."""
    client = await visit(world.secretariat)
    kept = await _kept(client, world)
    path = f"/attachments/{kept['id']}/purge"

    assert (await client.api(path, reason=" ", version=1)).status_code == 400
    assert (await client.api(path, reason="Wrong")).status_code == 428
    assert (await client.api(path, reason="Wrong", version=2)).status_code == 412
    assert (await client.api(path, reason="Wrong", version=1)).status_code == 200
    assert (await client.api(path, reason="Wrong", version=2)).status_code == 409


async def test_lost_bytes_are_not_hidden(world: World, visit) -> None:
    """Where the server has lost a file it says so, and whom to tell."""
    client = await visit(world.secretariat)
    kept = await _kept(client, world)
    file_store.path_of(kept["sha256"]).unlink()

    answer = await client.api_get(f"/attachments/{kept['id']}/file")

    assert answer.status_code == 409
    assert "Tell its operator" in answer.json()["detail"]


async def test_a_failed_change_leaves_no_record_and_its_bytes_are_swept(
    world: World, visit, sessions: Sessions, home: Path
) -> None:
    """Bytes that no record keeps go after a day; young ones, and those that a record keeps, stay."""
    kept = await _kept(await visit(world.secretariat), world)
    for content in (b"old", b"young"):
        with file_store.unnamed_file() as file:
            file.write(content)
            file_store.keep(file_store.NewFile(file, "a.txt", "text/plain", len(content), _sha(content)))
    day_ago = (NOW - dt.timedelta(days=365)).timestamp()
    for sha256 in (_sha(b"old"), kept["sha256"]):
        os.utime(file_store.path_of(sha256), (day_ago, day_ago))
    half = file_store.path_of(kept["sha256"]).with_name(".incoming-half")
    half.write_bytes(b"half")
    os.utime(half, (day_ago, day_ago))

    async with transaction(sessions, JOBS) as session:
        await service.sweep(session, NOW)

    assert _files(home) == sorted([_sha(b"young"), kept["sha256"]])


@pytest.mark.parametrize("kind", ["instrument", "cost_item"])
async def test_evidence_of_other_things(world: World, visit, kind: str) -> None:
    """The text of an instrument and the reckoning of a cost: the secretariat adds, others read or are told no."""
    row: Instrument | CostItem = (
        Instrument(kind="law", citation="Act 1") if kind == "instrument" else CostItem(code="C9", title="Staff")
    )
    thing = await world.add(row)
    path = f"/{'instruments' if kind == 'instrument' else 'cost-items'}/{thing.id}/attachments"
    secretariat, focal = await visit(world.secretariat), await visit(world.police_focal)

    added = await _posted(secretariat, f"{path}/add", PDF)
    refused = await _posted(focal, f"{path}/add", PDF)

    assert added.status_code == 201, added.text
    assert refused.status_code == 403
    listed = (await focal.api_get(path)).json()
    assert [each["name"] for each in listed["attachments"]] == ["a.pdf"]
    assert listed["may"] == []
    assert UUID(listed["parent"]["id"]) == thing.id
    assert (await secretariat.get(path)).status == 200
    assert (await secretariat.get(f"{path}/add")).status == 200


async def test_a_list_costs_the_same_however_long_it_is(world: World, visit, statements) -> None:
    """Two statements more than the head of the page, with one file or with five."""
    client = await visit(world.secretariat)
    path = f"/activities/{world.activity.id}/attachments"
    await _kept(client, world)
    statements.clear()
    await client.get(path)
    few = len(statements)
    for _ in range(4):
        await _kept(client, world)
    statements.clear()

    await client.get(path)

    assert len(statements) == few


async def test_evidence_goes_with_the_draft_it_hangs_on(world: World, visit, sessions: Sessions) -> None:
    """Deleting a line of a draft takes its records along; the audit still tells what they were."""
    client = await visit(world.secretariat)
    await world.change(world.plan, status="draft")
    kept = await _kept(client, world)

    deleted = await client.api(f"/activities/{world.activity.id}/delete", version=1)

    assert deleted.status_code == 200, deleted.text
    assert (await client.api_get(f"/attachments/{kept['id']}")).status_code == 404
    async with transaction(sessions, OPERATOR) as session:
        told = await session.scalar(
            text("select before ->> 'sha256' from audit_event where row_id = :id and operation = 'delete'"),
            {"id": kept["id"]},
        )
    assert told == kept["sha256"]


def test_the_routes_that_take_files_are_named(app: Litestar) -> None:
    """The API takes JSON: these are the exceptions, all of them, and nowhere else may a body be that large."""
    taking = {
        route.path_format.removeprefix("/api/v1")
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if handler.opt.get("takes_file") or handler.resolve_request_max_body_size() != MOST_JSON_BYTES
    }

    assert taking == {
        "/activities/{activity_id}/attachments/add",
        "/cost-items/{cost_item_id}/attachments/add",
        "/instruments/{instrument_id}/attachments/add",
    }
