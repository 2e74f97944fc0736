"""The pages at the foot of every page."""

import pytest

from tests.world import World

PAGES = {
    "/help": "Help",
    "/keyboard": "Using the keyboard",
    "/accessibility": "Accessibility statement",
    "/privacy": "Privacy",
    "/api": "API documentation",
    "/licences": "Licences",
}


@pytest.mark.parametrize("who", [None, "stranger", "secretariat"])
@pytest.mark.parametrize("path", PAGES)
async def test_anybody_may_read(world: World, visit, path: str, who: str | None) -> None:
    """Each is a real page for visitors and for users, and says what it is."""
    client = await visit(world.people[who] if who else None)

    page = await client.get(path)

    assert page.status == 200
    assert page.title.startswith(PAGES[path])
    assert len(page.text.split()) > 100


async def test_every_page_links_to_them_all(world: World, visit) -> None:
    """The foot of a page leads to each of them."""
    client = await visit(world.secretariat)

    page = await client.get("/help")

    assert set(PAGES) <= set(page.links())


async def test_the_description_that_the_api_page_loads_exists(visit) -> None:
    """The page names the file that describes the API, and that file is there."""
    client = await visit(None)

    page = await client.get("/api")
    [address] = [link for link in page.links() if "openapi" in link]

    assert (await client.http.get(address)).json()["info"]["title"] == "Taskforce"
