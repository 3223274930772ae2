"""How exact the date of a fact is, and the fact that has the day where another has only the month or the year."""

from __future__ import annotations

import re

from bot.partners.figures import MONTHS, years
from bot.partners.index import fold_document
from bot.partners.knowledge import Snapshot
from bot.partners.records import Fact

EXACTLY = re.compile(
    r"\b(?:exact(?:ly)?|precise(?:ly)?|genau(?:er|e[srnm]?)?|taggenau|(?:which|what) (?:day|date|month)"
    r"|welche[rnms]? (?:tag|datum|monat))\b|具体|准确|确切|精确|哪一?天|几号|几月|哪个?月"
)
_MONTH = "|".join(month.split("|")[0] for month in MONTHS)
YEAR, MONTH, DAY = 1, 2, 3


def with_the_day(facts: tuple[Fact, ...], snapshot: Snapshot) -> tuple[Fact, ...]:
    """The facts, led by one on the same thing that has the day, if the first of them has none."""
    first = facts[0]
    if exactness(first) in (0, DAY):
        return facts
    told = years(first.in_language("en")[0])
    same = (*snapshot.variants(first), *snapshot.facts_of.get(first.record_id, ()))
    better = [f for f in same if exactness(f) == DAY and told & years(f.in_language("en")[0])]
    return (first, better[0], *(f for f in facts[1:] if f is not better[0])) if better else facts


def exactness(fact: Fact) -> int:
    """3 for a fact whose first date has a day, 2 for one with a month, 1 for a bare year, 0 without a date."""
    text = fold_document(fact.in_language("en")[0])
    found = re.search(rf"(?:(?P<day>\b\d{{1,2}} )?(?P<month>{_MONTH}) )?(?:1[5-9]|20)\d\d\b", text)
    if not found:
        return 0
    return DAY if found["day"] else MONTH if found["month"] else YEAR
