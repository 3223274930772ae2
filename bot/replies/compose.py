"""From an answer to the message the visitor gets: text, at most three choices, a card, sources."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.partners.knowledge import Snapshot
from bot.partners.records import CENTRE, Fact, Record
from bot.partners.turn import Answer
from bot.replies import lists
from bot.replies.dates import date_text
from bot.replies.explore_card import picture_card
from bot.replies.message import (
    MOST_CHOICES,
    Button,
    Message,
    button,
    human_button,
    show_record,
    sources_of,
    statement,
    where,
)  # fmt: skip
from bot.replies.phrases import join, listing, phrase

UNKNOWN = ("unknown", "unknown_again", "unknown_third")
NEAREST = ("nearest", "nearest_again", "nearest_third")
RESERVATIONS = ("unsure", *NEAREST)  # what stands before facts that may not be the answer
OFF_TOPIC = ("out_of_scope_weather", "out_of_scope_places", "out_of_scope_travel", "out_of_scope_knowledge")


def compose(answer: Answer, snapshot: Snapshot, language: str, misses: int = 0) -> Message:
    """The message for an answer; `misses` counts the unanswered questions in a row before this one."""
    message = _composed(answer, snapshot, language, misses)
    return message if message.card else replace(message, card=picture_card(answer, snapshot, language))


def _composed(answer: Answer, snapshot: Snapshot, language: str, misses: int) -> Message:
    if answer.kind in ("facts", "overview"):
        return _facts(answer, snapshot, language)
    if answer.kind == "organisations":
        return lists.organisations(answer, snapshot, language)
    if answer.kind == "twin_cities":
        return lists.twin_cities(answer, snapshot, language)
    if answer.kind == "events":
        return lists.events(answer, snapshot, language)
    if answer.kind in ("ask_back", "which_one"):
        buttons = tuple(show_record(snapshot.records[i], language) for i in answer.candidates[:4])
        names = listing([snapshot.records[i].name(language) for i in answer.candidates[:4]], language)
        return Message(phrase(answer.kind, language, names=names), buttons)
    if answer.kind == "nothing_more":
        name = answer.records[0].name(language) if answer.records[0].type != "link" else ""
        name = name or phrase("choice_twin_cities", language)
        buttons = (button("choice_partners", language, "list_partners"), human_button(language))
        return Message(phrase("nothing_more", language, name=name), buttons)
    return _unknown(answer, snapshot, language, misses)


def _dated(fact: Fact, language: str) -> str:
    """A fact with who says so and when, for where sources differ."""
    date = fact.as_of or fact.source.published
    when = phrase("as_of", language, date=date_text(date, language)) if date else phrase("undated", language)
    who = phrase("own_site", language) if fact.confidence == "seed" else fact.source.publisher
    return f"– {statement(fact, language, dated=False)} [{who}, {when}]"


def _facts(answer: Answer, snapshot: Snapshot, language: str, head: str = "") -> Message:
    if answer.verdict:
        head = phrase(answer.verdict, language)
    elif answer.uncertain:
        head = head or phrase("unsure", language)
    if answer.disputed:
        lines = [join([head, phrase("disputed", language)], language)]
        text = "\n".join([*lines, *(_dated(fact, language) for fact in answer.facts)])
    else:
        text = join([head, *(statement(fact, language) for fact in answer.facts)], language)
    card = record_card(answer.records[0], snapshot, language) if answer.kind == "overview" else None
    return Message(text, _onward(answer, snapshot, language), sources_of(answer.facts, language), card)


def _onward(answer: Answer, snapshot: Snapshot, language: str) -> tuple[Button, ...]:
    """What may be asked next: more on the subject, what else was touched, whom to ask."""
    record = answer.records[0]
    buttons: list[Button] = []
    unsaid = [
        fact
        for record_id in answer.context.subject
        for fact in snapshot.facts_of.get(record_id, ())
        if fact.id not in answer.context.said
    ]
    if unsaid:
        buttons.append(button("choice_more", language, "ask_more"))
    touched = [record.to_id, record.from_id, *answer.context.subject]
    if record.type == "topic":
        touched += record.organisations[:2]
    for record_id in dict.fromkeys(i for i in touched if i and i != record.id):
        other = snapshot.records[record_id]
        if other.type != "link" and len(buttons) < MOST_CHOICES - 1:
            buttons.append(show_record(other, language))
    buttons.append(button("choice_contact", language, "ask_contact", record=record.id))
    return tuple(buttons[:MOST_CHOICES])


def record_card(record: Record, snapshot: Snapshot, language: str) -> dict[str, Any] | None:
    """Name, kind, role, place, address and website of an organisation or place."""
    if record.type not in ("organisation", "place"):
        return None
    rows: list[dict[str, str]] = []
    if record.role:
        rows.append(
            {"label": phrase("role", language), "value": record.role.get(language) or next(iter(record.role.values()))}
        )
    place = where(record, snapshot, language)
    if place and record.type == "organisation":
        rows.append({"label": phrase("place", language), "value": place})
    if record.address:
        rows.append({"label": phrase("address", language), "value": record.address})
    if record.website:
        rows.append({"label": phrase("website", language), "value": record.website, "url": record.website})
    kind = snapshot.vocabulary.label("kinds", record.kind, language)
    return {"title": record.name(language), "subtitle": kind, "rows": rows}


def _unknown(answer: Answer, snapshot: Snapshot, language: str, misses: int) -> Message:
    number = misses if misses < 3 else 1 + misses % 2
    if answer.facts:
        nearest = _facts(answer, snapshot, language, phrase(NEAREST[number], language))
        return replace(nearest, buttons=(*nearest.buttons[: MOST_CHOICES - 1], human_button(language)))
    parts = [phrase(UNKNOWN[number], language)]
    near = [snapshot.records[i] for i in answer.suggestions]
    if near:
        names = listing([record.name(language) for record in near], language)
        parts.append(phrase("near_known", language, names=names))
    buttons = [show_record(record, language) for record in near[: MOST_CHOICES - 1]]
    buttons.append(human_button(language))
    return Message(join(parts, language), tuple(buttons))


def off_topic(intent: str, language: str) -> Message:
    """What is said to a question that the Centre is not there for."""
    buttons = (button("choice_centre", language, "ask_centre", record=CENTRE), human_button(language))
    return Message(phrase(intent, language), buttons)


def what_next(language: str) -> Message:
    """An open question with the three main ways on."""
    buttons = (
        button("choice_centre", language, "ask_centre", record=CENTRE),
        button("choice_partners", language, "list_partners"),
        button("choice_twin_cities", language, "list_twin_cities"),
    )
    return Message(phrase("what_next", language), buttons)
