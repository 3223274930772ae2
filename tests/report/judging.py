"""Judges one answer: does it hold, does it state facts, does it confirm what is false, does it invent figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.partners.figures import figures, years
from bot.replies.compose import RESERVATIONS
from bot.replies.phrases import PHRASES
from tests.provenance import Provenance
from tests.report.questions import Entry

KNOWLEDGE = Path(__file__).parent.parent.parent / "data" / "knowledge"
NOT_SAID = ("concepts.yml", "vocabulary.yml", "other_places.yml", "not_known.yml")
NO_SOURCE = "no source"
RESERVED = tuple(text for key in RESERVATIONS for text in PHRASES[key].values())
QUOTED = re.compile("[“„](.+?)[”“]")
MOST_LISTED = 66  # counts of what a list holds


@dataclass(frozen=True)
class Outcome:
    """One turn that was asked.

    `complaint` says why the answer does not hold, None when it does; `wants_facts`: an answer is known; `checks`: the
    visitor states something and asks whether it is so; `reserved`: it shows facts and says first that they may not be
    the answer, which is not to state them; `facts` are those that the reply names, `without_origin` is what of it
    stands in none of them and in no fixed phrase.
    """

    entry: Entry
    noise: str
    asked: str
    said: str
    complaint: str | None
    states_facts: bool
    reserved: bool
    wants_facts: bool
    checks: bool
    confirms_falsely: bool
    invented: tuple[float, ...]
    facts: frozenset[str]
    without_origin: str

    @property
    def right(self) -> bool:
        return self.complaint is None

    @property
    def wrong(self) -> bool:
        """Whether it states facts that are not the answer; "I don't know" is not wrong."""
        return self.states_facts and not self.right


def judge(
    entry: Entry,
    turn: dict[str, Any],
    noise: str,
    asked: str,
    messages: list[dict[str, Any]],
    provenance: Provenance | None = None,
) -> Outcome:
    """What is to be said of the messages that answered one turn; of their origin only with `provenance`."""
    said = " ".join(message["text"] for message in messages)
    why = complaint(turn, messages)
    says_yes = said.startswith(tuple(PHRASES["yes"].values()))
    checks = entry.kind == "premise" or entry.way == "confirm"
    strange = tuple(sorted(figures(without_quotes(said, asked)) - known_figures()))
    sourced = [message for message in messages if message.get("sources")]
    unmet = why is not None and why != NO_SOURCE
    wants_facts = turn.get("sources") == "some"
    facts = frozenset(fact for message in sourced for source in message["sources"] for fact in source["facts"])
    stray = " | ".join(rest for message in messages if provenance and (rest := provenance.rest(message, asked)))
    return Outcome(
        entry,
        noise,
        asked,
        said,
        why,
        any(map(_states, messages)),
        bool(sourced) and not any(map(_states, messages)),
        wants_facts,
        checks,
        checks and says_yes and unmet,
        strange,
        facts,
        stray,
    )


def complaint(turn: dict[str, Any], messages: list[dict[str, Any]]) -> str | None:
    """Why the answer does not hold; None when it does."""
    text = "\n".join([message["text"] for message in messages] + [_card(message) for message in messages])
    folded = text.casefold()
    for entry in turn.get("must", ()):
        ways = entry if isinstance(entry, list) else [entry]
        if not any(str(way).casefold() in folded for way in ways):
            return f"lacks {' / '.join(map(str, ways))}"
    for entry in turn.get("must_not", ()):
        if str(entry).casefold() in folded:
            return f"has {entry}"
    sources = any(message.get("sources") for message in messages)
    if turn.get("sources") == "some" and not sources:
        return NO_SOURCE
    if turn.get("sources") == "none" and any(map(_states, messages)):
        return "states facts"
    return None


def _states(message: dict[str, Any]) -> bool:
    """Whether a message gives facts as the answer, rather than as what comes nearest to one."""
    return bool(message.get("sources")) and not message["text"].startswith(RESERVED)


def _card(message: dict[str, Any]) -> str:
    card = message.get("card") or {}
    rows = [f"{row.get('label')}: {row.get('value')}" for row in card.get("rows", ())]
    return "\n".join([str(card.get("title", "")), str(card.get("subtitle", "")), *rows])


def without_quotes(said: str, asked: str) -> str:
    """What is said without the visitor's own words in it."""
    return QUOTED.sub(lambda quote: "" if quote[1].rstrip("?？") in asked else quote[0], said)


@cache
def known_figures() -> frozenset[float]:
    """Every figure that may be said: those in the knowledge files, and counts of what they list."""
    found: set[float] = set(map(float, range(MOST_LISTED + 1)))
    for path in KNOWLEDGE.rglob("*.yml"):
        if path.name in NOT_SAID:
            continue
        for text in _strings(yaml.safe_load(path.read_text(encoding="utf-8"))):
            found |= figures(text) | set(map(float, years(text)))
            found |= {float(part) for part in text.split("-") if part.isdigit()}
    return frozenset(found)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key != "asked":
                yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif value is not None:
        yield str(value)
