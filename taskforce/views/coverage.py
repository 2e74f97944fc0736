"""Who answers for what, in numbers."""

import datetime as dt
from collections.abc import Mapping, Sequence

from taskforce.rules import coverage
from taskforce.views.mechanism import CoverageView


def counted(
    duties: Sequence[coverage.Duty], worked_on: Mapping[str, Sequence[str]], capability_count: int, *, today: dt.date
) -> CoverageView:
    """The numbers of a day. `capability_count`: how many capabilities the vocabulary lists."""
    held = coverage.matrix(duties, (), on=today)
    covered = [capability for capability, row in held.items() if any("accountable" in roles for roles in row.values())]
    return CoverageView(
        duty_count=len(duties),
        gap_count=len(coverage.gaps(duties, worked_on, on=today)),
        # several duties in one capability may be no clash: the matrix asks to check them, and does not count them
        clash_count=sum(each.kind == "duty" for each in coverage.clashes(duties, on=today)),
        covered_count=len(covered),
        capability_count=capability_count,
    )
