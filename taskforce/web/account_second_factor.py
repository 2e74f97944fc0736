"""My second factor: an app that shows codes, and recovery codes on paper."""

import datetime as dt
from typing import Any

import segno
from litestar import Controller
from litestar.connection import Request
from litestar.di import NamedDependency
from litestar.response import Redirect

from taskforce.access import SIGN_IN, Actor, May
from taskforce.db import transaction
from taskforce.queries import account as accounts
from taskforce.queries.account import SignedIn
from taskforce.queries.account_second_factor import pending_secret
from taskforce.services import account as sessions_service
from taskforce.services import account_second_factor as service
from taskforce.services.account_second_factor import ConfirmCode
from taskforce.views.account import PendingFactorView, RecoveryCodesView, SecondFactorView
from taskforce.web.account import second_factor_view
from taskforce.web.carried import carried
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads
from taskforce.web.session_cookie import remember
from taskforce.web.signed_in import NotSignedIn

AnyRequest = Request[Any, Any, Any]


def _session_of(request: AnyRequest) -> SignedIn:
    found = carried(request).signed_in
    if found is None:
        raise NotSignedIn
    return found


class AccountSecondFactorController(Controller):
    """One's own second factor; for people alone, since an app and a sheet of paper are needed."""

    path = "/"

    @reads("/account/second-factor", May.CREDENTIAL_EDIT, only_page=True)
    async def show(self, request: AnyRequest, actor: NamedDependency[Actor]) -> Reply[SecondFactorView]:
        """How it stands, and what to do next."""
        async with transaction(request.app.state.sessions, SIGN_IN) as session:
            view = await second_factor_view(session, actor, await accounts.own(session, actor))
        return Reply(view, template="account_second_factor/show.html", values={})

    @does("/account/second-factor", May.CREDENTIAL_EDIT, only_page=True, step_up=True)
    async def begin(
        self, request: AnyRequest, actor: NamedDependency[Actor], now: NamedDependency[dt.datetime]
    ) -> Redirect:
        """Make a new secret, which counts once its first code is typed."""
        async with transaction(request.app.state.sessions, SIGN_IN, action=May.CREDENTIAL_EDIT) as session:
            await service.begin(session, actor, now=now)
        return Redirect("/account/second-factor/confirm", status_code=303)

    @reads("/account/second-factor/confirm", May.CREDENTIAL_EDIT, only_page=True, step_up=True)
    async def show_confirm(
        self, request: AnyRequest, actor: NamedDependency[Actor], now: NamedDependency[dt.datetime]
    ) -> Reply[PendingFactorView]:
        """The picture to scan, and the field for the first code; without a pending secret, back to the beginning."""
        async with transaction(request.app.state.sessions, SIGN_IN) as session:
            account = await accounts.own(session, actor)
            secret = await pending_secret(session, account.id, now=now)
        if secret is None:
            return Reply(PendingFactorView(picture="", secret=""), then="/account/second-factor")
        picture = segno.make(service.address_of(secret, account), error="m").svg_data_uri(scale=5, border=4)
        grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        view = PendingFactorView(picture=picture, secret=grouped)
        return Reply(view, template="account_second_factor/confirm.html", values={"code": ""})

    @does("/account/second-factor/confirm", May.CREDENTIAL_EDIT, ConfirmCode, only_page=True, step_up=True)
    async def confirm(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        now: NamedDependency[dt.datetime],
        command: NamedDependency[ConfirmCode],
    ) -> Reply[RecoveryCodesView]:
        """Take the app into use; all other sessions end, and the recovery codes are shown once."""
        found = _session_of(request)
        async with transaction(request.app.state.sessions, SIGN_IN, action=May.CREDENTIAL_EDIT) as session:
            codes = await service.confirm(session, actor, command, now=now, session_id=found.id)
            renewed = await sessions_service.renew_session(
                session, found, now=now, is_verified=True, has_second_factor=True
            )
        if renewed is None:
            raise NotSignedIn
        remember(request, renewed)
        return Reply(RecoveryCodesView(codes=codes), template="account_second_factor/codes.html")

    @does("/account/second-factor/codes", May.CREDENTIAL_EDIT, only_page=True, step_up=True)
    async def renew_codes(self, request: AnyRequest, actor: NamedDependency[Actor]) -> Reply[RecoveryCodesView]:
        """New recovery codes in place of the old ones, shown once."""
        async with transaction(request.app.state.sessions, SIGN_IN, action=May.CREDENTIAL_EDIT) as session:
            codes = await service.renew_recovery_codes(session, actor)
        return Reply(RecoveryCodesView(codes=codes), template="account_second_factor/codes.html")

    @does("/account/second-factor/remove", May.CREDENTIAL_EDIT, only_page=True, step_up=True)
    async def remove(self, request: AnyRequest, actor: NamedDependency[Actor]) -> Redirect:
        """Go back to the password alone, where no role needs more; all other sessions end."""
        found = _session_of(request)
        async with transaction(request.app.state.sessions, SIGN_IN, action=May.CREDENTIAL_EDIT) as session:
            await service.remove(session, actor, session_id=found.id)
        return Redirect("/account", status_code=303)
