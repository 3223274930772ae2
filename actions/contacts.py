"""Which desk answers for what, and the way to a person."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.base import KnowledgeAction
from actions.conversation import language_of, remember, say, turn_of
from bot.partners.contacts import find_desks
from bot.partners.knowledge import Snapshot
from bot.replies.contact import contact


def show_contact(
    dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot, *, wants_person: bool
) -> list[EventType]:
    """Name the desk for the topic of the question or, without one, of the conversation."""
    found = find_desks(turn_of(tracker), snapshot, wants_person=wants_person)
    say(dispatcher, contact(found, snapshot, language_of(tracker), wants_person=wants_person))
    return remember(found.context, misses=0, offer="none")


class ActionShowContact(KnowledgeAction):
    """The visitor asks whom to ask."""

    action_name = "action_show_contact"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot) -> list[EventType]:
        return show_contact(dispatcher, tracker, snapshot, wants_person=False)


class ActionOfferPerson(KnowledgeAction):
    """The visitor wants a person."""

    action_name = "action_offer_person"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot) -> list[EventType]:
        return show_contact(dispatcher, tracker, snapshot, wants_person=True)
