"""The composition root: the only place that builds the application."""

import asyncio
import datetime as dt
import gc
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.routes import HTTPRoute
from litestar.static_files import create_static_files_router
from litestar.template import TemplateConfig
from litestar.types import ControllerRouterHandler

from taskforce import __version__, jobs
from taskforce.access import SIGN_IN, May
from taskforce.db import create_engine, create_sessions, is_outage, transaction
from taskforce.queries.account import is_demonstration
from taskforce.render.wording import environment
from taskforce.settings import project_folder, settings
from taskforce.web.account import AccountController
from taskforce.web.account_password import AccountPasswordController
from taskforce.web.account_second_factor import AccountSecondFactorController
from taskforce.web.account_token import AccountTokenController
from taskforce.web.activity import ActivityController
from taskforce.web.activity_confirmation import ActivityConfirmationController
from taskforce.web.agency import AgencyController
from taskforce.web.agency_record import AgencyRecordController
from taskforce.web.appointment import AppointmentController
from taskforce.web.assignment import AssignmentController
from taskforce.web.attachment import AttachmentController
from taskforce.web.baseline import BaselineController
from taskforce.web.budget_line import BudgetLineController
from taskforce.web.cost_item import CostItemController
from taskforce.web.desk import DeskController
from taskforce.web.duplication_alert import DuplicationAlertController
from taskforce.web.errors import HANDLERS
from taskforce.web.exchange_rate import ExchangeRateController
from taskforce.web.first_steps import FirstStepsController
from taskforce.web.foot import FootController
from taskforce.web.form import MOST_BYTES
from taskforce.web.funding_source import FundingSourceController
from taskforce.web.guard import guarded
from taskforce.web.health import HealthController
from taskforce.web.history import HistoryController
from taskforce.web.indicator import IndicatorController
from taskforce.web.instrument import InstrumentController
from taskforce.web.mechanism import MechanismController
from taskforce.web.membership import MembershipController
from taskforce.web.money import MoneyController
from taskforce.web.objective import ObjectiveController
from taskforce.web.open_api import DescriptionPlugin
from taskforce.web.output import OutputController
from taskforce.web.place import PlaceController
from taskforce.web.plan import PlanController
from taskforce.web.plan_draft import PlanDraftController
from taskforce.web.plan_step import PLAN_STEPS
from taskforce.web.request_log import LOG_STEPS, logged
from taskforce.web.responsibility import ResponsibilityController
from taskforce.web.sign_in import SignInController
from taskforce.web.signed_in import provide_actor, provide_session
from taskforce.web.today import provide_days, provide_today
from taskforce.web.user import UserController

CONTROLLERS: tuple[Any, ...] = (
    AccountController,
    AccountPasswordController,
    AccountSecondFactorController,
    AccountTokenController,
    ActivityConfirmationController,
    ActivityController,
    AgencyController,
    AgencyRecordController,
    AppointmentController,
    AssignmentController,
    AttachmentController,
    BaselineController,
    BudgetLineController,
    CostItemController,
    DeskController,
    DuplicationAlertController,
    FirstStepsController,
    FootController,
    ExchangeRateController,
    FundingSourceController,
    HistoryController,
    IndicatorController,
    InstrumentController,
    MechanismController,
    MembershipController,
    MoneyController,
    ObjectiveController,
    OutputController,
    PlaceController,
    PlanController,
    PlanDraftController,
    *PLAN_STEPS,
    ResponsibilityController,
    SignInController,
    UserController,
)
Clock = Callable[[], dt.datetime]
PARENT_EVERY, PARENT_PATIENCE = 0.2, 3  # seconds


class UnnamedAction(RuntimeError):
    """A route does not say which action it is; the application does not start."""


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _mounted(speaks: str) -> list[ControllerRouterHandler]:
    """The controllers for one mount; what only people need is left out of the API."""
    if speaks == "html":
        return list(CONTROLLERS)
    kept: list[ControllerRouterHandler] = []
    for controller in CONTROLLERS:
        left_out = {name: None for name, handler in vars(controller).items() if _is_only_page(handler)}
        kept.append(type(controller.__name__, (controller,), left_out) if left_out else controller)
    return kept


def _is_only_page(handler: object) -> bool:
    opt = getattr(handler, "opt", None)
    return isinstance(opt, dict) and bool(opt.get("only_page"))


