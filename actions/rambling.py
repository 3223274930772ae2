"""One long sentence that tells much and asks at its end: "I have a daughter at ..., and so on, since when does it exist?"."""

from __future__ import annotations

import re
from typing import NamedTuple

from rasa_sdk import Tracker

from actions.conversation import FALLBACK, turn_of, whole, with_message
from bot.partners.answers import FROM_FACTS

LONG_WORDS, LONG_HAN = 18, 28  # words, Chinese characters from which a sentence rambles
TAIL_WORDS, TAIL_HAN = 4, 6  # that the question at its end has at least
_CUT = re.compile(r"\s*(?:[,;:…]+|\.{2,}|\s[-–—]+\s)\s*")
_ASKS = re.compile(
    r"(?:(?:and|und|so|also|now|nun|then|dann|but|aber|well|ok|okay|äh|ähm|uh|um|please|bitte)\s+)*"
    r"(?:(?:in|at|from|on|by|to|for|with|of|since|under|until|seit|bis|ab|aus|von|an|mit|zu|bei|für|auf|über|nach|um)\s+)?"
    r"(?:who|whom|whose|what|when|where|why|how|which|is there|are there|do you|does|did|can you tell"
    r"|wer|wen|wem|wessen|was|wann|wo|woher|wohin|wozu|womit|wofür|warum|wieso|weshalb|wie|wieviel\w*|welche[rsnm]?|ob|gibt es|gibt's)\b",
    re.I,
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_HAN_CUT = re.compile(r"[，,；;、…\s]+")
_HAN_ASKS = re.compile(r"谁|什么|哪|几[个家年所座位次]|多少|多大|多久|多长|怎|为何|为什么|何时|吗|是否|有没有|是不是")


class Asked(NamedTuple):
    """`question` is the turn with nothing but what is asked at the end, `before` what is told before it."""

    question: Tracker
    before: str


def asked_last(tracker: Tracker) -> Asked | None:
    """The question at the end of a long sentence; None for a message that does not ramble."""
    text, turn = whole(tracker), turn_of(tracker)
    if turn.intent not in FROM_FACTS | {FALLBACK} or turn.record or turn.fact:
        return None
    place = _begins(text)
    if place is None:
        return None
    message = {
        "text": text[place:],
        "intent": {"name": FALLBACK, "confidence": 0.0},
        "intent_ranking": [],
        "entities": [],
    }
    return Asked(with_message(tracker, message), text[:place])


def _begins(text: str) -> int | None:
    """Where the last question begins, if enough is told before it."""
    chinese = len(_HAN.findall(text)) > len(text.split())
    size = _characters if chinese else _words
    if size(text) < (LONG_HAN if chinese else LONG_WORDS):
        return None
    least, cut, asks = (TAIL_HAN, _HAN_CUT, _HAN_ASKS.search) if chinese else (TAIL_WORDS, _CUT, _ASKS.match)
    for place in reversed([match.end() for match in cut.finditer(text)]):
        if asks(text[place:]) and size(text[place:]) >= least:
            return place if size(text[:place]) >= 2 * least else None
    return None


def _words(text: str) -> int:
    return len(text.split())


def _characters(text: str) -> int:
    return len(_HAN.findall(text))
