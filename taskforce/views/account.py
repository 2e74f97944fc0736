"""Signing in, as pages show it."""

from taskforce.views.base import View


class SignInView(View):
    """The sign-in page: where it leads, and whether somebody is signed in already."""

    next: str
    is_signed_in: bool


class LinkView(View):
    """The page of a one-time link."""

    secret: str
