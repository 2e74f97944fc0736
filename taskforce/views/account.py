"""Accounts as their holders see them, and the pages by which people come in."""

import datetime as dt
from uuid import UUID

from taskforce.queries.account_access import OwnSession, OwnToken
from taskforce.views.base import Choice, View

# What the programs that people use call themselves, the more particular first.
BROWSERS = {
    "edg": "Edge",
    "opr/": "Opera",
    "samsungbrowser": "Samsung Internet",
    "firefox": "Firefox",
    "chrome": "Chrome",
    "crios": "Chrome",
    "safari": "Safari",
}
DEVICES = {
    "android": "Android",
    "iphone": "iPhone",
    "ipad": "iPad",
    "windows": "Windows",
    "mac os": "Mac",
    "linux": "Linux",
}


class SignInView(View):
    """The sign-in page: where it leads, whether somebody is signed in already, or was until a role of theirs ended."""

    next: str
    is_signed_in: bool
    is_ended: bool


class LinkView(View):
    """The page of a one-time link."""

    secret: str


class ForgottenView(View):
    """The page for a forgotten password: whether something was sent just now, and for how many hours links work."""

    is_sent: bool
    hours: int


class StepUpView(View):
    """The page that asks for the password once more: where it leads, and whether a code of the app will do."""

    next: str
    wants_code: bool


class PasswordView(View):
    """The form of a new password: whether the current one is asked for."""

    asks_for_current: bool


class SecondFactorView(View):
    """How the second factor stands: since when, whether it is obligatory, and how many codes on paper are left."""

    since: dt.datetime | None
    is_obligatory: bool
    recovery_code_count: int


class PendingFactorView(View):
    """The picture for the app, as a data address, and the same secret to be typed, in groups of four."""

    picture: str
    secret: str


class RecoveryCodesView(View):
    """New recovery codes, shown once."""

    codes: list[str]


class SessionView(View):
    """A browser in which one is signed in. `device` is what it calls itself, in words."""

    id: UUID
    device: str
    address: str | None
    created_at: dt.datetime
    seen_at: dt.datetime
    is_this: bool


class TokenView(View):
    """A token of the API, without its secret."""

    id: UUID
    title: str
    scopes: list[str]
    created_at: dt.datetime
    expires_at: dt.datetime
    used_at: dt.datetime | None
    is_over: bool


class TokenForm(View):
    """The form of a new token: the scopes that its maker may give."""

    scopes: list[str]
    most_days: int


class TokenMadeView(View):
    """A new token with its secret, which is shown once."""

    id: UUID
    title: str
    scopes: list[str]
    expires_at: dt.datetime
    secret: str


class AccountView(View):
    """Somebody's own account, with their ways in."""

    post: str
    email: str
    language: str
    languages: list[Choice]
    has_password: bool
    second_factor: SecondFactorView
    sessions: list[SessionView]
    tokens: list[TokenView]


def device(agent: str | None) -> str:
    """The program and the machine that a browser says it is; both can be invented."""
    said = (agent or "").lower()
    browser = next((name for sign, name in BROWSERS.items() if sign in said), "")
    machine = next((name for sign, name in DEVICES.items() if sign in said), "")
    return ", ".join(each for each in (browser, machine) if each) or (agent or "")[:60]


def session_view(found: OwnSession, this: UUID | None) -> SessionView:
    """A session of the reader's own; `this` is the one that reads."""
    return SessionView(
        id=found.id,
        device=device(found.agent),
        address=found.address,
        created_at=found.created_at,
        seen_at=found.seen_at,
        is_this=found.id == this,
    )


def token_view(found: OwnToken, *, now: dt.datetime) -> TokenView:
    """A token of the reader's own."""
    return TokenView(
        id=found.id,
        title=found.title,
        scopes=found.scopes,
        created_at=found.created_at,
        expires_at=found.expires_at,
        used_at=found.used_at,
        is_over=found.expires_at <= now,
    )
