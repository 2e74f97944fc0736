"""Whether the database is safe to serve from: asked by `serve` before it starts, and by `doctor`."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from taskforce.access import SIGN_IN
from taskforce.db import Session, Sessions, transaction
from taskforce.settings import newest_revision

OLDEST_SERVER = 18  # the major version that the migrations need
_ROLE = text(
    "select current_user as name, current_setting('server_version_num')::int / 10000 as version,"
    " (select array_remove(array["
    "   case when rolsuper then 'is a superuser' end, case when rolbypassrls then 'bypasses row-level security' end,"
    "   case when rolcreaterole then 'may create roles' end, case when rolreplication then 'may replicate' end], null)"
    "  from pg_roles where rolname = current_user) as powers,"
    " (select coalesce(array_agg(held.rolname::text order by held.rolname), '{}') from pg_auth_members"
    "  join pg_roles as held on held.oid = roleid where member = current_user::regrole) as memberships,"
    " (select coalesce(array_agg(relname::text order by relname), '{}') from pg_class"
    "  where relowner = current_user::regrole and relkind in ('r', 'p', 'v', 'm')) as owned"
)
# The tables of tenants by the models, and whatever else has a column mechanism_id, which a later migration forgot.
_UNPROTECTED = text(
    "with wanted as (select unnest(cast(:tables as text[])) as name union select relname::text from pg_class"
    " join pg_attribute on attrelid = pg_class.oid and attname = 'mechanism_id' and not attisdropped"
    " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p'))"
    " select name from wanted left join pg_class on pg_class.oid = to_regclass('public.' || quote_ident(name))"
    " where not coalesce(relrowsecurity and relforcerowsecurity, false)"
    "  or not exists (select from pg_policy where polrelid = pg_class.oid and polcmd in ('r', '*'))"
    "  or not exists (select from pg_policy where polrelid = pg_class.oid and polcmd in ('a', '*'))"
    " order by name"
)
_UNSAFE = text(
    "select name from unnest(array['fsync', 'full_page_writes', 'synchronous_commit']) as name"
    " where current_setting(name) = 'off' order by name"
)
_REVISION = text("select version_num from alembic_version")
_CLOCKS = text("select clock_timestamp() as now, (select max(finished_at) from job_run) as last_job_at")


@dataclass(frozen=True, slots=True)
class Safety:
    """How the database stands towards this application.

    `faults` are the sentences for which nobody may be served, each with the remedy after the colon.
    `revision` is that of the schema, None before the first migration, and `wanted` that of this version.
    """

    server_version: int
    role: str
    powers: list[str]
    unprotected: list[str]
    unsafe_settings: list[str]
    revision: str | None
    wanted: str

    @property
    def faults(self) -> list[str]:
        """Why it must not serve; empty when it may."""
        said = []
        if self.powers:
            said.append(
                f"the role {self.role} {', '.join(self.powers)}, so row-level security does not bind it: "
                "let TASKFORCE_DATABASE_URL name tf_app, and take these powers from it"
            )
        if self.revision is None or self.revision < self.wanted:
            said.append(f"the schema is {self.revision or 'not there'} and not {self.wanted}: run taskforce migrate")
        elif self.unprotected:
            said.append(
                f"forced row-level security with policies is missing on {', '.join(self.unprotected)}: "
                "run taskforce migrate"
            )
        if self.unsafe_settings:
            said.append(
                f"{', '.join(self.unsafe_settings)} off, so a crash loses what people saved: "
                "switch on in postgresql.conf, and look at: alter role tf_app reset all"
            )
        return said


async def safety(session: Session, tenant_tables: Sequence[str]) -> Safety:
    """The running role, the protection of the tenant tables, and the settings that keep what was committed."""
    role = (await session.execute(_ROLE)).one()
    powers = [*role.powers, *(f"is a member of {name}" for name in role.memberships)]
    if role.owned:
        powers.append(f"owns {', '.join(role.owned)}")
    return Safety(
        server_version=role.version,
        role=role.name,
        powers=powers,
        unprotected=list(await session.scalars(_UNPROTECTED, {"tables": list(tenant_tables)})),
        unsafe_settings=list(await session.scalars(_UNSAFE)),
        revision=await _revision(session),
        wanted=newest_revision(),
    )


async def _revision(session: Session) -> str | None:
    if await session.scalar(text("select to_regclass('public.alembic_version') is null")):
        return None
    revision: str | None = await session.scalar(_REVISION)
    return revision


async def stored_revision(sessions: Sessions) -> str | None:
    """The revision of the schema that the database has; None before the first migration."""
    async with transaction(sessions, SIGN_IN) as session:
        return await _revision(session)


async def clocks(session: Session) -> tuple[dt.datetime, dt.datetime | None]:
    """The moment by the database's clock, and when a job last ended by ours."""
    row = (await session.execute(_CLOCKS)).one()
    return row.now, row.last_job_at
