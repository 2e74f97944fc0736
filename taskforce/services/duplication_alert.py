"""Duplication alerts: raising them as the principal `alerts`, acknowledging and resolving them as people."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from taskforce.access import ALERTS, Actor, May, require
from taskforce.db import Session, Sessions, explain, transaction
from taskforce.models import ActivityJoint, DuplicationAlert
from taskforce.queries import duplication_alert as questions
from taskforce.queries import duplication_work as works
from taskforce.queries.duplication_work import Compared
from taskforce.rules import states
from taskforce.rules.duplication import (
    BEST_ALERTS,
    MODEL,
    MOST_COMPLEMENTS,
    Alert,
    Signal,
    compare,
    find,
    fingerprint,
)
from taskforce.services.command import Command, check_version

_LOCK = text("select pg_advisory_xact_lock(hashtext('duplication alerts'), hashtext(:plan))")

READERS = ("first_agency_id", "second_agency_id", "is_confidential")  # the columns that say who may read an alert

Resolution = Literal["joint", "split", "coordinated", "complement", "not_a_duplicate"]


class AcknowledgeAlert(Command):
    """Somebody looks after the alert; nothing is decided."""

    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


class ResolveAlert(Command):
    """What the agencies agreed, and why."""

    resolution: Resolution = Field(title="Decision")
    reason: str = Field(
        title="What was agreed, and why", min_length=1, max_length=2000, description="Kept with the alert for ever."
    )
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


@dataclass(frozen=True, slots=True)
class ScanCounts:
    """What a scan did: pairs newly raised, raised again, refreshed with other findings, no longer alike."""

    raised: int
    reopened: int
    refreshed: int
    stale: int


async def scan_plan(sessions: Sessions, plan_id: UUID) -> ScanCounts:
    """Compare all activities of a plan.

    Runs in a transaction of its own as the principal `alerts`, because it compares drafts that nobody reads all of.
    Work grows with the number of activities: 10,000 take up to a minute of one core. Scans of one plan wait for each
    other, so that a slow one does not overwrite the findings of a later one.
    """
    async with transaction(sessions, ALERTS, action="alert:scan") as session:
        await session.execute(_LOCK, {"plan": str(plan_id)})
        compared = await works.of_plan(session, plan_id)
        alerts = find([one.work for one in compared])
        stored = await questions.of_plan_for_update(session, plan_id)
        return await _store(session, compared, alerts, stored)


async def scan_activity(sessions: Sessions, activity_id: UUID) -> ScanCounts:
    """Compare one activity with those near it; alerts between others are left alone.

    Call it after the transaction that saved the activity has ended; it runs in one of its own, as in `scan_plan`.

    Raises:
        NotFound: there is no such activity.
    """
    async with transaction(sessions, ALERTS, action="alert:scan") as session:
        await session.execute(_LOCK, {"plan": str(await works.plan_of(session, activity_id))})
        own, others = await works.of_activity(session, activity_id)
        stored = await questions.of_activity_for_update(session, own.mechanism_id, activity_id)
        return await _store(session, [own, *others], await _alerts_on(session, own, others), stored)


async def _alerts_on(session: Session, own: Compared, others: Sequence[Compared]) -> list[Alert]:
    """The alerts of one activity, the best first, left out where a scan of the plan would: see rules `find`.

    How good the other alerts of its partners are is taken from those that are stored.
    """
    found = list[Alert]()
    for other in others:
        first, second = sorted((own.work, other.work), key=lambda work: work.key)
        verdict = compare(first, second)
        if verdict.kind != "none":
            found.append(Alert(first.key, second.key, verdict.kind, verdict.band, verdict.score, verdict.signals, ""))
    found.sort(key=lambda alert: (-alert.score, alert.a, alert.b))
    by_key = {one.work.key: one for one in (own, *others)}
    partners = {alert: by_key[alert.b if alert.a == own.work.key else alert.a].id for alert in found}
    theirs = await questions.rivals(session, own.mechanism_id, own.id, list(partners.values()))
    kept, mine = list[Alert](), Counter[bool]()
    for alert in found:
        is_complement = alert.kind == "complement"
        better = sum(score > alert.score for score in theirs.get((partners[alert], is_complement), ()))
        places = (mine[is_complement], better)
        if all(place < MOST_COMPLEMENTS for place in places) if is_complement else any(p < BEST_ALERTS for p in places):
            mine[is_complement] += 1
            kept.append(replace(alert, fingerprint=fingerprint(by_key[alert.a].work, by_key[alert.b].work)))
    return kept


async def _store(
    session: Session, compared: Sequence[Compared], alerts: Sequence[Alert], stored: Sequence[DuplicationAlert]
) -> ScanCounts:
    """New pairs become open alerts, known ones are refreshed, those that are gone become stale."""
    by_key = {one.work.key: one for one in compared}
    known = {(str(alert.first_id), str(alert.second_id)): alert for alert in stored}
    done = Counter[str]()
    for alert in alerts:
        values = _values(alert, by_key[alert.a], by_key[alert.b])
        record = known.pop((alert.a, alert.b), None)
        if record is None:
            session.add(DuplicationAlert(**values))
        done["raised" if record is None else _refresh(record, values)] += 1
    whose = await questions.leads(session, list(known.values()))
    for gone in known.values():
        first, second = whose[gone.first_id], whose[gone.second_id]
        _write(gone, dict(zip(READERS, (first[0], second[0], first[1] or second[1]), strict=True)))
        if gone.state not in ("resolved", "stale"):
            states.check("alert", gone.state, "stale")
            gone.state = "stale"
            gone.version += 1
            done["stale"] += 1
    await session.flush()
    return ScanCounts(done["raised"], done["reopened"], done["refreshed"], done["stale"])


def _refresh(record: DuplicationAlert, values: dict[str, object]) -> str:
    """Write what changed, and say what that was; a resolved pair is silent until what was compared has changed.

    Silent or not, it says who may read it now: a line that passed to another agency or turned confidential takes its
    alerts along.
    """
    if record.state == "resolved" and record.fingerprint == values["fingerprint"]:
        _write(record, {name: values[name] for name in READERS})
        return "silent"
    reopens = record.state in ("resolved", "stale")
    if reopens:
        states.check("alert", record.state, "open")
        undecided = dict.fromkeys(("resolution", "reason", "resolved_at", "resolved_by_id"))
        values = values | undecided | {"state": "open"}
    if not _write(record, values):
        return "silent"
    record.version += 1
    return "reopened" if reopens else "refreshed"


def _write(record: DuplicationAlert, values: dict[str, object]) -> bool:
    """Set what differs, and say whether anything did."""
    changed = {name: value for name, value in values.items() if getattr(record, name) != value}
    for name, value in changed.items():
        setattr(record, name, value)
    return bool(changed)


def _values(alert: Alert, first: Compared, second: Compared) -> dict[str, object]:
    return {
        "mechanism_id": first.mechanism_id,
        "plan_id": first.plan_id,
        "first_id": first.id,
        "second_id": second.id,
        "first_agency_id": first.agency_id,
        "second_agency_id": second.agency_id,
        "is_confidential": first.is_confidential or second.is_confidential,
        "kind": alert.kind,
        "band": alert.band,
        "score": alert.score,
        "signals": [_signal(signal) for signal in alert.signals],
        "sides": [first.side, second.side],
        "model": MODEL,
        "fingerprint": alert.fingerprint,
    }


def _signal(signal: Signal) -> dict[str, object]:
    return {
        name: [str(each) for each in value] if isinstance(value, tuple) else value
        for name, value in asdict(signal).items()
    }


async def acknowledge(session: Session, actor: Actor, alert_id: UUID, command: AcknowledgeAlert) -> DuplicationAlert:
    """Say that somebody looks after an alert.

    Raises:
        NotFound: the actor does not see the alert.
        NotAllowed: the actor is of neither lead agency, nor secretariat or chair.
        Stale: somebody, or a new comparison, changed it meanwhile.
        Refused: the alert is past this.
    """
    alert = await _for_decision(session, actor, alert_id)
    check_version(alert, command.version, _stored(alert))
    states.check("alert", alert.state, "acknowledged")
    alert.state = "acknowledged"
    await session.flush()
    return alert


async def resolve(
    session: Session, actor: Actor, alert_id: UUID, command: ResolveAlert, *, now: dt.datetime
) -> DuplicationAlert:
    """Decide an alert with a reason; `joint` also declares the two activities joint.

    The pair is not raised again unless what was compared of it changes.

    Raises:
        NotFound, NotAllowed, Stale, Refused: as in acknowledging.
    """
    alert = await _for_decision(session, actor, alert_id)
    await explain(session, May.ALERT_DECIDE.value, command.reason)  # before anything is written, which would go without
    check_version(alert, command.version, _stored(alert))
    states.check("alert", alert.state, "resolved")
    alert.state, alert.resolution, alert.reason = "resolved", command.resolution, command.reason
    alert.resolved_at, alert.resolved_by_id = now, actor.account_id
    if command.resolution == "joint":
        await session.execute(
            insert(ActivityJoint)
            .values(mechanism_id=alert.mechanism_id, activity_id=alert.first_id, other_id=alert.second_id)
            .on_conflict_do_nothing()
        )
    await session.flush()
    return alert


async def _for_decision(session: Session, actor: Actor, alert_id: UUID) -> DuplicationAlert:
    alert = await questions.for_update(session, actor, alert_id)
    require(actor, May.ALERT_DECIDE, alert.mechanism_id, alert.first_agency_id, alert.second_agency_id)
    return alert


class _Stored(Command):
    """What a stale sender is shown."""

    state: str
    resolution: str | None
    reason: str | None


def _stored(alert: DuplicationAlert) -> _Stored:
    return _Stored(state=alert.state, resolution=alert.resolution, reason=alert.reason)
