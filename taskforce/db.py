"""Engine, session, transaction and the row-level context; the only place that commits."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from alembic.config import Config
from asyncpg.exceptions import CannotConnectNowError
from sqlalchemy import NullPool, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session as SyncSession
from sqlalchemy.orm import SessionTransaction

from alembic import command
from taskforce.access import Actor, RowContext
from taskforce.errors import Refused
from taskforce.settings import project_folder

Session = AsyncSession
# What the database says no with: a constraint (the sender's mistake), or nothing at all (it is down).
BrokenRule = IntegrityError
DatabaseError = DBAPIError
# Two transactions stood in each other's way, or a lock was held too long: the same again will do.
RETRYABLE = ("40001", "40P01", "55P03")
Unavailable = (InterfaceError, OperationalError, ConnectionError, CannotConnectNowError)
Sessions = async_sessionmaker[AsyncSession]

_BIND = text(
    "select set_config('taskforce.principal', :principal, true), set_config('taskforce.read', :read, true),"
    " set_config('taskforce.govern', :govern, true), set_config('taskforce.write', :write, true),"
    " set_config('taskforce.agencies', :agencies, true), set_config('taskforce.action', :action, true),"
    " set_config('taskforce.reason', :reason, true)"
)
# A system principal sees all mechanisms: the policy of the table mechanism knows its name, all others go by these ids.
_BIND_EVERYTHING = text(
    "with all_ids as (select '{' || coalesce(string_agg(id::text, ','), '') || '}' as ids from mechanism)"
    " select set_config('taskforce.read', ids, true), set_config('taskforce.govern', ids, true),"
    " set_config('taskforce.write', ids, true) from all_ids"
)
_WIDEN = text(
    "select set_config(name, array_append(current_setting(name)::uuid[], cast(:id as uuid))::text, true)"
    " from unnest(array['taskforce.read', 'taskforce.govern', 'taskforce.write']) as name"
)
_LET_READ = text("select set_config('taskforce.read', :ids, true)")
_EXPLAIN = text("select set_config('taskforce.action', :action, true), set_config('taskforce.reason', :reason, true)")


def create_engine(url: str, *, statement_cache_size: int = 100, pool_size: int = 5) -> AsyncEngine:
    """An engine whose connections speak JSON through the standard library and name themselves."""
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=10,
        pool_pre_ping=False,
        json_serializer=lambda value: json.dumps(value, default=str, ensure_ascii=False),
        connect_args={
            "statement_cache_size": statement_cache_size,
            "server_settings": {"application_name": "taskforce", "jit": "off"},
        },
    )


def _ids(values: frozenset[UUID]) -> str:
    return "{" + ",".join(sorted(str(value) for value in values)) + "}"


def _pairs(values: frozenset[tuple[UUID, UUID]]) -> str:
    return "{" + ",".join(sorted(f"{mechanism}:{agency}" for mechanism, agency in values)) + "}"


class BoundSession(SyncSession):
    """A session that works for somebody: nothing else uses the tables of ours."""


@event.listens_for(BoundSession, "after_begin")
def _bind_rows(session: SyncSession, transaction: SessionTransaction, connection: Connection) -> None:
    """Tell the database who acts before the first statement of every transaction; nobody bound is an error."""
    context: RowContext | None = session.info.get("row_context")
    if context is None:
        raise RuntimeError("a transaction began with no principal bound: open it with db.transaction(sessions, actor)")
    connection.execute(
        _BIND,
        {
            "principal": context.principal,
            "read": _ids(context.read),
            "govern": _ids(context.govern),
            "write": _ids(context.write),
            "agencies": _pairs(context.agencies),
            "action": session.info.get("action") or "",
            "reason": session.info.get("reason") or "",
        },
    )
    if context.everything:
        connection.execute(_BIND_EVERYTHING)


def create_sessions(engine: AsyncEngine) -> Sessions:
    """The maker of sessions; objects stay readable after commit, since answers are made from them."""
    return async_sessionmaker(engine, expire_on_commit=False, sync_session_class=BoundSession)


def is_retryable(broken: Exception) -> bool:
    """Whether the same request, sent again, will probably succeed."""
    cause = getattr(getattr(broken, "orig", None), "__cause__", None)
    return str(getattr(cause, "sqlstate", "")) in RETRYABLE


def refusal(broken: Exception) -> Refused:
    """A broken constraint as a refusal that names it; the name of every constraint says its rule."""
    cause = getattr(getattr(broken, "orig", None), "__cause__", None)
    name = str(getattr(cause, "constraint_name", "") or "unknown")
    state = str(getattr(cause, "sqlstate", ""))
    if state == "23505":
        return Refused("There is one with this code or name already. Change it, or edit the other one.", field="code")
    if state == "23503":
        return Refused("Something else still refers to it. Remove that first, or end it with a date.")
    if state == "23P01":
        return Refused("There is one for the same time already. End that one first, or choose other dates.")
    table = str(getattr(cause, "table_name", "") or "")
    rule = name.removeprefix(f"ck_{table}_").replace("_", " ")
    return Refused("The database keeps this rule: %(rule)s. Change the value.", rule=rule)


@asynccontextmanager
async def transaction(
    sessions: Sessions, actor: Actor, *, action: str = "", reason: str = ""
) -> AsyncIterator[AsyncSession]:
    """A session in one transaction, bound to the actor: leaving commits, an exception rolls back.

    `action` and `reason` are written with every audit event of the transaction.
    """
    async with sessions() as session:
        session.info.update(row_context=actor.row_context, action=action, reason=reason)
        async with session.begin():
            yield session


async def explain(session: AsyncSession, action: str, reason: str = "") -> None:
    """Name the action and the reason that the audit events of this transaction carry from here on."""
    await session.execute(_EXPLAIN, {"action": action, "reason": reason})


async def widen(session: AsyncSession, mechanism_id: UUID) -> None:
    """Let this transaction write a mechanism that it is about to create."""
    await session.execute(_WIDEN, {"id": mechanism_id})


async def let_read(session: AsyncSession, mechanisms: frozenset[UUID]) -> None:
    """Let this transaction of `sign_in` read mechanisms, so that it learns which day it is there."""
    await session.execute(_LET_READ, {"ids": _ids(mechanisms)})


def _upgrade(connection: Connection, revision: str) -> None:
    configuration = Config()
    configuration.set_main_option("script_location", str(project_folder("alembic")))
    configuration.attributes["connection"] = connection
    (command.downgrade if revision == "base" else command.upgrade)(configuration, revision)


async def migrate(admin_url: str, revision: str = "head") -> None:
    """Bring the schema to a revision in one transaction, one migrator at a time; `base` takes everything down.

    Creates the roles tf_owner (owns, cannot log in) and tf_app (runs) where they are missing.
    """
    engine = create_async_engine(admin_url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade, revision)
    await engine.dispose()
