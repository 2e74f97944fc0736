"""My password: set after a one-time link, and changed by whoever knows the one before."""

import datetime as dt
from typing import Any

from litestar import Controller
from litestar.connection import Request
from litestar.di import NamedDependency
from litestar.response import Redirect

from taskforce.access import SIGN_IN, Actor, May
from taskforce.db import Sessions, transaction
from taskforce.errors import Refused
from taskforce.queries.account import SignedIn
from taskforce.services import account as service
from taskforce.services import account_password as passwords
from taskforce.services.account import Entry
from taskforce.services.account_password import ChangePassword
from taskforce.services.account_tries import begin_try, forget_try
from taskforce.views.account import PasswordView
from taskforce.web.carried import carried
from taskforce.web.client_address import client_address
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads
from taskforce.web.session_cookie import session_cookie
from taskforce.web.signed_in import NotSignedIn


def _asks_for_current(found: SignedIn | None, now: dt.datetime) -> bool:
    """Not who set none yet, nor who came by a one-time link just now and so does not know it."""
    if found is None or not found.has_password:
        return False
    return not (found.is_from_link and now - found.verified_at <= service.STEP_UP)


class AccountPasswordController(Controller):
    """One's own password; for people alone, since it opens and ends browser sessions."""

    path = "/"

    @reads("/password", May.CREDENTIAL_EDIT, only_page=True)
    async def show(
        self, request: Request[Any, Any, Any], actor: NamedDependency[Actor], now: NamedDependency[dt.datetime]
    ) -> Reply[PasswordView]:
        """The form for a new password."""
        view = PasswordView(asks_for_current=_asks_for_current(carried(request).signed_in, now))
        return Reply(view, template="account_password/form.html", values={"password": "", "current": ""})

    @does("/password", May.CREDENTIAL_EDIT, ChangePassword, only_page=True)
    async def change(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        command: NamedDependency[ChangePassword],
        now: NamedDependency[dt.datetime],
    ) -> Redirect:
        """Set the own password; all sessions and tokens end and this browser gets a new session."""
        found = carried(request).signed_in
        if found is None or actor.account_id is None:
            raise NotSignedIn
        if _asks_for_current(found, now):
            await _check_current(request, found, command.current or "", now)
        entry = Entry(
            address=client_address(request),
            agent=request.headers.get("user-agent", ""),
            has_second_factor=found.code_at is not None,
        )
        async with transaction(request.app.state.sessions, SIGN_IN, action="account:password") as session:
            await passwords.set_password(session, actor.account_id, command)
            secret = await service.open_session(session, actor.account_id, entry, now=now)
        carried(request).headers.clear()
        return Redirect("/desk", status_code=303, cookies=[session_cookie(secret)])


async def _check_current(request: Request[Any, Any, Any], found: SignedIn, current: str, now: dt.datetime) -> None:
    sessions: Sessions = request.app.state.sessions
    async with transaction(sessions, SIGN_IN, action="account:password") as session:
        attempt = await begin_try(session, found.email, client_address(request), now=now)
    if not await passwords.fits(attempt.password_hash, current):
        raise Refused("This is not your current password. Type it again.", field="current")
    async with transaction(sessions, SIGN_IN, action="account:password") as session:
        await forget_try(session, attempt)
