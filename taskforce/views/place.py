"""Places as pages and the API show them."""

from uuid import UUID

from taskforce.views.base import Choice, View
from taskforce.views.mechanism import MechanismHead


class PlaceView(View):
    """A place. `may`: the verbs that this reader may do next."""

    mechanism: MechanismHead
    id: UUID
    code: str
    title: str
    parent_id: UUID | None
    version: int
    may: list[str]


class PlaceLine(View):
    """A place in the list: how deep it lies in others, from 0, and how many activities the reader sees there."""

    id: UUID
    code: str
    title: str
    parent: str | None
    depth: int
    activity_count: int


class PlaceList(View):
    """The places of a mechanism, each under the one that it lies in."""

    mechanism: MechanismHead
    places: list[PlaceLine]
    may: list[str]


class PlaceForm(View):
    """The form of a place. `place_id` is empty for a new one; `parents`: the places in which it may lie."""

    mechanism: MechanismHead
    place_id: UUID | None
    title: str
    parents: list[Choice]
