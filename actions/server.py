"""The action server: rasa_sdk's protocol behind a token, on loopback, plus the names for the core's matcher."""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
from typing import Any, cast

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import Request, Sanic, response
from sanic.exceptions import SanicException
from sanic.handlers import ErrorHandler
from sanic.response import HTTPResponse

from actions.contacts import ActionShowContact
from actions.feedback import ActionFeedbackNegative
from actions.followup import ActionAffirm, ActionDeny
from actions.handoff import ValidateHandoffForm
from actions.handoff_people import People
from actions.knowledge import ActionAnswer
from actions.language import ActionSetLanguage
from bot.common import logs
from bot.insights.recorder import Recorder
from bot.partners.knowledge import KnowledgeBase
from bot.partners.names_file import names_body
from bot.settings import Settings
from bot.store import Store, StoreUnavailable

ACTIONS = (
    ActionAnswer, ActionShowContact, ActionSetLanguage, ActionAffirm, ActionDeny, ActionFeedbackNegative,
    ValidateHandoffForm,
)  # fmt: skip
MAX_BODY = 1_000_000
TURN = re.compile("[0-9a-f]{12}")
OPEN_PATHS = ("/health",)

logger = logging.getLogger(__name__)


class BriefErrors(ErrorHandler):
    """Says only that a call failed; rasa_sdk's own handler would send the whole request back."""

    def response(self, request: Request, exception: Exception) -> HTTPResponse:
        if isinstance(exception, StoreUnavailable):
            logger.error("the database is away: %s", exception)
            return response.json({"error": "store"}, status=503)
        if isinstance(exception, SanicException):
            return response.json({"error": "bad request"}, status=exception.status_code)
        logger.error("action call failed: %s", type(exception).__name__, exc_info=exception)
        return response.json({"error": "failed"}, status=500)


def build_app(settings: Settings, knowledge: KnowledgeBase, recorder: Recorder, people: People) -> Sanic[Any, Any]:
    """The Sanic application with all actions registered. Every path but /health needs the token."""
    executor = ActionExecutor()
    for action in ACTIONS:
        executor.register_action(action(knowledge, recorder, people))
    app = create_app(executor, cors_origins=[])
    app.error_handler = BriefErrors()
    app.config.REQUEST_MAX_SIZE = MAX_BODY
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.config.KEEP_ALIVE_TIMEOUT = 75
    token = settings.actions_token.get_secret_value()

    @app.on_request  # type: ignore[untyped-decorator]
    async def authenticate(request: Request) -> HTTPResponse | None:
        if request.path in OPEN_PATHS:
            return None
        given = request.headers.get("authorization", "")
        if not token or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return response.json({"error": "unauthorised"}, status=401)
        if request.headers.get("content-encoding"):
            return response.json({"error": "compressed bodies are not accepted"}, status=415)
        if named := TURN.fullmatch(request.headers.get("x-turn", "")):
            logs.turn.set(named.group())
        return None

    @app.get("/names")  # type: ignore[untyped-decorator]
    async def names(request: Request) -> HTTPResponse:
        """All names for the core's matcher; 304 when the caller has this revision."""
        snapshot = await asyncio.to_thread(knowledge.current)
        tag = str(snapshot.revision)
        if request.headers.get("if-none-match", "").strip('"') == tag:
            return response.empty(status=304, headers={"ETag": f'"{tag}"'})
        base = request.args.get("base", "")
        body = await asyncio.to_thread(names_body, snapshot.revision, snapshot.names, snapshot.records, base)
        return response.raw(body, content_type="application/json", headers={"ETag": f'"{tag}"'})

    return cast("Sanic[Any, Any]", app)


def serve(settings: Settings) -> None:
    """Run until stopped. Blocks."""
    logging.getLogger("rasa_sdk.utils").setLevel(logging.ERROR)  # warns of the core's older version at every call
    store = Store(settings.database)
    knowledge = KnowledgeBase(store, settings.knowledge_dir, min(1.0, settings.names_refresh_seconds))
    key = settings.actions_token.get_secret_value().encode()
    recorder = Recorder(store, knowledge.current, key, settings.insights_days)
    app = build_app(settings, knowledge, recorder, People.of(settings, store))

    @app.before_server_start
    async def warm(_app: Sanic[Any, Any]) -> None:
        """Read the knowledge before the first visitor does; an unreachable database is no reason not to start."""
        try:
            await asyncio.to_thread(knowledge.current)
        except StoreUnavailable as error:
            logger.error("the database is away at start: %s", error)
        recorder.start()

    app.run(host="127.0.0.1", port=settings.actions_port, single_process=True, access_log=False, motd=False)
    recorder.close()
    store.close()
