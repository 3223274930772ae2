"""Records that a question describes instead of naming them: "the Russian twin town", "the partnership", "the city"."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.partners.knowledge import Snapshot
from bot.partners.names import Mention
from bot.partners.ranking import Asked
from bot.partners.records import Record
from bot.partners.turn import Context

DESCRIBED = 2  # strength of a described record, as of one that is named
OURS = frozenset({"herne", "city-of-herne"})  # named beside its twin towns without being what is asked about
ISLAND = re.compile(r"\b(?:island|insel)\b|岛屿?")
ASKS_WHICH_ONES = frozenset({"count", "oldest", "newest", "listing", "compares"})


def described(asked: Asked, context: Context, snapshot: Snapshot) -> Asked:
    """The question with the one record that it describes beside the names in it; the question itself otherwise."""
    if any(m.strength > 1 and not OURS.issuperset(m.record_ids) for m in asked.mentions):
        return asked
    twin = _twin_of_a_country(asked, snapshot) or _twin_that_is_an_island(asked, snapshot)
    found = twin or _of_the_conversation(asked, context, snapshot)
    if not found:
        return asked
    end = len(asked.folded)
    meant = Mention(end, end, "", (found,), DESCRIBED)
    if not twin:
        return replace(asked, mentions=(*asked.mentions, meant))
    # Herne is part of the description.
    return replace(asked, masked=_without_description(asked.masked, snapshot), mentions=(meant,))


def _twin_of_a_country(asked: Asked, snapshot: Snapshot) -> str | None:
    """ "Herne's Russian twin town", when that country has one."""
    vocabulary = snapshot.vocabulary
    flags = vocabulary.flags.find(asked.folded)
    if "twin_city" not in vocabulary.values("link_kinds", asked.positive) or flags & (ASKS_WHICH_ONES - {"listing"}):
        return None
    countries = vocabulary.values("countries", asked.positive)
    twins = [place for place in map(snapshot.records.get, _twins(snapshot)) if place and place.country in countries]
    return twins[0].id if len(countries) == len(twins) == 1 else None


def _twin_that_is_an_island(asked: Asked, snapshot: Snapshot) -> str | None:
    """ "Herne has an island as a partner, hasn't it?", when just one twin is one."""
    vocabulary = snapshot.vocabulary
    partner = "twin_city" in vocabulary.values(
        "link_kinds", asked.positive
    ) or "partner_words" in vocabulary.flags.find(asked.positive)
    if not (partner and ISLAND.search(asked.positive)):
        return None
    islands = [i for i in _twins(snapshot) if i in snapshot.records and snapshot.records[i].kind == "island"]
    return islands[0] if len(islands) == 1 else None


def _without_description(masked: str, snapshot: Snapshot) -> str:
    """What is asked of it: the text without the country and without what says that it is a twin town."""
    words = masked.split()
    for size in (1, 2):
        place = 0
        while place <= len(words) - size:
            part = " ".join(words[place : place + size])
            if any(snapshot.vocabulary.values(group, part) for group in ("link_kinds", "countries")):
                del words[place : place + size]
            else:
                place += 1
    return " ".join(words)


def _of_the_conversation(asked: Asked, context: Context, snapshot: Snapshot) -> str | None:
    """ "The partnership", "the city" after one place was spoken of."""
    subject = snapshot.records.get(context.subject[0]) if context.subject else None
    flags = snapshot.vocabulary.flags.find(asked.folded)
    if subject is None or flags & ASKS_WHICH_ONES:
        return None
    place = _place(subject, snapshot)
    if place is None or place.id in OURS:
        return None
    meant = "the_place" in flags or ("the_partnership" in flags and place.id in _twins(snapshot))
    return place.id if meant else None


def _place(record: Record, snapshot: Snapshot) -> Record | None:
    """The place that a record is, or that it links Herne with."""
    if record.type == "place":
        return record
    end = snapshot.records.get(record.to_id or "") if record.type == "link" else None
    return end if end and end.type == "place" else None


def _twins(snapshot: Snapshot) -> set[str]:
    return {r.to_id for r in snapshot.records.values() if r.type == "link" and r.kind == "twin_city" and r.to_id}
