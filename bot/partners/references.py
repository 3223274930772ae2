"""What words point at without naming it: "the second one", "not Luzhou", "no, I meant the one in Shanghai"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.common.text import fold
from bot.partners import lists
from bot.partners.knowledge import Snapshot
from bot.partners.names import Mention
from bot.partners.ranking import Asked
from bot.partners.records import CENTRE, Record
from bot.partners.turn import Context

POINTED = 3  # strength of a record that is pointed at
ORDINALS = {
    1: ("first", "1st", "erste[rsnm]?", "第一", "头一"),
    2: ("second", "2nd", "zweite[rsnm]?", "第二"),
    3: ("third", "3rd", "dritte[rsnm]?", "第三"),
    4: ("fourth", "4th", "vierte[rsnm]?", "第四"),
    5: ("fifth", "5th", "funfte[rsnm]?", "第五"),
    6: ("sixth", "6th", "sechste[rsnm]?", "第六"),
    -1: ("last", "letzte[rsnm]?", "最后一?"),
    -2: ("vorletzte[rsnm]?", "倒数第二"),
}
# What may follow an ordinal that stands for a listed thing; "the first visit" does not.
_STANDS_ALONE = r"(?= one\b|\s*$| (?:is|was|does|do|has|did|from|in|on|of|please|then|and|und|ist|war|sitzt|macht|hat|von|aus|bitte|genau|davon|liegt|kommt)\b)"
_HAN_MEASURE = r"(?:个|家|所|座|位|项|条|种)(?!月|星期|年|次|季)"
_NUMBER = re.compile(r"\b(?:number|nummer|nr|no) ([1-9])\b|第([1-9])(?:个|家|所|座|位)")


def corrects(asked: Asked, snapshot: Snapshot) -> bool:
    """Whether the visitor says that something else was meant."""
    return "not_that" in snapshot.vocabulary.flags.find(asked.folded)


def ordinal(folded: str) -> tuple[int, int, int] | None:
    """(1, 2, ... or -1 for the last; start; end) of a position that stands for a listed thing; None without one."""
    match = _NUMBER.search(folded)
    if match:
        return int(match.group(1) or match.group(2)), match.start(), match.end()
    for number in sorted(ORDINALS):
        for word in ORDINALS[number]:
            if word[0].isascii():
                match = re.search(rf"\b{word}\b{_STANDS_ALONE}", folded)
            else:
                match = re.search(word + _HAN_MEASURE, folded) or re.fullmatch(rf"\W*{word}\W*", folded)
            if match:
                return number, match.start(), match.end()
    match = re.fullmatch(r"\D{0,12}([1-9])\D{0,6}", folded)
    return (int(match.group(1)), match.start(1), match.end(1)) if match else None


def listed_at(context: Context, number: int) -> str | None:
    """The id of the listed record at a position (1.., or -1 for the last)."""
    place = number - 1 if number > 0 else number
    return context.listed[place] if -len(context.listed) <= place < len(context.listed) else None


def with_ordinal(asked: Asked, context: Context, snapshot: Snapshot) -> Asked:
    """ "Where is the second one?" is a question about the second listed record, or the second of those just named."""
    context = replace(context, listed=counted_through(context, snapshot))
    if not context.listed or any(m.strength > 1 for m in asked.mentions):
        return asked
    found = ordinal(asked.folded)
    record_id = listed_at(context, found[0]) if found else None
    if not found or not record_id:
        return asked
    _, start, end = found
    word = asked.folded[start:end]
    mention = Mention(start, end, word, (record_id,), POINTED)
    rest = re.sub(r"^ ?one\b", " ", asked.folded[end:])
    masked = " ".join(f"{asked.folded[:start]} {rest}".split())
    return replace(asked, masked=masked, mentions=(mention,))


def counted_through(context: Context, snapshot: Snapshot) -> tuple[str, ...]:
    """What "the second one" counts through: the last list, else the organisations that the last sentence names."""
    return context.listed or (_named_in(context.said[-1], snapshot) if context.said else ())


def _named_in(fact_id: str, snapshot: Snapshot) -> tuple[str, ...]:
    """Organisations that a fact's sentence names, in their order; none when it is fewer than two."""
    fact = snapshot.facts.get(fact_id)
    mentions = snapshot.name_index.find(fold(fact.in_language("en")[0]), misspelt=False) if fact else ()
    named = dict.fromkeys(
        i for m in mentions if m.strength > 1 for i in m.record_ids[:1] if snapshot.records[i].type == "organisation"
    )
    found = tuple(i for i in named if i != CENTRE)
    return found if len(found) > 1 else ()


def pool(context: Context, snapshot: Snapshot) -> list[Record]:
    """Records that "the one in ...", "the Turkish one" may mean: the last list, else those like the subject."""
    listed = [snapshot.records[i] for i in context.listed]
    if listed or not context.subject:
        return listed
    subject = snapshot.records[context.subject[0]]
    if subject.type == "link":
        ends = [snapshot.records[i] for i in (subject.to_id, subject.from_id) if i]
        subject = ends[0] if ends else subject
    if subject.type == "place":
        twins = (r.to_id for r in snapshot.records.values() if r.type == "link" and r.kind == "twin_city")
        return [snapshot.records[i] for i in twins if i]
    if subject.type != "organisation":
        return []
    same = [r for r in snapshot.records.values() if r.type == "organisation" and r.kind == subject.kind]
    return same if len(same) > 1 else [r for r in snapshot.records.values() if r.type == "organisation"]


def one_of(records: Sequence[Record], asked: Asked, snapshot: Snapshot) -> Record | None:
    """The only one of these records in the city or country or of the kind that is named."""
    filters = lists.organisation_filters(asked.positive, snapshot)
    if not (filters.cities or filters.kinds or filters.countries):
        return None
    found = [record for record in records if record.id not in asked.excluded and filters.fits(record)]
    return found[0] if len(found) == 1 else None
