"""What must hold of every table, whoever adds it: made from the metadata and the migrated database."""

import pytest
from sqlalchemy import ForeignKeyConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from taskforce.access import OPERATOR
from taskforce.db import Sessions, transaction
from taskforce.models import INSTALLATION, TECHNICAL, TENANT, Base, BaselineRecord, Mechanism

TENANT_TABLES = sorted(model.__tablename__ for model in TENANT)
# Nobody may change a record of a baseline, and the digest over all of them is audited.
PROVED = {BaselineRecord}
AUDITED = sorted(model.__tablename__ for model in (*TENANT, *INSTALLATION) if model not in PROVED)


def test_every_table_is_listed_once() -> None:
    """A table is a tenant's, the installation's or technical, and the list says which."""
    listed = [model.__tablename__ for model in (*TENANT, *INSTALLATION, *TECHNICAL)]

    assert sorted(listed) == sorted(Base.metadata.tables)


@pytest.mark.parametrize("name", [name for name in TENANT_TABLES if name != Mechanism.__tablename__])
def test_the_mechanism_stands_in_every_tenant_key(name: str) -> None:
    """In primary keys, unique rules and foreign keys between tenants, since such checks ignore row security."""
    table = Base.metadata.tables[name]

    assert "mechanism_id" in table.primary_key.columns
    for constraint in table.constraints:
        columns = [column.name for column in getattr(constraint, "columns", ())]
        if isinstance(constraint, ForeignKeyConstraint):
            target = constraint.referred_table.name
            if target in TENANT_TABLES and target != "mechanism":
                assert columns[0] == "mechanism_id", f"{constraint.name} does not carry the mechanism"
        elif constraint.__visit_name__ in ("unique_constraint", "exclude_constraint") or isinstance(
            constraint, ExcludeConstraint
        ):
            assert "mechanism_id" in str(columns) or "mechanism_id" in str(constraint.__dict__), constraint.name


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=lambda table: table.name)
def test_every_constraint_has_a_name(table) -> None:
    """A refusal of the database can be told in words only by the constraint's name."""
    assert all(constraint.name for constraint in table.constraints)


@pytest.mark.parametrize("table", TENANT_TABLES)
async def test_row_level_security_is_enabled_and_forced(sessions: Sessions, table: str) -> None:
    """Each tenant table has it for reading and for each way of writing, also against its owner."""
    async with transaction(sessions, OPERATOR) as session:
        enabled, forced = (
            await session.execute(
                text("select relrowsecurity, relforcerowsecurity from pg_class where oid = cast(:t as regclass)"),
                {"t": table},
            )
        ).one()
        commands = await session.scalars(
            text("select distinct cmd from pg_policies where tablename = :t"), {"t": table}
        )

    assert (enabled, forced) == (True, True)
    assert {"SELECT", "INSERT", "UPDATE", "DELETE"} <= set(commands)


@pytest.mark.parametrize("table", AUDITED)
async def test_every_change_is_audited(sessions: Sessions, table: str) -> None:
    """Each table that is not technical has the three audit triggers."""
    async with transaction(sessions, OPERATOR) as session:
        triggers = await session.scalars(
            text("select tgname from pg_trigger where tgrelid = cast(:t as regclass) and tgname like 'audit%'"),
            {"t": table},
        )

    assert set(triggers) == {"audit_insert", "audit_update", "audit_delete"}


async def test_the_running_role_owns_nothing_and_bypasses_nothing(sessions: Sessions) -> None:
    """tf_app is no superuser, bypasses no row security, is a member of nothing, and owns no table."""
    async with transaction(sessions, OPERATOR) as session:
        role = (
            await session.execute(
                text("select current_user, rolsuper, rolbypassrls from pg_roles where rolname = current_user")
            )
        ).one()
        memberships = await session.scalar(
            text("select count(*) from pg_auth_members where member = cast('tf_app' as regrole)")
        )
        owned = await session.scalar(text("select count(*) from pg_tables where tableowner = current_user"))

    assert tuple(role) == ("tf_app", False, False)
    assert (memberships, owned) == (0, 0)
