"""The money of a mechanism: who pays what in which year, until when; the same list as a file."""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller
from litestar.connection import Request
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from taskforce.access import Actor, May
from taskforce.db import Session, Sessions, transaction
from taskforce.exchange.csv_text import BYTE_ORDER_MARK, Value, csv_text, file_name
from taskforce.queries import budget_line as budget_lines
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import money as queries
from taskforce.queries.budget_line import LineRow, MoneyFilter
from taskforce.render.money_chart import money_chart
from taskforce.render.wording import gettext as _
from taskforce.rules.periods import fiscal_year_label
from taskforce.views.money import MoneyView
from taskforce.views.money_page import Asked, money_page, within_reach
from taskforce.web.form import Malformed
from taskforce.web.reply import Reply
from taskforce.web.route import reads

Text = Annotated[str, QueryParameter()]
COLUMNS = (
    "fiscal_year",
    "cost_item",
    "activity",
    "title",
    "lead",
    "source",
    "source_title",
    "source_class",
    "cost_type",
    "currency",
    "asked",
    "refused",
    "secured",
    "in_kind",
    "vote_code",
    "weight",
    "illustrative",
)


async def provide_chosen(source: Text = "", objective: Text = "", cost_type: Text = "", year: Text = "") -> MoneyFilter:
    """What a reader narrows the money to: ids of a source, an objective and a cost type, and a fiscal year.

    Raises:
        Malformed: a value is none that the filter knows.
    """
    is_year = year.isascii() and year.isdigit() and 1900 <= int(year) <= 2200
    if year and not is_year:
        raise Malformed((("year", _("A fiscal year is written in four digits, like 2026.")),))
    return MoneyFilter(
        source_id=_id("source", source),
        objective_id=_id("objective", objective),
        cost_type_id=cost_type or None,
        fiscal_year=int(year) if year else None,
    )


def _id(name: str, value: str) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError:
        raise Malformed(((name, _("Choose one of the list.")),)) from None


class MoneyController(Controller):
    """Who pays, until when."""

    path = "/"
    dependencies = {"chosen": Provide(provide_chosen)}  # noqa: RUF012 (litestar declares it so)

    @reads("/mechanisms/{code:str}/money", May.MONEY_READ)
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
        chosen: NamedDependency[MoneyFilter],
        page: Text = "",
    ) -> Reply[MoneyView]:
        """The money by year and source, its shares, what ends, what nobody pays, and the lines."""
        number = int(page) if page.isascii() and page.isdigit() and len(page) <= 6 else 1
        view = await money_page(session, actor, code, Asked(chosen, number), today=today)
        return Reply(view, template="money/show.html", draw=money_chart)

    @reads("/mechanisms/{code:str}/money.csv", May.MONEY_READ)
    async def file(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
        chosen: NamedDependency[MoneyFilter],
    ) -> Stream:
        """The lines that the page shows with the same filter, all of them, as CSV."""
        head = await mechanisms.head(session, actor, code)
        month = (await queries.basis(session, actor, head.id, today)).start_month
        name = file_name(head.code, "budget-lines")
        return Stream(
            _written(request.app.state.sessions, actor, (head.id, month), within_reach(actor, head.id, chosen)),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )


async def _written(
    sessions: Sessions, actor: Actor, mechanism: tuple[UUID, int], chosen: MoneyFilter
) -> AsyncIterator[str]:
    """The file in pieces. It is read in a transaction of its own, since the request's ends before the answer goes."""
    mechanism_id, start_month = mechanism
    yield BYTE_ORDER_MARK + csv_text([COLUMNS])
    async with transaction(sessions, actor, action=May.MONEY_READ) as session:
        async for rows in budget_lines.stream(session, actor, mechanism_id, chosen):
            yield csv_text(_cells(rows, start_month))


def _cells(rows: Sequence[LineRow], start_month: int) -> list[tuple[Value, ...]]:
    return [
        (
            fiscal_year_label(row.fiscal_year, start_month),
            row.item_code,
            row.activity_code,
            row.activity_title or row.item_title,
            row.lead_title,
            row.source_code,
            row.source_title,
            row.source_class,
            row.cost_type,
            row.currency,
            row.asked_amount,
            row.refused_amount,
            row.secured_amount,
            row.is_in_kind,
            row.vote_code,
            row.weight,
            row.is_illustrative,
        )
        for row in rows
    ]
