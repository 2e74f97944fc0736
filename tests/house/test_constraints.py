"""Every rule that the database holds has a name, and each is broken here, on rows of two imported mechanisms."""

import datetime as dt
import json
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import CheckConstraint, Constraint, ForeignKeyConstraint, NullPool, Table, UniqueConstraint, Uuid, text
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
    ActivityConfirmation,
    ActivityJoint,
    ApiToken,
    ApiTokenUse,
    Appointment,
    Attachment,
    AuthSession,
    Base,
    Baseline,
    BaselineRecord,
    DuplicationAlert,
    ExchangeRate,
    Mechanism,
    OneTimeLink,
    Outbox,
    RecoveryCode,
    SecondFactor,
    SignInAttempt,
)
from taskforce.services.plan_import import apply
from tests.conftest import NOW, cloned
from tests.house.constraint_cases import BESIDE, CHECKS, COPIES, SEEN_BEFORE, changes_that_break
from tests.plan_text import PLANS, VOCABULARIES

# ruff: noqa: S608 -- the names and values in our SQL are those of the tables and of constraint_cases.py
FILES = ("tz-ncostf-2020.yaml", "ke-coptwg-2024-25.yaml")
TABLES = Base.metadata.sorted_tables
KINDS = (CheckConstraint, UniqueConstraint, ExcludeConstraint, ForeignKeyConstraint)
Rule = TypeVar("Rule", bound=Constraint)
STORED = "nothing: it is stored"
LONGEST_NAME = 63  # bytes; PostgreSQL cuts what is longer
# The lower id of a pair comes first: only a row of the later mechanism can name one of the earlier there.
OF_THE_EARLIER = {"fk_activity_joint_mechanism_id_activity_id", "fk_duplication_alert_mechanism_id_first_id"}


@dataclass(frozen=True)
class Rows:
    """A superuser's connection, in a transaction that is undone, to the rows of two mechanisms."""

    connection: AsyncConnection
    earlier: UUID
    later: UUID

    async def broken(self, *statements: str) -> str:
        """The rule that the last statement breaks, or what happened instead; nothing of it stays."""
        *before, last = statements
        async with self.connection.begin_nested() as savepoint:
            for statement in before:
                await self.connection.execute(text(statement))
            try:
                done = await self.connection.execute(text(last))
            except IntegrityError as refused:
                return str(getattr(refused.orig.__cause__, "constraint_name", refused) if refused.orig else refused)
            finally:
                await savepoint.rollback()
        return STORED if done.rowcount == 1 else f"{done.rowcount} rows changed"


async def _import(session: Session, name: str) -> None:
    """A national plan, and the plan of the current year that the demonstration makes of it."""
    file = read(PLANS / name, VOCABULARIES)
    for each in (file, current_year(file, NOW.date())):
        await apply(session, OPERATOR, rows_of(each), reason="import for a test", is_set_up=False)


