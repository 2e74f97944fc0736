"""My account: who I am here, how I come in, where I am signed in."""

import datetime as dt
from typing import Any
from uuid import UUID

from litestar import Controller
from litestar.connection import Request
from litestar.di import NamedDependency
from litestar.params import FromPath

from taskforce.access import Actor, May, needs_second_factor
from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import Account
from taskforce.queries import account as accounts
from taskforce.queries import account_access as access
from taskforce.queries.account_second_factor import recovery_codes_left
from taskforce.render.language import locale_of, offered_languages
from taskforce.services import account as service
from taskforce.services.account import EditOwnAccount
from taskforce.views.account import AccountView, SecondFactorView, session_view, token_view
from taskforce.views.base import Choice
from taskforce.web.carried import carried
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads


def this_session(request: Request[Any, Any, Any]) -> UUID | None:
    """The session that asks; None on the API."""
    found = carried(request).signed_in
    return found.id if found else None


async def second_factor_view(session: Session, actor: Actor, account: Account) -> SecondFactorView:
    """How the actor's second factor stands."""
    return SecondFactorView(
        since=account.second_factor_at,
        is_obligatory=needs_second_factor(actor),
        recovery_code_count=await recovery_codes_left(session, account.id),
    )


async def _view(session: Session, actor: Actor, now: dt.datetime, this: UUID | None) -> AccountView:
    account = await accounts.own(session, actor)
    return AccountView(
        post=account.title,
        email=account.email,
        language=account.language,
        languages=[
            Choice(id=code, label=locale_of(code).get_language_name(code) or code) for code in offered_languages()
        ],
        has_password=account.password_hash is not None,
        second_factor=await second_factor_view(session, actor, account),
        sessions=[session_view(each, this) for each in await access.own_sessions(session, actor, now=now)],
        tokens=[token_view(each, now=now) for each in await access.own_tokens(session, actor)],
    )


class AccountController(Controller):
    """One's own account."""

    path = "/"

    @reads("/account", May.OWN_ACCOUNT_READ)
    async def one(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[dt.datetime],
    ) -> Reply[AccountView]:
        """Who I am here, my ways in, my sessions and my tokens."""
        return Reply(await _view(session, actor, now, this_session(request)), template="account/one.html")

    @reads("/account/edit", May.OWN_ACCOUNT_EDIT, only_page=True)
    async def show_edit(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], now: NamedDependency[dt.datetime]
    ) -> Reply[AccountView]:
        """The form for what people change themselves."""
        view = await _view(session, actor, now, None)
        return Reply(view, template="account/edit.html", values={"language": view.language})

    @does("/account/edit", May.OWN_ACCOUNT_EDIT, EditOwnAccount)
    async def edit(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[dt.datetime],
        command: NamedDependency[EditOwnAccount],
    ) -> Reply[AccountView]:
        """Change the language of pages and mail."""
        if command.language not in offered_languages():
            raise Refused("There is no such language here yet. Choose one of the list.", field="language")
        await service.edit_own_account(session, actor, command)
        return Reply(await _view(session, actor, now, this_session(request)), then="/account")

    @does("/account/sessions/{session_id:uuid}/end", May.OWN_ACCOUNT_EDIT)
    async def end_session(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[dt.datetime],
        session_id: FromPath[UUID],
    ) -> Reply[AccountView]:
        """Sign out in one browser."""
        await service.end_own_session(session, actor, session_id)
        return Reply(await _view(session, actor, now, this_session(request)), then="/account")

    @does("/account/sessions/end", May.OWN_ACCOUNT_EDIT)
    async def end_other_sessions(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[dt.datetime],
    ) -> Reply[AccountView]:
        """Sign out everywhere else; asked for by a program, everywhere."""
        account = await accounts.own(session, actor)
        await service.end_sessions(session, account.id, but=this_session(request))
        return Reply(await _view(session, actor, now, this_session(request)), then="/account")
