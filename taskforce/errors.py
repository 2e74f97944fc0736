"""The four ways in which the application says no; web and cli turn them into answers."""

from collections.abc import Sequence


class NotFound(Exception):
    """The thing does not exist, or the actor must not know that it does."""


class NotAllowed(Exception):
    """The actor sees the thing but may not do this to it.

    `pattern` is the sentence, with %(roles)s for the codes of the `roles` that may; the edge puts both into words.
    """

    def __init__(self, pattern: str, *, roles: Sequence[str] = ()) -> None:
        super().__init__(pattern % {"roles": ", ".join(role.replace("_", " ") for role in roles)} if roles else pattern)
        self.pattern = pattern
        self.roles = tuple(roles)


class Refused(Exception):
    """A rule says no. The message names the thing, the rule and the value, and says what to do.

    `pattern` is the sentence with %(name)s for each of `values`, so that the edge can translate it.
    `field` is the form field to which the rule belongs, when there is one.
    """

    def __init__(self, pattern: str, *, field: str | None = None, **values: object) -> None:
        super().__init__(pattern % values if values else pattern)
        self.pattern = pattern
        self.values = values
        self.field = field


class Unread(Refused):
    """The actor did not say which version they read of the thing that they change."""


class Stale(Exception):
    """Somebody saved the thing after the actor had opened it.

    `theirs` maps each field to the value that is stored now. `since` is for whoever typed nothing that could be
    compared with it: what was done after the version that they read, the latest first.
    """

    def __init__(self, message: str, *, theirs: dict[str, object], since: Sequence[object] | None = None) -> None:
        super().__init__(message)
        self.theirs = theirs
        self.since = since
