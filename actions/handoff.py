"""The form that opens a case: each turn is read, one thing is done, and the open step is asked again or the form is over.

It asks for itself, so that a turn of the form is one call; the core only keeps the loop and the slots.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import KnowledgeAction
from actions.conversation import context_of, entity, language_of, say, told_around, turn_of
from actions.handoff_people import desk_of
from actions.handoff_slots import BOOK, FORM, asked_at, earlier_question, form_of, heard_of, kept, over, values_of
from actions.knowledge import ActionAnswer
from bot.handoff.intake import OTHER, Form, Heard, Move, read
from bot.handoff.intake_topics import guessed, named
from bot.handoff.intake_words import size
from bot.handoff.records import TooManyCases, Trigger, UnknownConversation
from bot.partners.contacts import find_desks
from bot.partners.knowledge import Snapshot
from bot.replies import handoff
from bot.replies.contact import contact
from bot.store import StoreUnavailable

MISUNDERSTOOD = 2  # unanswered questions in a row
ANSWER_IN_TOPIC = 6  # words; who says so much at the topic has told the question as well
WITHOUT_LANGUAGE = ("email", "name")  # steps whose answers say nothing about the visitor's language


class ValidateHandoffForm(KnowledgeAction):
    """Reads one message for the form."""

    action_name = f"validate_{FORM}"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot) -> list[EventType]:
        form = form_of(tracker)
        if form is None:
            return self._begin(dispatcher, tracker, snapshot)
        heard = heard_of(tracker)
        move = read(form, heard)
        language = _language(tracker, form, move)
        moves: dict[str, Callable[[], list[EventType]]] = {
            "take": lambda: self._ask(dispatcher, form.taking(**move.values), snapshot, language),
            "topic": lambda: self._topic(dispatcher, tracker, form, heard, snapshot, language),
            "back": lambda: self._back(dispatcher, form, snapshot, language),
            "change": lambda: self._change(dispatcher, form, move, snapshot, language),
            "aside": lambda: self._aside(dispatcher, tracker, form, snapshot, language),
            "again": lambda: self._ask(dispatcher, form, snapshot, language),
            "invalid": lambda: self._invalid(dispatcher, form, move, snapshot, language),
            "cancel": lambda: _end(dispatcher, "cancelled", language),
            "refuse": lambda: _end(dispatcher, "refused", language),
            "submit": lambda: self._submit(dispatcher, tracker, form, snapshot, language),
        }
        return moves[move.kind]()

    def _begin(self, dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot) -> list[EventType]:
        language = language_of(tracker)
        if heard_of(tracker).choice is not None:
            return _end(dispatcher, "stale", language)
        try:
            case = self._people.rejoin(tracker.sender_id, asked_at(tracker))
        except UnknownConversation:  # the shell; there nobody could answer
            found = find_desks(turn_of(tracker), snapshot, wants_person=True)
            say(dispatcher, contact(found, snapshot, language, wants_person=True))
            return over()
        if case is not None:
            say(dispatcher, handoff.already(case, desk_of(case.desk, snapshot), language))
            return over()
        turn = turn_of(tracker)
        form = Form(
            run=uuid4().hex,
            trigger=_trigger(tracker),
            guess=guessed(turn, snapshot),
            draft=earlier_question(tracker, told_around(tracker), size(turn.text)),
        )
        say(dispatcher, handoff.start(form, self._people.scene(form, snapshot, language)))
        return [*kept(form, language), SlotSet("offer", "none"), SlotSet("misses", 0)]

    def _ask(self, dispatcher: CollectingDispatcher, form: Form, snapshot: Snapshot, language: str) -> list[EventType]:
        say(dispatcher, handoff.ask(form, self._people.scene(form, snapshot, language)))
        return [*kept(form, language), SlotSet("language", language)]

    def _topic(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        form: Form,
        heard: Heard,
        snapshot: Snapshot,
        language: str,
    ) -> list[EventType]:
        topic = named(turn_of(tracker), snapshot)
        whole_question = size(heard.text) >= ANSWER_IN_TOPIC
        if topic is None and not whole_question:
            return self._invalid(dispatcher, form, Move("invalid", problem="topic"), snapshot, language)
        draft = heard.text if whole_question and not form.draft else form.draft
        form = form.taking(topic=topic or form.guess or OTHER, draft=draft)
        return self._ask(dispatcher, form, snapshot, language)

    def _back(self, dispatcher: CollectingDispatcher, form: Form, snapshot: Snapshot, language: str) -> list[EventType]:
        step = form.before()
        if step is not None:
            return self._ask(dispatcher, form.asking(step), snapshot, language)
        say(dispatcher, handoff.first_step(form, self._people.scene(form, snapshot, language)))
        return kept(form, language)

    def _change(
        self, dispatcher: CollectingDispatcher, form: Form, move: Move, snapshot: Snapshot, language: str
    ) -> list[EventType]:
        if move.step is not None:
            return self._ask(dispatcher, form.asking(move.step), snapshot, language)
        say(dispatcher, handoff.change(form, self._people.scene(form, snapshot, language)))
        return kept(form, language)

    def _aside(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, form: Form, snapshot: Snapshot, language: str
    ) -> list[EventType]:
        """Answers as outside the form, then asks the open step again."""
        answered = CollectingDispatcher()
        events = ActionAnswer(self._knowledge, self._recorder, self._people).respond(answered, tracker, snapshot)
        for message in answered.messages:
            message["buttons"] = []  # one message with choices at a time
        dispatcher.messages += answered.messages
        slots = [event for event in events if event.get("event") == "slot"]
        spoken = values_of(slots).get("language") or language
        return [*slots, *self._ask(dispatcher, form, snapshot, spoken)]

    def _invalid(
        self, dispatcher: CollectingDispatcher, form: Form, move: Move, snapshot: Snapshot, language: str
    ) -> list[EventType]:
        # A slip in an address given before is asked about where addresses are.
        step = "email" if move.problem == "suggested" else form.step
        form = replace(form, **{"suggestion": None, "rejected": None, **move.values}, step=step, tries=form.tries + 1)
        say(dispatcher, handoff.invalid(form, self._people.scene(form, snapshot, language), move.problem))
        return [*kept(form, language), SlotSet("language", language)]

    def _submit(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, form: Form, snapshot: Snapshot, language: str
    ) -> list[EventType]:
        """Opens the case; on failure the form stays as it is, so that sending again opens the same case."""
        scene = self._people.scene(form, snapshot, language)
        context = context_of(tracker)
        try:
            case = self._people.open(
                tracker.sender_id,
                form,
                snapshot,
                language,
                shown=tuple(dict.fromkeys(context.subject + context.listed)),
                asked_at=asked_at(tracker),
            )
        except (TooManyCases, StoreUnavailable) as error:
            key = "too_many" if isinstance(error, TooManyCases) else "store_away"
            say(dispatcher, handoff.not_sent(key, scene))
            return kept(form, language)
        say(dispatcher, handoff.sent(case, form, replace(scene, desk=desk_of(case.desk, snapshot))))
        return over()


def _end(dispatcher: CollectingDispatcher, key: str, language: str) -> list[EventType]:
    say(dispatcher, handoff.ended(key, language))
    return over()


def _trigger(tracker: Tracker) -> Trigger:
    """Why a person is wanted."""
    if entity(tracker, "handoff_trigger") == "topic":
        return "topic"
    if tracker.get_slot("offer") == "feedback":
        return "feedback"
    return "misunderstood" if int(tracker.get_slot("misses") or 0) >= MISUNDERSTOOD else "asked"


def _language(tracker: Tracker, form: Form, move: Move) -> str:
    """The language of the reply; a name or an address does not change it."""
    spoken = (tracker.get_slot(BOOK) or {}).get("language")
    says_nothing = form.step in WITHOUT_LANGUAGE and move.kind in ("take", "invalid")
    return str(spoken) if spoken and says_nothing else language_of(tracker)
