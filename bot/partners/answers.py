"""From a question to what is to be said: ranked facts, lists, follow-ups, corrections, or honest ignorance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from bot.partners import followup, lists
from bot.partners.figures import figures, years
from bot.partners.knowledge import Snapshot
from bot.partners.premises import claims_in, judge
from bot.partners.ranking import CONTEXT_NEARNESS, Asked, Scored
from bot.partners.records import Fact
from bot.partners.turn import Answer, Context, Turn, told

CENTRE = "china-competence-centre"
ASKS_FOR_LIST = ("list_partners", "list_twin_cities", "ask_link")
FROM_FACTS = frozenset(
    "ask_centre ask_partner ask_place ask_link ask_topic ask_followup ask_more choose_item check_statement".split()
)
MOST_FACTS = 3
OVERVIEW_FACTS = 3
SURE = 0.5  # below this probability nothing is said as fact
SURE_OUT_OF_SCOPE = 0.8  # a question taken for off-topic needs a clearer hit
CLEARLY_OUT_OF_SCOPE = 0.6
NEIGHBOURS = "border_neighbour"
LIES_IN = frozenset({"located"})
QUESTION_TYPES = frozenset({"when", "where", "who", "how_many", "how_big", "how_long", "why", "border_neighbour"})
ASKS_FIGURE = frozenset({"how_many"})
ASKS_PLACE = frozenset({"where"})
ASKS_DATE = frozenset({"when", "since_when"})
CONTEXT_BONUS = 0.1
ALL_NAMED = 0.75  # nearness of a fact that has everything the question names
LARGEST_LEAD = 3.0
HIGHEST_SCORE = 8.0
MUST_BE_SAID = frozenset({"address", "money", "led_by", "students", "population", "staff"})  # no sentence answers these in passing
TYPE_WINDOW = 2.5  # how far (in score) a fact of the asked type may lie behind the best
MARGIN = 1.0  # facts this close to the best (in score) are said with it
BIAS = -4.2
CERTAINTY = (1.0, 0.5, -5.0, 1.3, -3.0)  # score, lead, strange, lenient, missing


def respond(turn: Turn, snapshot: Snapshot) -> Answer:
    """The answer to one message, with the context for the next one."""
    if turn.fact and turn.fact in snapshot.facts:
        return say_facts(turn, snapshot, (snapshot.facts[turn.fact],), ())
    if turn.record and turn.record in snapshot.records:
        return overview(turn, snapshot, turn.record)
    asked = snapshot.ranking.ask(turn.text)
    if turn.intent in ASKS_FOR_LIST and turn.context.subject and not asked.mentions and leans(turn, asked, snapshot):
        about_subject = by_facts(turn, snapshot, asked)
        if about_subject.kind == "facts" and set(about_subject.context.subject) & set(turn.context.subject):
            return about_subject
    if turn.intent == "list_partners":
        return lists.relations(turn, snapshot, asked) or lists.organisations(turn, snapshot)
    if turn.intent == "list_twin_cities":
        return lists.twin_cities(turn, snapshot)
    if turn.intent in ("ask_more", "choose_item", "ask_followup"):
        special = followup.respond(turn, snapshot, asked)
        if special is not None:
            return special
    if turn.intent == "ask_link" and "yes_no" not in snapshot.vocabulary.flags.find(asked.folded):
        events = lists.events(turn, snapshot)
        if events is not None:
            return events
    return by_facts(turn, snapshot, asked)


def by_facts(turn: Turn, snapshot: Snapshot, asked: Asked) -> Answer:
    """Overview, ranked facts, a question back, or "unknown"."""
    asked = _resolved(asked, turn.context)
    named = tuple(dict.fromkeys(i for m in asked.mentions for i in m.record_ids))
    if asked.mentions and turn.context.question and snapshot.vocabulary.only_points(asked.masked):
        again = followup.same_question(turn, snapshot, asked)
        if again is not None:
            return again
    if asked.mentions and snapshot.vocabulary.says_nothing_special(asked.masked):
        strongest = max(asked.mentions, key=lambda m: (m.strength, m.end - m.start))
        if len(asked.mentions) == 1 or strongest.strength > 1:
            if len(strongest.record_ids) > 1:
                return ask_back(turn, snapshot, strongest.record_ids)
            if len({i for m in asked.mentions if m.strength > 1 for i in m.record_ids}) < 2:
                return overview(turn, snapshot, strongest.record_ids[0])
    context = _context_ids(turn, snapshot, asked)
    ranked = snapshot.ranking.rank(asked, turn.language, context)
    lenient = len(asked.mentions) > 1 and ranked[0].nearness >= ALL_NAMED
    if any(m.strength > 1 for m in asked.mentions):
        ranked = [s for s in ranked if s.nearness > 0] or ranked
    elif context:
        lenient, ranked = _with_context(ranked, asked, snapshot, turn)
    claims = claims_in(turn.text, asked, snapshot)
    statement = turn.intent == "check_statement" or "yes_no" in snapshot.vocabulary.flags.find(asked.folded)
    if certainty(ranked, asked, snapshot, lenient=lenient) < _needed(turn):
        where = _where_it_lies(asked, turn.language, snapshot) if statement and claims.places else []
        if not where:
            return unknown(turn, snapshot, ranked, named)
        ranked = where
    ranked = _of_the_asked_type(ranked, asked, snapshot)
    if not ranked:
        return unknown(turn, snapshot, snapshot.ranking.rank(asked, turn.language, context), named)
    best = ranked[0]
    unclear = _ambiguous(asked, ranked, turn.context, snapshot)
    if unclear:
        return ask_back(turn, snapshot, unclear)
    if claims.places and NEIGHBOURS not in asked.concepts:
        # That a place is named as a neighbour says nothing about where something lies.
        ranked = sorted(ranked, key=lambda s: NEIGHBOURS in snapshot.ranking.concepts_of(s.fact))
    facts = choose(ranked, snapshot, several=len(asked.concepts & QUESTION_TYPES) > 1)
    nearby = [*facts, *(s.fact for s in ranked[:6] if s.nearness >= best.nearness and s.fact not in facts)]
    if claims.places:
        nearby = [fact for fact in nearby if NEIGHBOURS not in snapshot.ranking.concepts_of(fact)] or nearby
    if not statement and claims.places:
        if not asked.mentions and judge(replace(claims, years=frozenset(), figures=frozenset()), nearby, snapshot) == "no":
            return unknown(turn, snapshot, ranked, named)
        claims = replace(claims, places=frozenset())
    verdict = judge(claims, nearby, snapshot)
    if verdict == "yes" and not statement:
        verdict = None
    elif verdict == "no" and not statement:
        verdict = "differs"
    answer = say_facts(turn, snapshot, facts, named)
    return replace(answer, verdict=verdict)


def _resolved(asked: Asked, context: Context) -> Asked:
    """"That university" is the one the conversation is about, if it is about one of those meant."""
    subject = set(context.subject)
    mentions = tuple(
        replace(m, record_ids=tuple(i for i in m.record_ids if i in subject) or m.record_ids) for m in asked.mentions
    )
    return replace(asked, mentions=mentions)


def _where_it_lies(asked: Asked, language: str, snapshot: Snapshot) -> list[Scored]:
    """Facts on where the named record lies or sits, to hold a claimed place against."""
    if not any(m.strength > 1 for m in asked.mentions):
        return []
    ranked = snapshot.ranking.rank(replace(asked, concepts=LIES_IN), language)
    return [s for s in ranked if s.nearness >= 1.0 and LIES_IN & snapshot.ranking.concepts_of(s.fact)]


def certainty(ranked: Sequence[Scored], asked: Asked, snapshot: Snapshot, *, lenient: bool) -> float:
    """Probability (0..1) that the first of the ranked facts answers the question.

    The constants come from `python -m bench.ranking --fit`; `lenient` helps short questions that lean on a subject.
    """
    words, han_runs = snapshot.vocabulary.content(asked.masked)
    strange = snapshot.ranking.strange_share(words, han_runs)
    lead = _lead(ranked)
    missing = bool((asked.concepts & MUST_BE_SAID) - snapshot.ranking.concepts_of(ranked[0].fact))
    features = (min(ranked[0].score, HIGHEST_SCORE), lead, strange, float(lenient), float(missing))
    logit = BIAS + sum(weight * value for weight, value in zip(CERTAINTY, features, strict=True))
    return 1 / (1 + math.exp(-logit))


def _with_context(
    ranked: list[Scored], asked: Asked, snapshot: Snapshot, turn: Turn
) -> tuple[bool, list[Scored]]:
    """(whether the subject of the conversation is taken up, the facts about it or all facts)."""
    first = turn.context.subject[:1]
    if len(turn.context.subject) > 1 and leans(turn, asked, snapshot):
        nearest = [s for s in snapshot.ranking.rank(asked, turn.language, first) if s.nearness >= CONTEXT_NEARNESS]
        if nearest and certainty(nearest, asked, snapshot, lenient=True) >= SURE:
            return True, nearest
    near = [s for s in ranked if s.nearness > 0]
    if not near:
        return False, ranked
    here = certainty(near, asked, snapshot, lenient=True)
    if leans(turn, asked, snapshot):
        return (True, near) if here >= SURE else (False, snapshot.ranking.rank(asked, turn.language))
    elsewhere = snapshot.ranking.rank(asked, turn.language)
    if here >= SURE and here >= certainty(elsewhere, asked, snapshot, lenient=False) - CONTEXT_BONUS:
        return True, near
    return False, elsewhere


def leans(turn: Turn, asked: Asked, snapshot: Snapshot) -> bool:
    """Whether a question without a name cannot stand alone: a pronoun, very short, or a follow-up by the classifier."""
    return (
        turn.intent in ("ask_followup", "ask_more", "choose_item")
        or "pronoun" in snapshot.vocabulary.flags.find(asked.folded)
        or _is_short(asked, snapshot)
    )


def _lead(ranked: Sequence[Scored]) -> float:
    """How far the best fact is ahead of the first about something else."""
    best = ranked[0].fact
    for scored in ranked[1:12]:
        if scored.fact.record_id != best.record_id and not set(scored.fact.variants) & set(best.variants):
            return ranked[0].score - scored.score
    return LARGEST_LEAD


def _of_the_asked_type(ranked: list[Scored], asked: Asked, snapshot: Snapshot) -> list[Scored]:
    """"When" wants a date, "where" a place, "how many" a figure: facts with one first; none without a figure."""
    if asked.concepts & ASKS_FIGURE:
        fits = _has_figure
    elif asked.concepts & ASKS_DATE:
        fits = _has_date
    elif asked.concepts & ASKS_PLACE:
        fits = snapshot.names_a_place
    else:
        return ranked
    best = ranked[0]
    window = [s for s in ranked[:8] if best.score - s.score < TYPE_WINDOW]
    fitting = [s for s in window if fits(s.fact)]
    if not fitting:
        return [] if fits is _has_figure else ranked
    return [*fitting, *(s for s in ranked if s not in fitting)]


def _has_date(fact: Fact) -> bool:
    return bool(years(fact.text.get("en", "") or next(iter(fact.text.values()))))


def _has_figure(fact: Fact) -> bool:
    text = fact.text.get("en") or next(iter(fact.text.values()))
    return bool(figures(text) - {float(year) for year in years(text)})


def choose(ranked: Sequence[Scored], snapshot: Snapshot, *, several: bool = False) -> tuple[Fact, ...]:
    """The best fact, all that sources say differently on it, and near ones (more when `several` things are asked)."""
    best = ranked[0]
    if best.fact.variants:
        return snapshot.variants(best.fact)[: MOST_FACTS + 1]
    margin = MARGIN * 2 if several else MARGIN
    near = [s for s in ranked[1:6] if best.score - s.score < margin and s.nearness >= best.nearness - 0.25]
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
    near = near or [s.fact.record_id for s in ranked[:5] if snapshot.records[s.fact.record_id].type != "link"]
    subject = tuple(named) or turn.context.subject
    context = Context(subject[:3], (), turn.context.said, turn.text)
    return Answer("unknown", suggestions=tuple(dict.fromkeys(near))[:2], context=context)


def _needed(turn: Turn) -> float:
    """How certain an answer must be: off-topic by the classifier's clear word is not answered from facts."""
    if not turn.intent.startswith("out_of_scope"):
        return SURE
    if turn.certainty >= CLEARLY_OUT_OF_SCOPE:
        return 1.01
    return SURE_OUT_OF_SCOPE


def _context_ids(turn: Turn, snapshot: Snapshot, asked: Asked) -> tuple[str, ...]:
    """The conversation's subject where the question leans on it; the Centre where the Centre is asked about."""
    if any(m.strength > 1 for m in asked.mentions):
        return ()
    if turn.intent == "ask_centre" and not asked.mentions:
        return (CENTRE,)
    return turn.context.subject or turn.context.listed


def _is_short(asked: Asked, snapshot: Snapshot) -> bool:
    words, han_runs = snapshot.vocabulary.content(asked.masked)
    return len(words) + sum(map(len, han_runs)) / 2 < 2


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


