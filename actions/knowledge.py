"""Answers from the partner database, and what is said when there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.base import KnowledgeAction
from actions.contacts import show_contact
from actions.conversation import FALLBACK, language_of, parts_of, remember, say, told_around, turn_of, with_message
from actions.followup import affirm, deny
from actions.handoff_slots import start_form
from actions.insights import Record, note_answer, note_thumbs_down
from actions.language import set_language
from actions.rambling import asked_last
from actions.several import answer_each
from bot.insights.questions import Unanswered
from bot.partners.arbitration import decide
from bot.partners.certainty import LOW
from bot.partners.knowledge import Snapshot
from bot.partners.turn import Answer
from bot.replies.compose import OFF_TOPIC, compose, off_topic
from bot.replies.handoff import person_for_topic

HARDLY_A_WORD = 2
RESPONSES = {
    "greet": "utter_greet",
    "goodbye": "utter_goodbye",
    "thank": "utter_thank",
    "ask_bot_identity": "utter_bot_identity",
    "ask_capabilities": "utter_capabilities",
    "ask_languages": "utter_languages",
    "ask_privacy": "utter_privacy",
    "feedback_positive": "utter_feedback_positive",
    "feedback_negative": "utter_feedback_negative",
    "out_of_scope_legal": "utter_out_of_scope_legal",
    "out_of_scope_politics": "utter_out_of_scope_politics",
    "out_of_scope_code": "utter_out_of_scope_code",
    "out_of_scope_prompt": "utter_out_of_scope_prompt",
    "out_of_scope_people": "utter_out_of_scope_people",
    "out_of_scope_chat": "utter_out_of_scope_chat",
}
# One turn is one action: what another action would do is called, not queued, so that no turn can go round in circles.
OTHERS: Mapping[str, Callable[[CollectingDispatcher, Tracker, Snapshot], list[EventType]]] = {
    "ask_contact": show_contact,
    "talk_to_human": lambda dispatcher, tracker, snapshot: start_form(),
    "set_language": set_language,
    "affirm": affirm,
    "deny": deny,
}


class ActionAnswer(KnowledgeAction):
    """Answers every question about the Centre, partners, places, links and topics."""

    action_name = "action_answer"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot) -> list[EventType]:
        parts = parts_of(tracker)
        answering = partial(answer, record=self._recorder.record, needs_person=self._people.needed_for)
        if len(parts) > 1 and (events := answer_each(dispatcher, parts, snapshot, answering)) is not None:
            return events
        if len(parts) != 1:
            return self._whole(dispatcher, tracker, snapshot)
        return self._one_question(dispatcher, parts[0], told_around(tracker), snapshot)

    def _whole(self, dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot) -> list[EventType]:
        """The message as it stands; where it rambles and has no answer, the question at its end."""
        said, noted = CollectingDispatcher(), list[Unanswered]()
        events = answer(said, tracker, snapshot, noted.append, self._people.needed_for)
        last = asked_last(tracker) if _missed(events) else None
        if last is not None:
            return self._one_question(dispatcher, last.question, last.before, snapshot, around_counts=True)
        for question in noted:
            self._recorder.record(question)
        dispatcher.messages += said.messages
        return events

    def _one_question(
        self,
        dispatcher: CollectingDispatcher,
        part: Tracker,
        around: str,
        snapshot: Snapshot,
        *,
        around_counts: bool = False,
    ) -> list[EventType]:
        """The question alone; when that has no answer, with what was told around it, which may say what it is about.

        `around_counts`: a word in what was told may call for a person as one in the question may.
        """

        def needs_person(topics: Iterable[str], text: str) -> bool:
            return self._people.needed_for(topics, f"{around} {text}" if around_counts else text)

        said, noted = CollectingDispatcher(), list[Unanswered]()
        told = snapshot.ranking.ask(around)
        if told.mentions:  # "We were in Luzhou last year. How many people live there?"
            named = [i for mention in told.mentions for i in mention.record_ids[:1]]
            part.slots["subject"] = list(dict.fromkeys([*named, *(part.slots.get("subject") or ())]))[:4]
        events = answer(said, part, snapshot, noted.append, needs_person)
        # "We make pumps. What can you do for us?" is about pumps, not about what an assistant can do.
        for_us = bool(told.concepts) and turn_of(part).guess == "ask_capabilities"
        if around and (for_us or _missed(events) or _says_it_all(part, around, snapshot)):
            message = {**part.latest_message, "text": f"{around} {part.latest_message['text']}"}
            if for_us:
                message |= {"intent": {"name": FALLBACK, "confidence": 0.0}, "intent_ranking": []}
            again, noted_again = CollectingDispatcher(), list[Unanswered]()
            after = answer(again, with_message(part, message), snapshot, noted_again.append, needs_person)
            if not _missed(after) or (for_us and _shows_facts(again)):
                said, events, noted = again, after, noted_again
        for question in noted:
            self._recorder.record(question)
        dispatcher.messages += said.messages
        return events


def answer(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    snapshot: Snapshot,
    record: Record,
    needs_person: Callable[[Iterable[str], str], bool],
) -> list[EventType]:
    """Answer one question; return what is to be remembered. `needs_person`: whether a person is to be offered on topics and words."""
    turn = turn_of(tracker)
    decision = turn.intent if turn.intent in OTHERS or turn.intent in RESPONSES else decide(turn, snapshot)
    if isinstance(decision, str):
        if decision in OTHERS:
            return OTHERS[decision](dispatcher, tracker, snapshot)
        if decision == "feedback_negative":
            note_thumbs_down(record, tracker)
        if decision in RESPONSES:
            dispatcher.utter_message(response=RESPONSES[decision])
        else:
            say(dispatcher, off_topic(decision, turn.language))
        return remember(turn.context, misses=0, offer="none")
    declined = decision.kind == "unknown" and turn.intent in OFF_TOPIC
    note_answer(record, tracker, decision, low=decision.certainty < LOW, off_topic=declined)
    if declined:
        say(dispatcher, off_topic(turn.intent, turn.language))
        return remember(turn.context, misses=0, offer="none")
    misses = int(tracker.get_slot("misses") or 0)
    message = compose(decision, snapshot, language_of(tracker), misses)
    asked = str((tracker.latest_message or {}).get("text") or "")
    if needs_person([fact.record_id for fact in decision.facts] + list(decision.context.subject), asked):
        person = person_for_topic(turn.language)
        others = (button for button in message.buttons if button.title != person.title)
        message = replace(message, buttons=(*others, person))
    say(dispatcher, message)
    missed = decision.kind in ("unknown", "which_one")
    answered = [decision.kind, *(fact.id for fact in decision.facts)]
    return remember(
        decision.context, misses=misses + 1 if missed else 0, offer="person" if missed else "more", last_answer=answered
    )


def _says_it_all(part: Tracker, around: str, snapshot: Snapshot) -> bool:
    """ "Luzhou sent masks to Herne. How many?" Whether a question of hardly a word is surer with what was told before it."""
    turn = turn_of(part)
    words, han_runs = snapshot.vocabulary.content(snapshot.ranking.ask(turn.text).masked)
    if len(words) + sum(map(len, han_runs)) / 2 > HARDLY_A_WORD:
        return False
    alone = decide(turn, snapshot)
    whole = decide(replace(turn, text=f"{around} {turn.text}", intent=FALLBACK, guess="", certainty=0.0), snapshot)
    return (
        isinstance(alone, Answer)
        and isinstance(whole, Answer)
        and alone.kind in ("facts", "unknown")
        and whole.kind == "facts"
        and (alone.kind == "unknown" or whole.certainty > alone.certainty)
    )


def _shows_facts(said: CollectingDispatcher) -> bool:
    return any((message.get("custom") or {}).get("sources") for message in said.messages)


def _missed(events: list[EventType]) -> bool:
    return any(event.get("event") == "slot" and event["name"] == "misses" and event["value"] for event in events)
