"""The first steps: an installation without accounts gets its first administrator."""

import datetime as dt
from typing import Annotated, Any

from litestar import Controller
from litestar.connection import Request
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from taskforce.access import SIGN_IN, Actor, May
from taskforce.db import Sessions, transaction
from taskforce.queries import account as accounts
from taskforce.render.states import N_
from taskforce.services import account as account_service
from taskforce.services import first_steps as service
from taskforce.services.account import Entry
from taskforce.services.first_steps import FirstAdministrator
from taskforce.views.first_steps import FirstStepsView
from taskforce.web.client_address import client_address
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads
from taskforce.web.session_cookie import session_cookie

EMPTY = {"email": "", "title": "", "password": ""}


class FirstStepsController(Controller):
    """From nothing to the first administrator; the link to it is made on the server, so no visitor can take it."""

    path = "/"

    @reads("/first-steps", May.PAGE_READ, only_page=True)
    async def show(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        token: Annotated[str, QueryParameter(title=N_("Secret of the link"))] = "",
    ) -> Reply[FirstStepsView]:
        """What to do, or that it was done."""
        async with transaction(request.app.state.sessions, SIGN_IN) as session:
            is_set_up = await accounts.account_count(session) > 0
        view = FirstStepsView(is_set_up=is_set_up, secret=None)
        return Reply(view, template="first_steps/show.html", then=f"/first-steps/{token}" if token else None)

    @reads("/first-steps/{secret:str}", May.PAGE_READ, only_page=True)
    async def show_form(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        secret: FromPath[str],
        now: NamedDependency[dt.datetime],
    ) -> Reply[FirstStepsView]:
        """The form of the first administrator, if the link works."""
        async with transaction(request.app.state.sessions, SIGN_IN) as session:
            is_set_up = await accounts.account_count(session) > 0
            is_open = await service.is_open(session, secret, now=now)
        view = FirstStepsView(is_set_up=is_set_up, secret=secret if is_open else None)
        return Reply(view, template="first_steps/show.html", values=EMPTY)

    @does("/first-steps/{secret:str}", May.INSTALLATION_BEGIN, FirstAdministrator, only_page=True)
    async def add_administrator(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        secret: FromPath[str],
        command: NamedDependency[FirstAdministrator],
        now: NamedDependency[dt.datetime],
    ) -> Redirect:
        """Make the first administrator, sign them in, and lead on to the first mechanism."""
        sessions: Sessions = request.app.state.sessions
        entry = Entry(address=client_address(request), agent=request.headers.get("user-agent", ""))
        async with transaction(sessions, SIGN_IN, action=May.INSTALLATION_BEGIN) as session:
            account = await service.add_first_administrator(session, secret, command, now=now)
            cookie = await account_service.open_session(session, account.id, entry, now=now)
        return Redirect("/mechanisms/add", status_code=303, cookies=[session_cookie(cookie)])
