"""Dangerous actions ask for a password or a code of the last minutes; what was typed goes on with it."""

import datetime as dt
import re
from typing import Any

from litestar.connection import Request

from taskforce.access import SIGN_IN
from taskforce.db import Sessions, transaction
from taskforce.errors import Refused
from taskforce.queries.account import SignedIn
from taskforce.services import account as service
from taskforce.services.account_password import fits
from taskforce.services.account_second_factor import check_code
from taskforce.services.account_tries import begin_try, forget_try
from taskforce.web.carried import carried
from taskforce.web.client_address import client_address
from taskforce.web.form import CONFIRM, INVISIBLE, is_form, posted_values
from taskforce.web.session_cookie import remember

AnyRequest = Request[Any, Any, Any]
Typed = list[tuple[str, str]]


class StepUpWanted(Exception):
    """A dangerous action wants a password or a code first.

    `typed` is the form that goes on afterwards; `error` what was wrong with the password or code that was given.
    """

    def __init__(self, typed: Typed, error: str = "") -> None:
        super().__init__(error)
        self.typed = typed
        self.error = error


def is_verified(found: SignedIn, now: dt.datetime, *, is_demonstration: bool) -> bool:
    """Whether a password or a code was given in the last 15 minutes.

    In the demonstration the one-time link is all that its people have.
    """
    has_nothing_to_give = not found.has_password and not found.has_second_factor
    return now - found.verified_at <= service.STEP_UP or (is_demonstration and has_nothing_to_give)


async def require_verified(request: AnyRequest, now: dt.datetime) -> None:
    """Let pass what is not dangerous, who was verified, and who gives a password or a code with the form.

    The API has no sessions: the scope of the token, made after a step-up, says what it may do.

    Raises:
        StepUpWanted: a password or a code is wanted first, or the one given was wrong.
    """
    found = carried(request).signed_in
    if found is None or not request.route_handler.opt.get("step_up"):
        return
    if is_verified(found, now, is_demonstration=carried(request).is_demonstration):
        return
    values = await posted_values(request) if is_form(request) else {}
    given = values.get(CONFIRM, [""])[-1].strip()
    if not given:
        raise StepUpWanted(_typed(values))
    try:
        await verify(request, found, given, now)
    except Refused as wrong:
        raise StepUpWanted(_typed(values), wrong.pattern) from None


def _typed(values: dict[str, list[str]]) -> Typed:
    """What was typed, as hidden fields carry it; what is of this moment alone is left out."""
    kept = ((name, each) for name, given in values.items() if name not in ("csrf", CONFIRM) for each in given)
    return [(INVISIBLE.sub("", name), INVISIBLE.sub("", each)) for name, each in kept]


async def verify(request: AnyRequest, found: SignedIn, given: str, now: dt.datetime, *, field: str = CONFIRM) -> None:
    """Compare a password or a code with the account of this session, which gets a new secret if it fits.

    Raises:
        Refused: it is wrong, there were too many tries, or the session was ended meanwhile.
    """
    sessions: Sessions = request.app.state.sessions
    async with transaction(sessions, SIGN_IN, action="session:verify") as session:
        attempt = await begin_try(session, found.email, client_address(request), now=now)
    is_code = found.has_second_factor and bool(re.fullmatch(r"[0-9 ]{6,8}", given))
    is_right = False if is_code else await fits(attempt.password_hash, given)
    async with transaction(sessions, SIGN_IN, action="session:verify") as session:
        if is_code and attempt.account_id is not None:
            is_right = await check_code(session, attempt.account_id, given, now=now)
        renewed = await service.renew_session(session, found, now=now, is_verified=True) if is_right else None
        if renewed is not None:
            await forget_try(session, attempt)
    if renewed is None:
        raise Refused("That is not right. Type your password, or the code that your app shows now.", field=field)
    remember(request, renewed)
