"""Putting the money page of a mechanism together from what the queries answer."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, TypedDict
from uuid import UUID

from taskforce.access import Actor, May, may
from taskforce.db import Session
from taskforce.queries import budget_line as budget_lines
from taskforce.queries import funding_source as funding_sources
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import money as queries
from taskforce.queries.budget_line import LineRow, MoneyFilter
from taskforce.queries.funding_source import SourceRow
from taskforce.queries.money import Basis, NeedRow, ShortfallRow, SumRow
from taskforce.queries.vocabulary_term import terms
from taskforce.rules.activity import OPEN_PLANS
from taskforce.rules.periods import fiscal_year, fiscal_year_label
from taskforce.views.base import Choice
from taskforce.views.budget_line import BudgetLineView
from taskforce.views.mechanism import MechanismHead
from taskforce.views.money import Chosen, MissingYear, MoneyView, SourceView, UnfundedCost, YearView
from taskforce.views.money_years import (
    ZERO,
    certainty_of,
    history_years,
    in_units,
    not_convertible,
    payer_of,
    unconverted,
    year_view,
    year_views,
)

LINES_PER_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks of the money: a filter, and a page of the lines, from 1."""

    chosen: MoneyFilter
    page: int


async def money_page(session: Session, actor: Actor, code: str, asked: Asked, *, today: dt.date) -> MoneyView:
    """Who pays what in which year, as far as the actor reads it.

    Raises:
        NotFound: the mechanism is not the actor's to see.
    """
    head = MechanismHead.model_validate(await mechanisms.head(session, actor, code))
    basis = await queries.basis(session, actor, head.id, today)
    chosen = within_reach(actor, head.id, asked.chosen)
    whole = replace(chosen, source_id=None, fiscal_year=None)
    rows = {row.id: row for row in await funding_sources.sources(session, actor, head.id)}
    sums = await queries.sums(session, actor, basis, whole)
    current = fiscal_year(today, basis.start_month)
    needs, missing = await queries.needs(session, actor, basis, whole, since=current)
    years = year_views(basis, rows, sums, needs, current=current)
    focus = _focus(basis, years, chosen, current)
    earlier = await queries.history(session, actor, head.id)
    sources = [source_view(row, years, focus, basis, sums) for row in rows.values()]
    return MoneyView(
        mechanism=head,
        currency=basis.currency,
        focus=focus,
        half_from=_half_from(years),
        years=years,
        history=history_years(basis, earlier, before=years[0].year if years else None),
        sources=sources,
        next_end=_next_end(sources, today),
        unfunded=_unfunded(missing, basis),
        unfunded_count=missing[0].all_count if missing else 0,
        not_convertible=not_convertible(basis, sums),
        counted_count=sum(row.line_count for row in sums),
        illustrative_count=_illustrative_count(sums, rows),
        chosen=_chosen(chosen),
        fiscal_years=[Choice(id=str(year.year), label=year.label) for year in years],
        may=_verbs(actor, head.id),
        **await _choices(session, actor, head.id),
        **await _lines(session, actor, basis, replace(asked, chosen=chosen)),
    )


class _Lines(TypedDict):
    lines: list[BudgetLineView]
    line_count: int
    page: int
    page_count: int
    reads: str


