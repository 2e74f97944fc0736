"""The pages to sign in and out, to give a second factor, and to set or ask for a password."""

import datetime as dt
from contextlib import suppress
from typing import Annotated, Any

from litestar import Controller
from litestar.connection import Request
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from taskforce.access import SIGN_IN, Actor, May
from taskforce.db import Sessions, transaction
from taskforce.errors import NotFound, Refused
from taskforce.queries import account as accounts
from taskforce.render import mail
from taskforce.render.states import N_
from taskforce.services import account as service
from taskforce.services import account_password as passwords
from taskforce.services.account import Entry
from taskforce.services.account_password import ForgottenPassword, SignIn
from taskforce.services.account_second_factor import GiveCode, StepUp, check_code
from taskforce.services.account_tries import begin_try, forget_try
from taskforce.views.account import ForgottenView, LinkView, SignInView, StepUpView
from taskforce.web.carried import carried
from taskforce.web.client_address import client_address
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads
from taskforce.web.session_cookie import remember, session_cookie, session_secret
from taskforce.web.signed_in import NotSignedIn, local_path
from taskforce.web.step_up import verify

AnyRequest = Request[Any, Any, Any]


class SignInController(Controller):
    """Signing in and out."""

    path = "/"

    @reads("/", May.PAGE_READ, only_page=True)
    async def home(self, actor: NamedDependency[Actor], request: AnyRequest) -> Redirect:
        """The front door: the desk, the sign-in page, or the first steps of an empty installation."""
        if carried(request).signed_in:
            return Redirect("/desk")
        async with transaction(request.app.state.sessions, SIGN_IN) as session:
            is_empty = await accounts.account_count(session) == 0
        return Redirect("/first-steps" if is_empty else "/sign-in")

    @reads("/sign-in", May.PAGE_READ, only_page=True)
    async def show(
        self,
        actor: NamedDependency[Actor],
        next: Annotated[str, QueryParameter(title=N_("Page to go on to"))] = "/desk",
        ended: Annotated[str, QueryParameter(title=N_("Whether the session was ended"))] = "",
    ) -> Reply[SignInView]:
        """The sign-in form."""
        is_signed_in = actor.account_id is not None
        view = SignInView(
            next=local_path(next), is_signed_in=is_signed_in, is_ended=ended == "yes" and not is_signed_in
        )
        return Reply(view, template="sign-in/form.html", values={"email": "", "next": view.next})

    @does("/sign-in", May.SESSION_CREATE, SignIn, only_page=True)
    async def sign_in(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        command: NamedDependency[SignIn],
        now: NamedDependency[dt.datetime],
    ) -> Redirect:
        """Check the password; the answer is the same for unknown accounts and wrong passwords."""
        sessions: Sessions = request.app.state.sessions
        async with transaction(sessions, SIGN_IN, action=May.SESSION_CREATE) as session:
            attempt = await begin_try(session, command.email, client_address(request), now=now)
        if not await passwords.fits(attempt.password_hash, command.password):  # no connection waits for it
            raise Refused("The e-mail address or the password is wrong. Check both and try again.", field="email")
        async with transaction(sessions, SIGN_IN, action=May.SESSION_CREATE) as session:
            account_id = await passwords.accept_try(session, attempt)
            secret = await service.open_session(session, account_id, _entry(request), now=now)
        return await _entered(request, secret, command.next)

    @reads("/sign-in/code", May.PAGE_READ, only_page=True)
    async def show_code(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        next: Annotated[str, QueryParameter(title=N_("Page to go on to"))] = "/desk",
    ) -> Reply[SignInView]:
        """The form for the code of the app, after the password."""
        found = carried(request).signed_in
        if found is None:
            raise NotSignedIn
        view = SignInView(next=local_path(next), is_signed_in=not found.lacks_code, is_ended=False)
        return Reply(view, template="sign-in/code.html", values={"code": "", "next": view.next})

    @does("/sign-in/code", May.SESSION_CREATE, GiveCode, only_page=True)
    async def give_code(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        command: NamedDependency[GiveCode],
        now: NamedDependency[dt.datetime],
    ) -> Redirect:
        """Check the code; the session gets a new secret."""
        sessions, found = request.app.state.sessions, carried(request).signed_in
        if found is None:
            raise NotSignedIn
        async with transaction(sessions, SIGN_IN, action=May.SESSION_CREATE) as session:
            attempt = await begin_try(session, found.email, client_address(request), now=now)
        async with transaction(sessions, SIGN_IN, action=May.SESSION_CREATE) as session:
            account_id = attempt.account_id
            if account_id is None or not await check_code(session, account_id, command.code, now=now):
                raise Refused("The code is wrong, or was used already. Wait for the next one.", field="code")
            await forget_try(session, attempt)
            renewed = await service.renew_session(session, found, now=now, is_verified=True, has_second_factor=True)
        if renewed is None:
            raise NotSignedIn
        remember(request, renewed)
        return Redirect(local_path(command.next), status_code=303)

    @reads("/sign-in/{secret:str}", May.PAGE_READ, only_page=True)
    async def show_link(self, actor: NamedDependency[Actor], secret: FromPath[str]) -> Reply[LinkView]:
        """The page of a one-time link. Opening it uses nothing up, since mail programs open links by themselves."""
        return Reply(LinkView(secret=secret), template="sign-in/link.html", values={})

    @does("/sign-in/{secret:str}", May.SESSION_CREATE, only_page=True)
    async def use_link(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        now: NamedDependency[dt.datetime],
        secret: FromPath[str],
    ) -> Redirect:
        """Use the link up and sign in; an invitation or a reset goes on to the password page."""
        async with transaction(request.app.state.sessions, SIGN_IN, action=May.SESSION_CREATE) as session:
            link = await service.use_link(session, secret, now=now)
            entry = _entry(request, is_from_link=True)
            made = await service.open_session(session, link.account_id, entry, now=now)
        return await _entered(request, made, "/desk" if link.purpose == "sign_in" else "/password")

    @reads("/forgotten-password", May.PAGE_READ, only_page=True)
    async def show_forgotten(
        self,
        actor: NamedDependency[Actor],
        sent: Annotated[str, QueryParameter(title=N_("Whether the link was sent"))] = "",
    ) -> Reply[ForgottenView]:
        """The form that asks for a reset link, and what it says afterwards to everybody."""
        view = ForgottenView(is_sent=sent == "yes", hours=service.RESET_LIFE // dt.timedelta(hours=1))
        return Reply(view, template="sign-in/forgotten.html", values={"email": ""})

    @does("/forgotten-password", May.SESSION_CREATE, ForgottenPassword, only_page=True)
    async def ask_for_link(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        command: NamedDependency[ForgottenPassword],
        now: NamedDependency[dt.datetime],
    ) -> Redirect:
        """Mail a reset link if there is such an account; the answer and the work are the same if there is none."""
        secret = service.new_secret()
        async with transaction(request.app.state.sessions, SIGN_IN, action=May.SESSION_CREATE) as session:
            await begin_try(session, command.email, client_address(request), now=now, kind="reset")
            words = mail.reset(secret, await passwords.language_of(session, command.email))
            await passwords.put_reset(session, command.email, secret, (words.subject, words.body), now=now)
        return Redirect("/forgotten-password?sent=yes", status_code=303)

    @reads("/step-up", May.SESSION_VERIFY, only_page=True)
    async def show_step_up(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        next: Annotated[str, QueryParameter(title=N_("Page to go on to"))] = "/desk",
    ) -> Reply[StepUpView]:
        """Ask for the password or a code before a page that is dangerous."""
        found = carried(request).signed_in
        view = StepUpView(next=local_path(next), wants_code=bool(found and found.has_second_factor))
        return Reply(view, template="sign-in/verify.html", values={"given": "", "next": view.next})

    @does("/step-up", May.SESSION_VERIFY, StepUp, only_page=True)
    async def step_up(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        command: NamedDependency[StepUp],
        now: NamedDependency[dt.datetime],
    ) -> Redirect:
        """Check the password or the code, and go on to where one was."""
        found = carried(request).signed_in
        if found is None:
            raise NotSignedIn
        await verify(request, found, command.given, now, field="given")
        return Redirect(local_path(command.next), status_code=303)

    @does("/sign-out", May.SESSION_END, only_page=True)
    async def sign_out(self, request: AnyRequest, actor: NamedDependency[Actor]) -> Redirect:
        """End this session, also when another request gives it a new secret at this moment."""
        found = carried(request).signed_in
        async with transaction(request.app.state.sessions, SIGN_IN) as session:
            if found is not None:
                with suppress(NotFound):  # somebody pressed twice
                    await service.end_own_session(session, actor, found.id)
        carried(request).headers.clear()
        return Redirect("/sign-in", status_code=303, cookies=[session_cookie("")])

    @reads("/{path:path}", May.PAGE_READ, only_page=True)
    async def nowhere(self, actor: NamedDependency[Actor], path: FromPath[str]) -> None:
        """Any other address: the page that says so still knows who reads it."""
        raise NotFound(path)


def _entry(request: AnyRequest, *, is_from_link: bool = False) -> Entry:
    """How this browser comes in. In the demonstration the one-time link counts as second factor."""
    return Entry(
        address=client_address(request),
        agent=request.headers.get("user-agent", ""),
        is_from_link=is_from_link,
        has_second_factor=is_from_link and carried(request).is_demonstration,
    )


async def _entered(request: AnyRequest, secret: str, then: str) -> Redirect:
    """The way on with a new session; the one that this browser had before is ended."""
    async with transaction(request.app.state.sessions, SIGN_IN) as session:
        await service.end_session(session, service.digest(session_secret(request)))
    carried(request).headers.clear()
    return Redirect(local_path(then), status_code=303, cookies=[session_cookie(secret)])
