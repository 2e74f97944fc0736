"""Engine, session, transaction and the row-level context; the only place that commits."""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache, wraps
from hashlib import sha256
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from alembic.config import Config
from asyncpg.exceptions import InterfaceError, PostgresError
from sqlalchemy import NullPool, event, text
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session as SyncSession
from sqlalchemy.orm import SessionTransaction

from alembic import command
from taskforce.access import Actor, RowContext
from taskforce.errors import Refused
from taskforce.settings import project_folder, settings

P = ParamSpec("P")
T = TypeVar("T")

Session = AsyncSession
# What the database says no with where the sender is mistaken: a constraint.
BrokenRule = IntegrityError
# Two transactions stood in each other's way, or a lock was held too long: the same again will do.
RETRYABLE = ("40001", "40P01", "55P03")
# The server is stopping, starting, gone, full, a standby, or has no room for one more: later the same will do.
OUTAGE = ("08", "25006", "28", "3D", "53", "57P", "58")
CONNECT_PATIENCE = 5  # seconds; who waits longer for a page than this has gone
Sessions = async_sessionmaker[AsyncSession]

# What the database is told of who acts, in the order in which it is signed; tf_enter in the migrations has the same.
OF_MECHANISMS = ("read", "govern", "write", "money", "lines")
CLAIMS = ("principal", "issued", "installation", *OF_MECHANISMS, "agencies")
_BIND = text(
    "select "
    + ", ".join(
        f"set_config('taskforce.{name}', :{name}, true)" for name in ("claims", "signature", "action", "reason")
    )
)
# A system principal sees all mechanisms: the policy of the table mechanism knows its name, all others go by these ids.
_ALL_MECHANISMS = text("select id from mechanism")
_SHARE_KEY = text(
    "insert into context_key as stored (inner_pad, outer_pad) values (:inner, :outer) on conflict (id) do update"
    " set inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad"
    " where stored.inner_pad <> excluded.inner_pad"
)
_EXPLAIN = text("select set_config('taskforce.action', :action, true), set_config('taskforce.reason', :reason, true)")

# Roles belong to the whole server and locks to one database: another database's migration may make them meanwhile.
ROLES = """
do $$ begin
  begin
    create role tf_owner nologin;
  exception when duplicate_object or unique_violation then null;
  end;
  begin
    create role tf_app login;
  exception when duplicate_object or unique_violation then null;
  end;
  execute format('grant tf_owner to %I', current_user);
  execute format('grant create, usage on schema public to tf_owner');
  execute format('grant create on database %I to tf_owner', current_database());
end $$
"""


def create_engine(url: str, *, statement_cache_size: int = 100, pool_size: int = 5) -> AsyncEngine:
    """An engine whose connections speak JSON through the standard library and name themselves."""
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=10,
        pool_pre_ping=False,
        hide_parameters=True,  # errors are logged, and among the parameters are secrets
        json_serializer=lambda value: json.dumps(value, default=str, ensure_ascii=False),
        connect_args={
            "timeout": CONNECT_PATIENCE,
            "statement_cache_size": statement_cache_size,
            "server_settings": {"application_name": "taskforce", "jit": "off"},
        },
    )
    event.listen(engine.sync_engine, "do_connect", _connect)
    event.listen(engine.sync_engine, "checkout", _refuse_dead)
    return engine


class DatabaseAway(ConnectionError):
    """No connection to the database can be made; the cause says why."""


def _connect(dialect: Dialect, _record: object, arguments: list[Any], parameters: dict[str, Any]) -> DBAPIConnection:
    """Connect; whatever prevents it is one error, since a missing socket is no other missing file."""
    try:
        return dialect.connect(*arguments, **parameters)
    except (OSError, TimeoutError, PostgresError, InterfaceError, dialect.loaded_dbapi.Error) as broken:
        raise DatabaseAway(f"no connection to the database: {broken or type(broken).__name__}") from broken


def _refuse_dead(connection: Any, _record: object, _proxy: object) -> None:
    """Let nobody work on a connection whose server has died meanwhile; the driver knows without asking it."""
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError


def _ids(values: frozenset[UUID]) -> str:
    return "{" + ",".join(sorted(str(value) for value in values)) + "}"


def _pairs(values: frozenset[tuple[UUID, UUID]]) -> str:
    return "{" + ",".join(sorted(f"{mechanism}:{agency}" for mechanism, agency in values)) + "}"


class BoundSession(SyncSession):
    """A session that works for somebody: nothing else uses the tables of ours."""


