"""Questions about what a plan needs for its next step."""

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import Activity, DuplicationAlert, Indicator, Objective, Plan
from taskforce.models import Output as OutputRow
from taskforce.queries import activity_confirmation
from taskforce.queries.duplication_alert import visible_alerts
from taskforce.queries.visible import visible
from taskforce.rules.confirmation import is_confirmed
from taskforce.rules.plan_step import Line, Output, Thing
from taskforce.rules.states import OPEN_ALERTS


async def to_submit(session: Session, actor: Actor, plan: Plan) -> tuple[list[Line], list[Output]]:
    """The lines and outputs of a plan, as far as submitting asks for them."""
    rows = await activity_confirmation.of_plan(session, actor, plan)
    lines = [
        Line(
            Thing(row.id, row.code, row.title),
            has_lead=row.lead_agency_id is not None,
            is_confirmed=is_confirmed(row.version, row.confirmed_version),
        )
        for row in rows
    ]
    of_output = and_(Indicator.mechanism_id == OutputRow.mechanism_id, Indicator.output_id == OutputRow.id)
    objective = and_(Objective.mechanism_id == OutputRow.mechanism_id, Objective.id == OutputRow.objective_id)
    found = await session.execute(
        select(OutputRow.id, OutputRow.code, OutputRow.title, func.count(Indicator.id))
        .join(Objective, objective)
        .outerjoin(Indicator, of_output)
        .where(
            visible(actor, OutputRow.mechanism_id),
            OutputRow.mechanism_id == plan.mechanism_id,
            OutputRow.plan_id == plan.id,
        )
        .group_by(OutputRow.id, OutputRow.code, OutputRow.title, Objective.position, OutputRow.position)
        .order_by(Objective.position, OutputRow.position, OutputRow.code)
    )
    return lines, [Output(Thing(*row[:3]), row[3]) for row in found]


async def undecided_alerts(session: Session, actor: Actor, plan: Plan) -> list[Thing]:
    """The likely duplicates of a plan that nobody has decided, the most alike first; snoozed ones too."""
    alert, first, second = DuplicationAlert, aliased(Activity), aliased(Activity)
    found = await session.execute(
        select(alert.id, first.code + " / " + second.code, first.title + " / " + second.title)
        .join(first, and_(first.mechanism_id == alert.mechanism_id, first.id == alert.first_id))
        .join(second, and_(second.mechanism_id == alert.mechanism_id, second.id == alert.second_id))
        .where(
            visible_alerts(actor),
            alert.mechanism_id == plan.mechanism_id,
            alert.plan_id == plan.id,
            alert.band == "likely",
            alert.state.in_((*OPEN_ALERTS, "snoozed")),
        )
        .order_by(alert.score.desc(), alert.id)
    )
    return [Thing(*row) for row in found]