def check_actions(app: Litestar) -> None:
    """Every route and method names its action, and says where its form is shown again.

    Raises:
        UnnamedAction: one does not; the application must not start.
    """
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for handler in route.route_handlers:
            methods = {str(method) for method in handler.http_methods}
            if methods == {"OPTIONS"}:
                continue
            if not isinstance(handler.opt.get("action"), May):
                raise UnnamedAction(f"{sorted(methods)} {route.path} names no action: add it with reads() or does()")
            if "POST" in methods and "GET" not in {str(method) for method in route.methods}:
                handler.opt["form_is_above"] = True


async def _learn_kind(app: Litestar) -> bool:
    """Whether the database could be asked if this is a demonstration; without an answer it is none."""
    try:
        async with transaction(app.state.sessions, SIGN_IN) as session:
            app.state.is_demonstration = await is_demonstration(session)
    except Exception as broken:
        if not is_outage(broken):
            raise
        return False
    return True


async def _learn_kind_later(app: Litestar) -> None:
    """A worker that is started while the database is away answers 503 until then, and needs no second start."""
    while True:
        await asyncio.sleep(1)
        if await _learn_kind(app):
            return


def create_app(*, database_url: str, clock: Clock = _utc_now, pool_size: int = 5, with_jobs: bool = False) -> Litestar:
    """The application on a database; `clock` tells the moment, in UTC; `with_jobs` runs the clocked jobs in it."""
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    level = logging.getLevelNamesMapping()[settings().log_level.upper()]
    structlog.configure(processors=LOG_STEPS, wrapper_class=structlog.make_filtering_bound_logger(level))

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        engine = create_engine(database_url, statement_cache_size=settings().statement_cache_size, pool_size=pool_size)
        app.state.sessions = create_sessions(engine)
        # A request that looks something up beside its own transaction takes no connection from those that wait for one.
        looking = create_engine(database_url, statement_cache_size=settings().statement_cache_size, pool_size=1)
        app.state.lookups = create_sessions(looking)
        app.state.is_demonstration = False
        learning = None if await _learn_kind(app) else asyncio.create_task(_learn_kind_later(app))
        clocked = jobs.scheduler(app.state.sessions, clock) if with_jobs else None
        if clocked:
            clocked.start()
        gc.freeze()
        yield
        if clocked:
            clocked.shutdown(wait=False)
        if learning:
            learning.cancel()
        await engine.dispose()
        await looking.dispose()

    async def provide_now() -> dt.datetime:
        return clock()

    static = Path(__file__).parent / "web" / "static"
    app = Litestar(
        route_handlers=[
            Router("/", route_handlers=_mounted("html"), opt={"speaks": "html"}, include_in_schema=False),
            Router("/api/v1", route_handlers=_mounted("json"), opt={"speaks": "json"}),
            HealthController,
            create_static_files_router("/static", directories=[static], opt={"action": May.PAGE_READ}),
        ],
        dependencies={
            "actor": Provide(provide_actor),
            "session": Provide(provide_session),
            "now": Provide(provide_now),
            "today": Provide(provide_today),
            "days": Provide(provide_days),
        },
        compression_config=CompressionConfig(backend="gzip", gzip_compress_level=5, exclude_opt_key="sends_file"),
        exception_handlers=HANDLERS,
        request_max_body_size=MOST_BYTES,
        lifespan=[lifespan],
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(_environment())),
        openapi_config=OpenAPIConfig(
            title="Taskforce",
            version=__version__,
            render_plugins=[DescriptionPlugin()],
            openapi_router=Router(
                "/api/v1/schema", route_handlers=[], opt={"action": May.PAGE_READ}, include_in_schema=False
            ),
        ),
        logging_config=None,
        debug=False,
    )
    check_actions(app)
    app.asgi_handler = logged(guarded(app.asgi_handler))
    return app


def _environment() -> Any:
    return environment(project_folder("templates"))


def _end_with_parent() -> None:
    """End this server process when its main process is gone, also by kill -9: else it would hold the port for ever."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        while os.getppid() == parent.pid:
            time.sleep(PARENT_EVERY)
        os.kill(os.getpid(), signal.SIGTERM)  # lets requests that run end
        time.sleep(PARENT_PATIENCE)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def serve_app() -> Litestar:
    """The application as a server process builds it, from the settings.

    Raises:
        RuntimeError: no database is named; `taskforce serve` names it.
    """
    _end_with_parent()
    address = settings().database_url
    if address is None:
        raise RuntimeError("TASKFORCE_DATABASE_URL is not set: start the server with `taskforce serve`")
    return create_app(database_url=address, with_jobs=True)
