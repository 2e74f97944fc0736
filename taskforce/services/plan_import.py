"""Importing a plan file: what it would do, and doing it, all or nothing."""

from dataclasses import dataclass, replace
from itertools import chain
from typing import Final
from uuid import UUID

from sqlalchemy import text

from taskforce.access import Actor, May, require
from taskforce.db import Session, explain, widen
from taskforce.errors import Refused
from taskforce.models import Activity, ActivityJoint, Plan
from taskforce.queries import plan_row
from taskforce.rules.activity import OPEN_PLANS
from taskforce.services.bulk_rows import insert_rows, update_rows, write_links
from taskforce.services.plan_columns import AGENCIES, MECHANISM, NOUNS, PLAN, Noun
from taskforce.services.plan_difference import Changes, Known, Row, changes_of, matched
from taskforce.services.plan_wanted import ImportReport, NounReport, PlanRows, Wanted

# One import of a mechanism at a time: the second compares with what the first wrote.
_LOCK = text("select pg_advisory_xact_lock(hashtext('plan import'), hashtext(:code))")
MOST_NAMED: Final = 5  # rows that a refusal names
BEGINNINGS: Final = ("draft", "consultation")  # states in which a new plan comes into a mechanism that is there


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the rows belong: the mechanism and its plan, each with its stored row if there is one."""

    mechanism_id: UUID
    stored_mechanism: Row | None
    plan_id: UUID | None = None  # of the stored plan
    stored_plan: Row | None = None
    is_set_up: bool = True  # past its beginning: a new plan comes only where it can still be consulted on


@dataclass(frozen=True, slots=True)
class _Difference:
    place: _Place
    changes: list[Changes]
    joint: list[dict[str, object]]
    report: ImportReport


async def preview(session: Session, actor: Actor, wanted: PlanRows) -> ImportReport:
    """What an import of these rows would add, change and leave; nothing is written.

    Raises:
        NotAllowed: the actor may not edit the mechanism's plans, or create the mechanism.
        Refused: the import would be refused.
    """
    return (await _difference(session, actor, wanted)).report


async def apply(
    session: Session, actor: Actor, wanted: PlanRows, *, reason: str, is_set_up: bool = True
) -> ImportReport:
    """Write what the rows add and change, under one reason, in the caller's transaction; nothing is ever deleted.

    A new mechanism comes with its plan in any state. `is_set_up`: it is no longer at its beginning; False where this is
    one of several files that together make up a new one.

    Raises:
        NotAllowed, Refused: as in preview; or somebody saved the same rows meanwhile.
    """
    await session.execute(_LOCK, {"code": str(wanted.mechanism.values["code"])})
    found = await _difference(session, actor, wanted, is_set_up=is_set_up)
    await explain(session, "plan:import", reason)
    mechanism_id = found.place.mechanism_id
    if found.place.stored_mechanism is None:
        await widen(session, mechanism_id)
    for changes in found.changes:
        is_tenant = "mechanism_id" in changes.noun.model.__table__.c
        await insert_rows(session, changes.noun.model, changes.inserts, changes.fixed)
        await update_rows(session, changes.noun.model, changes.updates, mechanism_id if is_tenant else None)
        await write_links(session, changes.link_lists, mechanism_id)
    await insert_rows(session, ActivityJoint, found.joint, {"mechanism_id": mechanism_id})
    return found.report


async def _difference(session: Session, actor: Actor, wanted: PlanRows, *, is_set_up: bool = True) -> _Difference:
    stored = await plan_row.mechanism_by_code(session, actor, str(wanted.mechanism.values["code"]))
    place = _Place(await _id_of(session, stored), stored, is_set_up=is_set_up and stored is not None)
    if stored is None:
        require(actor, May.MECHANISM_CREATE)
    else:
        require(actor, May.PLAN_EDIT, place.mechanism_id)
    known = Known()
    changes = [await _agencies(session, actor, wanted, place, known)]
    known.ids[MECHANISM.name][wanted.mechanism.name] = place.mechanism_id
    changes.append(changes_of(MECHANISM, [(wanted.mechanism, stored)], [] if stored is None else [stored], {}, known))
    for noun in NOUNS:
        if noun is PLAN:
            place = await _plan(session, actor, wanted, place, known)
        rows = wanted.nouns.get(noun.name, [])
        if rows:
            changes.append(await _noun(session, actor, (noun, rows), place, known))
    joint = await _joint(session, actor, wanted, place, known)
    _check_plan_is_open(place, changes, joint)
    plan_id = UUID(str(known.ids[PLAN.name][wanted.plan_code])) if wanted.plan_code else None
    report = _report(wanted, replace(place, plan_id=plan_id), changes, joint)
    return _Difference(place, changes, joint, report)


async def _id_of(session: Session, stored: Row | None) -> UUID:
    """The id of a stored row, or a new one."""
    if stored is None:
        return UUID((await plan_row.new_ids(session, 1))[0])
    return UUID(str(stored["id"]))


async def _agencies(session: Session, actor: Actor, wanted: PlanRows, place: _Place, known: Known) -> Changes:
    """Agencies are shared by all mechanisms: those that another may have keep what is stored."""
    codes = [str(row.values["code"]) for row in wanted.agencies]
    by_key = {(row["country"], row["code"]): row for row in await plan_row.agencies_by_code(session, codes)}
    stored = [row for one in wanted.agencies if (row := by_key.get((one.values["country"], one.values["code"])))]
    known.note(AGENCIES.name, stored)
    pairs = await _paired(session, AGENCIES, wanted.agencies, stored, known)
    changes = changes_of(AGENCIES, pairs, stored, {}, known)
    if not changes.updates:
        return changes
    ids = [UUID(str(update.row_id)) for update in changes.updates]
    shared = await plan_row.shared_agencies(session, actor, ids, place.mechanism_id)
    kept = {update.row_id for update in changes.updates if update.row_id in shared}
    ordered = list(zip(changes.updates, changes.report.changed, strict=True))
    changes.updates = [update for update, _ in ordered if update.row_id not in kept]
    changes.report = replace(
        changes.report,
        changed=tuple(row for update, row in ordered if update.row_id not in kept),
        kept=tuple(row for update, row in ordered if update.row_id in kept),
    )
    return changes


async def _plan(session: Session, actor: Actor, wanted: PlanRows, place: _Place, known: Known) -> _Place:
    """Find the plan of the file, and what it and its activities may refer to in other plans of the mechanism."""
    plans = [] if place.stored_mechanism is None else await plan_row.rows(session, actor, Plan, place.mechanism_id)
    known.note("plans", plans)
    known.ids["plans"] = {str(row["code"]): row["id"] for row in plans}
    if wanted.plan_code is None:
        return place
    stored = next((row for row in plans if row["code"] == wanted.plan_code), None)
    plan = wanted.nouns[PLAN.name][0]
    _check_status(wanted, plan, place, stored)
    follows = plan.values["follows_id"]
    follows_id = known.resolved(follows) if follows is not None else stored and stored["follows_id"]
    if isinstance(follows_id, UUID):
        earlier = await plan_row.rows(session, actor, Activity, place.mechanism_id, follows_id)
        known.note("earlier activities", earlier)
        known.ids["earlier activities"] = {str(row["code"]): row["id"] for row in earlier}
    return replace(place, plan_id=None if stored is None else UUID(str(stored["id"])), stored_plan=stored)


def _check_status(wanted: PlanRows, plan: Wanted, place: _Place, stored: Row | None) -> None:
    """Let a stored plan keep its state, and a new one begin where it can still be consulted on."""
    status = plan.values["status"]
    if stored is not None and "status" in plan.given and status != stored["status"]:
        raise Refused(
            "%(plan)s is %(stored)s and the file says %(wanted)s: a file moves no plan on. "
            "Take status out of the file; the plan keeps the state that it has.",
            plan=wanted.plan_code,
            stored=stored["status"],
            wanted=status,
        )
    if stored is None and place.is_set_up and status not in BEGINNINGS:
        raise Refused(
            "%(plan)s is new in %(mechanism)s and the file says %(status)s: a new plan comes into a mechanism that is "
            "there already as draft or consultation only, since its members have to see it first. "
            "Write status: draft, or status: consultation, and import it again.",
            plan=wanted.plan_code,
            mechanism=wanted.mechanism.values["code"],
            status=status,
        )


async def _noun(
    session: Session, actor: Actor, listed: tuple[Noun, list[Wanted]], place: _Place, known: Known
) -> Changes:
    noun, wanted = listed
    stored, lists = await _stored(session, actor, noun, place, known)
    pairs = await _paired(session, noun, wanted, stored, known)
    changes = changes_of(noun, pairs, stored, lists, known)
    changes.fixed = {"mechanism_id": place.mechanism_id}
    if noun.has_plan:
        changes.fixed["plan_id"] = UUID(str(next(iter(known.ids[PLAN.name].values()))))
    return changes


async def _stored(
    session: Session, actor: Actor, noun: Noun, place: _Place, known: Known
) -> tuple[list[Row], dict[str, dict[object, list[object]]]]:
    """The stored rows of a noun that belong to the plan or to the whole mechanism, and their lists of links."""
    lists: dict[str, dict[object, list[object]]] = {links.word: {} for links in noun.links}
    if noun is PLAN:
        return ([] if place.stored_plan is None else [place.stored_plan]), lists
    if place.stored_mechanism is None or (noun.has_plan and place.plan_id is None):
        return [], lists
    plan_id = place.plan_id if noun.has_plan else None
    stored = await plan_row.rows(session, actor, noun.model, place.mechanism_id, plan_id)
    if noun.within:
        column, inside = noun.within
        stored = [row for row in stored if row[column] is None or row[column] in known.present[inside]]
    known.note(noun.name, stored)
    for links in noun.links:
        for link in await plan_row.rows(session, actor, links.model, place.mechanism_id):
            lists[links.word].setdefault(link[links.parent], []).append(link[links.column])
    return stored, lists


async def _paired(
    session: Session, noun: Noun, wanted: list[Wanted], stored: list[Row], known: Known
) -> list[tuple[Wanted, Row | None]]:
    """Each wanted row with its stored one; `known` learns the ids of all, new ones included."""
    matches = matched(noun, wanted, stored, known)
    pairs = list(zip(wanted, matches, strict=True))
    if not noun.is_named:
        return pairs
    fresh = iter(await plan_row.new_ids(session, sum(row is None for row in matches)))
    for row, found in pairs:
        row_id = next(fresh) if found is None else found["id"]
        known.ids[noun.name][row.name] = row_id
        known.names[row_id] = row.name
        known.present[noun.name].add(row_id)
    return pairs


async def _joint(
    session: Session, actor: Actor, wanted: PlanRows, place: _Place, known: Known
) -> list[dict[str, object]]:
    """The pairs declared joint that are not stored yet, the lower id first."""
    if not wanted.joint:
        return []
    stored = [] if place.plan_id is None else await plan_row.rows(session, actor, ActivityJoint, place.mechanism_id)
    there = {(row["activity_id"], row["other_id"]) for row in stored}
    ids = known.ids["activities"]
    pairs = {tuple(sorted((UUID(str(ids[one])), UUID(str(ids[other]))))) for one, other in wanted.joint}
    return [{"activity_id": first, "other_id": second} for first, second in sorted(pairs - there)]


def _check_plan_is_open(place: _Place, changes: list[Changes], joint: list[dict[str, object]]) -> None:
    if place.stored_plan is None or place.stored_plan["status"] in OPEN_PLANS:
        return
    touched = list(chain.from_iterable(each.of_plan for each in changes)) + ["joint_with"] * bool(joint)
    if touched:
        raise Refused(
            "%(plan)s is %(status)s: a file changes an existing plan only in draft, consultation or returned. "
            "%(count)s of its rows differ (%(names)s). What was agreed stays as it is: put the change into next "
            "year's plan.",
            plan=place.stored_plan["code"],
            status=place.stored_plan["status"],
            count=len(touched),
            names=", ".join(touched[:MOST_NAMED]) + (" …" if len(touched) > MOST_NAMED else ""),
        )


def _report(wanted: PlanRows, place: _Place, changes: list[Changes], joint: list[dict[str, object]]) -> ImportReport:
    nouns = [each.report for each in changes]
    if wanted.joint:
        added = tuple("joint pair" for _ in joint)
        nouns.append(NounReport("joint_with", added, (), len(wanted.joint) - len(joint), 0))
    return ImportReport(
        mechanism=str(wanted.mechanism.values["code"]),
        mechanism_id=place.mechanism_id,
        plan=wanted.plan_code,
        plan_id=place.plan_id,
        is_new_mechanism=place.stored_mechanism is None,
        is_new_plan=wanted.plan_code is not None and place.stored_plan is None,
        nouns=tuple(nouns),
    )
