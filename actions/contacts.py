"""Which desk answers for what, and the way to a person."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.base import KnowledgeAction
from actions.conversation import language_of, remember, say, turn_of
from bot.partners.contacts import find_desks
from bot.partners.knowledge import Snapshot
from bot.replies.compose import contact


class ActionShowContact(KnowledgeAction):
    """Names the desk for the topic of the question or, without one, of the conversation."""

    action_name = "action_show_contact"
    wants_person = False

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot) -> list[EventType]:
        turn = turn_of(tracker)
        found = find_desks(turn, snapshot)
        message = contact(
            found.desks, found.general, snapshot, language_of(tracker),
            record=found.record, facts=found.facts, wants_person=self.wants_person,
        )  # fmt: skip
        say(dispatcher, message)
        return remember(found.context, misses=0, offer="none")


class ActionOfferPerson(ActionShowContact):
    """The visitor wants a person: the desk that fits the conversation."""

    action_name = "action_offer_person"
    wants_person = True
