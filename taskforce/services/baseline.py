"""Freezing a plan: a copy of all that is agreed, with the digest that proves it."""

import datetime as dt

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import Baseline, BaselineRecord, Plan
from taskforce.queries import baseline as questions
from taskforce.queries import mechanism as mechanisms
from taskforce.rules.baseline import digest
from taskforce.services.bulk_rows import insert_rows


async def freeze(session: Session, actor: Actor, plan: Plan, cause: str, *, now: dt.datetime) -> Baseline:
    """Keep the plan as it is now under its next number. The actor reads all of it; the plan's row is locked."""
    mechanism = await mechanisms.one(session, actor, plan.mechanism_id)
    owned = await questions.of_plan(session, actor, plan, mechanism.fiscal_year_start_month)
    number = len(await questions.all_of(session, actor, plan)) + 1
    baseline = Baseline(
        mechanism_id=plan.mechanism_id,
        plan_id=plan.id,
        number=number,
        cause=cause,
        made_at=now,
        made_by_id=actor.account_id,
        digest=digest(each.record for each in owned),
        record_count=len(owned),
    )
    session.add(baseline)
    await session.flush()
    rows = [
        {
            "record_id": each.record.id,
            "kind": each.record.kind,
            "code": each.record.code,
            "title": each.record.title,
            "content": dict(each.record.content),
            "activity_id": each.activity_id,
            "lead_agency_id": each.lead_agency_id,
            "source_agency_id": each.source_agency_id,
            "is_confidential": each.is_confidential,
        }
        for each in owned
    ]
    fixed = {"mechanism_id": plan.mechanism_id, "baseline_id": baseline.id}
    await insert_rows(session, BaselineRecord, rows, fixed)
    return baseline
