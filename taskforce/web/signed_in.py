"""Who is asking: our own sessions in a cookie on the pages, bearer tokens on the API."""

import datetime as dt
import secrets
from collections.abc import AsyncGenerator, Mapping
from typing import Any
from urllib.parse import unquote

from litestar.connection import Request
from litestar.di import NamedDependency
from litestar.exceptions import ClientException

from taskforce.access import BEFORE_SECOND_FACTOR, NOBODY, POLICY, SIGN_IN, Actor, May, Role, require_scope
from taskforce.db import Session, Sessions, transaction
from taskforce.errors import Refused
from taskforce.queries import account as accounts
from taskforce.queries.account import SignedIn
from taskforce.render.wording import set_language
from taskforce.services import account as service
from taskforce.services import idempotency_key as keys
from taskforce.services.account_token import note_used
from taskforce.web import once
from taskforce.web.carried import carried
from taskforce.web.form import posted_values, receive_body, require_known_kind, speaks_html, unmasked
from taskforce.web.guard import is_own_origin
from taskforce.web.route import WITHOUT_KEY
from taskforce.web.session_cookie import remember, session_secret
from taskforce.web.step_up import require_verified

AnyRequest = Request[Any, Any, Any]


class NotSignedIn(Exception):
    """The page or the API call needs somebody who signed in."""


class SecondFactorWanted(Exception):
    """Somebody gave a password or a link, and a code is still to come. `path` is the page for that."""

    def __init__(self, path: str) -> None:
        super().__init__("a second factor is wanted")
        self.path = path


def local_path(path: str) -> str:
    """Where to go next, if it is a path of ours; anything else is the desk.

    Browsers read a backslash as a slash and skip control characters; a proxy may decode before it redirects.
    """
    decoded = unquote(unquote(path))
    is_local = path.startswith("/") and decoded.isprintable() and "\\" not in decoded and not decoded.startswith("//")
    return path if is_local else "/desk"


async def _from_cookie(request: AnyRequest, sessions: Sessions, now: dt.datetime) -> Actor:
    secret = session_secret(request)
    if not secret:
        return NOBODY
    async with transaction(sessions, SIGN_IN) as session:
        found = await _live(request, session, secret, now)
        if found is None and request.route_handler.opt["action"] is May.SESSION_END:
            # another request renewed the secret meanwhile; whoever wanted out must not stay in by that
            await service.end_session(session, service.digest(secret))
    if found is None:
        return NOBODY
    carried(request).csrf = found.csrf
    carried(request).signed_in = found
    return found.actor


async def _live(request: AnyRequest, session: Session, secret: str, now: dt.datetime) -> SignedIn | None:
    """The session of a secret: ended if a role was lost since it began, with a new secret if one was gained."""
    found = await accounts.signed_in(session, service.digest(secret), now=now)
    if found is None:
        return None
    if found.lost_rights:
        carried(request).has_lost_rights = True
        await service.end_session(session, found.token_hash)
        return None
    if found.gained_rights and request.route_handler.opt["action"] is not May.SESSION_END:
        renewed = await service.renew_session(session, found, now=now)
        if renewed is None:
            return None
        remember(request, renewed)
        return await accounts.signed_in(session, service.digest(renewed.secret), now=now)
    if now - found.seen_at > service.SEEN_EVERY:
        await service.note_seen(session, found.token_hash, now=now)
    return found


async def _from_token(request: AnyRequest, sessions: Sessions, now: dt.datetime) -> Actor:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        return NOBODY
    async with transaction(sessions, SIGN_IN) as session:
        found = await accounts.by_token(session, service.digest(secret.strip()), now=now)
        if found is None:
            return NOBODY
        await note_used(session, found.token_id, used_at=found.used_at, now=now)
    return found.actor


async def provide_actor(request: AnyRequest, now: NamedDependency[dt.datetime]) -> Actor:
    """Who asks. The page mount knows cookies, the API knows bearer tokens and ignores cookies.

    Raises:
        NotSignedIn: nobody asks for what only users may.
        NotAllowed: the token was not made for this.
        SecondFactorWanted: only the first of two factors was given.
        StepUpWanted: a dangerous action wants a password or a code of the last minutes.
        Refused: a form came from another site.
    """
    html = speaks_html(request)
    if "%00" in request.url.query or "\0" in request.url.path:  # the database stores no NUL, and none is ever asked for
        raise ClientException("the address holds a NUL character: take it out")
    sessions: Sessions = request.app.state.sessions
    actor = await (_from_cookie if html else _from_token)(request, sessions, now)
    carried(request).is_demonstration = request.app.state.is_demonstration
    set_language(actor.language)
    action: May = request.route_handler.opt["action"]
    if Role.ANYBODY in POLICY[action]:
        actor = _whole(actor, carried(request).signed_in)
    elif actor is NOBODY:
        raise NotSignedIn
    else:
        require_scope(actor, action)
        _require_second_factor(request, carried(request).signed_in, action)
    carried(request).actor = actor
    if request.method == "POST":
        require_known_kind(request)
        await receive_body(request)
        if html:
            await _check_origin(request)
    await require_verified(request, now)
    return actor


def _whole(actor: Actor, found: SignedIn | None) -> Actor:
    """On pages for anybody, whoever has not given the second factor is nobody yet."""
    return NOBODY if found and (found.lacks_code or found.lacks_second_factor) else actor


def _require_second_factor(request: AnyRequest, found: SignedIn | None, action: May) -> None:
    if found is None:
        return
    if found.lacks_code and action is not May.SESSION_END:
        raise SecondFactorWanted("/sign-in/code")
    if found.lacks_second_factor and action not in BEFORE_SECOND_FACTOR:
        raise SecondFactorWanted("/account/second-factor")


def is_own_form(headers: Mapping[str, str]) -> bool:
    """Whether the browser says that a form was sent from a page of this site.

    `none` is a form that the person sent again from their history. A browser that says neither where a form comes from
    nor how far that is from here is older than 2020, or a program that should use the API.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site not in (None, "same-origin", "none"):
        return False
    return site is not None if origin is None else is_own_origin(origin, headers.get("host", ""))


async def _check_origin(request: AnyRequest) -> None:
    """A form carries its session's secret and comes from this site.

    Signing out needs no secret: whoever wants out must get out, also with a page from before the secret was renewed.
    """
    if not is_own_form(request.headers):
        raise Refused("This form was sent from another site. Open the page here and send it again.")
    if request.route_handler.opt["action"] is May.SESSION_END:
        return
    expected = carried(request).csrf
    sent = unmasked((await posted_values(request)).get("csrf", [""])[-1])
    if expected and not secrets.compare_digest(sent.encode(), expected.encode()):
        raise Refused("This form was opened before you signed in again. Check it and send it once more.")


async def provide_session(request: AnyRequest, actor: NamedDependency[Actor]) -> AsyncGenerator[Session, None]:
    """The transaction of one request: bound to the actor, committed before the answer leaves, once a key."""
    action: May = request.route_handler.opt["action"]
    async with transaction(request.app.state.sessions, actor, action=action.value) as session:
        if request.method != "POST" or action in WITHOUT_KEY:
            yield session
            return
        key = await once.key_of(request)
        await once.take(session, actor.principal, key, request)
        yield session
        await keys.keep(session, actor.principal, key, carried(request).answer or {})
