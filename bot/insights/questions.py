"""What is noted of a turn that went badly, and what is kept of it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

Reason = Literal[
    "unknown",  # no fact was certain enough
    "which_one",  # the visitor chose something that was not offered
    "low",  # answered, but only just
    "off_topic",  # declined although it names something that is known
    "thumbs_down",  # the visitor said that the answer did not help
]
REASONS: tuple[Reason, ...] = ("unknown", "which_one", "low", "off_topic", "thumbs_down")
State = Literal["open", "dismissed", "done"]
VISITOR_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A turn as the action server saw it; `text` still is what the visitor wrote, `facts` are ids of what was said."""

    text: str
    language: str
    channel: str
    conversation: str
    reason: Reason
    intent: str = ""
    kind: str = ""
    facts: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Nearness:
    """What the knowledge has near a question; `content` is the question without names and filler, folded."""

    content: str
    named: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    facts: tuple[tuple[str, float], ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One kept question, redacted; `visitor` cannot be led back to a conversation without the key."""

    id: int
    visitor: str
    at: datetime
    last_at: datetime
    times: int
    reason: str
    language: str
    channel: str
    intent: str
    text: str
    said_kind: str
    said_facts: tuple[str, ...]
    nearness: Nearness
    state: str = "open"
    settled_by: str | None = None
    outcome: str | None = None


def visitor_hash(key: bytes, conversation: str) -> str:
    """Stands for a conversation: the same for its repeats, and no way back to it without the key."""
    return hmac.new(key, b"unanswered:" + conversation.encode(), hashlib.sha256).hexdigest()[:VISITOR_LENGTH]


def text_digest(folded: str) -> str:
    """Tells one visitor's different questions apart."""
    return hashlib.sha256(folded.encode()).hexdigest()[:VISITOR_LENGTH]
