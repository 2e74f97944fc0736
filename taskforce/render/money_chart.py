"""The chart of the money page: who carries which share of what each year needs."""

from decimal import Decimal

from taskforce.render.charts import Figure, Year, shares_by_year
from taskforce.render.wording import gettext
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
    known = _history(view) | _recorded(view)
    if not any(year.amounts for year in known.values()):
        return None
    if len(known) == 1 and view.history:
        return None  # one year of shares alone has no amounts to draw
    years = [known.get(year, Year(year, {})) for year in range(min(known), max(known) + 1)]
    return shares_by_year(
        years,
        title=gettext("Who carries what each year needs"),
        currency=view.currency,
        gap=payer_label(UNFUNDED),
    )


def _recorded(view: MoneyView) -> dict[int, Year]:
    present = view.focus.year
    found = {}
    for year in view.years:
        amounts = {share.payer: share.amount for share in year.shares}
        ordered = {payer_label(payer): amounts[payer] for payer in (*PAYERS, UNFUNDED) if payer in amounts}
        note = gettext("so far") if year.year > present else gettext("secured")
        found[year.year] = Year(year.year, ordered, note=note)
    return found


def _history(view: MoneyView) -> dict[int, Year]:
    """Shares as amounts out of 1: only their proportion is drawn, and the note says that no amount is known."""
    found = {}
    for year in view.history:
        shares = dict(year.shares)
        ordered = {payer_label(payer): Decimal(shares[payer]) for payer in PAYERS if payer in shares}
        found[year.year] = Year(year.year, ordered, note=gettext("shares only"))
    return found
