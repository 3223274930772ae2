"""Questions that the last answer already holds: "how many of them in Düsseldorf?", "in Berlin, yes?"."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.common.text import fold
from bot.partners import answers, selection, sorts
from bot.partners.figures import figures, years
from bot.partners.knowledge import Snapshot
from bot.partners.premises import claims_in, judge, states
from bot.partners.ranking import Asked
from bot.partners.records import Fact
from bot.partners.turn import JUST_SAID, Answer, Turn

FEWEST_FIGURES = 2  # a sentence with a part and a whole
MOST_WORDS = 1  # of a statement beside the place in it; one on a year or number has none
MOST_BESIDE = 2.5  # words, two Chinese characters being one, beside "who reported"
SAYS_WHO = re.compile(
    r"\b(?:who (?:reported|reports|says|said|claims|wrote)|says who|(?:what|which|your|the) source|source|where did you (?:get|read) (?:that|this|it)"
    r"|wer (?:sagt|sagte|berichtet\w*|schreibt|behauptet) (?:das|es|dies)|quelle|woher (?:wissen sie|weisst du|stammt|kommt) (?:das|die information|die zahl|diese \w+))\b"
    r"|谁(?:报道|说|写)的|哪家(?:媒体|报纸)报道|消息来源|信息来源|出处|来源是|哪里看到的|根据什么"
)
FROM_WHEN = re.compile(
    r"\b(?:(?:from|of) (?:which|what) year|what year|how (?:old|recent|current)|(?:aus|von) welchem jahr|von wann|wie (?:alt|aktuell)|welcher stand)\b"
    r"(?=.*\b(?:figures?|numbers?|data|statistics?|zahl(?:en)?|daten|angaben?|werte?)\b)|(?:数据|数字|统计|资料)是?(?:哪一?年|什么时候|何时)|哪一?年的(?:数据|数字|统计)"
)
OTHER_WAY = re.compile(
    r"\b(?:other way (?:a)?round|vice versa|in the other direction|umgekehrt|andersherum|in die andere richtung)\b|反过来|反之|反方向"
)
OF_THEM = re.compile(
    r"\b(?:of (?:them|these|those|which|it)|thereof|davon|darunter|von (?:denen|ihnen|diesen))\b|其中|当中|里面"
)


def respond(turn: Turn, snapshot: Snapshot, asked: Asked) -> Answer | None:
    """The last answer's sentence once more where it answers; None where it does not."""
    facts = [snapshot.facts[i] for i in reversed(turn.context.said[-JUST_SAID:]) if i in snapshot.facts]
    if not facts or not turn.context.subject:
        return None
    return (
        _said_by(turn, snapshot, asked, facts)
        or _from_when(asked, turn, snapshot, facts)
        or _reversed(turn, snapshot, asked, facts)
        or _part_of(turn, snapshot, asked, facts)
        or _checked(turn, snapshot, asked, facts)
    )


def _said_by(turn: Turn, snapshot: Snapshot, asked: Asked, facts: list[Fact]) -> Answer | None:
    """ "Who reported that?" after a statement: the statement again, which comes with its source."""
    if any(m.strength > 1 for m in asked.mentions) or not SAYS_WHO.search(asked.folded):
        return None
    words, han_runs = snapshot.vocabulary.content(SAYS_WHO.sub(" ", asked.masked))
    if len(words) + sum(map(len, han_runs)) / 2 > MOST_BESIDE:
        return None
    about = [fact for fact in facts if snapshot.ranking.is_about(fact, turn.context.subject[:1])]
    return answers.say_facts(turn, snapshot, tuple(about or facts)[:1], ())


def _from_when(asked: Asked, turn: Turn, snapshot: Snapshot, facts: list[Fact]) -> Answer | None:
    """ "From which year are these figures?": the sentence with its year, or with the date of its source, once more."""
    if any(m.strength > 1 for m in asked.mentions) or not FROM_WHEN.search(asked.folded):
        return None
    dated = [f for f in facts if f.as_of or years(f.in_language("en")[0])]
    return answers.say_facts(turn, snapshot, tuple(dated[:1]), ()) if dated else None


def _reversed(turn: Turn, snapshot: Snapshot, asked: Asked, facts: list[Fact]) -> Answer | None:
    """ "And the other way round?" after a sentence with both figures."""
    if any(m.strength > 1 for m in asked.mentions) or not OTHER_WAY.search(asked.folded):
        return None
    both = [
        f
        for f in facts
        if len(figures(text := f.in_language("en")[0]) - set(map(float, years(text)))) >= FEWEST_FIGURES
    ]
    return answers.say_facts(turn, snapshot, tuple(both[:1]), ()) if both else None


def _folded(fact: Fact) -> str:
    return fold(fact.in_language("en")[0])


def _part_of(turn: Turn, snapshot: Snapshot, asked: Asked, facts: list[Fact]) -> Answer | None:
    """ "How many of them in Düsseldorf?" after a sentence with the whole and the part."""
    if not OF_THEM.search(asked.folded):
        return None
    places = claims_in(turn.text, asked, snapshot).places
    named = {i for m in asked.mentions for i in m.record_ids}
    if not (places or named):
        return None
    for fact in facts:
        text = fact.in_language("en")[0]
        told = {i for m in snapshot.name_index.find(fold(text), misspelt=False) for i in m.record_ids}
        if len(figures(text) - set(map(float, years(text)))) < FEWEST_FIGURES or (named and not named & told):
            continue
        if places and judge(replace(claims_in("", asked, snapshot), places=places), [fact], snapshot) != "yes":
            continue
        return answers.say_facts(turn, snapshot, (fact,), ())
    return None


def _checked(turn: Turn, snapshot: Snapshot, asked: Asked, facts: list[Fact]) -> Answer | None:
    """ "In Berlin, yes?": held against what was just said, if that says anything of the sort."""
    statement = "check_statement" in (turn.intent, turn.guess) or states(asked, snapshot)
    claims = claims_in(turn.text, asked, snapshot)
    without_places = snapshot.vocabulary.groups["cities"].without(snapshot.other_places.without(asked.masked))
    words, han_runs = snapshot.vocabulary.content(without_places)
    most = 0 if claims.years or claims.figures else MOST_WORDS
    if (
        not (statement and claims)
        or selection.NEIGHBOURS in asked.concepts
        or any(m.strength > 1 for m in asked.mentions)
        or len(words) + sum(map(len, han_runs)) / 2 > most
    ):
        return None
    for fact in facts:
        if snapshot.ranking.unsaid(fact, words, han_runs).nothing_said:
            continue  # it speaks of something else
        verdict = judge(claims, [fact], snapshot)
        known = (*turn.context.subject, *answers.COMMON_PLACES)
        if verdict == "no" and claims.places and not sorts.says_where(fact, _folded(fact), known, snapshot):
            continue  # who was there is no answer to where
        if verdict:
            return replace(answers.say_facts(turn, snapshot, (fact,), ()), verdict=verdict)
    return None
