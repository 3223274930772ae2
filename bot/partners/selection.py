"""Which ranked facts may be said: how certain they are, whom a question leans on, and what sort of answer it wants."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from itertools import pairwise

from bot.partners import sorts
from bot.partners.certainty import ABOUT, MISSING, PERHAPS, QUESTION_WORDS, SURE, SURE_OUT_OF_SCOPE, certainty
from bot.partners.figures import counts_something, month_in, years
from bot.partners.index import fold_document
from bot.partners.knowledge import Snapshot
from bot.partners.names import Mention
from bot.partners.premises import states
from bot.partners.ranking import Asked, Scored
from bot.partners.records import CENTRE, Fact
from bot.partners.turn import Turn

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
ASKS_MORE = -1.3  # what concepts of a question cost that asks for more than where something lies
DETAIL = 0.5
EVENT_CONCEPTS = frozenset(
    [
        "visit", "delegation", "trip", "agreement", "signing", "when", "which", "what_is", "event", "twin_city",
        "partnership", "first_meeting", "oldest_newest", "mayor", "led_by", "who", "how_many", "friendship",
        "letter_of_intent", "cooperation",
    ]
)  # fmt: skip
ALL_NAMED = 0.75  # nearness of a fact that has everything the question names
MUST_BE_SAID = frozenset(
    {"address", "money", "cinema", "led_by", "students", "population", "area_size", "staff"}
)  # no sentence answers these in passing
TYPE_WINDOW = 2.5  # how far (in score) a fact of the asked type may lie behind the best
WINDOW, SAME_TIME = (
    12,
    4.0,
)  # so many facts, and so far (in score) behind the best, are looked through for the time asked about
NEXT_TO = 10  # characters between names that stand side by side: " und mit ", 和
MOST_NEAREST = 2  # facts shown where none answers for certain
LIKELY, LEAST_COVERED = 0.15, 0.5  # below this probability: share of the question's concepts that such a fact has
MARGIN = 1.0  # facts this close to the best (in score) are said with it


def of_the_asked_type(ranked: list[Scored], asked: Asked, snapshot: Snapshot) -> list[Scored]:
    """ "When" wants a date, "where" a place, "how many" a figure: facts with one first; none without a figure."""
    fits = sort_asked_for(asked, snapshot)
    if fits is None:
        return ranked
    best = ranked[0]
    window = [s for s in ranked[:8] if best.score - s.score < TYPE_WINDOW]
    fitting = [s for s in window if fits(s.fact)]
    if not fitting:
        return [] if fits is _has_figure else ranked
    return [*fitting, *(s for s in ranked if s not in fitting)]


def having(ranked: list[Scored], asked: Asked, known: Collection[str], snapshot: Snapshot) -> list[Scored]:
    """The facts, led by the nearest about what is named that has the date, place, time or deed asked for; else none."""
    typed = of_the_asked_type(ranked, asked, snapshot) or ranked
    for scored in typed[:WINDOW]:
        if ranked[0].score - scored.score >= TYPE_WINDOW:
            continue
        if not (sorts.lacks(asked, scored.fact, known, snapshot) or sorts.leaves_out(asked, scored.fact, snapshot)):
            return ranked if scored is typed[0] else [scored, *(s for s in ranked if s is not scored)]
    return []


def sort_asked_for(asked: Asked, snapshot: Snapshot) -> Callable[[Fact], bool] | None:
    """What tells the facts with a figure, a date or a place, whichever is asked for; None when none of them is."""
    if asked.concepts & ASKS_FIGURE:
        return _has_figure
    if asked.concepts & ASKS_DATE:
        return _has_date
    return snapshot.names_a_place if asked.concepts & ASKS_PLACE else None


def of_that_time(ranked: list[Scored], asked: Asked, snapshot: Snapshot) -> list[Scored]:
    """ "Who led the visit in December 2019?": facts of that time first, if one is near enough; not for "was it in 2019?"."""
    fitting = then(ranked, asked, snapshot)
    if not fitting or fitting[0] is ranked[0]:
        return ranked
    return [replace(fitting[0], score=ranked[0].score), *(s for s in ranked if s is not fitting[0])]


def then(ranked: Sequence[Scored], asked: Asked, snapshot: Snapshot) -> list[Scored]:
    """Of the best facts those of the one year (and month) that the question names; none when it names none."""
    when, month = years(asked.folded), month_in(asked.folded)
    if len(when) != 1 or not ranked or states(asked, snapshot):
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
    """Whether the sentence of a fact counts something."""
    return counts_something(fact.text.get("en") or next(iter(fact.text.values())))


def choose(ranked: Sequence[Scored], snapshot: Snapshot, *, several: bool = False) -> tuple[Fact, ...]:
    """The best fact, all that sources say differently on it, and near ones (more when `several` things are asked)."""
    best = ranked[0]
    if best.fact.variants:
        return snapshot.variants(best.fact)[: MOST_FACTS + 1]
    margin = MARGIN * 2 if several else MARGIN
    near = [s for s in ranked[1:6] if best.score - s.score < margin and s.nearness >= best.nearness - 0.25]
    return (best.fact, *(s.fact for s in near))[:MOST_FACTS]


def nearest(ranked: list[Scored], asked: Asked, sure: float, snapshot: Snapshot) -> tuple[Fact, ...]:
    """What to show of the ranked facts when none answers for certain; none when all are beside what is meant.

    The less certain (`sure`, probability 0..1) the best is, the more it must have of what is asked.
    """
    if sure < PERHAPS:
        return ()
    named = {i for m in asked.mentions if m.strength > 1 for i in m.record_ids}
    typed = of_the_asked_type(ranked, asked, snapshot)
    if typed and typed[0] is not ranked[0] and typed[0].nearness < ABOUT:
        return ()  # a figure of something else
    if not typed or (named and not snapshot.ranking.is_about(typed[0].fact, named)):
        return ()
    if sure < LIKELY and not (named or typed[0].covered >= LEAST_COVERED):
        return ()
    ranked = typed
    facts = choose(ranked, snapshot, several=True)
    return facts if ranked[0].fact.variants else facts[:MOST_NEAREST]


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
    if not (asked.concepts - EVENT_CONCEPTS or _is_about_one_event(asked, snapshot)):
        return False
    ranked = snapshot.ranking.rank(asked, turn.language)
    if any(m.strength > 1 for m in asked.mentions):
        ranked = [s for s in ranked if s.nearness > 0] or ranked
    return certainty(ranked, asked, turn.language, snapshot, lenient=False) >= DETAIL


def _is_about_one_event(asked: Asked, snapshot: Snapshot) -> bool:
    """Whether one thing of an event is asked for: who, where, how many of what, or an event of a certain month."""
    counted = "how_many" in asked.concepts and not snapshot.vocabulary.flags.find(asked.folded) & {"listing"}
    certain = bool(month_in(asked.folded)) or bool(asked.concepts & {"who", "where", "how_long"})
    return certain and (counted or bool(asked.concepts & {"who", "where", "how_long", "when"}))


def compared(turn: Turn, asked: Asked, snapshot: Snapshot) -> tuple[tuple[Fact, ...], float]:
    """ "Who has more inhabitants, Herne or Luzhou?": (one fact for each that is named, how certain the least certain is).

    No facts when it is no comparison.
    """
    named = [m for m in asked.mentions if m.strength > 1 and len(m.record_ids) == 1]
    others = [m for m in named if not sorts.OURS & set(m.record_ids)]
    if _enumerates(others, asked, snapshot):
        named = others
    elif "compares" not in snapshot.vocabulary.flags.find(asked.folded):
        return (), 0.0
    if not 2 <= len({m.record_ids for m in named}) <= MOST_FACTS:
        return (), 0.0
    found: dict[str, Fact] = {}
    least = 1.0
    for mention in named:
        alone = replace(asked, mentions=(mention,))
        ranked = [s for s in snapshot.ranking.rank(alone, turn.language) if s.nearness >= 0.8]
        least = min(least, certainty(ranked, alone, turn.language, snapshot, lenient=True))
        if least < SURE:
            return (), 0.0
        ranked = of_the_asked_type(ranked, alone, snapshot)
        if ranked and not sorts.lacks(alone, ranked[0].fact, mention.record_ids, snapshot):
            found.setdefault(ranked[0].fact.id, ranked[0].fact)
    return tuple(found.values()), least


def _enumerates(named: Sequence[Mention], asked: Asked, snapshot: Snapshot) -> bool:
    """ "Konin, Eisleben and Wakefield: since when?": several of one kind side by side, of which the same is asked."""
    kinds = {snapshot.records[m.record_ids[0]].type for m in named}
    beside = all(len(asked.folded[a.end : b.start]) <= NEXT_TO for a, b in pairwise(named))
    return (
        len(named) > 1 and len(kinds) == 1 and "topic" not in kinds and beside and bool(asked.concepts & QUESTION_TYPES)
    )


def where_it_lies(asked: Asked, language: str, snapshot: Snapshot) -> list[Scored]:
    """Facts on where the named record lies or sits, to hold a claimed place against."""
    if not any(m.strength > 1 for m in asked.mentions):
        return []
    if sum(MISSING.get(concept, 0.0) for concept in asked.concepts - LIES_IN - QUESTION_WORDS) <= ASKS_MORE:
        return []  # "is there a flight from Düsseldorf to Luzhou?" claims no seat
    ranked = snapshot.ranking.rank(replace(asked, concepts=LIES_IN), language)
    return [s for s in ranked if s.nearness >= 1.0 and LIES_IN & snapshot.ranking.concepts_of(s.fact)]


def how_we_help(ranked: Sequence[Scored], asked: Asked) -> tuple[Fact, ...]:
    """ "What can you do for us?" in whatever circumstances: what is known of the Centre's help, no more."""
    if "services_help" not in asked.concepts or asked.concepts & (MUST_BE_SAID | ASKS_FIGURE | ASKS_DATE):
        return ()
    return tuple(s.fact for s in ranked if s.fact.record_id in HELP)[:2]
