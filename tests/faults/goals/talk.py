"""Ordinary questions that visitors ask while something else happens."""

from __future__ import annotations

import asyncio
import itertools
import time

from ..stage import Stage
from ..visitors import Visitor

ASKED = {"en": "What is Innobanx?", "de": "Was ist Innobanx?", "zh": "Innobanx是什么公司？"}
WHERE = {"en": "and where?", "de": "und wo?", "zh": "它在哪里？"}
PLACE = {"en": "Düsseldorf", "de": "Düsseldorf", "zh": "杜塞尔多夫"}


async def chat_until(stage: Stage, language: str, end: float, pause: float = 0.7) -> Visitor:
    """Asks and asks until a time of the monotonic clock; raises Refused."""
    visitor = await Visitor(stage, language).open()
    for text in itertools.cycle((ASKED[language], WHERE[language])):
        if time.monotonic() > end:
            return visitor
        await visitor.say(text=text)
        await asyncio.sleep(pause)
    return visitor


def is_ordinary(answer: str, language: str) -> bool:
    """Whether something was answered as if nothing had happened."""
    return PLACE[language] in answer
