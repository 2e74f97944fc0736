"""Places of a mechanism: add, edit, delete."""

from uuid import UUID

from pydantic import Field

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import Place
from taskforce.queries import node
from taskforce.queries import place as places
from taskforce.rules.places import lies_in
from taskforce.services.command import Command, check_version
from taskforce.services.deletion import Deletion, check_deletion
from taskforce.services.field_types import OneLine


class SavePlace(Command):
    """What the form of a place and the API send."""

    title: OneLine = Field(title="Name", min_length=1, max_length=80)
    code: OneLine | None = Field(
        default=None, title="Code", max_length=80, description="ISO 3166-2 or your own; without it the name."
    )
    parent_id: UUID | None = Field(default=None, title="Lies in", description="A place of the same mechanism.")
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


def stored(place: Place) -> SavePlace:
    """The command that would write what is stored now."""
    return SavePlace.model_construct(
        title=place.title, code=place.code, parent_id=place.parent_id, version=place.version
    )


async def add_place(session: Session, actor: Actor, mechanism_id: UUID, command: SavePlace) -> Place:
    """Add a place to a mechanism.

    Raises:
        NotAllowed: the actor does not keep the mechanism's places.
        Refused: the name or code is taken, means the whole country, or the parent is no place of the mechanism.
    """
    require(actor, May.PLACE_EDIT, mechanism_id)
    await _check(session, actor, mechanism_id, command, place_id=None)
    return await make_place(session, mechanism_id, command.title, code=command.code, parent_id=command.parent_id)


async def edit_place(session: Session, actor: Actor, place_id: UUID, command: SavePlace) -> Place:
    """Rename a place, or say in which other it lies.

    Raises:
        NotFound: there is no such place for the actor.
        NotAllowed, Refused: as in adding; a place cannot lie in itself, over whatever steps.
        Stale: somebody saved it meanwhile.
    """
    place = await node.one(session, actor, Place, place_id, for_update=True)
    require(actor, May.PLACE_EDIT, place.mechanism_id)
    check_version(place, command.version, stored(place))
    await _check(session, actor, place.mechanism_id, command, place_id=place.id)
    place.title, place.code, place.parent_id = command.title, command.code or command.title, command.parent_id
    await session.flush()
    return place


async def delete_place(session: Session, actor: Actor, place_id: UUID, command: Deletion) -> Place:
    """Delete a place where nothing happens and in which no other lies.

    Raises:
        NotFound, NotAllowed, Stale: as in editing.
        Refused: something refers to it.
    """
    place = await node.one(session, actor, Place, place_id, for_update=True)
    require(actor, May.PLACE_EDIT, place.mechanism_id)
    await check_deletion(session, actor, place, command, stored(place))
    rows = await places.used(session, actor, place.mechanism_id)
    count = next(each.activity_count for each in rows if each.id == place.id)
    if count:
        raise Refused(
            "Activities that happen in %(place)s: %(count)s. So it stays; give them another place first.",
            count=count,
            place=place.title,
        )
    inside = [each.title for each in rows if each.parent_id == place.id]
    if inside:
        raise Refused(
            "%(inside)s lies in %(place)s, so it stays. Say first where else that lies.",
            inside=inside[0],
            place=place.title,
        )
    await session.delete(place)
    await session.flush()
    return place


async def make_place(
    session: Session, mechanism_id: UUID, title: str, *, code: str | None = None, parent_id: UUID | None = None
) -> Place:
    """Store a new place, which the caller has checked; without a code its name is the code."""
    place = Place(mechanism_id=mechanism_id, title=title, code=code or title, parent_id=parent_id)
    session.add(place)
    await session.flush()
    return place


def check_name(name: str, field: str) -> None:
    """Let names pass that do not mean the whole country.

    Raises:
        Refused: the whole country is no place of the list.
    """
    if name.strip().lower() in ("national", "whole country"):
        raise Refused("The whole country is no place of this list. An activity says so with its own box.", field=field)


async def _check(
    session: Session, actor: Actor, mechanism_id: UUID, command: SavePlace, *, place_id: UUID | None
) -> None:
    check_name(command.title, "title")
    check_name(command.code or "", "code")
    names = await places.names(session, actor, mechanism_id)
    parents = {each.id: each.parent_id for each in names}
    if command.parent_id is not None and command.parent_id not in parents:
        raise Refused("This place is not in the mechanism's list. Choose one of the list.", field="parent_id")
    if place_id and command.parent_id and lies_in(command.parent_id, place_id, parents):
        raise Refused("A place cannot lie in itself, or in one that lies in it. Choose another.", field="parent_id")
    namesake = await places.by_title(session, actor, mechanism_id, command.title)
    if namesake not in (None, place_id):
        raise Refused(
            "There is a place called %(name)s already. Choose another name.", field="title", name=command.title
        )
