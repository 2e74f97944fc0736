"""The lines of a plan as a table for spreadsheets: one row a line, one column a fact."""

from taskforce.exchange.csv_text import Value
from taskforce.queries.plan_activities import ActivityRow
from taskforce.render.states import mark
from taskforce.render.wording import gettext as _
from taskforce.views.plan import ActivityLine

BETWEEN = "; "  # between the entries of a list in one cell


def columns(currency: str) -> list[str]:
    """The names of the columns."""
    return [
        _("Objective"),
        _("Objective title"),
        _("Output"),
        _("Output title"),
        _("Activity"),
        _("Title"),
        _("Description"),
        _("Kind of work"),
        _("Lead agency"),
        _("With"),
        _("Places"),
        _("Target groups"),
        _("First day"),
        _("Last day"),
        _("Status"),
        _("In own plan"),
        _("Reference in own plan"),
        _("Secured, %(currency)s") % {"currency": currency},
        _("Open alerts with"),
        _("Confidential"),
        _("Illustrative"),
    ]


def table_row(line: ActivityLine, row: ActivityRow) -> list[Value]:
    """A line in the order of the columns; dates as 2026-07-15, amounts without separators."""
    places = [_("Whole country"), *line.places] if line.is_national else line.places
    return [
        row.objective_code,
        row.objective_title,
        row.output_code,
        row.output_title,
        line.code,
        line.title,
        row.description,
        line.kind,
        line.lead_title,
        BETWEEN.join(line.supports),
        BETWEEN.join(places),
        BETWEEN.join(line.target_groups),
        line.starts_on,
        line.ends_on,
        _(mark(line.status).word),
        {"yes": _("yes"), "no": _("no")}.get(line.own_plan or ""),
        line.own_plan_reference,
        line.secured_amount,
        BETWEEN.join(each.other_code for each in line.alerts),
        line.is_confidential,
        line.is_illustrative,
    ]