async def _add_what_no_file_has(session: Session, account: Account) -> None:
    """One row for each mechanism of the tables that a plan file does not fill."""
    found = await session.execute(
        text("select mechanism_id, plan_id, array_agg(id order by id) from activity group by 1, 2")
    )
    for mechanism_id, plan_id, [first, second, *_] in {row[0]: row for row in found}.values():
        of = {"mechanism_id": mechanism_id}
        agency_id = await session.scalar(
            text("select agency_id from membership where mechanism_id = :mechanism_id"), of
        )
        baseline = Baseline(**of, id=uuid4(), plan_id=plan_id, number=1, cause="endorsed", digest="0" * 64)
        baseline.record_count = 1
        session.add(baseline)
        await session.flush()
        session.add_all(
            [
                BaselineRecord(
                    **of, baseline_id=baseline.id, record_id=first, kind="activity", code="A1", title="One", content={}
                ),
                ActivityCapability(**of, activity_id=first, capability_id="capability:4"),
                ActivityConfirmation(**of, activity_id=first, activity_version=1, confirmed_by_id=account.id),
                ActivityJoint(**of, activity_id=first, other_id=second),
                Appointment(**of, account_id=account.id, role="donor", agency_id=agency_id, starts_on=NOW.date()),
                Attachment(
                    **of,
                    activity_id=first,
                    name="a.txt",
                    note="A note",
                    media_type="text/plain",
                    byte_count=1,
                    sha256="0" * 64,
                ),
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
    await session.execute(text("update agency set iati_identifier = 'XI-' || id"))
    await session.flush()
    end = NOW + dt.timedelta(days=1)
    token = ApiToken(
        token_hash=b"1", account_id=account.id, title="A program", scopes=["read"], created_at=NOW, expires_at=end
    )
    session.add(token)
    await session.flush()
    session.add_all(
        [
            token,
            ApiTokenUse(token_id=token.id, used_at=NOW),
            Outbox(recipient="somebody@example.org", subject="A mail", body="Its text"),
            RecoveryCode(code_hash=b"1", account_id=account.id),
            SecondFactor(account_id=account.id),
            SignInAttempt(email="somebody@example.org", address="192.0.2.1", tried_at=NOW),
            AuthSession(
                token_hash=b"1",
                account_id=account.id,
                csrf_secret="1",
                created_at=NOW,
                seen_at=NOW,
                idle_until=end,
                absolute_until=end,
                verified_at=NOW,
                rights=[],
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
            for guarded in Base.metadata.tables:  # guards would refuse sooner than the rules that are tried here
                await connection.execute(text(f"alter table {guarded} disable trigger user"))
            earlier, later = await connection.scalars(text("select id from mechanism order by id"))
            yield Rows(connection, earlier, later)
        await engine.dispose()


def _rules(kind: type[Rule]) -> Iterator[tuple[Table, Rule]]:
    for table in TABLES:
        for rule in sorted(table.constraints, key=lambda rule: str(rule.name)):
            if isinstance(rule, kind):
                yield table, rule


def _one(table: Table, mechanism_id: UUID | None = None) -> str:
    """SQL that finds one and the same row of the table, of a mechanism if one is named."""
    whose = f" where mechanism_id = '{mechanism_id}'" if mechanism_id else ""
    key = ", ".join(column.name for column in table.primary_key)
    return f"ctid = (select ctid from {table.name}{whose} order by {key} limit 1)"


def _copy(table: Table, changes: Mapping[str, object]) -> str:
    """SQL that stores this row once more, with changes, and under an id of its own where the table has such ids."""
    own = {"id": str(uuid4())} if "id" in table.c and isinstance(table.c.id.type, Uuid) else {}
    changed = f"jsonb_populate_record(one, '{json.dumps(own | dict(changes))}')"
    return f"insert into {table.name} select ({changed}).* from {table.name} one where {_one(table)}"


async def test_the_database_has_the_rules_of_the_models(rows: Rows) -> None:
    """Migrations made each named rule and no other, and no name is so long that PostgreSQL cuts it."""
    found = await rows.connection.scalars(
        text(
            "select conname from pg_constraint where contype in ('c', 'u', 'x', 'f')"
            " and connamespace = 'public'::regnamespace and conrelid <> 'alembic_version'::regclass"
        )
    )
    named = {str(rule.name) for kind in KINDS for _, rule in _rules(kind)}

    assert set(found) == named
    assert [name for name in named if len(name.encode()) > LONGEST_NAME] == []


def test_every_check_has_a_case() -> None:
    """A new CHECK either says by its name how it is broken or stands in the table of cases, which names no other."""
    checks = [*_rules(CheckConstraint)]

    assert [rule.name for table, rule in checks if not changes_that_break(table, rule)] == []
    assert set(CHECKS) - {rule.name for _, rule in checks} == set()


async def test_every_check_refuses(rows: Rows) -> None:
    """A change beyond the rule is refused under the name of that rule."""
    expected, reported = {}, {}
    for table, rule in _rules(CheckConstraint):
        for change in changes_that_break(table, rule):
            case = f"update {table.name} set {change}"
            expected[case] = rule.name
            reported[case] = await rows.broken(f"{case} where {_one(table)}")

    assert reported == expected


async def test_nothing_stands_twice(rows: Rows) -> None:
    """A second row with the same code, name or pair is refused, also where a part of it is empty and that counts."""
    expected, reported = {}, {}
    for table, rule in _rules(UniqueConstraint):
        name = str(rule.name)
        counts = rule.dialect_options["postgresql"]["nulls_not_distinct"]
        for column in ["", *(column.name for column in rule.columns if column.nullable and counts)]:
            emptied = f"update {table.name} set {column} = null where {_one(table)}" if column else "select 1"
            expected[name, column] = SEEN_BEFORE.get(name, name)
            reported[name, column] = await rows.broken(emptied, _copy(table, COPIES.get(name, {})))

    assert reported == expected


async def test_nothing_overlaps_in_time(rows: Rows) -> None:
    """What may be there once at a time is refused from the first day to the last, both included, and then allowed."""
    expected, reported = {}, {}
    for table, rule in _rules(ExcludeConstraint):
        name = str(rule.name)
        dated = f"update {table.name} set starts_on = '2035-01-01', ends_on = '2035-12-31' where {_one(table)}"
        for first, last, is_refused in (
            ("2034-06-01", "2034-12-31", False),
            ("2034-06-01", "2035-01-01", True),
            ("2035-02-01", "2035-03-01", True),
            ("2035-12-31", "2036-06-30", True),
            ("2036-01-01", "2036-06-30", False),
        ):
            copy = _copy(table, {"starts_on": first, "ends_on": last, **COPIES.get(name, {})})
            expected[name, first, last] = name if is_refused else STORED
            reported[name, first, last] = await rows.broken(dated, copy)

    assert reported == expected


async def test_what_is_named_is_there(rows: Rows) -> None:
    """Nothing refers to an agency, an account or a term that does not exist."""
    expected, reported = {}, {}
    for table, rule in _rules(ForeignKeyConstraint):
        if len(rule.column_keys) == 1 and rule.column_keys != ["mechanism_id"]:
            [column], name = rule.column_keys, str(rule.name)
            vocabulary = {"audience_id": "target_group"}.get(column, column.removesuffix("_id"))
            absent = f"{vocabulary}:nonsense" if rule.referred_table.name == "vocabulary_term" else str(uuid4())
            expected[name] = name
            reported[name] = await rows.broken(f"update {table.name} set {column} = '{absent}' where {_one(table)}")

    assert reported == expected


async def test_no_row_stands_outside_a_mechanism(rows: Rows) -> None:
    """A row of a mechanism that does not exist is refused, even if it referred to nothing else."""
    expected, reported = {}, {}
    for table in (model.__table__ for model in TENANT if model is not Mechanism):
        assert isinstance(table, Table)
        keys = [rule for rule in table.constraints if isinstance(rule, ForeignKeyConstraint)]
        [whole] = [rule for rule in keys if rule.column_keys == ["mechanism_id"]]
        others = [f"drop constraint {rule.name}" for rule in keys if rule is not whole]
        alone = f"alter table {table.name} {', '.join(others)}" if others else "select 1"
        expected[table.name] = whole.name
        reported[table.name] = await rows.broken(alone, _copy(table, {"mechanism_id": str(uuid4())}))

    assert reported == expected


async def test_no_row_refers_to_another_mechanism(rows: Rows) -> None:
    """Each reference between rows of mechanisms is refused when the row is there but belongs to another one."""
    expected, reported = {}, {}
    for table, rule in _rules(ForeignKeyConstraint):
        if rule.column_keys[0] == "mechanism_id" and len(rule.column_keys) == 2:
            name, column, target = str(rule.name), rule.column_keys[1], rule.referred_table
            mine, other = (rows.later, rows.earlier) if name in OF_THE_EARLIER else (rows.earlier, rows.later)
            theirs = f"(select id from {target.name} where {_one(target, other)})"
            expected[name] = name
            change = ", ".join(filter(None, (f"{column} = {theirs}", BESIDE.get(name))))
            reported[name] = await rows.broken(f"update {table.name} set {change} where {_one(table, mine)}")

    assert len(expected) > 50
    assert reported == expected
