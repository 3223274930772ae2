"""The hand-off form as a visitor fills it in: each move follows from what was asked last, so that no fault confuses it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any

from bot.handoff.numbers import ALPHABET, LENGTH
from bot.replies.handoff_words import WORDS, word
from bot.replies.staff_lines import LINES

from .visitors import Said, Visitor

WISH = {
    "en": "I want to talk to a person",
    "de": "Ich möchte mit einem Menschen sprechen",
    "zh": "我想和真人说话",
}
QUESTION = {
    "en": "I want to export pumps to China. Who in Luzhou would buy them?",
    "de": "Ich möchte Pumpen nach China ausführen. Wer in Luzhou würde sie kaufen?",
    "zh": "我想向中国出口水泵，泸州有谁会买？",
}
NAME = {"en": "Anna Example, Example Ltd", "de": "Anna Beispiel, Beispiel GmbH", "zh": "王伟，泸州水泵公司"}
STEPS = ("topic_ask", "question_ask", "reach_ask", "email_ask", "name_ask", "consent_ask", "confirm_ask")
MOST_MOVES = 120
AFTER_APOLOGY_SECONDS = 1.0
_NUMBER = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


@dataclass
class Request:
    """What became of one request: the number the visitor was told, and the steps that were asked for in turn."""

    visitor: Visitor
    address: str
    number: str = ""
    steps: list[str] = field(default_factory=list)
    apologies: int = 0
    broken: str = ""
    refused: bool = False

    @property
    def stayed_in_step(self) -> bool:
        """Whether no step but an interrupted one was asked for twice and none came out of order."""
        places = [STEPS.index(step) for step in self.steps]
        return places == sorted(places)

    def trail(self) -> str:
        """All that was said, for whoever asks why a step was lost."""
        return "\n".join(
            f"{said.content} {[attempt.status for attempt in said.attempts]} -> {said.answer[:120]}"
            for said in self.visitor.said
        )


async def request_person(visitor: Visitor, address: str, up_to: str = "", give_up_after: str = "\0") -> Request:
    """Go through the form to its end, or until the step `up_to` is asked for; again where an apology came instead."""
    request = Request(visitor, address)
    said: Said | None = None
    move: dict[str, str] = {"text": WISH[visitor.language]}
    for _ in range(MOST_MOVES):
        said = await visitor.say(**move)
        if visitor.is_apology(said):
            request.apologies += 1
            await asyncio.sleep(AFTER_APOLOGY_SECONDS)
            continue
        request.number = _number_told(said, visitor.language)
        request.refused = give_up_after in said.answer
        if request.number or request.refused:
            return request
        step = _asked_for(said, visitor.language)
        if step:
            request.steps.append(step)
        if step and step == up_to:
            return request
        move = _next_move(step, said, visitor.language, address)
    request.broken = f"no end after {MOST_MOVES} moves, last heard: {said.answer[:60] if said else ''}"
    return request


async def finish(request: Request) -> Request:
    """Go on with a request that was left at a step."""
    visitor = request.visitor
    last = _last_asked(visitor)
    request.number = _number_told(last, visitor.language)
    if request.number:
        return request
    step = _asked_for(last, visitor.language)
    request.steps += [step] if step and step not in request.steps[-1:] else []
    move = _next_move(_asked_for(last, visitor.language), last, visitor.language, request.address)
    for _ in range(MOST_MOVES):
        said = await visitor.say(**move)
        if visitor.is_apology(said):
            request.apologies += 1
            await asyncio.sleep(AFTER_APOLOGY_SECONDS)
            continue
        request.number = _number_told(said, visitor.language)
        if request.number:
            return request
        step = _asked_for(said, visitor.language)
        request.steps += [step] if step else []
        move = _next_move(step, said, visitor.language, request.address)
    request.broken = "no end"
    return request


def next_message(request: Request) -> Said:
    """The message that answers what was asked last, not sent yet."""
    visitor = request.visitor
    last = _last_asked(visitor)
    return visitor.message(**_next_move(_asked_for(last, visitor.language), last, visitor.language, request.address))


def send_of(request: Request) -> Said:
    """The press of "send" of a request that is filled in, not sent yet."""
    visitor = request.visitor
    last = _last_asked(visitor)
    return visitor.message(choice=_choice(last, word("choice_send", visitor.language)))


def _last_asked(visitor: Visitor) -> Said:
    return next(said for said in reversed(visitor.said) if said.replies and not visitor.is_apology(said))


def _asked_for(said: Said, language: str) -> str:
    return next((step for step in reversed(STEPS) if word(step, language) in said.answer), "")


def _number_told(said: Said, language: str) -> str:
    """The number in a confirmation, empty when the answer is none."""
    for text in (WORDS["sent"], WORDS["already"], LINES["passed_on_anyway"]):
        before, after = text[language].split("{number}")
        after = after.split("{")[0]
        found = re.search(re.escape(before) + f"({_NUMBER.pattern})" + re.escape(after), said.answer)
        if found:
            return found.group(1)
    return ""


def _next_move(step: str, said: Said, language: str, address: str) -> dict[str, str]:
    choices = {
        "topic_ask": "choice_topic_other",
        "reach_ask": "choice_email" if address else "choice_chat",
        "consent_ask": "choice_agree",
        "confirm_ask": "choice_send",
    }
    if step in choices:
        title = word(choices[step], language)
        return {"choice": _choice(said, title)}
    typed = {"question_ask": QUESTION[language], "email_ask": address, "name_ask": NAME[language]}
    return {"text": typed.get(step, WISH[language])}


def _choice(said: Said, title: str) -> str:
    offered: dict[str, Any] = {
        choice["title"]: choice["choice"] for message in said.replies or () for choice in message["choices"] or ()
    }
    return str(offered[title])
