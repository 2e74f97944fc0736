"""A plan from its first page to its consultation."""

import datetime as dt
from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath

from taskforce.access import Actor, May, may, require
from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.exchange.starter import fill_from_starter, starters
from taskforce.models import Mechanism, Plan
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import node
from taskforce.queries import plan_draft as questions
from taskforce.rules import consultation
from taskforce.rules.periods import fiscal_year, fiscal_year_bounds, fiscal_year_label
from taskforce.services import plan_draft as service
from taskforce.services.open_plan import open_plan
from taskforce.services.plan_draft import OpenConsultation, SavePlan, StartPlan
from taskforce.views.base import Choice
from taskforce.views.mechanism import MechanismHead
from taskforce.views.plan_draft import ConsultationView, PlanDraftView, PlanForm, StarterChoice
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads


async def _view(session: Session, actor: Actor, plan: Plan) -> PlanDraftView:
    verbs = []
    if may(actor, May.PLAN_EDIT, plan.mechanism_id):
        verbs = ["edit"] if plan.status in ("draft", "consultation", "returned") else []
        verbs += ["open_consultation"] if plan.status == "draft" else []
    return PlanDraftView(
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, plan.mechanism_id)),
        id=plan.id,
        status=plan.status,
        follows_id=plan.follows_id,
        may=verbs,
        **service.stored(plan).model_dump(),
    )


def _suggested(mechanism: Mechanism, starts_on: dt.date) -> dict[str, object]:
    """The fiscal year in which a day lies, as the values of an empty form."""
    year = fiscal_year(starts_on, mechanism.fiscal_year_start_month)
    first, last = fiscal_year_bounds(year, mechanism.fiscal_year_start_month)
    label = fiscal_year_label(year, mechanism.fiscal_year_start_month)
    return {
        "code": f"{mechanism.country}-{label.replace('/', '-')}",
        "title": f"Annual action plan {label}",
        "starts_on": first,
        "ends_on": last,
        "currency": mechanism.currency,
    }


class PlanDraftController(Controller):
    """Adding a plan, changing its frame, opening it to all members."""

    path = "/"

    @reads("/mechanisms/{code:str}/plans/add", May.PLAN_EDIT, only_page=True)
    async def show_add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
    ) -> Reply[PlanForm]:
        """The form of a new plan, with the first fiscal year that has none."""
        head = await mechanisms.head(session, actor, code)
        require(actor, May.PLAN_EDIT, head.id)
        mechanism = await mechanisms.one(session, actor, head.id)
        starts_on = await questions.first_day_without_plan(session, actor, head.id, today)
        has_plan = bool(await mechanisms.plans(session, actor, head.id))
        view = PlanForm(mechanism=MechanismHead.model_validate(head), plan_id=None, title="", has_plan=has_plan)
        return Reply(view, template="plan_draft/form.html", values=_suggested(mechanism, starts_on))

    @does("/mechanisms/{code:str}/plans/add", May.PLAN_EDIT, SavePlan)
    async def add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        code: FromPath[str],
        command: NamedDependency[SavePlan],
    ) -> Reply[PlanDraftView]:
        """Add a draft."""
        head = await mechanisms.head(session, actor, code)
        plan = await service.add_plan(session, actor, head.id, command)
        return Reply(await _view(session, actor, plan), then=f"/plans/{plan.id}", made=True)

    @reads("/mechanisms/{code:str}/plans/start", May.PLAN_EDIT, only_page=True)
    async def show_start(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], code: FromPath[str]
    ) -> Reply[StarterChoice]:
        """The starter plans to choose from."""
        head = await mechanisms.head(session, actor, code)
        require(actor, May.PLAN_EDIT, head.id)
        listed = [Choice(id=name, label=topic) for name, topic in starters()]
        view = StarterChoice(mechanism=MechanismHead.model_validate(head), starters=listed)
        return Reply(view, template="plan_draft/start.html", values={"starter": ""})

    @does("/mechanisms/{code:str}/plans/start", May.PLAN_EDIT, StartPlan)
    async def start(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
        command: NamedDependency[StartPlan],
    ) -> Reply[PlanDraftView]:
        """Give a mechanism without a plan a first draft, with usual agencies and duties."""
        head = await mechanisms.head(session, actor, code)
        await service.may_plan(session, actor, head.id)
        report = await fill_from_starter(session, actor, head.code, command.starter, today=today)
        if report.plan_id is None:
            raise Refused("%(starter)s holds no plan. Choose another.", field="starter", starter=command.starter)
        plan = await node.one(session, actor, Plan, report.plan_id)
        return Reply(await _view(session, actor, plan), then=f"/plans/{plan.id}", made=True)

    @reads("/plans/{plan_id:uuid}/edit", May.PLAN_EDIT, only_page=True)
    async def show_edit(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], plan_id: FromPath[UUID]
    ) -> Reply[PlanForm]:
        """The form with what is stored."""
        plan = await node.one(session, actor, Plan, plan_id)
        require(actor, May.PLAN_EDIT, plan.mechanism_id)
        await open_plan(session, actor, plan_id)
        head = await mechanisms.head_by_id(session, actor, plan.mechanism_id)
        view = PlanForm(mechanism=MechanismHead.model_validate(head), plan_id=plan.id, title=plan.title, has_plan=True)
        return Reply(view, template="plan_draft/form.html", values=service.stored(plan))

    @does("/plans/{plan_id:uuid}/edit", May.PLAN_EDIT, SavePlan)
    async def edit(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        plan_id: FromPath[UUID],
        command: NamedDependency[SavePlan],
    ) -> Reply[PlanDraftView]:
        """Change the frame of a plan that is still open."""
        plan = await service.edit_plan(session, actor, plan_id, command)
        return Reply(await _view(session, actor, plan), then=f"/plans/{plan.id}")

    @reads("/plans/{plan_id:uuid}/open-consultation", May.PLAN_EDIT)
    async def show_consultation(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], plan_id: FromPath[UUID]
    ) -> Reply[ConsultationView]:
        """What the plan still lacks before its members are asked."""
        plan = await node.one(session, actor, Plan, plan_id)
        require(actor, May.PLAN_EDIT, plan.mechanism_id)
        head = await mechanisms.head_by_id(session, actor, plan.mechanism_id)
        objective_count, lines = await questions.lines_to_consult(session, actor, plan)
        view = ConsultationView(
            mechanism=MechanismHead.model_validate(head),
            plan_id=plan.id,
            title=plan.title,
            status=plan.status,
            line_count=len(lines),
            lacking=consultation.lacking(objective_count, lines, plan.starts_on, plan.ends_on),
            version=plan.version,
        )
        return Reply(view, template="plan_draft/open_consultation.html", values={"version": plan.version})

    @does("/plans/{plan_id:uuid}/open-consultation", May.PLAN_EDIT, OpenConsultation)
    async def open_consultation(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        plan_id: FromPath[UUID],
        command: NamedDependency[OpenConsultation],
    ) -> Reply[PlanDraftView]:
        """Show a draft to all members."""
        plan = await service.open_consultation(session, actor, plan_id, command)
        return Reply(await _view(session, actor, plan), then=f"/plans/{plan.id}")
