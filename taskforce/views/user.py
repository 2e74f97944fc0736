"""Users as the administrator sees them."""

import datetime as dt
from uuid import UUID

from taskforce.access import Actor
from taskforce.queries.user import User
from taskforce.views.base import View


class UserView(View):
    """One user, with what the administrator may do."""

    id: UUID
    title: str
    email: str
    is_administrator: bool
    has_password: bool
    second_factor_at: dt.datetime | None
    seen_at: dt.datetime | None
    disabled_at: dt.datetime | None
    version: int
    may: list[str]


class UsersView(View):
    """A page of users. `count` is how many there are in all, `pages` how many pages."""

    users: list[UserView]
    text: str
    page: int
    pages: int
    count: int


def user_view(found: User, actor: Actor) -> UserView:
    """A user; nobody disables or resets themselves."""
    verbs = ["enable"] if found.disabled_at else ["disable", "reset"]
    named = {name: getattr(found, name) for name in UserView.model_fields if name != "may"}
    return UserView(**named, may=verbs if found.id != actor.account_id else [])
