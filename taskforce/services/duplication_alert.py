"""Duplication alerts: raising them as the principal `alerts`, acknowledging and resolving them as people."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from typing import Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy.dialects.postgresql import insert

from taskforce.access import ALERTS, Actor, May, require
from taskforce.db import Session, Sessions, explain, transaction
from taskforce.models import ActivityJoint, DuplicationAlert
from taskforce.queries import duplication_alert as questions
from taskforce.queries import duplication_work as works
from taskforce.queries.duplication_work import Compared
from taskforce.rules import states
from taskforce.rules.duplication import (
    MODEL,
    MOST_COMPLEMENTS,
    Alert,
    Signal,
    compare,
    find,
    fingerprint,
)
from taskforce.services.command import Command, check_version

Resolution = Literal["joint", "split", "coordinated", "complement", "not_a_duplicate"]


class AcknowledgeAlert(Command):
    """Somebody looks after the alert; nothing is decided."""

    version: int = Field(default=1, title="Version", ge=1, description="The version that you opened.")


class ResolveAlert(Command):
    """What the agencies agreed, and why."""

    resolution: Resolution = Field(title="What should happen")
    reason: str = Field(title="Reason", min_length=1, max_length=2000, description="Kept with the alert for ever.")
    version: int = Field(default=1, title="Version", ge=1, description="The version that you opened.")


async def scan_plan(sessions: Sessions, plan_id: UUID) -> int:
    """Compare all activities of a plan, and say how many alerts are open afterwards.

    Runs in a transaction of its own as the principal `alerts`, because it compares drafts that nobody reads all of.
    Work grows with the number of activities: 10,000 take up to a minute of one core.
    """
    async with transaction(sessions, ALERTS, action="alert:scan") as session:
        compared = await works.of_plan(session, plan_id)
        alerts = find([one.work for one in compared])
        stored = await questions.of_plan_for_update(session, plan_id)
        return await _store(session, compared, alerts, stored)


async def scan_activity(sessions: Sessions, activity_id: UUID) -> int:
    """Compare one activity with those near it, and say how many of its alerts are open afterwards.

    Call it after the transaction that saved the activity has ended; it runs in one of its own, as in `scan_plan`.

    Raises:
        NotFound: there is no such activity.
    """
    async with transaction(sessions, ALERTS, action="alert:scan") as session:
        own, others = await works.of_activity(session, activity_id)
        stored = await questions.of_activity_for_update(session, own.mechanism_id, activity_id)
        return await _store(session, [own, *others], _alerts_on(own, others), stored)


def _alerts_on(own: Compared, others: Sequence[Compared]) -> list[Alert]:
    """The alerts of one activity, the best first. Whether its partners have better ones, only a whole plan tells."""
    found = list[Alert]()
    for other in others:
        first, second = sorted((own.work, other.work), key=lambda work: work.key)
        verdict = compare(first, second)
        if verdict.kind != "none":
            found.append(Alert(first.key, second.key, verdict.kind, verdict.band, verdict.score, verdict.signals, ""))
    found.sort(key=lambda alert: (-alert.score, alert.a, alert.b))
    by_key = {one.work.key: one.work for one in (own, *others)}
    kept = [alert for alert in found if alert.kind != "complement"]
    kept += [alert for alert in found if alert.kind == "complement"][:MOST_COMPLEMENTS]
    return [_with_fingerprint(alert, fingerprint(by_key[alert.a], by_key[alert.b])) for alert in kept]


def _with_fingerprint(alert: Alert, mark: str) -> Alert:
    return Alert(alert.a, alert.b, alert.kind, alert.band, alert.score, alert.signals, mark)


async def _store(
    session: Session, compared: Sequence[Compared], alerts: Sequence[Alert], stored: Sequence[DuplicationAlert]
) -> int:
    """New pairs become open alerts, known ones are refreshed, those that are gone become stale."""
    by_key = {one.work.key: one for one in compared}
    known = {(str(alert.first_id), str(alert.second_id)): alert for alert in stored}
    for alert in alerts:
        values = _values(alert, by_key[alert.a], by_key[alert.b])
        record = known.pop((alert.a, alert.b), None)
        if record is None:
            session.add(DuplicationAlert(**values))
        else:
            _refresh(record, values)
    for gone in known.values():
        if gone.state not in ("resolved", "stale"):
            states.check("alert", gone.state, "stale")
            gone.state = "stale"
            gone.version += 1
    await session.flush()
    return sum(alert.kind != "complement" for alert in alerts)


def _refresh(record: DuplicationAlert, values: dict[str, object]) -> None:
    """Write what changed. A resolved pair stays silent until what was compared is something else."""
    is_new_matter = record.fingerprint != values["fingerprint"]
    if record.state == "resolved" and not is_new_matter:
        return
    if record.state in ("resolved", "stale"):
        states.check("alert", record.state, "open")
        values = values | {"state": "open", "resolution": None, "reason": None, "resolved_at": None}
        values["resolved_by_id"] = None
    changed = {name: value for name, value in values.items() if getattr(record, name) != value}
    for name, value in changed.items():
        setattr(record, name, value)
    if changed:
        record.version += 1


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
        Refused: the alert is past this.
        Stale: somebody changed it meanwhile.
    """
    alert = await _for_decision(session, actor, alert_id)
    states.check("alert", alert.state, "acknowledged")
    check_version(alert, command.version, _stored(alert))
    alert.state = "acknowledged"
    await session.flush()
    return alert


async def resolve(
    session: Session, actor: Actor, alert_id: UUID, command: ResolveAlert, *, now: dt.datetime
) -> DuplicationAlert:
    """Decide an alert with a reason; `joint` also declares the two activities joint.

    The pair is not raised again unless what was compared of it changes.

    Raises:
        NotFound, NotAllowed, Refused, Stale: as in acknowledging.
    """
    alert = await _for_decision(session, actor, alert_id)
    states.check("alert", alert.state, "resolved")
    check_version(alert, command.version, _stored(alert))
    await explain(session, May.ALERT_DECIDE.value, command.reason)
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
    alert = await questions.one(session, actor, alert_id, for_update=True)
    require(actor, May.ALERT_DECIDE, alert.mechanism_id, alert.first_agency_id, alert.second_agency_id)
    return alert


class _State(Command):
    """What a stale sender is shown."""

    resolution: str | None
    reason: str | None


def _stored(alert: DuplicationAlert) -> _State:
    return _State(resolution=alert.resolution, reason=alert.reason)
