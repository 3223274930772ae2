"""What a visitor may ask for: everything of one conversation as data, or its erasure."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from bot.gateway import history
from bot.gateway.sessions import as_utc, find_session
from bot.gateway.tables import chat_message, chat_session, erased_chat, inbox_entry, offered_choice

_BATCH = 500


def export(db: Connection, conversation: str) -> dict[str, Any]:
    """All rows of one conversation as JSON; raises history.ConversationGone."""
    chat = find_session(db, conversation)
    if chat is None:
        raise history.ConversationGone
    messages: list[dict[str, Any]] = []
    position = 0
    while batch := history.after(db, conversation, position, _BATCH):
        messages += [message.public() for message in batch]
        position = batch[-1].position
    entries = db.execute(
        select(inbox_entry).where(inbox_entry.c.conversation == conversation).order_by(inbox_entry.c.received_at)
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


def erase(db: Connection, conversation: str) -> None:
    """Delete all rows of one conversation and leave a tombstone without content; harmless to repeat."""
    for table in (offered_choice, inbox_entry, chat_message, chat_session):
        db.execute(delete(table).where(table.c.conversation == conversation))
    digest = sha256(conversation.encode()).hexdigest()
    if db.scalar(select(erased_chat.c.at).where(erased_chat.c.conversation_hash == digest)) is None:
        db.execute(insert(erased_chat).values(conversation_hash=digest, at=datetime.now(UTC)))


def _iso(at: datetime | None) -> str | None:
    return as_utc(at).isoformat(timespec="seconds").replace("+00:00", "Z") if at else None
