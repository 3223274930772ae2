"""Lists: organisations and twin cities by what the visitor names, events by kind and year."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Literal

from bot.common.text import fold
from bot.partners.figures import month_in, years
from bot.partners.knowledge import Snapshot
from bot.partners.ranking import Asked
from bot.partners.records import CENTRE, Fact, Record
from bot.partners.turn import Answer, Context, Filters, Turn

MOST_EVENTS = 6
# "Which Chinese universities does Bochum work with?"
OUR_UNIVERSITY = re.compile(r"\b(?:bochum\w*|hochschule bochum)\b|波鸿")
SEVERAL_UNIVERSITIES = re.compile(
    r"\b(?:universities|unis|hochschulen|universitaten|partnerhochschulen)\b|(?:高校|大学).{0,4}哪|哪.{0,6}(?:高校|大学)"
)
ALL_TOGETHER = re.compile(
    r"\b(?:in all|altogether|in total|including|counting|insgesamt|zusammen|inklusive|mitgezahlt|einschliesslich)\b|总共|一共|包括|算上|加上"
)
NOT_ASKED_FOR_RELATIONS = (CENTRE, "city-of-herne")
EVENT_KINDS = {
    "visit": ("visit", "invitation"),
    "university_cooperation": ("university_cooperation",),
    "agreement": ("twin_city", "friendship", "cooperation_agreement", "university_cooperation", "partner_region"),
}


def organisations(turn: Turn, snapshot: Snapshot) -> Answer:
    """Organisations that fit every filter in the question; without any filter the carriers and partners."""
    asked = snapshot.ranking.ask(turn.text)
    filters = organisation_filters(asked.positive, snapshot)
    shut_out = organisation_filters(asked.folded, snapshot)
    not_in = {*shut_out.cities, *shut_out.countries} - {*filters.cities, *filters.countries}
    found = [r for r in filter_organisations(snapshot, filters, asked.excluded) if not {r.city, r.country} & not_in]
    return _organisation_answer(turn, snapshot, found, filters)


def filter_organisations(snapshot: Snapshot, filters: Filters, shut_out: frozenset[str] = frozenset()) -> list[Record]:
    """Organisations of the snapshot that fit, carriers and partners first; those in `shut_out` left out."""
    parts = filters.parts
    narrowed = filters.cities or filters.countries or filters.kinds or filters.topic
    if not parts:
        parts = ("carrier", "partner", "network") if narrowed else ("carrier", "partner")
    found = [
        record
        for record in snapshot.records.values()
        if record.type == "organisation"
        and record.part in parts
        and filters.fits(record)
        and (not filters.topic or record.id in snapshot.records[filters.topic].organisations)
        and record.id not in shut_out
    ]
    order = ("carrier", "partner", "network", "centre", "other")
    return sorted(found, key=lambda record: (order.index(record.part), record.position))


def organisation_filters(folded: str, snapshot: Snapshot) -> Filters:
    """City, country, kind, part and topic that the text names."""
    vocabulary = snapshot.vocabulary
    mentions = snapshot.name_index.find(folded)
    topics = [i for m in mentions for i in m.record_ids if snapshot.records[i].type == "topic"]
    for mention in reversed(mentions):  # "the Chinese market" names a topic, not a country
        if snapshot.records[mention.record_ids[0]].type == "topic":
            folded = f"{folded[: mention.start]} {folded[mention.end :]}"
    parts = vocabulary.values("parts", folded)
    countries = () if "partner" in parts else vocabulary.values("countries", folded)
    cities = vocabulary.values("cities", folded)
    flags = vocabulary.flags.find(folded)
    return Filters(
        cities=cities,
        countries=() if cities else countries,
        kinds=() if "any_kind" in flags else vocabulary.values("kinds", folded),
        parts=parts,
        topic=topics[0] if topics else None,
    )


def _organisation_answer(turn: Turn, snapshot: Snapshot, found: list[Record], filters: Filters) -> Answer:
    counted = "count" in snapshot.vocabulary.flags.find(fold(turn.text))
    facts = tuple(snapshot.facts_of[r.id][0] for r in found if snapshot.facts_of.get(r.id))
    if filters.parts == ("partner",) and not filters.topic:
        facts = (*(f for f in snapshot.facts.values() if f.id == "centre-seed-chinese-partners"), *facts)
    ids = tuple(record.id for record in found)
    context = Context(ids if len(ids) == 1 else (), ids, turn.context.said, turn.text)
    return Answer("organisations", facts, tuple(found), counted=counted, filters=filters, context=context)


def relations(turn: Turn, snapshot: Snapshot, asked: Asked) -> Answer | None:
    """With whom one named organisation works together; None when the question names none or more than one."""
    named = {i for m in asked.mentions if m.strength > 1 for i in m.record_ids}
    named = {i for i in named if snapshot.records[i].type == "organisation" and i not in NOT_ASKED_FOR_RELATIONS}
    if len(named) != 1:
        return None
    (record_id,) = named
    links = [link for link in snapshot.links_of.get(record_id, ()) if snapshot.facts_of.get(link.id)]
    abroad = snapshot.vocabulary.values("countries", asked.masked)
    if abroad:
        ends = {link.id: {link.from_id, link.to_id} - {record_id} for link in links}
        links = [link for link in links if any(snapshot.records[e].country in abroad for e in ends[link.id] if e)]
    if len(links) < 2:
        return None
    facts = tuple(snapshot.facts_of[link.id][0] for link in links)
    ids = tuple(e for link in links for e in (link.from_id, link.to_id) if e and e != record_id)
    context = Context((record_id,), ids, turn.context.said, turn.text)
    return Answer("events", facts, tuple(links), context=context)


def others(turn: Turn, snapshot: Snapshot) -> Answer:
    """ "And who else?": the organisations that were not on the last list; after the carriers the partners."""
    listed = set(turn.context.listed)
    if not listed:
        filters = Filters(parts=("partner",))
        return _organisation_answer(turn, snapshot, filter_organisations(snapshot, filters), filters)
    found = [
        record
        for record in filter_organisations(snapshot, Filters(parts=("carrier", "partner", "network")))
        if record.id not in listed
    ]
    return _organisation_answer(turn, snapshot, found, Filters())


def twin_cities(turn: Turn, snapshot: Snapshot, among: Collection[str] = ()) -> Answer:
    """Herne's twin cities by country, age or state, oldest first; only those `among` the ids, where there are any."""
    asked = snapshot.ranking.ask(turn.text)
    folded = asked.positive
    flags = snapshot.vocabulary.flags.find(folded)
    countries = snapshot.vocabulary.values("countries", folded)
    not_in = set(snapshot.vocabulary.values("countries", asked.folded)) - set(countries)
    links = [
        link
        for link in twin_links(snapshot)
        if not asked.excluded & {link.id, link.to_id} and _country(snapshot, link) not in not_in
    ]
    links = [link for link in links if link.to_id in among] or links
    abroad = [c for c in countries if c != "Germany"]
    chosen = [link for link in links if not abroad or _country(snapshot, link) in abroad]
    if countries == ("Germany",) and _asks_inside_germany(folded):
        chosen = [link for link in links if _country(snapshot, link) == "Germany"]
        abroad = ["Germany"]
    wanted_years = sorted(years(turn.text))
    if wanted_years:
        chosen = [link for link in chosen if link.date and _in_years(int(link.date[:4]), wanted_years, flags)]
    suspended = "suspended" in flags and not ALL_TOGETHER.search(folded)
    if suspended:
        chosen = [link for link in chosen if (link.status or "").startswith("suspended")]
    order = _order(flags)
    if order and chosen:
        chosen = [chosen[0] if order == "oldest" else chosen[-1]]
    facts: list[Fact] = []
    for link in chosen:
        own = snapshot.facts_of.get(link.id, ())
        facts += own[:1] if len(chosen) > 2 else own[:3]
    ids = tuple(link.to_id for link in chosen if link.to_id)
    context = Context(ids if len(ids) == 1 else (), ids, turn.context.said, turn.text)
    filters = Filters(countries=tuple(abroad), order=order, suspended=suspended, dated=bool(wanted_years))
    return Answer(
        "twin_cities", tuple(facts), tuple(chosen), counted="count" in flags, filters=filters, context=context
    )


