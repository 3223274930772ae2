"""Which desk answers for what."""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.base import KnowledgeAction
from actions.conversation import language_of, remember, say, turn_of
from bot.partners.contacts import find_desks
from bot.partners.knowledge import Snapshot
from bot.replies.contact import contact
from bot.replies.handoff import write_button


def show_contact(dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot) -> list[EventType]:
    """Name the desk for the topic of the question or, without one, of the conversation, and offer to write to it."""
    language = language_of(tracker)
    found = find_desks(turn_of(tracker), snapshot)
    say(dispatcher, replace(contact(found, snapshot, language), buttons=(write_button(found.record, language),)))
    return remember(found.context, misses=0, offer="none")


class ActionShowContact(KnowledgeAction):
    """The visitor asks whom to ask."""

    action_name = "action_show_contact"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot) -> list[EventType]:
        return show_contact(dispatcher, tracker, snapshot)
