"""What it costs to tell the database who acts: a transaction of ours against the same without the signed context."""

import time
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from taskforce.access import Actor
from taskforce.db import Sessions, transaction

ROUNDS: Final = 2_000
ONE = text("select 1")


async def _plain(sessions: async_sessionmaker[AsyncSession]) -> float:
    started = time.perf_counter()
    for _ in range(ROUNDS):
        async with sessions() as session, session.begin():
            await session.execute(ONE)
    return time.perf_counter() - started


async def _bound(sessions: Sessions, actor: Actor) -> float:
    started = time.perf_counter()
    for _ in range(ROUNDS):
        async with transaction(sessions, actor) as session:
            await session.execute(ONE)
    return time.perf_counter() - started


async def context_cost(engine: AsyncEngine, sessions: Sessions, actor: Actor) -> float:
    """Milliseconds that a transaction takes longer with its context: the better of three rounds each, in turn."""
    plain_sessions = async_sessionmaker(engine, expire_on_commit=False)
    rounds = [(await _plain(plain_sessions), await _bound(sessions, actor)) for _ in range(3)]
    plain, bound = min(each[0] for each in rounds), min(each[1] for each in rounds)
    return (bound - plain) / ROUNDS * 1000
