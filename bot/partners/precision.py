""" "Since when exactly?" after a statement with a bare year: one with the day, or honest ignorance."""

from __future__ import annotations

import re

from bot.partners import answers
from bot.partners.exactness import EXACTLY, MONTH, exactness
from bot.partners.figures import years
from bot.partners.knowledge import Snapshot
from bot.partners.ranking import Asked
from bot.partners.selection import ASKS_DATE
from bot.partners.turn import JUST_SAID, Answer, Turn

_DATE_WORDS = re.compile(
    r"\b(?:since|from|date|day|start\w*|seit|ab|datum|tag|jahr|year)\b|从|自|起|开始|日期|时间|时候|年"
)


def respond(turn: Turn, snapshot: Snapshot, asked: Asked) -> Answer | None:
    """The date of what was just said as exactly as a fact has it; None for other questions."""
    wants_date = asked.concepts & ASKS_DATE or "when" in asked.concepts
    if not (wants_date and EXACTLY.search(asked.folded)) or any(m.strength > 1 for m in asked.mentions):
        return None
    words, han_runs = snapshot.vocabulary.content(_DATE_WORDS.sub(" ", EXACTLY.sub(" ", asked.masked)))
    about = turn.context.subject[:1]
    said = [snapshot.facts[i] for i in reversed(turn.context.said[-JUST_SAID:]) if i in snapshot.facts]
    dated = [fact for fact in said if exactness(fact) and snapshot.ranking.is_about(fact, about)]
    if words or any(len(run) > 1 for run in han_runs) or not dated:
        return None
    told = {year for fact in dated for year in years(fact.in_language("en")[0])}
    near = (f for fact in dated for f in (*snapshot.variants(fact), *snapshot.facts_of.get(fact.record_id, ())))
    same = [fact for fact in (*dated, *near) if told & years(fact.in_language("en")[0])]
    best = max(same, key=exactness)
    if exactness(best) > min(exactness(dated[0]), MONTH):
        return answers.say_facts(turn, snapshot, (best,), ())
    return answers.unknown(turn, snapshot, (), ())