def twin_links(snapshot: Snapshot) -> list[Record]:
    """Herne's twin-city links, oldest first."""
    links = (link for link in snapshot.records.values() if link.type == "link" and link.kind == "twin_city")
    return sorted(links, key=lambda link: (link.date or "9", link.position))


def cooperations(turn: Turn, snapshot: Snapshot, asked: Asked) -> Answer | None:
    """The agreements between universities, when the question asks which there are."""
    vocabulary = snapshot.vocabulary
    flags = vocabulary.flags.find(asked.folded)
    if "yes_no" in flags or not flags & {"listing", "count"}:
        return None
    with_chinese = "China" in vocabulary.values("countries", asked.folded) and OUR_UNIVERSITY.search(asked.folded)
    if "university_cooperation" in vocabulary.values("link_kinds", asked.folded):
        return events(turn, snapshot)
    if with_chinese and SEVERAL_UNIVERSITIES.search(asked.folded):
        return events(turn, snapshot, kinds=("university_cooperation",))
    return None


def _in_years(year: int, wanted: list[int], flags: frozenset[str]) -> bool:
    if "before" in flags:
        return year < wanted[0]
    if "after" in flags:
        return year >= wanted[0]
    return wanted[0] <= year <= wanted[-1]


def _order(flags: frozenset[str]) -> Literal["", "oldest", "newest"]:
    return "oldest" if "oldest" in flags else "newest" if "newest" in flags else ""


