"""Indicators: add, read, edit, delete."""

from typing import Any
from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath

from taskforce.access import Actor, May, may, require
from taskforce.db import Session
from taskforce.models import Indicator, Output
from taskforce.queries import indicator as indicators
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import node
from taskforce.rules.periods import fiscal_year
from taskforce.services import indicator as service
from taskforce.services.deletion import Deletion
from taskforce.services.indicator import SaveIndicator
from taskforce.services.open_plan import open_plan
from taskforce.views.indicator import IndicatorForm, IndicatorView, TargetView
from taskforce.views.mechanism import MechanismHead
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads

EMPTY = {
    "code": "",
    "title": "",
    "unit": "",
    "baseline": "",
    "baseline_year": "",
    "targets": "",
    "disaggregation": "",
    "roll_up_periods": "sum",
    "roll_up_places": "sum",
}


def _values(command: SaveIndicator) -> dict[str, Any]:
    """What is stored as the form writes it: targets a line each, words with commas between."""
    written = command.model_dump()
    return written | {
        "targets": "\n".join(written["targets"]),
        "disaggregation": ", ".join(written["disaggregation"]),
        "baseline": "" if command.baseline is None else f"{command.baseline.normalize():f}",
    }


async def _view(session: Session, actor: Actor, indicator: Indicator) -> IndicatorView:
    command = await service.stored(session, actor, indicator)
    targets = await indicators.targets(session, actor, indicator.id)
    return IndicatorView(
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, indicator.mechanism_id)),
        id=indicator.id,
        plan_id=indicator.plan_id,
        output_id=indicator.output_id,
        targets=[TargetView.model_validate(each) for each in targets],
        is_illustrative=bool(indicator.is_illustrative),
        may=["edit", "delete"] if may(actor, May.INDICATOR_EDIT, indicator.mechanism_id) else [],
        **command.model_dump(exclude={"targets"}),
    )


async def _form(session: Session, actor: Actor, output: Output, indicator_id: UUID | None) -> IndicatorForm:
    plan = await open_plan(session, actor, output.plan_id)
    mechanism = await mechanisms.one(session, actor, plan.mechanism_id)
    return IndicatorForm(
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, plan.mechanism_id)),
        plan_id=plan.id,
        plan_title=plan.title,
        output_id=output.id,
        output=f"{output.code} {output.title}",
        indicator_id=indicator_id,
        year=fiscal_year(plan.starts_on, mechanism.fiscal_year_start_month),
    )


def _in_plan(indicator: Indicator) -> str:
    return f"/plans/{indicator.plan_id}#output-{indicator.output_id}"


class IndicatorController(Controller):
    """How it is seen that an output is reached."""

    path = "/"

    @reads("/outputs/{output_id:uuid}/indicators/add", May.INDICATOR_EDIT, only_page=True)
    async def show_add(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], output_id: FromPath[UUID]
    ) -> Reply[IndicatorForm]:
        """The empty form."""
        output = await node.one(session, actor, Output, output_id)
        require(actor, May.INDICATOR_EDIT, output.mechanism_id)
        view = await _form(session, actor, output, None)
        return Reply(view, template="indicator/form.html", values=EMPTY)

    @does("/outputs/{output_id:uuid}/indicators/add", May.INDICATOR_EDIT, SaveIndicator)
    async def add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        output_id: FromPath[UUID],
        command: NamedDependency[SaveIndicator],
    ) -> Reply[IndicatorView]:
        """Add an indicator to an output."""
        indicator = await service.add_indicator(session, actor, output_id, command)
        return Reply(await _view(session, actor, indicator), then=_in_plan(indicator), made=True)

    @reads("/indicators/{indicator_id:uuid}", May.PLAN_READ)
    async def one(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], indicator_id: FromPath[UUID]
    ) -> Reply[IndicatorView]:
        """One indicator; on the page mount the plan shows it."""
        indicator = await node.one(session, actor, Indicator, indicator_id)
        return Reply(await _view(session, actor, indicator), then=_in_plan(indicator))

    @reads("/indicators/{indicator_id:uuid}/edit", May.INDICATOR_EDIT, only_page=True)
    async def show_edit(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], indicator_id: FromPath[UUID]
    ) -> Reply[IndicatorForm]:
        """The form with what is stored."""
        indicator = await node.one(session, actor, Indicator, indicator_id)
        require(actor, May.INDICATOR_EDIT, indicator.mechanism_id)
        output = await node.one(session, actor, Output, indicator.output_id)
        view = await _form(session, actor, output, indicator.id)
        stored = await service.stored(session, actor, indicator)
        return Reply(view, template="indicator/form.html", values=_values(stored))

    @does("/indicators/{indicator_id:uuid}/edit", May.INDICATOR_EDIT, SaveIndicator)
    async def edit(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        indicator_id: FromPath[UUID],
        command: NamedDependency[SaveIndicator],
    ) -> Reply[IndicatorView]:
        """Change an indicator and its targets."""
        indicator = await service.edit_indicator(session, actor, indicator_id, command)
        return Reply(await _view(session, actor, indicator), then=_in_plan(indicator))

    @reads("/indicators/{indicator_id:uuid}/delete", May.INDICATOR_EDIT, only_page=True)
    async def show_delete(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], indicator_id: FromPath[UUID]
    ) -> Reply[IndicatorView]:
        """Ask before deleting."""
        indicator = await node.one(session, actor, Indicator, indicator_id)
        require(actor, May.INDICATOR_EDIT, indicator.mechanism_id)
        view = await _view(session, actor, indicator)
        return Reply(view, template="indicator/delete.html", values={"version": view.version})

    @does("/indicators/{indicator_id:uuid}/delete", May.INDICATOR_EDIT, Deletion)
    async def delete(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        indicator_id: FromPath[UUID],
        command: NamedDependency[Deletion],
    ) -> Reply[IndicatorView]:
        """Delete an indicator with its targets."""
        indicator = await node.one(session, actor, Indicator, indicator_id)
        view = await _view(session, actor, indicator)
        await service.delete_indicator(session, actor, indicator_id, command)
        return Reply(view, then=f"/plans/{view.plan_id}#output-{view.output_id}")
