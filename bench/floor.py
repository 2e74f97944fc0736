"""The two floors: the same list, detail, JSON and create by raw asyncpg and by the ORM, without all that is ours.

No login, no permissions, no audit: what they create goes into a table of its own, without triggers or policies.
"""

import datetime as dt
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
from jinja2 import Environment
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from taskforce.db import Session
from taskforce.models import Activity, Agency

LIST_TEMPLATE = Environment(autoescape=True).from_string(
    """<!doctype html><title>Activities</title><h1>Activities</h1><table>
{% for row in rows %}<tr><td>{{ row.code }}</td><td><a href="/detail/{{ row.id }}">{{ row.title }}</a></td>
<td>{{ row.agency }}</td><td>{{ row.starts_on }}</td><td>{{ row.ends_on }}</td><td>{{ row.status }}</td></tr>
{% endfor %}</table>"""
)
DETAIL_TEMPLATE = Environment(autoescape=True).from_string(
    """<!doctype html><title>{{ row.title }}</title><h1>{{ row.title }}</h1><dl>
<dt>Code</dt><dd>{{ row.code }}</dd><dt>Agency</dt><dd>{{ row.agency }}</dd><dt>From</dt><dd>{{ row.starts_on }}</dd>
<dt>To</dt><dd>{{ row.ends_on }}</dd><dt>Status</dt><dd>{{ row.status }}</dd></dl>"""
)
COLUMNS = (
    "select a.id, a.code, a.title, g.title as agency, a.starts_on, a.ends_on, a.status"
    " from activity a join agency g on g.id = a.lead_agency_id"
)


def _page(html: str) -> Response[bytes]:
    return Response(html.encode(), media_type="text/html")


@get("/raw/list")
async def raw_list(state: State, agency: FromQuery[UUID]) -> Response[bytes]:
    """Fifty activities of one agency."""
    rows = await state.pool.fetch(f"{COLUMNS} where a.lead_agency_id = $1 order by a.position limit 50", agency)
    return _page(LIST_TEMPLATE.render(rows=rows))


@get("/raw/detail/{activity_id:uuid}")
async def raw_detail(state: State, activity_id: FromPath[UUID]) -> Response[bytes]:
    """One activity."""
    row = await state.pool.fetchrow(f"{COLUMNS} where a.id = $1", activity_id)
    return _page(DETAIL_TEMPLATE.render(row=row))


@get("/raw/json")
async def raw_json(state: State) -> Response[bytes]:
    """A hundred activities as JSON."""
    rows = await state.pool.fetch(f"{COLUMNS} order by a.position limit 100")
    return Response(json.dumps([dict(row) for row in rows], default=str).encode(), media_type="application/json")


async def _orm_rows(session: Session, *conditions: Any, limit: int) -> list[dict[str, Any]]:
    found = await session.execute(
        select(Activity, Agency)
        .join(Agency, Agency.id == Activity.lead_agency_id)
        .where(*conditions)
        .order_by(Activity.position)
        .limit(limit)
    )
    return [
        {
            "id": activity.id,
            "code": activity.code,
            "title": activity.title,
            "agency": agency.title,
            "starts_on": activity.starts_on,
            "ends_on": activity.ends_on,
            "status": activity.status,
        }
        for activity, agency in found
    ]


@get("/orm/list")
async def orm_list(state: State, agency: FromQuery[UUID]) -> Response[bytes]:
    """Fifty activities of one agency."""
    async with state.sessions() as session:
        rows = await _orm_rows(session, Activity.lead_agency_id == agency, limit=50)
    return _page(LIST_TEMPLATE.render(rows=rows))


@get("/orm/detail/{activity_id:uuid}")
async def orm_detail(state: State, activity_id: FromPath[UUID]) -> Response[bytes]:
    """One activity."""
    async with state.sessions() as session:
        rows = await _orm_rows(session, Activity.id == activity_id, limit=1)
    return _page(DETAIL_TEMPLATE.render(row=rows[0]))


@get("/orm/json")
async def orm_json(state: State) -> Response[bytes]:
    """A hundred activities as JSON."""
    async with state.sessions() as session:
        rows = await _orm_rows(session, limit=100)
    return Response(json.dumps(rows, default=str).encode(), media_type="application/json")


NEW = ("mechanism_id", "plan_id", "output_id", "lead_agency_id", "code", "title", "starts_on", "ends_on")


async def _sent(request: Request[Any, Any, Any]) -> dict[str, Any]:
    given = await request.json()
    ids = {name: UUID(given[name]) for name in NEW[:4]}
    days = {name: dt.date.fromisoformat(given[name]) for name in NEW[6:]}
    return {**ids, **{name: given[name] for name in NEW[4:6]}, **days}


@post("/raw/create")
async def raw_create(state: State, request: Request[Any, Any, Any]) -> Response[bytes]:
    """One more activity."""
    values = ", ".join(f"${number}" for number in range(1, len(NEW) + 1))
    statement = f"insert into floor.activity ({', '.join(NEW)}) values ({values})"  # noqa: S608 - names of our own
    row = await state.pool.fetchrow(f"{statement} returning id, code, title, status", *(await _sent(request)).values())
    return Response(json.dumps(dict(row), default=str).encode(), media_type="application/json")


@post("/orm/create")
async def orm_create(state: State, request: Request[Any, Any, Any]) -> Response[bytes]:
    """One more activity."""
    activity = Activity(**await _sent(request))
    async with state.floor_sessions() as session, session.begin():
        session.add(activity)
    row = {"id": activity.id, "code": activity.code, "title": activity.title, "status": activity.status}
    return Response(json.dumps(row, default=str).encode(), media_type="application/json")


@asynccontextmanager
async def lifespan(app: Litestar) -> AsyncIterator[None]:
    """A pool for each floor, as the superuser, so that no row security is measured."""
    address = os.environ["BENCH_ADMIN_URL"]
    engine = create_async_engine(address)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    floor = engine.execution_options(schema_translate_map={None: "floor"})
    app.state.floor_sessions = async_sessionmaker(floor, expire_on_commit=False)
    plain = address.replace("postgresql+asyncpg", "postgresql")
    app.state.pool = await asyncpg.create_pool(plain, min_size=1, max_size=4)
    yield
    await app.state.pool.close()
    await engine.dispose()


app = Litestar(
    [raw_list, raw_detail, raw_json, raw_create, orm_list, orm_detail, orm_json, orm_create],
    lifespan=[lifespan],
    logging_config=None,
    openapi_config=None,
)
