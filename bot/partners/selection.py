"""Which ranked facts may be said: how certain they are, whom a question leans on, and what sort of answer it wants."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from bot.partners.certainty import HIGHEST_SCORE, SURE, SURE_OUT_OF_SCOPE, certainty
from bot.partners.figures import figures, month_in, years
from bot.partners.index import fold_document
from bot.partners.knowledge import Snapshot
from bot.partners.names import Mention
from bot.partners.ranking import CONTEXT_NEARNESS, Asked, Scored
from bot.partners.records import CENTRE, Fact
from bot.partners.turn import Context, Turn

MOST_FACTS = 3
PROBABLY_OUT_OF_SCOPE, CLEARLY_OUT_OF_SCOPE = 0.5, 0.6
FALLBACK = "nlu_fallback"
NEIGHBOURS = "border_neighbour"
LIES_IN = frozenset({"located"})
QUESTION_TYPES = frozenset({"when", "where", "who", "how_many", "how_big", "how_long", "why", "border_neighbour"})
ASKS_FIGURE = frozenset({"how_many"})
ASKS_PLACE = frozenset({"where"})
ASKS_DATE = frozenset({"when", "since_when"})
HELP = (CENTRE, "market-entry-china", "settlement-ruhr")
OWN_NAMES = frozenset({CENTRE, "herne", "city-of-herne"})
WITH = re.compile(r"(?:\b(?:with|mit)|[跟和与同])\s*$")
DETAIL = 0.5
EVENT_CONCEPTS = frozenset(
    [
        "visit", "delegation", "trip", "agreement", "signing", "when", "which", "what_is", "event", "twin_city",
        "partnership", "first_meeting", "oldest_newest", "mayor", "led_by", "who", "how_many", "friendship",
        "letter_of_intent", "cooperation",
    ]
)  # fmt: skip
GOES_ON = re.compile(r"(?:and|und|but|aber|so|also)\b|那|还有|以及")  # how a question begins that goes on from the last
MOST_STRANGE = 0.25
# How much likelier (logarithm of the odds) the subject, or what came up lately, is meant than something else: for questions
# that stand alone and for those that lean on what was said.
TAKEN_UP = {False: 0.5, True: 1.5}
PLAINLY_ELSEWHERE = 0.0  # as likely as not: what leans on the subject is not answered with something else on less
TAKEN_UP_LATELY = {False: 0.2, True: 0.8}
ALL_NAMED = 0.75  # nearness of a fact that has everything the question names
MUST_BE_SAID = frozenset(
    {"address", "money", "cinema", "led_by", "students", "population", "area_size", "staff"}
)  # no sentence answers these in passing
TYPE_WINDOW = 2.5  # how far (in score) a fact of the asked type may lie behind the best
WINDOW, SAME_TIME = (
    12,
    4.0,
)  # so many facts, and so far (in score) behind the best, are looked through for the time asked about
MARGIN = 1.0  # facts this close to the best (in score) are said with it


def with_context(ranked: list[Scored], asked: Asked, snapshot: Snapshot, turn: Turn) -> tuple[bool, list[Scored]]:
    """(whether the subject of the conversation is taken up, the facts about it or all facts).

    What the question is about is the likeliest of: the subject itself, anything it was about lately, something else.
    `ranked` is ranked with the whole subject near.
    """
    leaning = leans(turn, asked, snapshot)
    elsewhere = snapshot.ranking.rank(asked, turn.language)
    first = [
        s
        for s in snapshot.ranking.rank(asked, turn.language, turn.context.subject[:1])
        if s.nearness >= CONTEXT_NEARNESS
    ]
    near = [s for s in ranked if s.nearness > 0]
    found: list[tuple[float, bool, list[Scored]]] = [
        (_odds(elsewhere, asked, snapshot, turn, lenient=False), False, elsewhere)
    ]
    for facts, bonus in ((first, TAKEN_UP[leaning]), (near, TAKEN_UP_LATELY[leaning])):
        if facts:
            found.append((_odds(facts, asked, snapshot, turn, lenient=True) + bonus, True, facts))
    dated = [each for each in found if _then(each[2], asked, snapshot)]
    odds, lenient, best = max(dated or found, key=lambda each: each[0])
    if leaning and not lenient and odds < PLAINLY_ELSEWHERE:
        lenient, best = True, near or best
    unsure = leaning and certainty(best, asked, turn.language, snapshot, lenient=lenient) < SURE
    if unsure and (event := _of_the_event(near, turn, asked, snapshot)):
        return True, event
    return lenient, best


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
    own = [replace(s, score=HIGHEST_SCORE) for s in near if s.fact.record_id == record.id]
    return sorted(own, key=lambda s: s.fact.id in turn.context.said)


def leans(turn: Turn, asked: Asked, snapshot: Snapshot) -> bool:
    """Whether a question without a name cannot stand alone: a pronoun, very short, or a follow-up by the classifier."""
    return (
        turn.intent in ("ask_followup", "ask_more", "choose_item")
        or bool(snapshot.vocabulary.flags.find(asked.folded) & {"pronoun", "else"})
        or bool(GOES_ON.match(asked.folded))
        or _is_short(asked, snapshot)
    )


def of_the_asked_type(ranked: list[Scored], asked: Asked, snapshot: Snapshot) -> list[Scored]:
    """ "When" wants a date, "where" a place, "how many" a figure: facts with one first; none without a figure."""
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


def of_that_time(ranked: list[Scored], asked: Asked, snapshot: Snapshot) -> list[Scored]:
    """ "Who led the visit in December 2019?": facts of that time first, if one is near enough; not for "was it in 2019?"."""
    then = _then(ranked, asked, snapshot)
    if not then or then[0] is ranked[0]:
        return ranked
    return [replace(then[0], score=ranked[0].score), *(s for s in ranked if s is not then[0])]


def _then(ranked: Sequence[Scored], asked: Asked, snapshot: Snapshot) -> list[Scored]:
    """Of the best facts those of the one year (and month) that the question names; none when it names none."""
    when, month = years(asked.folded), month_in(asked.folded)
    if len(when) != 1 or not ranked or "yes_no" in snapshot.vocabulary.flags.find(asked.folded):
        return []

    def fits(fact: Fact) -> bool:
        text = fold_document(fact.in_language("en")[0])
        date = snapshot.records[fact.record_id].date or ""
        in_text = when <= years(text) and month in (0, month_in(text))
        return in_text or date.startswith(f"{min(when)}-{month:02}" if month else str(min(when)))

    best = ranked[0]
    return [
        s for s in ranked[:WINDOW] if best.score - s.score < SAME_TIME and s.nearness >= best.nearness and fits(s.fact)
    ]


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


def needed(turn: Turn) -> float:
    """How certain an answer must be: off-topic by the classifier's clear word is not answered from facts."""
    if turn.guess.startswith("out_of_scope") and turn.certainty >= PROBABLY_OUT_OF_SCOPE and turn.intent == FALLBACK:
        return SURE_OUT_OF_SCOPE
    if not turn.intent.startswith("out_of_scope"):
        return SURE
    if turn.certainty >= CLEARLY_OUT_OF_SCOPE:
        return 1.01
    return SURE_OUT_OF_SCOPE


