"""Yes and no: what they mean depends on what was offered last."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import KnowledgeAction
from actions.conversation import language_of, say, turn_of
from bot.partners.knowledge import Snapshot
from bot.replies.compose import what_next


class ActionAffirm(KnowledgeAction):
    """"Yes" takes the last offer: a person, or more on the subject."""

    action_name = "action_affirm"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot) -> list[EventType]:
        offer = tracker.get_slot("offer")
        if offer == "person":
            return [FollowupAction("action_offer_person")]
        if offer == "more" and turn_of(tracker).context.subject:
            return [FollowupAction("action_answer")]
        say(dispatcher, what_next(language_of(tracker)))
        return []


class ActionDeny(KnowledgeAction):
    """"No" declines the last offer; "no, I meant ..." is a question of its own."""

    action_name = "action_deny"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot) -> list[EventType]:
        if snapshot.ranking.ask(turn_of(tracker).text).mentions:
            return [FollowupAction("action_answer")]
        say(dispatcher, what_next(language_of(tracker)))
        return [SlotSet("offer", "none")]
