"""Questions that the last answer already holds: "how many of them in Düsseldorf?", "in Berlin, yes?"."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.common.text import fold
from bot.partners import answers
from bot.partners.figures import figures, years
from bot.partners.knowledge import Snapshot
from bot.partners.premises import claims_in, judge
from bot.partners.ranking import Asked
from bot.partners.records import Fact
from bot.partners.turn import JUST_SAID, Answer, Turn

FEWEST_FIGURES = 2  # a sentence with a part and a whole
MOST_WORDS = 1  # of a statement beside the place in it; one on a year or number has none
OF_THEM = re.compile(
    r"\b(?:of (?:them|these|those|which|it)|thereof|davon|darunter|von (?:denen|ihnen|diesen))\b|其中|当中|里面"
)


def respond(turn: Turn, snapshot: Snapshot, asked: Asked) -> Answer | None:
    """The last answer's sentence once more where it answers; None where it does not."""
    facts = [snapshot.facts[i] for i in reversed(turn.context.said[-JUST_SAID:]) if i in snapshot.facts]
    if not facts or not turn.context.subject:
        return None
    return _part_of(turn, snapshot, asked, facts) or _checked(turn, snapshot, asked, facts)


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
    statement = turn.intent == "check_statement" or turn.guess == "check_statement"
    claims = claims_in(turn.text, asked, snapshot)
    without_places = snapshot.vocabulary.groups["cities"].without(snapshot.other_places.without(asked.masked))
    words, han_runs = snapshot.vocabulary.content(without_places)
    most = 0 if claims.years or claims.figures else MOST_WORDS
    if (
        not (statement and claims)
        or any(m.strength > 1 for m in asked.mentions)
        or len(words) + sum(map(len, han_runs)) / 2 > most
    ):
        return None
    for fact in facts:
        if verdict := judge(claims, [fact], snapshot):
            return replace(answers.say_facts(turn, snapshot, (fact,), ()), verdict=verdict)
    return None
