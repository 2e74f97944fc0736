"""The tree of a plan on one page: objectives, outputs, and the lines that are on this page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from taskforce.queries.plan import Branch
from taskforce.queries.plan_activities import PAGE
from taskforce.queries.plan_figures import Tally
from taskforce.views.plan import CENT, ActivityLine, IndicatorLine, ObjectiveSection, OutputSection, StatusCount

ATTENTION: Final = ("no_progress", "constrained")


@dataclass(frozen=True, slots=True)
class Tree:
    """What the sections are made of; the mappings are by output."""

    branches: Sequence[Branch]
    tallies: Sequence[Tally]
    matched: Mapping[UUID, int]
    secured: Mapping[UUID, Decimal]
    lines: Mapping[UUID, list[ActivityLine]]
    indicators: Mapping[UUID, list[IndicatorLine]]
    is_filtered: bool
    opens_all: bool

    def tallies_of(self, outputs: set[UUID]) -> list[Tally]:
        """The tallies of some outputs."""
        return [each for each in self.tallies if each.output_id in outputs]


def line_counts(tallies: Sequence[Tally]) -> dict[UUID, int]:
    """How many lines each output has."""
    found: dict[UUID, int] = {}
    for each in tallies:
        found[each.output_id] = found.get(each.output_id, 0) + each.count
    return found


def match_counts(tallies: Sequence[Tally]) -> dict[UUID, int]:
    """How many lines of each output match the filter."""
    found: dict[UUID, int] = {}
    for each in tallies:
        found[each.output_id] = found.get(each.output_id, 0) + each.matched_count
    return found


def status_counts(tallies: Sequence[Tally], statuses: Sequence[str]) -> list[StatusCount]:
    """How many lines stand so, in the order of the statuses, without those that none has."""
    counted = [
        StatusCount(status=status, count=sum(each.count for each in tallies if each.status == status))
        for status in statuses
    ]
    return [each for each in counted if each.count]


def sections(tree: Tree) -> list[ObjectiveSection]:
    """The objectives in order; with a filter, only those in which something matches."""
    by_objective: dict[UUID, list[Branch]] = {}
    for branch in tree.branches:
        by_objective.setdefault(branch.objective_id, []).append(branch)
    found: list[ObjectiveSection] = []
    before = 0
    for branches in by_objective.values():
        section = _section(tree, branches, before)
        if tree.is_filtered and not section.matched_count:
            continue
        before += section.matched_count
        opens = section.is_here and (tree.opens_all or not any(each.is_open for each in found))
        found.append(section.model_copy(update={"is_open": opens}))
    return found


def _section(tree: Tree, branches: Sequence[Branch], before: int) -> ObjectiveSection:
    """An objective; `before` is how many matching lines come before its own."""
    outputs = {each.output_id for each in branches if each.output_id}
    own = tree.tallies_of(outputs)
    matched_count = sum(tree.matched.get(each, 0) for each in outputs)
    shown_count = sum(len(tree.lines.get(each, ())) for each in outputs)
    is_here = not matched_count or shown_count > 0
    return ObjectiveSection(
        id=branches[0].objective_id,
        code=branches[0].objective_code,
        title=branches[0].objective_title,
        activity_count=sum(each.count for each in own),
        matched_count=matched_count,
        shown_count=shown_count,
        secured_amount=sum((tree.secured.get(each, Decimal(0)) for each in outputs), Decimal(0)).quantize(CENT),
        attention=status_counts(own, ATTENTION),
        page=before // PAGE + 1,
        is_open=False,
        is_here=is_here,
        outputs=_outputs(tree, branches, line_counts(own)) if is_here else [],
    )


def _outputs(tree: Tree, branches: Sequence[Branch], counts: Mapping[UUID, int]) -> list[OutputSection]:
    """An objective's outputs with lines on this page, and, where nothing is filtered, those that have none at all."""
    return [
        OutputSection(
            id=branch.output_id,
            code=branch.output_code or "",
            title=branch.output_title or "",
            indicators=tree.indicators.get(branch.output_id, []),
            activities=tree.lines.get(branch.output_id, []),
        )
        for branch in branches
        if branch.output_id
        and (branch.output_id in tree.lines or (not tree.is_filtered and not counts.get(branch.output_id)))
    ]
