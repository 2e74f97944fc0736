"""The chart of the money page: who carries which share of what each year needs."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from taskforce.render.charts import Figure, Year, shares_by_year
from taskforce.render.language import gettext, locale
from taskforce.views.money import MoneyView
from taskforce.views.money_years import PAYERS, UNFUNDED


def payer_label(payer: str) -> str:
    """Who carries a cost, in the reader's language."""
    labels = {
        "government": gettext("Government"),
        "donor": gettext("Donors"),
        "ngo": gettext("NGOs"),
        "industry": gettext("Industry"),
        "other": gettext("Others"),
        UNFUNDED: gettext("Unfunded"),
    }
    return labels[payer]


def money_chart(view: MoneyView) -> Figure | None:
    """The shares of every year, earlier years of which only shares are known first; None where there is no money.

    Years between two that are known are left empty, so that nothing is drawn where nothing is recorded.
    """
    known = {year.year: year for year in [*_history(view), *_recorded(view)]}
    if not any(year.amounts for year in known.values()):
        return None
    if len(known) == 1 and view.history:
        return None  # one year of shares alone has no amounts to draw
    years = tuple(known.get(year, _Drawn(year)) for year in range(min(known), max(known) + 1))
    return _figure(str(locale()), view.currency, years)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A year as it is drawn: payers with their amounts, from the bottom of the chart up."""

    year: int
    amounts: tuple[tuple[str, Decimal], ...] = ()
    note: str = ""
    is_share_only: bool = False


@lru_cache(maxsize=128)  # a figure costs as much time as ten pages, and its numbers change seldom
def _figure(language: str, currency: str, years: tuple[_Drawn, ...]) -> Figure:
    return shares_by_year(
        [Year(each.year, dict(each.amounts), note=each.note, is_share_only=each.is_share_only) for each in years],
        title=gettext("Who carries what each year needs"),
        currency=currency,
        gap=payer_label(UNFUNDED),
    )


def _recorded(view: MoneyView) -> list[_Drawn]:
    found = []
    for year in view.years:
        amounts = {share.payer: share.amount for share in year.shares}
        ordered = tuple((payer_label(payer), amounts[payer]) for payer in (*PAYERS, UNFUNDED) if payer in amounts)
        note = gettext("so far") if year.year > view.focus.year else gettext("secured")
        note = note if year.unfunded_is == "exact" else gettext("incomplete")
        found.append(_Drawn(year.year, ordered, note))
    return found


def _history(view: MoneyView) -> list[_Drawn]:
    """Shares as amounts out of 1: only their proportion is drawn, and the note says that no amount is known."""
    return [
        _Drawn(
            year.year,
            tuple((payer_label(payer), share) for payer, share in year.shares),
            gettext("shares only"),
            is_share_only=True,
        )
        for year in view.history
    ]
