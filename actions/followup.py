"""Yes and no: what they mean depends on what was offered last."""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import KnowledgeAction
from actions.conversation import FALLBACK, language_of, remember, say, turn_of
from actions.handoff_slots import PERSON_OFFERS, start_form
from actions.insights import Record, note_answer
from bot.partners.answers import by_facts
from bot.partners.arbitration import decide
from bot.partners.followup import correction, more
from bot.partners.knowledge import Snapshot
from bot.partners.premises import claims_in
from bot.partners.turn import Answer, Turn
from bot.replies.compose import compose, what_next


def affirm(dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot) -> list[EventType]:
    """ "Yes" takes the last offer: a person, or more on the subject."""
    turn = turn_of(tracker)
    turn = replace(turn, context=turn.context.within(snapshot.records))
    if (claimed := _claimed(turn, snapshot)) is not None:
        say(dispatcher, compose(claimed, snapshot, turn.language))
        return remember(claimed.context, offer="person" if claimed.kind == "unknown" else "more")
    offer = tracker.get_slot("offer")
    if offer in PERSON_OFFERS:
        return start_form()
    if offer == "more" and turn.context.subject:
        answer = more(turn, snapshot)
        say(dispatcher, compose(answer, snapshot, turn.language))
        return remember(answer.context, misses=0, offer="none" if answer.kind == "nothing_more" else "more")
    say(dispatcher, what_next(turn.language))
    return []


def deny(
    dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot, record: Record | None = None
) -> list[EventType]:
    """ "No" declines the last offer; "no, I meant ..." is a question of its own."""
    turn = turn_of(tracker)
    turn = replace(turn, intent=FALLBACK, guess="", context=turn.context.within(snapshot.records))
    asked = snapshot.ranking.ask(turn.text)
    answer = correction(turn, snapshot, asked)
    if answer is None and asked.mentions:
        answer = by_facts(turn, snapshot, asked)
    if answer is not None:
        if record is not None:
            note_answer(record, tracker, answer)
        say(dispatcher, compose(answer, snapshot, turn.language))
        return remember(answer.context, offer="person" if answer.kind == "unknown" else "more")
    say(dispatcher, what_next(language_of(tracker)))
    return [SlotSet("offer", "none")]


def _claimed(turn: Turn, snapshot: Snapshot) -> Answer | None:
    """ "In Bochum's town hall, yes?" agrees to nothing: it states something and asks whether it is so."""
    asked = snapshot.ranking.ask(turn.text)
    if not (asked.mentions or claims_in(turn.text, asked, snapshot)):
        return None
    decision = decide(replace(turn, intent=FALLBACK, guess="check_statement", certainty=1.0), snapshot)
    return decision if isinstance(decision, Answer) else None


class ActionAffirm(KnowledgeAction):
    """The visitor agrees."""

    action_name = "action_affirm"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot) -> list[EventType]:
        return affirm(dispatcher, tracker, snapshot)


class ActionDeny(KnowledgeAction):
    """The visitor declines or corrects."""

    action_name = "action_deny"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot) -> list[EventType]:
        return deny(dispatcher, tracker, snapshot, self._recorder.record)
