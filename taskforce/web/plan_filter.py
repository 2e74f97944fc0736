"""The filter of a plan's lines as it stands in a URL: the page, the list of the API and the file read it alike."""

import base64
import json
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from litestar.params import QueryParameter
from pydantic import TypeAdapter, ValidationError

from taskforce.models.activity import ACTIVITY_STATUSES
from taskforce.queries.plan_activities import Rank
from taskforce.queries.plan_filter import ActivityFilter
from taskforce.render.wording import gettext as _
from taskforce.views.plan import Narrowing, PlanFilter
from taskforce.views.plan_page import Asked
from taskforce.web.form import Malformed

Text = Annotated[str, QueryParameter()]
MOST_TEXT = 200  # characters of a search
_RANK: TypeAdapter[Rank] = TypeAdapter(Rank)


async def provide_asked(
    q: Text = "",
    lead: Text = "",
    status: Text = "",
    place: Text = "",
    group: Text = "",
    alerts: Text = "",
    unfunded: Text = "",
    page: Text = "",
    cursor: Text = "",
) -> Asked:
    """What a reader asks of a plan's lines.

    `q`: text in code, title or description; `lead`: id of an agency; `place`: id of a place, or national; `group`: id
    of a target group; `alerts`, `unfunded`: yes for only those with an open alert, or without secured money. The page
    counts pages from 1; the list of the API takes instead the cursor that an earlier answer gave.

    Raises:
        Malformed: a value is not one that the filter knows.
    """
    said = {"q": q.strip()[:MOST_TEXT], "lead": lead, "status": status, "place": place, "group": group}
    said |= {"alerts": alerts, "unfunded": unfunded}
    chosen = ActivityFilter(
        text=said["q"],
        lead_agency_id=_id("lead", lead),
        status=_one_of("status", status, ACTIVITY_STATUSES),
        place_id=None if place == "national" else _id("place", place),
        is_national=place == "national",
        target_group=group,
        only_alerts=_one_of("alerts", alerts, ("yes",)) == "yes",
        only_unfunded=_one_of("unfunded", unfunded, ("yes",)) == "yes",
    )
    number = int(page) if page.isascii() and page.isdigit() and len(page) <= 6 else 1
    shown = PlanFilter(**said, is_set=chosen.is_set, address=_address(said), narrowings=_narrowings(said))
    return Asked(shown=shown, chosen=chosen, page=number, after=_rank(cursor))


def _address(said: dict[str, str]) -> str:
    return urlencode({name: value for name, value in said.items() if value})


def _narrowings(said: dict[str, str]) -> list[Narrowing]:
    return [
        Narrowing(name=name, is_on=bool(said[name]), address=_address(said | {name: "" if said[name] else "yes"}))
        for name in ("alerts", "unfunded")
    ]


def _rank(cursor: str) -> Rank | None:
    """The rank that an earlier answer ended with; none: from the start."""
    if not cursor:
        return None
    try:
        return _RANK.validate_json(base64.urlsafe_b64decode(cursor.encode()), strict=False)
    except (ValueError, ValidationError) as problem:
        raise Malformed((("cursor", _("Send the next_cursor of an earlier answer, or none.")),)) from problem


def write_cursor(rank: Rank) -> str:
    """A rank as a cursor."""
    return base64.urlsafe_b64encode(json.dumps(rank, default=str).encode()).decode()


def _id(name: str, value: str) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError as problem:
        raise Malformed(
            ((name, _("%(name)s must be an id from the list. Choose again.") % {"name": name}),)
        ) from problem


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value and value not in known:
        words = {"name": name, "values": ", ".join(known)}
        raise Malformed(((name, _("%(name)s must be one of: %(values)s.") % words),))
    return value