def asks_detail(turn: Turn, asked: Asked, snapshot: Snapshot) -> bool:
    """Whether a question about an event wants one thing of it rather than the event, and a fact clearly has that."""
    if not asked.concepts - EVENT_CONCEPTS:
        return False
    ranked = snapshot.ranking.rank(asked, turn.language)
    if any(m.strength > 1 for m in asked.mentions):
        ranked = [s for s in ranked if s.nearness > 0] or ranked
    return certainty(ranked, asked, turn.language, snapshot, lenient=False) >= DETAIL


def compared(turn: Turn, asked: Asked, snapshot: Snapshot) -> tuple[Fact, ...]:
    """ "Who has more inhabitants, Herne or Luzhou?": one fact for each that is named; none when it is no comparison."""
    named = [m for m in asked.mentions if m.strength > 1 and len(m.record_ids) == 1]
    compares = "compares" in snapshot.vocabulary.flags.find(asked.folded)
    if not compares or not 2 <= len({m.record_ids for m in named}) <= MOST_FACTS:
        return ()
    found: dict[str, Fact] = {}
    for mention in named:
        alone = replace(asked, mentions=(mention,))
        ranked = [s for s in snapshot.ranking.rank(alone, turn.language) if s.nearness >= 0.8]
        if not ranked or certainty(ranked, alone, turn.language, snapshot, lenient=True) < SURE:
            return ()
        ranked = of_the_asked_type(ranked, alone, snapshot)
        if ranked:
            found.setdefault(ranked[0].fact.id, ranked[0].fact)
    return tuple(found.values())