@cache
def _pads() -> tuple[bytes, bytes]:
    """The key of the installation as the two pads of HMAC-SHA256."""
    key = settings().signing_key
    block = (sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def _signature(claims: str) -> str:
    """The HMAC by which the database knows that the claims come from the application and not from injected SQL."""
    inner, outer = _pads()
    return sha256(outer + sha256(inner + claims.encode()).digest()).hexdigest()


def _bind(session: SyncSession, connection: Connection, context: RowContext) -> None:
    """Tell the database who acts, until the transaction ends."""
    said = {
        "principal": context.principal,
        "issued": str(int(time.time())),
        "installation": "yes" if context.installation else "",
        **{name: _ids(getattr(context, name)) for name in OF_MECHANISMS},
        "agencies": _pairs(context.agencies),
    }
    claims = "\n".join(said[name] for name in CLAIMS)
    why = {"action": session.info.get("action") or "", "reason": session.info.get("reason") or ""}
    connection.execute(_BIND, {"claims": claims, "signature": _signature(claims)} | why)
    session.info["bound"] = context


@event.listens_for(BoundSession, "after_begin")
def _bind_rows(session: SyncSession, transaction: SessionTransaction, connection: Connection) -> None:
    """Tell the database who acts before the first statement of every transaction; nobody bound is an error."""
    context: RowContext | None = session.info.get("row_context")
    if context is None:
        raise RuntimeError("a transaction began with no principal bound: open it with db.transaction(sessions, actor)")
    _bind(session, connection, context)
    if context.everything:
        _bind(session, connection, _whole(context, frozenset(connection.scalars(_ALL_MECHANISMS))))


def _whole(context: RowContext, mechanisms: frozenset[UUID]) -> RowContext:
    """A context in which everything of these mechanisms is read and written."""
    return replace(context, read=mechanisms, govern=mechanisms, write=mechanisms, money=mechanisms, lines=mechanisms)


def create_sessions(engine: AsyncEngine) -> Sessions:
    """The maker of sessions; objects stay readable after commit, since answers are made from them."""
    return async_sessionmaker(engine, expire_on_commit=False, sync_session_class=BoundSession)


def is_retryable(broken: Exception) -> bool:
    """Whether the same request, sent again, will probably succeed."""
    cause = getattr(getattr(broken, "orig", None), "__cause__", None)
    return str(getattr(cause, "sqlstate", "")) in RETRYABLE


def is_outage(broken: BaseException | None) -> bool:
    """Whether the database is away, or this came of it: what fails while an outage is cleaned up counts too."""
    while broken is not None:
        if isinstance(broken, BaseExceptionGroup) and any(is_outage(each) for each in broken.exceptions):
            return True
        if isinstance(broken, (ConnectionError, PoolTimeout)) or getattr(broken, "connection_invalidated", False):
            return True
        if isinstance(broken, PostgresError) and str(broken.sqlstate).startswith(OUTAGE):
            return True
        # under this name asyncpg also reports wrong parameters and mistakes of ours
        if isinstance(broken, InterfaceError) and "closed" in str(broken):
            return True
        broken = getattr(broken, "orig", None) or broken.__cause__ or broken.__context__
    return False


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
    sessions: Sessions, actor: Actor, *, action: str = "", reason: str = "", within: UUID | None = None
) -> AsyncIterator[AsyncSession]:
    """A session in one transaction, bound to the actor: leaving commits, an exception rolls back.

    `action` and `reason` are written with every audit event of the transaction. `within`: a system principal gets this
    one mechanism and not all that there are, which it would have to be told one by one.
    """
    context = actor.row_context
    if within is not None and context.everything:
        context = replace(_whole(context, frozenset({within})), everything=False)
    async with sessions() as session:
        session.info.update(row_context=context, action=action, reason=reason)
        async with session.begin():
            yield session


async def explain(session: AsyncSession, action: str, reason: str = "") -> None:
    """Name the action and the reason that the audit events of this transaction carry from here on."""
    session.info.update(action=action, reason=reason)
    await session.execute(_EXPLAIN, {"action": action, "reason": reason})


async def _rebind(session: AsyncSession, context: RowContext) -> None:
    connection = await session.connection()
    await connection.run_sync(lambda at: _bind(session.sync_session, at, context))


async def _bound(session: AsyncSession) -> RowContext:
    await session.connection()  # the first use of it binds
    context: RowContext = session.info["bound"]
    return context


async def widen(session: AsyncSession, mechanism_id: UUID) -> None:
    """Let this transaction write a mechanism that it is about to create."""
    bound = await _bound(session)
    await _rebind(session, replace(bound, **{name: getattr(bound, name) | {mechanism_id} for name in OF_MECHANISMS}))


async def let_read(session: AsyncSession, mechanisms: frozenset[UUID]) -> None:
    """Let this transaction of `sign_in` read mechanisms, so that it learns which day it is there."""
    bound = await _bound(session)
    await _rebind(session, replace(bound, read=bound.read | mechanisms))


@asynccontextmanager
async def adding_up(session: AsyncSession) -> AsyncIterator[None]:
    """For statements that only add money up, over activities that they read by the policy of that table.

    Observers and donors read totals of what they do not read line by line. Outside of this nothing shows such a line
    to them, so a question that forgets it finds too little, and none too much. For all others it saves the database
    from asking for the activity of each line twice.
    """
    bound = await _bound(session)
    if bound.read <= bound.money:
        yield
        return
    await _rebind(session, replace(bound, money=bound.read))
    yield  # after an error the transaction is over, and nothing to take back
    await _rebind(session, bound)


def adds_up(
    question: Callable[Concatenate[AsyncSession, P], Awaitable[T]],
) -> Callable[Concatenate[AsyncSession, P], Coroutine[Any, Any, T]]:
    """A question that only adds budget lines up: see `adding_up`."""

    @wraps(question)
    async def asked(session: AsyncSession, /, *args: P.args, **kwargs: P.kwargs) -> T:
        async with adding_up(session):
            return await question(session, *args, **kwargs)

    return asked


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
    if revision != "base":
        await share_key(admin_url)


async def share_key(admin_url: str) -> None:
    """Give the database the key with which this installation signs row contexts, unless it has it already.

    Processes that sign with another key see nothing from then on: all read the same TASKFORCE_SECRET.
    """
    engine = create_async_engine(admin_url, poolclass=NullPool)
    async with engine.begin() as connection:
        inner, outer = _pads()
        await connection.execute(_SHARE_KEY, {"inner": inner, "outer": outer})
    await engine.dispose()
