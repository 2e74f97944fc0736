"""Baselines of a plan: the list, and what differs between two of them or between one and today."""

from collections import Counter
from typing import Annotated
from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.models import Plan
from taskforce.queries import baseline as questions
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import node, vocabulary_term
from taskforce.render.states import N_
from taskforce.rules import baseline as rules
from taskforce.rules.baseline import Record
from taskforce.views.base import Choice
from taskforce.views.baseline import BaselinesView, ComparisonView, changes_by_kind, lines_of, moved_money
from taskforce.views.history_value import Counted
from taskforce.views.mechanism import MechanismHead
from taskforce.web.filters import Wrong, check, one_of
from taskforce.web.reply import Reply
from taskforce.web.route import reads

TODAY = "today"
Said = dict[str, str]


async def provide_said(
    before: Annotated[str, QueryParameter(title=N_("Compare"))] = "",
    after: Annotated[str, QueryParameter(title=N_("With"))] = "",
) -> Said:
    """What is compared: numbers of baselines, or today."""
    return {"before": before, "after": after}


async def _records(session: Session, actor: Actor, plan: Plan, which: str, start_month: int) -> list[Record]:
    if which == TODAY:
        return [each.record for each in await questions.of_plan(session, actor, plan, start_month)]
    return await questions.frozen(session, actor, plan, int(which)) if which else []


class BaselineController(Controller):
    """What a plan was, when it was endorsed or amended."""

    path = "/"
    dependencies = {"said": Provide(provide_said)}  # noqa: RUF012 (litestar declares it so)

    @reads("/plans/{plan_id:uuid}/baselines", May.PLAN_READ)
    async def of_plan(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], plan_id: FromPath[UUID]
    ) -> Reply[BaselinesView]:
        """The baselines of a plan, each with the digest that proves it."""
        plan = await node.one(session, actor, Plan, plan_id)
        require(actor, May.PLAN_READ, plan.mechanism_id)
        view = BaselinesView(
            mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, plan.mechanism_id)),
            plan_id=plan.id,
            plan_title=plan.title,
            baselines=lines_of(await questions.all_of(session, actor, plan)),
        )
        return Reply(view, template="baseline/all.html")

    @reads("/plans/{plan_id:uuid}/compare", May.PLAN_READ)
    async def compare(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        plan_id: FromPath[UUID],
        said: NamedDependency[Said],
    ) -> Reply[ComparisonView]:
        """What was added, removed and changed, as far as the reader could and can read it: the last baseline and today,
        or any two.
        """
        plan = await node.one(session, actor, Plan, plan_id)
        require(actor, May.PLAN_READ, plan.mechanism_id)
        mechanism = await mechanisms.one(session, actor, plan.mechanism_id)
        known = [str(each.number) for each in await questions.all_of(session, actor, plan)]
        wrong: list[Wrong] = []
        before = one_of(wrong, "before", said["before"], (*known, TODAY)) or (known[-1] if known else "")
        after = one_of(wrong, "after", said["after"], (*known, TODAY)) or TODAY
        check(wrong)
        month = mechanism.fiscal_year_start_month
        old = await _records(session, actor, plan, before, month)
        new = await _records(session, actor, plan, after, month) if before else []
        changes = rules.compare(old, new)
        counted = Counted(mechanism.currency, month)
        view = ComparisonView(
            mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, plan.mechanism_id)),
            plan_id=plan.id,
            plan_title=plan.title,
            before=before,
            after=after,
            choices=[Choice(id=each, label=each) for each in (*known, TODAY)],
            counts=dict(Counter(each.how for each in changes)),
            kinds=changes_by_kind(changes, await vocabulary_term.labels(session), counted),
            moved=moved_money(rules.moved(old, new)),
        )
        return Reply(view, template="baseline/compare.html")
