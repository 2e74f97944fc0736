"""Who is asking: our own sessions in a cookie, bearer tokens on the API, and the pages to sign in and out."""

import datetime as dt
import secrets
from collections.abc import AsyncGenerator
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller
from litestar.connection import Request
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from taskforce.access import NOBODY, POLICY, SIGN_IN, Actor, May, Role
from taskforce.db import Session, Sessions, transaction
from taskforce.errors import NotFound, Refused
from taskforce.queries import account as accounts
from taskforce.render.states import N_
from taskforce.render.wording import set_language
from taskforce.services import account as service
from taskforce.services import idempotency_key as keys
from taskforce.settings import settings
from taskforce.views.account import LinkView, SignInView
from taskforce.web import once
from taskforce.web.carried import carried
from taskforce.web.form import posted_values, require_json_on_the_api, speaks_html, unmasked
from taskforce.web.reply import Reply
from taskforce.web.route import WITHOUT_KEY, does, reads


class NotSignedIn(Exception):
    """The page or the API call needs somebody who signed in."""


def cookie_name() -> str:
    """The name of the session cookie; the prefix makes browsers insist on https and on the whole site."""
    address = settings().address
    return "__Host-tf" if address.startswith("https://") else f"tf-{settings().port}"


def session_cookie(secret: str) -> Cookie:
    """The cookie that holds a session's secret, for the life of the browser."""
    return Cookie(
        key=cookie_name(),
        value=secret,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings().address.startswith("https://"),
        max_age=None if secret else 0,
    )


def _address(request: Request[Any, Any, Any]) -> str:
    return request.client.host if request.client else "unknown"


def local_path(path: str) -> str:
    """Where to go next, if it is a path of ours; anything else is the desk."""
    is_local = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_local else "/desk"


async def _from_cookie(request: Request[Any, Any, Any], sessions: Sessions, now: dt.datetime) -> Actor:
    secret = request.cookies.get(cookie_name())
    if not secret:
        return NOBODY
    async with transaction(sessions, SIGN_IN) as session:
        found = await accounts.signed_in(session, service.digest(secret), now=now)
        if found is None:
            return NOBODY
        if now - found.seen_at > service.SEEN_EVERY:
            await service.note_seen(session, found.token_hash, now=now)
    carried(request).csrf = found.csrf
    return found.actor


async def _from_token(request: Request[Any, Any, Any], sessions: Sessions, now: dt.datetime) -> Actor:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        return NOBODY
    async with transaction(sessions, SIGN_IN) as session:
        return await accounts.by_token(session, service.digest(secret.strip()), now=now) or NOBODY


async def provide_actor(request: Request[Any, Any, Any], now: NamedDependency[dt.datetime]) -> Actor:
    """Who asks. The page mount knows cookies, the API knows bearer tokens and ignores cookies.

    Raises:
        NotSignedIn: nobody asks for what only users may.
        Refused: a form came from another site.
    """
    html = speaks_html(request)
    if "%00" in request.url.query or "\0" in request.url.path:  # the database stores no NUL, and none is ever asked for
        raise ClientException("the address holds a NUL character: take it out")
    sessions: Sessions = request.app.state.sessions
    actor = await (_from_cookie if html else _from_token)(request, sessions, now)
    carried(request).actor = actor
    carried(request).is_demonstration = request.app.state.is_demonstration
    set_language(actor.language)
    action: May = request.route_handler.opt["action"]
    if actor is NOBODY and Role.ANYBODY not in POLICY[action]:
        raise NotSignedIn
    if request.method == "POST":
        require_json_on_the_api(request)
        if html:
            await _check_origin(request)
    return actor


