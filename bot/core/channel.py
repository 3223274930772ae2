"""The only way in: the gateway's turns over loopback, with a shared secret and typed fields."""
from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import (
    Any,
)

from rasa.core.channels.channel import (
    CollectingOutputChannel,
    InputChannel,
    UserMessage,
)
from rasa.shared.core.constants import DEFAULT_INTENTS
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json

from bot.common import logs
from bot.common.language import DEFAULT_LANGUAGE
from bot.core.nlu.names import shared_source
from bot.core.processor import ACTION_FAILED_RESPONSE
from bot.core.settings import current
from bot.core.tracker_store import StoreUnavailable
from bot.core.turn_request import BadTurn, Turn, parse_conversation, parse_turn

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 64 * 1024


class TurnOutput(CollectingOutputChannel):
    """Collects a turn's replies, each as one message with its text, buttons and custom payload together."""

    def __init__(self, channel: str) -> None:
        super().__init__()
        self._channel = channel
        self.actions_ms = 0.0
        self.summary: dict[str, Any] = {}

    def name(self) -> str:  # type: ignore[override]
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        buttons = [
            {"title": str(button.get("title", "")), "payload": str(button.get("payload", ""))}
            for button in (message.get("buttons") or []) + (message.get("quick_replies") or [])
        ]
        custom = message.get("custom") or None
        if message.get("text") or buttons or custom:
            self.messages.append({"text": message.get("text") or None, "buttons": buttons, "custom": custom})

    def finish(self, tracker: DialogueStateTracker) -> None:
        """Notes what the turn was understood as, from the conversation's state after it."""
        slots = tracker.current_slot_values()
        latest = tracker.latest_message
        intent = (latest.intent if latest else None) or {}
        heard = [entity["value"] for entity in (latest.entities if latest else []) if entity.get("entity") == "language"]
        fixed = slots.get("fixed_language")
        self.summary = {
            "language": fixed or slots.get("language") or next(iter(heard), DEFAULT_LANGUAGE),
            "fixed_language": fixed,
            "intent": intent.get("name") or "",
            "confidence": float(intent.get("confidence") or 0.0),
            "missed": missed(tracker),
            "failed": failed(tracker),
        }


def missed(tracker: DialogueStateTracker) -> bool:
    """Returns whether the last message found no answer; the action that answers counts that in a slot."""
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, SlotSet) and event.key == "misses":
            return bool(event.value)
    return False


def failed(tracker: DialogueStateTracker) -> bool:
    """Returns whether the last thing said is the apology for an action that could not be carried out, or not be heard of."""
    said = next((event for event in reversed(tracker.events) if isinstance(event, (BotUttered, UserUttered))), None)
    return isinstance(said, BotUttered) and said.metadata.get("utter_action") == ACTION_FAILED_RESPONSE


def keep_to_own_routes(request: Request) -> HTTPResponse | None:
    """Rasa greets every caller at / with its version; here nothing but the gateway's routes exists."""
    if request.path.startswith("/webhooks/gateway/"):
        return None
    return json({"error": "not found"}, status=404)


class ConversationLocks:
    """Lets one turn at a time into a conversation, in order of arrival, without the stock lock's one-second polling."""

    def __init__(self) -> None:
        self._locks: dict[str, list[Any]] = {}

    @asynccontextmanager
    async def held(self, conversation: str) -> AsyncIterator[None]:
        """Waits for the conversation's lock and holds it."""
        entry = self._locks.setdefault(conversation, [asyncio.Lock(), 0])
        entry[1] += 1
        try:
            async with entry[0]:
                yield
        finally:
            entry[1] -= 1
            if not entry[1]:
                self._locks.pop(conversation, None)


