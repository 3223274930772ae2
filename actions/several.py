"""A message with several questions: each is answered, in order, and what has no answer is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from bot.partners.knowledge import Snapshot
from bot.replies.phrases import phrase

FEWEST_WORDS = 3
Answering = Callable[[CollectingDispatcher, Tracker, Snapshot], list[EventType]]


def answer_each(
    dispatcher: CollectingDispatcher, parts: list[Tracker], snapshot: Snapshot, answer: Answering
) -> list[EventType] | None:
    """Answers the parts one after the other, each in the context the one before left; None when none has an answer."""
    slots: dict[str, Any] = dict(parts[0].slots)
    messages: list[dict[str, Any]] = []
    events: list[EventType] = []
    unanswered: list[Tracker] = []
    off_topic = False
    for part in parts:
        part.slots.update(slots)
        if off_topic and _leans(str(part.latest_message["text"]), snapshot):
            continue  # "which visa do I need, and how long does it take?"
        likeliest = (part.latest_message.get("intent_ranking") or [{}])[0]
        off_topic = off_topic or str(likeliest.get("name") or "").startswith("out_of_scope")
        said = CollectingDispatcher()
        misses = int(slots.get("misses") or 0)
        after = answer(said, part, snapshot)
        changed = {event["name"]: event["value"] for event in after if event.get("event") == "slot"}
        if int(changed.get("misses") or 0) > misses:
            unanswered.append(part)
            continue
        slots.update(changed)
        events += after
        told = {message.get("text") for message in messages}
        messages += [m for m in said.messages if not (m.get("text") and m["text"] in told)]
    if not messages:
        # A person was asked for beside questions without an answer: those go to the person.
        return [event for event in events if event.get("event") != "slot"] or None
    for message in messages[:-1]:
        message["buttons"] = []
    language = str(slots.get("language") or "en")
    for part in unanswered:
        asked = str(part.latest_message["text"])
        words, han_runs = snapshot.vocabulary.content(snapshot.ranking.ask(asked).masked)
        if words or han_runs:
            text = phrase("part_unknown", language, question=asked.strip().rstrip("?？"))
            messages.insert(len(messages) - 1 if len(messages) > 1 else 1, {"text": text, "buttons": []})
    for message in messages:
        dispatcher.messages.append(message)
    return events


def _leans(text: str, snapshot: Snapshot) -> bool:
    """Whether a question names nothing and says too little to stand alone."""
    asked = snapshot.ranking.ask(text)
    words, han_runs = snapshot.vocabulary.content(asked.masked)
    return not asked.mentions and len(words) + sum(map(len, han_runs)) / 2 < FEWEST_WORDS
