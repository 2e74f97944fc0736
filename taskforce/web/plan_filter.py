"""The filter of a plan's lines as it stands in a URL: the page, the list of the API and the file read it alike."""

import base64
import json
from typing import Annotated
from urllib.parse import urlencode

from litestar.params import QueryParameter
from pydantic import TypeAdapter, ValidationError

from taskforce.db import Session
from taskforce.models.activity import ACTIVITY_STATUSES
from taskforce.queries.plan_activities import Rank
from taskforce.queries.plan_filter import ActivityFilter
from taskforce.queries.vocabulary_term import terms
from taskforce.render.states import N_
from taskforce.views.plan import Narrowing, PlanFilter
from taskforce.views.plan_page import Asked
from taskforce.web.filters import Wrong, check, id_of, listed, one_of, page_number, plain

_RANK: TypeAdapter[Rank] = TypeAdapter(Rank)


Said = dict[str, str]


async def provide_said(
    q: Annotated[str, QueryParameter(title=N_("Search activities"))] = "",
    lead: Annotated[str, QueryParameter(title=N_("Lead agency"))] = "",
    status: Annotated[str, QueryParameter(title=N_("Status"))] = "",
    place: Annotated[str, QueryParameter(title=N_("Place"))] = "",
    group: Annotated[str, QueryParameter(title=N_("Target group"))] = "",
    alerts: Annotated[str, QueryParameter(title=N_("Only activities with an open alert"))] = "",
    unfunded: Annotated[str, QueryParameter(title=N_("Only activities without secured money"))] = "",
    page: Annotated[str, QueryParameter(title=N_("Page of the list"))] = "",
    cursor: Annotated[str, QueryParameter(title=N_("Where the list goes on"))] = "",
) -> Said:
    """What a reader asks of a plan's lines, as it stands in the address.

    `q`: text in code, title or description; `lead`: id of an agency; `place`: id of a place, or national; `group`: id
    of a target group; `alerts`, `unfunded`: yes for only those with an open alert, or without secured money. The page
    counts pages from 1; the list of the API takes instead the cursor that an earlier answer gave.
    """
    said = {"q": plain(q), "lead": lead, "status": status, "place": place, "group": group}
    return said | {"alerts": alerts, "unfunded": unfunded, "page": page, "cursor": cursor}


async def read_asked(session: Session, said: Said) -> Asked:
    """What it means. It is read in the handler, since litestar leaves a session open if a dependency raises.

    Raises:
        WrongFilters: a value is not one that the filter knows.
    """
    groups = [term.id for term in await terms(session, "target_group")] if said["group"] else []
    wrong: list[Wrong] = []
    is_national = said["place"] == "national"
    chosen = ActivityFilter(
        text=said["q"],
        lead_agency_id=id_of(wrong, "lead", said["lead"]),
        status=one_of(wrong, "status", said["status"], ACTIVITY_STATUSES),
        place_id=None if is_national else id_of(wrong, "place", said["place"]),
        is_national=is_national,
        target_group=listed(wrong, "group", said["group"], groups),
        only_alerts=one_of(wrong, "alerts", said["alerts"], ("yes",)) == "yes",
        only_unfunded=one_of(wrong, "unfunded", said["unfunded"], ("yes",)) == "yes",
    )
    number, after = page_number(wrong, said["page"]), _rank(wrong, said["cursor"])
    check(wrong)
    kept = {name: value for name, value in said.items() if name not in ("page", "cursor")}
    shown = PlanFilter(**kept, is_set=chosen.is_set, address=_address(kept), narrowings=_narrowings(kept))
    return Asked(shown=shown, chosen=chosen, page=number, after=after)


def _address(said: dict[str, str]) -> str:
    return urlencode({name: value for name, value in said.items() if value})


def _narrowings(said: dict[str, str]) -> list[Narrowing]:
    return [
        Narrowing(name=name, is_on=bool(said[name]), address=_address(said | {name: "" if said[name] else "yes"}))
        for name in ("alerts", "unfunded")
    ]


def _rank(wrong: list[Wrong], cursor: str) -> Rank | None:
    """The rank that an earlier answer ended with; none: from the start."""
    if not cursor:
        return None
    try:
        return _RANK.validate_json(base64.urlsafe_b64decode(cursor.encode()), strict=False)
    except (ValueError, ValidationError):
        wrong.append(Wrong("cursor", cursor, N_("Send the next_cursor of an earlier answer, or none.")))
        return None


def write_cursor(rank: Rank) -> str:
    """A rank as a cursor."""
    return base64.urlsafe_b64encode(json.dumps(rank, default=str).encode()).decode()
