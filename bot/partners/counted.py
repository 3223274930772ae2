"""What is counted or priced: "how many patents?" is not answered with a number of companies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.partners.certainty import QUESTION_WORDS
from bot.partners.figures import counts_something
from bot.partners.knowledge import Snapshot
from bot.partners.ranking import Asked
from bot.partners.records import Fact

COUNTABLE = frozenset(
    {"students", "members", "employees", "staff", "population", "companies", "passengers", "turnover"}
)
BARE = 1.5  # words, two Chinese characters being one
CLEARLY = 0.9  # what is as certain as this is said, by whatever word it is counted
NOUNS = 2  # words after "how many" of which one must be the fact's: "how many Chinese companies"
_COUNTED = re.compile(r"\b(?:how (?:many|much)|wie ?viele?r?|wieviele?) (?P<what>(?:\w+ ?){1,3})")
# 多少 always asks; 几 does after a verb, and means "some" after 最近, 前 or 那.
_HAN_COUNTED = re.compile(r"(?:多少|(?:有|了|过|是|共|到)几)[个家所位名项辆条座只份种篇]?(?P<what>[\u3400-\u9fff]{2})")

_PRICED = re.compile(r"\b(?:costs?|kostet|kosten|price (?:of|for)|preis (?:fur|von)) (?P<what>(?:\w+ ?){1,4})")
_COST_OF = re.compile(r"\b(?:dos|does|do|did|would) (?P<what>(?:\w+ ){1,4}?)cost\b")  # "does" folds to "dos"
_HAN_PRICED = re.compile(r"(?P<what>[\u3400-\u9fff]{2})(?:[要得花用]了?|需要)?多少钱")


def bare(asked: Asked, about: Sequence[str], snapshot: Snapshot) -> Asked:
    """ "Students?" asks how many, where something that is spoken of has a fact with the number."""
    words, han_runs = snapshot.vocabulary.content(asked.masked)
    things = asked.concepts & COUNTABLE
    if len(words) + sum(map(len, han_runs)) / 2 > BARE or not things or asked.concepts & QUESTION_WORDS:
        return asked
    facts = (fact for i in about for fact in snapshot.facts_of.get(i, ()))
    if not any(
        things & snapshot.ranking.concepts_of(fact) and counts_something(fact.in_language("en")[0]) for fact in facts
    ):
        return asked
    return replace(asked, concepts=asked.concepts | {"how_many"})


def something_else(asked: Asked, fact: Fact, snapshot: Snapshot) -> bool:
    """Whether the question counts or prices things of which the fact, in words or in meaning, says nothing."""
    latin = _first(asked.masked, _COUNTED, _COST_OF, _PRICED)
    han = _first(asked.masked, _HAN_COUNTED, _HAN_PRICED)
    if latin:
        words, han_runs = snapshot.vocabulary.content(latin["what"])[0][:NOUNS], list[str]()
    elif han:
        words, han_runs = snapshot.vocabulary.content(han["what"])
    else:
        return False
    things = [*words, *(run for run in han_runs if len(run) > 1)]
    return bool(things) and not any(snapshot.ranking.says(fact, thing, QUESTION_WORDS) for thing in things)


def _first(text: str, *patterns: re.Pattern[str]) -> re.Match[str] | None:
    return next((match for pattern in patterns if (match := pattern.search(text))), None)
