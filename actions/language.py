"""Fixing the language of the replies when the visitor asks for one."""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import KnowledgeAction
from actions.conversation import FALLBACK, entity, language_of, remember, say, turn_of
from bot.partners.arbitration import LEAST_GUESS, decide
from bot.partners.knowledge import Snapshot
from bot.partners.languages import wanted_language
from bot.partners.records import LANGUAGES
from bot.replies.compose import compose
from bot.replies.phrases import phrase


def set_language(dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot) -> list[EventType]:
    """Answer in the asked-for language from now on; say which there are when it is another one."""
    text = str(tracker.latest_message.get("text") or "")
    wanted = entity(tracker, "wanted_language") or wanted_language(text)
    if wanted not in LANGUAGES:
        dispatcher.utter_message(text=phrase("language_not_spoken", language_of(tracker)))
        return []
    dispatcher.utter_message(text=phrase("language_fixed", wanted))
    fixed = [SlotSet("fixed_language", wanted), SlotSet("language", wanted)]
    question = rest_of(text)
    if not question:
        return fixed
    turn = replace(
        turn_of(tracker), text=question, language=wanted, intent=FALLBACK, guess="ask_followup", certainty=LEAST_GUESS
    )
    answer = decide(turn, snapshot)
    if isinstance(answer, str) or answer.kind == "unknown":
        return fixed
    say(dispatcher, compose(answer, snapshot, wanted))
    return [*fixed, *remember(answer.context)]


def rest_of(text: str) -> str:
    """The question after "in German, please: ..."; empty when there is none."""
    _, _, rest = text.replace("：", ":").partition(":")
    return rest.strip() if len(rest.strip()) > 2 else ""


class ActionSetLanguage(KnowledgeAction):
    """The visitor asks for a language."""

    action_name = "action_set_language"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot) -> list[EventType]:
        return set_language(dispatcher, tracker, snapshot)