async def _check_origin(request: Request[Any, Any, Any]) -> None:
    """A form carries its session's secret and comes from this site."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Refused("This form was sent from another site. Open the page here and send it again.")
    origin = request.headers.get("origin")
    if origin and origin not in (settings().address, str(request.base_url).rstrip("/")):
        raise Refused("This form was sent from another site. Open the page here and send it again.")
    expected = carried(request).csrf
    sent = unmasked((await posted_values(request)).get("csrf", [""])[-1])
    if expected and not secrets.compare_digest(sent.encode(), expected.encode()):
        raise Refused("This form was opened before you signed in again. Check it and send it once more.")


async def provide_session(
    request: Request[Any, Any, Any], actor: NamedDependency[Actor]
) -> AsyncGenerator[Session, None]:
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


class SignInController(Controller):
    """Signing in and out."""

    path = "/"

    @reads("/", May.PAGE_READ, only_page=True)
    async def home(self, actor: NamedDependency[Actor], request: Request[Any, Any, Any]) -> Redirect:
        """The front door: the desk, the sign-in page, or the first steps of an empty installation."""
        if actor.account_id:
            return Redirect("/desk")
        async with transaction(request.app.state.sessions, SIGN_IN) as session:
            is_empty = await accounts.account_count(session) == 0
        return Redirect("/first-steps" if is_empty else "/sign-in")

    @reads("/sign-in", May.PAGE_READ, only_page=True)
    async def show(
        self,
        actor: NamedDependency[Actor],
        next: Annotated[str, QueryParameter(title=N_("Page to go on to"))] = "/desk",
    ) -> Reply[SignInView]:
        """The sign-in form."""
        view = SignInView(next=local_path(next), is_signed_in=actor.account_id is not None)
        return Reply(view, template="sign-in/form.html", values={"email": "", "next": view.next})

    @does("/sign-in", May.SESSION_CREATE, service.SignIn, only_page=True)
    async def sign_in(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        command: NamedDependency[service.SignIn],
        now: NamedDependency[dt.datetime],
    ) -> Redirect:
        """Check the password; the answer is the same for unknown accounts and wrong passwords."""
        sessions: Sessions = request.app.state.sessions
        async with transaction(sessions, SIGN_IN, action=May.SESSION_CREATE) as session:
            attempt_id = await service.begin_try(session, command.email, _address(request), now=now)
        async with transaction(sessions, SIGN_IN, action=May.SESSION_CREATE) as session:
            account_id = await service.check_password(session, command, attempt_id)
        if account_id is None:
            raise Refused("The e-mail address or the password is wrong. Check both and try again.", field="email")
        return await _enter(request, account_id, now, command.next)

    @reads("/sign-in/{secret:str}", May.PAGE_READ, only_page=True)
    async def show_link(self, actor: NamedDependency[Actor], secret: FromPath[str]) -> Reply[LinkView]:
        """The page of a one-time link. Opening it uses nothing up, since mail programs open links by themselves."""
        return Reply(LinkView(secret=secret), template="sign-in/link.html", values={})

    @does("/sign-in/{secret:str}", May.SESSION_CREATE, only_page=True)
    async def use_link(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        now: NamedDependency[dt.datetime],
        secret: FromPath[str],
    ) -> Redirect:
        """Use the link up and sign in; an invitation or a reset goes on to the password page."""
        async with transaction(request.app.state.sessions, SIGN_IN, action=May.SESSION_CREATE) as session:
            link = await service.use_link(session, secret, now=now)
        return await _enter(request, link.account_id, now, "/desk" if link.purpose == "sign_in" else "/password")

    @reads("/password", May.SESSION_END, only_page=True)
    async def show_password(self, actor: NamedDependency[Actor]) -> Reply[SignInView]:
        """The form for a new password."""
        view = SignInView(next="/desk", is_signed_in=True)
        return Reply(view, template="sign-in/password.html", values={"password": ""})

    @does("/password", May.SESSION_END, service.SetPassword, only_page=True)
    async def set_password(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        command: NamedDependency[service.SetPassword],
        now: NamedDependency[dt.datetime],
    ) -> Redirect:
        """Set the own password; all sessions end and this browser gets a new one."""
        account_id = actor.account_id
        if account_id is None:
            raise NotFound("a system principal has no password")
        async with transaction(request.app.state.sessions, SIGN_IN, action="account:password") as session:
            await service.set_password(session, account_id, command)
        return await _enter(request, account_id, now, "/desk")

    @does("/sign-out", May.SESSION_END, only_page=True)
    async def sign_out(self, request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Redirect:
        """End this session."""
        secret = request.cookies.get(cookie_name(), "")
        async with transaction(request.app.state.sessions, SIGN_IN) as session:
            await service.end_session(session, service.digest(secret))
        return Redirect("/sign-in", status_code=303, cookies=[session_cookie("")])

    @reads("/{path:path}", May.PAGE_READ, only_page=True)
    async def nowhere(self, actor: NamedDependency[Actor], path: FromPath[str]) -> None:
        """Any other address: the page that says so still knows who reads it."""
        raise NotFound(path)


async def _enter(request: Request[Any, Any, Any], account_id: UUID, now: dt.datetime, then: str) -> Redirect:
    """A new session with a new secret of ours, and the way to the next page."""
    agent = request.headers.get("user-agent", "")
    async with transaction(request.app.state.sessions, SIGN_IN, action=May.SESSION_CREATE) as session:
        secret = await service.open_session(session, account_id, now=now, address=_address(request), agent=agent)
    return Redirect(local_path(then), status_code=303, cookies=[session_cookie(secret)])
