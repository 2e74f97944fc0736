"""A plan file of any size, always the same for the same size: `python -m bench.generate 10000 > big.yaml`."""

import random
import sys
from datetime import date, timedelta

from taskforce.exchange.plan_file import PlanFile
from taskforce.exchange.plan_yaml import write

AGENCIES = 40
PLACES = 60
SOURCES = 12
KINDS = ("coordination", "law", "data", "training", "workshop", "materials", "campaign", "awareness", "service")
GROUPS = ("children_8_17", "children_12_17", "caregivers", "teachers", "police", "social_workers", "rural", "public")
COSTS = ("staff", "allowances", "consultancy", "meetings", "training", "travel", "media", "equipment")
SUBJECTS = (
    "digital evidence",
    "online safety",
    "referral of cases",
    "child-friendly interviews",
    "parenting in a connected home",
    "reporting of abuse images",
    "sextortion",
    "case records",
    "safe sport",
    "age checks",
)
FORMS = ("Course on", "Sessions on", "Guide to", "Meeting about", "Radio series on", "Standards for", "Survey of")
START = date(2026, 1, 1)


def plan_of(activities: int) -> PlanFile:
    """An illustrative plan of so many activities: 40 agencies, 12 sources, 60 places, 100 activities an output."""
    chance = random.Random(activities)  # noqa: S311  # a generator of test data, not of secrets
    outputs = [output(chance, first, min(first + 100, activities)) for first in range(0, activities, 100)]
    mechanism = {
        "code": f"BENCH-{activities}",
        "name": "Mechanism for measuring",
        "country": "KE",
        "kind": "task_force",
        "lead_agency": "AG1",
        "illustrative": True,
    }
    plan = {
        "code": f"BENCH-{START.year}",
        "title": "A plan for measuring",
        "start": START.isoformat(),
        "end": date(START.year, 12, 31).isoformat(),
        "currency": "KES",
        "status": "consultation",
        "illustrative": True,
    }
    agencies = [{"code": f"AG{one}", "name": f"Agency {one}", "sector": "government"} for one in range(1, AGENCIES + 1)]
    kinds = ("government", "donor")
    sources = [{"code": f"F{one}", "name": f"Source {one}", "kind": kinds[one % 2]} for one in range(1, SOURCES + 1)]
    duties = [{"agency": f"AG{number}", "mnr": number, "text": f"duty {number}"} for number in range(1, 22)]
    return PlanFile.model_validate(
        {
            "schema": "taskforce.plan/1",
            "mechanism": mechanism,
            "plan": plan,
            "agencies": agencies,
            "funding_sources": sources,
            "responsibilities": duties,
            "objectives": [{"code": "O1", "title": "Measure", "mnr": [1, 13], "outputs": outputs}],
        }
    )


def output(chance: random.Random, first: int, end: int) -> dict[str, object]:
    """One output with the activities from `first` up to and without `end`."""
    number = first // 100 + 1
    indicator = {"code": f"I{number}", "name": "people reached", "unit": "people", "baseline": "0", "target": "900"}
    return {
        "code": f"O1.{number}",
        "title": f"Output {number}",
        "indicators": [indicator],
        "activities": [activity(chance, place) for place in range(first, end)],
    }


def activity(chance: random.Random, number: int) -> dict[str, object]:
    """One activity; every tenth is national."""
    lead, *support = chance.sample(range(1, AGENCIES + 1), chance.randint(1, 4))
    districts = [f"District {place}" for place in chance.sample(range(1, PLACES + 1), chance.randint(1, 3))]
    groups = chance.sample(GROUPS, chance.randint(1, 2))
    start = START + timedelta(days=chance.randint(0, 300))
    sources = chance.sample(range(1, SOURCES + 1), chance.randint(1, 3))
    return {
        "code": f"A{number + 1}",
        "title": f"{chance.choice(FORMS)} {chance.choice(SUBJECTS)} for {groups[0].replace('_', ' ')}, {districts[0]}",
        "kind": chance.choice(KINDS),
        "lead": f"AG{lead}",
        "support": [f"AG{one}" for one in support],
        "districts": ["national"] if number % 10 == 9 else districts,
        "target_groups": groups,
        "start": start.isoformat(),
        "end": (start + timedelta(days=chance.randint(0, 60))).isoformat(),
        "responsibilities": [f"R{chance.randint(1, 21)}"],
        "budget": [
            {"source": f"F{source}", "amount": str(chance.randint(1, 900) * 10_000), "cost": chance.choice(COSTS)}
            for source in sources
        ],
    }


if __name__ == "__main__":
    sys.stdout.write(write(plan_of(int(sys.argv[1]))))
