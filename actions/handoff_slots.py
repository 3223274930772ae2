"""The form as the tracker keeps it: what was told in slots of its own, all of them empty again when the form is over."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions.conversation import entity, turn_of, whole
from bot.handoff.intake import STEPS, Form, Heard

FORM = "handoff_form"
TOLD = ("topic", "question", "reach", "email", "name", "company", "consent")
BOOK = "handoff_run"  # the form's id and what is only kept for its own course
PERSON_OFFERS = ("person", "feedback")  # values of the slot `offer` that a "yes" takes to the form


def start_form() -> list[EventType]:
    """Lets the form begin in this turn, from an action that found out that a person is wanted."""
    return [FollowupAction(FORM)]


def form_of(tracker: Tracker) -> Form | None:
    """The form as it stands; None while there is none."""
    book = tracker.get_slot(BOOK)
    step = str(tracker.get_slot("requested_slot") or "").removeprefix("handoff_")
    if not isinstance(book, dict) or not book.get("run") or step not in STEPS:
        return None
    told = {name: tracker.get_slot(f"handoff_{name}") for name in TOLD}
    # A form may have been begun under another version of this program.
    own = {field.name: book[field.name] for field in fields(Form) if field.name in book}
    return Form(**told | own | {"step": step})


def kept(form: Form, language: str) -> list[EventType]:
    """Slot events for a form that goes on at its step, in the language it was last asked in."""
    values = asdict(form)
    told = {f"handoff_{name}": values.pop(name) for name in TOLD}
    step = values.pop("step")
    told[BOOK] = {**values, "language": language}
    return [*(SlotSet(name, value) for name, value in told.items()), SlotSet("requested_slot", f"handoff_{step}")]


def over() -> list[EventType]:
    """Slot events that end the form and keep nothing of what was told."""
    names = [*(f"handoff_{name}" for name in TOLD), BOOK, "requested_slot"]
    return [SlotSet(name, None) for name in names]


def heard_of(tracker: Tracker) -> Heard:
    """The visitor's message as the form reads it."""
    turn = turn_of(tracker)
    step, value = entity(tracker, "handoff_step"), entity(tracker, "handoff_value")
    return Heard(
        text=str(tracker.latest_message.get("text") or ""),
        intent=turn.guess,
        certainty=turn.certainty,
        choice=(step, value) if step and value else None,
        other_choice=was_pressed(tracker) and not step,
    )


def asked_at(tracker: Tracker) -> float | None:
    """When the core asked for this action, in seconds of the epoch: the time of its last event."""
    at = tracker.events[-1].get("timestamp") if tracker.events else None
    return float(at) if at is not None else None


def was_pressed(tracker: Tracker) -> bool:
    """Whether the message is a button; what is typed has a longer ranking of intents."""
    return len(tracker.latest_message.get("intent_ranking") or ()) == 1


def earlier_question(tracker: Tracker, around: str, size: float) -> str | None:
    """A question that was there before the form: in the message that asked for a person, or the one without an answer.

    `around` is what the message tells beside its question, `size` how much it says, in words.
    """
    if not was_pressed(tracker) and (around or size >= LONG_WISH):
        return whole(tracker)
    unhelped = tracker.get_slot("misses") or tracker.get_slot("offer") == "feedback"
    return str(tracker.get_slot("last_question") or "") or None if unhelped else None


LONG_WISH = 12  # words; who only wants a person says it in fewer


def values_of(events: list[EventType]) -> dict[str, Any]:
    """Slot -> value of some slot events."""
    return {event["name"]: event["value"] for event in events if event.get("event") == "slot"}
