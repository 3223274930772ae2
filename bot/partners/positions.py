"""Places in an order of age: "the second oldest", "the newest but one", 第二早的."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from bot.partners import lists, superlatives
from bot.partners.knowledge import Snapshot
from bot.partners.ranking import Asked
from bot.partners.records import Fact
from bot.partners.turn import Answer, Context, Filters, Turn

Order = Literal["oldest", "newest"]

_OLD = r"oldest|earliest|longest|altest\w*|fruhest\w*|langst\w*|langjahrigst\w*"
_NEW = r"newest|latest|youngest|most recent|neust\w*|jungst\w*|letzt\w*|last"
_NUMBERS = {2: "second|2nd|zweit", 3: "third|3rd|dritt", 4: "fourth|4th|viert"}
_COUNTED = {
    number: re.compile(rf"\b(?:{words})e?[rsnm]? ?(?:(?P<old>{_OLD})|(?P<new>{_NEW}))\b")
    for number, words in _NUMBERS.items()
}
_BUT_ONE = re.compile(rf"\b(?:(?P<old>{_OLD})|(?P<new>{_NEW}))\b(?: \w+){{0,2}} but one\b")
_LAST_BUT_ONE = re.compile(r"\b(?:vorletzte[rsnm]?|penultimate|next to last|one before the last)\b|倒数第二|上上次")
_HAN = re.compile(
    r"第(?P<number>[二三四])(?:个|座|家|所)?(?:最)?(?:(?P<old>[早老久]|古老|悠久)|(?P<new>[新晚近]|年轻))"
)
_HAN_FROM_THE_END = re.compile(r"倒数第(?P<number>[二三四])")
_HAN_NEXT = re.compile(r"次(?:(?P<old>[早老久])|(?P<new>新))")
_HAN_DIGITS = {"二": 2, "三": 3, "四": 4}


class Position(NamedTuple):
    """`number` counts from the oldest or from the newest, 2 for the one after it."""

    order: Order
    number: int


def position_in(folded: str) -> Position | None:
    """The place in the order of age that a folded text asks for; None for the first and the last."""
    for number, pattern in _COUNTED.items():
        if match := pattern.search(folded):
            return Position(_order(match), number)
    if match := _BUT_ONE.search(folded):
        return Position(_order(match), 2)
    if match := _HAN_FROM_THE_END.search(folded):
        return Position("newest", _HAN_DIGITS[match["number"]])
    if _LAST_BUT_ONE.search(folded):
        return Position("newest", 2)
    if match := _HAN.search(folded):
        return Position(_order(match), _HAN_DIGITS[match["number"]])
    match = _HAN_NEXT.search(folded)
    return Position(_order(match), 2) if match else None


def respond(turn: Turn, snapshot: Snapshot, asked: Asked) -> Answer | None:
    """The twin city, event or organisation at that place in the order of age; None for other questions."""
    position = position_in(asked.folded)
    if position is None or any(m.strength > 1 and len(m.record_ids) > 1 for m in asked.mentions):
        return None
    kinds = set(snapshot.vocabulary.values("link_kinds", asked.folded))
    if not kinds:
        kinds = {_spoken_of(turn.context, snapshot)}
    if "twin_city" in kinds:
        return _twin_city(turn, snapshot, position)
    if kinds & set(lists.EVENT_KINDS):
        return lists.events(turn, snapshot, kinds=tuple(k for k in lists.EVENT_KINDS if k in kinds), position=position)
    return superlatives.by_age(turn, snapshot, asked, frozenset({position.order}), position.number)


def _twin_city(turn: Turn, snapshot: Snapshot, position: Position) -> Answer | None:
    links = lists.twin_links(snapshot)
    if position.number > len(links):
        return None
    link = links[position.number - 1 if position.order == "oldest" else -position.number]
    facts: tuple[Fact, ...] = snapshot.facts_of.get(link.id, ())[:3]
    ids = (link.to_id,) if link.to_id else ()
    listed = turn.context.listed if set(ids) & set(turn.context.listed) else ids
    context = Context(ids, listed, turn.context.said, turn.text)
    return Answer("twin_cities", tuple(facts), (link,), filters=Filters(dated=True), context=context)


def _spoken_of(context: Context, snapshot: Snapshot) -> str:
    """What sort of thing the conversation is about: twin cities, visits or agreements; empty for anything else."""
    twins = {link.to_id for link in lists.twin_links(snapshot)}
    for record_id in (*context.listed[:1], *context.subject[:1]):
        record = snapshot.records[record_id]
        if record_id in twins or record.kind == "twin_city":
            return "twin_city"
        if record.type == "link":
            return next((group for group, kinds in lists.EVENT_KINDS.items() if record.kind in kinds), "")
    return ""


def _order(match: re.Match[str]) -> Order:
    return "oldest" if match["old"] else "newest"
