"""Whom and what a question leans on that does not say all itself: the subject, what came up lately, the last question."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from bot.partners.certainty import HIGHEST_SCORE, QUESTION_WORDS, SURE, certainty
from bot.partners.figures import years
from bot.partners.index import fold_document
from bot.partners.knowledge import Snapshot
from bot.partners.names import Mention
from bot.partners.ranking import CONTEXT_NEARNESS, Asked, Scored
from bot.partners.records import CENTRE, Fact, Record
from bot.partners.selection import (
    ASKS_FIGURE,
    EVENT_CONCEPTS,
    MUST_BE_SAID,
    QUESTION_TYPES,
    WINDOW,
    sort_asked_for,
    then,
)
from bot.partners.turn import JUST_SAID, Context, Turn

WITH = re.compile(r"(?:\b(?:with|mit)|[跟和与同])\s*$")
# How a question begins that goes on from the last, and what is no more than a word and a particle: 营业额呢？
GOES_ON = re.compile(r"(?:and|und|but|aber|so|also)\b|那|还有|以及|[\u3400-\u9fff]{1,5}呢$")
MOST_STRANGE = 0.25
# How much likelier (logarithm of the odds) the subject, or what came up lately, is meant than something else: for questions
# that stand alone and for those that lean on what was said.
TAKEN_UP = {False: 0.5, True: 1.5}
PLAINLY_ELSEWHERE = 0.0  # as likely as not: what leans on the subject is not answered with something else on less
TAKEN_UP_LATELY = {False: 0.2, True: 0.8}
CARRIED_ON = 1.5  # the same for what carries the last question on
SURE_BESIDE = 0.9  # how certain an answer must be that does not name what the question leans on
JUST_BEHIND = 0.3  # how far (in score) a fact about the subject may lie behind one that is not, to be said instead
OWN_NAMES = frozenset({CENTRE, "herne", "city-of-herne"})
OURS = ("carrier", "centre")  # parts of organisations that stand on our side of an agreement
# What is asked of anything whatever.
ATTRIBUTES = QUESTION_WORDS | {"since_when", "founded", "opened", "located", "how_long"}
# "So it is in charge of North Rhine-Westphalia?": before a name a pronoun means somebody else.
POINTS_BACK = re.compile(
    r"\b(?:(?:it|its)(?! (?:tru|true|right|correct|possible|a fact)\b)|they|their|them|he|his|she|her|deren|dessen)\b|它|他们|她们|该校|该公司|该机构|该协会"
)


def with_context(ranked: list[Scored], asked: Asked, snapshot: Snapshot, turn: Turn) -> tuple[bool, list[Scored]]:
    """(whether the subject of the conversation is taken up, the facts about it or all facts).

    What the question is about is the likeliest of: the subject itself, anything it was about lately, something else.
    `ranked` is ranked with the whole subject near.
    """
    leaning = leans(turn, asked, snapshot)
    elsewhere = snapshot.ranking.rank(asked, turn.language)
    alone = [_about_it(i, asked, turn, snapshot) for i in spoken_of(turn.context, snapshot)]
    near = [s for s in ranked if s.nearness > 0]
    found: list[tuple[float, bool, list[Scored]]] = [
        (_odds(elsewhere, asked, snapshot, turn, lenient=False), False, elsewhere)
    ]
    for facts, bonus in (*((facts, TAKEN_UP[leaning]) for facts in alone), (near, TAKEN_UP_LATELY[leaning])):
        if facts:
            found.append((_odds(facts, asked, snapshot, turn, lenient=True) + bonus, True, facts))
    if (whole := carried_on(asked, turn, snapshot)) is not None and (
        facts := _of_that_sort(whole, asked, turn, snapshot)
    ):
        found.append((_odds(facts, asked, snapshot, turn, lenient=True) + CARRIED_ON, True, facts))
    dated = [each for each in found if then(each[2], asked, snapshot)]
    odds, lenient, best = max(dated or found, key=lambda each: each[0])
    if leaning and not lenient and odds < PLAINLY_ELSEWHERE:
        lenient, best = True, near or best
    unsure = leaning and certainty(best, asked, turn.language, snapshot, lenient=lenient) < SURE
    if unsure and (event := _of_the_event(near, turn, asked, snapshot)):
        return True, event
    return lenient, best


def _about_it(record_id: str, asked: Asked, turn: Turn, snapshot: Snapshot) -> list[Scored]:
    ranked = snapshot.ranking.rank(asked, turn.language, (record_id,))
    return [s for s in ranked if s.nearness >= CONTEXT_NEARNESS]


def spoken_of(context: Context, snapshot: Snapshot) -> tuple[str, ...]:
    """The subject; after "which university has an agreement with Bochum?" the university that was the answer as well."""
    record = snapshot.records.get(context.subject[0]) if context.subject else None
    if record is None or record.type != "link":
        return context.subject[:1]
    named = {i for m in snapshot.ranking.ask(context.question).mentions if m.strength > 1 for i in m.record_ids}
    ends = [snapshot.records[i] for i in (record.to_id, record.from_id) if i and i not in named]
    return (record.id, *(end.id for end in ends if end.type == "organisation" and end.part not in OURS))


def beside_the_subject(ranked: list[Scored], asked: Asked, turn: Turn, snapshot: Snapshot) -> bool:
    """Whether a question that leans on the subject, or on a list, would be answered with something that does not name it."""
    context = turn.context
    if not (context.subject or context.listed) or any(m.strength > 1 for m in asked.mentions):
        return False
    if not leans(turn, asked, snapshot):
        return False
    best = ranked[0].fact
    described = [m.record_ids for m in asked.mentions if len(m.record_ids) == 1 and not OWN_NAMES & set(m.record_ids)]
    if any(snapshot.ranking.is_about(best, ids) for ids in described):
        return False  # "which fields does that university have?"
    cities = snapshot.vocabulary.values("cities", asked.masked)
    if names_city(best, cities, snapshot):
        return False
    if not context.subject:
        return not snapshot.ranking.is_about(best, {*context.listed, CENTRE})
    if _of_another_event(best, snapshot.records[context.subject[0]], asked, snapshot):
        return True
    return not snapshot.ranking.is_about(best, _itself(context, snapshot))


def just_behind(ranked: list[Scored], context: Context, snapshot: Snapshot) -> list[Scored]:
    """The facts about the subject itself, where the first of them lies just behind one that is not; else none."""
    if not context.subject:
        return []
    about_it = [s for s in ranked if snapshot.ranking.is_about(s.fact, _itself(context, snapshot))]
    return about_it if about_it and ranked[0].score - about_it[0].score <= JUST_BEHIND else []


def _itself(context: Context, snapshot: Snapshot) -> set[str]:
    """The subject and, of a link, its ends but our own."""
    record = snapshot.records[context.subject[0]]
    return {record.id, *({end for end in (record.from_id, record.to_id) if end} - OWN_NAMES)}


def _of_another_event(fact: Fact, spoken_of: Record, asked: Asked, snapshot: Snapshot) -> bool:
    """Whether "how much was it?" after one visit would be answered from another one, of which the question says nothing."""
    record = snapshot.records[fact.record_id]
    if years(asked.folded):
        return False
    if record.id == spoken_of.id or {record.type, spoken_of.type} != {"link"} or record.kind == "twin_city":
        return False
    matter = asked.concepts - QUESTION_WORDS - QUESTION_TYPES - MUST_BE_SAID
    return not matter & snapshot.ranking.solid_concepts(fact)


def names_city(fact: Fact, cities: Sequence[str], snapshot: Snapshot) -> bool:
    """Whether the sentence of a fact names one of the cities."""
    return bool(set(cities) & set(snapshot.vocabulary.values("cities", fold_document(fact.in_language("en")[0]))))


def carried_on(asked: Asked, turn: Turn, snapshot: Snapshot) -> Asked | None:
    """ "And when was that?" with what the last question was about; None for a question with words of its own."""
    cities = snapshot.vocabulary.groups["cities"]
    elsewhere = snapshot.vocabulary.values("cities", asked.masked)
    words, han_runs = snapshot.vocabulary.content(cities.without(asked.masked) if elsewhere else asked.masked)
    own = [word for word in words if not _only_asks(word, snapshot)]
    if own or han_runs or asked.mentions or not turn.context.question:
        return None
    before = snapshot.ranking.ask(turn.context.question)
    words, han_runs = snapshot.vocabulary.content(cities.without(before.masked) if elsewhere else before.masked)
    rest = " ".join([*words, *han_runs])
    if not rest:
        return None
    kept = before.concepts - QUESTION_WORDS - QUESTION_TYPES
    concepts = asked.concepts | (before.concepts if elsewhere and not asked.concepts else kept)
    return replace(asked, folded=f"{asked.folded} {rest}", masked=f"{asked.masked} {rest}", concepts=concepts)


def _only_asks(word: str, snapshot: Snapshot) -> bool:
    """Whether a word says no more than what is wanted of something: "seit", "founded"."""
    meant = snapshot.ranking.meaning(word)
    return bool(meant) and meant <= ATTRIBUTES


def _of_that_sort(whole: Asked, asked: Asked, turn: Turn, snapshot: Snapshot) -> list[Scored]:
    """Facts near the subject on what was asked before, of the sort asked for now; others of it were said already."""
    fits = sort_asked_for(whole, snapshot)
    cities = snapshot.vocabulary.values("cities", asked.masked)
    if cities:
        ranked = snapshot.ranking.rank(whole, turn.language)
        return [s for s in ranked[:WINDOW] if names_city(s.fact, cities, snapshot) and (not fits or fits(s.fact))]
    ranked = snapshot.ranking.rank(whole, turn.language, turn.context.subject)
    return [
        s
        for s in ranked
        if s.nearness > 0 and (fits(s.fact) if fits else s.fact.id not in turn.context.said[-JUST_SAID:])
    ]


def _odds(ranked: list[Scored], asked: Asked, snapshot: Snapshot, turn: Turn, *, lenient: bool) -> float:
    """Logarithm of the odds that the first of the ranked facts answers."""
    sure = min(max(certainty(ranked, asked, turn.language, snapshot, lenient=lenient), 1e-6), 1 - 1e-6)
    return math.log(sure / (1 - sure))


def _of_the_event(near: list[Scored], turn: Turn, asked: Asked, snapshot: Snapshot) -> list[Scored]:
    """ "What was it about?" after a visit or an agreement: what is known of just this event, the unsaid first."""
    record = snapshot.records.get(turn.context.subject[0]) if turn.context.subject else None
    words, han_runs = snapshot.vocabulary.content(asked.masked)
    if record is None or record.type != "link" or asked.concepts & (MUST_BE_SAID | ASKS_FIGURE):
        return []
    if snapshot.ranking.wording.strange_share(words, han_runs) > MOST_STRANGE:
        return []
    matter = asked.concepts - QUESTION_WORDS - QUESTION_TYPES - EVENT_CONCEPTS
    own = [
        replace(s, score=HIGHEST_SCORE)
        for s in near
        if s.fact.record_id == record.id and (not matter or matter & snapshot.ranking.solid_concepts(s.fact))
    ]
    return sorted(own, key=lambda s: s.fact.id in turn.context.said)


def leans(turn: Turn, asked: Asked, snapshot: Snapshot) -> bool:
    """Whether a question without a name cannot stand alone: a pronoun, very short, or a follow-up by the classifier."""
    return (
        turn.intent in ("ask_followup", "ask_more", "choose_item")
        or bool(snapshot.vocabulary.flags.find(asked.folded) & {"pronoun", "else"})
        or bool(GOES_ON.match(asked.folded))
        or _is_short(asked, snapshot)
    )


def _is_short(asked: Asked, snapshot: Snapshot) -> bool:
    words, han_runs = snapshot.vocabulary.content(asked.masked)
    return len(words) + sum(map(len, han_runs)) / 2 < 2


def context_ids(turn: Turn, snapshot: Snapshot, asked: Asked) -> tuple[str, ...]:
    """The conversation's subject where the question leans on it; the Centre where the Centre is asked about."""
    if any(m.strength > 1 for m in asked.mentions):
        return ()
    if turn.intent == "ask_centre" and not asked.mentions:
        return (CENTRE,)
    return turn.context.subject or turn.context.listed


def with_pronoun(asked: Asked, context: Context, snapshot: Snapshot) -> Asked:
    """ "Since when is it Herne's partner?": beside our own name a pronoun still means the conversation's subject.

    So does "with Herne" when nothing else is named: the other side of the relation is the subject.
    """
    strong = {i for m in asked.mentions if m.strength > 1 for i in m.record_ids}
    if not (strong and context.subject) or set(context.subject[:1]) & strong:
        return asked
    if not strong <= OWN_NAMES:
        before = asked.folded[: min(m.start for m in asked.mentions if m.strength > 1)]
        beside_one = len(strong) == 1 and POINTS_BACK.search(before)
        return _with_subject(asked, context) if beside_one else asked
    pronoun = "pronoun" in snapshot.vocabulary.flags.find(asked.folded)
    with_us = any(WITH.search(asked.folded[: m.start]) for m in asked.mentions)
    return _with_subject(asked, context) if pronoun or with_us else asked


def _with_subject(asked: Asked, context: Context) -> Asked:
    meant = Mention(len(asked.folded), len(asked.folded), "", context.subject[:1], 3)
    return replace(asked, mentions=(*asked.mentions, meant))
