"""The public application, put together from its settings; nothing happens at import."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.channels.helpdesk import routes as helpdesk_routes
from bot.channels.helpdesk.service import make_helpdesk
from bot.channels.messengers.wiring import Messengers
from bot.channels.telegram import routes as telegram_routes
from bot.channels.web import api, page
from bot.channels.wechat import routes as wechat_routes
from bot.desk import routes as desk_routes
from bot.desk.accounts import display_name
from bot.gateway import metrics, operator
from bot.gateway.caretaker import Caretaker
from bot.gateway.case_turns import CaseTurns
from bot.gateway.choices import Choices
from bot.gateway.core_client import CoreClient
from bot.gateway.database import Database
from bot.gateway.desk_bell import DeskBell
from bot.gateway.edge import Edge
from bot.gateway.limits import ClientAddress, Limits, Quotas
from bot.gateway.personal_data import Traces
from bot.gateway.places import OtherPlaces
from bot.gateway.problems import Problem, preferred_language, problem_response
from bot.gateway.readiness import Readiness
from bot.gateway.retention import Periods, Retention
from bot.gateway.sessions import Signer
from bot.gateway.staff import AnswerMails, Staff
from bot.gateway.stream import Streams
from bot.gateway.transcripts import CoreMemory, Transcripts
from bot.gateway.turns import Eraser, Turns
from bot.handoff.relay import make_relay
from bot.handoff.routing import read_handoff
from bot.handoff.vault import Vault
from bot.replies.notices import Notices
from bot.replies.problems import LANGUAGES
from bot.settings import Settings
from bot.store import Store

SHUTDOWN_SECONDS = 12.0
_CODE_OF_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}


@dataclass(frozen=True)
class Gateway:
    """The working parts, for the routes: `request.app.state.gateway`."""

    settings: Settings
    db: Database
    signer: Signer
    choices: Choices
    limits: Limits
    address: ClientAddress
    streams: Streams
    turns: Turns
    readiness: Readiness
    staff: Staff
    caretaker: Caretaker
    vault: Vault
    memory: CoreMemory


def create_app(settings: Settings, *, erasers: Sequence[Eraser] = ()) -> FastAPI:
    """The gateway. `erasers` reach what other parts keep of a conversation; each is called when it is erased.

    Raises HandoffDataError for files in data/handoff that cannot be used.
    """
    store = Store(settings.database)
    db = Database(store)
    core = CoreClient(
        settings.core_url,
        settings.core_secret.get_secret_value(),
        timeout=settings.core_timeout_seconds,
        patience=settings.core_patience_seconds,
    )
    messengers = Messengers()
    gateway = _build(settings, db, core, [*erasers, messengers.forget])
    messengers.build(gateway)
    helpdesk = make_helpdesk(settings, store, gateway.staff)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        relay = make_relay(settings, store, Notices(settings.public_address).compose)
        couriers = [courier for courier in (relay, helpdesk, *messengers.all()) if courier]
        for courier in couriers:
            courier.start()

        def wake() -> None:
            for courier in couriers:
                courier.wake()

        gateway.staff.wake_couriers = gateway.caretaker.mails_waiting = wake
        gateway.turns.visitor_wrote = gateway.staff.visitor_typing.clear
        gateway.turns.people_concerned = partial(_people_concerned, gateway)
        gateway.caretaker.start()
        stop_metrics = None
        if settings.metrics_port:
            stop_metrics = metrics.serve(
                gateway.turns.metrics, store, gateway.turns.count_running, settings.metrics_port, settings.metrics_host
            )
        yield
        if stop_metrics:
            await asyncio.to_thread(stop_metrics)
        await gateway.caretaker.stop()
        await asyncio.gather(gateway.turns.finish(SHUTDOWN_SECONDS), *(courier.stop() for courier in couriers))
        await gateway.staff.close_down()
        await gateway.streams.close()
        await core.close()
        gateway.memory.transcripts.close()
        await gateway.readiness.close()
        db.close()
        store.close()

    app = FastAPI(
        title="Public chat API of the China Competence Centre Middle Ruhr Area",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json" if settings.api_docs else None,
        redirect_slashes=False,
    )
    app.state.gateway, app.state.helpdesk, app.state.messengers = gateway, helpdesk, messengers
    app.include_router(api.router)
    page.add_pages(app, settings)
    app.include_router(desk_routes.router)
    app.include_router(wechat_routes.router)
    app.include_router(telegram_routes.router)  # before the help desk's, which takes any name
    app.include_router(helpdesk_routes.router, dependencies=[Depends(_count_webhook_call)])
    app.include_router(operator.router)
    _add_health(app, gateway, messengers)
    _add_problem_handlers(app)
    app.add_middleware(
        Edge,
        language_of=_language_of,
        allowed_origins=settings.allowed_origins,
        frame_ancestors=settings.frame_ancestors,
    )
    return app


async def _count_webhook_call(request: Request) -> None:
    gateway: Gateway = request.app.state.gateway
    await gateway.limits.webhook(gateway.address.network(request))


def _people_concerned(gateway: Gateway) -> None:
    gateway.staff.bell.ring()
    gateway.staff.wake_couriers()


def _build(settings: Settings, db: Database, core: CoreClient, erasers: Sequence[Eraser]) -> Gateway:
    key = settings.session_key.get_secret_value()
    lifetime = timedelta(hours=settings.session_hours)
    choices = Choices(key, lifetime)
    streams = Streams(db, settings.streams_per_session)
    vault, data, signer = Vault.of(settings), read_handoff(settings.handoff_dir), Signer(key, lifetime)
    away, reopened = timedelta(seconds=settings.visitor_away_seconds), timedelta(days=settings.resume_days)
    mails = AnswerMails(vault, signer, away, reopened, timedelta(seconds=settings.answer_mail_wait_seconds))
    traces = Traces(settings.cases_on_erase, settings.actions_token.get_secret_value().encode())
    memory = CoreMemory(core, Transcripts(settings.tracker))
    places = OtherPlaces(db, memory, settings.var_dir)
    retention = Retention(Periods.of(settings), memory.transcripts, settings.var_dir)
    quotas = Quotas(
        settings.messages_per_10_seconds,
        settings.messages_per_minute,
        settings.sessions_per_minute,
        settings.reads_per_minute,
        settings.webhook_calls_per_minute,
        settings.logins_per_minute,
    )
    return Gateway(
        settings,
        db,
        signer,
        choices,
        Limits(quotas, settings.redis_url),
        ClientAddress(settings.trusted_proxies),
        streams,
        Turns(db, core, choices, streams, CaseTurns(choices, vault, data), traces, [places.erase, *erasers]),
        Readiness(db, core, settings.actions_url, settings.actions_token.get_secret_value()),
        Staff(db, streams, choices, data, mails, DeskBell(db), display_name),
        Caretaker(db, streams, data, retention),
        vault,
        memory,
    )


def _add_health(app: FastAPI, gateway: Gateway, messengers: Messengers) -> None:
    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> JSONResponse:
        checks = await gateway.readiness.checks()
        ready = all(word == "ok" for word in checks.values())
        body = {"status": "ok" if ready else "fail", "checks": checks, "channels": messengers.conditions()}
        return JSONResponse(body, 200 if ready else 503)


def _add_problem_handlers(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def on_problem(request: Request, problem: Problem) -> Response:
        return problem_response(problem.code, _language_of(request), retry_after=problem.retry_after)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, _: RequestValidationError) -> Response:
        return problem_response("bad_request", _language_of(request))

    @app.exception_handler(HTTPException)
    async def on_http_exception(request: Request, error: HTTPException) -> Response:
        code = _CODE_OF_STATUS.get(error.status_code, "bad_request" if error.status_code < 500 else "internal_error")
        response = problem_response(code, _language_of(request))
        if error.headers and "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response


def _language_of(request: Request) -> str:
    """The session's language, else the one its token was made for, else the browser's."""
    known = request.scope.get("state", {}).get("language")
    if known is None:
        token = api.bearer(request)
        known = request.app.state.gateway.signer.language_of(token) if token and "app" in request.scope else None
    return known if known in LANGUAGES else preferred_language(request.headers.get("accept-language"))
