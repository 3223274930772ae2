"""The pieces of a message: text, choices, sources, card; and the sentences facts are told in."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.partners.knowledge import Snapshot
from bot.partners.records import Fact, Record
from bot.replies.dates import date_text, is_old
from bot.replies.phrases import listing, phrase

MOST_CHOICES = 3
SHOW_INTENT = {"organisation": "ask_partner", "place": "ask_place", "topic": "ask_topic", "link": "ask_link"}


@dataclass(frozen=True)
class Button:
    """What the assistant offers; `payload` is Rasa's `/intent{"entity": "value"}`."""

    title: str
    payload: str


@dataclass(frozen=True)
class Message:
    """One message in one language; `sources` as the chat API has them."""

    text: str
    buttons: tuple[Button, ...] = ()
    sources: tuple[dict[str, Any], ...] = ()
    card: dict[str, Any] | None = field(default=None)


def button(key: str, language: str, intent: str, **entities: str) -> Button:
    """A choice with a fixed title."""
    return Button(phrase(key, language), payload(intent, **entities))


def payload(intent: str, **entities: str) -> str:
    """Rasa's form of a pressed choice."""
    return f"/{intent}" + (json.dumps(entities, ensure_ascii=False) if entities else "")


def show_record(record: Record, language: str) -> Button:
    """A choice that introduces a record."""
    return Button(record.name(language), payload(SHOW_INTENT[record.type], record=record.id))


def sources_of(facts: Iterable[Fact], language: str) -> tuple[dict[str, Any], ...]:
    """The sources of facts, one entry per page and date with the ids of its facts, in the order they are used."""
    found: dict[tuple[str, str | None], dict[str, Any]] = {}
    for fact in facts:
        source = fact.source
        as_of = fact.as_of or source.published
        title = f"{source.title} ({source.publisher})" if source.publisher not in source.title else source.title
        entry = found.setdefault((source.id, as_of), {"title": title, "url": source.url, "as_of": as_of, "facts": []})
        entry["facts"].append(fact.id)
    return tuple(found.values())


def human_button(language: str) -> Button:
    """The choice that leads to a person."""
    return button("choice_human", language, "talk_to_human")


def statement(fact: Fact, language: str, *, dated: bool = True) -> str:
    """A fact's sentence; marked when it exists in another language only, and (`dated`) when it is old."""
    text, written_in = fact.in_language(language)
    if dated and fact.as_of and is_old(fact.as_of) and fact.as_of[:4] not in text:
        text = f"{text} {phrase('old', language, date=date_text(fact.as_of, language))}"
    if written_in == language:
        return text
    return f"{text} {phrase('only_in', language, written_in=phrase(f'in_{written_in}', language))}"


def where(record: Record, snapshot: Snapshot, language: str) -> str:
    """City and country of a record."""
    vocabulary = snapshot.vocabulary
    parts = [vocabulary.label("cities", record.city, language)] if record.city else []
    if record.country:
        parts.append(vocabulary.label("countries", record.country, language))
    return listing(list(dict.fromkeys(parts)), language)