def _country(snapshot: Snapshot, link: Record) -> str | None:
    return snapshot.records[link.to_id].country if link.to_id else None


def _asks_inside_germany(folded: str) -> bool:
    return any(word in f" {folded} " for word in (" in germany ", " within germany ", " in deutschland ")) or (
        "德国" in folded and "黑尔讷" not in folded.split("德国")[-1]
    )


def events(
    turn: Turn, snapshot: Snapshot, kinds: Sequence[str] = (), position: tuple[str, int] | None = None
) -> Answer | None:
    """Visits, agreements or all that happened in a year; None when the question names neither.

    `kinds`: those that are meant where the question does not say; `position`: (from the oldest or the newest, 1 ..).
    """
    folded = fold(turn.text)
    kinds = kinds or [k for k in snapshot.vocabulary.values("link_kinds", folded) if k in EVENT_KINDS]
    wanted_years = sorted(years(turn.text))
    named = {i for m in snapshot.name_index.find(folded) for i in m.record_ids}
    named |= {twin for i in named if (twin := snapshot.ranking.twins.get(i))}
    found = [
        link
        for link in snapshot.records.values()
        if link.type == "link"
        and snapshot.facts_of.get(link.id)
        and (not kinds or any(link.kind in EVENT_KINDS[k] for k in kinds))
        and (not wanted_years or any((link.date or "").startswith(str(y)) for y in wanted_years))
        and (not named or {link.from_id, link.to_id} & named)
    ]
    month = month_in(folded)
    if month and len(wanted_years) == 1:
        then = [link for link in found if (link.date or "").startswith(f"{wanted_years[0]}-{month:02}")]
        found = then or found
    if len(found) < 2 - bool(month and found) or not (kinds or wanted_years):
        return None
    both = [link for link in found if {link.from_id, link.to_id} <= named]
    if len(both) >= 2:
        found = both
    flags = snapshot.vocabulary.flags.find(folded)
    found.sort(key=lambda link: link.date or "9")
    order = _order(flags)
    if position and position[1] <= len(found):
        order, number = "", position[1]
        found = [found[number - 1 if position[0] == "oldest" else -number]]
    elif order:
        found = [found[0] if order == "oldest" else found[-1]]
    counted = "count" in flags
    shown = found if len(found) <= MOST_EVENTS else found[-MOST_EVENTS:]
    facts = tuple(snapshot.facts_of[link.id][0] for link in shown)
    ids = tuple(link.id for link in shown)
    filters = Filters(kinds=tuple(kinds), year=str(wanted_years[0]) if wanted_years else None, order=order)
    context = replace(turn.context, subject=ids if len(ids) == 1 else (), listed=ids, question=turn.text)
    return Answer("events", facts, tuple(found), counted=counted, filters=filters, context=context)
