"""Two questions of load balancers and service managers: is this process alive, and can it do its work?"""

import asyncio
from typing import Any

from litestar import Controller
from litestar.connection import Request
from litestar.response import Response

from taskforce.access import May
from taskforce.db import is_outage
from taskforce.queries.safety import stored_revision
from taskforce.settings import newest_revision
from taskforce.web.errors import RETRY_AFTER
from taskforce.web.route import reads

PATIENCE = 3  # seconds; most load balancers ask every 5 to 10
Answer = Response[dict[str, str | None]]


class HealthController(Controller):
    """Answers to anybody, without session or cookie, as JSON that tells nothing about the data."""

    path = "/health"
    include_in_schema = False

    @reads("/live", May.HEALTH_READ)
    async def live(self) -> Answer:
        """200 as long as this process answers; one that does not should be started again."""
        return Response({"status": "live"})

    @reads("/ready", May.HEALTH_READ)
    async def ready(self, request: Request[Any, Any, Any]) -> Answer:
        """200 if the database answers and has the schema of this version, else 503; then send nobody here for now."""
        try:
            async with asyncio.timeout(PATIENCE):
                found = await stored_revision(request.app.state.sessions)
        except Exception as broken:
            if not (isinstance(broken, TimeoutError) or is_outage(broken)):
                raise
            return _not_ready("the database does not answer", None)
        if found != newest_revision():
            return _not_ready("the schema is of another version: run taskforce migrate", found)
        return Response({"status": "ready", "schema": found})


def _not_ready(reason: str, schema: str | None) -> Answer:
    content = {"status": "not ready", "reason": reason, "schema": schema}
    return Response(content, status_code=503, headers={"Retry-After": RETRY_AFTER})
