"""Which lines of a plan a reader asks for, as conditions that the page, the list and the file share."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select, true

from taskforce.access import Actor
from taskforce.models import (
    Activity,
    ActivityPlace,
    ActivityTargetGroup,
    BudgetLine,
    DuplicationAlert,
    Place,
)
from taskforce.queries.duplication_alert import visible_alerts
from taskforce.queries.visible import MECHANISM, Reader, visible, visible_activities
from taskforce.rules.states import OPEN_ALERTS

FILTERS: Final = 64  # filters whose statements a process keeps; people come back to the same few


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """What is asked for; what is empty does not narrow. A place stands for all that lies in it."""

    text: str = ""
    lead_agency_id: UUID | None = None
    status: str = ""
    place_id: UUID | None = None
    is_national: bool = False
    target_group: str = ""
    only_alerts: bool = False
    only_unfunded: bool = False

    @property
    def is_set(self) -> bool:
        """Whether anything narrows the list."""
        return self != ActivityFilter()


def of_plan(actor: Reader) -> ColumnElement[bool]:
    """The lines of a plan that exist for the actor; the statement is executed with `scope_of` the plan."""
    return and_(
        visible_activities(actor, mechanism_id=MECHANISM),
        Activity.mechanism_id == MECHANISM,
        Activity.plan_id == bindparam("plan_id"),
    )


def matching(actor: Actor | Reader, chosen: ActivityFilter) -> ColumnElement[bool]:
    """The condition that a filter sets on lines."""
    conditions: list[ColumnElement[bool]] = [true()]
    if chosen.text:
        conditions.append(_says(chosen.text))
    if chosen.lead_agency_id:
        conditions.append(Activity.lead_agency_id == chosen.lead_agency_id)
    if chosen.status:
        conditions.append(Activity.status == chosen.status)
    if chosen.place_id:
        conditions.append(_happens_in(actor, chosen.place_id))
    if chosen.is_national:
        conditions.append(Activity.is_national.is_(True))
    if chosen.target_group:
        conditions.append(_is_for(chosen.target_group))
    if chosen.only_alerts:
        conditions.append(_has_alert(actor))
    if chosen.only_unfunded:
        conditions.append(~_has_money())
    return and_(*conditions)


def _says(text: str) -> ColumnElement[bool]:
    """The code, title or description holds the text, whatever its capitals and accents."""
    words = func.concat_ws(" ", Activity.code, Activity.title, Activity.description)
    return func.strpos(func.lower(func.unaccent(words)), func.lower(func.unaccent(text))) > 0


def open_alert_of(
    actor: Actor | Reader, mechanism_id: ColumnElement[UUID], activity_id: ColumnElement[UUID]
) -> ColumnElement[bool]:
    """An open alert on the line with these columns, that the actor may read; complements are no alarm."""
    return and_(
        visible_alerts(actor),
        DuplicationAlert.mechanism_id == mechanism_id,
        or_(DuplicationAlert.first_id == activity_id, DuplicationAlert.second_id == activity_id),
        DuplicationAlert.state.in_(OPEN_ALERTS),
        DuplicationAlert.kind != "complement",
    )


def _has_alert(actor: Actor | Reader) -> ColumnElement[bool]:
    line = Activity.__table__.c
    return exists().where(open_alert_of(actor, line.mechanism_id, line.id))


def _happens_in(actor: Actor | Reader, place: UUID) -> ColumnElement[bool]:
    own = visible(actor, Place.mechanism_id)
    inside = select(Place.id).where(own, Place.id == place).cte("inside", recursive=True)
    inside = inside.union(select(Place.id).join(inside, Place.parent_id == inside.c.id).where(own))
    return exists().where(
        ActivityPlace.mechanism_id == Activity.mechanism_id,
        ActivityPlace.activity_id == Activity.id,
        ActivityPlace.place_id.in_(select(inside.c.id)),
    )


def _is_for(target_group: str) -> ColumnElement[bool]:
    return exists().where(
        ActivityTargetGroup.mechanism_id == Activity.mechanism_id,
        ActivityTargetGroup.activity_id == Activity.id,
        ActivityTargetGroup.target_group_id == target_group,
    )


def _has_money() -> ColumnElement[bool]:
    return exists().where(
        BudgetLine.mechanism_id == Activity.mechanism_id,
        BudgetLine.activity_id == Activity.id,
        BudgetLine.secured_amount > 0,
    )
