"""From a question to what is to be said: ranked facts, lists, follow-ups, corrections, or honest ignorance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from bot.partners import followup, lists
from bot.partners.knowledge import Snapshot
from bot.partners.premises import claims_in, judge
from bot.partners.ranking import Asked, Scored
from bot.partners.records import Fact
from bot.partners.turn import Answer, Context, Turn, told

CENTRE = "china-competence-centre"
MOST_FACTS = 3
OVERVIEW_FACTS = 3
SURE = 0.5  # below this probability nothing is said as fact
SURE_OUT_OF_SCOPE = 0.8  # a question taken for off-topic needs a clearer hit
MARGIN = 0.6  # facts this close to the best (in score) are said with it
BIAS, PER_SCORE, PER_FIT, PER_UNKNOWN = -4.0, 1.0, 3.0, -2.0


def respond(turn: Turn, snapshot: Snapshot) -> Answer:
    """The answer to one message, with the context for the next one."""
    if turn.fact and turn.fact in snapshot.facts:
        return say_facts(turn, snapshot, (snapshot.facts[turn.fact],), ())
    if turn.record and turn.record in snapshot.records:
        return overview(turn, snapshot, turn.record)
    asked = snapshot.ranking.ask(turn.text)
    if turn.intent == "list_partners":
        return lists.organisations(turn, snapshot)
    if turn.intent == "list_twin_cities":
        return lists.twin_cities(turn, snapshot)
    if turn.intent in ("ask_more", "choose_item", "ask_followup"):
        special = followup.respond(turn, snapshot, asked)
        if special is not None:
            return special
    if turn.intent == "ask_link":
        events = lists.events(turn, snapshot)
        if events is not None:
            return events
    return by_facts(turn, snapshot, asked)


def by_facts(turn: Turn, snapshot: Snapshot, asked: Asked) -> Answer:
    """Overview, ranked facts, a question back, or "unknown"."""
    named = tuple(dict.fromkeys(i for m in asked.mentions for i in m.record_ids))
    if asked.mentions and snapshot.vocabulary.says_nothing_special(asked.masked):
        strongest = max(asked.mentions, key=lambda m: (m.strength, m.end - m.start))
        if len(asked.mentions) == 1 or strongest.strength > 1:
            if len(strongest.record_ids) > 1:
                return ask_back(turn, snapshot, strongest.record_ids)
            if len({i for m in asked.mentions if m.strength > 1 for i in m.record_ids}) < 2:
                return overview(turn, snapshot, strongest.record_ids[0])
    context = _context_ids(turn, snapshot, asked)
    ranked = snapshot.ranking.rank(asked, turn.language, context)
    if turn.intent == "ask_followup" and context and not asked.mentions:
        near = [s for s in ranked if s.nearness > 0]
        if near and certainty(near[0], asked, snapshot, lenient=True) >= SURE:
            ranked = near
    best = ranked[0]
    sure = SURE_OUT_OF_SCOPE if turn.intent.startswith("out_of_scope") else SURE
    if certainty(best, asked, snapshot, lenient=bool(context)) < sure:
        return unknown(turn, snapshot, ranked, named)
    unclear = _ambiguous(asked, ranked, turn.context, snapshot)
    if unclear:
        return ask_back(turn, snapshot, unclear)
    facts = choose(ranked, snapshot)
    claims = claims_in(turn.text, asked, snapshot)
    nearby = [*facts, *(s.fact for s in ranked[:6] if s.nearness >= best.nearness and s.fact not in facts)]
    verdict = judge(claims, nearby, snapshot)
    statement = turn.intent == "check_statement" or "yes_no" in snapshot.vocabulary.flags.find(asked.folded)
    if verdict == "yes" and not statement:
        verdict = None
    elif verdict == "no" and not statement:
        verdict = "differs"
    answer = say_facts(turn, snapshot, facts, named)
    return replace(answer, verdict=verdict)


def certainty(scored: Scored, asked: Asked, snapshot: Snapshot, *, lenient: bool) -> float:
    """Probability (0..1) that this fact answers the question."""
    words = snapshot.vocabulary.content_words(asked.masked)
    strange = [w for w in words if not snapshot.ranking.knows(w)]
    unknown_share = len(strange) / len(words) if words else 0.0
    logit = BIAS + PER_SCORE * scored.score + PER_FIT * scored.fit + PER_UNKNOWN * unknown_share
    return 1 / (1 + math.exp(-(logit + (0.5 if lenient else 0.0))))


def choose(ranked: Sequence[Scored], snapshot: Snapshot) -> tuple[Fact, ...]:
    """The best fact, all that sources say differently on it, and near ones; at most a short paragraph."""
    best = ranked[0]
    if best.fact.variants:
        return snapshot.variants(best.fact)[: MOST_FACTS + 1]
    near = [s for s in ranked[1:6] if best.score - s.score < MARGIN and s.nearness >= best.nearness - 0.25]
    return (best.fact, *(s.fact for s in near))[:MOST_FACTS]


def say_facts(turn: Turn, snapshot: Snapshot, facts: tuple[Fact, ...], named: tuple[str, ...]) -> Answer:
    """An answer of these facts; subject is what they are about and what was named."""
    record = snapshot.records[facts[0].record_id]
    ends = (record.to_id,) if record.type == "link" and record.to_id else ()
    subject = tuple(dict.fromkeys([record.id, *ends, *(i for i in named if i != "herne")]))
    disputed = len(facts) > 1 and bool(set(facts[0].variants) & set(facts[1].variants))
    context = told(turn.context, facts, subject, turn.text)
    return Answer("facts", facts, (record,), disputed=disputed, context=context)


def overview(turn: Turn, snapshot: Snapshot, record_id: str) -> Answer:
    """The first statements about a record; for a record with few of its own also those of its links."""
    record = snapshot.records[record_id]
    own = list(snapshot.facts_of.get(record_id, ()))
    if len(own) < 2:
        for link in snapshot.links_of.get(record_id, ()):
            own += snapshot.facts_of.get(link.id, ())[:1]
    facts = tuple(own[:OVERVIEW_FACTS])
    if not facts:
        return Answer("unknown", suggestions=(record_id,), context=turn.context)
    context = told(turn.context, facts, (record_id,), turn.text)
    return Answer("overview", facts, (record,), context=context)


def ask_back(turn: Turn, snapshot: Snapshot, candidates: Sequence[str]) -> Answer:
    """Which of these is meant?"""
    ids = tuple(candidates)[:4]
    context = replace(turn.context, listed=ids, question=turn.text)
    return Answer("ask_back", records=tuple(snapshot.records[i] for i in ids), candidates=ids, context=context)


def unknown(turn: Turn, snapshot: Snapshot, ranked: Sequence[Scored], named: Sequence[str]) -> Answer:
    """No fact answers: what was named, or the nearest things that are known."""
    near = [i for i in named if snapshot.facts_of.get(i)]
    near += [s.fact.record_id for s in ranked[:5] if snapshot.records[s.fact.record_id].type != "link"]
    subject = tuple(named) or turn.context.subject
    context = Context(subject[:3], (), turn.context.said, turn.text)
    return Answer("unknown", suggestions=tuple(dict.fromkeys(near))[:2], context=context)


def _context_ids(turn: Turn, snapshot: Snapshot, asked: Asked) -> tuple[str, ...]:
    """The conversation's subject where the question leans on it; the Centre where the Centre is asked about."""
    if asked.mentions:
        return ()
    if turn.intent == "ask_centre":
        return (CENTRE,)
    leans = turn.intent in ("ask_followup", "ask_more", "choose_item") or (
        "pronoun" in snapshot.vocabulary.flags.find(asked.folded)
        or len(snapshot.vocabulary.content_words(asked.masked)) < 2
    )
    return (turn.context.subject or turn.context.listed) if leans else ()


def _ambiguous(asked: Asked, ranked: Sequence[Scored], context: Context, snapshot: Snapshot) -> tuple[str, ...]:
    """Ids to ask back about: one mention names several records and the facts do not decide between them."""
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


