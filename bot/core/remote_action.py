"""The call to the action server: one kept connection, the little that an action needs, eight seconds at most."""
from __future__ import annotations

import asyncio
import json
import logging
import time
import weakref
from typing import Any

import aiohttp
import rasa
from rasa.core.actions.action import Action, ActionExecutionRejection, RemoteAction
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException

from bot.common import logs
from bot.core.settings import current

logger = logging.getLogger(__name__)

RECENT_EVENTS = 10
# Below the five seconds after which the action server closes an idle connection.
KEEP_ALIVE_SECONDS = 4.0
_sessions: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, aiohttp.ClientSession] = weakref.WeakKeyDictionary()


class ActionFailed(RasaException):
    """Raised when the action server did not do what it was asked; nothing may be confirmed to the visitor."""


def session() -> aiohttp.ClientSession:
    """Returns the session of the running event loop."""
    loop = asyncio.get_running_loop()
    found = _sessions.get(loop)
    if found is None or found.closed:
        connector = aiohttp.TCPConnector(limit=100, keepalive_timeout=KEEP_ALIVE_SECONDS)
        timeout = aiohttp.ClientTimeout(total=current().action_timeout, connect=1.0)
        found = _sessions[loop] = aiohttp.ClientSession(connector=connector, timeout=timeout)
    return found


def slim_event(event: Event) -> dict[str, Any]:
    """Returns an event as an action may want it: what was said and done, not how sure the model was of it."""
    document = event.as_dict()
    parse_data = document.get("parse_data")
    if parse_data:
        document["parse_data"] = {key: parse_data[key] for key in ("text", "intent", "entities") if key in parse_data}
    return document


def request_body(name: str, tracker: DialogueStateTracker) -> dict[str, Any]:
    """Returns the call in the action server's protocol, its size independent of the conversation's length."""
    message = tracker.latest_message
    latest: dict[str, Any] = {"intent": {}, "entities": [], "text": None}
    if message is not None:
        latest = {key: value for key, value in message.parse_data.items() if key != "text_tokens"}
        latest.update(entities=message.entities, message_id=message.message_id, metadata=message.metadata)
    events = tracker.events
    loop = tracker.active_loop
    return {
        "next_action": name,
        "sender_id": tracker.sender_id,
        "tracker": {
            "sender_id": tracker.sender_id,
            "slots": tracker.current_slot_values(),
            "latest_message": latest,
            "latest_event_time": events[-1].timestamp if events else None,
            "followup_action": tracker.followup_action,
            "paused": tracker.is_paused(),
            "events": [slim_event(events[position]) for position in range(max(0, len(events) - RECENT_EVENTS), len(events))],
            "latest_input_channel": message.input_channel if message is not None else None,
            "active_loop": dict(vars(loop)) if loop else {},
            "latest_action": tracker.latest_action,
            "latest_action_name": tracker.latest_action_name,
        },
        "domain": {},
        "version": rasa.__version__,
    }


def checked(response: Any) -> dict[str, list]:
    """Returns the answer if it has the right shape; raises ActionFailed."""
    if not isinstance(response, dict):
        raise ActionFailed("answer is not an object")
    events = response.get("events") or []
    responses = response.get("responses") or []
    if not isinstance(events, list) or not all(isinstance(event, dict) and isinstance(event.get("event"), str) for event in events):
        raise ActionFailed("answer holds something that is not an event")
    if not isinstance(responses, list) or not all(isinstance(item, dict) for item in responses):
        raise ActionFailed("answer holds something that is not a response")
    return {"events": events, "responses": responses}


async def call(url: str, headers: dict[str, str], body: dict[str, Any]) -> dict[str, list]:
    """Posts `body`; raises ActionFailed, or ActionExecutionRejection if the action itself declined (status 400)."""
    try:
        async with session().post(
            url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json", **headers}
        ) as response:
            content = await response.read()
            status = response.status
        document = json.loads(content) if content else None
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError) as error:
        raise ActionFailed(type(error).__name__) from None
    if status == 400 and isinstance(document, dict) and "action_name" in document:
        raise ActionExecutionRejection(document["action_name"], document.get("error"))
    if status != 200:
        raise ActionFailed(f"status {status}")
    return checked(document)


async def run(
    self: RemoteAction, output_channel: OutputChannel, nlg: NaturalLanguageGenerator, tracker: DialogueStateTracker, domain: Domain
) -> list[Event]:
    """Takes the place of RemoteAction.run."""
    if not self.action_endpoint:
        raise ActionFailed("no action server is configured")
    headers = {**(self.action_endpoint.headers or {}), "X-Turn": logs.turn.get()}
    started = time.perf_counter()
    try:
        answer = await call(self.action_endpoint.url, headers, request_body(self.name(), tracker))
    finally:
        if hasattr(output_channel, "actions_ms"):
            output_channel.actions_ms += (time.perf_counter() - started) * 1000
    messages = await self._utter_responses(answer["responses"], output_channel, nlg, tracker)
    try:
        return [*messages, *deserialise_events(answer["events"])]
    except (ValueError, TypeError, KeyError):
        raise ActionFailed("answer holds an event that cannot be read") from None


class Apologising(Action):
    """An action that cannot fail: in place of an error it says so to the visitor and waits for the next message."""

    def __init__(self, action: Action, apology: Any) -> None:
        self._action = action
        self._apology = apology

    def name(self) -> str:
        return self._action.name()

    def event_for_successful_execution(self, prediction: Any) -> Event:
        return self._action.event_for_successful_execution(prediction)

    async def run(self, output_channel: Any, nlg: Any, tracker: DialogueStateTracker, domain: Domain) -> list[Event]:
        try:
            return await self._action.run(output_channel, nlg, tracker, domain)
        except ActionExecutionRejection:
            raise
        except Exception as error:  # noqa: BLE001 - any failure of an action, ours or Rasa's, must be said
            detail = str(error) if isinstance(error, ActionFailed) else ""
            logger.error("Action %s failed: %s %s", self.name(), type(error).__name__, detail)
            return await self._apology(tracker, output_channel)
