"""The conversation as the visitor sees it: numbered per conversation in the order it was said, kept, read back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.gateway.sessions import as_utc
from bot.gateway.tables import ChatMessage, ChatSession


class ConversationGone(Exception):
    """The conversation was erased while something was still to be written to it."""


@dataclass(frozen=True)
class Message:
    """One message of the public chat API. `position` orders it and stays inside."""

    id: str
    at: datetime
    author: str
    language: str
    text: str
    choices: list[dict[str, str]] | None = None
    card: dict[str, Any] | None = None
    sources: list[dict[str, Any]] | None = None
    position: int = 0

    def public(self) -> dict[str, Any]:
        """The JSON object that leaves the house; empty parts are left out."""
        body: dict[str, Any] = {
            "id": self.id,
            "at": self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "author": self.author,
            "language": self.language,
            "text": self.text,
        }
        body |= {k: v for k in ("choices", "card", "sources") if (v := getattr(self, k))}
        return body


@dataclass(frozen=True)
class Draft:
    """A message about to be said; without an id it gets a new one."""

    author: str
    language: str
    text: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    choices: list[dict[str, str]] | None = None
    card: dict[str, Any] | None = None
    sources: list[dict[str, Any]] | None = None


def append(db: Session, conversation: str, drafts: Sequence[Draft], reply_to: str | None = None) -> list[Message]:
    """Write messages at the end of the conversation; raises ConversationGone.

    The session row is raised first: its lock makes positions gapless and visible in order on every database.
    """
    last = db.scalar(
        update(ChatSession)
        .where(ChatSession.conversation == conversation)
        .values(last_position=ChatSession.last_position + len(drafts))
        .returning(ChatSession.last_position)
    )
    if last is None:
        raise ConversationGone
    now = datetime.now(UTC)
    rows = [
        ChatMessage(
            conversation=conversation,
            position=position,
            id=draft.id,
            reply_to=reply_to,
            at=now,
            author=draft.author,
            language=draft.language,
            text=draft.text,
            choices=draft.choices,
            card=draft.card,
            sources=draft.sources,
        )
        for position, draft in enumerate(drafts, last - len(drafts) + 1)
    ]
    db.add_all(rows)
    db.flush()
    return [_record(row) for row in rows]


def after(db: Session, conversation: str, position: int, limit: int) -> list[Message]:
    """Up to `limit` messages behind a position, oldest first."""
    rows = db.scalars(
        select(ChatMessage)
        .where(ChatMessage.conversation == conversation, ChatMessage.position > position)
        .order_by(ChatMessage.position)
        .limit(limit)
    )
    return [_record(row) for row in rows]


def replies(db: Session, conversation: str, message_id: str) -> list[Message]:
    """What was answered to one message, in order."""
    rows = db.scalars(
        select(ChatMessage)
        .where(ChatMessage.conversation == conversation, ChatMessage.reply_to == message_id)
        .order_by(ChatMessage.position)
    )
    return [_record(row) for row in rows]


def position_of(db: Session, conversation: str, message_id: str) -> int | None:
    """Where a message stands in this conversation; None when it is not part of it."""
    return db.scalar(
        select(ChatMessage.position).where(ChatMessage.conversation == conversation, ChatMessage.id == message_id)
    )


def mark_language(db: Session, conversation: str, message_id: str, language: str) -> None:
    """Set the language a visitor's message turned out to be in."""
    db.execute(
        update(ChatMessage)
        .where(ChatMessage.conversation == conversation, ChatMessage.id == message_id)
        .values(language=language)
    )


def _record(row: ChatMessage) -> Message:
    return Message(
        row.id, as_utc(row.at), row.author, row.language, row.text, row.choices, row.card, row.sources, row.position
    )
