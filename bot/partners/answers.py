"""From a question to what is to be said: ranked facts, lists, follow-ups, corrections, or honest ignorance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.common.text import fold
from bot.partners import ambiguity, counted, exactness, followup, leaning, lists, selection, sorts
from bot.partners.certainty import ABOUT_THE_NAMED, SURE, certainty
from bot.partners.knowledge import Snapshot
from bot.partners.premises import claims_in, judge, saying_where, states
from bot.partners.ranking import Asked, Scored
from bot.partners.records import CENTRE, Fact
from bot.partners.turn import PLAIN, Answer, Context, Turn, told

ASKS_FOR_LIST = ("list_partners", "list_twin_cities", "ask_link")
FROM_FACTS = frozenset(
    [
        "ask_centre",
        "ask_partner",
        "ask_place",
        "ask_link",
        "ask_topic",
        "ask_followup",
        "ask_more",
        "choose_item",
        "check_statement",
    ]
)
OVERVIEW_FACTS = 3
COMMON_PLACES = frozenset({"herne", "luzhou"})  # in nearly every sentence, and seldom where something was


def respond(turn: Turn, snapshot: Snapshot, asked: Asked | None = None) -> Answer:
    """The answer to one message, with the context for the next one; `asked` is its question where it was read before."""
    if turn.fact and turn.fact in snapshot.facts:
        return say_facts(turn, snapshot, (snapshot.facts[turn.fact],), ())
    if turn.record and turn.record in snapshot.records:
        return overview(turn, snapshot, turn.record)
    asked = asked or snapshot.ranking.ask(turn.text)
    if (
        turn.intent in ASKS_FOR_LIST
        and turn.context.subject
        and not asked.mentions
        and leaning.leans(turn, asked, snapshot)
    ):
        about_subject = by_facts(turn, snapshot, asked)
        if about_subject.kind == "facts" and set(about_subject.context.subject) & set(turn.context.subject):
            return about_subject
    if turn.intent in ASKS_FOR_LIST and (one := _one_thing(turn, snapshot, asked)) is not None:
        return one
    if turn.intent == "list_partners":
        return lists.relations(turn, snapshot, asked) or lists.organisations(turn, snapshot)
    if turn.intent == "list_twin_cities":
        return lists.twin_cities(turn, snapshot)
    if turn.intent in ("ask_more", "choose_item", "ask_followup"):
        special = followup.respond(turn, snapshot, asked)
        if special is not None:
            return special
    if (
        turn.intent == "ask_link"
        and "yes_no" not in snapshot.vocabulary.flags.find(asked.folded)
        and not selection.asks_detail(turn, asked, snapshot)
    ):
        events = lists.events(turn, snapshot)
        if events is not None:
            return events
    return by_facts(turn, snapshot, asked)


def _one_thing(turn: Turn, snapshot: Snapshot, asked: Asked) -> Answer | None:
    """ "We became partners in 2008, right?", "how many companies belong to it?": one fact rather than a list."""
    flags = snapshot.vocabulary.flags.find(asked.folded)
    claims = claims_in(turn.text, asked, snapshot)
    states = "yes_no" in flags and bool(claims.years or claims.figures)
    ours = {CENTRE, *COMMON_PLACES, "city-of-herne"}
    counts = "count" in flags and any(m.strength > 1 and not ours & set(m.record_ids) for m in asked.mentions)
    if not (states or (counts and turn.intent == "list_partners")):
        return None
    answer = by_facts(turn, snapshot, asked)
    return answer if answer.kind == "facts" and (answer.verdict or not states) else None


def by_facts(turn: Turn, snapshot: Snapshot, asked: Asked) -> Answer:
    """Overview, ranked facts, a question back, or "unknown"."""
    asked = leaning.with_pronoun(ambiguity.resolved(asked, turn.context, snapshot), turn.context, snapshot)
    named = tuple(dict.fromkeys(i for m in asked.mentions for i in m.record_ids))
    if asked.mentions and turn.context.question and snapshot.vocabulary.only_points(asked.masked):
        again = followup.same_question(turn, snapshot, asked)
        if again is not None:
            return again
    if asked.mentions and (
        snapshot.vocabulary.says_nothing_special(asked.masked) or snapshot.vocabulary.only_points(asked.masked)
    ):
        strongest = max(asked.mentions, key=lambda m: (m.strength, m.end - m.start))
        if len(asked.mentions) == 1 or strongest.strength > 1:
            if len(strongest.record_ids) > 1:
                return ask_back(turn, snapshot, strongest.record_ids)
            if len({i for m in asked.mentions if m.strength > 1 for i in m.record_ids}) < 2:
                return overview(turn, snapshot, strongest.record_ids[0])
    if several := ambiguity.several_meant(turn, asked, snapshot):
        return ask_back(turn, snapshot, several)
    compared, least = selection.compared(turn, asked, snapshot)
    if len(compared) > 1:
        side_by_side = tuple(i for i in named if i not in COMMON_PLACES and snapshot.records[i].type != "link")
        answer = say_facts(turn, snapshot, compared, named).listing(side_by_side if len(side_by_side) > 1 else ())
        return replace(answer, certainty=least)
    context = leaning.context_ids(turn, snapshot, asked)
    ranked = snapshot.ranking.rank(asked, turn.language, context)
    lenient = len(asked.mentions) > 1 and ranked[0].nearness >= selection.ALL_NAMED
    if any(m.strength > 1 for m in asked.mentions):
        ranked = [s for s in ranked if s.nearness > 0] or ranked
    elif context:
        lenient, ranked = leaning.with_context(ranked, asked, snapshot, turn)
    claims = claims_in(turn.text, asked, snapshot)
    statement = turn.intent == "check_statement" or states(asked, snapshot)
    if not statement:
        ranked = selection.of_that_time(ranked, asked, snapshot)
    where: list[Scored] = []
    sure = certainty(ranked, asked, turn.language, snapshot, lenient=lenient)
    if leaning.beside_the_subject(ranked, asked, turn, snapshot) and sure < leaning.SURE_BESIDE:
        of_it = leaning.just_behind(ranked, turn.context, snapshot)
        if not of_it:
            return unknown(turn, snapshot, ranked, named)
        ranked, sure = of_it, certainty(of_it, asked, turn.language, snapshot, lenient=lenient)
    if sure < sorts.CLEARLY:
        having = selection.having(ranked, asked, (*named, *turn.context.subject), snapshot)
        if not having:
            return unknown(turn, snapshot, ranked, named, _but_for_the_sort(sure))
        if having[0] is not ranked[0]:
            ranked, sure = having, certainty(having, asked, turn.language, snapshot, lenient=lenient)
    if sure < counted.CLEARLY and counted.something_else(asked, ranked[0].fact, snapshot):
        return unknown(turn, snapshot, ranked, named, _but_for_the_sort(sure))
    if sure < selection.needed(turn):
        in_scope = selection.needed(turn) < 1 or turn.intent == "out_of_scope_places"
        where = selection.where_it_lies(asked, turn.language, snapshot) if claims.places and in_scope else []
        if not where and not asked.mentions and (help_ := selection.how_we_help(ranked, asked)):
            return replace(say_facts(turn, snapshot, help_, ()), certainty=sure)
        if not where:
            return unknown(turn, snapshot, ranked, named, sure if selection.needed(turn) <= SURE else 0.0)
        ranked = where
    ranked = selection.of_the_asked_type(ranked, asked, snapshot)
    if not ranked:
        ranked = snapshot.ranking.rank(asked, turn.language, context)
        return unknown(turn, snapshot, ranked, named, _but_for_the_sort(sure))
    best = ranked[0]
    unclear = ambiguity.undecided(asked, ranked, turn.context, snapshot)
    if unclear:
        return ask_back(turn, snapshot, unclear)
    if claims.places and selection.NEIGHBOURS not in asked.concepts:
        # That a place is named as a neighbour says nothing about where something lies.
        ranked = sorted(ranked, key=lambda s: selection.NEIGHBOURS in snapshot.ranking.concepts_of(s.fact))
    wide = len(asked.concepts & selection.QUESTION_TYPES) > 1 or sure < PLAIN
    facts = selection.choose(ranked, snapshot, several=wide)
    if asked.concepts & sorts.DATES and exactness.EXACTLY.search(asked.folded):
        facts = exactness.with_the_day(facts, snapshot)
    nearby = [*facts, *(s.fact for s in ranked[:6] if s.nearness >= best.nearness and s.fact not in facts)]
    if claims.places and selection.NEIGHBOURS not in asked.concepts:
        nearby = [fact for fact in nearby if selection.NEIGHBOURS not in snapshot.ranking.concepts_of(fact)] or nearby
    if not statement and claims.places:
        if (
            not asked.mentions
            and judge(replace(claims, years=frozenset(), figures=frozenset()), nearby, snapshot) == "no"
        ):
            return unknown(turn, snapshot, ranked, named, sure)
        if not where:
            claims = replace(claims, places=frozenset())
    verdict = judge(claims, nearby, snapshot)
    if verdict == "no" and claims.places and not (claims.years or claims.figures):
        own = {fold(snapshot.records[i].name("en")) for i in (*named, *turn.context.subject)} | COMMON_PLACES
        window = [s.fact for s in ranked[: selection.WINDOW] if best.score - s.score < selection.SAME_TIME]
        same = [f for f in window if f.record_id == best.fact.record_id]
        matter = asked.concepts - selection.EVENT_CONCEPTS | asked.concepts & {"signing"}
        alike = [f for f in window if matter & snapshot.ranking.concepts_of(f) and snapshot.ranking.is_about(f, named)]
        told_where = saying_where(same, own, snapshot) or saying_where(alike, own, snapshot)
        facts = facts if told_where is None or told_where in facts else (told_where, *facts[:1])
    if verdict == "no" and claims.figures and named and best.nearness < ABOUT_THE_NAMED:
        verdict = None  # a figure of something else denies nothing
    if verdict == "yes" and not statement:
        verdict = None
    elif verdict == "no" and not statement:
        verdict = "differs"
    answer = say_facts(turn, snapshot, facts, named)
    return replace(answer, verdict=verdict, certainty=sure)


def say_facts(turn: Turn, snapshot: Snapshot, facts: tuple[Fact, ...], named: tuple[str, ...]) -> Answer:
    """An answer of these facts; subject is what they are about and what was named."""
    record = snapshot.records[facts[0].record_id]
    ends = (record.to_id,) if record.type == "link" and record.to_id else ()
    text = facts[0].in_language("en")[0]
    told_of = [i for m in snapshot.name_index.find(fold(text), misspelt=False) if m.strength > 1 for i in m.record_ids]
    subject = tuple(dict.fromkeys([record.id, *ends, *named, *told_of]))
    # Herne is in nearly every sentence; "it" and "there" then mean the other one.
    subject = tuple(sorted(subject, key=lambda i: i in ("herne", "city-of-herne")))
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


def unknown(
    turn: Turn, snapshot: Snapshot, ranked: Sequence[Scored], named: Sequence[str], sure: float = 0.0
) -> Answer:
    """No fact answers for certain: the nearest, if one may (`sure`, probability 0..1), else what was named or is near."""
    near = [i for i in named if snapshot.facts_of.get(i)]
    if not near:
        spoken_of = (i for i in turn.context.subject[:2] if i not in COMMON_PLACES)
        near = [*spoken_of, *(s.fact.record_id for s in ranked[:5])]
    near = [i for i in near if snapshot.records[i].type != "link"]
    subject = tuple(named) or turn.context.subject
    context = Context(subject[:3], (), turn.context.said, turn.text)
    suggestions = tuple(dict.fromkeys(near))[:2]
    facts = selection.nearest(list(ranked), snapshot.ranking.ask(turn.text), sure, snapshot) if ranked else ()
    if not facts:
        return Answer("unknown", suggestions=suggestions, context=context)
    shown = say_facts(turn, snapshot, facts, tuple(named))
    return replace(shown, kind="unknown", suggestions=suggestions, certainty=sure)


def _but_for_the_sort(sure: float) -> float:
    """Of a fact that lacks the date, place or figure asked for: shown as the nearest only where it else were the answer."""
    return sure if sure >= PLAIN else 0.0
