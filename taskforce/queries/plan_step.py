"""Questions about what a plan needs for its next step."""

from sqlalchemy import and_, func, select

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import Indicator, Objective, Plan
from taskforce.models import Output as OutputRow
from taskforce.queries import activity_confirmation
from taskforce.queries.visible import visible
from taskforce.rules.confirmation import is_confirmed
from taskforce.rules.submission import Line, Output, Thing


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
