"""The guard of everything that hangs on a plan: lines change only in draft and consultation."""

from uuid import UUID

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import Plan
from taskforce.queries import node
from taskforce.rules.activity import OPEN_PLANS


async def open_plan(session: Session, actor: Actor, plan_id: UUID) -> Plan:
    """The plan, if its lines may change.

    Raises:
        NotFound: the actor cannot see the plan.
        Refused: the plan is past consultation.
    """
    plan = await node.one(session, actor, Plan, plan_id)
    if plan.status not in OPEN_PLANS:
        raise Refused(
            "%(plan)s is %(status)s: its lines change only in draft and consultation. "
            "What was agreed stays as it is: put the change into next year's plan.",
            plan=plan.code,
            status=plan.status,
        )
    return plan
