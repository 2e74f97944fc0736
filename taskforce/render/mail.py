"""The words of the mails that go out, in the language of who gets them."""

from dataclasses import dataclass

from taskforce.render.wording import gettext as _
from taskforce.render.wording import speaking
from taskforce.settings import settings


@dataclass(frozen=True)
class Mail:
    """Subject and plain text."""

    subject: str
    body: str


def sign_in_address(secret: str) -> str:
    """The page of a one-time link, from the configured address and never from a request."""
    return f"{settings().address}/sign-in/{secret}"


def invitation(mechanism: str, secret: str | None, language: str) -> Mail:
    """Tells somebody that they were appointed; with a secret, how they set their password."""
    with speaking(language):
        subject = _("Your access to %(mechanism)s") % {"mechanism": mechanism}
        first = _("You were appointed in %(mechanism)s.") % {"mechanism": mechanism}
        if secret is None:
            then = _("Sign in with your password: %(address)s") % {"address": f"{settings().address}/sign-in"}
        else:
            then = _("Open this link within 7 days and choose a password. It works once: %(address)s") % {
                "address": sign_in_address(secret)
            }
        last = _("If you did not expect this mail, delete it and tell the secretariat.")
    return Mail(subject, f"{first}\n\n{then}\n\n{last}\n")


def reset(secret: str, language: str) -> Mail:
    """How somebody sets a new password: they forgot theirs, or the administrator reset them."""
    with speaking(language):
        subject = _("Set a new password")
        first = _("Open this link within 24 hours and choose a new password. It works once: %(address)s") % {
            "address": sign_in_address(secret)
        }
        last = _("If you did not ask for this, delete this mail. Your password stays as it is.")
    return Mail(subject, f"{first}\n\n{last}\n")


def reset_by_administrator(secret: str, language: str) -> Mail:
    """Tells somebody that their way in was reset, and how they get a new one."""
    with speaking(language):
        subject = _("Your account was reset")
        first = _("The administrator reset your account. Open this link within 24 hours and choose a new password.")
        second = _("It works once: %(address)s") % {"address": sign_in_address(secret)}
        last = _("If you did not expect this, tell the administrator.")
    return Mail(subject, f"{first}\n{second}\n\n{last}\n")


def handed_over(mechanism: str, last_day: str, language: str) -> Mail:
    """Tells somebody that their post was handed over to another person."""
    with speaking(language):
        subject = _("Your post in %(mechanism)s is handed over") % {"mechanism": mechanism}
        first = _("Your post in %(mechanism)s goes to somebody else. Your last day is %(day)s.") % {
            "mechanism": mechanism,
            "day": last_day,
        }
        last = _("If you did not expect this mail, tell the secretariat.")
    return Mail(subject, f"{first}\n\n{last}\n")
