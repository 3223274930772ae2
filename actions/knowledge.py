"""Answers from the partner database, and what is said when there is none."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.base import KnowledgeAction
from actions.conversation import language_of, remember, say, turn_of
from bot.partners.answers import respond
from bot.partners.knowledge import Snapshot
from bot.replies.compose import compose, off_topic


class ActionAnswer(KnowledgeAction):
    """Answers every question about the Centre, partners, places, links and topics."""

    action_name = "action_answer"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot) -> list[EventType]:
        turn = turn_of(tracker)
        answer = respond(turn, snapshot)
        misses = int(tracker.get_slot("misses") or 0)
        if answer.kind == "unknown" and turn.intent.startswith("out_of_scope"):
            say(dispatcher, off_topic(turn.intent, turn.language))
            return remember(turn.context, misses=0, offer="none")
        say(dispatcher, compose(answer, snapshot, language_of(tracker), misses))
        missed = answer.kind in ("unknown", "which_one")
        return remember(answer.context, misses=misses + 1 if missed else 0, offer="person" if missed else "more")
