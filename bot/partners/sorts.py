"""What sort of thing a question wants, a date, a place or a length of time, and whether a fact has one to give."""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.partners.figures import years
from bot.partners.index import fold_document
from bot.partners.knowledge import Snapshot
from bot.partners.ranking import Asked
from bot.partners.records import CENTRE, Fact

CLEARLY = 0.9  # what is as certain as this is said, whatever sort of thing it is
DATES = frozenset({"when", "since_when"})
# Stricter than the concepts, which also find "in terms of" and 在哪方面.
WHERE = re.compile(
    r"\b(?:where|whereabouts|wo|woher|wohin)\b|哪里|哪儿|什么地方|何处|在哪(?=$|\W|呢|啊|签|办|举|设|座城|个城|个地)"
)
HOW_LONG = re.compile(
    r"\b(?:how long|how many (?:days|weeks|months|years|hours)|duration|wie lange|wie viele (?:tage|wochen|monate|jahre|stunden)|dauer\w*)\b|多久|多长时间|[几多]少?天|历时"
)
WHEN = re.compile(
    r"\b(?:when|what year|which year|since when|wann|welche[mns]? jahr|seit wann)\b|什么时候|何时|哪一?年|哪一?天"
)
# "Why was it still open when it was announced?" asks for no date.
OTHER_QUESTION = re.compile(r"\b(?:why|how)\b(?!.*\b(?:and|or)\b)")
# Besides cities and countries: where in a town something was.
VENUE = re.compile(
    r"\b(?:town hall|\w*park|\w*hall|\w*strasse|street|academy|akademie|airport|campus|harbour|port|island|centre of|lake|\d{5})\b"
)
NAMES_OF_THEM = re.compile(
    r"\b(?:names of (?:them|these|those|all)|their names|what are they (?:all )?called|deren namen|wie heissen (?:die|sie|diese)(?: alle| denn| drei| beiden)*$)"
    r"|都叫什么|分别叫什么|各叫什么|它们的名字|他们的名字"
)
SEVERAL = 2  # records that a sentence names at least if it tells the names of several
LASTS = re.compile(
    r"\b(?:days?|weeks?|months?|years?|hours?|minutes?|until|since)\b|\b\d{1,2} to \d{1,2}\b|\b(?:19|20)\d\d to (?:19|20)\d\d\b"
)
# Going to an opening is not opening it.
ATTENDED = re.compile(r"\b(?:attended|took part|taking part|was present|were present|guests?)\b")
ASKS_WHO_CAME = re.compile(
    r"\b(?:attend\w*|took part|take part|present|there|came|teilgenommen|teilnahm\w*|nahm\w*|dabei|anwesend|kam|besucht\w*)\b|参加|出席|到场|来"
)
OURS = frozenset({CENTRE, "herne", "city-of-herne"})
NAMED = 2  # strength of a mention that is a name
DEEDS = frozenset({"opened"})


def lacks(asked: Asked, fact: Fact, known: Collection[str], snapshot: Snapshot) -> bool:
    """Whether the question wants a date, a place, a length of time or a deed and the fact has none.

    `known`: ids of the records that the question or the conversation is about; where these are was not asked.
    """
    text = fold_document(fact.in_language("en")[0])
    told = snapshot.ranking.solid_concepts(fact)
    wanted: list[bool] = []
    when = WHEN.search(asked.folded)
    if when and not OTHER_QUESTION.search(asked.folded[: when.start()]):
        wanted.append(bool(years(text) or told & DATES))
    if HOW_LONG.search(asked.folded):
        wanted.append(bool(LASTS.search(text) or "how_long" in told))
    if WHERE.search(asked.folded):
        wanted.append("where" in told or says_where(fact, text, known, snapshot))
    if NAMES_OF_THEM.search(asked.folded):
        wanted.append(len(snapshot.ranking.named_by(fact) - set(known)) >= SEVERAL)
    if wanted and not any(wanted):
        return True
    return bool(asked.concepts & DEEDS and ATTENDED.search(text) and not ASKS_WHO_CAME.search(asked.folded))


def leaves_out(asked: Asked, fact: Fact, snapshot: Snapshot) -> bool:
    """Whether the question names organisations or places, beside our own, and the fact is about none of them."""
    written = [m for m in asked.mentions if m.start < m.end and not OURS & set(m.record_ids)]
    written = [m for m in written if snapshot.records[m.record_ids[0]].type != "topic"]
    if not any(m.strength >= NAMED for m in written):
        return False
    works_on_it = snapshot.records[fact.record_id].organisations
    return not any(
        snapshot.ranking.is_about(fact, m.record_ids) or set(m.record_ids) & set(works_on_it) for m in written
    )


def says_where(fact: Fact, text: str, known: Collection[str], snapshot: Snapshot) -> bool:
    """Whether a fact, with its folded text, tells a place beside the records that are known."""
    if "located" in snapshot.ranking.concepts_of(fact) or VENUE.search(text) or snapshot.other_places.find(text):
        return True
    places = {i for i in snapshot.ranking.named_by(fact) if snapshot.records[i].type == "place"}
    if places - set(known):
        return True
    cities = {snapshot.records[i].city for i in known}
    return bool(set(snapshot.vocabulary.values("cities", text)) - cities)
