"""Every rule that the database holds has a name, and each is broken here, on rows of two imported mechanisms."""

import datetime as dt
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, NullPool, Table, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from taskforce import postgres
from taskforce.access import OPERATOR
from taskforce.db import Session, create_engine, create_sessions, transaction
from taskforce.exchange.demonstration import current_year
from taskforce.exchange.plan_import import rows_of
from taskforce.exchange.plan_yaml import read
from taskforce.models import (
    TENANT,
    Account,
    ActivityCapability,
    ActivityJoint,
    ApiToken,
    Appointment,
    AuthSession,
    Base,
    DuplicationAlert,
    ExchangeRate,
    Mechanism,
    OneTimeLink,
)
from taskforce.services.plan_import import apply
from tests.conftest import NOW, cloned
from tests.house.constraint_cases import CHECKS, COPIES, SEEN_BEFORE, changes_that_break
from tests.plan_text import PLANS, VOCABULARIES

# ruff: noqa: S608 -- the names and values in our SQL are those of the tables and of constraint_cases.py
FILES = ("tz-ncostf-2020.yaml", "ke-coptwg-2024-25.yaml")
TABLES = Base.metadata.sorted_tables
OF_TENANTS = {model.__tablename__ for model in TENANT if model is not Mechanism}
RULES = (CheckConstraint, UniqueConstraint, ExcludeConstraint, ForeignKeyConstraint)
LONGEST_NAME = 63  # bytes; PostgreSQL cuts what is longer
# The lower id of a pair comes first: only a row of the later mechanism can name one of the earlier there.
OF_THE_EARLIER = {"fk_activity_joint_mechanism_id_activity_id", "fk_duplication_alert_mechanism_id_first_id"}


@dataclass(frozen=True)
class Rows:
    """A superuser's connection, in a transaction that is undone, to the rows of two mechanisms."""

    connection: AsyncConnection
    earlier: UUID
    later: UUID

    async def broken(self, *statements: str) -> str | None:
        """The rule that the last statement breaks, or what happened instead; nothing of it stays."""
        *before, last = statements
        async with self.connection.begin_nested() as savepoint:
            for statement in before:
                await self.connection.execute(text(statement))
            try:
                done = await self.connection.execute(text(last))
            except IntegrityError as refused:
                return str(getattr(refused.orig.__cause__, "constraint_name", None) if refused.orig else None)
            finally:
                await savepoint.rollback()
        return f"{done.rowcount} rows changed: {last}"


async def _import(session: Session, name: str) -> None:
    """A national plan, and the plan of the current year that the demonstration makes of it."""
    file = read(PLANS / name, VOCABULARIES)
    for each in (file, current_year(file, NOW.date())):
        await apply(session, OPERATOR, rows_of(each), reason="import for a test")


async def _add_what_no_file_has(session: Session, account: Account) -> None:
    """One row for each mechanism of the tables that a plan file does not fill."""
    found = await session.execute(
        text("select mechanism_id, plan_id, (array_agg(id order by id))[:2] from activity group by 1, 2")
    )
    for mechanism_id, plan_id, (first, second) in {row[0]: row for row in found}.values():
        of = {"mechanism_id": mechanism_id}
        agency_id = await session.scalar(text("select agency_id from membership where mechanism_id = :mechanism_id"), of)
        session.add_all(
            [
                ActivityCapability(**of, activity_id=first, capability_id="capability:4"),
                ActivityJoint(**of, activity_id=first, other_id=second),
                Appointment(**of, account_id=account.id, role="donor", agency_id=agency_id, starts_on=NOW.date()),
                DuplicationAlert(
                    **of,
                    plan_id=plan_id,
                    first_id=first,
                    second_id=second,
                    kind="duplicate",
                    band="likely",
                    score=0.9,
                    signals=[],
                    sides=[],
                    model="structure",
                    fingerprint="1",
                ),
            ]
        )


async def _add_accounts(session: Session) -> Account:
    account = Account(email="somebody@example.org", title="Somebody")
    session.add(account)
    await session.flush()
    end = NOW + dt.timedelta(days=1)
    session.add_all(
        [
            ApiToken(token_hash=b"1", account_id=account.id, title="A program", created_at=NOW, expires_at=end),
            AuthSession(
                token_hash=b"1",
                account_id=account.id,
                csrf_secret="1",
                created_at=NOW,
                seen_at=NOW,
                idle_until=end,
                absolute_until=end,
            ),
            OneTimeLink(token_hash=b"1", account_id=account.id, purpose="sign_in", expires_at=end),
            ExchangeRate(currency="USD", base_currency="TZS", rate_on=NOW.date(), rate=2500, source="a bank"),
        ]
    )
    return account


