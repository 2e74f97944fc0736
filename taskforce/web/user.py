"""Users of the installation: listed, disabled, enabled and reset by the administrator."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.queries import user as questions
from taskforce.render import mail
from taskforce.render.states import N_
from taskforce.services import outbox
from taskforce.services import user as service
from taskforce.services.user import ChangeUser
from taskforce.views.user import UsersView, UserView, user_view
from taskforce.web.filters import Wrong, check, page_number, plain
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads


async def _view(session: Session, actor: Actor, user_id: UUID) -> UserView:
    return user_view(await questions.user(session, actor, user_id), actor)


async def _form(session: Session, actor: Actor, user_id: UUID, verb: str) -> Reply[UserView]:
    """The page that asks for the reason of a change."""
    require(actor, May.USER_EDIT)
    view = await _view(session, actor, user_id)
    return Reply(view, template=f"user/{verb}.html", values={"reason": "", "version": view.version})


class UserController(Controller):
    """Everybody who may sign in, without what they do in any mechanism."""

    path = "/"

    @reads("/users", May.USER_READ)
    async def all(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        text: Annotated[str, QueryParameter(title=N_("Post or address"))] = "",
        page: Annotated[str, QueryParameter(title=N_("Page"))] = "",
    ) -> Reply[UsersView]:
        """A page of the users whose post or address has a text."""
        wrong: list[Wrong] = []
        number, wanted = page_number(wrong, page), plain(text)
        check(wrong)
        found, count = await questions.users(session, actor, text=wanted, page=number)
        view = UsersView(
            users=[user_view(each, actor) for each in found],
            text=wanted,
            page=number,
            pages=max(1, -(-count // questions.PAGE)),
            count=count,
        )
        return Reply(view, template="user/all.html")

    @reads("/users/{user_id:uuid}", May.USER_READ)
    async def one(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], user_id: FromPath[UUID]
    ) -> Reply[UserView]:
        """One user; on the page mount the list shows them."""
        return Reply(await _view(session, actor, user_id), then="/users")

    @reads("/users/{user_id:uuid}/disable", May.USER_EDIT, only_page=True)
    async def show_disable(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], user_id: FromPath[UUID]
    ) -> Reply[UserView]:
        """Ask why before closing an account."""
        return await _form(session, actor, user_id, "disable")

    @does("/users/{user_id:uuid}/disable", May.USER_EDIT, ChangeUser, step_up=True)
    async def disable(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[dt.datetime],
        user_id: FromPath[UUID],
        command: NamedDependency[ChangeUser],
    ) -> Reply[UserView]:
        """Close an account; it is out at its next request."""
        await service.disable_user(session, actor, user_id, command, now=now)
        return Reply(await _view(session, actor, user_id), then="/users")

    @reads("/users/{user_id:uuid}/enable", May.USER_EDIT, only_page=True)
    async def show_enable(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], user_id: FromPath[UUID]
    ) -> Reply[UserView]:
        """Ask why before opening an account again."""
        return await _form(session, actor, user_id, "enable")

    @does("/users/{user_id:uuid}/enable", May.USER_EDIT, ChangeUser, step_up=True)
    async def enable(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        user_id: FromPath[UUID],
        command: NamedDependency[ChangeUser],
    ) -> Reply[UserView]:
        """Open an account again."""
        await service.enable_user(session, actor, user_id, command)
        return Reply(await _view(session, actor, user_id), then="/users")

    @reads("/users/{user_id:uuid}/reset", May.USER_EDIT, only_page=True)
    async def show_reset(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], user_id: FromPath[UUID]
    ) -> Reply[UserView]:
        """Ask why before taking password and second factor away."""
        return await _form(session, actor, user_id, "reset")

    @does("/users/{user_id:uuid}/reset", May.USER_EDIT, ChangeUser, step_up=True)
    async def reset(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[dt.datetime],
        user_id: FromPath[UUID],
        command: NamedDependency[ChangeUser],
    ) -> Reply[UserView]:
        """Take password and second factor away and mail a link; nobody but the user sees it."""
        account, secret = await service.reset_user(session, actor, user_id, command, now=now)
        words = mail.reset_by_administrator(secret, account.language)
        await outbox.put(session, account.email, words.subject, words.body)
        return Reply(await _view(session, actor, user_id), then="/users")
