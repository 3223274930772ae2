"""What an action reads from the tracker and writes back: the turn, the context slots, the message."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.common.sentences import introduces
from bot.partners.records import LANGUAGES
from bot.partners.turn import Context, Turn
from bot.replies.message import Message

FALLBACK = "nlu_fallback"
SURE_INTENT = 0.75  # as the core's FallbackClassifier
WISHES = ("talk_to_human", "set_language")


def language_of(tracker: Tracker) -> str:
    """The language of this reply: the slot that follows the visitor's message, English before any."""
    language = tracker.get_slot("language")
    return language if language in LANGUAGES else "en"


def entity(tracker: Tracker, name: str) -> str | None:
    """The value of an entity that came with a pressed choice; names in plain text are read by the partner database."""
    for found in tracker.latest_message.get("entities") or ():
        if found.get("entity") == name and isinstance(found.get("value"), str):
            return str(found["value"])
    return None


def context_of(tracker: Tracker) -> Context:
    """What the conversation is about so far."""
    return Context(
        subject=_ids(tracker, "subject"),
        listed=_ids(tracker, "last_list"),
        said=_ids(tracker, "said_facts"),
        question=str(tracker.get_slot("last_question") or ""),
    )


def turn_of(tracker: Tracker) -> Turn:
    """The visitor's message with everything an answer depends on."""
    intent = tracker.latest_message.get("intent") or {}
    ranking = tracker.latest_message.get("intent_ranking") or ()
    likeliest: dict[str, Any] = next((i for i in [*ranking, intent] if i.get("name") != FALLBACK), {})
    return Turn(
        text=whole(tracker),
        language=language_of(tracker),
        intent=str(intent.get("name") or FALLBACK),
        certainty=float(likeliest.get("confidence") or 0.0),
        guess=str(likeliest.get("name") or ""),
        context=context_of(tracker),
        record=entity(tracker, "record"),
        fact=entity(tracker, "fact"),
    )


def parts_of(tracker: Tracker) -> list[Tracker]:
    """One tracker per question of the message, in order; empty when the message is one plain question.

    What is only told ("We make pumps.") asks nothing, unless it plainly wants a person or a language.
    """
    found = []
    for part in tracker.latest_message.get("parts") or ():
        ranking = part.get("intent_ranking") or [{"name": FALLBACK, "confidence": 0.0}]
        likeliest = ranking[0]
        sure = float(likeliest["confidence"]) >= SURE_INTENT
        if not part.get("asks") and not (sure and likeliest["name"] in WISHES):
            continue
        intent = likeliest if sure else {"name": FALLBACK, "confidence": 0.0}
        found.append(
            with_message(tracker, {"text": part["text"], "intent": intent, "intent_ranking": ranking, "entities": []})
        )
    return found


def told_around(tracker: Tracker) -> str:
    """What the message says beside its questions and beside who writes it; empty when it says no more."""
    parts = tracker.latest_message.get("parts") or ()
    return " ".join(part["text"] for part in parts if not part.get("asks") and not introduces(part["text"]))


def with_message(tracker: Tracker, message: dict[str, Any]) -> Tracker:
    """The same conversation with another last message."""
    return Tracker(
        tracker.sender_id, dict(tracker.slots), message, tracker.events, False, None, {}, tracker.latest_action_name
    )


def whole(tracker: Tracker) -> str:
    """The message as it was typed; pinyin in characters, as the core read it."""
    return str(tracker.latest_message.get("reading") or tracker.latest_message.get("text") or "")


def remember(context: Context, **others: Any) -> list[EventType]:
    """Slot events that carry the context to the next turn."""
    values = {
        "subject": list(context.subject),
        "last_list": list(context.listed),
        "said_facts": list(context.said),
        "last_question": context.question,
        **others,
    }
    return [SlotSet(name, value) for name, value in values.items()]


def say(dispatcher: CollectingDispatcher, message: Message) -> None:
    """Hand a message to the core, with what only rich channels show beside the text."""
    custom = {"sources": list(message.sources), "card": message.card}
    dispatcher.utter_message(
        text=message.text,
        buttons=[{"title": b.title, "payload": b.payload} for b in message.buttons],
        json_message=custom if message.sources or message.card else None,
    )


def _ids(tracker: Tracker, slot: str) -> tuple[str, ...]:
    value = tracker.get_slot(slot)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
