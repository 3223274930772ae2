"""How probable it is that the best fact answers the question."""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import mul
from typing import NamedTuple

from bot.partners.knowledge import Snapshot
from bot.partners.ranking import Asked, Scored

PERHAPS = 0.05  # below this probability not even shown as what is nearest
SURE = 0.23  # below this probability nothing is said as fact
LOW = 0.35  # answers below it are shown to editors
SURE_OUT_OF_SCOPE = 0.6  # a question taken for off-topic needs a clearer hit
LARGEST_LEAD = 3.0
HIGHEST_SCORE = 10.0
CLEAR = 0.55  # likeness to a question that is known to have no answer
CLEARER = 0.1  # how much nearer than any way of asking for a fact it must be
QUESTION_WORDS = frozenset(["what_is", "which", "how", "who", "when", "where", "why", "whose", "how_many", "how_big"])
ASKS_MORE_THAN_WHAT = frozenset({"when", "where", "why", "who"})
ABOUT, LEAST_LEAD_ABOUT = 0.6, 1.0
ABOUT_THE_NAMED = 0.8  # nearness of a fact that is about what the question names, not beside it


class Terms(NamedTuple):
    """What the probability is made of, each times its coefficient."""

    score: float  # of the best fact, at most HIGHEST_SCORE
    lead: float  # before the first fact about something else, at most LARGEST_LEAD
    unsaid: float  # weight of the rarest word that the fact lacks
    near: float  # nearness to what is named, 0 when nothing is
    length: float  # words of its own; two Chinese characters are one
    lenient: float  # the question leans on the conversation's subject
    wordless: float  # it has no word of its own: "and since when?"
    wordless_lenient: float
    missing: float  # what MISSING says of concepts that the question has and the fact has not


# A logistic fit by `python -m bench.certainty`: on the turns of the question sets whose failures may be read, and on questions
# that no fact answers, both as they stand and as follow-ups. NOTHING_SAID was set by hand: the fit has too few questions
# about things that nobody has ever thought of.
BIAS = -2.09
COEFFICIENTS = Terms(0.33, 0.42, -0.38, 0.33, 0.2, 0.71, -0.69, 1.05, 1.0)
NOTHING_SAID = -1.8  # the fact has none of the question's words and concepts
# What it costs when the question has a concept and the fact has not.
MISSING = {
    "money": -3.4, "how_many": -2.8, "who": -2.3, "opening_hours": -2.1, "apply": -2.1, "companies": -2.1,
    "population": -2.4, "led_by": -2.4, "when": -1.9, "phone_mail": -1.8, "students": -2.4, "sights": -1.7,
    "hotel": -1.6, "signing": -1.6, "why": -1.5, "parking": -1.6, "which": -1.4, "passengers": -1.6,
    "how": -1.4, "languages_there": -1.6, "name_renamed": -1.4, "projects": -1.3, "address": -2.0, "staff": -1.8,
    "mayor": -1.3, "cargo_volume": -1.6, "height_depth": -1.6, "future_next": -1.6, "how_long": -1.3, "trip": -1.2,
    "distance": -1.6, "practical_aid": -1.0, "what_is": -1.0, "representation_office": -1.0, "weather_climate": -1.6, "visit": -1.0,
    "takeover": -0.9, "food": -1.6, "whose": -0.9, "public_funding": -0.9, "founded": -0.9, "salary": -1.6,
    "island_volcano": -0.8, "since_when": -0.8, "contact_point": -0.8, "ranking": -1.6, "goals": -0.8, "how_big": -0.8,
    "council_vote": -0.8, "study_programmes": -0.8, "universities": -0.7, "unemployment_crime": -1.6, "where": -0.7, "employees": -1.6,
    "industry_sectors": -0.7, "agreement": -0.7, "double_degree_internship": -0.7, "plant_factory": -0.7, "health": -0.7, "train_rail": -0.6,
    "opened": -0.6, "turnover": -1.6, "services_help": -0.6, "religion_politics": -1.6, "partners": -0.6, "delegation": -0.6,
    "located": -0.6, "port_river": -0.6, "settlement": -0.6, "doing_business": -0.6, "medium_sized": -0.6, "event": -0.5,
    "twin_city": -0.5, "friendship": -0.5, "school": -0.5, "growth": -0.5, "student_exchange": -0.5, "responsible": -0.5,
    "associations": -0.5, "land_property": -0.5, "strengths": -0.5, "members": -0.5, "political_support": -0.4, "foreign_trade": -0.4,
    "masks_pandemic": -0.4, "only_one": -0.4, "cooperation": -0.4, "campus": -0.4, "anniversary": -0.4, "foreign_companies": -0.4,
    "electric_vehicles": -0.4, "dual_vocational": -0.4, "expertise": -0.4, "potential": -0.4, "digital": -0.4, "limited_term": -0.4,
    "contacts": -0.3, "sports": -2.4, "rent_price": -1.6, "energy": -0.3, "first_hand_news": -0.3, "fields_focus": -0.3,
    "metro_transport": -1.6,
    "founder": -1.6,
    "women_share": -1.6,
    "age_people": -1.6,
    "cinema": -2.5,
    "colour": -3.4,
    "tuition": -3.4,
    "budget": -3.4,
    "member_fee": -3.4,
    "patents": -3.4,
    "doctoral": -3.4,
    "flights": -2.5,
    "shop": -2.5,
}  # fmt: skip


