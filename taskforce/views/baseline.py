"""The baselines of a plan, and what differs between two of them or between one and today."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from taskforce.queries.baseline import BaselineRow
from taskforce.rules.baseline import KINDS, Change, Moved
from taskforce.views.audit_event import ChangeView
from taskforce.views.base import Choice, View
from taskforce.views.history_value import Counted, value_of
from taskforce.views.mechanism import MechanismHead
from taskforce.views.money_years import in_units


class BaselineLine(View):
    """A baseline. `digest`: the SHA-256 over all its records, in hex; `made_by`: a post."""

    id: UUID
    number: int
    cause: str
    made_at: dt.datetime
    made_by: str | None
    digest: str
    record_count: int


class BaselinesView(View):
    """The baselines of a plan, the first first."""

    mechanism: MechanismHead
    plan_id: UUID
    plan_title: str
    baselines: list[BaselineLine]


class ChangedRecord(View):
    """A record that was added, removed or changed. `of`: source, cost type and year of a budget line or a need."""

    kind: str
    id: UUID
    code: str
    title: str
    how: str
    of: list[str]
    differences: list[ChangeView]


class ChangesOfKind(View):
    """What differs among the records of one kind."""

    kind: str
    changes: list[ChangedRecord]


class MovedView(View):
    """Secured money that is more or less than it was, in units of its currency."""

    code: str
    title: str
    source: str
    currency: str
    before: Decimal
    after: Decimal
    difference: Decimal


class ComparisonView(View):
    """Two copies of a plan. `before`, `after`: the number of a baseline, or "today"; `counts`: changes by how."""

    mechanism: MechanismHead
    plan_id: UUID
    plan_title: str
    before: str
    after: str
    choices: list[Choice]
    counts: dict[str, int]
    kinds: list[ChangesOfKind]
    moved: list[MovedView]


def changes_by_kind(changes: Sequence[Change], names: Mapping[str, str], mechanism: Counted) -> list[ChangesOfKind]:
    """The changes under their kinds, with values as pages show them. `names`: what ids of terms stand for."""
    shown = [_shown(each, names, mechanism) for each in changes]
    grouped = [ChangesOfKind(kind=kind, changes=[each for each in shown if each.kind == kind]) for kind in KINDS]
    return [each for each in grouped if each.changes]


def _shown(change: Change, names: Mapping[str, str], mechanism: Counted) -> ChangedRecord:
    counted = Counted(change.currency or mechanism.currency, mechanism.start_month)
    return ChangedRecord(
        kind=change.kind,
        id=change.id,
        code=change.code,
        title=change.title,
        how=change.how,
        of=[str(value_of(column, value, names, counted)) for column, value in change.of.items()],
        differences=[
            ChangeView(
                column=each.column,
                before=value_of(each.column, each.before, names, counted),
                after=value_of(each.column, each.after, names, counted),
            )
            for each in change.differences
        ],
    )


def moved_money(found: Sequence[Moved]) -> list[MovedView]:
    """Money that moved, in units of its currency."""
    return [
        MovedView(
            code=each.code,
            title=each.title,
            source=each.source,
            currency=each.currency,
            before=in_units(each.before, each.currency),
            after=in_units(each.after, each.currency),
            difference=in_units(each.after - each.before, each.currency),
        )
        for each in found
    ]


def lines_of(rows: Sequence[BaselineRow]) -> list[BaselineLine]:
    """The baselines as pages show them."""
    return [BaselineLine.model_validate(row) for row in rows]
