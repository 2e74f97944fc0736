"""Putting the page of a source together: what it pays for by year, and what stops when it ends."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from taskforce.access import Actor, May, may
from taskforce.db import Session
from taskforce.models import FundingSource
from taskforce.queries import audit_event
from taskforce.queries import funding_source as funding_sources
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import money as queries
from taskforce.queries.budget_line import MoneyFilter, reach
from taskforce.queries.funding_source import PaidRow
from taskforce.queries.money import Basis
from taskforce.rules.periods import fiscal_year, fiscal_year_label
from taskforce.views.audit_event import history_of
from taskforce.views.funding_source import FundingSourceView, PaidView, PaidYear, StopView
from taskforce.views.mechanism import MechanismHead
from taskforce.views.money_years import certainty_of, in_units, payer_of, year_views

MOST_COSTS: Final = 500
PLAIN: Final = (
    "id",
    "code",
    "title",
    "source_class",
    "provider_agency_id",
    "provider_title",
    "agreement_reference",
    "starts_on",
    "ends_on",
    "is_earmarked",
    "budget_channel",
    "currency",
    "is_start_up",
    "is_requested",
    "is_illustrative",
    "source",
    "version",
)


async def funding_source_page(
    session: Session, actor: Actor, source: FundingSource, *, today: dt.date
) -> FundingSourceView:
    """A source with what it pays for, as far as the actor reads it."""
    mechanism_id = source.mechanism_id
    basis = await queries.basis(session, actor, mechanism_id, today)
    row = (await funding_sources.sources(session, actor, mechanism_id, source.id))[0]
    paid = await funding_sources.paid_items(session, actor, source, most=MOST_COSTS)
    sums = await queries.sums(session, actor, basis, MoneyFilter(source_id=source.id))
    current = fiscal_year(today, basis.start_month)
    years = year_views(basis, {source.id: row}, sums, [], current=current)
    last = fiscal_year(row.ends_on, basis.start_month) if row.ends_on else None
    events = await audit_event.events(session, actor, mechanism_id, [source.id])
    return FundingSourceView(
        mechanism=MechanismHead.model_validate(await mechanisms.head_by_id(session, actor, mechanism_id)),
        payer=payer_of(row.source_class),
        has_ended=row.ends_on is not None and row.ends_on < today,
        years=[
            PaidYear(
                year=year.year,
                label=year.label,
                asked_amount=year.asked_amount,
                refused_amount=year.refused_amount,
                secured_amount=year.secured_amount,
                currency=year.currency,
                costs=[_paid_view(each) for each in paid if each.fiscal_year == year.year],
            )
            for year in reversed(years)
        ],
        stops=await _stops(session, actor, basis, paid, last) if last is not None else [],
        stops_label=fiscal_year_label(last + 1, basis.start_month) if last is not None else None,
        reads=reach(actor, mechanism_id),
        history=history_of(events, await audit_event.names(session, actor, events)),
        may=["edit", "delete"] if may(actor, May.FUNDING_SOURCE_EDIT, mechanism_id) else [],
        **{name: getattr(row, name) for name in PLAIN},
    )


def _paid_view(row: PaidRow) -> PaidView:
    return PaidView(
        cost_item_id=row.cost_item_id,
        code=row.code,
        title=row.title,
        activity_id=row.activity_id,
        asked_amount=in_units(row.asked, row.currency),
        refused_amount=in_units(row.refused, row.currency),
        secured_amount=in_units(row.secured, row.currency),
        currency=row.currency,
        is_in_kind=row.is_in_kind,
    )


async def _stops(session: Session, actor: Actor, basis: Basis, paid: Sequence[PaidRow], last: int) -> list[StopView]:
    """What the source pays in its last year, with what nobody secured for the year after; the largest first."""
    ending = [row for row in paid if row.fiscal_year == last and row.secured and row.cost_item_id]
    items = [row.cost_item_id for row in ending if row.cost_item_id]
    after = await queries.needs_of_items(session, actor, basis, items, year=last + 1)
    views = [
        StopView(
            cost_item_id=row.cost_item_id,
            code=row.code or "",
            title=row.title or "",
            activity_id=row.activity_id,
            secured_amount=in_units(row.secured, row.currency),
            missing_amount=(
                in_units(after[row.cost_item_id].unfunded, basis.currency) if row.cost_item_id in after else None
            ),
            missing_is=certainty_of(after[row.cost_item_id]) if row.cost_item_id in after else "exact",
            currency=row.currency,
        )
        for row in ending
        if row.cost_item_id
    ]
    return sorted(views, key=lambda view: -view.secured_amount)
