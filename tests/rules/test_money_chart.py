"""The chart of the money page: what it draws of which year, without a database."""

import json
from decimal import Decimal
from uuid import uuid4

from taskforce.render.money_chart import money_chart
from taskforce.views.mechanism import MechanismHead
from taskforce.views.money import Chosen, HistoryYear, MoneyView, PayerShare, YearView


def recorded(year: int, **amounts: int) -> YearView:
    """A year with amounts by payer."""
    whole = sum(amounts.values())
    shares = [
        PayerShare(payer=payer, share=Decimal(amount) / whole, amount=Decimal(amount), currency="TZS")
        for payer, amount in amounts.items()
    ]
    zero = Decimal(0)
    return YearView(
        year=year,
        label=str(year),
        is_current=year == 2026,
        sources=[],
        asked_amount=zero,
        refused_amount=zero,
        secured_amount=zero,
        in_kind_amount=zero,
        needed_amount=zero,
        unfunded_amount=zero,
        unfunded_is="exact",
        not_convertible=[],
        currency="TZS",
        government_share=None,
        donor_share=None,
        shares=shares,
    )


def earlier(year: int, **shares: str) -> HistoryYear:
    """A year of which only shares are known."""
    found = [(payer, Decimal(share)) for payer, share in shares.items()]
    return HistoryYear(year=year, label=str(year), shares=found, note=None, is_illustrative=None)


def page(years: list[YearView], history: list[HistoryYear]) -> MoneyView:
    """A money page with nothing but years."""
    head = MechanismHead(
        id=uuid4(), code="TZ", title="T", country="TZ", status="active", currency="TZS", open_alert_count=0
    )
    return MoneyView(
        mechanism=head,
        currency="TZS",
        focus=years[0] if years else recorded(2026),
        half_from=None,
        years=years,
        history=history,
        sources=[],
        next_end=None,
        unfunded=[],
        unfunded_count=0,
        not_convertible=[],
        counted_count=0,
        illustrative_count=0,
        lines=[],
        line_count=0,
        page=1,
        page_count=1,
        reads="all",
        chosen=Chosen(source="", objective="", cost_type="", year=""),
        objectives=[],
        cost_types=[],
        fiscal_years=[],
        may=[],
    )


def test_without_money_there_is_no_chart() -> None:
    """Neither an empty page nor a single year of shares has anything to draw."""
    assert money_chart(page([], [])) is None
    assert money_chart(page([recorded(2026)], [])) is None
    assert money_chart(page([], [earlier(2024, donor="0.9", government="0.1")])) is None


def test_years_of_shares_only_write_no_amounts() -> None:
    """A share of 0.9 is not 0.9 shillings: such years say that they are shares only."""
    view = page([recorded(2026, government=30, donor=60)], [earlier(2025, government="0.1", donor="0.9")])

    figure = money_chart(view)

    assert figure is not None
    traces = json.loads(figure.json)["data"]
    government = next(trace for trace in traces if trace["name"] == "Government")
    assert government["customdata"] == ["amount not known", "TZS\u00a030"]
    assert "shares only" in figure.svg


def test_years_between_that_nobody_recorded_stay_empty() -> None:
    """No area is drawn over years of which nothing is known."""
    view = page([recorded(2026, government=30, unfunded=60)], [earlier(2022, government="0.1", donor="0.9")])

    figure = money_chart(view)

    assert figure is not None
    runs = {trace["stackgroup"] for trace in json.loads(figure.json)["data"]}
    assert len(runs) == 2
    assert "2024" in figure.svg