def certainty(ranked: Sequence[Scored], asked: Asked, language: str, snapshot: Snapshot, *, lenient: bool) -> float:
    """Probability (0..1) that the first of the ranked facts answers the question; 0 when it is known that none does."""
    if not ranked or snapshot.ranking.is_not_known(asked, language, ranked[0], CLEAR, CLEARER):
        return 0.0
    words, han_runs = snapshot.vocabulary.content(asked.masked)
    if not (words or han_runs or asked.mentions or lenient):
        return 0.0  # nothing but "how is it going"
    terms, nothing_said = weigh(ranked, asked, language, snapshot, lenient=lenient)
    logit = BIAS + sum(map(mul, COEFFICIENTS, terms)) + NOTHING_SAID * nothing_said
    return 1 / (1 + math.exp(-logit))


def weigh(
    ranked: Sequence[Scored], asked: Asked, language: str, snapshot: Snapshot, *, lenient: bool
) -> tuple[Terms, bool]:
    """(the terms for the first of the ranked facts, whether it has none of the question's words and concepts)."""
    best = ranked[0]
    words, han_runs = snapshot.vocabulary.content(asked.masked)
    said = snapshot.ranking.solid_concepts(best.fact)
    missing = asked.concepts - said
    if not best.fact.asked:
        missing -= QUESTION_WORDS  # those are known from the ways of asking only
    if asked.concepts & ASKS_MORE_THAN_WHAT:
        missing -= {"what_is"}  # 是什么 is part of 是什么时候
    if "staff" in said and best.nearness >= ABOUT_THE_NAMED:
        missing -= {"employees"}
    named = any(mention.strength > 1 for mention in asked.mentions)
    lead = lead_of(ranked)
    if named and best.nearness >= ABOUT and best.covered >= ABOUT:
        lead = max(lead, LEAST_LEAD_ABOUT)  # a near fact about the same subject is no other answer
    unsaid, nothing_said = snapshot.ranking.unsaid(best.fact, words, han_runs)
    if not (language in best.fact.text or best.fact.asked.get(language)):
        unsaid, nothing_said = 0.0, False  # in its own language it may well say it
    wordless = not (words or han_runs)
    terms = Terms(
        score=min(best.score, HIGHEST_SCORE),
        lead=min(lead, LARGEST_LEAD),
        unsaid=unsaid,
        near=best.nearness * named,
        length=len(words) + sum(map(len, han_runs)) / 2,
        lenient=lenient,
        wordless=wordless,
        wordless_lenient=wordless and lenient,
        missing=sum(MISSING.get(concept, 0.0) for concept in missing),
    )
    return terms, nothing_said and not asked.concepts & said


def lead_of(ranked: Sequence[Scored]) -> float:
    """How far the best fact is ahead of the first about something else."""
    best = ranked[0].fact
    for scored in ranked[1:12]:
        if scored.fact.record_id != best.record_id and not set(scored.fact.variants) & set(best.variants):
            return ranked[0].score - scored.score
    return LARGEST_LEAD
