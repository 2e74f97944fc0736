"""The factories and the cast: one mechanism with three agencies, a plan in consultation, and a person for each role."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import update

from taskforce.access import OPERATOR, SIGN_IN, Actor
from taskforce.db import Sessions, transaction
from taskforce.models import (
    Account,
    Activity,
    Agency,
    Appointment,
    Base,
    BudgetLine,
    CostItem,
    DuplicationAlert,
    FundingSource,
    Indicator,
    Mechanism,
    Membership,
    Objective,
    Output,
    Plan,
    Responsibility,
)
from taskforce.queries import account as accounts
from taskforce.queries import duplication_work

_numbers = count(1)
ROLES = {
    "observer": ("observer", None),
    "police_focal": ("focal_point", "police"),
    "police_officer": ("authorised_officer", "police"),
    "education_focal": ("focal_point", "education"),
    "secretariat": ("secretariat", None),
    "chair": ("chair", None),
    "donor": ("donor", "fund"),
    "treasury": ("treasury", None),
}


@dataclass
class World:
    """A mechanism of its own for one test. `stranger` has an account and no appointment; `administrator` neither."""

    sessions: Sessions
    now: dt.datetime
    today: dt.date
    mechanism: Mechanism
    police: Agency
    education: Agency
    fund: Agency
    plan: Plan
    objective: Objective
    output: Output
    activity: Activity
    source: FundingSource
    people: dict[str, Account]

    def __getattr__(self, name: str) -> Account:
        """The cast by name: world.secretariat, world.police_focal …"""
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    @classmethod
    async def made(cls, sessions: Sessions, now: dt.datetime) -> "World":
        """A new mechanism with its cast."""
        number = next(_numbers)
        today = now.date()
        mechanism_id = uuid4()
        async with transaction(sessions, OPERATOR, within=mechanism_id) as session:
            agencies = {
                name: Agency(
                    country="TZ", code=f"{name.upper()}-{number}-{id(sessions) % 997}", title=title, sector=sector
                )
                for name, title, sector in (
                    ("police", "National Police", "police"),
                    ("education", "Ministry of Education", "government"),
                    ("fund", "Safe Futures Fund", "donor"),
                )
            }
            mechanism = Mechanism(
                code=f"TZ-TEST-{number}",
                title=f"Test task force {number}",
                country="TZ",
                kind="task_force",
                currency="TZS",
            )
            people = {
                name: Account(email=f"{name}.{number}@example.org", title=f"{name.replace('_', ' ').title()} {number}")
                for name in (*ROLES, "stranger")
            }
            people["administrator"] = Account(
                email=f"administrator.{number}@example.org", title="Administrator", is_administrator=True
            )
            session.add_all([*agencies.values(), *people.values()])
            await session.flush()
            mechanism.id = mechanism_id
            session.add(mechanism)
            await session.flush()
            rows: list[Base] = [
                Membership(mechanism_id=mechanism.id, agency_id=agency.id, role=role, starts_on=dt.date(2020, 1, 1))
                for agency, role in zip(agencies.values(), ("member", "member", "donor"), strict=True)
            ]
            rows += [
                Appointment(
                    mechanism_id=mechanism.id,
                    account_id=people[name].id,
                    role=role,
                    agency_id=agencies[agency].id if agency else None,
                    starts_on=dt.date(2020, 1, 1),
                )
                for name, (role, agency) in ROLES.items()
            ]
            session.add_all(rows)
            plan = Plan(
                mechanism_id=mechanism.id,
                code=f"PLAN-{number}",
                title="Annual action plan 2026",
                starts_on=dt.date(2026, 1, 1),
                ends_on=dt.date(2026, 12, 31),
                status="consultation",
                currency="TZS",
            )
            source = FundingSource(
                mechanism_id=mechanism.id,
                code="FUND",
                title="Safe Futures Fund grant",
                source_class="donor_grant",
                provider_agency_id=agencies["fund"].id,
            )
            session.add_all([plan, source])
            await session.flush()
            objective = Objective(
                mechanism_id=mechanism.id, plan_id=plan.id, code="O1", title="Children are safe online"
            )
            session.add(objective)
            await session.flush()
            output = Output(
                mechanism_id=mechanism.id,
                plan_id=plan.id,
                objective_id=objective.id,
                code="O1.1",
                title="Officers trained",
            )
            session.add(output)
            await session.flush()
            activity = Activity(
                mechanism_id=mechanism.id,
                plan_id=plan.id,
                output_id=output.id,
                code="A1",
                title="Train desk officers",
                kind_id="kind:training",
                lead_agency_id=agencies["police"].id,
                starts_on=dt.date(2026, 2, 1),
                ends_on=dt.date(2026, 6, 30),
            )
            session.add(activity)
        return cls(
            sessions=sessions,
            now=now,
            today=today,
            mechanism=mechanism,
            **agencies,
            plan=plan,
            objective=objective,
            output=output,
            activity=activity,
            source=source,
            people=people,
        )

    async def actor(self, name: str) -> Actor:
        """Somebody of the cast as an actor."""
        async with transaction(self.sessions, SIGN_IN) as session:
            return await accounts.actor_of(session, self.people[name].id, self.today)

    async def add(self, row: Any) -> Any:
        """Store one more row of this mechanism; its mechanism_id is filled in."""
        if hasattr(row, "mechanism_id"):
            row.mechanism_id = self.mechanism.id
        async with transaction(self.sessions, OPERATOR, within=self.mechanism.id) as session:
            session.add(row)
        return row

    def _home(self, row: Any) -> UUID:
        """The mechanism of a row, which may be another than the test's own."""
        found: UUID = row.id if isinstance(row, Mechanism) else getattr(row, "mechanism_id", None) or self.mechanism.id
        return found

    async def change(self, row: Any, **values: Any) -> None:
        """Set columns of a stored row, past all rules."""
        async with transaction(self.sessions, OPERATOR, within=self._home(row)) as session:
            stored = await session.merge(row)
            for name, value in values.items():
                setattr(stored, name, value)

    async def remove(self, row: Any) -> None:
        """Delete a stored row."""
        async with transaction(self.sessions, OPERATOR, within=self._home(row)) as session:
            await session.delete(await session.merge(row))

    async def line(self, **values: Any) -> Activity:
        """One more activity of the output, led by the police."""
        defaults = {
            "plan_id": self.plan.id,
            "output_id": self.output.id,
            "code": "A2",
            "title": "Talks in schools",
            "lead_agency_id": self.police.id,
            "starts_on": dt.date(2026, 3, 1),
            "ends_on": dt.date(2026, 9, 30),
        }
        found: Activity = await self.add(Activity(**{**defaults, **values}))
        return found

    async def add_plan(self, code: str, year: int) -> Plan:
        """A draft plan of a calendar year, without lines."""
        dates = {"starts_on": dt.date(year, 1, 1), "ends_on": dt.date(year, 12, 31)}
        found: Plan = await self.add(Plan(code=code, title=f"Plan {year}", currency="TZS", **dates))
        return found

    async def add_output(self, plan: Plan, code: str = "O1") -> Output:
        """One more objective of a plan, with one output."""
        objective = await self.add_objective(plan, code)
        found: Output = await self.add(
            Output(plan_id=plan.id, objective_id=objective.id, code=f"{code}.1", title="Earlier")
        )
        return found

    async def add_objective(self, plan: Plan, code: str = "O1") -> Objective:
        """One more objective of a plan, without outputs."""
        found: Objective = await self.add(Objective(plan_id=plan.id, code=code, title="Earlier"))
        return found

    async def end_membership(self, agency: Agency, ends_on: dt.date) -> None:
        """Let an agency leave the mechanism."""
        async with transaction(self.sessions, OPERATOR, within=self.mechanism.id) as session:
            await session.execute(
                update(Membership)
                .where(Membership.mechanism_id == self.mechanism.id, Membership.agency_id == agency.id)
                .values(ends_on=ends_on)
            )

    async def pay(self, activity: Activity, amount: str, *, source: FundingSource, **values: Any) -> BudgetLine:
        """A secured budget line of an activity, under a cost item of its own, for 2026."""
        item = await self.add(CostItem(code=f"C-{next(_numbers)}", title="Costs", activity_id=activity.id))
        defaults = {
            "cost_item_id": item.id,
            "activity_id": activity.id,
            "source_id": source.id,
            "cost_type_id": "cost_type:training",
            "fiscal_year": 2026,
            "currency": "TZS",
            "secured_amount": Decimal(amount),
            "asked_amount": Decimal(amount),
        }
        found: BudgetLine = await self.add(BudgetLine(**{**defaults, **values}))
        return found

    async def alert(self, first: Activity, second: Activity, **values: Any) -> DuplicationAlert:
        """An open alert on two activities of a plan, with the sides that a scan stores."""
        low, high = sorted((first, second), key=lambda each: each.id)
        async with transaction(self.sessions, OPERATOR, within=self.mechanism.id) as session:
            sides = {each.id: each.side for each in await duplication_work.of_plan(session, low.plan_id)}
        defaults = {
            "plan_id": low.plan_id,
            "first_id": low.id,
            "second_id": high.id,
            "first_agency_id": low.lead_agency_id,
            "second_agency_id": high.lead_agency_id,
            "is_confidential": low.is_confidential or high.is_confidential,
            "kind": "duplicate",
            "band": "likely",
            "score": 0.8,
            "signals": [],
            "sides": [sides[low.id], sides[high.id]],
            "model": "test",
            "fingerprint": "test",
        }
        found: DuplicationAlert = await self.add(DuplicationAlert(**{**defaults, **values}))
        return found

    async def indicator(self, **values: Any) -> Indicator:
        """An indicator of the output."""
        defaults = {
            "plan_id": self.plan.id,
            "output_id": self.output.id,
            "code": "I1",
            "title": "Trained",
            "unit": "people",
        }
        found: Indicator = await self.add(Indicator(**{**defaults, **values}))
        return found

    async def responsibility(self, **values: Any) -> Responsibility:
        """A responsibility without assignments."""
        defaults = {"code": "R1", "statement": "investigate abuse", "capability_id": "capability:4"}
        found: Responsibility = await self.add(Responsibility(**{**defaults, **values}))
        return found
