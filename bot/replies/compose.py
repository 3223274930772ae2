"""From an answer to the message the visitor gets: text, at most three choices, a card, sources."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.partners.knowledge import Snapshot
from bot.partners.records import Desk, Fact, Record
from bot.partners.turn import Answer, Filters
from bot.replies.dates import date_text
from bot.replies.phrases import join, listing, phrase

CENTRE = "china-competence-centre"
OFF_TOPIC = ("out_of_scope_weather", "out_of_scope_places", "out_of_scope_travel", "out_of_scope_knowledge")
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
    """The sources of facts, one entry per page and date, in the order they are used."""
    found: dict[tuple[str, str | None], dict[str, Any]] = {}
    for fact in facts:
        source = fact.source
        as_of = fact.as_of or source.published
        title = f"{source.title} ({source.publisher})" if source.publisher not in source.title else source.title
        found.setdefault((source.id, as_of), {"title": title, "url": source.url, "as_of": as_of})
    return tuple(found.values())


def compose(answer: Answer, snapshot: Snapshot, language: str, misses: int = 0) -> Message:
    """The message for an answer; `misses` counts the unanswered questions in a row before this one."""
    if answer.kind in ("facts", "overview"):
        return _facts(answer, snapshot, language)
    if answer.kind == "organisations":
        return _organisations(answer, snapshot, language)
    if answer.kind == "twin_cities":
        return _twin_cities(answer, snapshot, language)
    if answer.kind == "events":
        return _events(answer, snapshot, language)
    if answer.kind in ("ask_back", "which_one"):
        buttons = tuple(show_record(snapshot.records[i], language) for i in answer.candidates[:4])
        return Message(phrase(answer.kind, language), buttons)
    if answer.kind == "nothing_more":
        name = answer.records[0].name(language) if answer.records[0].type != "link" else ""
        name = name or phrase("choice_twin_cities", language)
        buttons = (button("choice_partners", language, "list_partners"), _human(language))
        return Message(phrase("nothing_more", language, name=name), buttons)
    return _unknown(answer, snapshot, language, misses)


def statement(fact: Fact, language: str) -> str:
    """A fact's sentence; marked when it exists in another language only."""
    text, written_in = fact.in_language(language)
    if written_in == language:
        return text
    return f"{text} {phrase('only_in', language, language=phrase(f'in_{written_in}', language))}"


def _dated(fact: Fact, language: str) -> str:
    """A fact with who says so and when, for where sources differ."""
    date = fact.as_of or fact.source.published
    when = phrase("as_of", language, date=date_text(date, language)) if date else phrase("undated", language)
    who = phrase("own_site", language) if fact.confidence == "seed" else fact.source.publisher
    return f"– {statement(fact, language)} [{who}, {when}]"


def _facts(answer: Answer, snapshot: Snapshot, language: str) -> Message:
    head = phrase(answer.verdict, language) if answer.verdict else ""
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
        rows.append({"label": phrase("role", language), "value": record.role.get(language) or record.role["en"]})
    where = _where(record, snapshot, language)
    if where and record.type == "organisation":
        rows.append({"label": phrase("place", language), "value": where})
    if record.address:
        rows.append({"label": phrase("address", language), "value": record.address})
    if record.website:
        rows.append({"label": phrase("website", language), "value": record.website, "url": record.website})
    kind = snapshot.vocabulary.label("kinds", record.kind, language)
    return {"title": record.name(language), "subtitle": kind, "rows": rows}


def _where(record: Record, snapshot: Snapshot, language: str) -> str:
    vocabulary = snapshot.vocabulary
    parts = [vocabulary.label("cities", record.city, language)] if record.city else []
    if record.country:
        parts.append(vocabulary.label("countries", record.country, language))
    return listing(list(dict.fromkeys(parts)), language)


