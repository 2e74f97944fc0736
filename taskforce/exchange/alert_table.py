"""Duplication alerts as a table for spreadsheets: one row an alert, one column a fact."""

from typing import Final

from taskforce.exchange.csv_text import Value
from taskforce.render.states import N_, mark
from taskforce.render.wording import gettext as _
from taskforce.views.duplication_alert import AlertLineView, ComparedView, MoneyView

BETWEEN: Final = "; "  # between the entries of a list in one cell
RELATIONS: Final = {
    "same": N_("Same"),
    "partly": N_("Partly the same"),
    "differs": N_("Different"),
    "unknown": N_("Not recorded on both sides"),
}
COMPARED: Final = {  # the fields that have a column, in its order
    "what": N_("Wording"),
    "kind": N_("Kind of work"),
    "where": N_("Where"),
    "when": N_("When"),
    "who_for": N_("Who for"),
}


def columns() -> list[str]:
    """The names of the columns."""
    return [
        _("First activity"),
        _("Title"),
        _("Lead agency"),
        _("Second activity"),
        _("Title"),
        _("Lead agency"),
        _("Kind"),
        _("How sure"),
        _("State"),
        _("Decision"),
        *(_(name) for name in COMPARED.values()),
        _("Days together"),
        _("Money at stake"),
        _("Raised"),
    ]


def table_row(line: AlertLineView) -> list[Value]:
    """An alert in the order of the columns; dates as 2026-07-15, money as TZS 1200.50."""
    compared: dict[str, ComparedView] = {each.field: each for each in line.compared}
    return [
        line.first.code,
        line.first.title,
        line.first.agency,
        line.second.code,
        line.second.title,
        line.second.agency,
        _(mark(line.kind).word),
        _(mark(line.band).word) if line.band else None,
        _(mark(line.state).word),
        _(mark(line.resolution).word) if line.resolution else None,
        *(_(RELATIONS[compared[field].relation]) for field in COMPARED),
        compared["when"].shared_days,
        _at_stake(line.money),
        line.raised_at.date(),
    ]


def _at_stake(amounts: list[MoneyView] | None) -> str | None:
    """The money of both sides; nothing for a reader who may not read it."""
    return None if amounts is None else BETWEEN.join(f"{each.currency} {each.total_amount}" for each in amounts)
