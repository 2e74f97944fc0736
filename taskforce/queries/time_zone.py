"""Where the clocks of a mechanism hang: from that and the moment comes the day that its pages and rules call today."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, Uuid, bindparam, case, literal, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import (
    Activity,
    Appointment,
    Assignment,
    BudgetLine,
    CostItem,
    DuplicationAlert,
    FundingSource,
    Indicator,
    Instrument,
    Mechanism,
    Membership,
    Objective,
    Output,
    Place,
    Plan,
    Responsibility,
)
from taskforce.models.base import TenantNode
from taskforce.queries.visible import Reader, reader, scope, visible
from taskforce.rules.periods import add_months, local_day

# One day, or in a statement over several mechanisms the day of each; the latter reads the column of Mechanism.
Today = dt.date | ColumnElement[dt.date]

# The parameters by which addresses name something of a mechanism.
THINGS: Final[Mapping[str, type[TenantNode]]] = MappingProxyType(
    {
        "activity_id": Activity,
        "alert_id": DuplicationAlert,
        "appointment_id": Appointment,
        "assignment_id": Assignment,
        "cost_item_id": CostItem,
        "indicator_id": Indicator,
        "instrument_id": Instrument,
        "line_id": BudgetLine,
        "membership_id": Membership,
        "objective_id": Objective,
        "output_id": Output,
        "place_id": Place,
        "plan_id": Plan,
        "responsibility_id": Responsibility,
        "source_id": FundingSource,
    }
)


@dataclass(frozen=True, slots=True)
class Days:
    """What day it is in each mechanism of a reader, by id and by code; `elsewhere` is the day in UTC."""

    by_zone: Mapping[str, dt.date]
    by_id: Mapping[UUID, dt.date]
    by_code: Mapping[str, dt.date]
    elsewhere: dt.date


async def of_path(session: Session, actor: Actor, parameters: Mapping[str, object]) -> str | None:
    """The time zone of the mechanism that an address names, by its code or by something in it; None if the actor sees
    none there."""
    if "code" in parameters:
        code = str(parameters["code"]).upper()
        return await session.scalar(_by_code(reader(actor)), scope(actor) | {"named": code})
    name = next((each for each in parameters if each in THINGS), None)
    if name is None:
        return None
    return await session.scalar(_by_thing(reader(actor), name), scope(actor) | {"named": parameters[name]})


@cache
def _by_code(reader: Reader) -> Select[str]:
    """Nearly every page asks this, so it is built once."""
    return select(Mechanism.time_zone).where(visible(reader, Mechanism.id), Mechanism.code == bindparam("named"))


@cache
def _by_thing(reader: Reader, name: str) -> Select[str]:
    model = THINGS[name]
    return (
        select(Mechanism.time_zone)
        .join(model, model.mechanism_id == Mechanism.id)
        .where(visible(reader, Mechanism.id), model.id == bindparam("named", type_=Uuid))
    )


async def of_mechanism(session: Session, actor: Actor, mechanism_id: UUID) -> str | None:
    """The time zone of a mechanism; None if the actor does not see it."""
    return await session.scalar(
        select(Mechanism.time_zone).where(visible(actor, Mechanism.id), Mechanism.id == mechanism_id)
    )


async def days(session: Session, actor: Actor, now: dt.datetime) -> Days:
    """What day it is in each of the actor's mechanisms."""
    found = await session.execute(
        select(Mechanism.id, Mechanism.code, Mechanism.time_zone).where(visible(actor, Mechanism.id))
    )
    rows = [(row[0], row[1], row[2], local_day(now, row[2])) for row in found]
    return Days(
        by_zone={zone: day for _id, _code, zone, day in rows},
        by_id={mechanism_id: day for mechanism_id, _code, _zone, day in rows},
        by_code={code: day for _id, code, _zone, day in rows},
        elsewhere=local_day(now, "UTC"),
    )


def the_day(found: Days) -> dt.date | None:
    """The day that it is in all of them, that of UTC where there is none; None where the day differs."""
    several = set(found.by_id.values()) or {found.elsewhere}
    return several.pop() if len(several) == 1 else None


def there(found: Days, months: int = 0) -> Today:
    """The day for a statement over all of them, or the same day so many months later.

    A value where it is the same in all, else an expression over Mechanism.
    """
    day = the_day(found)
    if day is not None:
        return add_months(day, months)
    by_zone = {zone: literal(add_months(day, months), Date) for zone, day in found.by_zone.items()}
    return case(by_zone, value=Mechanism.time_zone, else_=literal(add_months(found.elsewhere, months), Date))


def by_day(found: Days, mechanisms: Iterable[UUID]) -> dict[dt.date, frozenset[UUID]]:
    """Mechanisms by the day that it is there; at any moment the earth has two or three."""
    days: dict[dt.date, set[UUID]] = {}
    for each in mechanisms:
        days.setdefault(found.by_id.get(each, found.elsewhere), set()).add(each)
    return {day: frozenset(ids) for day, ids in days.items()}
