"""The lines of a plan as a table for spreadsheets: one row a line, one column a fact."""

from taskforce.exchange.csv_text import Value
from taskforce.queries.plan_activities import ActivityRow
from taskforce.render.states import mark
from taskforce.render.wording import gettext as _
from taskforce.views.plan import CENT

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


def table_row(row: ActivityRow, currency: str) -> list[Value]:
    """A line in the order of the columns; dates as 2026-07-15, amounts without separators."""
    return [
        row.objective_code,
        row.objective_title,
        row.output_code,
        row.output_title,
        row.code,
        row.title,
        row.description,
        row.kind_label,
        row.lead_title,
        BETWEEN.join(row.supports),
        BETWEEN.join([_("Whole country"), *row.places] if row.is_national else row.places),
        BETWEEN.join(row.target_groups),
        row.starts_on,
        row.ends_on,
        _(mark(row.status).word),
        {"yes": _("yes"), "no": _("no")}.get(row.own_plan or ""),
        row.own_plan_reference,
        row.secured_amount(currency).quantize(CENT),
        BETWEEN.join(row.alert_codes or ()),
        row.is_confidential,
        bool(row.is_illustrative),
    ]
