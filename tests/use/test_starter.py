"""Beginning a mechanism from a starter plan."""

import datetime as dt
import itertools

import pytest

from taskforce.access import OPERATOR
from taskforce.db import Sessions, transaction
from taskforce.errors import NotAllowed, NotFound, Refused
from taskforce.exchange.plan_export import export_plan
from taskforce.exchange.plan_yaml import read_text, write
from taskforce.exchange.starter import NewMechanism, create_from_starter, fill_from_starter, starters
from taskforce.exchange.vocabulary import read_vocabularies
from taskforce.settings import project_folder
from tests.world import World

VOCABULARIES = read_vocabularies(project_folder("plans") / "vocabularies")
_numbers = itertools.count(1)


@pytest.mark.parametrize("starter", [name for name, _ in starters()])
async def test_a_mechanism_begins_from_a_starter_plan(sessions: Sessions, world: World, starter: str) -> None:
    """An administrator names code, title and country and gets a draft of this year, and sees nothing of it."""
    administrator = await world.actor("administrator")
    code = f"NEW-{next(_numbers)}"
    new = NewMechanism(code=code, title="New task force", country="KE", currency="KES")
    async with transaction(sessions, administrator) as session:
        made = await create_from_starter(session, administrator, starter, new, today=dt.date(2031, 5, 5))

    async with transaction(sessions, OPERATOR) as session:
        file = await export_plan(session, OPERATOR, code)
    assert made.is_new_mechanism
    assert file.plan
    assert (file.mechanism.name, file.plan.currency, file.plan.status) == ("New task force", "KES", "draft")
    assert (file.plan.start, file.plan.end) == (dt.date(2031, 1, 1), dt.date(2031, 12, 31))
    assert read_text(write(file), VOCABULARIES) == file
    async with transaction(sessions, administrator) as session:
        with pytest.raises(NotFound):
            await export_plan(session, administrator, code)


async def test_only_an_administrator_begins_a_mechanism(sessions: Sessions, world: World) -> None:
    """A secretariat keeps its own mechanism and makes no other."""
    actor = await world.actor("secretariat")
    new = NewMechanism(code="NOT-MADE", title="No", country="KE", currency="KES")

    with pytest.raises(NotAllowed):
        async with transaction(sessions, actor) as session:
            await create_from_starter(session, actor, "child-online-safety", new, today=dt.date(2031, 5, 5))


async def test_a_starter_plan_is_for_a_mechanism_without_one(sessions: Sessions, world: World) -> None:
    """The secretariat of a mechanism that has a plan is told so, and nothing is written."""
    actor = await world.actor("secretariat")

    with pytest.raises(Refused, match="has a plan already"):
        async with transaction(sessions, actor) as session:
            await fill_from_starter(
                session, actor, world.mechanism.code, "child-online-safety", today=dt.date(2031, 5, 5)
            )
