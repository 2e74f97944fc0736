"""My desk: what needs the reader today, over all their mechanisms."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency

from taskforce.access import Actor, May, Role, require
from taskforce.db import Session
from taskforce.queries import coverage, desk, desk_money
from taskforce.queries import mechanism as mechanisms
from taskforce.queries.desk import Reach
from taskforce.queries.mechanism import Summary
from taskforce.queries.time_zone import Days, by_day, the_day, there
from taskforce.rules.periods import add_months
from taskforce.views import desk as views
from taskforce.views.coverage import counted
from taskforce.views.desk import DeskCoverage, DeskMechanism, DeskView
from taskforce.web.reply import Reply
from taskforce.web.route import reads

MOST = 8  # rows of each list; the rest is counted and linked
MOST_MONEY = 40
CLIFF_MONTHS = 18  # Source: the design's page table, "funding cliffs"
STANDS_FOR = frozenset({Role.FOCAL_POINT, Role.AUTHORISED_OFFICER})


@dataclass(frozen=True, slots=True)
class _Hats:
    """What the reader is, where."""

    secretariat: frozenset[UUID]
    govern: frozenset[UUID]
    treasury: frozenset[UUID]
    agencies: frozenset[UUID]
    donors: frozenset[UUID]


def _hats(actor: Actor) -> _Hats:
    def where(*roles: Role) -> frozenset[UUID]:
        return frozenset(held.mechanism_id for held in actor.appointments if held.role in roles)

    def whose(*roles: Role) -> frozenset[UUID]:
        return frozenset(held.agency_id for held in actor.appointments if held.role in roles and held.agency_id)

    return _Hats(
        secretariat=where(Role.SECRETARIAT),
        govern=where(Role.SECRETARIAT, Role.CHAIR),
        treasury=where(Role.TREASURY),
        agencies=whose(*STANDS_FOR),
        donors=whose(Role.DONOR),
    )


def _mechanisms(actor: Actor, found: Sequence[Summary], days: Days) -> list[DeskMechanism]:
    return [
        DeskMechanism(
            code=each.code,
            title=each.title,
            country=each.country,
            status=each.status,
            roles=sorted(role.value for role in actor.roles_in(each.id)),
            plan_id=each.plan_id,
            plan_title=each.plan_title,
            today=days.by_id[each.id],
        )
        for each in found
    ]


async def _coverage(
    session: Session, actor: Actor, govern: frozenset[UUID], found: Sequence[Summary], days: Days
) -> list[DeskCoverage]:
    """Where duties are held by nobody or by several; mechanisms without either are left out."""
    ids = sorted(each.id for each in found if each.id in govern and each.status != "dissolved")
    duties = await coverage.duties(session, actor, ids) if ids else {}
    worked_on = await coverage.worked_on(session, actor, ids, today=there(days)) if ids else {}
    numbers = {each: counted(duties[each], worked_on[each], 0, today=days.by_id[each]) for each in ids}
    return [
        DeskCoverage(
            mechanism=each.code,
            mechanism_title=each.title,
            gap_count=numbers[each.id].gap_count,
            clash_count=numbers[each.id].clash_count,
        )
        for each in found
        if each.id in numbers and (numbers[each.id].gap_count or numbers[each.id].clash_count)
    ]


@dataclass(frozen=True, slots=True)
class _Money:
    """What of money is shown to whom: what ends, the own sources, what falls on the budget."""

    ending: list[views.DeskSource]
    sources: list[views.DeskSource]
    budget: list[views.DeskBudgetYear]
    handovers: list[views.DeskHandover]

    @property
    def cliff_count(self) -> int:
        """How many sources end soon, whoever is told."""
        return len({each.id for each in (*self.ending, *self.sources) if each.is_cliff})


async def _money(session: Session, actor: Actor, hats: _Hats, days: Days) -> _Money:
    today, until = there(days), there(days, months=CLIFF_MONTHS)
    payers = hats.govern | hats.treasury
    ending = await desk_money.ending_sources(session, actor, payers, (today, until), most=MOST_MONEY)
    own = await desk_money.own_sources(session, actor, hats.donors, today=today, most=MOST_MONEY)
    budget = await desk_money.budget_years(session, actor, hats.treasury, today=today)
    handed = await desk_money.handovers(session, actor, hats.treasury, today=today, most=MOST)
    return _Money(
        ending=[views.source(each, until=add_months(days.by_code[each.mechanism], CLIFF_MONTHS)) for each in ending],
        sources=[views.source(each, until=add_months(days.by_code[each.mechanism], CLIFF_MONTHS)) for each in own],
        budget=[views.budget_year(each) for each in budget],
        handovers=[views.DeskHandover.model_validate(each) for each in handed],
    )


async def _steps(session: Session, actor: Actor, secretariat: frozenset[UUID], days: Days) -> list[views.DeskStep]:
    """What mechanisms need next, each as of its own day."""
    found = [
        each
        for day, ids in by_day(days, secretariat).items()
        for each in await desk.setups(session, actor, ids, today=day)
    ]
    return views.steps(sorted(found, key=lambda each: each.code))


async def _view(session: Session, actor: Actor, days: Days) -> DeskView:
    hats, today = _hats(actor), there(days)
    summaries = await mechanisms.summaries(session, actor, today=today)
    alerts = await desk.alerts(session, actor, Reach(hats.govern, hats.agencies), most=MOST)
    lacking = await desk.unfinished(session, actor, Reach(hats.secretariat, hats.agencies), most=MOST)
    lines = await desk.own_lines(session, actor, hats.agencies, today=today, most=MOST)
    asked = await desk.unanswered(session, actor, hats.secretariat)
    unanswered = [views.DeskUnanswered.model_validate(each) for each in asked]
    uncovered = await _coverage(session, actor, hats.govern, summaries, days)
    steps = await _steps(session, actor, hats.secretariat, days)
    money = await _money(session, actor, hats, days)
    alert_count, lacking_count = (found[0].all_count if found else 0 for found in (alerts, lacking))
    open_duties = sum(each.gap_count + each.clash_count for each in uncovered)
    return DeskView(
        mechanisms=_mechanisms(actor, summaries, days),
        steps=steps,
        alerts=[views.alert(each) for each in alerts],
        alert_count=alert_count,
        coverage=uncovered,
        unfinished=[views.unfinished(each) for each in lacking],
        unfinished_count=lacking_count,
        unanswered=unanswered,
        lines=[views.DeskLine.model_validate(each) for each in lines],
        line_count=lines[0].all_count if lines else 0,
        ending=money.ending,
        sources=money.sources,
        budget=money.budget,
        handovers=money.handovers,
        installation=await _installation(session, actor),
        waiting_count=len(steps) + len(unanswered) + alert_count + lacking_count + open_duties + money.cliff_count,
        today=the_day(days),
    )


async def _installation(session: Session, actor: Actor) -> views.DeskInstallation | None:
    if not actor.is_administrator:
        return None
    return views.DeskInstallation.model_validate(await desk.installation(session))


class DeskController(Controller):
    """One page for everybody: what to do next."""

    path = "/"

    @reads("/desk", May.DESK_READ)
    async def show(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], days: NamedDependency[Days]
    ) -> Reply[DeskView]:
        """What needs the reader today."""
        require(actor, May.DESK_READ)
        return Reply(await _view(session, actor, days), template="desk/show.html")
