"""My tokens of the API: made with a part of my rights, shown once, revoked."""

import datetime as dt
from uuid import UUID

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import FromPath

from taskforce.access import Actor, May
from taskforce.db import Session
from taskforce.queries.account_access import own_tokens
from taskforce.services import account_token as service
from taskforce.services.account_token import LONGEST_DAYS, MakeToken
from taskforce.views.account import TokenForm, TokenMadeView, TokenView, token_view
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads
from taskforce.web.secret_reply import SecretReply


class AccountTokenController(Controller):
    """Tokens with which one's own programs use the API."""

    path = "/"

    @reads("/account/tokens", May.OWN_ACCOUNT_READ)
    async def all(
        self, session: NamedDependency[Session], actor: NamedDependency[Actor], now: NamedDependency[dt.datetime]
    ) -> Reply[list[TokenView]]:
        """My tokens, without their secrets; on the page mount they stand under my account."""
        return Reply([token_view(each, now=now) for each in await own_tokens(session, actor)], then="/account")

    @reads("/account/tokens/add", May.TOKEN_EDIT, only_page=True, step_up=True)
    async def show_add(self, actor: NamedDependency[Actor]) -> Reply[TokenForm]:
        """The form of a new token, with the scopes that one may give."""
        view = TokenForm(scopes=list(service.offered_scopes(actor)), most_days=LONGEST_DAYS)
        empty = {"title": "", "scopes": [], "days": "90"}
        return Reply(view, template="account_token/add.html", values=empty)

    @does("/account/tokens/add", May.TOKEN_EDIT, MakeToken, step_up=True)
    async def add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[dt.datetime],
        command: NamedDependency[MakeToken],
    ) -> SecretReply[TokenMadeView]:
        """Make a token; its secret is shown once."""
        token, secret = await service.make_own_token(session, actor, command, now=now)
        view = TokenMadeView(
            id=token.id, title=token.title, scopes=token.scopes, expires_at=token.expires_at, secret=secret
        )
        return SecretReply(view, template="account_token/made.html", afterwards="/account")

    @does("/account/tokens/{token_id:uuid}/revoke", May.TOKEN_EDIT)
    async def revoke(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        now: NamedDependency[dt.datetime],
        token_id: FromPath[UUID],
    ) -> Reply[list[TokenView]]:
        """End a token at once; answers with those that are left."""
        await service.revoke_token(session, actor, token_id)
        return Reply([token_view(each, now=now) for each in await own_tokens(session, actor)], then="/account")
