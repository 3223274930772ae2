"""A description that fits several records: which one is meant, by what was said and by what is asked, or a question back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.partners.certainty import SURE, certainty
from bot.partners.knowledge import Snapshot
from bot.partners.names import Mention
from bot.partners.picking import points_at_one
from bot.partners.ranking import CONTEXT_NEARNESS, Asked, Scored
from bot.partners.selection import MARGIN
from bot.partners.turn import Context, Turn

PLAINLY_ONE = (
    2.0  # how far (in score) the facts about one record are before those about the others when it alone is meant
)
_AFTER = re.compile(r" ?(?:in |von |of |aus |at )?(\w+)")


def resolved(asked: Asked, context: Context, snapshot: Snapshot) -> Asked:
    """The question with descriptions narrowed: "the university in Mianyang", "that university" of the conversation."""
    mentions = tuple(
        m if len(m.record_ids) < 2 else replace(m, record_ids=_narrowed(m, asked, context, snapshot))
        for m in asked.mentions
    )
    return replace(asked, mentions=mentions)


def _narrowed(mention: Mention, asked: Asked, context: Context, snapshot: Snapshot) -> tuple[str, ...]:
    """Of the records that a description fits those in the place named with it, else the one that was spoken of."""
    ids = mention.record_ids
    next_word = _AFTER.match(asked.folded[mention.end :])
    beside = _in_cities(ids, snapshot.vocabulary.values("cities", next_word[1]) if next_word else (), snapshot)
    if beside:
        return beside
    others = {i for m in asked.mentions if m is not mention and len(m.record_ids) == 1 for i in m.record_ids}
    ids = tuple(i for i in ids if i not in others) or ids
    cities = snapshot.vocabulary.values("cities", asked.masked)
    countries = snapshot.vocabulary.values("countries", asked.masked)
    ids = _in_cities(ids, cities, snapshot) or ids
    ids = tuple(i for i in ids if snapshot.records[i].country in countries) or ids
    spoken_of = [i for i in context.subject if i in ids][:1] or [i for i in context.listed if i in ids]
    return tuple(spoken_of) or ids


def _in_cities(ids: Sequence[str], cities: Sequence[str], snapshot: Snapshot) -> tuple[str, ...]:
    return tuple(i for i in ids if snapshot.records[i].city in cities)


def several_meant(turn: Turn, asked: Asked, snapshot: Snapshot) -> tuple[str, ...]:
    """Ids to ask back about: one description fits several records and what is asked does not tell which of them."""
    if any(m.strength > 1 for m in asked.mentions):
        return ()
    for mention in asked.mentions:
        ids = mention.record_ids
        if len(ids) < 2:
            continue
        plain = not any(snapshot.vocabulary.content(asked.masked))
        if plain and not snapshot.vocabulary.flags.find(asked.masked) & {"listing", "count"}:
            return ids
        if not points_at_one(asked, snapshot):
            continue
        scores = {i: found.score for i in ids if (found := _best_about(i, ids, turn, asked, snapshot))}
        best = sorted(scores.values(), reverse=True)
        if len(best) > 1 and best[0] - best[1] < PLAINLY_ONE:
            return tuple(sorted(ids, key=lambda i: -scores.get(i, 0.0)))
    return ()


def _best_about(record_id: str, ids: Sequence[str], turn: Turn, asked: Asked, snapshot: Snapshot) -> Scored | None:
    """The best fact about one of those that may be meant, when it would answer if that one was named."""
    alone = replace(
        asked, mentions=tuple(replace(m, record_ids=(record_id,)) if m.record_ids == ids else m for m in asked.mentions)
    )
    near = [s for s in snapshot.ranking.rank(alone, turn.language) if s.nearness >= CONTEXT_NEARNESS]
    sure = certainty(near, alone, turn.language, snapshot, lenient=True)
    return near[0] if near and sure >= SURE else None


def undecided(asked: Asked, ranked: Sequence[Scored], context: Context, snapshot: Snapshot) -> tuple[str, ...]:
    """Ids to ask back about: one mention names several records and the ranked facts do not decide between them."""
    for mention in asked.mentions:
        ids = mention.record_ids
        if len(ids) < 2 or set(ids) & set(context.subject):
            continue
        best: dict[str, float] = {}
        for scored in ranked[:40]:
            about = scored.fact.record_id
            if about in ids:
                best.setdefault(about, scored.score)
        scores = sorted(best.values(), reverse=True)
        top = ranked[0].fact.record_id
        if top in ids and len(scores) > 1 and scores[0] - scores[1] < MARGIN:
            return tuple(sorted(best, key=lambda i: -best[i]))
    return ()