async def _lines(session: Session, actor: Actor, basis: Basis, asked: Asked) -> _Lines:
    """The page of lines that was asked for, or the last one there is."""
    mechanism_id = basis.mechanism_id
    count = await budget_lines.line_count(session, actor, mechanism_id, asked.chosen)
    last = max(1, -(-count // LINES_PER_PAGE))
    page = min(max(asked.page, 1), last)
    part = (LINES_PER_PAGE, (page - 1) * LINES_PER_PAGE)
    found = await budget_lines.lines(session, actor, mechanism_id, asked.chosen, part)
    return {
        "lines": [line_view(actor, mechanism_id, row, basis.start_month) for row in found],
        "line_count": count,
        "page": page,
        "page_count": last,
        "reads": budget_lines.reach(actor, mechanism_id),
    }


class _Choices(TypedDict):
    objectives: list[Choice]
    cost_types: list[Choice]


async def _choices(session: Session, actor: Actor, mechanism_id: UUID) -> _Choices:
    """What lines can be filtered by; objectives only for those whom the filter serves."""
    reads_lines = budget_lines.reach(actor, mechanism_id) in ("all", "shared")
    objectives = await queries.objectives(session, actor, mechanism_id) if reads_lines else []
    return {
        "objectives": [
            Choice(id=str(each.id), label=f"{each.code} {each.title} ({each.plan_title})") for each in objectives
        ],
        "cost_types": [Choice(id=term.id, label=term.label) for term in await terms(session, "cost_type")],
    }


def _illustrative_count(sums: Sequence[SumRow], sources: Mapping[UUID, SourceRow]) -> int:
    """How many of the lines are no real figures, by themselves or by their source."""
    return sum(row.line_count if sources[row.source_id].is_illustrative else row.illustrative_count for row in sums)


def within_reach(actor: Actor, mechanism_id: UUID, chosen: MoneyFilter) -> MoneyFilter:
    """The filter without what only those may use who read lines: a total narrowed to one line would tell that line."""
    if budget_lines.reach(actor, mechanism_id) in ("all", "shared"):
        return chosen
    return replace(chosen, objective_id=None, cost_type_id=None)


def _focus(basis: Basis, years: Sequence[YearView], chosen: MoneyFilter, current: int) -> YearView:
    """The year of which the title speaks: the chosen one, else the present one, else that of the current plan."""
    by_year = {year.year: year for year in years}
    if chosen.fiscal_year is not None:
        wanted = [chosen.fiscal_year]
    else:
        planned = fiscal_year(basis.plan_starts_on, basis.start_month) if basis.plan_starts_on else current
        wanted = [current, planned, *sorted(by_year, reverse=True)]
    found = next((by_year[year] for year in wanted if year in by_year), None)
    return found or year_view(basis, {}, [], NeedRow(wanted[0], ZERO, ZERO), current=current)


def _half_from(years: Sequence[YearView]) -> str | None:
    """The first year of the unbroken run at the end in which government carries more than half, as far as is known."""
    found = None
    for year in reversed(years):
        if year.government_share is None or year.government_share <= Decimal("0.5") or year.unfunded_is != "exact":
            break
        found = year.label
    return found if found and found != years[0].label else None


def source_view(
    row: SourceRow, years: Sequence[YearView], focus: YearView, basis: Basis, sums: Sequence[SumRow]
) -> SourceView:
    """A source with what it secured in the year in which it ends, or else in the year of the page."""
    by_year = {year.year: year for year in years}
    last = fiscal_year(row.ends_on, basis.start_month) if row.ends_on else focus.year
    apart = [each for each in sums if each.source_id == row.id and each.rate is None]
    pays_apart = any(each.fiscal_year == last and each.secured for each in apart)
    shown = last if pays_apart or _secured(by_year.get(last), row.id) else focus.year
    return SourceView(
        id=row.id,
        code=row.code,
        title=row.title,
        source_class=row.source_class,
        payer=payer_of(row.source_class),
        provider_title=row.provider_title,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        is_requested=row.is_requested,
        is_start_up=row.is_start_up,
        is_illustrative=row.is_illustrative,
        source=row.source,
        secured_amount=in_units(_secured(by_year.get(shown), row.id), basis.currency),
        not_convertible=unconverted(basis, [each for each in apart if each.fiscal_year == shown]),
        year_label=fiscal_year_label(shown, basis.start_month),
        currency=basis.currency,
    )


def _secured(year: YearView | None, source_id: UUID) -> Decimal:
    found = (each.secured_amount for each in year.sources if each.source_id == source_id) if year else iter(())
    return next(found, ZERO)


def _next_end(sources: Sequence[SourceView], today: dt.date) -> SourceView | None:
    """The source that ends next; of those that end on one day, the one that pays most."""
    ahead = [each for each in sources if each.ends_on and each.ends_on >= today and not each.is_requested]
    return min(ahead, key=lambda each: (each.ends_on or today, -each.secured_amount), default=None)


def _unfunded(rows: Sequence[ShortfallRow], basis: Basis) -> list[UnfundedCost]:
    by_item: dict[UUID, list[ShortfallRow]] = {}
    for row in rows:
        by_item.setdefault(row.cost_item_id, []).append(row)
    return [
        UnfundedCost(
            cost_item_id=found[0].cost_item_id,
            code=found[0].code,
            title=found[0].title,
            activity_id=found[0].activity_id,
            years=[
                MissingYear(
                    year=row.fiscal_year,
                    label=fiscal_year_label(row.fiscal_year, basis.start_month),
                    amount=in_units(row.missing, basis.currency),
                    amount_is=certainty_of(row),
                    currency=basis.currency,
                )
                for row in found
            ],
        )
        for found in by_item.values()
    ]


def line_view(actor: Actor, mechanism_id: UUID, row: LineRow, start_month: int) -> BudgetLineView:
    """A line with what this reader may do to it."""
    if row.activity_id:
        is_own = may(actor, May.BUDGET_LINE_EDIT, mechanism_id, row.lead_agency_id)
        may_edit = is_own and row.plan_status in OPEN_PLANS
    else:
        may_edit = not row.is_hidden and may(actor, May.COST_ITEM_EDIT, mechanism_id)
    return BudgetLineView(
        **{name: getattr(row, name) for name in BudgetLineView.model_fields if hasattr(row, name)},
        fiscal_year_label=fiscal_year_label(row.fiscal_year, start_month),
        may=["edit", "delete"] if may_edit else [],
    )


def _chosen(chosen: MoneyFilter) -> Chosen:
    return Chosen(
        source=str(chosen.source_id or ""),
        objective=str(chosen.objective_id or ""),
        cost_type=chosen.cost_type_id or "",
        year="" if chosen.fiscal_year is None else str(chosen.fiscal_year),
    )


def _verbs(actor: Actor, mechanism_id: UUID) -> list[str]:
    allowed = {
        "add_source": may(actor, May.FUNDING_SOURCE_EDIT, mechanism_id),
        "add_cost_item": may(actor, May.COST_ITEM_EDIT, mechanism_id),
    }
    return [verb for verb, is_allowed in allowed.items() if is_allowed]
