"""A small plan file that is right, the vocabularies, and the errors of a file that is not."""

import pytest

from taskforce.exchange.file_error import Broken, FileError
from taskforce.exchange.plan_file import PlanFile
from taskforce.exchange.plan_yaml import read_text
from taskforce.exchange.vocabulary import read_vocabularies
from taskforce.settings import project_folder

PLANS = project_folder("plans")
VOCABULARIES = read_vocabularies(PLANS / "vocabularies")

GOOD = """\
schema: taskforce.plan/1
sources:
  - {id: S1, ref: "https://example.org/law", says: the law exists}
mechanism: {code: XX-1, name: A task force, country: KE, kind: task_force, lead_agency: MOE, secretariat: NGO}
plan: {code: P-2026, title: Plan of the year, start: 2026-01-01, end: 2026-12-31, currency: KES, status: active}
agencies:
  - {code: MOE, name: Ministry of Education, sector: government, role: lead}
  - {code: NGO, name: A charity, sector: ngo}
places:
  - {code: R, name: Region}
  - {code: D, name: District, parent: R}
funding_sources:
  - {code: STATE, name: State budget, kind: government}
  - {code: GRANT, name: A grant, kind: donor, start: 2025-01-01, end: 2027-01-01}
responsibilities:
  - {agency: MOE, mnr: 13, text: teach}
  - {agency: NGO, mnr: 11, text: listen}
objectives:
  - code: O1
    title: Children are safe
    mnr: [13]
    outputs:
      - code: O1.1
        title: Children know
        indicators:
          - {code: I1, name: children reached, unit: children, baseline: 0, target: 10}
        activities:
          - code: A1
            title: Teach children
            kind: awareness
            lead: MOE
            support: [NGO]
            districts: [D]
            target_groups: [children_8_17]
            start: 2026-02-01
            end: 2026-03-31
            responsibilities: [R1]
            messages: [M1]
            budget:
              - {source: STATE, cost: travel, amount: 100}
              - {source: GRANT, cost: travel, amount: 50}
          - code: A2
            title: Train teachers
            kind: training
            lead: NGO
            districts: [national]
            target_groups: [teachers]
            start: 2026-02-01
            end: 2026-03-31
messages:
  - {code: M1, audience: children_8_17, core: Tell somebody, adopted_by: [MOE]}
"""


def read_good(old: str = "", new: str = "") -> PlanFile:
    """The good plan, with one part of its text replaced."""
    assert old in GOOD, old
    return read_text(GOOD.replace(old, new, 1) if old else GOOD, VOCABULARIES)


def errors_of(text: str) -> tuple[FileError, ...]:
    """The errors of a text that must have some."""
    with pytest.raises(Broken) as caught:
        read_text(text, VOCABULARIES)
    return caught.value.errors
