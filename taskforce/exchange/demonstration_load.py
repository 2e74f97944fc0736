"""Filling an empty installation with the demonstration: seven national plans, this year's, next year's, and people."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from taskforce.access import OPERATOR, SIGN_IN
from taskforce.db import Session, Sessions, transaction
from taskforce.errors import Refused
from taskforce.exchange.demonstration import current_year
from taskforce.exchange.demonstration_next import next_year
from taskforce.exchange.demonstration_people import add_administrator, add_people
from taskforce.exchange.plan_file import PlanFile
from taskforce.exchange.plan_import import rows_of
from taskforce.exchange.plan_yaml import read
from taskforce.exchange.vocabulary import read_vocabularies
from taskforce.queries import account as accounts
from taskforce.queries.first_steps import installation, installation_for_update
from taskforce.services.duplication_alert import scan_plan
from taskforce.services.plan_import import apply
from taskforce.services.vocabulary_term import load_vocabularies
from taskforce.settings import project_folder


async def load(sessions: Sessions, now: datetime) -> bool:
    """Load the demonstration unless it is there, and say whether it was loaded now.

    The plans of this and the next year are those of the day on which it is loaded; later days change nothing. What a
    killed start left out is made up for by the next one.

    Raises:
        Refused: the installation has accounts of its own.
    """
    async with transaction(sessions, SIGN_IN) as session:
        if (await installation(session)).demonstration_on is not None:
            return False
    async with transaction(sessions, OPERATOR, action="demonstration:load", reason="demonstration") as session:
        plan_ids = await _fill(session, now.date())
    for plan_id in plan_ids:
        await scan_plan(sessions, plan_id)
    async with transaction(sessions, OPERATOR) as session:
        (await installation_for_update(session)).demonstration_on = now.date()
    return True


async def _fill(session: Session, today: date) -> list[UUID]:
    """Import everything and add the people, in one transaction with the mark; the ids of the plans."""
    place = await installation_for_update(session)
    if not place.is_demonstration and await accounts.account_count(session):
        raise Refused(
            "this installation has accounts, so it is no place for a demonstration: "
            "set TASKFORCE_HOME to another folder, or TASKFORCE_DATABASE_URL to an empty database"
        )
    place.is_demonstration = True
    await load_vocabularies(session)
    await add_administrator(session)
    plan_ids = []
    for files in _mechanisms(project_folder("plans"), today):
        for file in files:
            report = await apply(session, OPERATOR, rows_of(file), reason="demonstration", is_set_up=False)
            plan_ids += [report.plan_id] if report.plan_id else []
        current = files[1] if len(files) > 1 else files[0]
        await add_people(session, current, report.mechanism_id, today=today)
    return plan_ids


def _mechanisms(folder: Path, today: date) -> Iterator[list[PlanFile]]:
    """For each mechanism its published plan and, where it has one, this and next year's made from it."""
    vocabularies = read_vocabularies(folder / "vocabularies")
    for path in [*sorted(folder.glob("*.yaml")), *sorted((folder / "history").glob("*.yaml"))]:
        file = read(path, vocabularies)
        if file.plan is None:
            yield [file]
        else:
            current = current_year(file, today)
            yield [file, current, next_year(current)]
