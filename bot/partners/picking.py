"""The one thing of the last list that a question describes: "the Chinese university", "the company", "the other one"."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.partners import lists
from bot.partners.knowledge import Snapshot
from bot.partners.names import Mention
from bot.partners.ranking import Asked
from bot.partners.records import Record
from bot.partners.turn import JUST_SAID, Context, Filters

PICKED = 3  # strength of a record that is picked, as of one that is named
ASKS_WHICH_ONES = frozenset({"count", "oldest", "newest", "else", "any_kind", "partner_words", "compares"})
# What makes a kind one certain thing: "the company", "diese Hochschule", 那家公司.
_DEFINITE = re.compile(
    r"\b(?:the|that|this|der|die|das|dem|den|des|diese[rsmn]?|jene[rsmn]?|zur|zum|beim|vom) (?=(?P<first>[a-z]+)(?: (?P<second>[a-z]+))?)"
)
_HAN_DEFINITE = re.compile(r"(?:[那这该]一?[家所个座间]|其中的?)")
_SEVERAL = re.compile(
    r"(?:ies|colleges|chambers|federations|firms|offices|associations|clubs|zones|parks|missions|consulates"
    r"|hochschulen|universitaten|unis|kammern|verbande|firmen|betriebe|vereine|reprasentanzen|vertretungen|netzwerke)$"
)
_ONE = re.compile(
    r"\b(?:the|that|der|die|das|dem|den) (?:[a-z]+ )?(?:one|in|aus|from|of|von)\b|的那[家所个座]|[那这]一?[家所个座]"
)
_ANOTHER = re.compile(r"\b(?:other|another|andere[rsnm]?|weitere[rsnm]?)\b|另|别的|其他")
_POINTER = re.compile(
    r"\b(?:the|that|der|die|das|dem|den|other|andere[rsn]?|ones?|i mean|i meant|ich meinte?)\b"
    r"|另外?一[家所个座]|[那这]一?[家所个座]|其中的?|我是说|我说的是|我指的是|我是问|我问的是"
)


def picked(asked: Asked, context: Context, snapshot: Snapshot) -> Asked:
    """The question about the one record it describes, without the description; the question itself otherwise."""
    if any(m.strength > 1 for m in asked.mentions):
        return asked
    flags = snapshot.vocabulary.flags.find(asked.folded)
    if "other_one" in flags:
        among = _listed(context, snapshot) or _lately_named(context, snapshot)
        left = [r for r in among if r.id not in context.subject]
        return about(left[0], asked, snapshot) if len(left) == 1 else asked
    if flags & ASKS_WHICH_ONES:
        return asked
    filters = lists.organisation_filters(asked.positive, snapshot)
    if not points_at_one(asked, snapshot):
        return asked
    among = _listed(context, snapshot) or [snapshot.records[i] for i in context.subject[:1]]
    left_out = asked.excluded | (set(context.subject) if _ANOTHER.search(asked.folded) else set())
    fitting = [record for record in among if record.id not in left_out and filters.fits(record)]
    if not fitting and filters.cities and context.subject:
        fitting = [record for record in _in_that_city(filters, snapshot) if record.id not in left_out]
    return about(fitting[0], asked, snapshot) if len(fitting) == 1 else asked


def _listed(context: Context, snapshot: Snapshot) -> list[Record]:
    return [snapshot.records[i] for i in context.listed]


def _in_that_city(filters: Filters, snapshot: Snapshot) -> list[Record]:
    """ "Since when the one in Mianyang?" when nothing of that city was spoken of yet."""
    return [
        r
        for r in snapshot.records.values()
        if r.type == "organisation" and r.city in filters.cities and filters.fits(r)
    ]


def _lately_named(context: Context, snapshot: Snapshot) -> list[Record]:
    """Organisations like the one spoken of in the last sentences: the other side of what was told."""
    subject = snapshot.records.get(context.subject[0]) if context.subject else None
    if subject is None or subject.type != "organisation":
        return []
    facts = [snapshot.facts[i] for i in context.said[-JUST_SAID:] if i in snapshot.facts]
    named = dict.fromkeys(i for fact in facts for i in snapshot.ranking.named_by(fact))
    return [record for i in named if (record := snapshot.records[i]).kind == subject.kind]


def points_at_one(asked: Asked, snapshot: Snapshot) -> bool:
    """Whether one certain thing of a kind, or in a place, is spoken of."""
    filters = lists.organisation_filters(asked.positive, snapshot)
    if filters.kinds:
        if _HAN_DEFINITE.search(asked.folded):
            return True
        nouns = (noun for match in _DEFINITE.finditer(asked.folded) for noun in match.groups() if noun)
        return any(snapshot.vocabulary.values("kinds", noun) and not _SEVERAL.search(noun) for noun in nouns)
    return bool((filters.cities or filters.countries) and _ONE.search(asked.folded))


def about(record: Record, asked: Asked, snapshot: Snapshot) -> Asked:
    """The question about a record, without the kind, country and city it was described by."""
    groups = snapshot.vocabulary.groups
    rest = _POINTER.sub(" ", asked.masked)
    for group in ("kinds", "cities", "countries"):
        rest = groups[group].without(rest)
    meant = Mention(len(asked.folded), len(asked.folded), "", (record.id,), PICKED)
    return replace(asked, masked=" ".join(rest.split()), mentions=(meant,))
