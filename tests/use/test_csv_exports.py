"""Every table that is saved as CSV, from the table of routes: nothing in it runs when a spreadsheet opens it."""

import csv
import re
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from taskforce.models import Place
from tests.routes import ROUTES
from tests.world import World

EXPORTS = sorted(route.path for route in ROUTES if route.path.endswith(".csv") and not route.path.startswith("/api/"))
# Each begins with another of the signs, or hides it behind one that a spreadsheet skips.
FORMULAS = ('=HYPERLINK("https://evil.example","x")', "+1+1", "-1+1", "@SUM(1)", "=cmd|'/C calc'!A0", "==1", "-2+3+cmd")
A_NUMBER = re.compile(r"-?[\d.]+")


def _paths(world: World) -> dict[str, Any]:
    return {"code": world.mechanism.code, "plan_id": world.plan.id}


async def _fill(world: World) -> None:
    """A formula in every text that an export may show."""
    for number, formula in enumerate(FORMULAS):
        line = await world.line(
            code=f"F{number}", title=formula, description=formula, status_reason=formula, own_plan_reference=formula
        )
        await world.pay(line, "1000", source=world.source, vote_code=formula)
        await world.add(Place(code=f"P{number}", title=formula))
        await world.alert(world.activity, line)
    await world.change(world.activity, title=FORMULAS[0])
    await world.change(world.source, title=FORMULAS[1])
    await world.change(world.objective, title=FORMULAS[2])
    await world.change(world.output, title=FORMULAS[3])
    await world.change(world.plan, title=FORMULAS[4])
    await world.change(world.police, title=FORMULAS[5])
    await world.change(world.fund, title=FORMULAS[1])


def test_there_are_exports() -> None:
    """The search over the routes finds them."""
    assert len(EXPORTS) >= 4


@pytest.mark.parametrize("path", EXPORTS)
async def test_no_cell_runs(world: World, visit, path: str) -> None:
    """Text that starts like a formula has an apostrophe before it; numbers stay numbers; it is saved, not shown."""
    await _fill(world)
    client = await visit(world.secretariat)

    answer = await client.http.get(path.format(**_paths(world)))

    rows = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))
    cells = [cell for row in rows for cell in row]
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert len(rows) > 1
    assert any(cell.startswith("'") for cell in cells), "no formula reached this table: fill it in _fill"
    for cell in cells:
        if cell.startswith(("=", "+", "-", "@", "\t", "\r")):
            assert A_NUMBER.fullmatch(cell), cell
            assert Decimal(cell) < 0
