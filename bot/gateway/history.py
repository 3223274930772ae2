"""The conversation as the visitor sees it: numbered per conversation in the order it was said, kept, read back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from bot.gateway.sessions import as_utc
from bot.gateway.tables import chat_message, chat_session

_OF_THIS = chat_message.c.conversation == bindparam("this")
_IN_ORDER = select(chat_message).where(_OF_THIS).order_by(chat_message.c.position)
_AFTER = _IN_ORDER.where(chat_message.c.position > bindparam("behind")).limit(bindparam("most"))
_REPLIES = _IN_ORDER.where(chat_message.c.reply_to == bindparam("message"))
_LATEST = select(chat_message).where(_OF_THIS).order_by(chat_message.c.position.desc()).limit(bindparam("most"))
_ONE = select(chat_message).where(_OF_THIS, chat_message.c.id == bindparam("message"))
_POSITION = select(chat_message.c.position).where(_OF_THIS, chat_message.c.id == bindparam("message"))
_SET_LANGUAGE = (
    update(chat_message)
    .where(_OF_THIS, chat_message.c.id == bindparam("message"))
    .values(language=bindparam("new_language"))
)
_APPEND = insert(chat_message)
_ADVANCE = (
    update(chat_session)
    .where(chat_session.c.conversation == bindparam("this"))
    .values(
        last_position=chat_session.c.last_position + bindparam("count"),
        language=func.coalesce(bindparam("new_language"), chat_session.c.language),
    )
    .returning(chat_session.c.last_position, chat_session.c.language, chat_session.c.channel, chat_session.c.state)
)


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
    name: str | None = None

    def public(self) -> dict[str, Any]:
        """The JSON object that leaves the house; empty parts are left out."""
        body: dict[str, Any] = {
            "id": self.id,
            "at": self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "author": self.author,
            "language": self.language,
            "text": self.text,
        }
        body |= {k: v for k in ("name", "choices", "card", "sources") if (v := getattr(self, k))}
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
    name: str | None = None


@dataclass(frozen=True)
class Standing:
    """Where a conversation stands while its row is held: the last position taken, and how it is held."""

    last_position: int
    language: str
    channel: str
    state: str


def advance(db: Connection, conversation: str, count: int, language: str | None = None) -> Standing:
    """Take the next `count` positions, and go on in another language if one is given; raises ConversationGone.

    The session row is held until the transaction ends: positions are gapless and visible in order on every database.
    """
    row = db.execute(_ADVANCE, {"this": conversation, "count": count, "new_language": language}).first()
    if row is None:
        raise ConversationGone
    return Standing(*row)


def write(
    db: Connection, conversation: str, last: int, drafts: Sequence[Draft], reply_to: str | None = None
) -> list[Message]:
    """Write messages into the positions up to `last`, which `advance` gave."""
    if not drafts:
        return []
    now = datetime.now(UTC)
    first = last - len(drafts) + 1
    messages = [
        Message(d.id, now, d.author, d.language, d.text, d.choices, d.card, d.sources, position, d.name)
        for position, d in enumerate(drafts, first)
    ]
    db.execute(_APPEND, [{"conversation": conversation, "reply_to": reply_to, **vars(m)} for m in messages])
    return messages


def append(db: Connection, conversation: str, drafts: Sequence[Draft]) -> list[Message]:
    """Write messages at the end of the conversation; raises ConversationGone."""
    standing = advance(db, conversation, len(drafts))
    return write(db, conversation, standing.last_position, drafts)


def after(db: Connection, conversation: str, position: int, limit: int) -> list[Message]:
    """Up to `limit` messages behind a position, oldest first."""
    return [_record(row) for row in db.execute(_AFTER, {"this": conversation, "behind": position, "most": limit})]


def replies(db: Connection, conversation: str, message_id: str) -> list[Message]:
    """What was answered to one message, in order."""
    return [_record(row) for row in db.execute(_REPLIES, {"this": conversation, "message": message_id})]


def latest(db: Connection, conversation: str, limit: int) -> list[Message]:
    """The last `limit` messages, oldest first."""
    rows = db.execute(_LATEST, {"this": conversation, "most": limit}).all()
    return [_record(row) for row in reversed(rows)]


def find(db: Connection, conversation: str, message_id: str) -> Message | None:
    """One message of this conversation."""
    row = db.execute(_ONE, {"this": conversation, "message": message_id}).first()
    return _record(row) if row else None


def position_of(db: Connection, conversation: str, message_id: str) -> int | None:
    """Where a message stands in this conversation; None when it is not part of it."""
    return db.scalar(_POSITION, {"this": conversation, "message": message_id})


def mark_language(db: Connection, conversation: str, message_id: str, language: str) -> None:
    """Set the language a visitor's message turned out to be in."""
    db.execute(_SET_LANGUAGE, {"this": conversation, "message": message_id, "new_language": language})


def _record(row: Row[Any]) -> Message:
    return Message(
        row.id,
        as_utc(row.at),
        row.author,
        row.language,
        row.text,
        row.choices,
        row.card,
        row.sources,
        row.position,
        row.name,
    )
