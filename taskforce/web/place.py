"""Places of a mechanism: list, add, read, edit, delete."""

from collections.abc import Sequence
from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from taskforce.access import Actor, May, may, require
from taskforce.db import Session
from taskforce.exchange.csv_text import BYTE_ORDER_MARK, csv_text, file_name
from taskforce.models import Place
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import node
from taskforce.queries import place as places
from taskforce.queries.place import PlaceRow
from taskforce.render.wording import gettext as _
from taskforce.rules.places import by_depth, lies_in
from taskforce.services import place as service
from taskforce.services.deletion import Deletion
from taskforce.services.place import SavePlace
from taskforce.views.base import Choice
from taskforce.views.mechanism import MechanismHead
from taskforce.views.place import PlaceForm, PlaceLine, PlaceList, PlaceView
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads


def _lines(rows: Sequence[PlaceRow]) -> list[PlaceLine]:
    """Each place under the one that it lies in."""
    by_id = {each.id: each for each in rows}
    return [
        PlaceLine(
            id=place_id,
            code=by_id[place_id].code,
            title=by_id[place_id].title,
            parent=by_id[parent].title if (parent := by_id[place_id].parent_id) else None,
            depth=depth,
            activity_count=by_id[place_id].activity_count,
        )
        for place_id, depth in by_depth({each.id: each.parent_id for each in rows})
    ]


async def _view(session: Session, actor: Actor, place: Place) -> PlaceView:
    return PlaceView(
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, place.mechanism_id)),
        id=place.id,
        may=["edit", "delete"] if may(actor, May.PLACE_EDIT, place.mechanism_id) else [],
        **service.stored(place).model_dump(),
    )


async def _form(session: Session, actor: Actor, head: MechanismHead, place: Place | None) -> PlaceForm:
    names = await places.names(session, actor, head.id)
    parents = {each.id: each.parent_id for each in names}
    return PlaceForm(
        mechanism=head,
        place_id=place.id if place else None,
        title=place.title if place else "",
        parents=[
            Choice(id=str(each.id), label=each.title)
            for each in names
            if place is None or not lies_in(each.id, place.id, parents)
        ],
    )


class PlaceController(Controller):
    """Where things happen."""

    path = "/"

    @reads("/mechanisms/{code:str}/places", May.MECHANISM_READ)
    async def all(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], code: FromPath[str]
    ) -> Reply[PlaceList]:
        """The places of a mechanism, with how much happens in each."""
        head = MechanismHead.model_validate(await mechanisms.head(session, actor, code))
        view = PlaceList(
            mechanism=head,
            places=_lines(await places.used(session, actor, head.id)),
            may=["add"] if may(actor, May.PLACE_EDIT, head.id) else [],
        )
        return Reply(view, template="place/list.html")

    @reads("/mechanisms/{code:str}/places.csv", May.MECHANISM_READ)
    async def file(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], code: FromPath[str]
    ) -> Response[str]:
        """The same list as CSV."""
        head = await mechanisms.head(session, actor, code)
        lines = _lines(await places.used(session, actor, head.id))
        columns = [_("Code"), _("Name"), _("Lies in"), _("Activities")]
        rows = [[each.code, each.title, each.parent, each.activity_count] for each in lines]
        return Response(
            BYTE_ORDER_MARK + csv_text([columns, *rows]),
            media_type="text/csv",
            headers={"content-disposition": f'attachment; filename="{file_name(head.code, "places")}"'},
        )

    @reads("/mechanisms/{code:str}/places/add", May.PLACE_EDIT, only_page=True)
    async def show_add(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], code: FromPath[str]
    ) -> Reply[PlaceForm]:
        """The empty form."""
        head = MechanismHead.model_validate(await mechanisms.head(session, actor, code))
        require(actor, May.PLACE_EDIT, head.id)
        view = await _form(session, actor, head, None)
        return Reply(view, template="place/form.html", values={"title": "", "code": "", "parent_id": ""})

    @does("/mechanisms/{code:str}/places/add", May.PLACE_EDIT, SavePlace)
    async def add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        code: FromPath[str],
        command: NamedDependency[SavePlace],
    ) -> Reply[PlaceView]:
        """Add a place."""
        head = await mechanisms.head(session, actor, code)
        place = await service.add_place(session, actor, head.id, command)
        return Reply(await _view(session, actor, place), then=f"/mechanisms/{head.code}/places", made=True)

    @reads("/places/{place_id:uuid}", May.MECHANISM_READ)
    async def one(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], place_id: FromPath[UUID]
    ) -> Reply[PlaceView]:
        """One place; on the page mount the list shows it."""
        view = await _view(session, actor, await node.one(session, actor, Place, place_id))
        return Reply(view, then=f"/mechanisms/{view.mechanism.code}/places")

    @reads("/places/{place_id:uuid}/edit", May.PLACE_EDIT, only_page=True)
    async def show_edit(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], place_id: FromPath[UUID]
    ) -> Reply[PlaceForm]:
        """The form with what is stored."""
        place = await node.one(session, actor, Place, place_id)
        require(actor, May.PLACE_EDIT, place.mechanism_id)
        head = await mechanisms.head_by_id(session, actor, place.mechanism_id)
        view = await _form(session, actor, MechanismHead.model_validate(head), place)
        return Reply(view, template="place/form.html", values=service.stored(place))

    @does("/places/{place_id:uuid}/edit", May.PLACE_EDIT, SavePlace)
    async def edit(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        place_id: FromPath[UUID],
        command: NamedDependency[SavePlace],
    ) -> Reply[PlaceView]:
        """Rename a place, or say in which other it lies."""
        view = await _view(session, actor, await service.edit_place(session, actor, place_id, command))
        return Reply(view, then=f"/mechanisms/{view.mechanism.code}/places")

    @reads("/places/{place_id:uuid}/delete", May.PLACE_EDIT, only_page=True)
    async def show_delete(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], place_id: FromPath[UUID]
    ) -> Reply[PlaceView]:
        """Ask before deleting."""
        place = await node.one(session, actor, Place, place_id)
        require(actor, May.PLACE_EDIT, place.mechanism_id)
        view = await _view(session, actor, place)
        return Reply(view, template="place/delete.html", values={"version": view.version})

    @does("/places/{place_id:uuid}/delete", May.PLACE_EDIT, Deletion)
    async def delete(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        place_id: FromPath[UUID],
        command: NamedDependency[Deletion],
    ) -> Reply[PlaceView]:
        """Delete a place that nothing refers to."""
        view = await _view(session, actor, await node.one(session, actor, Place, place_id))
        await service.delete_place(session, actor, place_id, command)
        return Reply(view, then=f"/mechanisms/{view.mechanism.code}/places")