class GatewayInput(InputChannel):
    """Rasa input channel `/webhooks/gateway`: POST turn, GET health; both need the bearer secret."""

    def __init__(self) -> None:
        settings = current()
        self._secret = settings.core_secret
        self._deadline = settings.turn_timeout
        self._locks = ConversationLocks()
        self._running: set[asyncio.Task[HTTPResponse]] = set()

    @classmethod
    def name(cls) -> str:
        return "gateway"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> GatewayInput:
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        routes = Blueprint("gateway")

        @routes.listener("before_server_start")
        async def limit_bodies(app: Sanic, _: Any) -> None:
            app.config.REQUEST_MAX_SIZE = MAX_BODY_BYTES
            app.config.FALLBACK_ERROR_FORMAT = "json"
            # The gateway knows every call; Sanic would put a line together for each and then not write it.
            app.config.ACCESS_LOG = False
            app.register_middleware(keep_to_own_routes, "request")

        @routes.listener("after_server_start")
        async def refuse_to_serve_without_model(app: Sanic, _: Any) -> None:
            agent = getattr(app.ctx, "agent", None)
            if agent is None or not agent.is_ready():
                logger.critical("The model could not be loaded; the core stops.")
                app.stop()

        @routes.get("/health")
        async def health(request: Request) -> HTTPResponse:
            if not self._is_allowed(request):
                return json({"error": "unauthorized"}, 401)
            return await self._health(request)

        @routes.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            if not self._is_allowed(request):
                return json({"error": "unauthorized"}, 401)
            return await self._receive(request, on_new_message)

        @routes.post("/erase")
        async def erase(request: Request) -> HTTPResponse:
            if not self._is_allowed(request):
                return json({"error": "unauthorized"}, 401)
            return await self._erase(request)

        return routes

    def _is_allowed(self, request: Request) -> bool:
        given = request.headers.get("authorization", "")
        expected = f"Bearer {self._secret}"
        return bool(self._secret) and hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())

    async def _health(self, request: Request) -> HTTPResponse:
        agent = getattr(request.app.ctx, "agent", None)
        if agent is None or not agent.is_ready():
            return json({"status": "starting"}, 503)
        revision = shared_source(current().names_file).names.revision
        answer = {"status": "ok", "model": agent.model_id, "names_revision": revision}
        try:
            await agent.tracker_store.check()
        except StoreUnavailable:
            return json({**answer, "status": "store"}, 503)
        return json(answer)

    async def _erase(self, request: Request) -> HTTPResponse:
        """Forgets a conversation, never in the middle of a turn."""
        agent = getattr(request.app.ctx, "agent", None)
        if agent is None or not agent.is_ready():
            return json({"error": "starting"}, 503)
        try:
            conversation = parse_conversation(request.body)
            async with self._locks.held(conversation):
                await agent.tracker_store.erase(conversation)
        except BadTurn as error:
            return json({"error": "bad_request", "detail": str(error)}, 400)
        except StoreUnavailable:
            return json({"error": "store"}, 503)
        return empty()

    async def _receive(self, request: Request, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> HTTPResponse:
        if len(request.body) > MAX_BODY_BYTES:
            return json({"error": "too_large"}, 413)
        agent = getattr(request.app.ctx, "agent", None)
        if agent is None or not agent.is_ready():
            return json({"error": "starting"}, 503)
        try:
            # Rasa's own intents (restart, session_start ...) steer the conversation; no button may.
            turn = parse_turn(request.body, frozenset(agent.domain.intents) - frozenset(DEFAULT_INTENTS))
        except BadTurn as error:
            return json({"error": "bad_request", "detail": str(error)}, 400)
        # A task of its own: the turn goes on when the gateway hangs up or the deadline passes.
        task = asyncio.ensure_future(self._take_turn(turn, on_new_message))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        done, _ = await asyncio.wait({task}, timeout=self._deadline)
        if not done:
            return json({"error": "deadline"}, 504)
        return task.result()

    async def _take_turn(self, turn: Turn, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> HTTPResponse:
        started = time.perf_counter()
        logs.enter(turn.message_id, turn.text)
        output = TurnOutput(turn.channel)
        message = UserMessage(
            turn.text,
            output,
            turn.conversation,
            parse_data=turn.parse_data(),
            input_channel=turn.channel,
            message_id=turn.message_id,
            metadata={"language": turn.language} if turn.language else {},
        )
        try:
            async with self._locks.held(turn.conversation):
                await on_new_message(message)
        except StoreUnavailable:
            return json({"error": "store"}, 503)
        except Exception as error:  # whatever breaks, the gateway gets an answer it can repeat after
            logger.exception("A turn failed: %s", type(error).__name__)
            return json({"error": "turn"}, 503)
        milliseconds = round((time.perf_counter() - started) * 1000, 2)
        actions_ms = round(output.actions_ms, 2)
        logger.info("turn", extra={"fields": {"ms": milliseconds, "actions_ms": actions_ms, **output.summary}})
        return json({"messages": output.messages, **output.summary, "turn_ms": milliseconds, "actions_ms": actions_ms})
