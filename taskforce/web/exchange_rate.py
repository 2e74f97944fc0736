"""Exchange rates: list, add."""

from typing import Annotated

from litestar import Controller
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from taskforce.access import Actor, May, may, require
from taskforce.db import Session
from taskforce.queries import exchange_rate as queries
from taskforce.render.states import N_
from taskforce.services.exchange_rate import AddExchangeRate, add_exchange_rate
from taskforce.views.exchange_rate import ExchangeRateForm, ExchangeRateList, ExchangeRateView
from taskforce.web.filters import Wrong, check, page_number
from taskforce.web.reply import Reply
from taskforce.web.route import does, reads

EMPTY = {"currency": "", "base_currency": "", "rate_on": "", "rate": "", "source": ""}


class ExchangeRateController(Controller):
    """What a currency was worth on a day."""

    path = "/"

    @reads("/exchange-rates", May.EXCHANGE_RATE_READ)
    async def all(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        page: Annotated[str, QueryParameter(title=N_("Page of the list"))] = "",
    ) -> Reply[ExchangeRateList]:
        """The rates that amounts are converted with, the latest day first."""
        wrong: list[Wrong] = []
        number = page_number(wrong, page)
        check(wrong)
        count = await queries.count(session)
        page_count = max(1, -(-count // queries.PAGE))
        rows = await queries.rates(session, min(number, page_count))
        view = ExchangeRateList(
            rates=[ExchangeRateView.model_validate(row) for row in rows],
            count=count,
            page=min(number, page_count),
            page_count=page_count,
            may=["add"] if may(actor, May.EXCHANGE_RATE_ADD) else [],
        )
        return Reply(view, template="exchange_rate/all.html")

    @reads("/exchange-rates/add", May.EXCHANGE_RATE_ADD, only_page=True)
    async def show_add(self, actor: NamedDependency[Actor]) -> Reply[ExchangeRateForm]:
        """The empty form."""
        require(actor, May.EXCHANGE_RATE_ADD)
        return Reply(ExchangeRateForm(), template="exchange_rate/form.html", values=EMPTY)

    @does("/exchange-rates/add", May.EXCHANGE_RATE_ADD, AddExchangeRate)
    async def add(
        self,
        session: NamedDependency[Session],
        actor: NamedDependency[Actor],
        command: NamedDependency[AddExchangeRate],
    ) -> Reply[ExchangeRateView]:
        """Record a rate; it is never changed."""
        found = await add_exchange_rate(session, actor, command)
        return Reply(ExchangeRateView.model_validate(found), then="/exchange-rates", made=True)
