"""The activities of a plan file as the search for duplicates compares them."""

from taskforce.exchange.plan_file import Place, PlanFile
from taskforce.exchange.plan_tree import Activity
from taskforce.exchange.plan_values import NATIONAL
from taskforce.rules.agreement import Work


def works(file: PlanFile) -> list[Work]:
    """Every activity with its key, the activity code, in the order of the file.

    An activity without a lead counts as an agency of its own, so that a draft finds its look-alikes too.
    """
    above = _above(file.places)
    joint = _joint(file)
    return [
        _work(activity, activity.mnr or objective.mnr, output.code, above, joint)
        for objective in file.objectives
        for output in objective.outputs
        for activity in output.activities
    ]


def _work(
    activity: Activity,
    capabilities: tuple[int, ...],
    output: str,
    above: dict[str, frozenset[str]],
    joint: dict[str, frozenset[str]],
) -> Work:
    places = frozenset(activity.districts) - {NATIONAL}
    return Work(
        key=activity.code,
        agency=activity.lead or f"{activity.code} without a lead",
        title=activity.title,
        description=activity.description or "",
        kind=activity.kind,
        capabilities=frozenset(str(number) for number in capabilities),
        places=places,
        place_ancestors=frozenset(code for place in places for code in above.get(place, ())),
        is_national=NATIONAL in activity.districts,
        target_groups=frozenset(activity.target_groups),
        starts_on=activity.start,
        ends_on=activity.end,
        messages=frozenset(activity.messages),
        output=output,
        joint_with=joint.get(activity.code, frozenset()),
    )


def _above(places: tuple[Place, ...]) -> dict[str, frozenset[str]]:
    """All codes above each listed place; the reader has refused circles."""
    parents = {place.code: place.parent for place in places}
    found: dict[str, frozenset[str]] = {}
    for code in parents:
        way: list[str] = []
        parent = parents[code]
        while parent is not None and parent not in way:
            way.append(parent)
            parent = parents.get(parent)
        found[code] = frozenset(way)
    return found


def _joint(file: PlanFile) -> dict[str, frozenset[str]]:
    pairs: dict[str, set[str]] = {}
    for objective in file.objectives:
        for output in objective.outputs:
            for activity in output.activities:
                for other in activity.joint_with:
                    pairs.setdefault(activity.code, set()).add(other)
                    pairs.setdefault(other, set()).add(activity.code)
    return {code: frozenset(others) for code, others in pairs.items()}
