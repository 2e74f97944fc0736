"""Questions about the installation itself: its server, its role, its schema."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from taskforce.db import Session

_SERVER = text(
    "select current_setting('server_version_num')::int / 10000 as version, current_user as role,"
    " rolsuper or rolbypassrls as is_privileged from pg_roles where rolname = current_user"
)
_UNPROTECTED = text(
    "select wanted from unnest(cast(:tables as text[])) as wanted"
    " left join pg_class on pg_class.oid = to_regclass(quote_ident(wanted))"
    " where not coalesce(relrowsecurity and relforcerowsecurity, false) order by wanted"
)
_UNSAFE = text(
    "select name from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off'"
)


@dataclass(frozen=True, slots=True)
class State:
    """What a doctor wants to know. `server_version` is the major version."""

    server_version: int
    role: str
    is_privileged: bool
    revision: str | None
    unprotected: list[str]
    unsafe_settings: list[str]


async def state(session: Session, tenant_tables: Sequence[str]) -> State:
    """How the database stands, and which of the tenant tables lack forced row-level security."""
    server = (await session.execute(_SERVER)).one()
    has_revision = await session.scalar(text("select to_regclass('alembic_version') is not null"))
    readable = has_revision and await session.scalar(
        text("select has_table_privilege(current_user, 'alembic_version', 'select')")
    )
    revision = await session.scalar(text("select version_num from alembic_version")) if readable else None
    return State(
        server_version=server.version,
        role=server.role,
        is_privileged=server.is_privileged,
        revision=revision,
        unprotected=list(await session.scalars(_UNPROTECTED, {"tables": list(tenant_tables)})),
        unsafe_settings=list(await session.scalars(_UNSAFE)),
    )
