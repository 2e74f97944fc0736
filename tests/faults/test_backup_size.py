"""A backup of a national installation: 120,000 activities, saved and brought back within a minute, byte for byte."""

import time
from pathlib import Path

import pytest

from bench.generate import plan_of
from taskforce import postgres
from taskforce.exchange.plan_yaml import write
from tests.faults.installation import Note, ask
from tests.processes import done, run

BASE, TIMES = 5_000, 24
MOST_SECONDS = 60
# The same rows again under other codes, past the rules but with their audit.
MULTIPLY = """
insert into activity select copy.* from activity a, generate_series(2, $1::int) as number,
  jsonb_populate_record(null::activity,
    to_jsonb(a) || jsonb_build_object('id', uuidv7(), 'code', a.code || 'x' || number)) as copy
"""
DIGEST = "select count(*), md5(string_agg(md5(a::text), '' order by id)) from {} as a"


@pytest.mark.faults
async def test_a_large_installation_comes_back_within_a_minute(tmp_path: Path, record_property: Note) -> None:
    """Backup and restore together; then the plan exports as before, the audit chain is whole, every event is there."""
    origin, fresh, archive = tmp_path / "origin", tmp_path / "fresh", tmp_path / "backup.tar"
    plan = tmp_path / "plan.yaml"
    plan.write_text(write(plan_of(BASE)).replace("status: active", "status: draft"), encoding="utf-8")
    code = f"BENCH-{BASE}"
    with postgres.in_use(origin) as server, postgres.in_use(fresh) as second:
        done(origin, "plan", "import", str(plan), "--yes")
        await ask(server, MULTIPLY, TIMES)
        began = time.monotonic()
        done(origin, "backup", str(archive))
        saved = time.monotonic()
        done(fresh, "restore", str(archive))
        back = time.monotonic()
        before = done(origin, "plan", "export", code)
        after = done(fresh, "plan", "export", code)
        digests = [
            (await ask(server, DIGEST.format(table)), await ask(second, DIGEST.format(table)))
            for table in ("activity", "audit_event", "budget_line")
        ]
        verified = run(fresh, "audit", "verify")
    record_property("activities", BASE * TIMES)
    record_property("backup", f"{saved - began:.1f} s")
    record_property("restore", f"{back - saved:.1f} s")
    record_property("archive", f"{archive.stat().st_size / 1e6:.0f} MB")
    record_property("export", f"{len(before.encode()) / 1e6:.0f} MB")

    assert digests[0][0][0]["count"] == BASE * TIMES
    assert all(there == here for here, there in digests)
    assert before == after
    assert back - began < MOST_SECONDS
    assert verified.returncode == 0, verified.stdout + verified.stderr