def _organisations(answer: Answer, snapshot: Snapshot, language: str) -> Message:
    count = len(answer.records)
    filters = _filters(answer.filters, snapshot, language)
    if not count:
        buttons = (button("choice_partners", language, "list_partners"), _human(language))
        return Message(phrase("organisations_none", language, filters=filters), buttons)
    parts = answer.filters.parts
    narrowed = answer.filters.cities or answer.filters.kinds or answer.filters.topic or answer.filters.countries
    if parts == ("partner",) and not narrowed:
        head = phrase("chinese_partners", language, count=count)
    elif parts == ("carrier",) and not narrowed:
        head = phrase("carriers", language, count=count)
    elif not answer.filters and {"carrier", "partner"} <= {r.part for r in answer.records}:
        head = phrase("main_partners", language, count=count)
    else:
        key = "organisations_one" if count == 1 else "organisations_many"
        head = phrase(key, language, count=count, filters=filters)
    lines = [head]
    for number, record in enumerate(answer.records, start=1):
        kind = snapshot.vocabulary.label("kinds", record.kind, language)
        where = _where(record, snapshot, language)
        lines.append(f"{number}. {record.name(language)} – {listing([kind, where] if where else [kind], language)}")
    buttons = tuple(show_record(record, language) for record in answer.records[:MOST_CHOICES])
    return Message("\n".join(lines), buttons, sources_of(answer.facts, language))


def _filters(filters: Filters, snapshot: Snapshot, language: str) -> str:
    vocabulary = snapshot.vocabulary
    parts: list[str] = []
    if filters.year:
        parts.append(phrase("filter_year", language, value=filters.year))
    if filters.cities:
        cities = [vocabulary.label("cities", c, language) for c in filters.cities]
        parts.append(phrase("filter_city", language, value=listing(cities, language)))
    if filters.countries:
        countries = [vocabulary.label("countries", c, language) for c in filters.countries]
        parts.append(phrase("filter_country", language, value=listing(countries, language)))
    if filters.topic:
        parts.append(phrase("filter_topic", language, value=snapshot.records[filters.topic].name(language)))
    groups = ("kinds", "link_kinds")
    kinds = [
        label for k in filters.kinds for g in groups if (label := vocabulary.label(g, k, language)) != k
    ]
    if kinds:
        parts.append(phrase("filter_kind", language, value=listing(kinds, language)))
    return "".join(parts)


def _twin_cities(answer: Answer, snapshot: Snapshot, language: str) -> Message:
    filters = _filters(Filters(countries=answer.filters.countries), snapshot, language)
    count = len(answer.records)
    if not count:
        buttons = (button("choice_twin_cities", language, "list_twin_cities"),)
        return Message(phrase("twin_cities_none", language, filters=filters), buttons)
    if answer.filters.order:
        head = phrase(f"twin_{answer.filters.order}", language)
    elif answer.filters.suspended:
        head = phrase("twin_suspended", language)
    else:
        head = phrase("twin_cities_one" if count == 1 else "twin_cities_many", language, count=count, filters=filters)
    lines = [head]
    if count <= 2:
        lines += [f"– {statement(fact, language)}" for fact in answer.facts]
    else:
        lines += [f"{n}. {_twin_line(link, snapshot, language)}" for n, link in enumerate(answer.records, start=1)]
    cities = [snapshot.records[link.to_id] for link in answer.records if link.to_id]
    chinese_first = sorted(cities, key=lambda city: city.country != "China")
    buttons = tuple(show_record(city, language) for city in chinese_first[:MOST_CHOICES])
    return Message("\n".join(lines), buttons, sources_of(answer.facts, language))


def _twin_line(link: Record, snapshot: Snapshot, language: str) -> str:
    city = snapshot.records[link.to_id or ""]
    country = snapshot.vocabulary.label("countries", city.country or "", language)
    details = [country]
    if link.date:
        details.append(phrase("since", language, date=date_text(link.date[:4], language)))
    if (link.status or "").startswith("suspended since "):
        date = (link.status or "").split()[2]
        details.append(phrase("on_hold", language, date=date_text(date, language)))
    return f"{city.name(language)} – {listing(details, language)}"


