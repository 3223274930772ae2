"""What staff read first about a case: made by rules from the conversation, no sentence of our own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

VISITOR = "visitor"
QUESTIONS = 3
ORGANISATIONS = 5
QUESTION_CHARACTERS = 300
ENDS = "?？"
ELLIPSIS = "…"
FEW_LETTERS, FEW_HAN = 8, 4  # below this a message without a question mark is a "yes" or "hello", not a question


class Said(Protocol):
    """One message of the history."""

    @property
    def author(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class Summary:
    """`language` is what the visitor wrote last and most; `topic` and `organisations` are ids, questions oldest first."""

    language: str
    topic: str | None
    questions: tuple[str, ...]
    organisations: tuple[str, ...]
    messages: int


def summarise(
    history: Sequence[Said],
    *,
    fallback_language: str,
    topic: str | None = None,
    shown: Iterable[str] = (),
    organisations: Iterable[str] = (),
) -> Summary:
    """The summary of a history in order; `shown` are ids shown to the visitor (the latest first), of which those among
    `organisations` are kept."""
    visitor = [said for said in history if said.author == VISITOR and said.text.strip()]
    spoken = Counter(said.language for said in visitor[-QUESTIONS:])
    # Of equally many the one written last.
    language = max(reversed(visitor[-QUESTIONS:]), key=lambda said: spoken[said.language]).language if visitor else ""
    known = set(organisations)
    kept = tuple(dict.fromkeys(i for i in shown if i in known))[:ORGANISATIONS]
    return Summary(language or fallback_language, topic, _questions(visitor), kept, len(visitor))


def _questions(visitor: Sequence[Said]) -> tuple[str, ...]:
    """The last different questions; if there are none, the last messages of any kind."""
    texts = [" ".join(said.text.split()) for said in visitor]
    asked = [text for text in texts if _asks(text)] or texts
    latest = list(dict.fromkeys(reversed(asked)))[:QUESTIONS]
    return tuple(_short(text) for text in reversed(latest))


def _asks(text: str) -> bool:
    if text.endswith(tuple(ENDS)):
        return True
    letters = [c for c in text if c.isalpha()]
    han = sum("\u3400" <= c <= "\u9fff" for c in letters)
    return han >= FEW_HAN or len(letters) >= FEW_LETTERS


def _short(text: str) -> str:
    return text if len(text) <= QUESTION_CHARACTERS else text[: QUESTION_CHARACTERS - 1].rstrip() + ELLIPSIS
