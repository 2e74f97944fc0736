"""The pages at the foot of every page: help, keyboard, accessibility, privacy, API, licences."""

from litestar import Controller
from litestar.di import NamedDependency

from taskforce.access import Actor, May
from taskforce.web.reply import Reply
from taskforce.web.route import reads


class FootController(Controller):
    """Pages that say the same to everybody, signed in or not."""

    path = "/"

    @reads("/help", May.PAGE_READ, only_page=True)
    async def help(self, actor: NamedDependency[Actor]) -> Reply[None]:
        """What this is for, and what its words mean."""
        return Reply(None, template="foot/help.html")

    @reads("/keyboard", May.PAGE_READ, only_page=True)
    async def keyboard(self, actor: NamedDependency[Actor]) -> Reply[None]:
        """Using the pages without a mouse."""
        return Reply(None, template="foot/keyboard.html")

    @reads("/accessibility", May.PAGE_READ, only_page=True)
    async def accessibility(self, actor: NamedDependency[Actor]) -> Reply[None]:
        """The accessibility statement."""
        return Reply(None, template="foot/accessibility.html")

    @reads("/privacy", May.PAGE_READ, only_page=True)
    async def privacy(self, actor: NamedDependency[Actor]) -> Reply[None]:
        """What is kept about people."""
        return Reply(None, template="foot/privacy.html")

    @reads("/api", May.PAGE_READ, only_page=True)
    async def api(self, actor: NamedDependency[Actor]) -> Reply[None]:
        """How programs use the API."""
        return Reply(None, template="foot/api.html")

    @reads("/licences", May.PAGE_READ, only_page=True)
    async def licences(self, actor: NamedDependency[Actor]) -> Reply[None]:
        """Under which licences this software and its parts stand."""
        return Reply(None, template="foot/licences.html")
