"""Lists as messages: organisations, twin cities, events."""

from __future__ import annotations

from bot.partners.knowledge import Snapshot
from bot.partners.records import Record
from bot.partners.turn import Answer, Filters
from bot.replies.dates import date_text
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
)
from bot.replies.phrases import listing, phrase


def organisations(answer: Answer, snapshot: Snapshot, language: str) -> Message:
    """Organisations with kind and place, numbered."""
    count = len(answer.records)
    filters = _filters(answer.filters, snapshot, language)
    if not count:
        ways_on = (button("choice_partners", language, "list_partners"), human_button(language))
        return Message(phrase("organisations_none", language, filters=filters), ways_on)
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
        place = where(record, snapshot, language)
        lines.append(f"{number}. {record.name(language)} – {listing([kind, place] if place else [kind], language)}")
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
    kinds = [label for k in filters.kinds for g in groups if (label := vocabulary.label(g, k, language)) != k]
    if kinds:
        parts.append(phrase("filter_kind", language, value=listing(kinds, language)))
    return "".join(parts)


def twin_cities(answer: Answer, snapshot: Snapshot, language: str) -> Message:
    """Twin cities with country and year; one or two are told in full."""
    filters = _filters(Filters(countries=answer.filters.countries), snapshot, language)
    count = len(answer.records)
    if not count:
        ways_on = (button("choice_twin_cities", language, "list_twin_cities"),)
        return Message(phrase("twin_cities_none", language, filters=filters), ways_on)
    if answer.filters.order:
        head = phrase(f"twin_{answer.filters.order}", language)
    elif answer.filters.dated:
        head = phrase("twin_cities_matching", language, count=count)
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


def events(answer: Answer, snapshot: Snapshot, language: str) -> Message:
    """Dated links, each with its first statement."""
    filters = _filters(answer.filters, snapshot, language)
    shown, count = len(answer.facts), len(answer.records)
    lines: list[str] = []
    if shown < count:
        lines.append(phrase("events_last", language, shown=shown, count=count, filters=filters))
    elif count > 1:
        lines.append(phrase("events_head", language, count=count, filters=filters))
    lines += [f"– {statement(fact, language)}" if count > 1 else statement(fact, language) for fact in answer.facts]
    more: tuple[Button, ...] = (button("choice_more", language, "ask_more"),) if count == 1 else ()
    return Message("\n".join(lines), more, sources_of(answer.facts, language))