def _events(answer: Answer, snapshot: Snapshot, language: str) -> Message:
    filters = _filters(answer.filters, snapshot, language)
    shown, count = len(answer.facts), len(answer.records)
    lines: list[str] = []
    if shown < count:
        lines.append(phrase("events_last", language, shown=shown, count=count, filters=filters))
    elif count > 1:
        lines.append(phrase("events_head", language, count=count, filters=filters))
    lines += [f"– {statement(fact, language)}" if count > 1 else statement(fact, language) for fact in answer.facts]
    buttons = (button("choice_more", language, "ask_more"),) if count == 1 else ()
    return Message("\n".join(lines), buttons, sources_of(answer.facts, language))


def _unknown(answer: Answer, snapshot: Snapshot, language: str, misses: int) -> Message:
    keys = ("unknown", "unknown_again", "unknown_third")
    parts = [phrase(keys[min(misses, 2)], language)]
    near = [snapshot.records[i] for i in answer.suggestions]
    if near:
        names = listing([record.name(language) for record in near], language)
        parts.append(phrase("near_known", language, names=names))
    buttons = [show_record(record, language) for record in near[: MOST_CHOICES - 1]]
    buttons.append(_human(language))
    return Message(join(parts, language), tuple(buttons))


def off_topic(intent: str, language: str) -> Message:
    """What is said to a question that the Centre is not there for."""
    buttons = (button("choice_centre", language, "ask_centre", record=CENTRE), _human(language))
    return Message(phrase(intent, language), buttons)


def what_next(language: str) -> Message:
    """An open question with the three main ways on."""
    buttons = (
        button("choice_centre", language, "ask_centre", record=CENTRE),
        button("choice_partners", language, "list_partners"),
        button("choice_twin_cities", language, "list_twin_cities"),
    )
    return Message(phrase("what_next", language), buttons)


def _human(language: str) -> Button:
    return button("choice_human", language, "talk_to_human")


def contact(
    desks: Sequence[Desk],
    general: Desk | None,
    snapshot: Snapshot,
    language: str,
    *,
    record: Record | None = None,
    facts: Sequence[Fact] = (),
    wants_person: bool = False,
) -> Message:
    """The desk that answers, how it is reached, and the general desk where nothing is configured."""
    parts = [phrase("human_intro", language)] if wants_person else [statement(fact, language) for fact in facts]
    items = []
    rows: list[dict[str, str]] = []
    for desk in desks[:2]:
        parts.append(phrase("contact_for", language, desk=desk.names[language]))
        if not desk.reachable:
            parts.append(phrase("contact_not_configured", language))
        items.append(desk)
    if general and not any(desk.reachable for desk in desks) and general.id not in {desk.id for desk in desks}:
        parts.append(phrase("contact_general", language, desk=general.names[language]))
        if not general.reachable:
            parts.append(phrase("contact_not_configured", language))
        items.append(general)
    for desk in items:
        rows += _ways(desk, language)
    if record and record.address:
        rows.append({"label": phrase("address", language), "value": record.address})
    if record and record.website:
        rows.append({"label": phrase("website", language), "value": record.website, "url": record.website})
    centre = snapshot.records.get(CENTRE)
    if not rows and centre and centre.website:
        parts.append(phrase("contact_none_at_all", language, url=centre.website))
        rows.append({"label": phrase("website", language), "value": centre.website, "url": centre.website})
    card = {"title": items[0].names[language], "rows": rows} if items else None
    return Message(join(list(dict.fromkeys(parts)), language), (), sources_of(facts, language), card)


def _ways(desk: Desk, language: str) -> list[dict[str, str]]:
    rows = []
    if desk.email:
        rows.append({"label": phrase("email", language), "value": desk.email, "url": f"mailto:{desk.email}"})
    if desk.phone:
        rows.append({"label": phrase("phone", language), "value": desk.phone})
    if desk.url:
        rows.append({"label": phrase("website", language), "value": desk.url, "url": desk.url})
    if desk.hours:
        rows.append({"label": phrase("hours", language), "value": desk.hours})
    return rows
