"""Whether a question asks for a list by its words, whatever the classifier took it for."""

from __future__ import annotations

import re

from bot.common.text import fold
from bot.partners.knowledge import Snapshot
from bot.partners.lists import organisation_filters, organisations, twin_cities
from bot.partners.records import CENTRE
from bot.partners.turn import Answer, Turn

_HAN_COUNTED = re.compile(r"(?P<has>有)?(?:多少|几)(?P<measure>[家个所])?(?P<what>[\u3400-\u9fff]{0,4})")


def guess(turn: Turn, snapshot: Snapshot) -> Answer | None:
    """A list when the words of the question ask for one, whatever the classifier took it for."""
    return twins_abroad(turn, snapshot) or wanted(turn, snapshot, by_kind=True)


def twins_abroad(turn: Turn, snapshot: Snapshot) -> Answer | None:
    """Twin cities when the question names them with a country, an order, a state or a number."""
    folded = fold(turn.text)
    flags = snapshot.vocabulary.flags.find(folded)
    countries = [c for c in snapshot.vocabulary.values("countries", folded) if c not in ("China", "Germany")]
    twins = "twin_city" in snapshot.vocabulary.values("link_kinds", folded)
    left_out = snapshot.ranking.ask(turn.text).positive != folded
    if (
        twins
        and "yes_no" not in flags
        and (countries or left_out or flags & {"oldest", "newest", "suspended", "count"})
    ):
        return twin_cities(turn, snapshot)
    return None


def _counts_something_else(folded: str, flags: frozenset[str], snapshot: Snapshot) -> bool:
    """Whether 多少 and 几 ask for money, people or years, and not for the number of organisations."""
    if "listing" in flags:
        return False
    counted = _HAN_COUNTED.search(folded)
    if not counted:
        return False
    what = counted["what"]
    kinds = snapshot.vocabulary.values("kinds", what)
    if what:
        return not (kinds or snapshot.vocabulary.flags.find(what) & {"any_kind", "partner_words"})
    return not (counted["measure"] or counted["has"])


def wanted(turn: Turn, snapshot: Snapshot, *, by_kind: bool = False, in_city: bool = False) -> Answer | None:
    """Organisations when the question asks which or how many there are in a city, of a kind or on a topic."""
    folded = fold(turn.text)
    flags = snapshot.vocabulary.flags.find(folded)
    for mention in snapshot.name_index.find(folded):
        types = {snapshot.records[i].type for i in mention.record_ids}
        if mention.strength > 1 and "organisation" in types and not set(mention.record_ids) & {CENTRE}:
            return None
        if mention.strength > 1 and _is_elsewhere(mention.record_ids[0], snapshot):
            return None
    if _counts_something_else(folded, flags, snapshot):
        return None
    filters = organisation_filters(folded, snapshot)
    some = flags & {"any_kind", "partner_words"} or (by_kind and filters.kinds)
    narrowed = filters.cities or filters.topic or filters.kinds
    if not narrowed and flags & {"partner_words"} and "where" in flags:
        narrowed = snapshot.vocabulary.values("countries", folded)
    if in_city and not filters.cities:
        return None
    if not (flags & {"listing", "count"} and some and narrowed):
        return None
    found = organisations(turn, snapshot)
    return found if found.records else None


def _is_elsewhere(record_id: str, snapshot: Snapshot) -> bool:
    """Whether a record is a town in which no organisation sits."""
    record = snapshot.records[record_id]
    city = record.kind in ("city", "town", "district", "island")
    return record.type == "place" and city and record.city not in snapshot.vocabulary.labels["cities"]
