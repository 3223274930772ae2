"""Which of several organisations is the oldest or the youngest: by the year of founding that their facts give."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.partners import lists
from bot.partners.figures import years
from bot.partners.knowledge import Snapshot
from bot.partners.ranking import Asked
from bot.partners.records import Fact, Record
from bot.partners.turn import Answer, Turn, told

FOUNDED = "founded"
MOST_SHOWN = 3
OLDEST = frozenset({"oldest"})
NEWEST = frozenset({"newest"})
# "Which of the two is older?" asks the same of a list.
OLDER = re.compile(r"\b(?:older|earlier|alter|fruher)\b|更早|较早|早$")
YOUNGER = re.compile(r"\b(?:younger|newer|junger|neuer)\b|更晚|较晚|晚$")


def by_age(
    turn: Turn, snapshot: Snapshot, asked: Asked, order: frozenset[str] = frozenset(), number: int = 1
) -> Answer | None:
    """ "Which of the universities is the oldest?": the years of founding, the one asked for first; None for other questions.

    Of the kind, country or city that is named, else of the organisations on the last list. `order` and `number` are the
    place in the order of age where the question says neither "oldest" nor "newest" but "second oldest".
    """
    flags = snapshot.vocabulary.flags.find(asked.folded)
    order = order or flags & (OLDEST | NEWEST)
    order = order or (OLDEST if OLDER.search(asked.folded) else NEWEST if YOUNGER.search(asked.folded) else frozenset())
    named = {m.record_ids for m in asked.mentions if m.strength > 1}
    if len(order) != 1 or len(named) == 1:
        return None
    if snapshot.vocabulary.values("link_kinds", asked.folded):
        return None
    dated = sorted(
        (
            (year, fact)
            for record in _candidates(turn, snapshot, asked)
            if (found := _founding(record, snapshot))
            for year, fact in [found]
        ),
        key=lambda each: each[0],
        reverse=order == NEWEST,
    )
    if len(dated) < max(2, number):
        return None
    first = dated[number - 1]
    facts = tuple(fact for _, fact in [first, *(each for each in dated if each is not first)][:MOST_SHOWN])
    record = snapshot.records[facts[0].record_id]
    context = told(turn.context, facts, (record.id,), turn.text)
    return Answer("facts", facts, (record,), context=context)


def _candidates(turn: Turn, snapshot: Snapshot, asked: Asked) -> list[Record]:
    named = dict.fromkeys(i for m in asked.mentions if m.strength > 1 for i in m.record_ids)
    if named:
        return [snapshot.records[i] for i in named]
    filters = replace(lists.organisation_filters(asked.positive, snapshot), parts=())
    if filters.kinds:
        return lists.filter_organisations(snapshot, filters, asked.excluded)
    listed = [snapshot.records[i] for i in turn.context.listed]
    if listed and all(record.type == "organisation" for record in listed):
        return listed
    flags = snapshot.vocabulary.flags.find(asked.folded)
    return (
        lists.filter_organisations(snapshot, filters, asked.excluded) if flags & {"partner_words", "any_kind"} else []
    )


def _founding(record: Record, snapshot: Snapshot) -> tuple[int, Fact] | None:
    """(year, fact) of the founding of a record, if a sentence about it says so."""
    dated = [
        (min(found), number, fact)
        for number, fact in enumerate(snapshot.facts_of.get(record.id, ()))
        if FOUNDED in snapshot.ranking.concepts_of(fact) and (found := years(fact.in_language("en")[0]))
    ]
    return (min(dated)[0], min(dated)[2]) if dated else None
