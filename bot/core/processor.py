"""One turn: Rasa's message processor with repeats answered from the store, failures said aloud, and no empty answer."""
from __future__ import annotations

from typing import Any

from rasa.core.actions.action import Action, create_bot_utterance
from rasa.core.channels.channel import (
    CollectingOutputChannel,
    OutputChannel,
    UserMessage,
)
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, FollowupAction
from rasa.shared.core.trackers import DialogueStateTracker

from bot.common.language import LANGUAGES, detect
from bot.core.nlu.language_detector import language_entity
from bot.core.remote_action import Apologising
from bot.core.tracker import BoundedTracker

ACTION_FAILED_RESPONSE = "utter_action_failed"
EMPTY_RESPONSE = "utter_default"


class CoreProcessor(MessageProcessor):
    """Takes the place of Rasa's MessageProcessor in the agent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._seen: set[tuple[str | None, ...]] = set()

    async def handle_message(self, message: UserMessage) -> list[dict[str, Any]] | None:
        """Handles one message; one with the id of the last message gets the last replies again and changes nothing."""
        tracker = await self.get_tracker(message.sender_id)
        channel = message.output_channel
        if not isinstance(tracker, BoundedTracker):
            return await super().handle_message(message)
        if tracker.last_message_id() == message.message_id:
            for reply in tracker.replies_to_last_message():
                await channel.send_response(tracker.sender_id, reply.message())
        else:
            # Session metadata would become a slot; the visitor's client has no say there.
            await self._update_tracker_session(tracker, channel, None)
            await self._handle_message_with_tracker(message, tracker)
            tracker = await self.run_action_extract_slots(channel, tracker)
            await self._run_prediction_loop(channel, tracker)
            if tracker.latest_action_name != ACTION_LISTEN_NAME:
                # Rasa stopped at its limit of actions; without this every later turn would start at the limit.
                tracker.update(ActionExecuted(ACTION_LISTEN_NAME), self.domain)
            if not tracker.replies_to_last_message():
                await self._say(EMPTY_RESPONSE, tracker, channel)
        await self.save_tracker(tracker)
        if hasattr(channel, "finish"):
            channel.finish(tracker)
        return channel.messages if isinstance(channel, CollectingOutputChannel) else None

    async def _handle_message_with_tracker(self, message: UserMessage, tracker: DialogueStateTracker) -> None:
        metadata = with_languages(message.metadata, tracker)
        message.metadata = metadata
        if message.parse_data:
            language = metadata.get("fixed_language") or metadata.get("language") or detect(message.text or "")
            message.parse_data["entities"].append(language_entity(language))
        await super()._handle_message_with_tracker(message, tracker)

    def _check_for_unseen_features(self, parse_data: dict[str, Any]) -> None:
        # Rasa makes an empty domain to compare with at each message; what was checked once needs no second warning.
        features = (parse_data["intent"]["name"], *{entity["entity"] for entity in parse_data["entities"] or []})
        if features not in self._seen:
            self._seen.add(features)
            super()._check_for_unseen_features(parse_data)

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        return await super()._run_action(Apologising(action, self._apology), tracker, output_channel, nlg, prediction)

    async def _apology(self, tracker: DialogueStateTracker, channel: OutputChannel) -> list[Event]:
        said = await self._utterance(ACTION_FAILED_RESPONSE, tracker, channel)
        return [*said, FollowupAction(ACTION_LISTEN_NAME)]

    async def _say(self, response: str, tracker: DialogueStateTracker, channel: OutputChannel) -> None:
        said = await self._utterance(response, tracker, channel)
        tracker.update_with_events(said, self.domain)
        await self._send_bot_messages(said, tracker, channel)

    async def _utterance(self, response: str, tracker: DialogueStateTracker, channel: OutputChannel) -> list[BotUttered]:
        draft = await self.nlg.generate(response, tracker, channel.name())
        if not draft:
            return []
        draft["utter_action"] = response
        return [create_bot_utterance(draft)]


def with_languages(metadata: dict[str, Any] | None, tracker: DialogueStateTracker) -> dict[str, Any]:
    """Returns the message's metadata with the conversation's languages where the channel gave none."""
    result = dict(metadata or {})
    for name in ("language", "fixed_language"):
        known = tracker.slots[name].value if name in tracker.slots else None
        if result.get(name) not in LANGUAGES:
            result.pop(name, None)
            if known in LANGUAGES:
                result[name] = known
    return result
