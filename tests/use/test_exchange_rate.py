"""Exchange rates: who keeps them, what a rate is, that it stays, and what the money page makes of it."""

from itertools import count

import pytest

from tests.world import ROLES, World

_days = count(1)
RATE = {"currency": "USD", "base_currency": "TZS", "rate_on": "2026-01-01", "rate": "2630.5", "source": "Bank"}


def _rate(**values: str) -> dict[str, str]:
    """A rate of a day that no other test has taken: rates are of the whole installation."""
    return RATE | {"rate_on": f"1{next(_days) + 900}-01-01"} | values


@pytest.mark.parametrize("name", [*ROLES, "stranger", "administrator", None])
async def test_who_reads_and_who_adds(world: World, visit, name: str | None) -> None:
    """Whoever has signed in reads the rates; the administrator alone adds one, since all mechanisms share them."""
    client = await visit(world.people[name] if name else None)

    read, form = await client.api_get("/exchange-rates"), await client.status("/exchange-rates/add")
    added = await client.api("/exchange-rates/add", **_rate())

    is_administrator = name == "administrator"
    assert read.status_code == (200 if name else 401)
    assert form == (200 if is_administrator else 403 if name else 303)
    assert added.status_code == (201 if is_administrator else 403 if name else 401)


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"rate": "0"}, 400, "above zero"),
        ({"rate": "-1"}, 400, "above zero"),
        ({"rate": "2,630.5"}, 400, "with a point"),
        ({"rate": "much"}, 400, "much is no rate"),
        ({"rate": "1.12345678901"}, 400, "at most 10 decimals"),
        ({"rate": "1" * 13}, 400, "no rate"),
        ({"currency": "XXQ"}, 400, "XXQ is no currency"),
        ({"currency": "tzs"}, 409, "Both currencies are TZS"),
        ({"rate_on": "soon"}, 400, "must be a real date"),
        ({"source": " "}, 400, "Fill in: Source"),
    ],
)
async def test_what_is_no_rate_is_refused(world: World, visit, changes: dict[str, str], status: int, says: str) -> None:
    """The page and the API say what to write, and nothing is recorded."""
    client = await visit(world.administrator)
    before = (await client.api_get("/exchange-rates")).json()["count"]

    page = await client.send(await client.get("/exchange-rates/add"), _rate(**changes))
    api = await client.api("/exchange-rates/add", **_rate(**changes))

    assert (page.status, api.status_code) == (status, status)
    assert says in page.text
    assert says in api.text
    assert (await client.api_get("/exchange-rates")).json()["count"] == before


async def test_a_rate_stays(world: World, visit) -> None:
    """A second one for the same day is refused with the reason; there is no route that changes or deletes one."""
    client = await visit(world.administrator)
    rate = _rate()
    first = await client.send(await client.get("/exchange-rates/add"), rate)

    again = await client.api("/exchange-rates/add", **rate | {"rate": "2700", "source": "Another bank"})

    assert "TZS 2,630.5" in first.text
    assert again.status_code == 409
    assert "Figures were made with it, so it stays" in again.json()["detail"]


async def test_an_amount_becomes_convertible(world: World, visit) -> None:
    """Money in another currency counts from the moment on at which its rate is recorded, at exactly that rate."""
    await world.pay(world.activity, "1000", source=world.source, currency="CHF")
    client, administrator = await visit(world.treasury), await visit(world.administrator)
    money = f"/mechanisms/{world.mechanism.code}/money"
    without = await client.get(money)

    await administrator.api("/exchange-rates/add", **RATE | {"currency": "CHF"})

    assert "not convertible" in without.text
    assert "/exchange-rates" in without.links()
    later = await client.get(money)
    assert "not convertible" not in later.text
    assert "2,630,500" in later.text
