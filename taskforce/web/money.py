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
from taskforce.queries.vocabulary_term import terms
from taskforce.render.money_chart import money_chart
from taskforce.render.states import N_
from taskforce.rules.periods import fiscal_year_label
from taskforce.views.money import MoneyView
from taskforce.views.money_page import Asked, money_page, within_reach
from taskforce.web.filters import Wrong, check, id_of, listed, page_number, year_of
from taskforce.web.reply import Reply
from taskforce.web.route import reads

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


Said = dict[str, str]


async def provide_said(
    source: Annotated[str, QueryParameter(title=N_("Source"))] = "",
    objective: Annotated[str, QueryParameter(title=N_("Objective"))] = "",
    cost_type: Annotated[str, QueryParameter(title=N_("Cost type"))] = "",
    year: Annotated[str, QueryParameter(title=N_("Fiscal year"))] = "",
    page: Annotated[str, QueryParameter(title=N_("Page of the list"))] = "",
) -> Said:
    """What a reader narrows the money to: ids of a source, an objective and a cost type, and a fiscal year."""
    return {"source": source, "objective": objective, "cost_type": cost_type, "year": year, "page": page}


async def _read(session: Session, said: Said) -> Asked:
    """What it means. It is read in the handler, since litestar leaves a session open if a dependency raises."""
    wrong: list[Wrong] = []
    cost_types = [term.id for term in await terms(session, "cost_type")] if said["cost_type"] else []
    chosen = MoneyFilter(
        source_id=id_of(wrong, "source", said["source"]),
        objective_id=id_of(wrong, "objective", said["objective"]),
        cost_type_id=listed(wrong, "cost_type", said["cost_type"], cost_types) or None,
        fiscal_year=year_of(wrong, "year", said["year"]),
    )
    number = page_number(wrong, said["page"])
    check(wrong)
    return Asked(chosen, number)


class MoneyController(Controller):
    """Who pays, until when."""

    path = "/"
    dependencies = {"said": Provide(provide_said)}  # noqa: RUF012 (litestar declares it so)

    @reads("/mechanisms/{code:str}/money", May.MONEY_READ)
    async def show(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
        said: NamedDependency[Said],
    ) -> Reply[MoneyView]:
        """The money by year and source, its shares, what ends, what nobody pays, and the lines."""
        view = await money_page(session, actor, code, await _read(session, said), today=today)
        return Reply(view, template="money/show.html", draw=money_chart)

    @reads("/mechanisms/{code:str}/money.csv", May.MONEY_READ)
    async def file(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        today: NamedDependency[dt.date],
        code: FromPath[str],
        said: NamedDependency[Said],
    ) -> Stream:
        """The lines that the page shows with the same filter, all of them, as CSV."""
        head, asked = await mechanisms.head(session, actor, code), await _read(session, said)
        month = (await queries.basis(session, actor, head.id, today)).start_month
        name = file_name(head.code, "budget-lines")
        return Stream(
            _written(request.app.state.sessions, actor, (head.id, month), within_reach(actor, head.id, asked.chosen)),
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
