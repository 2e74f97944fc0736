"""What day a page means by today: the one where the clocks of its mechanism hang."""

import datetime as dt
from typing import Any

from litestar.connection import Request
from litestar.di import NamedDependency

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.queries import time_zone
from taskforce.queries.time_zone import Days
from taskforce.rules.periods import local_day


async def provide_today(
    request: Request[Any, Any, Any],
    session: NamedDependency[Session],
    actor: NamedDependency[Actor],
    now: NamedDependency[dt.datetime],
) -> dt.date:
    """The day in the mechanism that the address names; that of UTC where it names none."""
    zone = await time_zone.of_path(session, actor, request.path_params)
    return local_day(now, zone or "UTC")


async def provide_days(
    session: NamedDependency[Session], actor: NamedDependency[Actor], now: NamedDependency[dt.datetime]
) -> Days:
    """The day in each of the reader's mechanisms, for pages over several."""
    return await time_zone.days(session, actor, now)
