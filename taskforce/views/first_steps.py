"""The first steps of an empty installation, as their page shows them."""

from taskforce.views.base import View


class FirstStepsView(View):
    """Whether somebody set the installation up already, and the setup link that was opened, if it works."""

    is_set_up: bool
    secret: str | None
