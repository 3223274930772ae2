"""What is counted: "how many patents?" is not answered with a number of companies."""

from __future__ import annotations

import re

from bot.partners.certainty import QUESTION_WORDS
from bot.partners.knowledge import Snapshot
from bot.partners.ranking import Asked
from bot.partners.records import Fact

NOUNS = 2  # words after "how many" of which one must be the fact's: "how many Chinese companies"
_COUNTED = re.compile(r"\b(?:how (?:many|much)|wie ?viele?r?|wieviele?) (?P<what>(?:\w+ ?){1,3})")
# 多少 always asks; 几 does after a verb, and means "some" after 最近, 前 or 那.
_HAN_COUNTED = re.compile(r"(?:多少|(?:有|了|过|是|共|到)几)[个家所位名项辆条座只份种篇]?(?P<what>[\u3400-\u9fff]{2})")


def something_else(asked: Asked, fact: Fact, snapshot: Snapshot) -> bool:
    """Whether the question counts things of which the fact, in words or in meaning, says nothing."""
    latin, han = _COUNTED.search(asked.masked), _HAN_COUNTED.search(asked.masked)
    if latin:
        words, han_runs = snapshot.vocabulary.content(latin["what"])[0][:NOUNS], []
    elif han:
        words, han_runs = snapshot.vocabulary.content(han["what"])
    else:
        return False
    things = [*words, *(run for run in han_runs if len(run) > 1)]
    return bool(things) and not any(snapshot.ranking.says(fact, thing, QUESTION_WORDS) for thing in things)