@pytest.fixture(scope="module")
async def rows(server: postgres.Server) -> AsyncIterator[Rows]:
    """At least one row of every table that has a rule, for each of two mechanisms."""
    name = f"constraints_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    async with cloned(server, name) as address:
        engine = create_engine(address, pool_size=1)
        for file in FILES:
            async with transaction(create_sessions(engine), OPERATOR) as session:
                await _import(session, file)
        async with transaction(create_sessions(engine), OPERATOR) as session:
            await _add_what_no_file_has(session, await _add_accounts(session))
        await engine.dispose()
        engine = create_async_engine(postgres.address(server, role="postgres", database=name), poolclass=NullPool)
        async with engine.connect() as connection:
            earlier, later = await connection.scalars(text("select id from mechanism order by id"))
            yield Rows(connection, earlier, later)
        await engine.dispose()


def _one(table: Table, mechanism_id: UUID | None = None) -> str:
    """SQL: where to find one row of the table."""
    whose = f" where mechanism_id = '{mechanism_id}'" if mechanism_id and "mechanism_id" in table.c else ""
    return f"(select ctid from {table.name}{whose} limit 1)"


def _copy(table: Table, **changes: object) -> str:
    """SQL: insert a row once more, under an id of its own where the table has such ids."""
    if "id" in table.c and table.c.id.type.python_type is UUID:
        changes = {"id": str(uuid4()), **changes}
    changed = f"jsonb_populate_record(one, '{json.dumps(changes)}')"
    return f"insert into {table.name} select ({changed}).* from {table.name} one where ctid = {_one(table)}"


async def test_the_database_has_the_rules_of_the_models(rows: Rows) -> None:
    """Migrations made each named rule and no other, and no name is so long that PostgreSQL cuts it."""
    found = await rows.connection.execute(
        text("select conname from pg_constraint where contype in ('c', 'u', 'x', 'f') and conrelid::regclass::text = any(:t)"),
        {"t": list(Base.metadata.tables)},
    )
    named = {str(rule.name) for table in TABLES for rule in table.constraints if isinstance(rule, RULES)}

    assert set(found.scalars()) == named
    assert not [name for name in named if len(name.encode()) > LONGEST_NAME]


def test_every_check_has_a_case() -> None:
    """A new CHECK either says by its name how it is broken, or it is put into the table, which names no other."""
    checks = {rule: table for table in TABLES for rule in table.constraints if isinstance(rule, CheckConstraint)}

    assert [rule.name for rule, table in checks.items() if not changes_that_break(table, rule)] == []
    assert set(CHECKS) - {rule.name for rule in checks} == set()


async def test_every_check_refuses(rows: Rows) -> None:
    """A value outside the rule is refused under the name of that rule."""
    expected, reported = {}, {}
    for table in TABLES:
        for rule in table.constraints:
            if isinstance(rule, CheckConstraint):
                for change in changes_that_break(table, rule):
                    case = f"update {table.name} set {change} where ctid = {_one(table)}"
                    expected[case] = rule.name
                    reported[case] = await rows.broken(case)

    assert reported == expected


async def test_nothing_stands_twice(rows: Rows) -> None:
    """A second row with the same code, name or pair is refused, also where a part of it is empty and that counts."""
    expected, reported = {}, {}
    for table, rule in _rules(UniqueConstraint):
        name = str(rule.name)
        can_be_empty = [column.name for column in rule.columns if column.nullable]
        counts = rule.dialect_options["postgresql"]["nulls_not_distinct"]
        for column in ["", *(can_be_empty if counts else [])]:
            emptied = f"update {table.name} set {column} = null where ctid = {_one(table)}" if column else "select 1"
            expected[name, column] = SEEN_BEFORE.get(name, name)
            reported[name, column] = await rows.broken(emptied, _copy(table, **COPIES.get(name, {})))

    assert reported == expected


async def test_nothing_happens_twice_at_a_time(rows: Rows) -> None:
    """What may be there once at a time is refused from the first day to the last, and on any day when it has no end."""
    expected, reported = {}, {}
    for table, rule in _rules(ExcludeConstraint):
        name, row = str(rule.name), f"where ctid = {_one(table)}"
        dated = f"update {table.name} set starts_on = '2035-01-01', ends_on = '2035-12-31' {row}"
        for days in (("2034-01-01", "2035-01-01"), ("2035-12-31", "2036-12-30"), ("2035-02-01", "2035-03-01")):
            expected[name, days] = name
            reported[name, days] = await rows.broken(dated, _copy(table, starts_on=days[0], ends_on=days[1], **_other(table)))
        if table.c.ends_on.nullable:
            endless = f"update {table.name} set starts_on = '2035-01-01', ends_on = null {row}"
            expected[name, "endless"] = name
            reported[name, "endless"] = await rows.broken(endless, _copy(table, starts_on="2060-01-01", ends_on="2060-01-02"))

    assert reported == expected


async def test_what_is_referred_to_is_there(rows: Rows) -> None:
    """A reference to a row that does not exist is refused; so is a row of a mechanism that does not exist."""
    expected, reported = {}, {}
    for table, rule in _rules(ForeignKeyConstraint):
        [*_, column] = rule.column_keys
