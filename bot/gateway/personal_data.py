"""What a visitor may ask for: everything of one conversation as data, or its erasure."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.gateway import history
from bot.gateway.sessions import as_utc
from bot.gateway.tables import ChatMessage, ChatSession, ErasedChat, InboxEntry, OfferedChoice

_BATCH = 500


def export(db: Session, conversation: str) -> dict[str, Any]:
    """All rows of one conversation as JSON; raises history.ConversationGone."""
    chat = db.get(ChatSession, conversation)
    if chat is None:
        raise history.ConversationGone
    messages: list[dict[str, Any]] = []
    position = 0
    while batch := history.after(db, conversation, position, _BATCH):
        messages += [message.public() for message in batch]
        position = batch[-1].position
    entries = db.scalars(
        select(InboxEntry).where(InboxEntry.conversation == conversation).order_by(InboxEntry.received_at)
    )
    return {
        "created_at": _iso(chat.created_at),
        "expires_at": _iso(chat.expires_at),
        "notice_accepted_at": _iso(chat.notice_accepted_at),
        "channel": chat.channel,
        "language": chat.language,
        "state": chat.state,
        "page": chat.page,
        "messages": messages,
        "received": [
            {"id": e.message_id, "text": e.text, "received_at": _iso(e.received_at), "answered_at": _iso(e.answered_at)}
            for e in entries
        ],
    }


def erase(db: Session, conversation: str) -> None:
    """Delete all rows of one conversation and leave a tombstone without content; harmless to repeat."""
    for table in (OfferedChoice, InboxEntry, ChatMessage, ChatSession):
        db.execute(delete(table).where(table.conversation == conversation))
    digest = sha256(conversation.encode()).hexdigest()
    if db.get(ErasedChat, digest) is None:
        db.add(ErasedChat(conversation_hash=digest, at=datetime.now(UTC)))


def _iso(at: datetime | None) -> str | None:
    return as_utc(at).isoformat(timespec="seconds").replace("+00:00", "Z") if at else None
