"""What a visitor says about the last answer."""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import KnowledgeAction
from actions.conversation import remember, say, turn_of
from actions.insights import note_thumbs_down
from bot.partners.followup import correction
from bot.partners.knowledge import Snapshot
from bot.replies.compose import compose


class ActionFeedbackNegative(KnowledgeAction):
    """The answer did not help: kept for editors, and what was meant is answered where the visitor says it."""

    action_name = "action_feedback_negative"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot) -> list[EventType]:
        note_thumbs_down(self._recorder.record, tracker)
        turn = turn_of(tracker)
        turn = replace(turn, context=turn.context.within(snapshot.records))
        meant = correction(turn, snapshot, snapshot.ranking.ask(turn.text))
        if meant is not None:
            say(dispatcher, compose(meant, snapshot, turn.language))
            return remember(meant.context, misses=0, offer="more")
        dispatcher.utter_message(response="utter_feedback_negative")
        return [SlotSet("offer", "feedback")]