def context_ids(turn: Turn, snapshot: Snapshot, asked: Asked) -> tuple[str, ...]:
    """The conversation's subject where the question leans on it; the Centre where the Centre is asked about."""
    if any(m.strength > 1 for m in asked.mentions):
        return ()
    if turn.intent == "ask_centre" and not asked.mentions:
        return (CENTRE,)
    return turn.context.subject or turn.context.listed


def _is_short(asked: Asked, snapshot: Snapshot) -> bool:
    words, han_runs = snapshot.vocabulary.content(asked.masked)
    return len(words) + sum(map(len, han_runs)) / 2 < 2


def with_pronoun(asked: Asked, context: Context, snapshot: Snapshot) -> Asked:
    """ "Since when is it Herne's partner?": beside our own name a pronoun still means the conversation's subject.

    So does "with Herne" when nothing else is named: the other side of the relation is the subject.
    """
    strong = {i for m in asked.mentions if m.strength > 1 for i in m.record_ids}
    if not (strong and context.subject and strong <= OWN_NAMES):
        return asked
    pronoun = "pronoun" in snapshot.vocabulary.flags.find(asked.folded)
    with_us = any(WITH.search(asked.folded[: m.start]) for m in asked.mentions)
    if not (pronoun or with_us) or set(context.subject[:1]) & strong:
        return asked
    meant = Mention(len(asked.folded), len(asked.folded), "", context.subject[:1], 3)
    return replace(asked, mentions=(*asked.mentions, meant))


def where_it_lies(asked: Asked, language: str, snapshot: Snapshot) -> list[Scored]:
    """Facts on where the named record lies or sits, to hold a claimed place against."""
    if not any(m.strength > 1 for m in asked.mentions):
        return []
    ranked = snapshot.ranking.rank(replace(asked, concepts=LIES_IN), language)
    return [s for s in ranked if s.nearness >= 1.0 and LIES_IN & snapshot.ranking.concepts_of(s.fact)]


def ambiguous(asked: Asked, ranked: Sequence[Scored], context: Context, snapshot: Snapshot) -> tuple[str, ...]:
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


def how_we_help(ranked: Sequence[Scored], asked: Asked) -> tuple[Fact, ...]:
    """ "What can you do for us?" in whatever circumstances: what is known of the Centre's help, no more."""
    if "services_help" not in asked.concepts or asked.concepts & (MUST_BE_SAID | ASKS_FIGURE | ASKS_DATE):
        return ()
    return tuple(s.fact for s in ranked if s.fact.record_id in HELP)[:2]


def resolved(asked: Asked, context: Context) -> Asked:
    """ "That university" is the one the conversation is about, if it is about one of those meant."""
    subject = set(context.subject)
    mentions = tuple(
        replace(m, record_ids=tuple(i for i in m.record_ids if i in subject) or m.record_ids) for m in asked.mentions
    )
    return replace(asked, mentions=mentions)
