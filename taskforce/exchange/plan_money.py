"""The money of a plan file as the rules of money add it up: lines with their fiscal year, and what each year needs."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from taskforce.exchange.plan_file import PlanFile, SourceKind, activities, plan_year
from taskforce.exchange.plan_tree import BudgetEntry, asked_amount
from taskforce.rules.money import Line, SourceClass

SOURCE_CLASSES: Final[Mapping[SourceKind, SourceClass]] = {
    "government": "government",
    "local_government": "local_government",
    "donor": "donor_grant",
    "loan": "loan",
    "pooled": "pooled",
    "ngo": "ngo_own",
    "industry": "industry",
    "in_kind": "in_kind",
}


def money_lines(file: PlanFile) -> list[Line]:
    """Every budget line of the file, activities first; a line without a year is the plan's."""
    kinds = {source.code: source.kind for source in file.funding_sources}
    year = plan_year(file) or 0
    return [_line(entry, kinds[entry.source], year) for entry in _entries(file)]


def needed_by_year(file: PlanFile) -> dict[int, Decimal]:
    """What each fiscal year needs: what cost items say they require, and what all other lines ask for."""
    year = plan_year(file) or 0
    needed: dict[int, Decimal] = {}
    for item in file.cost_items:
        for requirement in item.required:
            needed[requirement.year] = needed.get(requirement.year, Decimal(0)) + requirement.amount
    for entry in _entries_without_requirement(file):
        own = entry.year or year
        needed[own] = needed.get(own, Decimal(0)) + asked_amount(entry) * entry.weight
    return needed


def _entries(file: PlanFile) -> Iterator[BudgetEntry]:
    for _, activity in activities(file):
        yield from activity.budget
    for item in file.cost_items:
        yield from item.lines


def _entries_without_requirement(file: PlanFile) -> Iterator[BudgetEntry]:
    for _, activity in activities(file):
        yield from activity.budget
    for item in file.cost_items:
        required = {requirement.year for requirement in item.required}
        yield from (line for line in item.lines if (line.year or plan_year(file)) not in required)


def _line(entry: BudgetEntry, kind: SourceKind, default_year: int) -> Line:
    asked = asked_amount(entry)
    return Line(
        year=entry.year or default_year,
        source=entry.source,
        source_class=SOURCE_CLASSES[kind],
        cost_type=entry.cost,
        asked=asked,
        refused=entry.refused,
        secured=entry.amount,
        weight=entry.weight,
        in_kind=entry.in_kind,
        is_unfunded=bool(asked) and not entry.amount,
    )
