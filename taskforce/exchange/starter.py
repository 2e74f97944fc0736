"""A first mechanism from a starter plan: plans/starter/, with the code, name and country of the new one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pydantic import ValidationError

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.errors import NotFound, Refused
from taskforce.exchange.plan_file import Mechanism as PlanMechanism
from taskforce.exchange.plan_file import Plan as FilePlan
from taskforce.exchange.plan_file import PlanFile
from taskforce.exchange.plan_import import rows_of
from taskforce.exchange.plan_tree import Activity, Output, changed_outputs
from taskforce.exchange.plan_yaml import read
from taskforce.exchange.vocabulary import read_vocabularies
from taskforce.models import Plan
from taskforce.queries import plan_row
from taskforce.rules.periods import shift_years
from taskforce.services.plan_import import apply
from taskforce.services.plan_wanted import ImportReport
from taskforce.settings import project_folder


@dataclass(frozen=True, slots=True)
class NewMechanism:
    """What a starter plan cannot know: code like KE-TASK-FORCE, country by ISO 3166-1, currency by ISO 4217."""

    code: str
    title: str
    country: str
    currency: str
    time_zone: str = "UTC"


def starters() -> list[tuple[str, str]]:
    """The starter plans: name and topic, by name."""
    found = []
    for path in sorted((project_folder("plans") / "starter").glob("*.yaml")):
        found.append((path.stem, _read(path.stem).mechanism.topic or path.stem))
    return found


async def create_from_starter(
    session: Session, actor: Actor, starter: str, new: NewMechanism, *, today: date
) -> ImportReport:
    """Create a mechanism from a starter plan, its plan a draft of this calendar year.

    The creator sees nothing of it before an appointment there. Agencies of the country that are stored stay as they
    are.

    Raises:
        NotFound: there is no such starter plan.
        NotAllowed: the actor may not create mechanisms.
        Refused: a value is malformed, or a mechanism has this code already.
    """
    words: dict[str, object] = {"code": new.code, "name": new.title, "country": new.country, "time_zone": new.time_zone}
    file = _begun(_read(starter), words, new.currency, today)
    return await apply(session, actor, rows_of(file), reason=f"start from {starter}")


async def fill_from_starter(
    session: Session, actor: Actor, mechanism_code: str, starter: str, *, today: date
) -> ImportReport:
    """Give a mechanism without a plan the agencies, duties and first draft of a starter plan.

    Raises:
        NotFound: there is no such mechanism for this actor, or no such starter plan.
        NotAllowed: the actor does not keep the mechanism's plans.
        Refused: it has a plan already.
    """
    mechanism = await plan_row.mechanism_by_code(session, actor, mechanism_code)
    if mechanism is None:
        raise NotFound("mechanism")
    if await plan_row.rows(session, actor, Plan, UUID(str(mechanism["id"]))):
        raise Refused("%(code)s has a plan already: a starter plan is for a mechanism without one", code=mechanism_code)
    words = {word: mechanism[column] for word, column in (("code", "code"), ("name", "title"), ("country", "country"))}
    words |= {word: mechanism[word] for word in ("kind", "status", "topic", "time_zone")}
    file = _begun(_read(starter), words, str(mechanism["currency"]), today)
    return await apply(session, actor, rows_of(file), reason=f"start from {starter}")


def _begun(file: PlanFile, words: dict[str, object], currency: str, today: date) -> PlanFile:
    """The starter plan as the first plan of a mechanism: `words` of the mechanism, this year's days, its currency."""
    if file.plan is None:
        raise NotFound(f"the starter plan of {file.mechanism.code} has no plan")
    years = today.year - file.plan.start.year
    plan = {
        "start": shift_years(file.plan.start, years),
        "end": shift_years(file.plan.end, years),
        "currency": currency,
    }
    try:
        return file.model_copy(
            update={
                "mechanism": PlanMechanism.model_validate(file.mechanism.model_dump(exclude_unset=True) | words),
                "plan": FilePlan.model_validate(file.plan.model_dump(exclude_unset=True) | plan),
                "objectives": changed_outputs(file.objectives, _later(years)),
            }
        )
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        field = {"name": "title"}.get(str(first["loc"][-1]), str(first["loc"][-1]))
        raise Refused("%(problem)s", field=field, problem=first["msg"]) from None


def _read(starter: str) -> PlanFile:
    folder = project_folder("plans")
    known = {path.stem: path for path in (folder / "starter").glob("*.yaml")}
    if starter not in known:
        raise NotFound(f"there is no starter plan {starter}; there are {', '.join(sorted(known))}")
    return read(known[starter], read_vocabularies(folder / "vocabularies"))


def _later(years: int) -> Callable[[Output], Output]:
    """What moves the days of an output's activities by so many years."""

    def moved(activity: Activity) -> Activity:
        days = {
            name: shift_years(day, years) for name in ("start", "end") if (day := getattr(activity, name)) is not None
        }
        return activity.model_copy(update=days)

    def change(output: Output) -> Output:
        return output.model_copy(update={"activities": tuple(moved(one) for one in output.activities)})

    return change
